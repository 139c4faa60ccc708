"""Bring open data in: the one step that uses the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sia.gemeente import load_gemeente


def fetch_sources(
    gemeente: str, jaren: Sequence[int], folder: Path, *, say: Callable[[str], None]
) -> list[str]:
    """Fetch the open data of a municipality and some years into a folder.

    Parameters
    ----------
    gemeente : str
        Name or code.
    jaren : sequence of int
    folder : pathlib.Path
        A file is replaced only by a complete, verified answer.
    say : callable
        Gets one Dutch line per page and file.

    Returns
    -------
    list of str
        Names of the files that did not come in; the others are good.
    """
    from sia.sources.fetch import fetch, plan

    code = load_gemeente(gemeente).code
    report = fetch(plan(code, jaren), folder, progress=say)
    failed = [result.name for result in report.failed]
    good = len(report.results) - len(failed)
    say(f"{good} van {len(report.results)} bestanden binnen in {folder}.")
    return failed
