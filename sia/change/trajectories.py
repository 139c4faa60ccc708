"""What became of every buurt over the years, like with like: its type, and whether it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from sia.change.noise import known_in
from sia.change.panel import Panel
from sia.change.words import LEFT_OUT, MAYBE_NOISE, OTHER_TYPE, SAME_TYPE
from sia.clustering.typenset import FEATURES, Typenset, lacking_somewhere
from sia.dutch import opsomming
from sia.methode import ChangeSettings


def transitions(types: pd.Series[int], start: int, end: int) -> pd.DataFrame:
    """Count how many buurten went from which type to which."""
    pair = _pair(types, start, end)
    named = pair.astype(object).where(pair.notna(), "geen type")
    numbers: list[object] = [int(number) for number in sorted(types.dropna().unique())]
    keys = [*numbers, "geen type"]
    counts = pd.crosstab(named["van"], named["naar"]).reindex(index=keys, columns=keys)
    return counts.fillna(0).astype("int64")


def _pair(types: pd.Series[int], start: int, end: int) -> pd.DataFrame:
    years = types.index.get_level_values(0)
    old = types[years == start].droplevel(0)
    new = types[years == end].droplevel(0)
    return pd.concat({"van": old, "naar": new}, axis=1).sort_index()


@dataclass(frozen=True)
class TypeChange:
    """What changed between two years, and how much of it noise alone would bring.

    `buurten`: Index ``buurtcode``, one row per buurt with a type in both years: ``van``, ``naar``,
        ``gewijzigd`` (bool), ``kans_ruis`` (probability that two measurements of the *same* buurt
        in the *same* year get different types, mean of both years), ``kans_anders`` (probability
        that the types of the two years differ, given the noise in both), ``overtuigend`` (bool).
    `gewijzigd`, `door_ruis`, `boven_ruis`: Share (0-1) of buurten that changed; share expected by
        noise alone; share of the changes that exceeds noise, ``max(0, 1 - door_ruis / gewijzigd)``
        (NaN without changes).
    """

    buurten: pd.DataFrame
    gewijzigd: float
    door_ruis: float
    boven_ruis: float


def judged_change(
    types: pd.Series[int], shares: pd.DataFrame, start: int, end: int, convincing: float
) -> TypeChange:
    """Judge changes of type by how sure each buurt is of every type in each year."""
    observed = _pair(types, start, end).dropna().astype("int64")
    first = shares.xs(start, level=0).loc[observed.index].to_numpy()
    second = shares.xs(end, level=0).loc[observed.index].to_numpy()
    table = observed.copy()
    table["gewijzigd"] = table["van"] != table["naar"]
    table["kans_ruis"] = 1 - ((first**2).sum(axis=1) + (second**2).sum(axis=1)) / 2
    table["kans_anders"] = 1 - (first * second).sum(axis=1)
    table["overtuigend"] = table["gewijzigd"] & (table["kans_anders"] >= convincing)
    seen, chance = float(table["gewijzigd"].mean()), float(table["kans_ruis"].mean())
    beyond = max(0.0, 1 - chance / seen) if seen > 0 else float("nan")
    return TypeChange(table, seen, chance, beyond)


ONE_YEAR = "Er is één vergelijkbaar jaar, dus er valt nog geen verandering te zien."


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Types and urgentie of every buurt in every comparable year.

    `namen`: Type number -> name.
    `typen` (DataFrame of Int64, index today's ``buurtcode``, one column per year): NA where the
        buurt was no same place, or had too few figures.
    `buurten` (index today's ``buurtcode``): As ``trajecten.parquet``.
    `verandering`: Between the first and the last year; None when there is one year.
    `overgang` (DataFrame of int): Transition matrix between the first and the last year.
    `ruis_bekend`: Score indicators that every year has: those with a known measurement error, those
        of which only the rounding is known, and all of them.
    `zonder`: Features of the types that not every year has, so that none was typed on them here.
    """

    panel: Panel
    namen: dict[int, str]
    typen: pd.DataFrame
    buurten: pd.DataFrame
    verandering: TypeChange | None
    overgang: pd.DataFrame
    ruis_bekend: tuple[int, int, int]
    zonder: tuple[str, ...] = ()


def trajectories(
    panel: Panel,
    published: Mapping[int, pd.DataFrame],
    typen: Typenset | None,
    settings: ChangeSettings | None = None,
) -> Trajectories:
    """Follow the types over the years: the same set, on the features that every year has.

    A change is convincing when both years are sure enough of their type: the membership of the
    two nearest types is the chance of each.
    """
    s = settings or ChangeSettings()
    first, last = panel.jaren[0], panel.jaren[-1]
    parts, lacking = _typed_alike(panel, published, typen)
    table = pd.concat(parts, names=["jaar", "buurtcode"])
    rows, keys = panel.rows(table.index)
    linked = table.iloc[rows].set_axis(keys)
    types = linked["type"].astype("Int64")
    known = table.dropna(subset=["type"]).drop_duplicates("type")
    names = {int(n): str(t) for n, t in zip(known["type"], known["typenaam"], strict=True)}
    found = None
    if first != last and names:
        shares = _membership(linked, sorted(names))
        found = judged_change(types, shares, first, last, s.convincing)
    wide = types.unstack("jaar").reindex(columns=list(panel.jaren))
    wide = wide.reindex(panel.nu.areas.index).astype("Int64")
    return Trajectories(
        panel=panel,
        namen=dict(sorted(names.items())),
        typen=wide,
        buurten=_judged(panel, wide, found, names),
        verandering=found,
        overgang=transitions(types.dropna(), first, last),
        ruis_bekend=_known_noise(panel),
        zonder=lacking,
    )


