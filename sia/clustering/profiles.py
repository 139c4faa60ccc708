"""What a type looks like, and the Dutch name that follows from it by rule."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sia.clustering.doubt import doubtful
from sia.clustering.typology import Typology
from sia.errors import InputError, Problem, refuse

_FILE = "namen.toml"


@dataclass(frozen=True)
class Prefix:
    """A condition on the mean of a context column and the word that it gives.

    Parameters
    ----------
    minimaal, maximaal : float
        Bounds, inclusive, in the unit of the column.
    onbekend : sequence of str
        Columns of which none may be known, instead of a column with bounds.
    """

    naam: str
    kolom: str = ""
    minimaal: float = -np.inf
    maximaal: float = np.inf
    onbekend: Sequence[str] = ()

    def holds(self, context: pd.Series[float]) -> bool:
        """Return whether the type's mean is known and within the bounds."""
        if self.onbekend:
            return bool(context.reindex(list(self.onbekend)).isna().all())
        if not self.kolom:
            return True
        value = float(context.get(self.kolom, np.nan))
        return bool(self.minimaal <= value <= self.maximaal)


@dataclass(frozen=True)
class NameRules:
    """Rules and own names from the names file; see the comments in ``namen.toml``."""

    opgave: float
    gunstig: float
    stapeling: int
    domeinen: Mapping[str, str]
    voorvoegsels: tuple[Prefix, ...]
    eigen: Mapping[int, str] = field(default_factory=dict)


def load_names(path: Path | None = None) -> NameRules:
    """Read the names file.

    Parameters
    ----------
    path : pathlib.Path, optional
        Default: the file that comes with the package.

    Raises
    ------
    InputError
        With every fault of the file: unreadable TOML, absent parts, wrong kinds, double names.
    """
    where = str(path) if path else _FILE
    text = (
        path.read_text(encoding="utf-8")
        if path
        else resources.files("sia.clustering").joinpath(_FILE).read_text(encoding="utf-8")
    )
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError.one(
            bestand=where,
            wat=f"Dit is geen geldig TOML-bestand ({error}).",
            oplossing="Herstel de regel die genoemd wordt.",
        ) from error
    problems = _problems(content, where)
    refuse(problems)
    limits = content["drempels"]
    return NameRules(
        opgave=float(limits["opgave"]),
        gunstig=float(limits["gunstig"]),
        stapeling=int(limits["stapeling"]),
        domeinen=dict(content["domeinen"]),
        voorvoegsels=tuple(Prefix(**entry) for entry in content["voorvoegsel"]),
        eigen={int(number): name for number, name in content.get("eigen", {}).items()},
    )


def _problems(content: Mapping[str, Any], where: str) -> list[Problem]:
    def fault(kolom: str, wat: str, oplossing: str) -> Problem:
        return Problem(bestand=where, kolom=kolom, wat=wat, oplossing=oplossing)

    found = []
    limits = content.get("drempels", {})
    for name in ("opgave", "gunstig", "stapeling"):
        if not isinstance(limits.get(name), int | float):
            found.append(fault(name, f"De drempel `{name}` is geen getal.", "Vul een getal in."))
    if not content.get("domeinen"):
        found.append(fault("domeinen", "Geen enkel domein heeft een naam.", "Vul [domeinen]."))
    allowed = set(Prefix.__dataclass_fields__)
    entries = content.get("voorvoegsel", [])
    for entry in entries:
        unknown = sorted(set(entry) - allowed)
        if unknown or "naam" not in entry:
            wat = f"Onbekend: {', '.join(unknown)}." if unknown else "Een naam ontbreekt."
            found.append(fault("voorvoegsel", wat, f"Gebruik alleen: {', '.join(allowed)}."))
    if not any(not {"kolom", "onbekend"} & set(entry) for entry in entries):
        found.append(
            fault("voorvoegsel", "Er is geen vangnet.", "Voeg een voorvoegsel zonder kolom toe.")
        )
    own = content.get("eigen", {})
    found += [
        fault("eigen", f"`{number}` is geen typenummer.", "Gebruik 1, 2, 3, ...")
        for number in own
        if not number.isdigit()
    ]
    if len(set(own.values())) < len(own):
        found.append(fault("eigen", "Een naam staat dubbel.", "Geef elk type een andere naam."))
    return found


