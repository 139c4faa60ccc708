"""Kinds of buurten of the whole country, frozen: what sort of place it is, never how bad it is.

The types rest on the structure of all woonbuurten of the country in several years together (age,
households, density, urbanity). Centres, scale and names are kept in a file with a version, so that
a type is the same in every municipality, year and run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import silhouette_score

from sia.clustering.typology import Typology, hard_labels
from sia.dutch import opsomming
from sia.errors import InputError
from sia.methode import TypologySettings
from sia.toml import of_package

FEATURES: Mapping[str, str] = {
    "leeftijd_0_14": "inwoners tot 15 jaar",
    "leeftijd_15_24": "inwoners van 15 tot 25 jaar",
    "leeftijd_65_plus": "inwoners van 65 jaar en ouder",
    "huishoudensgrootte": "personen per huishouden",
    "huishoudens_met_kinderen": "huishoudens met kinderen",
    "bevolkingsdichtheid": "inwoners per km²",
    "stedelijkheid": "ligging (1 stad, 5 platteland)",
    "eengezinswoningen": "eengezinswoningen",
    "koopwoningen": "koopwoningen",
    "corporatiebezit": "woningen van corporaties",
    "woningen_voor_2000": "woningen van voor 2000",
}
"""Context indicators of structure, with how readers call them; those that a country lacks are
named in the set."""

_LOGARITHM = ("bevolkingsdichtheid",)
_LEAST_KNOWN = 0.5
OWN = "eigen"
"""Version of a set of one city alone."""
_MOSTLY, _SELDOM = 65.0, 40.0
"""Percentages from and up to which dwellings are called after the many or the few."""
OWNERS = ("vooral koop", "vooral huur", "koop en huur")
KINDS = ("eengezinshuizen", "vooral appartementen", "huizen en appartementen")
_KS, _SMALLEST = range(3, 9), 0.05
"""Numbers of types that are tried for one city, and the least share (0-1) of the smallest."""
_ENOUGH = 20
"""Complete rows with which types of one city are found on all figures that half of it knows."""
_FILE = "typenset.json"


@dataclass(frozen=True, eq=False)
class Typenset:
    """Frozen types of the country.

    `versie`, `bron`: Version; source line with licence.
    `jaren`: Years that were pooled.
    `rijen`: Woonbuurten of all years together.
    `model`: Centres and scale; its domains are the features.
    `ontbreekt`: Features of structure that the national files do not have.
    """

    versie: str
    bron: str
    jaren: tuple[int, ...]
    rijen: int
    model: Typology
    namen: Mapping[int, str]
    ontbreekt: tuple[str, ...]

    @classmethod
    @cache
    def standaard(cls) -> Typenset:
        """Return the set that comes with this version of SIA."""
        return cls.uit_json(resources.files("sia.clustering").joinpath(_FILE).read_text("utf-8"))

    @classmethod
    def lees(cls, bestand: Path) -> Typenset:
        """Return the set of a file.

        Raises `InputError` when it is no typenset.
        """
        try:
            return cls.uit_json(bestand.read_text("utf-8"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError.one(
                bestand=str(bestand),
                wat=f"Dit is geen typenset ({type(error).__name__}: {error}).",
                oplossing="Maak er een met `sia typen maken`.",
            ) from error

    @classmethod
    def uit_json(cls, text: str) -> Typenset:
        """Return the set that `als_json` wrote."""
        content = json.loads(text)
        return cls(
            versie=str(content["versie"]),
            bron=str(content["bron"]),
            jaren=tuple(int(jaar) for jaar in content["jaren"]),
            rijen=int(content["rijen"]),
            model=Typology.from_dict(content["model"]),
            namen={int(number): str(name) for number, name in content["namen"].items()},
            ontbreekt=tuple(str(name) for name in content["ontbreekt"]),
        )

    def als_json(self) -> str:
        """Return the set as text, figures with six digits."""
        content = {
            "versie": self.versie,
            "bron": self.bron,
            "jaren": list(self.jaren),
            "rijen": self.rijen,
            "namen": {str(number): name for number, name in self.namen.items()},
            "ontbreekt": list(self.ontbreekt),
            "model": _rounded(self.model.to_dict()),
        }
        return json.dumps(content, ensure_ascii=False) + "\n"

    @property
    def kenmerken(self) -> dict[str, str]:
        """Features that the types rest on, with how readers call them."""
        return {name: FEATURES[name] for name in self.model.domains_}

    def typeer(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return the type of every buurt, as `Typology.table`, with ``typenaam`` and ``woningen``.

        `values` (index of buurten): Context indicators; an absent column is unknown.
        """
        table = self.model.table(features(values).reindex(columns=list(self.model.domains_)))
        called = table["type"].map(self.namen).astype("str")
        table["typenaam"] = called.where(table["type"].notna(), None)
        return table.assign(woningen=dwellings(values).where(table["type"].notna(), ""))

    def gemiddelden(self) -> pd.DataFrame:
        """Return the middle of every type in the unit of each feature."""
        points: pd.DataFrame = self.model.profiles() * self.model.scale_ + self.model.mean_
        for name in _LOGARITHM:
            points[name] = np.exp(points[name])
        return points

    def toelichting(self) -> str:
        """Say in Dutch what the types are, and what they cannot tell apart."""
        years = opsomming([str(jaar) for jaar in self.jaren])
        text = (
            f"Typenset {self.versie}: {len(self.namen)} soorten buurten van heel Nederland "
            f"({self.rijen} woonbuurten, {years}), naar bewoners en dichtheid; zij zeggen niet hoe "
            f"groot de opgave is. {self.bron}."
        )
        if self.versie == OWN:
            used = opsomming(list(self.kenmerken.values()))
            text = (
                f"{len(self.namen)} soorten buurten van deze stad alleen ({years}), naar {used}; "
                "zij gelden alleen binnen deze gemeente en deze jaren, en zeggen niet hoe groot de "
                "opgave is."
            )
        if not self.ontbreekt:
            return text
        named = ", ".join(FEATURES[name] for name in self.ontbreekt)
        where = "Onbekend" if self.versie == OWN else "Landelijk onbekend"
        return (
            f"{text} {where}, dus niet gebruikt: {named}. Wat alleen daarin verschilt, "
            "zoals flats en rijtjes of huur en koop, houdt deze indeling niet uit elkaar. Waar "
            "koop en woningvorm van een buurt bekend zijn, staat dat bij haar type."
        )


