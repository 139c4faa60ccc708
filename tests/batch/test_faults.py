"""Killed at any moment, the batch loses nothing, leaves nothing half and no kernel behind."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from sia import batch
from sia.batch import warm

KILLS = int(os.environ.get("SIA_KILLS", "3"))
YEARS = (2020, 2021, 2022)
WORK = """import os, time
from pathlib import Path
from sia.store import sha256_file, update_manifest, write_text
folder = Path(verwerkt) / "GM9999" / str(jaar)
write_text(Path(verwerkt) / "kernels" / str(os.getpid()), "")
time.sleep(0.2)
write_text(folder / "tabel.txt", "x" * 200_000)
table = folder / "tabel.txt"
update_manifest(folder, "01_a", {"uitvoer": {str(table): sha256_file(table)}})"""
START = """
import sys
from pathlib import Path
from tests.batch.test_faults import chains
from sia import batch
result = batch.run_batch([chains(Path(sys.argv[1]))], workers=2)
sys.exit(result.exit_code())
"""


def chains(folder: Path) -> list[list[batch.Task]]:
    listed = []
    for year in YEARS:
        parameters = {"jaar": year, "verwerkt": str(folder / "verwerkt")}
        output = folder / "reports" / "GM9999" / str(year) / "notebooks" / "01_a.ipynb"
        listed.append(
            [batch.Task(folder / "notebooks" / "01_a.ipynb", "GM9999", year, parameters, output)]
        )
    return listed


@pytest.fixture
def project(tmp_path: Path) -> Path:
    cell = nbformat.v4.new_code_cell('jaar = 2020\nverwerkt = ""')
    cell.metadata["tags"] = ["parameters"]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    book = nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_code_cell(WORK)], metadata=kernel)
    (tmp_path / "notebooks").mkdir()
    nbformat.write(book, tmp_path / "notebooks" / "01_a.ipynb")
    return tmp_path


def start(project: Path, repository: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    return subprocess.Popen([sys.executable, "-c", START, str(project)], env=environment)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    return state != "Z"


def check_nothing_is_half(project: Path) -> None:
    """Every file that stands under its own name is whole."""
    for path in project.rglob("*"):
        if not path.is_file() or ".part" in path.name or path.parent.name == "kernels":
            continue
        if path.suffix == ".ipynb":
            nbformat.validate(nbformat.read(path, as_version=4))
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.name == "tabel.txt":
            assert path.stat().st_size == 200_000


@pytest.mark.slow
@pytest.mark.skipif(not warm.available(), reason="this platform cannot fork kernels")
def test_killed_at_random_moments_it_finishes_in_the_end(project: Path, repository: Path) -> None:
    chance = random.Random(11)
    for _ in range(KILLS):
        process = start(project, repository)
        time.sleep(chance.uniform(0.5, 7.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        check_nothing_is_half(project)
    assert start(project, repository).wait() == 0
    check_nothing_is_half(project)
    assert not list(project.rglob("*.part*"))
    outcomes = batch.run_batch([chains(project)]).outcomes
    assert [o.status for o in outcomes] == ["ongewijzigd"] * len(YEARS)
    deadline = time.monotonic() + 15
    pids = [int(p.name) for p in (project / "verwerkt" / "kernels").iterdir()]
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not any(map(alive, pids))


@pytest.mark.slow
def test_two_batches_on_the_same_folder_do_the_work_once(project: Path, repository: Path) -> None:
    both = [start(project, repository) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    check_nothing_is_half(project)
    kernels = list((project / "verwerkt" / "kernels").iterdir())
    assert len(kernels) == len(YEARS)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root for a small disk")
def test_a_full_disk_is_a_failure_that_says_so_and_keeps_the_good_copy(
    project: Path, repository: Path
) -> None:
    disk = project / "reports"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        first = chains(project)[0]
        assert [o.status for o in batch.run_batch([[first]]).outcomes] == ["klaar"]
        good = first[0].output.read_bytes()
        with contextlib.suppress(OSError), (disk / "vol").open("wb", buffering=0) as filler:
            while filler.write(b"x" * 4096):
                pass
        outcome = batch.run_batch([[first]], force=True).outcomes[0]
        assert outcome.status == "mislukt"
        assert "No space left" in outcome.message
        assert first[0].output.read_bytes() == good
    finally:
        subprocess.run(["umount", str(disk)], check=True)
