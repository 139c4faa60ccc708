"""Which buurten are neighbours: shared borders, and by rule for islands and across water."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from sia.areas import has_border

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Contiguity:
    """Neighbours of a set of buurten.

    `codes` (str, length n): Land buurten, sorted.
    `matrix` (csr_array of float, shape (n, n)): 1 for neighbours, symmetric, empty diagonal.
    `added`: Links that are no shared border: ``van``, ``naar``, ``afstand`` (metres), ``reden``.
    `water` (str): Buurten that are water; they take no part.
    `borderless` (str): Land buurten without a border in the file; nobody knows their neighbours, so
        they take no part either.
    """

    codes: pd.Index
    matrix: sparse.csr_array
    added: pd.DataFrame
    water: pd.Index
    borderless: pd.Index = field(default_factory=lambda: pd.Index([], dtype="str"))

    @property
    def edges(self) -> Ints:
        """Pairs of positions (n_edges, 2), each once, sorted."""
        upper = sparse.triu(self.matrix, k=1).tocoo()
        pairs = np.stack([upper.coords[0], upper.coords[1]], axis=1).astype(np.int64)
        return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def contiguity(areas: gpd.GeoDataFrame, tolerance: float = 1.0, *, join: bool = True) -> Contiguity:
    """Find the neighbours of every buurt.

    Buurten that touch, in a line or a corner (queen), are neighbours; gaps up to `tolerance`
    count as touching, because published borders are generalised. Water is left out first. What
    is then separated (an island, or the far bank of a wide river) is tied to the rest by the
    shortest distance between any two buurten, one tie per part, until all is connected.

    `areas`: Unique index ``buurtcode``, in metres; optional ``water`` (bool).
    `tolerance`: Metres.
    `join`: False leaves separated parts apart.
    """
    ordered = areas.sort_index()
    water = np.zeros(len(ordered), dtype=bool)
    if "water" in ordered.columns:
        water = ordered["water"].fillna(False).to_numpy(dtype=bool)
    absent = ~water & ~has_border(ordered.geometry).to_numpy()
    land = ordered[~water & ~absent]
    geometry = land.geometry.to_numpy()
    one, other = shapely.STRtree(geometry).query(geometry, "dwithin", distance=tolerance)
    pairs = np.stack([one, other], axis=1)[one < other]
    added = _ties(geometry, pairs) if join else []
    everything = np.concatenate([pairs, np.array([t[:2] for t in added], dtype=int).reshape(-1, 2)])
    codes = land.index
    links = pd.DataFrame(
        [
            (codes[i], codes[j], distance, "geen gedeelde grens: verbonden met de dichtstbijzijnde")
            for i, j, distance in added
        ],
        columns=["van", "naar", "afstand", "reden"],
    )
    matrix = _symmetric(everything, len(land))
    return Contiguity(codes, matrix, links, ordered.index[water], ordered.index[absent])


def _symmetric(pairs: Ints, n: int) -> sparse.csr_array:
    rows = np.concatenate([pairs[:, 0], pairs[:, 1]])
    columns = np.concatenate([pairs[:, 1], pairs[:, 0]])
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(n, n))


def _ties(geometry: npt.NDArray[np.object_], pairs: Ints) -> list[tuple[int, int, float]]:
    """Return the shortest ties that connect all parts (Borůvka 1926)."""
    ties: list[tuple[int, int, float]] = []
    n = len(geometry)
    while True:
        now = np.concatenate([pairs, np.array([t[:2] for t in ties], dtype=int).reshape(-1, 2)])
        parts, label = connected_components(_symmetric(now, n), directed=False)
        if parts <= 1:
            return ties
        sizes = np.bincount(label)
        fresh = [_nearest(geometry, label == part) for part in np.argsort(sizes)[:-1]]
        seen = set()
        for i, j, distance in sorted(fresh, key=lambda tie: (tie[2], tie[0], tie[1])):
            key = (min(label[i], label[j]), max(label[i], label[j]))
            if key not in seen:
                seen.add(key)
                ties.append((min(i, j), max(i, j), distance))


def _nearest(
    geometry: npt.NDArray[np.object_], inside: npt.NDArray[np.bool_]
) -> tuple[int, int, float]:
    own, rest = np.flatnonzero(inside), np.flatnonzero(~inside)
    tree = shapely.STRtree(geometry[rest])
    (mine, theirs), distance = tree.query_nearest(geometry[own], return_distance=True)
    best = np.lexsort((rest[theirs], own[mine], distance.round(6)))[0]
    return int(own[mine[best]]), int(rest[theirs[best]]), float(distance[best])
