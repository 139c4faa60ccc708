"""Local and global Moran, and neighbours, against esda and libpysal: time and memory."""

from __future__ import annotations

import sys

from benchmarks._memory import measured

_SCRIPT = """
import sys, time
import numpy as np, pandas as pd
from benchmarks._lattice import lattice, values
from benchmarks._memory import Peak
kind, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
graph = lattice(rows, columns)
table = values(graph, 20)
if kind == "sia":
    from sia.clustering.association import local_moran
    local_moran(table, graph, permutations=9)
else:
    import esda, warnings
    from libpysal.weights import W
    warnings.simplefilter("ignore")
    a = graph.matrix
    w = W({i: a.indices[a.indptr[i]:a.indptr[i+1]].tolist() for i in range(a.shape[0])},
          silence_warnings=True)
    w.transform = "r"
    esda.Moran_Local(table["v0"].to_numpy(), w, permutations=9, seed=1)
with Peak() as peak:
    if kind == "sia":
        local_moran(table, graph, permutations=999)
    else:
        kept = [esda.Moran_Local(table[c].to_numpy(), w, permutations=999, seed=1) for c in table]
print(peak.seconds, peak.processor, peak.megabytes)
"""


def main(quick: bool) -> str:
    """Return local Moran, 20 variables x 999 permutations, as a table with ratios."""
    sizes = [(10, 7), (25, 40)] if quick else [(10, 7), (25, 40), (100, 145)]
    lines = [
        "Local Moran, 20 variables x 999 permutations, queen neighbours on a lattice. Each run in",
        "its own process; memory is what the call adds. Both have been called once before, with 9",
        "permutations, so that neither counts compiling or the loading of modules.",
        "",
        "| areas | sia s | esda s | esda / sia | by processor time | sia MB | esda MB "
        "| esda / sia |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for rows, columns in sizes:
        ours, theirs = (measured(_SCRIPT, kind, rows, columns) for kind in ("sia", "esda"))
        lines.append(
            f"| {rows * columns:,} | {ours[0]:.2f} | {theirs[0]:.2f} | {theirs[0] / ours[0]:.1f} "
            f"| {theirs[1] / ours[1]:.1f} "
            f"| {ours[2]:.1f} | {theirs[2]:.1f} | {theirs[2] / max(ours[2], 0.1):.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