def _typed_alike(
    panel: Panel, published: Mapping[int, pd.DataFrame], typen: Typenset | None
) -> tuple[dict[int, pd.DataFrame], tuple[str, ...]]:
    """Return the types of each year on the features that all have, and which those are not."""
    if typen is None:
        return {jaar: published[jaar] for jaar in panel.jaren}, ()
    parts = {}
    typed = {jaar: published[jaar]["type"].dropna().index for jaar in panel.jaren}
    values = {jaar: panel.tabellen[jaar].values.loc[codes] for jaar, codes in typed.items()}
    lacking = lacking_somewhere(list(values.values()), typen.model)
    for jaar, own in values.items():
        table = typen.typeer(own.drop(columns=[name for name in lacking if name in own]))
        parts[jaar] = table.reindex(published[jaar].index)
    return parts, lacking


def _membership(types: pd.DataFrame, numbers: list[int]) -> pd.DataFrame:
    """Return the chance of every type: its membership for the nearest, the rest for the next."""
    shares = pd.DataFrame(0.0, types.index, numbers)
    for number in numbers:
        shares[number] += types["zekerheid"].where(types["type"] == number, 0.0).fillna(0.0)
        rest = 1 - types["zekerheid"]
        shares[number] += rest.where(types["tweede_type"] == number, 0.0).fillna(0.0)
    return shares


def _known_noise(panel: Panel) -> tuple[int, int, int]:
    """Count the indicators whose error is known, those with only a known rounding, and all."""
    _, error = known_in(panel, panel.jaren[-1])
    known = {*error.scale, *error.rounded}
    if error.lower is not None:
        known |= {str(name) for name, column in error.lower.items() if column.notna().any()}
    count = len(panel.gelijk.columns.intersection(list(panel.indicatoren)))
    return len(known), len(set(error.printed) - known), count


def _judged(
    panel: Panel,
    types: pd.DataFrame,
    found: TypeChange | None,
    names: dict[int, str],
) -> pd.DataFrame:
    """Give every buurt of today a judgement on its change, or the reason why there is none."""
    first, last = panel.jaren[0], panel.jaren[-1]
    table = pd.DataFrame(index=types.index)
    table["eerste_jaar"], table["laatste_jaar"] = first, last
    table["van"], table["naar"] = types[first], types[last]
    for side in ("van", "naar"):
        table[f"{side}_naam"] = table[side].map(names).astype(object).fillna("").astype("str")
    table["kans_anders"] = float("nan")
    table["oordeel"], table["toelichting"] = LEFT_OUT, ""
    if found is None:
        table["toelichting"] = ONE_YEAR if first == last else "Te weinig cijfers voor typen."
        return table
    judged = found.buurten
    rows = judged.index
    table.loc[rows, "kans_anders"] = judged["kans_anders"].round(9)
    table.loc[rows, "oordeel"] = SAME_TYPE
    table.loc[rows[judged["gewijzigd"]], "oordeel"] = MAYBE_NOISE
    table.loc[rows[judged["overtuigend"]], "oordeel"] = OTHER_TYPE
    table["toelichting"] = [
        _why_not(str(code), panel, types) if code not in rows else "" for code in types.index
    ]
    return table


def _why_not(code: str, panel: Panel, types: pd.DataFrame) -> str:
    """Say why a buurt has no type in both years: its border, or too few figures."""
    first, last = panel.jaren[0], panel.jaren[-1]
    if code not in set(panel.plaatsen[first].now):
        told = panel.grenzen[first]["toelichting"]
        return str(told.get(code, f"De grens van {first} of {last} is onbekend."))
    known = types.loc[code].notna()
    without = [str(jaar) for jaar in (first, last) if not known[jaar]]
    return f"Te weinig cijfers voor een type in {' en '.join(without)}."