def dwellings(values: pd.DataFrame) -> pd.Series[str]:
    """Return in words whose dwellings a buurt has and of what kind, where both are known.

    Bounds are fixed, so the words mean the same in every municipality and year: no figure of
    dwellings is known for enough of the country to make types of.
    """
    words = pd.Series("", values.index, dtype="str")
    if not {"koopwoningen", "eengezinswoningen"} <= set(values):
        return words
    owned, houses = values["koopwoningen"].astype(float), values["eengezinswoningen"].astype(float)
    known = owned.notna() & houses.notna()
    tenure = np.select([owned >= _MOSTLY, owned <= _SELDOM], OWNERS[:2], OWNERS[2])
    kind = np.select([houses >= _MOSTLY, houses <= _SELDOM], KINDS[:2], KINDS[2])
    told = [f"{t}, {k}" for t, k in zip(tenure, kind, strict=True)]
    return words.where(~known, pd.Series(told, values.index, dtype="str"))


def features(values: pd.DataFrame) -> pd.DataFrame:
    """Return the features of structure of every buurt, on the scale of the types."""
    known = [name for name in FEATURES if name in values]
    table = values[known].astype(float)
    for name in _LOGARITHM:
        if name in table:
            table[name] = np.log(table[name].clip(lower=1.0))
    return table


def make_set(panel: pd.DataFrame, settings: TypologySettings, versie: str, bron: str) -> Typenset:
    """Fit types on all woonbuurten of the country and name them by rule.

    `panel` (index ``(jaar, buurtcode)``): Context indicators of the woonbuurten; a feature that
        fewer than half of them know is left out and named as missing.
    `settings`: With the number of types.
    Raises `InputError` when too little is known to tell so many types apart.
    """
    table = features(panel)
    used = [name for name in table if table[name].notna().mean() >= _LEAST_KNOWN]
    model = Typology(settings).fit(table[used])
    years = tuple(sorted(int(jaar) for jaar in panel.index.get_level_values(0).unique()))
    missing = tuple(name for name in FEATURES if name not in used)
    made = Typenset(versie, bron, years, len(panel), model, {}, missing)
    return replace(made, namen=name_by_rule(made.gemiddelden()))


