"""One small demonstration line, run once for all tests of the stages."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

import voorbeeldstad
from sia.stages import graph
from sia.stages.opening import checked_run
from sia.stages.run import Run
from sia.store import sha256_file, write_json

YEARS = (2023, 2024)
DRAWS = 40
"""Of the city with plans, which takes no part in what is compared to the byte."""


@dataclass(frozen=True)
class Line:
    """The runs of a finished line, by year."""

    root: Path
    runs: dict[int, Run]

    @property
    def last(self) -> Run:
        """The run of the newest year."""
        return self.runs[max(self.runs)]


def open_line(root: Path, raw: Path, years: tuple[int, ...] = YEARS, draws: int = 60) -> Line:
    """Return the runs of some years, with nothing made yet."""
    runs = {
        year: checked_run(
            "GM9999",
            year,
            raw,
            jaren=years,
            basisjaar=years[0],
            methode={"weging": {"doorrekeningen": draws}},
            verwerkt=root / "verwerkt",
            rapporten=root / "rapporten",
        )
        for year in years
    }
    return Line(root, runs)


def run_line(root: Path, raw: Path, upto: str = "verandering") -> Line:
    """Publish every stage for every year up to one, in the order of the table of stages."""
    line = open_line(root, raw)
    for one in graph.STAGES:
        for run in line.runs.values():
            run.publish(one.name)
        if one.name == upto:
            break
    return line


def publish_city(root: Path, raw: Path) -> None:
    """Publish every table that a map of the city needs, with plans of partners lying ready."""
    shutil.copytree(raw, root / "ruw")
    voorbeeldstad.write_plans(root / "ruw", voorbeeldstad.plant(jaren=[max(YEARS)]))
    line = open_line(root, root / "ruw", draws=DRAWS)
    for one in graph.STAGES:
        for run in line.runs.values():
            run.publish(one.name)
        if one.name == "aanpak":
            break


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


@pytest.fixture(scope="module")
def delivered(
    line: Line,
    raw: Path,
    once: Callable[[str, Callable[[Path], None]], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    """Return the newest run of the city with plans, on tables of this module alone."""
    city = once("stad", lambda folder: publish_city(folder, raw))
    root = tmp_path_factory.mktemp("geleverd")
    shutil.copytree(city / "verwerkt", root / "verwerkt")
    return open_line(root, city / "ruw", draws=DRAWS).last
