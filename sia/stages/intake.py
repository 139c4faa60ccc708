"""Stage intake: read every raw file once, and say what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sia.indicators.deliveries import jumps, passed_over
from sia.request import store_folder
from sia.sources.reading import read_intake
from sia.stages.inputs import Inputs
from sia.stages.run import Made, Run

if TYPE_CHECKING:
    from sia.sources.base import Intake


def read(run: Run, tabellen: tuple[str, ...] | None = None) -> Intake:
    """Return what the raw files hold for the municipality and years of a run."""
    return read_intake(
        run.gemeente.code, run.jaren, run.bron, run.folders.processed, tabellen=tabellen
    )


def make(inputs: Inputs) -> Made:
    """Read the raw files; the table says of each what became of it."""
    run, found = inputs.outside("open data"), inputs.intake()
    kept = store_folder(run.bron, run.folders.processed).name
    files = found.files.astype(str)
    for told in (passed_over(found.tables, run.gemeente), jumps(found.tables)):
        for path, sentence in told.items():
            files.loc[files["bestand"].map(path.endswith), "opmerking"] += f"; {sentence}"
    return Made({"bestanden": files}, found, {"invoer": kept})
