"""Years and municipalities of the fictional country: `sia batch` against papermill itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import papermill
import psutil
import yaml

from sia import batch, demo
from sia.settings import Folders

ROOT = Path(__file__).resolve().parents[1]
YEARS = tuple(range(2017, 2025))
GROWTH = (1, 2, 4, 8)
MUNICIPALITIES = (1, 4, 10)
_SIA = "from sia.cli import main; main()"


def _tasks(phases: batch.Phases) -> list[batch.Task]:
    return [task for chains in phases for chain in chains for task in chain]


def _phases(folder: Path, years: Sequence[int], name: str) -> batch.Phases:
    folders = Folders(processed=folder / name / "verwerkt", reports=folder / name / "rapporten")
    return batch.plan("GM9999", years, [folder / "ruw"], root=ROOT, folders=folders)


def _command(phases: batch.Phases) -> None:
    for task in _tasks(phases):
        task.output.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "papermill", str(task.notebook), str(task.output)]
        command += ["-y", yaml.safe_dump(dict(task.parameters)), "--no-progress-bar"]
        subprocess.run(command, cwd=task.notebook.parent, check=True, capture_output=True)


def _interface(phases: batch.Phases) -> None:
    for task in _tasks(phases):
        task.output.parent.mkdir(parents=True, exist_ok=True)
        papermill.execute_notebook(
            str(task.notebook),
            str(task.output),
            parameters=dict(task.parameters),
            progress_bar=False,
            cwd=str(task.notebook.parent),
        )


def _home(folder: Path, raw: Path) -> Path:
    """Make a project folder with this checkout's notebooks and municipalities."""
    folder.mkdir()
    for name in ("notebooks", "gemeenten"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "ruw").symlink_to(raw)
    return folder


def _sia(home: Path, codes: Sequence[str], years: Sequence[int]) -> dict[str, float]:
    """Run the command as a user does; return wall and processor seconds and peak megabytes."""
    command = [sys.executable, "-c", _SIA, "batch", "-b", str(home / "ruw")]
    command += [word for code in codes for word in ("-g", code)]
    command += [word for year in years for word in ("-j", str(year))]
    environment = {**os.environ, "SIA_HOME": str(home)}
    started, highest, cpu = time.perf_counter(), 0.0, 0.0
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        seen = psutil.Process(process.pid)
        while process.poll() is None:
            highest = max(highest, _megabytes(seen))
            time.sleep(0.2)
    wall = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"sia batch ended with status {process.returncode}")
    name = codes[0] if len(codes) == 1 else ""
    record = json.loads((home / "reports" / name / "laatste-run.json").read_text(encoding="utf-8"))
    cpu = float(record["rekentijd"])
    return {"wall": wall, "cpu": cpu, "mb": highest}


def _megabytes(process: psutil.Process) -> float:
    """Return the proportional memory of a process and all that it started."""
    total = 0.0
    try:
        for one in [process, *process.children(recursive=True)]:
            total += one.memory_full_info().pss / 2**20
    except psutil.Error:
        return 0.0
    return total


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall seconds and processor seconds, those of ended children included."""
    wall, cpu = time.perf_counter(), _processor()
    work()
    return time.perf_counter() - wall, _processor() - cpu


def _processor() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def compare(folder: Path, years: Sequence[int]) -> str:
    """Return the time of these years by `sia batch` and by papermill, as Markdown.

    Parameters
    ----------
    folder : pathlib.Path
        With the raw files in ``ruw``.
    years : sequence of int
    """
    home = _home(folder / "sia", folder / "ruw")
    first = _sia(home, ["GM9999"], years)
    again, _ = _timed(lambda: _sia(home, ["GM9999"], years))
    interface = _timed(lambda: _interface(_phases(folder, years, "api")))
    command = _timed(lambda: _command(_phases(folder, years, "opdracht")))
    rows = [
        ("papermill command, one after the other", *command),
        ("papermill Python API, one process", *interface),
        ("sia batch", first["wall"], first["cpu"]),
        ("sia batch, second start, nothing changed", again, 0.0),
    ]
    lines = [
        f"| {name} | {wall:.1f} | {cpu:.1f} | {command[0] / wall:.1f} |" for name, wall, cpu in rows
    ]
    return "\n".join(
        [
            f"{len(years)} years of Voorbeeldstad, {len(batch.NOTEBOOKS) * len(years)} notebooks, "
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end.",
            "",
            "| way | wall s | processor s | times as fast as the command |",
            "|---|---:|---:|---:|",
            *lines,
        ]
    )


def growth(folder: Path, codes: Sequence[str], spans: Sequence[tuple[int, int]]) -> str:
    """Return time and memory by number of municipalities and years, as Markdown.

    Parameters
    ----------
    folder : pathlib.Path
        With the raw files in ``ruw``.
    codes : sequence of str
    spans : sequence of (municipalities, years)
    """
    lines = []
    for municipalities, years in spans:
        home = _home(folder / f"groei-{municipalities}-{years}", folder / "ruw")
        got = _sia(home, codes[:municipalities], YEARS[-years:])
        each = got["cpu"] / municipalities / years
        lines.append(
            f"| {municipalities} | {years} | {got['wall']:.0f} | {got['cpu']:.0f} | {each:.1f} "
            f"| {got['mb']:.0f} |"
        )
    head = "| municipalities | years | wall s | processor s | processor s per run | peak MB |"
    return "\n".join([head, "|---:" * 6 + "|", *lines])


def main(quick: bool) -> str:
    """Return the measured times and ratios as Markdown.

    Parameters
    ----------
    quick : bool
        Two years instead of eight, two municipalities instead of ten.
    """
    years = YEARS[-2:] if quick else YEARS
    os.environ["SIA_HOME"] = str(ROOT)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        demo.generate(folder / "ruw", jaren=years)
        codes = ["GM9999", *(f"GM{number}" for number in range(9990, 9999))]
        spans = [(1, n) for n in GROWTH if n <= len(years)]
        spans += [(n, min(3, len(years))) for n in MUNICIPALITIES if n <= (2 if quick else 10)]
        return f"{compare(folder, years)}\n\n{growth(folder, codes, spans)}"
