"""Which figures of two years are measurements of one series, and so can show a change."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from sia.indicators import IndicatorTable
from sia.indicators.cells import MODELLED
from sia.weighing import money_growth


def growth_between(then: IndicatorTable, now: IndicatorTable) -> pd.Series[float]:
    """Return the growth of every amount between two years, as `sia.weighing.money_growth`."""
    return money_growth(then.norms, now.norms, [e.id for e in now.catalogue if e.geld])


def measured_alike(
    then: IndicatorTable, now: IndicatorTable, rows: pd.Index, names: Sequence[str]
) -> pd.DataFrame:
    """Tell which figures of two years are two measurements of one series.

    Not when both are of the same reference year (one was carried forward), when publisher or
    method differ, or when a modelled figure comes from two deliveries: a publisher models earlier
    years anew in each.

    `rows` (``buurtcode``): Of this year; what the base year says of a code that is new is said of
        most of its codes.
    `names`: Indicators.
    """
    years = [_years(table, rows, names) for table in (then, now)]
    series = _series_of(then, now, names)
    found = {}
    for name in names:
        pairs = pd.Series(list(zip(years[0][name], years[1][name], strict=True)), rows)
        known = {
            (before, after): before != after
            and bool(series[0].get((name, before), set()) & series[1].get((name, after), set()))
            for before, after in set(pairs)
        }
        found[name] = pairs.map(known).astype(bool)
    return pd.DataFrame(found, index=rows, columns=list(names))


def same_series(then: IndicatorTable, now: IndicatorTable, names: Sequence[str]) -> list[str]:
    """Return the indicators of which two years hold figures of one series."""
    before, after = (
        {
            name: set().union(*(keys for (own, _), keys in found.items() if own == name))
            for name in names
        }
        for found in _series_of(then, now, names)
    )
    return [name for name in names if before[name] & after[name]]


def _series_of(
    then: IndicatorTable, now: IndicatorTable, names: Sequence[str]
) -> list[dict[tuple[str, int], set[tuple[str, ...]]]]:
    modelled = {name for name in names for table in (then, now) if _modelled(table, name)}
    return [_series(table, modelled) for table in (then, now)]


def _years(table: IndicatorTable, rows: pd.Index, names: Sequence[str]) -> pd.DataFrame:
    own = table.years.reindex(columns=list(names))
    common = {name: own[name].mode().iloc[0] if own[name].notna().any() else 0 for name in own}
    return own.reindex(rows).fillna(common).astype("int64")


def _modelled(table: IndicatorTable, name: str) -> bool:
    if name in table.catalogue.ids and table.catalogue[name].gemodelleerd:
        return True
    return name in table.flags and bool((table.flags[name] == MODELLED).any())


def _series(
    table: IndicatorTable, modelled: Collection[str]
) -> dict[tuple[str, int], set[tuple[str, ...]]]:
    """Return per indicator and reference year the publisher and method, and a model's delivery."""
    found: dict[tuple[str, int], set[tuple[str, ...]]] = {}
    for row in table.provenance.to_dict("records"):
        name = str(row["indicator"])
        key: tuple[str, ...] = (str(row["bron"]).partition(".")[0], str(row["methode"]))
        key += (str(row["tabel"]),) if name in modelled else ()
        found.setdefault((name, int(row["peiljaar"])), set()).add(key)
    return found
