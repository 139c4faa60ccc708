"""Several years side by side: the same places, the same indicators, one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.areas import compare
from sia.catalogue.model import DOMAINS
from sia.change.alike import growth_between, same_series
from sia.change.borders import Places, border_layer, compared, same_places
from sia.gemeente import Gemeente
from sia.index import IndexResult, build_index
from sia.indicators import IndicatorTable, design, eligibility
from sia.methode import ChangeSettings
from sia.sources.base import AreaLayer
from sia.weighing import URGENTIE


@dataclass(frozen=True, eq=False)
class Panel:
    """The years up to a last one, made comparable.

    `jaren`: The years that can be compared.
    `weggelaten` (index ``jaar``): ``reden`` why another year cannot.
    `indicatoren`: Score indicators that every one of `jaren` has, from one series; only these can
        change.
    `gelijk` (DataFrame of bool, today's ``buurtcode`` x indicators of the index): Which figures a
        place has in each year in which it is followed. The others stand at the value of the last
        year in all years.
    `resultaten`: The index of each year: the method, the weights and the scale of the last.
    `grenzen`: Per earlier year what became of every code (`sia.areas.compare`), towards the last
        year.
    `plaatsen`: Per year, the last included.
    `modelsamenhang`: Correlation between the errors of modelled figures of one buurt.
    """

    jaren: tuple[int, ...]
    weggelaten: pd.DataFrame
    indicatoren: tuple[str, ...]
    gelijk: pd.DataFrame
    resultaten: dict[int, IndexResult]
    tabellen: dict[int, IndicatorTable]
    grenzen: dict[int, pd.DataFrame]
    plaatsen: dict[int, Places]
    modelsamenhang: float = 0.0

    @property
    def nu(self) -> IndicatorTable:
        """Return the table of the last year."""
        return self.tabellen[self.jaren[-1]]

    @property
    def scores(self) -> pd.DataFrame:
        """Return urgentie and domains, index ``(jaar, buurtcode)`` with each year's own codes."""
        parts = {jaar: self.resultaten[jaar].scores for jaar in self.jaren}
        table = pd.concat(parts, names=["jaar", "buurtcode"])
        return table[[URGENTIE, *(d for d in DOMAINS if d in table)]]

    def rows(self, index: pd.Index) -> tuple[npt.NDArray[np.int64], pd.MultiIndex]:
        """Return which rows ``(jaar, code)`` are places that are the same now, and their codes."""
        now = [str(self.plaatsen[jaar].now.get(code, "")) for jaar, code in index]
        places = np.flatnonzero([code != "" for code in now])
        keys = [(index[int(row)][0], now[int(row)]) for row in places]
        return places, pd.MultiIndex.from_tuples(keys, names=["jaar", "buurtcode"])

    def urgentie(self) -> pd.DataFrame:
        """Return comparable urgentie, index today's ``buurtcode``, one column per year."""
        return self.wide(self.scores[URGENTIE])

    def wide(self, column: pd.Series[float]) -> pd.DataFrame:
        """Return a column ``(jaar, code)`` as today's ``buurtcode`` by year."""
        places, keys = self.rows(column.index)
        table = column.iloc[places].set_axis(keys).unstack("jaar")
        return table.reindex(columns=list(self.jaren)).reindex(self.nu.areas.index)


def comparable_years(
    tables: Mapping[int, IndicatorTable],
    index: IndexResult,
    layers: Sequence[AreaLayer],
    gemeente: Gemeente,
    settings: ChangeSettings | None = None,
    correlation: float = 0.0,
) -> Panel:
    """Put years side by side, like with like.

    `tables`: Of every year; the others are compared with the last.
    `index`: Of urgentie in the last year.
    `layers`: Border maps that were delivered.
    `correlation`: Between the errors of modelled figures of one buurt.
    Returns: The index of the last year, with of each earlier year the figures that all years have.
        A year that shares too few with the last one is left out with the reason.
    Raises `InputError` when the border map of a year is gone.
    """
    kept, shared, left_out = _years_that_share(tables, gemeente, settings or ChangeSettings())
    own = {jaar: tables[jaar] for jaar in kept}
    maps = {jaar: border_layer(own[jaar].areas, layers) for jaar in kept}
    now = own[kept[-1]]
    borders = {
        jaar: compared(own[jaar].areas, now.areas, compare(maps[jaar], maps[kept[-1]]))
        for jaar in kept
    }
    places = {jaar: same_places(borders[jaar], own[jaar].areas.index) for jaar in kept}
    del borders[kept[-1]]
    latest = now.scored[index.values.columns]
    alike = latest.notna() & latest.columns.isin(shared)
    earlier = {jaar: _followed(own[jaar], now, places[jaar], gemeente) for jaar in kept[:-1]}
    today = {jaar: pd.Index(places[jaar].now[rows.index]) for jaar, rows in earlier.items()}
    for jaar, figures in earlier.items():
        alike.loc[today[jaar]] &= figures[latest.columns].notna().to_numpy()
    results = {kept[-1]: index}
    for jaar, figures in earlier.items():
        held = latest.loc[today[jaar]].set_axis(figures.index)
        laid = held.mask(alike.loc[today[jaar]].to_numpy(), figures[held.columns])
        results[jaar] = build_index(laid, index.design)
    return Panel(kept, left_out, shared, alike, results, own, borders, places, correlation)


def _years_that_share(
    tables: Mapping[int, IndicatorTable], gemeente: Gemeente, settings: ChangeSettings
) -> tuple[tuple[int, ...], tuple[str, ...], pd.DataFrame]:
    """Choose the years that have enough indicators in common with the last, newest first."""
    plans = {j: design(table, gemeente).indicatoren for j, table in tables.items()}
    last = max(tables)
    shared, kept, reasons = list(plans[last]), [last], {}
    for jaar in sorted(set(tables) - {last}, reverse=True):
        both = same_series(
            tables[jaar], tables[last], [name for name in shared if name in plans[jaar]]
        )
        growth = growth_between(tables[jaar], tables[last])
        both = [name for name in both if name not in growth.index[growth.isna()]]
        domains = {tables[last].catalogue[n].domein for n in both} & set(DOMAINS)
        enough = len(both) >= settings.min_share * len(plans[last])
        if enough and len(domains) >= settings.min_domains:
            shared, kept = both, [jaar, *kept]
        else:
            reasons[jaar] = (
                f"{len(both)} van de {len(plans[last])} indicatoren van {last} zijn er ook in "
                f"{jaar}, uit dezelfde bron, in {len(domains)} domeinen; te weinig om gelijk met "
                "gelijk te vergelijken"
            )
    left_out = pd.DataFrame({"reden": pd.Series(reasons, dtype="str")}).rename_axis("jaar")
    return tuple(kept), tuple(shared), left_out.sort_index()


def _followed(
    table: IndicatorTable, now: IndicatorTable, places: Places, gemeente: Gemeente
) -> pd.DataFrame:
    """Return figures of an earlier year in euros of now: ranked places that are the same now."""
    ranked = eligibility(table, gemeente)["gerangschikt"]
    codes = table.scored.index[ranked & (places.now != "")]
    growth = growth_between(table, now)
    return table.scored.loc[codes] * growth.reindex(table.values.columns).fillna(1.0)
