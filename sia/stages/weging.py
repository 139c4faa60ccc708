"""Stage weging: urgentie and potentie, with the doubt about every rank."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sia.errors import InputError
from sia.index import IndexResult
from sia.indicators import IndicatorTable
from sia.stages.inputs import Inputs
from sia.stages.run import Made
from sia.weighing import nobody_scored, weigh_table
from sia.weighing.order import with_order


def make(inputs: Inputs) -> Made:
    """Weigh the buurten.

    Raises InputError when no buurt has enough figures for a score.
    """
    settings = inputs.method("weging")
    left_out = inputs.method("indicatoren").without
    found = weigh_table(
        inputs.indicators(), inputs.gemeente, settings, base_norms(inputs, inputs.jaar), left_out
    )
    if found.urgentie is None:
        raise InputError([nobody_scored(inputs.jaar, found.scores)])
    found = replace(found, scores=with_order(found.scores, found.urgentie, settings))
    return Made(
        {"scores": found.scores, "bijdragen": found.contributions},
        found,
        {
            "doorrekeningen": settings.draws,
            "zaad": settings.seed,
            "eigen_maat": list(found.eigen_maat),
        },
    )


def index_of(inputs: Inputs, table: IndicatorTable, jaar: int) -> IndexResult:
    """Return the index of urgentie of a year again, without doubt: that is not needed for it."""
    run = inputs.run.of_year(jaar)
    settings = inputs.method("weging").model_copy(update={"draws": 0})
    left_out = inputs.method("indicatoren").without
    base = base_norms(inputs, jaar)
    found = weigh_table(table, run.gemeente, settings, base, left_out).urgentie
    if found is None:
        raise InputError([nobody_scored(jaar)])
    return found


def base_norms(inputs: Inputs, jaar: int) -> pd.DataFrame | None:
    """Return the norms that fix the scale of a year; None in the base year itself."""
    return None if jaar == inputs.basisjaar else inputs.table("normen", inputs.basisjaar)