def panel_text(found: Trajectories) -> str:
    """Say which years are compared, on how many indicators, and which are left out and why."""
    panel = found.panel
    years = ", ".join(map(str, panel.jaren))
    known, rounded, total = found.ruis_bekend
    text = (
        f"Vergeleken: {years}, op de {total} opgave-indicatoren die in al deze jaren bestaan, met "
        f"de gewichten van {panel.jaren[-1]}; wat een jaar mist, staat in elk jaar op de waarde "
        f"van {panel.jaren[-1]} en verandert dus niet. "
        f"Van {known} van die {total} is bekend hoe onzeker het cijfer is, van {rounded} alleen "
        f"hoe het is afgerond; de andere {total - known - rounded} tellen als exact."
    )
    if found.zonder:
        named = opsomming([FEATURES[name] for name in found.zonder])
        text += f" De typen zijn hier bepaald zonder {named}: niet elk jaar heeft dat cijfer."
    for jaar, reason in panel.weggelaten["reden"].items():
        text += f" Niet vergeleken: {jaar} ({reason})."
    return text


def change_text(found: Trajectories) -> str:
    """Say how many buurten changed type, and how much of that noise alone would bring."""
    if found.verandering is None:
        return str(found.buurten["toelichting"].iloc[0])
    judged = found.verandering
    counts = found.buurten["oordeel"].value_counts()
    moved, rows = int(judged.buurten["gewijzigd"].sum()), len(judged.buurten)
    text = (
        f"{moved} van de {rows} vergelijkbare buurten kregen een ander type "
        f"({_percent(judged.gewijzigd)}). Niet te vergelijken: {int(counts.get(LEFT_OUT, 0))}."
    )
    text += (
        f" Door twijfel over het type alleen zou {_percent(judged.door_ruis)} wisselen. "
        f"Overtuigend veranderd: {int(counts.get(OTHER_TYPE, 0))}."
    )
    if moved:
        text += f" Van de wisselingen gaat {_percent(judged.boven_ruis)} boven die twijfel uit."
    return text


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")


def changed_table(found: Trajectories) -> pd.DataFrame:
    """Return the buurten whose type changed, the most certain first."""
    rows = found.buurten[found.buurten["oordeel"].isin([OTHER_TYPE, MAYBE_NOISE])]
    rows = rows.sort_values("kans_anders", ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "buurt": found.panel.nu.areas["naam"].reindex(rows.index),
            "van": [f"{n}. {found.namen[n]}" for n in rows["van"]],
            "naar": [f"{n}. {found.namen[n]}" for n in rows["naar"]],
            "kans dat het verschil echt is (%)": 100 * rows["kans_anders"],
            "oordeel": rows["oordeel"],
        }
    )


def left_out_table(found: Trajectories) -> pd.DataFrame:
    """Return the buurten that cannot be compared, with the reason; nobody disappears."""
    rows = found.buurten[found.buurten["oordeel"] == LEFT_OUT]
    names = found.panel.nu.areas["naam"].reindex(rows.index)
    return pd.DataFrame({"buurt": names, "reden": rows["toelichting"]})


def transition_table(found: Trajectories) -> pd.DataFrame:
    """Return the transition matrix with names: rows the first year, columns the last."""
    table = found.overgang
    first, last = found.panel.jaren[0], found.panel.jaren[-1]
    shown = table.rename(columns=lambda key: f"{key} in {last}")
    labels = [
        f"{key}. {found.namen[key]}" if key in found.namen else str(key) for key in table.index
    ]
    shown.insert(0, f"type in {first}", labels)
    return shown


def yearly_shares(found: Trajectories) -> pd.DataFrame:
    """Return the chances of going from type to type (a Markov chain), over all pairs of years.

    Returns: One row per type: its name, how many buurt-years it rests on, and the share (0-100) of
        them that has each type in the next comparable year.
    """
    pairs = [
        found.typen[[one, other]].dropna().set_axis(["van", "naar"], axis=1)
        for one, other in pairwise(found.panel.jaren)
    ]
    both = pd.concat(pairs) if pairs else pd.DataFrame({"van": [], "naar": []})
    counts = pd.crosstab(both["van"], both["naar"]).reindex(columns=list(found.namen), fill_value=0)
    table = (100 * counts.div(counts.sum(axis=1), axis=0)).rename(columns=lambda n: f"naar {n} (%)")
    table.insert(0, "type", [f"{n}. {found.namen[int(n)]}" for n in counts.index])
    table.insert(1, "buurt-jaren", counts.sum(axis=1))
    return table.reset_index(drop=True)


def trend_table(found: Trajectories) -> pd.DataFrame:
    """Return comparable urgentie per year for the buurten that rose or fell most."""
    urgentie = found.panel.urgentie()
    first, last = found.panel.jaren[0], found.panel.jaren[-1]
    change_ = (urgentie[last] - urgentie[first]).dropna()
    order = change_.abs().sort_values(ascending=False, kind="stable").index[:15]
    shown = urgentie.loc[order].rename(columns=str)
    shown.insert(0, "buurt", found.panel.nu.areas["naam"].reindex(order))
    return shown.assign(verandering=change_.reindex(order))


def check_trajectories(found: Trajectories) -> str:
    """Say that every buurt has a judgement or a reason."""
    counts = found.buurten["oordeel"].value_counts()
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"In orde: alle {int(counts.sum())} buurten hebben een oordeel: {listed}."
