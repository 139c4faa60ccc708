"""The series runs under papermill, and again under nbval with the same outputs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sia import batch, demo
from sia.settings import Folders

YEARS = (2023, 2024)
NAMES = sorted(name for phase in batch.PHASES for chain in phase for name in chain)


@pytest.fixture(scope="module")
def executed(
    tmp_path_factory: pytest.TempPathFactory, repository: Path
) -> Iterator[tuple[Path, batch.BatchResult]]:
    """Run the whole series on two years of Voorbeeldstad."""
    root = tmp_path_factory.mktemp("reeks")
    demo.generate(root / "ruw", jaren=YEARS)
    folders = Folders(processed=root / "verwerkt", reports=root / "rapporten")
    patch = pytest.MonkeyPatch()
    patch.setenv("SIA_HOME", str(repository))
    phases = batch.plan("GM9999", YEARS, [root / "ruw"], root=repository, folders=folders)
    yield root, batch.run_batch(phases, bron=[root / "ruw"], workers=2)
    patch.undo()


@pytest.mark.slow
def test_every_notebook_of_every_year_runs(executed: tuple[Path, batch.BatchResult]) -> None:
    _, result = executed
    assert [o for o in result.outcomes if o.status != "klaar"] == []
    assert {(o.jaar, o.notebook) for o in result.outcomes} == {(j, n) for j in YEARS for n in NAMES}


@pytest.mark.slow
def test_every_year_has_its_map_and_report(executed: tuple[Path, batch.BatchResult]) -> None:
    root, _ = executed
    for year in YEARS:
        for name in ("kaart.html", "rapport.html"):
            page = (root / "rapporten" / "GM9999" / str(year) / name).read_text(encoding="utf-8")
            assert "fictief" in page


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_second_execution_gives_the_same_outputs(
    executed: tuple[Path, batch.BatchResult], name: str, repository: Path
) -> None:
    root, _ = executed
    copy = root / "rapporten" / "GM9999" / "2024" / "notebooks" / f"{name}.ipynb"
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", str(copy)]
    command += ["-p", "no:cacheprovider", "--rootdir", str(root), "-c", os.devnull]
    environment = {**os.environ, "SIA_HOME": str(repository)}
    done = subprocess.run(
        command, cwd=copy.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
