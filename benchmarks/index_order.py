"""Proof of order: time for 70 buurten, and whether a million weightings leave its bounds."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from sia.index import GeneralisedMean, Goalposts, IndexDesign, build_index, order_proof
from sia.index.draw_ranks import rank_rows
from sia.methode import WeighingSettings

BUURTEN, WEIGHTINGS, BLOCK = 70, 1_000_000, 20_000


def main(quick: bool) -> str:
    """Return time, and how many of the weightings leave the bounds, as Markdown."""
    settings, rng = WeighingSettings(), np.random.default_rng(1)
    own = pd.Series(dict(settings.weights))
    hardship = rng.normal(size=(BUURTEN, 1))
    x = 100 / (1 + np.exp(-hardship - rng.normal(size=(BUURTEN, len(own)))))
    tree = pd.DataFrame(
        {
            "id": [*own.index, "urgentie"],
            "parent": [*["urgentie"] * len(own), None],
            "weight": [*own, 1.0],
        }
    )
    posts = dict.fromkeys(own.index, Goalposts(0.0, 100.0, scale=100.0))
    design = IndexDesign(tree, normalise=posts, aggregate=GeneralisedMean(2.0))
    made = build_index(pd.DataFrame(x, columns=own.index), design)
    wall, cpu = time.perf_counter(), time.process_time()
    found = order_proof(made, share=settings.weight_noise)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    best, worst = (found[name].to_numpy() for name in ("best", "worst"))
    low, high = np.full(BUURTEN, BUURTEN), np.zeros(BUURTEN, dtype=int)
    number = WEIGHTINGS // 50 if quick else WEIGHTINGS
    ends = np.array([1 - settings.weight_noise, 1.0, 1 + settings.weight_noise])
    for _ in range(number // BLOCK):
        factor = rng.uniform(ends[0], ends[2], (BLOCK, len(own)))
        corner = rng.random(factor.shape) < 0.5  # the bounds are reached at the ends
        factor[corner] = rng.choice(ends, int(corner.sum()))
        place = rank_rows((factor * own.to_numpy()) @ (x**2).T)
        low, high = np.minimum(low, place.min(axis=0)), np.maximum(high, place.max(axis=0))
    outside = int(((low < best) | (high > worst)).sum())
    reached = float(((low == best) & (high == worst)).mean())
    return (
        f"{BUURTEN} buurten, {len(own)} domains: {wall:.2f} s ({cpu:.2f} s of processor time); "
        f"of {number:,} random weightings {outside} buurten ever stand outside their bounds, and "
        f"both bounds are reached for {reached:.0%} of them."
    )
