"""Judgements written by four processes that are killed: is anything lost, is the chain whole."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sia.duiding import Record
from sia.errors import Problem

WRITER = """
import sys
from pathlib import Path
from sia.duiding import Entry, Record
record = Record(Path(sys.argv[1]))
for number in range(int(sys.argv[3]), int(sys.argv[4])):
    name = f"{sys.argv[2]}-{number}"
    record.add(Entry("GM9999", 2024, "BU99990101", name, "onderzoeker", "herkend", "v", id=name))
    print(name, flush=True)
"""
PROCESSES = 4


def interleaved(path: Path, each: int, kills: int) -> tuple[list[str], set[str], list[Problem]]:
    """Let processes write side by side, kill some while they write, and let them go on.

    Parameters
    ----------
    path : pathlib.Path
        Of the record.
    each : int
        Judgements per process.
    kills : int
        How many times a process is killed, a moment after it confirmed one.

    Returns
    -------
    stored : list of str
        Ids in the record.
    confirmed : set of str
        Ids that a process said were stored.
    problems : list of Problem
        As `Record.check`.
    """
    chance = random.Random(7)
    confirmed: dict[str, list[str]] = {f"p{number}": [] for number in range(PROCESSES)}

    def start(name: str) -> subprocess.Popen[str]:
        rest = [name, str(len(confirmed[name])), str(each)]
        command = [sys.executable, "-c", WRITER, str(path), *rest]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def collect(name: str, process: subprocess.Popen[str]) -> None:
        said, _ = process.communicate()
        confirmed[name] += [line for line in said.split("\n") if line and line[-1].isdigit()]

    running = {name: start(name) for name in confirmed}
    for _ in range(kills):
        name = chance.choice(list(running))
        output = running[name].stdout
        if output is not None and (first := output.readline().strip()):
            confirmed[name].append(first)
        time.sleep(chance.random() / 50)
        running[name].kill()
        collect(name, running[name])
        running[name] = start(name)
    for name, process in running.items():
        collect(name, process)
    record = Record(path)
    ids = record.entries()["id"].tolist()
    return ids, {one for lines in confirmed.values() for one in lines}, record.check()


def main(quick: bool) -> str:
    """Return how many of the confirmed judgements stand, and how long one took."""
    each, kills = (50, 5) if quick else (250, 25)
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        stored, confirmed, problems = interleaved(Path(folder) / "duiding.sqlite", each, kills)
        took = time.perf_counter() - begin
    lost, double = len(confirmed - set(stored)), len(stored) - len(set(stored))
    return (
        f"{PROCESSES} processes, {kills} kills: {len(stored)} of {PROCESSES * each} judgements "
        f"stored, {lost} lost, {double} double, {len(problems)} problems in the chain; "
        f"{1000 * took / len(stored):.0f} ms per judgement."
    )
