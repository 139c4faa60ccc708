"""A published set made again by `sia herbouw`, elsewhere and otherwise: are the bytes the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import voorbeeldstad
from sia.duiding import Entry
from sia.publication import publish
from sia.stages import graph
from sia.stages.figures import record_of, versions_of
from sia.stages.opening import checked_run
from sia.stages.run import Run

OTHER_PYTHON = "SIA_ANDERE_PYTHON"
"""Environment variable with the Python of another version, in which this project is installed."""
SETTINGS: dict[str, dict[str, str]] = {
    "another folder": {},
    "locale C, Tokyo, another hash seed, one thread": {
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
        "PYTHONHASHSEED": "7",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    },
}


def delivered(home: Path, years: tuple[int, ...]) -> Path:
    """Write the raw files of the city and its partners in a project; return their folder."""
    raw = home / "data" / "raw"
    voorbeeldstad.generate(raw, jaren=years)
    voorbeeldstad.write_plans(raw, voorbeeldstad.plant(jaren=years[:1]))
    return raw


def published(home: Path, years: tuple[int, ...], *, reeks: bool) -> Path:
    """Return a published set of the city: a round of the agenda a year, and judgements on both.

    Parameters
    ----------
    home : pathlib.Path
        A project with what `delivered` wrote; gets ``data/processed`` and ``reports``.
    years : tuple of int
        In every one partners deliver, the later ones something else than the first.
    reeks : bool
        With a report per area.
    """
    raw = home / "data" / "raw"
    runs: list[Run] = []
    for number in range(len(years)):
        if number:
            _deliver_otherwise(raw / "plannen")
        runs = [
            checked_run(
                "GM9999",
                jaar,
                raw,
                jaren=years[: number + 1],
                basisjaar=years[0],
                verwerkt=home / "data" / "processed",
                rapporten=home / "reports",
            )
            for jaar in years[: number + 1]
        ]
        for one in graph.STAGES:
            if one.name == "agenda":
                _speak(runs[-1])
            for run in runs:
                run.publish(one.name, **({"reeks": reeks} if one.name == "rapport" else {}))
    return publish(runs[-1], home / "publicatie")


def _deliver_otherwise(plans: Path) -> None:
    """Let every partner whose plans are CSV take back the last one."""
    for path in plans.glob("*.csv"):
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:-1] if len(lines) > 5 else lines))


def _speak(run: Run) -> None:
    """Judge two buurten, one twice."""
    versions, code = versions_of(run), run.gemeente.code
    first, second, *_ = run.table("aanpak").index
    effects = {
        first: {"effect": "bijgesteld", "reden": "De school sluit.", "aanpak": "basis"},
        second: {},
    }
    for place, more in effects.items():
        said = f"Wat wij zien, in {run.jaar}."
        record_of(run).add(
            Entry(
                code, run.jaar, place, said, "onderzoeker", "herkend", str(versions[place]), **more
            )
        )


def rebuilt(place: Path, raw: Path, home: Path, **environment: str) -> str:
    """Return the last line that `sia herbouw` says in a process of its own.

    Parameters
    ----------
    home : pathlib.Path
        Project with the record of judgements and what its agendas remember.
    environment : str
        Variables of that process; `OTHER_PYTHON` is the interpreter.
    """
    python = environment.pop(OTHER_PYTHON, sys.executable)
    done = subprocess.run(
        [python, "-c", "from sia.cli import main; main()", "herbouw", str(place), "-b", str(raw)],
        env={**os.environ, "SIA_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).strip().splitlines()[-1]


def moved(place: Path, home: Path, root: Path) -> tuple[Path, Path, Path]:
    """Return copies of a set, its raw files and its project, as if on another computer."""
    elsewhere = root / "ergens anders"
    shutil.copytree(home / "data", elsewhere / "data")
    shutil.copytree(place, root / "set")
    return root / "set", elsewhere / "data" / "raw", elsewhere


def main(quick: bool) -> str:
    """Return of every setting whether `sia herbouw` found every byte the same, and the seconds."""
    settings = dict(SETTINGS)
    if other := os.environ.get(OTHER_PYTHON):
        said = subprocess.run([other, "-V"], capture_output=True, text=True, check=True)
        settings[said.stdout.strip()] = {OTHER_PYTHON: other}
    rows = []
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as other:
        years = (2023, 2024) if quick else (2022, 2023, 2024)
        delivered(Path(first), years)
        place = published(Path(first), years, reeks=not quick)
        count = sum(path.is_file() for path in place.rglob("*"))
        where = moved(place, Path(first), Path(other))
        shutil.rmtree(first, ignore_errors=True)
        for name, environment in settings.items():
            begin = time.perf_counter()
            said = rebuilt(*where, **environment)
            rows.append(f"| {name} | {said} | {time.perf_counter() - begin:.0f} s |")
    return f"{count} files.\n\n| setting | outcome | time |\n|---|---|---:|\n" + "\n".join(rows)
