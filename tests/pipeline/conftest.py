"""One small demonstration line, run once for all tests of the pipeline."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

import voorbeeldstad
from sia import pipeline
from sia.store import sha256_file, write_json

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
    for run in runs.values():
        pipeline.change_step(run)
    return Line(root, runs)


def hashes(line: Line) -> dict[str, str]:
    """Return the hash of every table of a line, by year and name."""
    return {
        f"{year}/{path.name}": sha256_file(path)
        for year, run in line.runs.items()
        for path in sorted(run.folder.glob("*.parquet"))
    }


def of_another_process(shared: Path) -> dict[str, str] | None:
    """Return the hashes of a line that another test process made, or None when none makes one."""
    for begun in sorted(shared.glob("lijn-*.bezig")):
        pid, ready = int(begun.stem.partition("-")[2]), begun.with_suffix(".json")
        while pid != os.getpid() and not ready.exists() and psutil.pid_exists(pid):
            time.sleep(0.2)
        if pid != os.getpid() and ready.exists():
            found: dict[str, str] = json.loads(ready.read_text(encoding="utf-8"))
            return found
    return None


@pytest.fixture(scope="package")
def raw(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    return once("voorbeeldstad", lambda folder: voorbeeldstad.generate(folder, jaren=YEARS))


@pytest.fixture(scope="package")
def line(
    tmp_path_factory: pytest.TempPathFactory, raw: Path, shared: Path, repository: Path
) -> Iterator[Line]:
    """Return a line of this test process; its tests may change it, so it is not shared."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SIA_HOME", str(repository))
    (shared / f"lijn-{os.getpid()}.bezig").touch()
    made = run_line(tmp_path_factory.mktemp("lijn"), raw)
    write_json(shared / f"lijn-{os.getpid()}.json", hashes(made))
    yield made
    patch.undo()
