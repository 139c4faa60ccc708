"""DIA areas: grown from the buurten that ask for an integral approach, and those that people named.

No candidate, no area. An area starts at the most urgent candidate that is in none, takes in the
candidates beside it, and then, while it has too few inhabitants, the neighbour that is most urgent
and keeps it most compact. Neighbours share a border; a corner is none, and water lies between.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from sklearn.metrics import adjusted_rand_score

<<<<<<< HEAD
from sia.clustering.contiguity import Contiguity
from sia.clustering.trees import spanning_tree, subtree_sums
=======
from sia.clustering.contiguity import contiguity
>>>>>>> typen
from sia.methode import AreaSettings

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_BORDER = 20.0
"""Metres that two buurten must share to be neighbours in an area."""
_TOLERANCE = 1.0
LOOSE = "hoort niet bij een gebied rond een kandidaat"


@dataclass(frozen=True, eq=False)
class _City:
    """Land buurten with their people, urgentie, shapes and who borders whom."""

    codes: pd.Index
    people: Array
    urgency: Array
    shapes: npt.NDArray[np.object_]
    beside: list[set[int]]
    water: pd.Index
    borderless: pd.Index

<<<<<<< HEAD
    buurten: pd.DataFrame
    gebieden: pd.DataFrame
    within: float


def propose_areas(
    scores: pd.DataFrame,
    inwoners: pd.Series[float],
    graph: Contiguity,
    settings: AreaSettings | None = None,
) -> AreaProposal:
    """Propose connected areas of buurten that resemble each other.

    Ward's method along the neighbours (Ward 1963; connectivity as in scikit-learn) gives a tree,
    which is cut from the top until no area is too large. An area that is too small joins the
    neighbour with which the within sum of squares grows least; where every union would be too
    large, it is joined and cut anew along a spanning tree.

    Area 1 holds the first buurtcode, and so on.

    Parameters
    ----------
    scores : DataFrame, shape (n_units, n_domains)
        Index ``buurtcode``; NaN allowed. Where no score differs, neighbours and inhabitants alone
        make areas, and each is marked as guessed.
    inwoners : Series
        Inhabitants; missing counts as unknown and adds nothing to an area.
    """
    bounds = settings or AreaSettings()
    z, guessed = _filled(scores.reindex(graph.codes), graph)
    people: Array = np.asarray(inwoners.reindex(graph.codes).fillna(0.0), dtype=np.float64)
    parts = _cut_from_top(z, people, graph, bounds)
    labels = _repair(parts, z, people, graph, bounds)
    return _proposal(labels, z, people, scores, graph, bounds, guessed)


def _filled(scores: pd.DataFrame, graph: Contiguity) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return z-scores; gaps get the mean of the neighbours, for drawing borders only."""
    values = scores.astype(float)
    used = values.loc[:, values.notna().any() & (values.std(ddof=0) > 0)]
    if used.shape[1] == 0:
        # nothing tells them apart, so only inhabitants and neighbours make areas
        return np.zeros((len(values), 1)), np.ones(len(values), dtype=bool)
    z = ((used - used.mean()) / used.std(ddof=0)).to_numpy(dtype=float, copy=True)
    guessed = np.isnan(z).any(axis=1)
    while np.isnan(z).any():
        known = ~np.isnan(z)
        counts = graph.matrix @ known.astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            around = (graph.matrix @ np.where(known, z, 0.0)) / counts
        fill = ~known & (counts > 0)
        if not fill.any():
            z[~known] = 0.0
        z[fill] = around[fill]
    return z, guessed


def _cut_from_top(z: Array, people: Array, graph: Contiguity, bounds: AreaSettings) -> list[Ints]:
    """Cut the Ward tree of every connected part until no area exceeds the maximum."""
    _, label = connected_components(graph.matrix, directed=False)
    parts: list[Ints] = []
    for one in range(label.max(initial=-1) + 1):
        rows = np.flatnonzero(label == one)
        if len(rows) == 1:
            parts.append(rows)
            continue
        children, *_ = ward_tree(z[rows], connectivity=graph.matrix[rows][:, rows].tocsr())
        parts += [rows[members] for members in _nodes(children, people[rows], bounds.maximum)]
    return parts


def _nodes(children: Ints, people: Array, maximum: float) -> list[Ints]:
    """Return the members of the largest nodes of a tree that do not exceed the maximum."""
    n = len(people)
    total = np.concatenate([people, np.zeros(len(children))])
    for node, (left, right) in enumerate(children, start=n):
        total[node] = total[left] + total[right]
    found, waiting = [], [len(total) - 1]
    while waiting:
        node = waiting.pop()
        if node < n or total[node] <= maximum:
            found.append(_leaves(children, node, n))
        else:
            waiting += [int(child) for child in children[node - n]]
    return found


