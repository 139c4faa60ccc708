"""Types beside scikit-learn and geosnap's calls: time, memory, quality."""

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
from sia.clustering.regions import within_squares
from sia.clustering.ward import ward_labels
from sia.clustering.typology import Typology
from sia.clustering.number import choose_k
from sia.clustering.kmeans import kmeans_labels
from sklearn.cluster import AgglomerativeClustering, KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits
from sklearn.metrics import silhouette_samples
if "kmeans" in kind or kind.startswith(("five", "typology")):
    # neither counts the loading of modules and of the processor's threads
    KMeans(6, n_init=1, random_state=0).fit(x[:60])
    kmeans_labels(x[:60], 6, None, 0)
given = []
if kind == "five_same_time":
    with threadpool_limits(limits=1):
        for seed in range(5):
            begun = time.process_time()
            kmeans_labels(x, 6, None, seed)
            given.append(time.process_time() - begun)
quality = 0.0
with threadpool_limits(limits=1), Peak() as peak:
    if kind == "kmeans_sia":
        labels = kmeans_labels(x, 6, None, 0)
    elif kind == "kmeans_geosnap":
        # what geosnap.analyze.cluster calls: ten starts, above 12,000 rows on small batches
        chosen = MiniBatchKMeans if n > 12_000 else KMeans
        labels = chosen(6, n_init=10, max_iter=300, tol=1e-4, random_state=0).fit_predict(x)
    elif kind == "kmeans_sklearn":
        labels = KMeans(6, n_init=20, random_state=0).fit_predict(x)
    elif kind == "five_sia":
        quality = np.mean(
            [within_squares(x, kmeans_labels(x, 6, None, seed)) for seed in range(5)]
        )
    elif kind == "five_same_time":
        found = []
        for number, seconds in enumerate(given):
            begun, best, start = time.process_time(), np.inf, 1000 * number
            while time.process_time() - begun < seconds:
                model = KMeans(6, n_init=1, random_state=start).fit(x)
                best, start = min(best, model.inertia_), start + 1
            found.append(best)
        quality = np.mean(found)
    elif kind == "typology_sia":
        labels = Typology(TypologySettings(n_types=6)).fit(z).table_["type"].to_numpy(dtype=int) - 1
    elif kind == "typology_sklearn":
        labels = KMeans(6, n_init=20, random_state=0).fit_predict(x)
        silhouette_samples(x, labels)
    elif kind == "ward_sia":
        labels = ward_labels(x, 6)
    elif kind == "ward_sklearn":
        labels = AgglomerativeClustering(6).fit_predict(x)
    elif kind == "choose_sia":
        choose_k(z[["v0", "v1", "v2", "v3", "v4", "v5"]])
regions = 6 if kind.startswith("five") else 0
if "labels" in dir():
    _, labels = np.unique(labels, return_inverse=True)
    quality, regions = within_squares(x, labels), labels.max() + 1
print(quality, regions, peak.seconds, peak.processor, peak.megabytes)
"""


_ROWS = (
    ("types: k-means, 6 types, beside what geosnap calls", "kmeans_sia", "kmeans_geosnap"),
    ("types: k-means, 6 types, beside 20 starts", "kmeans_sia", "kmeans_sklearn"),
    ("types: k-means, five seeds, as much time for each", "five_sia", "five_same_time"),
    ("types: k-means with silhouettes and certainty", "typology_sia", "typology_sklearn"),
    ("types: Ward, 6 types", "ward_sia", "ward_sklearn"),
    ("number of types: silhouette, gap, bootstrap, k = 3-10", "choose_sia", ""),
)
_PEER_LIMIT = {"ward_sklearn": 20_000}
"""Above so many areas a peer is not run: it would take hours."""


def _row(job: str, own: str, peer: str, rows: int, columns: int) -> str:
    """Return one line of the table: ours, and the peer where it can."""
    n = rows * columns
    squares, regions, seconds, processor, memory = measured(_SCRIPT, own, rows, columns)
    line = f"| {job} | {n:,} | {seconds:.3f} "
    if not peer or n > _PEER_LIMIT.get(peer, 10**9):
        return line + f"| - | - | - | {memory:.0f} | - | {regions:.0f} | - |"
    squares_, regions_, seconds_, processor_, memory_ = measured(_SCRIPT, peer, rows, columns)
    return (
        f"{line}| {seconds_:.3f} | {seconds_ / seconds:.2f} | {processor_ / processor:.2f} "
        f"| {memory:.0f} | {memory_:.0f} | {regions:.0f} / {regions_:.0f} "
        f"| {squares / squares_:.4f} |"
    )


def main(quick: bool) -> str:
    """Return time, memory and quality of types and areas beside their peers."""
    sizes = [(10, 7)] if quick else [(10, 7), (25, 40), (100, 145)]
    lines = [
        "20 variables, queen neighbours on a lattice, one thread each, one process per run. Within",
        "is the sum of squares within types or regions of ours divided by that of the peer (1 is",
        "as tight, lower is tighter). It says nothing where the number of regions differs: MaxP",
        "makes as many as its minimum allows (ours here: from 5,000 to 10,000 inhabitants), and",
        "Ward with neighbours, 20 regions, keeps no bounds at all.",
        "",
        "| job | areas | sia s | peer s | peer / sia | by processor time | sia MB | peer MB "
        "| regions | within |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rows, columns in sizes:
        for job, own, peer in _ROWS:
            lines.append(_row(job, own, peer, rows, columns))
    return "\n".join(lines)


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
