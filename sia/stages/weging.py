"""Stage weging: urgentie and potentie, with the doubt about every rank."""

from __future__ import annotations

import pandas as pd

from sia.errors import InputError, Problem
from sia.indicators import IndicatorTable, design, eligibility
from sia.stages.inputs import Inputs
from sia.stages.run import Made
from sia.weighing import Margins, Weighing, weigh


def make(inputs: Inputs) -> Made:
    """Weigh the buurten.

    Raises
    ------
    InputError
        When no buurt has enough figures for a score.
    """
    table = inputs.indicators()
    found = weighed(inputs, table)
    if found.urgentie is None:
        raise InputError([nobody_scored(inputs.jaar)])
    settings = inputs.method("weging")
    return Made(
        {"scores": found.scores, "bijdragen": found.contributions},
        found,
        {"doorrekeningen": settings.draws, "zaad": settings.seed},
    )


def weighed(inputs: Inputs, table: IndicatorTable) -> Weighing:
    """Return the weighing of an indicator table on the scale of the base year."""
    left_out = set(inputs.method("indicatoren").without)
    plan = design(table, inputs.gemeente)
    return weigh(
        table.values,
        eligibility(table, inputs.gemeente),
        tuple(name for name in plan.indicatoren if name not in left_out),
        table.catalogue,
        norms=table.norms,
        base_norms=base_norms(inputs),
        denominators=table.denominators,
        margins=margins_of(table),
        dropped=plan.vervallen,
        settings=inputs.method("weging"),
    )


def base_norms(inputs: Inputs) -> pd.DataFrame | None:
    """Return the norms that fix the scale; None in the base year itself."""
    if inputs.basisjaar == inputs.jaar:
        return None
    return inputs.table("normen", inputs.basisjaar)


def margins_of(table: IndicatorTable) -> Margins | None:
    """Return the published margins, or None for a table that was put together without them."""
    return None if table.lower.empty else (table.lower, table.upper)


def nobody_scored(jaar: int) -> Problem:
    """Return what is wrong with a year in which no buurt has a score, and what to do."""
    return Problem(
        wat=f"In {jaar} heeft geen enkele buurt genoeg cijfers voor een score.",
        oplossing="Voeg bronnen toe, of laat dit jaar uit `jaren`.",
    )
