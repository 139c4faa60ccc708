"""Eight years of Voorbeeldstad: `sia batch` against papermill itself."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import papermill
import yaml

import voorbeeldstad
from benchmarks._batch import ROOT, make_home, run_sia, say
from sia import batch
from sia.stages import graph
from sia.stages.opening import checked_run

YEARS = tuple(range(2017, 2025))


def _tasks(home: Path, years: Sequence[int], ran: Sequence[int], name: str) -> list[batch.Task]:
    """Return the notebooks of some of the years, in the order in which one would run them.

    They write the tables where the batch wrote them, so that each finds what it needs of the
    other years; the executed copies go to a folder of their own.
    """
    run = checked_run(
        "GM9999",
        max(years),
        home / "ruw",
        jaren=tuple(years),
        basisjaar=min(years),
        verwerkt=home / "data" / "processed",
        rapporten=home / "reports",
    )
    return [
        replace(task, output=home / name / str(task.jaar) / task.output.name)
        for task in batch.plan(run, ROOT)
        if task.jaar in ran
    ]


def _command(tasks: Sequence[batch.Task]) -> None:
    for task in tasks:
        task.output.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "papermill", str(task.notebook), str(task.output)]
        command += ["-y", yaml.safe_dump(dict(task.parameters)), "--no-progress-bar"]
        subprocess.run(command, cwd=task.notebook.parent, check=True, capture_output=True)


def _interface(tasks: Sequence[batch.Task]) -> None:
    for task in tasks:
        task.output.parent.mkdir(parents=True, exist_ok=True)
        papermill.execute_notebook(
            str(task.notebook),
            str(task.output),
            parameters=dict(task.parameters),
            progress_bar=False,
            cwd=str(task.notebook.parent),
        )


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall seconds and processor seconds, those of ended children included."""
    wall, cpu = time.perf_counter(), _processor()
    work()
    return time.perf_counter() - wall, _processor() - cpu


def _processor() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def compare(folder: Path, years: Sequence[int], papermill_years: int) -> str:
    """Return the time of these years by `sia batch` and by papermill, as Markdown.

    Parameters
    ----------
    folder : pathlib.Path
        With the raw files in ``ruw``.
    years : sequence of int
    papermill_years : int
        Over how many of the years papermill is measured; the rest is extrapolated from those.
    """
    home = make_home(folder / "sia", folder / "ruw")
    first = run_sia(home, ["GM9999"], years)
    say(f"sia batch, {len(years)} years: {first.wall:.0f} s")
    again = run_sia(home, ["GM9999"], years)
    ran = spread(years, papermill_years)
    factor = len(years) / len(ran)
    os.environ["SIA_HOME"] = str(home)
    command = _timed(lambda: _command(_tasks(home, years, ran, "opdracht")))
    say(f"papermill command, {len(ran)} years: {command[0]:.0f} s")
    interface = _timed(lambda: _interface(_tasks(home, years, ran, "api")))
    measured = "" if factor == 1 else f", {factor:g} times that of {len(ran)} of the years"
    rows = [
        (f"papermill command, one after the other{measured}", *_times(factor, command)),
        (f"papermill Python API, one process{measured}", *_times(factor, interface)),
        ("sia batch, raw files read as well", first.wall, first.cpu),
        ("sia batch, second start, nothing changed", again.wall, again.cpu),
    ]
    lines = [
        f"| {name} | {wall:.1f} | {cpu:.1f} | {rows[0][1] / wall:.1f} | {rows[1][1] / wall:.1f} |"
        for name, wall, cpu in rows
    ]
    measured_on = (
        f"{len(years)} years of Voorbeeldstad, {len(graph.notebooks()) * len(years)} notebooks, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end, peak of the batch "
        f"{first.mb:.0f} MB."
    )
    if factor > 1:
        measured_on += (
            f" **Papermill was run on {' and '.join(map(str, ran))} only, with the raw files "
            f"already read by the batch; its times are those times {factor:g}: an extrapolation.**"
        )
    head = "| way | wall s | processor s | times the command | times the API |"
    return "\n".join([measured_on, "", head, "|---|" + "---:|" * 4, *lines])


def spread(years: Sequence[int], count: int) -> tuple[int, ...]:
    """Return `count` of the years such that their mean place is that of all.

    A year is compared with all before it, so later ones cost more.

    Parameters
    ----------
    years : sequence of int
    count : int
    """
    if count >= len(years):
        return tuple(years)
    step = len(years) / count
    half = [int((n + 0.5) * step) for n in range((count + 1) // 2)]
    places = sorted({*half, *(len(years) - 1 - place for place in half)})
    return tuple(years[place] for place in places[:count])


def _times(factor: float, measured: tuple[float, float]) -> tuple[float, float]:
    return factor * measured[0], factor * measured[1]


def main(quick: bool) -> str:
    """Return the measured times and ratios as Markdown.

    Parameters
    ----------
    quick : bool
        Two years instead of eight. ``SIA_PAPERMILL_YEARS`` says over how many of the years
        papermill is measured (default two).
    """
    years = YEARS[-2:] if quick else YEARS
    count = int(os.environ.get("SIA_PAPERMILL_YEARS", "1" if quick else "2"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        voorbeeldstad.generate(folder / "ruw", jaren=years)
        return compare(folder, years, count)
