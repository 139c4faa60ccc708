"""Types beside the calls that geosnap makes: time, memory, quality."""

from __future__ import annotations

import sys

from benchmarks._memory import measured

_SCRIPT = """
import sys, time, warnings
import numpy as np, pandas as pd
from benchmarks._lattice import lattice, values
from benchmarks._memory import Peak
warnings.simplefilter("ignore")
kind, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
graph = lattice(rows, columns)
n = rows * columns
P = 20
z = values(graph, P)
z = (z - z.mean()) / z.std(ddof=0)
x = z.to_numpy()
from sia.methode import TypologySettings
from sia.clustering.typology import Typology
from sia.clustering.number import choose_k
from sklearn.cluster import KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits
from sklearn.metrics import silhouette_samples
KMeans(6, n_init=1, random_state=0).fit(x[:60])  # loads modules and starts the threads
quality, regions = 0.0, 0
with threadpool_limits(limits=1), Peak() as peak:
    if kind == "typology_sia":
        labels = Typology(TypologySettings(n_types=6)).fit(z).table_["type"].to_numpy(dtype=int)
    elif kind == "typology_geosnap":
        # what geosnap.analyze.cluster calls: ten starts, above 12,000 rows on small batches
        chosen = MiniBatchKMeans if n > 12_000 else KMeans
        labels = chosen(6, n_init=10, max_iter=300, tol=1e-4, random_state=0).fit_predict(x)
        silhouette_samples(x, labels)
    elif kind == "ward_sia":
        how = TypologySettings(n_types=6, method="ward")
        labels = Typology(how).fit(z).table_["type"].to_numpy(dtype=int)
    elif kind == "choose_sia":
        choose_k(z[["v0", "v1", "v2", "v3", "v4", "v5"]])
if "labels" in dir():
    groups = pd.DataFrame(x).groupby(labels)
    quality, regions = ((x - groups.transform("mean").to_numpy()) ** 2).sum(), groups.ngroups
print(quality, regions, peak.seconds, peak.processor, peak.megabytes)
"""


_ROWS = (
    ("types: k-means with silhouettes, 6 types", "typology_sia", "typology_geosnap"),
    ("types: Ward with silhouettes, 6 types", "ward_sia", ""),
    ("number of types: silhouette, gap, bootstrap, k = 3-10", "choose_sia", ""),
)


def _row(job: str, own: str, peer: str, rows: int, columns: int) -> str:
    """Return one line of the table: ours, and the peer where it can."""
    n = rows * columns
    squares, regions, seconds, processor, memory = measured(_SCRIPT, own, rows, columns)
    line = f"| {job} | {n:,} | {seconds:.3f} "
    if not peer:
        return line + f"| - | - | - | {memory:.0f} | - | {regions:.0f} | - |"
    squares_, regions_, seconds_, processor_, memory_ = measured(_SCRIPT, peer, rows, columns)
    return (
        f"{line}| {seconds_:.3f} | {seconds_ / seconds:.2f} | {processor_ / processor:.2f} "
        f"| {memory:.0f} | {memory_:.0f} | {regions:.0f} / {regions_:.0f} "
        f"| {squares / squares_:.4f} |"
    )


def main(quick: bool) -> str:
    """Return time, memory and quality of types beside their peers."""
    sizes = [(10, 7)] if quick else [(10, 7), (25, 40), (100, 145)]
    lines = [
        "20 variables on a lattice, one thread each, one process per run. Within is the sum of",
        "squares within types of ours divided by that of the peer (lower is tighter).",
        "",
        "| job | areas | sia s | peer s | peer / sia | by processor time | sia MB | peer MB "
        "| types | within |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rows, columns in sizes:
        for job, own, peer in _ROWS:
            lines.append(_row(job, own, peer, rows, columns))
    return "\n".join(lines)


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
