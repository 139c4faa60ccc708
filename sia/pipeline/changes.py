"""Stage 09, since the base year: what changed, and whether it exceeds the noise."""

from __future__ import annotations

import pandas as pd

from sia.change.base_year import BaseYear, YearFigures
from sia.change.base_year import base_year as compared
from sia.change.since_base import Verandering, change_since_base, judgement_table
from sia.change.tables import BUURTEN, GEBIEDEN, JAREN, change_of, change_tables, year_scores
from sia.indicators import build_indicators
from sia.methode import ChangeSettings, WeighingSettings
from sia.pipeline.intake import read_intake
from sia.pipeline.run import Run
from sia.pipeline.scores import reweigh
from sia.pipeline.table import load_indicators
from sia.store import read_table
from sia.weighing import Weighing, weigh_table

STAGE = "08_verandering"


def change_step(run: Run, *, zaad: int = 2024) -> Verandering | None:
    """Lay this year beside the base year and write what changed, and the scores of every year.

    Returns
    -------
    Verandering or None
        None in the base year itself, and when one of the years has no index; the tables of the
        change then have no rows.
    """
    settings, base = ChangeSettings(seed=zaad), base_year(run, reweigh(run))
    areas = run.table("gebiedsindeling")["dia_gebied"] if run.has("gebiedsindeling") else None
    found = None if base is None else change_since_base(base, areas, settings)
    years = [run.of_year(jaar) for jaar in run.jaren]
    scores = {own.jaar: own.table("scores") for own in years if own.has("scores")}
    listed = year_scores(scores, run.table("gebieden").index)
    tables = {**change_tables(found), JAREN: listed}
    run.write(STAGE, tables, zaad=zaad, trekkingen=settings.draws)
    return found


def base_year(run: Run, weging: Weighing) -> BaseYear | None:
    """Return the figures of the base year beside those of this year.

    Parameters
    ----------
    weging : Weighing
        Of this year.

    Returns
    -------
    BaseYear or None
        None in the base year itself, and when one of the years has no index.
    """
    base = run.of_year(run.basisjaar)
    if run.jaar == run.basisjaar or weging.urgentie is None or not base.has("scores"):
        return None
    table = load_indicators(base)
    index = weigh_table(table, run.gemeente, WeighingSettings(draws=0)).urgentie
    if index is None:
        return None
    now = YearFigures(load_indicators(run), weging.urgentie)
    return compared(now, YearFigures(table, index), _as_known_now(run, base))


def _as_known_now(run: Run, base: Run) -> pd.DataFrame | None:
    """Return the figures of the base year as this year's sources give them; None when the same."""
    files = ["bestand", "sha256"]
    read, read_then = (read_table(one.folder / "bestanden.parquet")[files] for one in (run, base))
    if set(map(tuple, read.to_numpy())) == set(map(tuple, read_then.to_numpy())):
        return None
    return build_indicators(read_intake(run), run.gemeente, run.basisjaar).values


def change_found(run: Run) -> Verandering | None:
    """Return the change that `change_step` wrote; None when there is none, or it did not run."""
    if not run.has(BUURTEN):
        return None
    return change_of(run.table(BUURTEN), run.table(GEBIEDEN))


def since_base_table(run: Run) -> pd.DataFrame:
    """Return every buurt with its real change since the base year and what is said of it."""
    found = change_found(run)
    if found is None:
        return pd.DataFrame()
    return judgement_table(found, run.table("gebieden")["naam"])


def scores_by_year(run: Run) -> pd.DataFrame:
    """Return urgentie per buurt in each processed year; without columns before `change_step`."""
    if not run.has(JAREN):
        return pd.DataFrame(index=run.table("gebieden").index)
    return run.table(JAREN).rename(columns=int)
