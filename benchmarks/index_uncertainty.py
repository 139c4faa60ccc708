"""Robustness runs of the index against a pandas loop and against one matrix product.

The floor is one BLAS product of draws x indicators and indicators x units: less cannot be done.
The pandas loop multiplies and ranks draw by draw and is timed on some draws and scaled up. COINr
1.1.14 needs 131 s for 1,000 draws of the full chain at 70 units x 30 indicators on two cores
(measured apart, so that ratio compares two runs).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from sia.index import Choices, DataError, IndexDesign, uncertainty

COINR_SECONDS = 131.0


def made_up(units: int, indicators: int, missing: float = 0.0) -> tuple[pd.DataFrame, IndexDesign]:
    """Return a table of correlated percentages in six domains, and its design."""
    rng = np.random.default_rng(7)
    common = rng.normal(size=(units, 1))
    x = 100.0 / (1.0 + np.exp(2.0 - 0.7 * common - 0.7 * rng.normal(size=(units, indicators))))
    x[rng.random(x.shape) < missing] = np.nan
    names = [f"x{i:02d}" for i in range(indicators)]
    domains = [f"D{i % 6}" for i in range(indicators)]
    structure = pd.DataFrame(
        {
            "id": [*names, *sorted(set(domains)), "I"],
            "parent": [*domains, *["I"] * len(set(domains)), None],
        }
    )
    return pd.DataFrame(x, columns=names), IndexDesign(structure, minimum_share=0.5)


def fastest(work: Callable[[], object], times: int) -> float:
    """Return the shortest of some runs, in seconds; the first run only warms up."""
    work()
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return min(spent)


def pandas_loop(values: pd.DataFrame, design: IndexDesign, draws: int) -> pd.DataFrame:
    """Perturb weights, aggregate and rank draw by draw, as one writes it in a notebook."""
    rng = np.random.default_rng(0)
    scaled = (values - values.min()) / (values.max() - values.min()) * 100
    ranks = {}
    for draw in range(draws):
        columns = dict(scaled.items())
        for node in design.hierarchy.nodes:
            weight = rng.uniform(0.75, 1.25, len(node.children))
            total = sum(columns[c] * w for c, w in zip(node.children, weight, strict=True))
            columns[node.id] = total / weight.sum()
        ranks[draw] = columns["I"].rank(ascending=False, method="min")
    table = pd.DataFrame(ranks)
    return table.quantile([0.05, 0.5, 0.95], axis=1)


def weights_only(units: int, draws: int, loop_draws: int, times: int) -> str:
    """Return one row of the table: only weights vary."""
    values, design = made_up(units, 45)
    rng = np.random.default_rng(0)
    left, right = rng.random((draws, 45)), np.ascontiguousarray(values.to_numpy().T)
    floor = fastest(lambda: left @ right, times)
    choices = Choices.weights_only()
    ours = fastest(lambda: uncertainty(values, design, draws=draws, choices=choices), times)
    loop = fastest(lambda: pandas_loop(values, design, loop_draws), 1) * draws / loop_draws
    return (
        f"| {units:,} x 45, {draws:,} draws | {floor * 1e3:.1f} ms | {ours * 1e3:.0f} ms | "
        f"{ours / floor:.1f} | {loop / ours:.0f} |"
    )


def noisy(units: int, indicators: int) -> tuple[pd.DataFrame, IndexDesign, dict[str, object]]:
    """Return a table with gaps and everything that a full run varies."""
    values, design = made_up(units, indicators, missing=0.02)
    rng = np.random.default_rng(3)
    people = pd.DataFrame(
        rng.integers(50, 4000, values.shape), index=values.index, columns=values.columns
    )
    names = list(values.columns)
    error = DataError(dict.fromkeys(names, 100.0), dict.fromkeys(names[:10], 5))
    return values, design, {"denominators": people, "error": error}


def full_chain(units: int, indicators: int, draws: int) -> tuple[float, float]:
    """Return seconds and peak memory (GB) of a run in which everything varies, in a new process."""
    code = (
        "import json, resource, time\n"
        "from benchmarks.index_uncertainty import noisy\n"
        "from sia.index import uncertainty\n"
        f"values, design, more = noisy({units}, {indicators})\n"
        "started = time.perf_counter()\n"
        f"uncertainty(values, design, draws={draws}, **more)\n"
        "spent = time.perf_counter() - started\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6\n"
        "print(json.dumps([spent, peak]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    spent, peak = json.loads(done.stdout)
    return float(spent), float(peak)


def main(quick: bool) -> str:
    """Return the tables as Markdown."""
    times = 2 if quick else 7
    rows = [
        weights_only(70, 10_000, 20, times),
        weights_only(14_500, 100 if quick else 1_000, 3, times),
    ]
    small, small_peak = full_chain(70, 30, 100 if quick else 1_000)
    small *= 10 if quick else 1
    large_draws = 5 if quick else 1_000
    large, large_peak = full_chain(14_500, 45, large_draws)
    return "\n".join(
        [
            "Only weights vary (+-25 % at every level); result: ranks, 5/50/95 %, chances, shift.",
            "",
            "| size | one matrix product | ours | ours / product | pandas loop / ours |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "Everything varies: imputation, treatment, normalisation, weights, aggregation, one",
            "indicator left out, binomial and rounding error.",
            "",
            "| size | seconds | peak memory | COINr (131 s) / ours |",
            "|---|---|---|---|",
            f"| 70 x 30, 1,000 draws | {small:.1f} | {small_peak:.2f} GB | "
            f"{COINR_SECONDS / small:.0f} |",
            f"| 14,500 x 45, {large_draws:,} draws | {large:.0f} | {large_peak:.2f} GB | - |",
        ]
    )
