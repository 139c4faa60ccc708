"""Stage 09: what became of every buurt over the years, like with like."""

from __future__ import annotations

from sia.change.border_history import BorderHistory
from sia.change.border_history import border_history as borders_of
from sia.change.trajectories import Trajectories, trajectories
from sia.methode import ChangeSettings
from sia.pipeline.intake import read_intake
from sia.pipeline.panel import comparable_years
from sia.pipeline.run import Run
from sia.pipeline.types import panel as published_scores
from sia.sources.cbs import NAME as KWB

STAGE = "09_trajecten"


def border_history(run: Run) -> BorderHistory:
    """Compare every earlier border map in the raw folders with that of this year."""
    return borders_of(run.table("gebieden"), read_intake(run, tabellen=(KWB,)))


def trajectories_step(run: Run, *, zaad: int = 2024) -> Trajectories:
    """Type all comparable years as one panel, judge every change, and write it per buurt."""
    settings = ChangeSettings(seed=zaad)
    types, count = run.table("typologie"), len(run.table("typeprofielen"))
    found = trajectories(comparable_years(run), published_scores(run), types, count, settings)
    run.write(
        STAGE,
        {"trajecten": found.buurten},
        zaad=zaad,
        trekkingen=settings.draws,
        vergeleken=list(found.panel.jaren),
        indicatoren=len(found.panel.indicatoren),
    )
    return found
