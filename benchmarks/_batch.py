"""Run `sia batch` as a user does, and watch what it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
_SIA = "from sia.cli import main; main()"
_LOOK = 2.0
"""Seconds between two looks at memory and processor time: oftener would cost what it measures."""


def say(line: str) -> None:
    """Say how far a long measurement is, for who waits."""
    print(line, file=sys.stderr, flush=True)


def make_home(folder: Path, raw: Path) -> Path:
    """Make a project folder with this checkout's notebooks and municipalities.

    Parameters
    ----------
    folder, raw : pathlib.Path
    """
    folder.mkdir()
    for name in ("notebooks", "gemeenten"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "ruw").symlink_to(raw)
    return folder


@dataclass(frozen=True)
class Ran:
    """What a batch took.

    Parameters
    ----------
    wall, cpu : float
        Seconds; processor time is that of the batch, its warm server and all its kernels.
    mb : float
        Peak of the proportional memory of all of them together.
    kernel_mb : float
        Peak of the fullest kernel.
    notebooks, failed : int
    """

    wall: float
    cpu: float
    mb: float
    kernel_mb: float
    notebooks: int
    failed: int


def run_sia(
    home: Path, codes: Sequence[str], years: Sequence[int], *, may_fail: bool = False
) -> Ran:
    """Run the command as a user does.

    Parameters
    ----------
    home : pathlib.Path
        From `make_home`.
    codes : sequence of str
    years : sequence of int
    may_fail : bool
        Whether notebooks may fail, for lack of figures.

    Raises
    ------
    RuntimeError
        When it ended with an error.
    """
    command = [sys.executable, "-c", _SIA, "batch", "-b", str(home / "ruw")]
    command += [word for code in codes for word in ("-g", code)]
    command += [word for year in years for word in ("-j", str(year))]
    environment = {**os.environ, "SIA_HOME": str(home)}
    started, highest, used = time.perf_counter(), 0.0, dict[int, float]()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        seen = psutil.Process(process.pid)
        while True:
            highest = max(highest, _look(seen, used))
            try:
                process.wait(_LOOK)
                break
            except subprocess.TimeoutExpired:
                continue
    wall = time.perf_counter() - started
    if process.returncode not in ((0, 1) if may_fail else (0,)):
        raise RuntimeError(f"sia batch ended with status {process.returncode}")
    name = codes[0] if len(codes) == 1 else ""
    record = json.loads((home / "reports" / name / "laatste-run.json").read_text(encoding="utf-8"))
    statuses = [one["status"] for one in record["uitkomsten"]]
    kernel = (record["hoogste_geheugen"] or 0) / 2**20
    return Ran(wall, sum(used.values()), highest, kernel, len(statuses), statuses.count("mislukt"))


def _look(process: psutil.Process, used: dict[int, float]) -> float:
    """Note the processor seconds of a process and all that it started; return their megabytes."""
    total = 0.0
    with suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)]:
            times = one.cpu_times()
            used[one.pid] = times.user + times.system
            total += one.memory_full_info().pss / 2**20
    return total
