"""A second start skips what did not change, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from sia import batch
from tests.batch.tiny import plan_of, write_project

WRITES = """from pathlib import Path
from sia.store import sha256_file, update_manifest
folder = Path(verwerkt) / gemeente / str(jaar)
folder.mkdir(parents=True, exist_ok=True)
target = folder / "tabel.txt"
_ = target.write_text(Path(bron[0], "ruw.csv").read_text())
update_manifest(folder, "intake", {"uitvoer": {target.name: sha256_file(target)}})"""


@pytest.fixture
def project(home: Path) -> Path:
    return write_project(home, WRITES, "print(jaar)")


def start(project: Path, years: tuple[int, ...] = (2020,), **options: object) -> dict:
    result = batch.run_batch(plan_of(project, years), bron=[project / "ruw"], **options)
    return {(o.jaar, o.notebook): o.status for o in result.outcomes}


def test_a_second_start_runs_nothing(project: Path) -> None:
    assert set(start(project).values()) == {"klaar"}
    assert set(start(project).values()) == {"ongewijzigd"}
    assert set(start(project, force=True).values()) == {"klaar"}


@pytest.mark.parametrize("change", ["raw file", "notebook", "output", "executed copy", "mark"])
def test_what_changed_runs_again(project: Path, change: str) -> None:
    start(project)
    report = project / "reports" / "GM9999" / "2020" / "intern" / "notebooks"
    target = {
        "raw file": project / "ruw" / "ruw.csv",
        "notebook": project / "notebooks" / "01_a.ipynb",
        "output": project / "data" / "processed" / "GM9999" / "2020" / "tabel.txt",
        "executed copy": report / "01_a.ipynb",
        "mark": report / "01_a.klaar.json",
    }[change]
    target.write_text(target.read_text() + " ")
    if change == "mark":
        target.write_text("{half")
    assert start(project)[(2020, "01_a")] == "klaar"


def test_another_year_makes_the_pooled_phase_run_again(project: Path) -> None:
    start(project)
    status = start(project, years=(2020, 2021))
    assert status[(2021, "01_a")] == "klaar"
    assert status[(2020, "02_b")] == "klaar"


def test_left_overs_of_a_killed_run_are_removed(project: Path) -> None:
    folder = project / "reports" / "GM9999" / "2020" / "intern" / "notebooks"
    folder.mkdir(parents=True)
    (folder / ".01_a.abc.part.ipynb").write_text("{")
    start(project)
    assert not list(folder.glob(".*.part*"))
