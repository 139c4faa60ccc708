"""Stage indicatoren: one table of every buurt and every figure."""

from __future__ import annotations

from sia.indicators import build_indicators
from sia.stages.inputs import Inputs
from sia.stages.own import with_own
from sia.stages.run import Made


def make(inputs: Inputs) -> Made:
    """Build the indicator table, and lay the indicators of a researcher beside it."""
    run = inputs.outside("gemeente")
    if run.eigen:
        return with_own(run.without_own().made("indicatoren"), run)
    table = build_indicators(inputs.intake(), run.gemeente, run.jaar)
    return Made(table.frames(), table, {"besluiten": list(table.besluiten)})