def _leaves(children: Ints, node: int, n: int) -> Ints:
    leaves, waiting = [], [node]
    while waiting:
        one = waiting.pop()
        if one < n:
            leaves.append(one)
        else:
            waiting += [int(child) for child in children[one - n]]
    return np.array(sorted(leaves), dtype=np.int64)


def _repair(
    parts: list[Ints], z: Array, people: Array, graph: Contiguity, bounds: AreaSettings
) -> Ints:
    """Join what is too small with a neighbour; where that gets too large, cut the union anew."""
    labels = np.empty(len(z), dtype=np.int64)
    for number, rows in enumerate(parts):
        labels[rows] = number
    hopeless: set[int] = set()
    while True:
        total = np.bincount(labels, people)
        sizes = np.bincount(labels)
        small = [
            int(one)
            for one in np.flatnonzero((total < bounds.minimum) & (sizes > 0))
            if int(one) not in hopeless
        ]
        if not small:
            return labels
        one = min(small, key=lambda number: (total[number], number))
        if not _join(one, labels, z, people, graph, bounds):
            hopeless.add(one)


def _join(
    one: int, labels: Ints, z: Array, people: Array, graph: Contiguity, bounds: AreaSettings
) -> bool:
    """Solve one area that is too small, in place; False when no neighbour allows it."""
    rows = np.flatnonzero(labels == one)
    beside = np.unique(labels[graph.matrix[rows].indices])
    options = sorted(
        (_increase(z[rows], z[labels == other]), int(other)) for other in beside if other != one
    )
    own = float(people[rows].sum())
    for _, other in options:
        if own + people[labels == other].sum() <= bounds.maximum:
            labels[rows] = other
            return True
    for _, other in options:
        union = np.flatnonzero((labels == one) | (labels == other))
        half = _halve(union, z, people, graph, bounds)
        if half is not None:
            labels[union] = other
            labels[half] = one
            return True
    return False


def _increase(a: Array, b: Array) -> float:
    """Return how much the within sum of squares grows when two groups join (Ward 1963)."""
    difference = a.mean(axis=0) - b.mean(axis=0)
    return float(len(a) * len(b) / (len(a) + len(b)) * (difference**2).sum())


def _halve(
    union: Ints, z: Array, people: Array, graph: Contiguity, bounds: AreaSettings
) -> Ints | None:
    """Cut a connected set in two connected halves within the bounds; None when none is found."""
    matrix = sparse.csr_array(graph.matrix[union][:, union])
    trees = [spanning_tree(z[union], matrix)]
    starts = np.linspace(0, len(union) - 1, min(_TREES, len(union))).astype(int)
    trees += [sparse.csr_array(breadth_first_tree(matrix, int(s), directed=False)) for s in starts]
    values = np.column_stack([people[union], np.ones(len(union)), z[union]])
    everything = values.sum(axis=0)
    best, members = -np.inf, None
    for tree in trees:
        order, size, below = subtree_sums(tree, values)
        rest = everything - below
        fits = (below[:, 0] >= bounds.minimum) & (rest[:, 0] >= bounds.minimum)
        fits &= (below[:, 0] <= bounds.maximum) & (rest[:, 0] <= bounds.maximum) & (rest[:, 1] > 0)
        if not fits.any():
            continue
        gain = (below[:, 2:] ** 2).sum(axis=1) / below[:, 1]
        gain += (rest[:, 2:] ** 2).sum(axis=1) / np.maximum(rest[:, 1], 1)
        place = int(np.where(fits, gain, -np.inf).argmax())
        if gain[place] > best:
            best = float(gain[place])
            members = union[order[place : place + size[place]]]
    return members


