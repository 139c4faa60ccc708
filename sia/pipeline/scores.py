"""Stage 03: urgentie and potentie, with the doubt about every rank."""

from __future__ import annotations

import pandas as pd

from sia.errors import InputError
from sia.index import Audit
from sia.indicators import IndicatorTable
from sia.methode import WeighingSettings
from sia.pipeline.run import Run
from sia.pipeline.table import load_indicators
from sia.store import read_table
from sia.weighing import Weighing, audit, nobody_scored, weigh_table
from sia.weighing.ranking import ranking as ranking_of
from sia.weighing.ranking import ranking_text
from sia.weighing.what_if import sensitivity_table

STAGE = "03_robuustheid"


def norms_of_base_year(run: Run) -> pd.DataFrame | None:
    """Return the norms that fix the scale; None in the base year itself and where it has none."""
    if run.basisjaar == run.jaar:
        return None
    path = run.of_year(run.basisjaar).folder / "normen.parquet"
    return read_table(path) if path.exists() else None


def _weigh(run: Run, table: IndicatorTable, settings: WeighingSettings) -> Weighing:
    return weigh_table(table, run.gemeente, settings, base_norms=norms_of_base_year(run))


def weighing_step(run: Run, *, doorrekeningen: int = 1000, zaad: int = 2024) -> Weighing:
    """Weigh the buurten, and write scores and contributions.

    Raises
    ------
    InputError
        When no buurt has enough figures for a score.
    """
    settings = WeighingSettings(draws=doorrekeningen, seed=zaad)
    result = _weigh(run, load_indicators(run), settings)
    if result.urgentie is None:
        raise InputError([nobody_scored(run.jaar)])
    run.write(
        STAGE,
        {"scores": result.scores, "bijdragen": result.contributions},
        doorrekeningen=doorrekeningen,
        zaad=zaad,
        schaal_van=run.basisjaar if norms_of_base_year(run) is not None else run.jaar,
    )
    return result


def reweigh(run: Run, doorrekeningen: int = 0) -> Weighing:
    """Return the weighing again without writing, for the tables that explain it."""
    return _weigh(run, load_indicators(run), WeighingSettings(draws=doorrekeningen))


def ranking(run: Run) -> pd.DataFrame:
    """Return the ranked buurten, most urgent first, with interval and chances."""
    return ranking_of(run.table("scores"), run.table("gebieden")["naam"])


def sensitivity_step(run: Run, *, zaad: int = 2024, weging: Weighing | None = None) -> pd.DataFrame:
    """Return the Sobol indices of the rank shift per choice; empty when there is no index."""
    table = load_indicators(run)
    settings = WeighingSettings(draws=0, seed=zaad)
    result = (weging or _weigh(run, table, settings)).urgentie
    return pd.DataFrame() if result is None else sensitivity_table(result, table, settings)


def audit_step(run: Run, weging: Weighing | None = None) -> Audit | None:
    """Return every check of the index of this year, or None when there is no index."""
    result = (weging or reweigh(run)).urgentie
    if result is None:
        return None
    return audit.audit_of(
        result, load_indicators(run), run.table("scores"), run.table("gebieden")["naam"]
    )


def audit_tables(run: Run, gevonden: Audit | None = None) -> dict[str, pd.DataFrame]:
    """Return the checks of the OECD/JRC handbook by their Dutch title, with names for readers."""
    found = gevonden or audit_step(run)
    return {} if found is None else audit.audit_tables(found, run.gemeente.catalogus())


def audit_table(run: Run, gevonden: Audit | None = None) -> pd.DataFrame:
    """Return how many lights of each colour every check has, with the rule."""
    found = gevonden or audit_step(run)
    return pd.DataFrame() if found is None else audit.audit_table(found)


def proxy_table(run: Run, gevonden: Audit | None = None) -> pd.DataFrame:
    """Return per score indicator its rank correlation with origin; for researchers only."""
    found = gevonden or audit_step(run)
    return pd.DataFrame() if found is None else audit.named(found.proxy, run.gemeente.catalogus())


def external_table(run: Run, gevonden: Audit | None = None) -> pd.DataFrame:
    """Return the correlation of the scores with external indices, which stay outside them."""
    found = gevonden or audit_step(run)
    return (
        pd.DataFrame() if found is None else audit.named(found.external, run.gemeente.catalogus())
    )


def check_scores(run: Run) -> str:
    """Say how sure the ranking is."""
    return ranking_text(run.table("scores"))
