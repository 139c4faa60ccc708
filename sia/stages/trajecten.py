"""Stage trajecten: what became of the kind of every buurt over the years."""

from __future__ import annotations

from sia.change.trajectories import trajectories
from sia.clustering.typenset import Typenset
from sia.stages.inputs import Inputs
from sia.stages.run import Made


def make(inputs: Inputs) -> Made:
    """Follow the types over all comparable years, and judge every change."""
    settings = inputs.method("verandering")
    panel = inputs.result("jaren")
    types = {jaar: inputs.table("typologie", jaar) for jaar in panel.jaren}
    known = Typenset.standaard()
    if inputs.parameters("typen").get("typenset") != known.versie:
        known = inputs.result("typen").typenset
    found = trajectories(panel, types, known, settings)
    noted = {
        "zaad": settings.seed,
        "trekkingen": settings.draws,
        "vergeleken": list(found.panel.jaren),
        "indicatoren": len(found.panel.indicatoren),
    }
    return Made({"trajecten": found.buurten}, found, noted)
