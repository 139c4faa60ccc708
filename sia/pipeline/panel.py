"""The years of a run side by side."""

from __future__ import annotations

from sia.change import panel
from sia.pipeline.intake import read_intake
from sia.pipeline.run import Run
from sia.pipeline.table import load_indicators


def comparable_years(run: Run) -> panel.Panel:
    """Put the processed years up to this one side by side, like with like.

    Raises
    ------
    InputError
        When this year has no scores yet, or no border map.
    """
    done = [j for j in run.jaren if j <= run.jaar and run.of_year(j).has("scores")]
    if run.jaar not in done:
        run.table("scores")
    tables = {jaar: load_indicators(run.of_year(jaar)) for jaar in done}
    layers = read_intake(run, tabellen=()).areas
    return panel.comparable_years(tables, layers, run.gemeente, run.basisjaar)
