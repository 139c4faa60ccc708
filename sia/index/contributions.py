"""Contributions: what every indicator adds to a unit's score, summing exactly to the score.

Additive nodes hand a score down by their weights. Other nodes hand it down by Shapley values
(Shapley 1953) of the game whose players are the node's children: a coalition's worth is the node's
score with those children at the unit's value and the others at the reference value. Along the
hierarchy the child's part is passed on in proportion, which keeps the sum exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import factorial

import numpy as np
import numpy.typing as npt

from sia.index.aggregation import Aggregator, Copeland, aggregate
from sia.index.chain import Chain, evaluate
from sia.index.design import IndexDesign, Node
from sia.index.normalisation import Fitted

Array = npt.NDArray[np.float64]
EXACT_UP_TO = 10
PERMUTATIONS = 400
Worth = Callable[[npt.NDArray[np.bool_]], Array]
NEAR = 1e-10
"""Differences below this share of the scale count as none: their slope is taken as a limit."""


@dataclass(frozen=True, eq=False)
class Attribution:
    """Contributions of all units, (n, k), the baseline by root, and the largest standard error."""

    contributions: Array
    baseline: dict[str, Array]
    error: float


@dataclass(frozen=True, eq=False)
class Shapley:
    """Shapley values of one node.

    `value` (shape (n, k)): Sums over k to worth(all) - worth(none).
    `slope` (shape (n, k)): Value per unit of difference from the reference; a limit where there is
        no difference.
    `error` (shape (n, k)): Standard error; zero when exact.
    """

    value: Array
    slope: Array
    error: Array


def attribute(leaves: Array, anchor: Array, design: IndexDesign, chain: Chain) -> Attribution:
    """Decompose the scores of all roots.

    `leaves` (shape (n, k)): Normalised indicators.
    `anchor` (shape (m, k)): Normalised indicators of the units that reference values are taken
        from.
    Returns: A missing indicator contributes 0; all are NaN where the root has no score or the
        design compares units with one another (Copeland has no score of one unit alone).
    """
    rules = [design.aggregator_of(node) for node in design.hierarchy.nodes]
    if any(isinstance(rule, Copeland) for rule in rules):
        nothing = np.full(leaves.shape[0], np.nan)
        roots = design.hierarchy.roots
        return Attribution(np.full(leaves.shape, np.nan), dict.fromkeys(roots, nothing), 0.0)
    origin = reference_values(anchor, design, chain)
    start = np.where(np.isnan(leaves), np.nan, origin)
    scores, raised = evaluate(leaves, design, chain)
    base, base_raised = evaluate(start, design, chain)
    names = design.hierarchy.indicators
    unit = {i: leaves[:, j] for j, i in enumerate(names)} | scores | raised
    zero = {i: start[:, j] for j, i in enumerate(names)} | base | base_raised
    slope = {root: np.ones(leaves.shape[0]) for root in design.hierarchy.roots}
    error = 0.0
    for node in reversed(design.hierarchy.nodes):
        steps, uncertain = _node_slopes(node, unit, zero, design, chain)
        error = max(error, uncertain)
        for j, child in enumerate(node.children):
            slope[child] = slope[node.id] * steps[:, j]
            if child in chain.rescale:
                slope[child] = slope[child] * _curve(
                    chain.rescale[child], scores[child], base[child]
                )
    out = np.stack([slope[i] * (unit[i] - zero[i]) for i in names], axis=-1)
    out = np.where(np.isnan(out), 0.0, out)
    for j, name in enumerate(names):
        out[np.isnan(scores[design.hierarchy.root_of(name)]), j] = np.nan
    return Attribution(out, {r: base[r] for r in design.hierarchy.roots}, error)


def reference_values(anchor: Array, design: IndexDesign, chain: Chain) -> Array:
    """Return the normalised values that contributions are measured from, shape (k,)."""
    choice = design.origin
    if choice == "auto":
        additive = all(design.aggregator_of(n).additive for n in design.hierarchy.nodes)
        choice = "zero" if additive and not chain.rescale else "mean"
    if choice == "zero":
        return np.zeros(anchor.shape[1])
    known = ~np.isnan(anchor)
    empty = ~known.any(axis=0)
    filled = np.where(empty, 0.0, anchor)
    central = np.nanmean if choice == "mean" else np.nanmedian
    return np.where(empty, np.nan, central(filled, axis=0))


def _node_slopes(
    node: Node,
    unit: Mapping[str, Array],
    zero: Mapping[str, Array],
    design: IndexDesign,
    chain: Chain,
) -> tuple[Array, float]:
    x = np.stack([unit[c] for c in node.children], axis=-1)
    r = np.stack([zero[c] for c in node.children], axis=-1)
    weight = chain.weights[node.id]
    rule = design.aggregator_of(node)
    if rule.additive:
        w = np.where(np.isnan(x), 0.0, weight)
        total = w.sum(axis=-1, keepdims=True)
        averaging = rule.power is not None
        return (w / np.where(total > 0, total, 1.0) if averaging else w), 0.0
    share = design.share_of(node)
    found = shapley(x, r, weight, rule, share)
    return found.slope, float(np.nan_to_num(found.error).max(initial=0.0))


def shapley(
    x: Array,
    reference: Array,
    weight: Array,
    rule: Aggregator,
    minimum_share: float = 0.0,
    exact_up_to: int = EXACT_UP_TO,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Shapley:
    """Return Shapley values of the children of one node.

    phi_c = sum over S without c of |S|! (k - |S| - 1)! / k! (v(S + c) - v(S)) (Shapley 1953,
    eq. 13). With more than `exact_up_to` children the same number is estimated from random orders
    in antithetic pairs (Castro, Gomez & Tejada 2009), with a standard error; every order sums to
    the score by itself, so the sum stays exact.

    Parameters
    ----------
    x, reference : array, shape (n, k)
        NaN in both where the unit has no value.
    weight : array, shape (k,)
    """
    worth = _worth(x, reference, weight, rule, minimum_share)
    k = x.shape[1]
    if k <= exact_up_to:
        value, error = _exact(worth, k), np.zeros_like(x)
    else:
        value, error = _sampled(worth, k, permutations, seed)
    delta = x - reference
    scale = np.nanmax(np.abs(np.concatenate([x, reference])), initial=1.0)
    near = np.abs(delta) <= NEAR * scale
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(near, 0.0, value / delta)
    step = 1e-6 * scale
    for c in (int(j) for j in np.flatnonzero(near.any(axis=0))):
        moved = np.where(near[:, c], reference[:, c] + step, x[:, c])
        nudged = x.copy()
        nudged[:, c] = moved
        other = _worth(nudged, reference, weight, rule, minimum_share)
        exact = k <= exact_up_to
        own = _exact(other, k) if exact else _sampled(other, k, permutations, seed)[0]
        slope[:, c] = np.where(near[:, c], own[:, c] / step, slope[:, c])
    return Shapley(value, np.nan_to_num(slope), error)


def _worth(x: Array, reference: Array, weight: Array, rule: Aggregator, share: float) -> Worth:
    """Return what gives the worth v(S) of a coalition for all units at once, shape (n,)."""
    return lambda coalition: aggregate(np.where(coalition, x, reference), weight, rule, share)


def _members(code: int, k: int) -> npt.NDArray[np.bool_]:
    inside: npt.NDArray[np.bool_] = (code >> np.arange(k)) & 1 == 1
    return inside


def _exact(worth: Worth, k: int) -> Array:
    table = np.stack([worth(_members(code, k)) for code in range(2**k)])
    value = np.zeros((table.shape[1], k))
    for code in range(2**k):
        size = bin(code).count("1")
        for c in range(k):
            if not code >> c & 1:
                share = factorial(size) * factorial(k - size - 1) / factorial(k)
                value[:, c] += share * (table[code | 1 << c] - table[code])
    return value


def _sampled(worth: Worth, k: int, permutations: int, seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    total, square = np.zeros(1), np.zeros(1)
    pairs = max(2, permutations // 2)
    for _ in range(pairs):
        order = rng.permutation(k)
        pair = (_along(worth, order) + _along(worth, order[::-1])) / 2.0
        total = total + pair
        square = square + pair**2
    mean = total / pairs
    variance = np.maximum(square / pairs - mean**2, 0.0) / (pairs - 1)
    return mean, np.sqrt(variance)


def _along(worth: Worth, order: npt.NDArray[np.int64]) -> Array:
    inside = np.zeros(order.size, dtype=bool)
    steps = [worth(inside)]
    for c in order:
        inside[c] = True
        steps.append(worth(inside))
    value = np.empty((steps[0].size, order.size))
    value[:, order] = np.diff(steps, axis=0).T
    return value


def _curve(fitted: Fitted, score: Array, base: Array) -> Array:
    """Return the slope of a renormalised aggregate between reference and unit."""
    scale = float(np.nanmax(np.abs(np.concatenate([score, base])), initial=1.0))
    delta = score - base
    near = np.abs(delta) <= NEAR * scale
    other = np.where(near, base + 1e-6 * scale, score)
    rise = fitted.transform(other[:, None])[:, 0] - fitted.transform(base[:, None])[:, 0]
    with np.errstate(invalid="ignore"):
        slope: Array = rise / (other - base)
    return slope
