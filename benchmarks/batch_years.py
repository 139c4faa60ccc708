"""Years of Voorbeeldstad: `sia` batch against papermill's command and its warm Python API."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import papermill
import yaml

from sia import batch, demo
from sia.settings import Folders

ROOT = Path(__file__).resolve().parents[1]
Phases = list[list[list[batch.Task]]]


def _phases(folder: Path, years: tuple[int, ...], name: str) -> Phases:
    folders = Folders(processed=folder / name / "verwerkt", reports=folder / name / "rapporten")
    return batch.plan("GM9999", years, [folder / "ruw"], root=ROOT, folders=folders)


def _tasks(phases: Phases) -> list[batch.Task]:
    return [task for chains in phases for chain in chains for task in chain]


def _command(phases: Phases) -> None:
    for task in _tasks(phases):
        task.output.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "papermill", str(task.notebook), str(task.output)]
        command += ["-y", yaml.safe_dump(dict(task.parameters)), "--no-progress-bar"]
        subprocess.run(command, cwd=task.notebook.parent, check=True, capture_output=True)


def _interface(phases: Phases) -> None:
    for task in _tasks(phases):
        task.output.parent.mkdir(parents=True, exist_ok=True)
        papermill.execute_notebook(
            str(task.notebook),
            str(task.output),
            parameters=dict(task.parameters),
            progress_bar=False,
            cwd=str(task.notebook.parent),
        )


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main(quick: bool) -> str:
    """Return the measured ratios as Markdown.

    Parameters
    ----------
    quick : bool
        Two years instead of eight.
    """
    years = (2023, 2024) if quick else tuple(range(2017, 2025))
    os.environ["SIA_HOME"] = str(ROOT)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        demo.generate(folder / "ruw", jaren=years)
        raw = [folder / "ruw"]
        own = _phases(folder, years, "sia")
        first = _seconds(lambda: batch.run_batch(own, bron=raw))
        second = _seconds(lambda: batch.run_batch(own, bron=raw))
        interface = _seconds(lambda: _interface(_phases(folder, years, "api")))
        command = _seconds(lambda: _command(_phases(folder, years, "opdracht")))
    rows = [
        ("papermill command, one after the other", command),
        ("papermill Python API, one process", interface),
        ("sia batch", first),
        ("sia batch, second start, nothing changed", second),
    ]
    lines = [f"| {name} | {seconds:.1f} | {command / seconds:.1f} |" for name, seconds in rows]
    notebooks = len(_tasks(own))
    return "\n".join(
        [
            f"{len(years)} years of Voorbeeldstad, {notebooks} notebooks, {os.cpu_count()} cores.",
            "",
            "| way | seconds | times as fast as the command |",
            "|---|---|---|",
            *lines,
        ]
    )
