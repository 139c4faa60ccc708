"""The series runs under papermill, and again under nbval with the same outputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import nbformat
import pytest

import voorbeeldstad
from sia import batch
from sia.publication import Secrets, leaks
from sia.stages import graph
from sia.stages.opening import checked_run
from sia.store import write_json

YEARS = (2023, 2024)
HALVES = (
    ("01_intake", "04_clustering", "07_agenda", "08_kaarten"),
    ("02_indicatoren", "03_robuustheid", "05_verandering", "09_rapport"),
)
"""Two test processes have about as long over each; the kernels of one half come from one server."""

NBVAL = """
import sys
import pytest
from sia.batch.warm import warm_kernels
with warm_kernels():
    sys.exit(pytest.main(sys.argv[1:]))
"""
NAMES = sorted(graph.notebooks())
USER = "gebruikster7"


def run_series(root: Path, repository: Path) -> None:
    """Run the whole series on two years of Voorbeeldstad and keep what became of it."""
    truth = voorbeeldstad.generate(root / "ruw", jaren=YEARS)
    voorbeeldstad.write_plans(root / "ruw", truth)
    run = checked_run(
        "GM9999",
        YEARS[-1],
        root / "ruw",
        jaren=YEARS,
        basisjaar=YEARS[0],
        verwerkt=root / "verwerkt",
        rapporten=root / "rapporten",
    )
    result = batch.run_batch(batch.plan(run, repository), bron=[root / "ruw"], workers=2)
    write_json(root / "uitkomsten.json", {"lijst": [asdict(o) for o in result.outcomes]})


@pytest.fixture(scope="module")
def executed(
    once: Callable[[str, Callable[[Path], None]], Path], repository: Path
) -> Iterator[tuple[Path, list[batch.Outcome]]]:
    """Return where the series was run, and its outcomes."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SIA_HOME", str(repository))
    patch.setenv("LOGNAME", USER)
    root = once("reeks", lambda folder: run_series(folder, repository))
    listed = json.loads((root / "uitkomsten.json").read_text(encoding="utf-8"))["lijst"]
    yield root, [batch.Outcome(**row) for row in listed]
    patch.undo()


@pytest.mark.slow
def test_every_notebook_of_every_year_runs(executed: tuple[Path, list[batch.Outcome]]) -> None:
    _, outcomes = executed
    assert [o for o in outcomes if o.status != "klaar"] == []
    assert {(o.jaar, o.notebook) for o in outcomes} == {(j, n) for j in YEARS for n in NAMES}


@pytest.mark.slow
def test_every_year_has_its_map_and_report(executed: tuple[Path, list[batch.Outcome]]) -> None:
    root, _ = executed
    for year in YEARS:
        folder = root / "rapporten" / "GM9999" / str(year) / "openbaar"
        for name in ("atlas.html", "kaart.html", "rapport.html"):
            page = (folder / name).read_text(encoding="utf-8")
            assert "fictief" in page


@pytest.mark.slow
def test_no_output_tells_where_it_was_made_or_by_whom(
    executed: tuple[Path, list[batch.Outcome]], repository: Path, tmp_path: Path
) -> None:
    root, _ = executed
    places = [root / "verwerkt" / "GM9999", root / "rapporten"]
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    assert {"openbaar", "partners", "intern"} <= {part for path in files for part in path.parts}
    told = Secrets({}, {}, (str(root), str(repository), USER))
    # the folders of this test lie outside the project, so that notebooks name them from there
    notebooks = [path for path in files if path.parent.name == "notebooks"]
    assert leaks(sorted(set(files) - set(notebooks)), root, told) == []
    for path in notebooks:
        text = path.read_text(encoding="utf-8").replace(f"../..{root}", "")
        assert not [one for one in told.paths if one in text], path
    (tmp_path / "x.json").write_text(json.dumps({"map": str(root / "ruw")}))
    assert leaks([tmp_path / "x.json"], tmp_path, told)


def test_every_notebook_is_executed_again() -> None:
    assert sorted(name for names in HALVES for name in names) == NAMES


@pytest.mark.slow
@pytest.mark.parametrize("names", HALVES, ids="+".join)
def test_a_second_execution_gives_the_same_outputs(
    executed: tuple[Path, list[batch.Outcome]], names: tuple[str, ...], repository: Path
) -> None:
    root, _ = executed
    folder = root / "rapporten" / "GM9999" / "2024" / "intern" / "notebooks"
    books = [str(folder / f"{name}.ipynb") for name in names]
    options = ["--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider"]
    options += ["--rootdir", str(root), "-c", os.devnull]
    environment = {**os.environ, "SIA_HOME": str(repository)}
    done = subprocess.run(
        [sys.executable, "-c", NBVAL, *options, *books],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    cells = sum(cell.cell_type == "code" for book in books for cell in nbformat.read(book, 4).cells)
    assert f"{cells} passed" in done.stdout
