"""A near-best schedule before the search tree: round the relaxation, then go by two partners."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from sia.agenda.milp import Builder, Model, run

SMALLEST = 1500
"""With fewer start options than this the search tree alone is fast enough."""
_NODES = 200
_WHOLE = 1e-6


@dataclass(frozen=True)
class Improved:
    """A feasible solution and what the relaxation proves about it.

    Parameters
    ----------
    values : numpy.ndarray, shape (n_columns,)
        Empty when none was found.
    bound : float
        Lower bound of the minimum from the linear relaxation; -inf when it was not solved.
    """

    values: np.ndarray
    bound: float

    def gap(self, model: Model) -> float:
        """Return the proven relative gap; inf without a solution or a bound."""
        if not self.values.size or not np.isfinite(self.bound):
            return float("inf")
        value = cost_of(model, self.values)
        return (value - self.bound) / max(abs(value), 1e-9)


def cost_of(model: Model, values: np.ndarray) -> float:
    """Return the cost of a solution, constant included."""
    return float(np.dot(model.cost, values)) + model.offset


def improve(builder: Builder, values: np.ndarray | None) -> Improved:
    """Find a near-best schedule.

    Parameters
    ----------
    builder : Builder
    values : numpy.ndarray or None
        A feasible solution to start from.

    Returns
    -------
    Improved
        At least as good as `values`; as they are when the agenda is small.

    Notes
    -----
    Relaxation-enforced neighbourhood: every start year that the linear relaxation chooses wholly
    stays, every one that it does not touch goes, and the small rest is solved (Berthold 2014,
    OR Letters 42(3)). Then the plans of two partners at a time are planned anew around those of
    the others, until no pair brings anything, the asked gap is proven by the relaxation, or half
    of the time is used.
    """
    start = np.empty(0) if values is None else values
    if len(builder.x) < SMALLEST:
        return Improved(start, float("-inf"))
    began = time.monotonic()
    model, settings = builder.model, builder.settings
    relaxed = run(replace(model, integer=[False] * len(model.integer)), settings)
    if relaxed.status != "optimaal":
        return Improved(start, float("-inf"))
    rounded = run(
        _rounded(builder, relaxed.values),
        replace(settings, gat=settings.gat / 4, tijd=settings.tijd / 6),
        nodes=_NODES,
    )
    best = Improved(_better(model, start, rounded.values), relaxed.bound)
    return _pairs(builder, best, began + settings.tijd / 2) if best.values.size else best


def _better(model: Model, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    if not one.size or not other.size:
        return one if one.size else other
    return other if cost_of(model, other) < cost_of(model, one) else one


def _rounded(builder: Builder, relaxed: np.ndarray) -> Model:
    """Return the model in which the whole part of the relaxation is settled."""
    lower, upper = list(builder.model.lower), list(builder.model.upper)
    for column in builder.x.values():
        if relaxed[column] > 1 - _WHOLE:
            lower[column] = 1.0
        elif relaxed[column] < _WHOLE:
            upper[column] = 0.0
    return replace(builder.model, lower=lower, upper=upper)


def _pairs(builder: Builder, best: Improved, until: float) -> Improved:
    model = builder.model
    settings = replace(
        builder.settings, gat=builder.settings.gat / 10, tijd=builder.settings.tijd / 12
    )
    fruitless = 0
    pairs = list(_turns(sorted(set(builder.agenda.plans["partner"]))))
    turn = 0
    while fruitless < len(pairs) and time.monotonic() < until:
        if best.gap(model) <= builder.settings.gat:
            break
        pair = pairs[turn % len(pairs)]
        turn += 1
        solved = run(_held(builder, best.values, pair), settings, best.values, _NODES)
        fruitless += 1
        if solved.values.size and cost_of(model, solved.values) < (
            cost_of(model, best.values) - 1e-6
        ):
            # Rebuilt from the start years, so that rounding noise never adds up.
            values = builder.columns_of(builder.starts_of(solved.values))
            best, fruitless = Improved(values, best.bound), 0
    return best


def _turns(partners: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield every pair, those that share no partner after each other."""
    if len(partners) < 2:
        yield tuple(partners)
        return
    far = sorted(
        combinations(range(len(partners)), 2), key=lambda p: ((p[1] - p[0]), p[0] % 2, p[0])
    )
    for a, b in far:
        yield partners[a], partners[b]


def _held(builder: Builder, values: np.ndarray, free: tuple[str, ...]) -> Model:
    """Return the model in which only these partners' plans may move."""
    plans = builder.agenda.plans
    moving = set(plans.index[plans["partner"].isin(free)])
    lower, upper = list(builder.model.lower), list(builder.model.upper)
    for (plan, _), column in builder.x.items():
        if plan not in moving:
            lower[column] = upper[column] = float(values[column] > 0.5)
    return replace(builder.model, lower=lower, upper=upper)