def city_set(panel: pd.DataFrame, settings: TypologySettings) -> Typenset:
    """Fit types on the woonbuurten of one city over all its years together.

    `panel` (index ``(jaar, buurtcode)``): As for `make_set`.
    `settings`: Without a number of types, the number from 3 to 8 with the highest mean silhouette
        (Rousseeuw 1987) is taken, of those whose smallest type has a twentieth of the buurten.
    Raises `InputError` when too little is known to tell types apart.
    """
    known = panel[[name for name in FEATURES if name in panel]]
    share = known.notna().mean()
    if len(known.loc[:, share >= _LEAST_KNOWN].dropna()) < _ENOUGH:
        known = known.loc[:, share >= share.max()]
    count = settings.n_types or best_number(features(known), settings)
    how = settings.model_copy(update={"n_types": count})
    return make_set(known, how, OWN, "")


def best_number(figures: pd.DataFrame, settings: TypologySettings) -> int:
    """Return the number of types with the highest mean silhouette; 2 where so few can be told."""
    used = figures.loc[:, figures.notna().mean() >= settings.min_domain].dropna()
    z = ((used - used.mean()) / used.std(ddof=0)).dropna(axis=1).to_numpy(dtype=float)
    found = {2: 0.0}
    for count in _KS:
        if count < len(np.unique(z, axis=0)):
            labels = hard_labels(z, count, settings.seed)
            if np.bincount(labels).min() >= _SMALLEST * len(z):
                found[count] = float(silhouette_score(z, labels))
    return max(found, key=lambda count: (found[count], -count))


def name_by_rule(middles: pd.DataFrame) -> dict[int, str]:
    """Name every type after the first rule of ``typen.toml`` that holds for its middle.

    A second type of the same name gets a number.
    """
    rules = of_package("clustering/typen.toml")["naam"]
    names: dict[int, str] = {}
    for number, row in middles.iterrows():
        name = next(str(rule["naam"]) for rule in rules if _holds(rule, row))
        double = sum(one == name or one.startswith(f"{name} (") for one in names.values())
        names[int(str(number))] = f"{name} ({double + 1})" if double else name
    return names


def _holds(rule: Mapping[str, Any], row: pd.Series[float]) -> bool:
    bounds = {name: pair for name, pair in rule.items() if name != "naam"}
    return all(name in row and low <= row[name] <= high for name, (low, high) in bounds.items())


def alike(years: Sequence[pd.DataFrame], model: Typology) -> list[pd.DataFrame]:
    """Return the features of buurten in several years, without those that one of them lacks.

    A type that rests on seven figures in one year and on six in the other would change without
    any change of the place.
    """
    lacking = lacking_somewhere(years, model)
    tables = [features(one).reindex(columns=list(model.domains_)) for one in years]
    return [table.assign(**dict.fromkeys(lacking, np.nan)) for table in tables]


def lacking_somewhere(years: Sequence[pd.DataFrame], model: Typology) -> tuple[str, ...]:
    """Return the features of a set that fewer than half of the buurten know in some year."""
    return tuple(
        name
        for name in model.domains_
        if any(name not in one or one[name].notna().mean() < _LEAST_KNOWN for one in years)
    )


def compare_years(one: pd.DataFrame, other: pd.DataFrame, model: Typology) -> dict[str, float]:
    """Return how many buurten keep their type between two years, on the figures that both have.

    `one`, `other` (index ``buurtcode``): Context indicators of woonbuurten.
    `model`: Of the set.
    Returns: ``buurten`` in both; ``zelfde`` (share, 0-1); ``onveranderd`` (share of buurten whose
        features moved less than a tenth of a spread, as root mean square) and ``zelfde
        onveranderd``; ``zeker`` (share with a membership of at least 0.8 twice) and ``zelfde
        zeker``.
    """
    both = one.index.intersection(other.index)
    tables = alike([t.loc[both] for t in (one, other)], model)
    typed = [model.table(table) for table in tables]
    left, right = (model.standardise(table) for table in tables)
    moved = np.sqrt(((left - right) ** 2).mean(axis=1))
    known = typed[0]["type"].notna() & typed[1]["type"].notna() & moved.notna()
    same = (typed[0]["type"] == typed[1]["type"])[known].astype(bool)
    still = (moved < 0.1)[known]
    sure = ((typed[0]["zekerheid"] >= 0.8) & (typed[1]["zekerheid"] >= 0.8))[known]
    return {
        "buurten": float(len(same)),
        "zelfde": float(same.mean()),
        "onveranderd": float(still.mean()),
        "zelfde onveranderd": float(same[still].mean()),
        "zeker": float(sure.mean()),
        "zelfde zeker": float(same[sure].mean()),
    }


def _rounded(value: Any) -> Any:
    """Return nested values with floats to six digits."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return (
        {name: _rounded(one) for name, one in value.items()} if isinstance(value, dict) else value
    )
