"""Killed at any moment, the batch loses nothing, leaves nothing half and no process behind.

Many more kills, also of the workers of a cluster: ``python -m benchmarks batch_faults``.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
from pathlib import Path

import psutil
import pytest

from benchmarks import batch_faults
from sia import batch
from sia.batch import warm

YEARS = 3


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return batch_faults.make_project(tmp_path / "project", YEARS)


def kernel_or_server(process: psutil.Process) -> bool:
    return batch_faults.is_kernel(process) or batch_faults.is_server(process)


@pytest.mark.slow
@pytest.mark.skipif(not warm.available(), reason="this platform cannot fork kernels")
def test_a_killed_kernel_or_warm_server_is_a_failure_with_a_remedy_or_no_failure(
    project: Path,
) -> None:
    tally = batch_faults.Tally()
    batch_faults.kill_parts(project, kernel_or_server, random.Random(3), tally, 2)
    assert tally.kills > 0
    assert sum(tally.outcomes.values()) == 2 * YEARS
    assert tally.outcomes["mislukt"] <= tally.kills


@pytest.mark.slow
@pytest.mark.skipif(not warm.available(), reason="this platform cannot fork kernels")
def test_killed_at_random_moments_it_finishes_in_the_end(project: Path) -> None:
    tally = batch_faults.Tally()
    batch_faults.kill_batch(project, random.Random(11), tally, 2)
    assert tally.kills > 0
    outcomes = batch.run_batch(batch_faults.tasks(project)).outcomes
    assert [o.status for o in outcomes] == ["ongewijzigd"] * 2 * YEARS


@pytest.mark.slow
def test_two_batches_on_the_same_folder_do_the_work_once(project: Path) -> None:
    both = [batch_faults.start(project) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    batch_faults.check_whole(project)
    kernels = list((project / "verwerkt" / "kernels").iterdir())
    assert len(kernels) == 2 * YEARS


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root for a small disk")
def test_a_full_disk_is_a_failure_that_says_so_and_keeps_the_good_copy(project: Path) -> None:
    disk = project / "reports"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        first = batch_faults.tasks(project)[:1]
        assert [o.status for o in batch.run_batch(first).outcomes] == ["klaar"]
        good = first[0].output.read_bytes()
        with contextlib.suppress(OSError), (disk / "vol").open("wb", buffering=0) as filler:
            while filler.write(b"x" * 4096):
                pass
        outcome = batch.run_batch(first, force=True).outcomes[0]
        assert outcome.status == "mislukt"
        assert "No space left" in outcome.message
        assert first[0].output.read_bytes() == good
    finally:
        subprocess.run(["umount", str(disk)], check=True)
