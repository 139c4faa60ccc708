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
from sia.publication import publish
from sia.stages import graph
from sia.stages.opening import checked_run

_COMMAND = """
import sys
from sia.cli import main
sys.argv = ["sia", "herbouw", sys.argv[1], "--bron", sys.argv[2]]
main()
"""
SETTINGS: dict[str, dict[str, str]] = {
    "another folder": {},
    "locale C, Tokyo, another hash seed": {
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
        "PYTHONHASHSEED": "7",
    },
}


def published(root: Path, years: tuple[int, ...], draws: int, reeks: bool) -> tuple[Path, int]:
    """Make the city with plans and return its published set, and how many files it holds."""
    raw = root / "ruw"
    voorbeeldstad.generate(raw, jaren=years)
    voorbeeldstad.write_plans(raw, voorbeeldstad.plant(jaren=[2024]))
    runs = [
        checked_run(
            "GM9999",
            jaar,
            raw,
            jaren=years,
            basisjaar=years[0],
            methode={"weging": {"doorrekeningen": draws}},
            verwerkt=root / "verwerkt",
            rapporten=root / "rapporten",
        )
        for jaar in years
    ]
    for one in graph.STAGES:
        for run in runs:
            run.publish(one.name, **({"reeks": reeks} if one.name == "rapport" else {}))
    place = publish(runs[-1], root / "uit")
    return place, sum(path.is_file() for path in place.rglob("*"))


def main(quick: bool) -> str:
    """Return of every setting whether `sia herbouw` found every byte the same, and the seconds."""
    rows = []
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as other:
        years, draws = ((2024,), 40) if quick else ((2023, 2024), 1000)
        place, count = published(Path(first), years, draws, reeks=not quick)
        shutil.copytree(Path(first) / "ruw", Path(other) / "elders" / "ruw")
        shutil.copytree(place, Path(other) / "set")
        for name, environment in SETTINGS.items():
            begin = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", _COMMAND, f"{other}/set", f"{other}/elders/ruw"],
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                check=False,
            )
            said = (done.stdout + done.stderr).strip().splitlines()
            rows.append(f"| {name} | {said[-1]} | {time.perf_counter() - begin:.0f} s |")
    return f"{count} files.\n\n| setting | outcome | time |\n|---|---|---:|\n" + "\n".join(rows)