def profiles(model: Typology) -> pd.DataFrame:
    """Return the mean z-score per type and domain.

    Returns
    -------
    DataFrame, shape (n_types, n_domains)
        Index ``type``; 0 is the mean of all units of the fit, positive is more urgent.
    """
    table = pd.DataFrame(model.centres_, index=model.numbers_, columns=list(model.domains_))
    return table.rename_axis("type").sort_index()


def describe(
    model: Typology, types: pd.DataFrame, context: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return one row per type: size, doubt and the mean of every context column.

    Parameters
    ----------
    types : DataFrame
        As `Typology.table` gives it.
    context : DataFrame, optional
        Same index as `types`; context columns (corporatiebezit, building years, ``inwoners``).

    Returns
    -------
    DataFrame
        Index ``type``; ``buurten`` (int), ``twijfelgevallen`` (int; see
        `sia.clustering.doubt.doubtful`), ``silhouet`` (mean), then the mean of each context column
        over the buurten where it is known (the sum for ``inwoners``).
    """
    numbers = pd.Index(sorted(int(n) for n in model.numbers_), name="type")
    grouped = types["type"].astype("Int64")
    table = pd.DataFrame(index=numbers)
    table["buurten"] = grouped.value_counts().reindex(numbers).fillna(0).astype("int64")
    table["twijfelgevallen"] = (
        doubtful(types).groupby(grouped).sum().reindex(numbers).fillna(0).astype("int64")
    )
    table["silhouet"] = types["silhouet"].groupby(grouped).mean().reindex(numbers)
    if context is not None:
        for name in context.columns:
            column = context[name].reindex(types.index).astype(float).groupby(grouped)
            value = column.sum(min_count=1) if name == "inwoners" else column.mean()
            table[name] = value.reindex(numbers)
    return table


def name_types(
    profile: pd.DataFrame, context: pd.DataFrame | None = None, names: NameRules | None = None
) -> pd.Series[str]:
    """Name every type by rule; every name is different.

    Parameters
    ----------
    profile : DataFrame, shape (n_types, n_domains)
        As `profiles`.
    context : DataFrame, optional
        As `describe`; without it nothing is known of what was built and whose it is.
    names : NameRules, optional
        As `load_names`.

    Returns
    -------
    Series of str
        Index ``type``.
    """
    rules = names or load_names()
    background = pd.DataFrame(index=profile.index) if context is None else context
    result = {
        int(number): rules.eigen.get(
            int(number),
            _by_rule(profile.loc[number], background.loc[number].astype(float), rules),
        )
        for number in profile.index
    }
    _tell_apart(result, profile, rules)
    return pd.Series(result, name="typenaam", dtype="str").rename_axis("type")


def _by_rule(profile: pd.Series[float], context: pd.Series[float], rules: NameRules) -> str:
    """Join the prefix of the built environment and what stands out in the profile."""
    prefix = next(rule.naam for rule in rules.voorvoegsels if rule.holds(context))
    high = profile[profile >= rules.opgave].sort_values(ascending=False, kind="stable")
    words = [_word(str(domain), rules) for domain in high.index]
    if len(words) >= max(rules.stapeling, len(profile) - 1):
        return f"{prefix} met stapeling van opgaven op bijna elk gebied"
    if len(words) >= rules.stapeling:
        return f"{prefix} met stapeling van {_listed(words[:3])}"
    if words:
        return f"{prefix} met {_listed(words)}"
    if (profile <= rules.gunstig).sum() * 2 >= len(profile):
        return f"{prefix} met weinig opgaven"
    return f"{prefix} met een gemiddeld beeld"


def _word(domain: str, rules: NameRules) -> str:
    return rules.domeinen.get(domain, f"opgaven in {domain}")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} en {words[-1]}"


def _tell_apart(result: dict[int, str], profile: pd.DataFrame, rules: NameRules) -> None:
    """Add to double names the domain in which they differ most; to the rest their number."""
    for name in sorted(set(result.values())):
        same = [n for n in result if result[n] == name and n not in rules.eigen]
        if len(same) < 2:
            continue
        apart = profile.loc[same]
        domain = str((apart.max() - apart.min()).idxmax())
        middle = (apart[domain].max() + apart[domain].min()) / 2
        for number in same:
            more = "meer" if apart.loc[number, domain] > middle else "minder"
            result[number] = f"{name} ({more} {_word(domain, rules)})"
    for number in sorted(result):
        if list(result.values()).count(result[number]) > 1:
            result[number] = f"{result[number]}, type {number}"
