"""One small demonstration line, run once for all tests of the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sia import demo, pipeline

YEARS = (2023, 2024)


@dataclass(frozen=True)
class Line:
    """The runs of a finished line, by year."""

    root: Path
    runs: dict[int, pipeline.Run]

    @property
    def last(self) -> pipeline.Run:
        """The run of the newest year."""
        return self.runs[max(self.runs)]


def run_line(root: Path, raw: Path) -> Line:
    """Run every stage for every year, in the order of the batch."""
    places = str(root / "verwerkt"), str(root / "rapporten")
    runs = {
        year: pipeline.open_run("GM9999", year, [str(raw)], YEARS, YEARS[0], *places)
        for year in YEARS
    }
    for run in runs.values():
        pipeline.intake_step(run)
        pipeline.indicators_step(run)
    for run in runs.values():
        pipeline.weighing_step(run, doorrekeningen=60)
    for run in runs.values():
        pipeline.typology_step(run)
        pipeline.pockets_step(run)
        pipeline.approach_step(run)
    return Line(root, runs)


@pytest.fixture(scope="package")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ruw") / "voorbeeldstad"
    demo.generate(folder, jaren=YEARS)
    return folder


@pytest.fixture(scope="package")
def line(tmp_path_factory: pytest.TempPathFactory, raw: Path, repository: Path) -> Iterator[Line]:
    patch = pytest.MonkeyPatch()
    patch.setenv("SIA_HOME", str(repository))
    yield run_line(tmp_path_factory.mktemp("lijn"), raw)
    patch.undo()
