"""What the country scores on the domains, to lay beside one buurt."""

from __future__ import annotations

import pandas as pd

from sia.indicators import IndicatorTable, design
from sia.pipeline import Run, load_indicators
from sia.store import read_table
from sia.viz.figure import row_of
from sia.viz.theme import DOMAINS
from sia.weighing import WeighingSettings, weigh

LAND = "land"


def national_scores(run: Run) -> dict[str, float]:
    """Return the domain scores of a buurt with the national median on every indicator.

    Parameters
    ----------
    run : Run

    Returns
    -------
    dict of domain to float
        0-100, on the same fixed scale as the buurten. Only domains of which enough indicators
        have national norms: the share that a buurt needs for a domain score, of all indicators
        that take part this year. Empty when there are none.
    """
    table = load_indicators(run)
    national = table.norms.index[table.norms["bron"] == LAND]
    plan = design(table, run.gemeente)
    known = [name for name in plan.indicatoren if name in national]
    if not known:
        return {}
    return _scores(table, plan.indicatoren, table.norms.loc[known, "p50"].astype(float), run)


def _scores(
    table: IndicatorTable, indicators: tuple[str, ...], medians: pd.Series, run: Run
) -> dict[str, float]:
    place = pd.Index([LAND], name="buurtcode")
    values = pd.DataFrame([medians], index=place).reindex(columns=table.values.columns)
    everyone = pd.DataFrame({"gerangschikt": [True], "reden": [""]}, index=place)
    weighed = weigh(
        values.astype(float),
        everyone,
        indicators,
        table.catalogue,
        norms=table.norms,
        base_norms=_base(run),
        settings=WeighingSettings(draws=0),
    )
    row = row_of(weighed.scores[[name for name in DOMAINS if name in weighed.scores]], LAND)
    return {str(name): float(value) for name, value in row.dropna().items()}


def _base(run: Run) -> pd.DataFrame | None:
    path = run.of_year(run.basisjaar).folder / "normen.parquet"
    return read_table(path) if run.basisjaar != run.jaar and path.exists() else None