def _proposal(
    labels: Ints,
    z: Array,
    people: Array,
    scores: pd.DataFrame,
    graph: Contiguity,
=======
    @classmethod
    def of(cls, areas: gpd.GeoDataFrame, urgentie: pd.Series[float]) -> _City:
        graph = contiguity(areas, _TOLERANCE, join=False)
        land = areas.loc[graph.codes]
        shapes = land.geometry.to_numpy()
        one, other = graph.edges.T
        strip = shapely.intersection(shapely.buffer(shapes[one], _TOLERANCE), shapes[other])
        shared = shapely.area(strip) / _TOLERANCE
        beside: list[set[int]] = [set() for _ in shapes]
        for a, b in graph.edges[shared >= LEAST_BORDER].tolist():
            beside[a].add(b)
            beside[b].add(a)
        return cls(
            codes=graph.codes,
            people=np.asarray(land["inwoners"].fillna(0.0), dtype=np.float64),
            urgency=np.asarray(urgentie.reindex(graph.codes).fillna(0.0), dtype=np.float64),
            shapes=shapes,
            beside=beside,
            water=graph.water,
            borderless=graph.borderless,
        )

    def around(self, members: Collection[int], free: Collection[int]) -> list[int]:
        """Return the free neighbours of a group, in order."""
        return sorted({n for member in members for n in self.beside[member]} & set(free))

    def compactness(self, members: list[int]) -> float:
        """Return the area of a group beside that of a circle with its outline (Polsby-Popper)."""
        outline = shapely.union_all(shapely.buffer(self.shapes[members], _TOLERANCE))
        return float(4 * np.pi * outline.area / outline.length**2)


def grow_areas(
    areas: gpd.GeoDataFrame,
    urgentie: pd.Series[float],
    candidates: Collection[str],
    named: Mapping[str, Collection[str]],
>>>>>>> typen
    bounds: AreaSettings,
) -> pd.DataFrame:
    """Grow areas from candidates, beside those that were named.

    Parameters
    ----------
    areas : GeoDataFrame, index ``buurtcode``
        ``inwoners``, geometry in metres, optional ``water`` (bool).
    urgentie : Series of float, index ``buurtcode``
        0-100; what is unknown is drawn in last.
    candidates : collection of str
        Buurten with the proposal of an integral approach.
    named : mapping of str to collection of str
        Name to buurten; taken as they are.
    bounds : AreaSettings
        Of the inhabitants of a grown area.

    Returns
    -------
    DataFrame
        Every buurt, index ``buurtcode``: ``gebied`` (Int64; named areas first, then in order of
        urgentie), ``gegeven`` (name of a named area, else empty) and ``reden`` (why there is no
        area).
    """
    city = _City.of(areas, urgentie)
    everyone = areas.sort_index().index.rename("buurtcode")
    table = pd.DataFrame(index=everyone)
    table["gebied"], table["gegeven"] = pd.Series(pd.NA, everyone, dtype="Int64"), ""
    for number, (name, codes) in enumerate(named.items(), start=1):
        inside = everyone.isin(list(codes))
        table.loc[inside, "gebied"], table.loc[inside, "gegeven"] = number, name
    untaken = table["gebied"].isna().reindex(city.codes).to_numpy()
    free = {int(n) for n in np.flatnonzero(untaken)}
    wanted = {n for n in free if city.codes[n] in set(candidates)}
    number = len(named)
    while wanted:
        start = max(wanted, key=lambda n: (city.urgency[n], -n))
        members = _grown([start], wanted - {start}, city, bounds.maximum, None)
        members = _grown(
            members, free - wanted - set(members), city, bounds.maximum, bounds.minimum
        )
        number += 1
        table.loc[city.codes[members], "gebied"] = number
        free -= set(members)
        wanted -= set(members)
    loose = table["gebied"].isna()
    table["reden"] = np.where(loose, LOOSE, "")
    table.loc[loose & everyone.isin(city.water), "reden"] = "water"
    table.loc[loose & everyone.isin(city.borderless), "reden"] = "geen grens"
    return table


def _grown(
    members: list[int], free: Collection[int], city: _City, maximum: float, enough: float | None
) -> list[int]:
    """Take in neighbours one by one, up to the maximum, and no further than is enough."""
    while True:
        total = float(city.people[members].sum())
        options = [n for n in city.around(members, free) if total + city.people[n] <= maximum]
        options = [n for n in options if n not in members]
        if not options or (enough is not None and total >= enough):
            return members
        worth = [city.urgency[n] / 100 + city.compactness([*members, n]) for n in options]
        members = [*members, options[int(np.argmax(worth))]]


def why_outside(count: int, total: float, bounds: AreaSettings) -> str:
    """Say why an area is not within the bounds; empty when it is."""
    if total > bounds.maximum:
        kind = "één buurt" if count == 1 else f"{count} buurten"
        return f"{kind} met meer inwoners dan het maximum van {bounds.maximum:.0f}"
    if total < bounds.minimum:
        return (
            f"minder inwoners dan het minimum van {bounds.minimum:.0f}; geen buur kan erbij zonder "
            "het maximum te overschrijden of bij een ander gebied te horen"
        )
    return ""


def within_squares(z: Array, labels: Ints) -> float:
    """Return the sum of squares of `z` (n, p) within the groups of `labels`."""
    _, inverse = np.unique(labels, return_inverse=True)
    counts = np.bincount(inverse)
    sums = np.stack([np.bincount(inverse, column) for column in z.T], axis=1)
    return float((z**2).sum() - (sums**2 / counts[:, None]).sum())


def compare_areas(one: pd.Series[int], other: pd.Series[str]) -> tuple[float, pd.DataFrame]:
    """Compare areas with another division (wijken, stadsdelen).

    Parameters
    ----------
    one, other : Series
        Division per buurt; buurten that miss either are left out.

    Returns
    -------
    agreement : float
        Adjusted Rand index (Hubert & Arabie 1985): 1 the same division, 0 no more than chance.
    overlap : DataFrame of int
        Number of buurten per area (rows) and per unit of the other division (columns).
    """
    both = pd.DataFrame({"gebied": one, "ander": other}).dropna()
    overlap = pd.crosstab(both["gebied"], both["ander"])
    return float(adjusted_rand_score(both["ander"], both["gebied"])), overlap
