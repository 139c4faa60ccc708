"""Types and areas against scikit-learn and spopt: time, memory, quality, growth with n."""

from __future__ import annotations

import sys

from benchmarks._memory import measured

_SCRIPT = """
import sys, warnings
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
from sia.clustering.regions import within_squares, propose_areas, AreaSettings
from sia.clustering.treecut import tree_cut
from sia.clustering.ward import ward_labels
from sia.clustering.components import TypologySettings
from sia.clustering.typology import Typology
from sia.clustering.number import choose_k
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import silhouette_samples
quality = 0.0
with Peak() as peak:
    if kind == "kmeans_sia":
        Typology(TypologySettings(6)).fit(z)
    elif kind == "kmeans_sklearn":
        labels = KMeans(6, n_init=20, random_state=0).fit_predict(x)
        silhouette_samples(x, labels)
    elif kind == "ward_sia":
        labels = ward_labels(x, 6)
    elif kind == "ward_sklearn":
        labels = AgglomerativeClustering(6).fit_predict(x)
    elif kind == "tree_sia":
        labels = tree_cut(x, graph.matrix, 20, floor=3)
    elif kind == "wardc_sklearn":
        labels = AgglomerativeClustering(20, connectivity=graph.matrix).fit_predict(x)
    elif kind == "areas_sia":
        people = pd.Series(np.random.default_rng(0).gamma(3, 800, n), index=graph.codes)
        found = propose_areas(z, people, graph, AreaSettings())
        labels = found.buurten["gebied"].to_numpy(dtype=int)
    elif kind == "choose_sia":
        choose_k(z[["v0", "v1", "v2", "v3", "v4", "v5"]])
    elif kind == "skater_spopt":
        import geopandas as gpd, shapely
        from libpysal.weights import W
        from spopt.region import Skater
        a = graph.matrix
        w = W({i: a.indices[a.indptr[i]:a.indptr[i+1]].tolist() for i in range(n)})
        frame = gpd.GeoDataFrame(z.reset_index(drop=True),
                                 geometry=[shapely.Point(i, 0) for i in range(n)])
        model = Skater(frame, w, list(z.columns), n_clusters=20, floor=3)
        model.solve()
        labels = np.asarray(model.labels_)
if "labels" in dir():
    quality = within_squares(x, labels)
print(quality, peak.seconds, peak.megabytes)
"""


_ROWS = (
    ("types: k-means, 6 types, with silhouettes", "kmeans_sia", "kmeans_sklearn"),
    ("types: Ward, 6 types", "ward_sia", "ward_sklearn"),
    ("areas: tree cut, 20 regions", "tree_sia", "skater_spopt"),
    ("areas: Ward with neighbours and bounds on inhabitants", "areas_sia", "wardc_sklearn"),
    ("number of types: silhouette, gap, bootstrap, k = 3-10", "choose_sia", ""),
)
_PEER_LIMIT = {"skater_spopt": 200, "ward_sklearn": 20_000}
"""Above so many areas a peer is not run: spopt's SKATER takes minutes at 1,000 and hours beyond."""


def main(quick: bool) -> str:
    """Return time, memory and quality of types and areas beside their peers."""
    sizes = [(10, 7)] if quick else [(10, 7), (25, 40), (100, 145)]
    lines = [
        "20 variables, queen neighbours on a lattice. Quality is the within sum of squares of",
        "ours divided by that of the peer (1 = as good, lower = better); the proposal of areas",
        "also respects bounds on inhabitants and may have another number of regions, so its",
        "quality is not compared.",
        "",
        "| job | areas | sia s | peer s | peer / sia | sia MB | peer MB | quality |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for rows, columns in sizes:
        n = rows * columns
        for job, own, peer in _ROWS:
            squares, seconds, memory = measured(_SCRIPT, own, rows, columns)
            line = f"| {job} | {n:,} | {seconds:.2f} "
            if not peer or n > _PEER_LIMIT.get(peer, 10**9):
                lines.append(line + f"| - | - | {memory:.0f} | - | - |")
                continue
            squares_, seconds_, memory_ = measured(_SCRIPT, peer, rows, columns)
            same = own.split("_")[0] in ("ward", "tree")
            quality = f"{squares / squares_:.3f}" if same and squares_ else "-"
            lines.append(
                line + f"| {seconds_:.2f} | {seconds_ / seconds:.1f} | {memory:.0f} "
                f"| {memory_:.0f} | {quality} |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
