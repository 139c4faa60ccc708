"""Several years side by side: the same places, the same indicators, one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.areas import compare
from sia.catalogue.model import DOMAINS
from sia.change.alike import same_series
from sia.change.borders import Places, border_layer, compared, same_places
from sia.errors import InputError
from sia.gemeente import Gemeente
from sia.index import IndexResult
from sia.indicators import IndicatorTable, design, eligibility
from sia.indicators.age import BY_AGE
from sia.methode import ChangeSettings, WeighingSettings
from sia.sources.base import AreaLayer
from sia.weighing import URGENTIE, goalposts, nobody_scored, weigh


@dataclass(frozen=True, eq=False)
class Panel:
    """The years up to a last one, made comparable.

    Parameters
    ----------
    jaren : tuple of int
        The years that can be compared.
    weggelaten : DataFrame, index ``jaar``
        ``reden`` why another year cannot.
    indicatoren : tuple of str
        Score indicators that every one of `jaren` has, from one series; the scores rest on these
        alone.
    resultaten : dict of int to IndexResult
        The index of each year on those indicators.
    grenzen : dict of int to DataFrame
        Per earlier year what became of every code (`sia.areas.compare`), towards the last year.
    plaatsen : dict of int to Places
        Per year, the last included.
    modelsamenhang : float
        Correlation between the errors of modelled figures of one buurt.
    """

    jaren: tuple[int, ...]
    weggelaten: pd.DataFrame
    indicatoren: tuple[str, ...]
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
    layers: Sequence[AreaLayer],
    gemeente: Gemeente,
    basisjaar: int,
    settings: ChangeSettings | None = None,
    weighing: WeighingSettings | None = None,
) -> Panel:
    """Put years side by side, like with like.

    Parameters
    ----------
    tables : mapping of int to IndicatorTable
        Of every year; the others are compared with the last.
    layers : sequence of AreaLayer
        Border maps that were delivered.
    basisjaar : int
        Year whose norms fix the scale; for an indicator without norms in that year, the first
        year that has them.

    Returns
    -------
    Panel
        Its scores rest on the indicators that all its years have. A year that shares too few with
        the last one is left out with the reason.

    Raises
    ------
    InputError
        When a year has no buurt with a score, or its border map is gone.
    """
    kept, shared, left_out = _years_that_share(tables, gemeente, settings or ChangeSettings())
    own = {jaar: tables[jaar] for jaar in kept}
    scale = _one_scale(shared, tables, basisjaar)
    how = (weighing or WeighingSettings()).model_copy(update={"draws": 0})
    results = {jaar: _index(own[jaar], shared, scale, gemeente, how) for jaar in kept}
    maps = {jaar: border_layer(own[jaar].areas, layers) for jaar in kept}
    now = own[kept[-1]].areas
    borders = {
        jaar: compared(own[jaar].areas, now, compare(maps[jaar], maps[kept[-1]])) for jaar in kept
    }
    places = {jaar: same_places(borders[jaar], own[jaar].areas.index) for jaar in kept}
    del borders[kept[-1]]
    return Panel(kept, left_out, shared, results, own, borders, places, how.model_correlation)


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


def _one_scale(
    shared: Sequence[str], tables: Mapping[int, IndicatorTable], basisjaar: int
) -> pd.DataFrame:
    """Return per indicator the norms of the base year, or of the first year that has them."""
    order = sorted(tables, key=lambda jaar: (jaar != basisjaar, jaar))
    rows = {}
    for name in [row for one in shared for row in (one, one + BY_AGE)]:
        norms = [tables[jaar].norms for jaar in order if name in tables[jaar].norms.index]
        usable = [one for one in norms if goalposts(one, name, WeighingSettings()) is not None]
        if norms:
            rows[name] = (usable or norms)[0].loc[name]
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")


def _index(
    table: IndicatorTable,
    shared: tuple[str, ...],
    scale: pd.DataFrame,
    gemeente: Gemeente,
    settings: WeighingSettings,
) -> IndexResult:
    weighed = weigh(
        table.scored,
        eligibility(table, gemeente),
        shared,
        table.catalogue,
        norms=table.norms,
        base_norms=scale,
        settings=settings,
    )
    if weighed.urgentie is None:
        raise InputError([nobody_scored(table.jaar)])
    return weighed.urgentie
