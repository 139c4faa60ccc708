"""Weights and norms of aggregates, set from the bottom up or for the whole tree at once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from sia.index.aggregation import Aggregator, aggregate
from sia.index.design import IndexDesign, Node
from sia.index.normalisation import Fitted
from sia.index.weights import Optimised, OptimisedWeights, importance_shares, nearest_weights

Array = npt.NDArray[np.float64]
Weigh = Callable[[Node, Array, Aggregator], Array]


@dataclass(frozen=True, eq=False)
class Chain:
    """What is fixed once the data are known: fitted normalisers and resolved weights.

    `weights`: mapping of aggregate id to array, shape (n_children,).
    `rescale` (mapping of aggregate id to Fitted): Aggregates that are normalised again before they
        go up.
    `optimised` (mapping of root to Optimised): What came of weights that were optimised over the
        whole tree.
    """

    weights: Mapping[str, Array]
    rescale: Mapping[str, Fitted]
    optimised: Mapping[str, Optimised] = field(default_factory=dict)


def resolve(normalised: Array, design: IndexDesign) -> Chain:
    """Set weights and fit the normalisers of aggregates."""
    if not isinstance(design.weigh, OptimisedWeights):
        return _climb(normalised, design, _node_by_node(design))[0]
    weights = {node.id: np.array(node.weights) for node in design.hierarchy.nodes}
    found = {}
    for root in design.hierarchy.roots:
        found[root] = _optimised_tree(normalised, design, design.weigh, root)
        weights |= _with_leaves(design, root, found[root].weights)
    return replace(_climb(normalised, design, _as_given(weights))[0], optimised=found)


def evaluate(
    leaves: Array, design: IndexDesign, chain: Chain
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Aggregate normalised indicators up to the roots: scores, and those normalised again."""
    return _climb(leaves, design, _as_given(chain.weights), chain.rescale)[1:]


def _node_by_node(design: IndexDesign) -> Weigh:
    def weigh(node: Node, x: Array, rule: Aggregator) -> Array:
        weight = design.weighting_of(node).weights(x, np.array(node.weights), node.children, rule)
        if (weight < 0).any() or not weight.sum() > 0:
            raise ValueError(f"weights under {node.id!r} are negative or all zero")
        return weight

    return weigh


def _as_given(weights: Mapping[str, Array]) -> Weigh:
    return lambda node, x, rule: weights[node.id]


def _climb(
    leaves: Array, design: IndexDesign, weigh: Weigh, fitted: Mapping[str, Fitted] | None = None
) -> tuple[Chain, dict[str, Array], dict[str, Array]]:
    """Return the chain, the scores and those that are normalised again, from the bottom up.

    `fitted`: what aggregates are normalised again with; by default fitted here.
    """
    weights, rescale = dict[str, Array](), dict[str, Fitted]()
    scores, raised = dict[str, Array](), dict[str, Array]()
    up = {i: leaves[:, j] for j, i in enumerate(design.hierarchy.indicators)}
    for node in design.hierarchy.nodes:
        x = np.stack([up[c] for c in node.children], axis=-1)
        rule = design.aggregator_of(node)
        rule.check(x, node.id)
        weights[node.id] = weigh(node, x, rule)
        score = aggregate(x, weights[node.id], rule, design.share_of(node))
        scores[node.id] = up[node.id] = score
        again = design.renormaliser_of(node)
        if again is not None:
            known = again.fit(score[:, None], np.ones(1)) if fitted is None else fitted[node.id]
            rescale[node.id] = known
            raised[node.id] = up[node.id] = known.transform(score[:, None])[:, 0]
    return Chain(weights, rescale), scores, raised


def _optimised_tree(
    normalised: Array, design: IndexDesign, rule: OptimisedWeights, root: str
) -> Optimised:
    """Find weights of all indicators of a tree by their stated influence on its root.

    One least-squares problem (Becker et al. 2017; COINr ``get_opt_weights`` at the level of the
    indicators): correlations of the indicators with the root, through whatever lies between. The
    weights of aggregates stay as given. A target out of reach gives the nearest weights and a
    warning: with weights of zero and more, indicators that contradict each other have no other.
    """
    names = design.hierarchy.indicators
    leaves = design.hierarchy.leaves(root)
    x = normalised[:, [names.index(i) for i in leaves]]
    given = {node.id: np.array(node.weights) for node in design.hierarchy.nodes}

    def shares(weight: Array) -> Array:
        weights = given | _with_leaves(design, root, weight)
        scores, raised = _climb(normalised, design, _as_given(weights))[1:]
        return importance_shares(x, (scores | raised)[root])

    own = {c: w for n in design.hierarchy.nodes for c, w in zip(n.children, n.weights, strict=True)}
    start = np.array([own[i] for i in leaves])
    goal = rule.goal(leaves)
    found = nearest_weights(shares, goal, (start, goal * start.sum()), rule.tolerance)
    if not found.converged:
        warnings.warn(f"{root}: {found.missed(leaves)}; these are used", stacklevel=2)
    return found


def _with_leaves(design: IndexDesign, root: str, weight: Array) -> dict[str, Array]:
    """Return the weights of a tree's aggregates with other ones for its indicators."""
    hierarchy = design.hierarchy
    by = dict(zip(hierarchy.leaves(root), weight, strict=True))
    return {
        node.id: np.array([by.get(c, w) for c, w in zip(node.children, node.weights, strict=True)])
        for node in hierarchy.nodes
        if hierarchy.root_of(node.id) == root
    }
