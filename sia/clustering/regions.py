"""DIA areas: connected buurten that resemble each other, with a bounded number of inhabitants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_tree, connected_components
from sklearn.cluster import ward_tree
from sklearn.metrics import adjusted_rand_score

from sia.clustering.contiguity import Contiguity
from sia.clustering.trees import spanning_tree, subtree_sums
from sia.methode import AreaSettings

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_TREES = 12


@dataclass(frozen=True)
class AreaProposal:
    """Proposed DIA areas.

    Parameters
    ----------
    buurten : DataFrame
        Every buurt, index ``buurtcode``: ``gebied`` (Int64, NA for water and without a border),
        ``reden`` (why there is none), ``geschat`` (bool: a score was missing and the neighbours'
        mean was used to draw borders).
    gebieden : DataFrame
        Index ``gebied``: ``buurten`` (int), ``inwoners``, ``binnen`` (bool: within the bounds),
        ``reden`` (why not), then the mean of every score.
    within : float
        Sum of squares of the standardised scores within areas.
    """

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
    bounds: AreaSettings,
    guessed: npt.NDArray[np.bool_],
) -> AreaProposal:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(1, len(first) + 1)
    area = pd.Series(number[inverse], index=graph.codes, dtype="Int64")
    everyone = graph.codes.append([graph.water, graph.borderless]).sort_values()
    buurten = pd.DataFrame(index=everyone.rename("buurtcode"))
    buurten["gebied"] = area.reindex(everyone)
    buurten["reden"] = np.select(
        [everyone.isin(graph.water), everyone.isin(graph.borderless)], ["water", "geen grens"], ""
    )
    buurten["geschat"] = everyone.isin(graph.codes[guessed])
    grouped = pd.Series(people, index=graph.codes).groupby(area)
    gebieden = pd.DataFrame({"buurten": grouped.size(), "inwoners": grouped.sum()})
    gebieden["reden"] = [
        _why(int(n), float(total), bounds)
        for n, total in zip(gebieden["buurten"], gebieden["inwoners"], strict=True)
    ]
    gebieden.insert(2, "binnen", gebieden["reden"] == "")
    means = scores.reindex(graph.codes).astype(float).groupby(area).mean()
    return AreaProposal(
        buurten, gebieden.join(means).rename_axis("gebied"), within_squares(z, number[inverse])
    )


def _why(count: int, total: float, bounds: AreaSettings) -> str:
    if total > bounds.maximum:
        return f"één buurt met meer inwoners dan het maximum van {bounds.maximum:.0f}"
    if total < bounds.minimum:
        kind = "deze buurt" if count == 1 else "dit gebied"
        return (
            f"geen verdeling gevonden waarin {kind} met een aangrenzend gebied aan het minimum van "
            f"{bounds.minimum:.0f} inwoners komt zonder het maximum te overschrijden"
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
