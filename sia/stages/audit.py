"""Stage audit: the checks of the OECD/JRC handbook on the index of this year."""

from __future__ import annotations

from sia.stages.inputs import Inputs
from sia.stages.run import Made
from sia.weighing.audit import audit_frame, audit_of


def make(inputs: Inputs) -> Made:
    """Check the index of this year, beside indices that stay outside it and beside origin."""
    table, weighed = inputs.indicators(), inputs.result("weging")
    found = audit_of(
        weighed.urgentie, table, inputs.table("scores"), inputs.table("gebieden")["naam"]
    )
    return Made({"audit": audit_frame(found)}, found)
