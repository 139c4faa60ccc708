"""Stage trajecten: what became of the kind of every buurt over the years."""

from __future__ import annotations

from sia.change.trajectories import national_trajectories, trajectories
from sia.stages.inputs import Inputs
from sia.stages.run import Made


def make(inputs: Inputs) -> Made:
    """Type all comparable years as one panel, and judge every change."""
    settings = inputs.method("verandering")
    panel = inputs.result("jaren")
    if inputs.parameters("typen").get("typenset"):
        types = {jaar: inputs.table("typologie", jaar) for jaar in panel.jaren}
        found = national_trajectories(panel, types, settings)
    else:
        found = trajectories(
            panel,
            inputs.domain_scores(),
            inputs.table("typologie"),
            len(inputs.table("typeprofielen")),
            settings,
        )
    noted = {
        "zaad": settings.seed,
        "trekkingen": settings.draws,
        "vergeleken": list(found.panel.jaren),
        "indicatoren": len(found.panel.indicatoren),
    }
    return Made({"trajecten": found.buurten}, found, noted)
