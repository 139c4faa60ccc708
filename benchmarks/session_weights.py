"""How long other weights take in a duidingssessie: the order, the sentences and the movers."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from sia.sessie.weights import movers, reordered, sentences
from sia.viz.theme import DOMAINS

SIZES = (70, 500)
"""An average and the largest municipality."""
REPEATS = 21


def _city(number: int) -> pd.DataFrame:
    """Return random scores of one year, shape (number, domains and ranks)."""
    names = [f"BU{n:08d}" for n in range(number)]
    drawn = np.random.default_rng(3).uniform(0, 100, (number, len(DOMAINS)))
    scores = pd.DataFrame(drawn, names, list(DOMAINS))
    scores["urgentie"] = scores.mean(axis=1)
    scores["gerangschikt"] = True
    scores["rang"] = scores["urgentie"].rank(ascending=False, method="min").astype("Int64")
    return scores.assign(rang_p05=scores["rang"] - 5, rang_p95=scores["rang"] + 5)


def _answer(scores: pd.DataFrame, names: pd.Series, weight: float) -> None:
    trial = reordered(scores, {next(iter(DOMAINS)): weight})
    sentences(trial, names)
    movers(trial, names)


def _median(scores: pd.DataFrame) -> float:
    names = pd.Series(scores.index, index=scores.index)
    took = []
    for turn in range(REPEATS):
        start = time.perf_counter()
        _answer(scores, names, 1.25 + turn / 8)
        took.append(time.perf_counter() - start)
    return float(np.median(took))


def main(quick: bool) -> str:
    """Return the median answer per size, and its growth against the smallest."""
    found = {n: _median(_city(n)) for n in (SIZES[:1] if quick else SIZES)}
    first = found[SIZES[0]]
    rows = [f"| {n:,} | {s * 1000:.1f} | {s / first:.1f} |" for n, s in found.items()]
    head = ["| buurten | answer in ms, median of 21 | ratio to 70 |", "|---|---|---|"]
    return "\n".join([*head, *rows])
