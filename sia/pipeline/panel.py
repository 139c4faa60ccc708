"""Several years side by side: the same places, the same indicators, one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.areas import compare
from sia.catalogue.model import DOMAINS, Catalogue
from sia.clustering.years import Places, same_places
from sia.errors import InputError, Problem
from sia.index import DataError, IndexDesign, IndexResult, NoTreatment, build_index
from sia.index.choices import prepare_noise
from sia.indicators import IndicatorTable, design, eligibility
from sia.methode import WeighingSettings
from sia.pipeline.intake import read_intake
from sia.pipeline.run import Run
from sia.pipeline.scores import nobody_scored
from sia.pipeline.table import load_indicators
from sia.sources.base import AreaLayer, Intake
from sia.weighing import goalposts, known_error, weigh

Array = npt.NDArray[np.float64]

LEAST_SHARE = 0.5
"""A year takes part when at least this share of the indicators of the last year is shared."""
LEAST_DOMAINS = 3
URGENTIE = "urgentie"


@dataclass(frozen=True, eq=False)
class Panel:
    """The years up to the year of a run, made comparable.

    Parameters
    ----------
    jaren : tuple of int
        The years that can be compared; the last is the year of the run.
    weggelaten : DataFrame, index ``jaar``
        ``reden`` why another year cannot.
    indicatoren : tuple of str
        Score indicators that every one of `jaren` has; the scores rest on these alone.
    resultaten : dict of int to IndexResult
        The index of each year on those indicators.
    tabellen : dict of int to IndicatorTable
    grenzen : dict of int to DataFrame
        Per earlier year what became of every code (`sia.areas.compare`), towards the last year.
    plaatsen : dict of int to Places
        Per year, the last included.
    """

    jaren: tuple[int, ...]
    weggelaten: pd.DataFrame
    indicatoren: tuple[str, ...]
    resultaten: dict[int, IndexResult]
    tabellen: dict[int, IndicatorTable]
    grenzen: dict[int, pd.DataFrame]
    plaatsen: dict[int, Places]

    @property
    def catalogus(self) -> Catalogue:
        """Return the catalogue of the last year."""
        return self.tabellen[self.jaren[-1]].catalogue

    @property
    def scores(self) -> pd.DataFrame:
        """Return urgentie and domains, index ``(jaar, buurtcode)`` with each year's own codes."""
        parts = {jaar: self.resultaten[jaar].scores for jaar in self.jaren}
        table = pd.concat(parts, names=["jaar", "buurtcode"])
        return table[[URGENTIE, *(d for d in DOMAINS if d in table)]]

    def rows(self, index: pd.Index) -> tuple[npt.NDArray[np.int64], pd.MultiIndex]:
        """Return which rows ``(jaar, code)`` are places that are the same now, and their codes.

        Returns
        -------
        ndarray of int
            Positions in `index`.
        MultiIndex ``(jaar, buurtcode)``
            Of those rows, with today's codes.
        """
        now = [str(self.plaatsen[jaar].now.get(code, "")) for jaar, code in index]
        places = np.flatnonzero([code != "" for code in now])
        keys = [(index[int(row)][0], now[int(row)]) for row in places]
        return places, pd.MultiIndex.from_tuples(keys, names=["jaar", "buurtcode"])

    def followed(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows ``(jaar, code)`` of places that are the same now, under today's code."""
        places, keys = self.rows(table.index)
        return table.iloc[places].set_axis(keys)

    def urgentie(self) -> pd.DataFrame:
        """Return comparable urgentie, index today's ``buurtcode``, one column per year."""
        return self.wide(self.scores[URGENTIE])

    def wide(self, column: pd.Series[float]) -> pd.DataFrame:
        """Return a column ``(jaar, code)`` as today's ``buurtcode`` by year."""
        followed = self.followed(column.to_frame("waarde"))["waarde"]
        table = followed.unstack("jaar").reindex(columns=list(self.jaren))
        return table.reindex(self.tabellen[self.jaren[-1]].areas.index)


def comparable_years(run: Run) -> Panel:
    """Put the processed years up to this one side by side, like with like.

    Parameters
    ----------
    run : Run

    Returns
    -------
    Panel
        Its scores rest on the indicators that all its years have, on one scale per indicator
        (the norms of the base year, or of the first year that has them). A year that shares too
        few indicators with the last one is left out with the reason.

    Raises
    ------
    InputError
        When this year has no scores yet, or no border map.
    """
    done = [j for j in run.jaren if j <= run.jaar and run.of_year(j).has("scores")]
    if run.jaar not in done:
        run.table("scores")
    tables = {j: _with_margins(run.of_year(j)) for j in done}
    kept, shared, left_out = _years_that_share(tables, run)
    results = _results(kept, shared, tables, run)
    borders, places = _places(run, kept, tables)
    return Panel(
        jaren=kept,
        weggelaten=left_out,
        indicatoren=shared,
        resultaten=results,
        tabellen={j: tables[j] for j in kept},
        grenzen=borders,
        plaatsen=places,
    )


def _with_margins(run: Run) -> IndicatorTable:
    table = load_indicators(run)
    if not run.has("marges_laag"):
        return table
    return replace(table, lower=run.table("marges_laag"), upper=run.table("marges_hoog"))


def _years_that_share(
    tables: dict[int, IndicatorTable], run: Run
) -> tuple[tuple[int, ...], tuple[str, ...], pd.DataFrame]:
    """Choose the years that have enough indicators in common with the last, newest first."""
    plans = {j: design(table, run.gemeente).indicatoren for j, table in tables.items()}
    last = max(tables)
    shared, kept, reasons = list(plans[last]), [last], {}
    for jaar in sorted(set(tables) - {last}, reverse=True):
        both = [name for name in shared if name in plans[jaar]]
        domains = {tables[last].catalogue[n].domein for n in both} & set(DOMAINS)
        if len(both) >= LEAST_SHARE * len(plans[last]) and len(domains) >= LEAST_DOMAINS:
            shared, kept = both, [jaar, *kept]
        else:
            reasons[jaar] = (
                f"{len(both)} van de {len(plans[last])} indicatoren van {last} zijn er ook in "
                f"{jaar}, in {len(domains)} domeinen; te weinig om gelijk met gelijk te vergelijken"
            )
    left_out = pd.DataFrame({"reden": pd.Series(reasons, dtype="str")}).rename_axis("jaar")
    return tuple(kept), tuple(shared), left_out.sort_index()


def _one_scale(shared: Sequence[str], tables: dict[int, IndicatorTable], run: Run) -> pd.DataFrame:
    """Return per indicator the norms of the base year, or of the first year that has them."""
    order = sorted(tables, key=lambda jaar: (jaar != run.basisjaar, jaar))
    rows = {}
    for name in shared:
        norms = [tables[jaar].norms for jaar in order if name in tables[jaar].norms.index]
        usable = [one for one in norms if goalposts(one, name, WeighingSettings()) is not None]
        rows[name] = (usable or norms)[0].loc[name]
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")


def _results(
    kept: Sequence[int], shared: tuple[str, ...], tables: dict[int, IndicatorTable], run: Run
) -> dict[int, IndexResult]:
    scale = _one_scale(shared, tables, run)
    results = {}
    for jaar in kept:
        table = tables[jaar]
        weighed = weigh(
            table.values,
            eligibility(table, run.gemeente),
            shared,
            table.catalogue,
            norms=scale,
            settings=WeighingSettings(draws=0),
        )
        if weighed.urgentie is None:
            raise InputError([nobody_scored(jaar)])
        results[jaar] = weighed.urgentie
    return results


def border_layer(areas: pd.DataFrame, found: Intake) -> AreaLayer:
    """Return the border map that a year's ``gebieden`` were made from, this gemeente only.

    Parameters
    ----------
    areas : DataFrame
        ``gebieden`` of that year.
    found : Intake

    Raises
    ------
    InputError
        When the raw folders do not hold it any more.
    """
    year = int(areas["borders_year"].max())
    drawn = areas.index[areas["borders_year"] == year]
    for layer in found.areas:
        if layer.level == "buurt" and layer.year == year:
            inside = layer.frame.index.isin(drawn)
            if inside.sum() == len(drawn):
                return replace(layer, frame=layer.frame[inside])
    raise InputError(
        [
            Problem(
                wat=f"De grenzen van {year} staan niet meer in de bronmappen.",
                oplossing="Zet het bestand terug, of maak de stappen vanaf notebook 01 opnieuw.",
            )
        ]
    )


def _places(
    run: Run, kept: Sequence[int], tables: dict[int, IndicatorTable]
) -> tuple[dict[int, pd.DataFrame], dict[int, Places]]:
    found = read_intake(run, tabellen=())
    now = border_layer(tables[run.jaar].areas, found)
    borders, places = {}, {}
    for jaar in kept:
        then = border_layer(tables[jaar].areas, found)
        comparison = compare(then, now)
        places[jaar] = same_places(comparison, tables[jaar].areas.index)
        if jaar != run.jaar:
            borders[jaar] = comparison
    return borders, places


def score_noise(panel: Panel, *, draws: int = 200, zaad: int = 2024) -> Array:
    """Draw the error that the published figures bring into the domain scores.

    Rates get a binomial error given their denominator, counts the random rounding of CBS, and
    modelled figures the margins of their publisher; each version of the figures goes through the
    same index. So this is noise of measurement only: choices of method are equal in all years
    and change no buurt. Indicators without a denominator or margins are taken as exact.

    Parameters
    ----------
    panel : Panel
    draws : int
    zaad : int

    Returns
    -------
    ndarray, shape (draws, n_rows, n_domains)
        In points, aligned with ``panel.scores`` and its domains in order.
    """
    domains = [name for name in panel.scores.columns if name != URGENTIE]
    parts = [
        _noise_of_year(panel, jaar, domains, draws, np.random.default_rng([zaad, jaar]))
        for jaar in panel.jaren
    ]
    return np.concatenate(parts, axis=1)


def urgency_spread(panel: Panel, *, draws: int = 200, zaad: int = 2024) -> pd.DataFrame:
    """Return the standard error of comparable urgentie by the noise in the figures.

    Parameters
    ----------
    panel : Panel
    draws : int
    zaad : int

    Returns
    -------
    DataFrame, index today's ``buurtcode``, one column per year
        As `Panel.urgentie`; 0 where the noise of no figure is known.
    """
    parts = {}
    for jaar in panel.jaren:
        rng = np.random.default_rng([zaad, jaar, 1])
        noise = _noise_of_year(panel, jaar, [URGENTIE], draws, rng)[:, :, 0]
        rows = panel.resultaten[jaar].values.index
        parts[jaar] = pd.DataFrame({URGENTIE: noise.std(axis=0)}, index=rows)
    table = pd.concat(parts, names=["jaar", "buurtcode"])
    return panel.wide(table[URGENTIE])


def _noise_of_year(
    panel: Panel, jaar: int, domains: list[str], draws: int, rng: np.random.Generator
) -> Array:
    result, table = panel.resultaten[jaar], panel.tabellen[jaar]
    margins = (table.lower, table.upper) if len(table.lower.columns) else None
    known, error = known_error(result, table.catalogue, table.denominators, margins)
    return drawn_scores(result.values, result.design, known, error, domains, draws, rng)


def drawn_scores(
    values: pd.DataFrame,
    plan: IndexDesign,
    denominators: pd.DataFrame | None,
    error: DataError | None,
    nodes: Sequence[str],
    draws: int,
    rng: np.random.Generator,
) -> Array:
    """Draw how far the scores may be off because the figures under them are.

    Parameters
    ----------
    values : DataFrame, units x indicators
    plan : IndexDesign
        On a fixed scale, so that a version of the figures is comparable with the figures.
    denominators : DataFrame or None
        Units x indicators.
    error : DataError or None
    nodes : sequence of str
        Scores that are wanted.
    draws : int
    rng : Generator

    Returns
    -------
    ndarray, shape (draws, n_units, n_nodes)
        Drawn score minus score, points; zero where nothing is known of the error or no score is.
    """
    rows = values.index
    source = prepare_noise(error, values, denominators)
    if source is None:
        return np.zeros((draws, len(rows), len(nodes)))
    # on a fixed scale the treatment of outliers would only differ from draw to draw
    plain = replace(plan, treat=NoTreatment())
    versions = [values.to_numpy(), *(source.draw(rng) for _ in range(draws))]
    stacked = pd.DataFrame(np.concatenate(versions), columns=list(values.columns))
    scores = build_index(stacked, plain).scores[list(nodes)].to_numpy()
    drawn = scores.reshape(draws + 1, len(rows), len(nodes))
    return np.asarray(np.nan_to_num(drawn[1:] - drawn[0]))
