"""A near-best schedule before the search tree: round the relaxation, then free a part at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.programme.milp import Builder
from sia.agenda.programme.solver import Model, run

SMALLEST = 1500
"""With fewer start options than this the search tree alone is fast enough."""
_NODES = 200
_WHOLE = 1e-6
_SHARE, _MOST = 0.3, 150
"""Plans that are planned anew at a time: a share of all, and no more than so many."""
_FRUITLESS = 25
"""Turns without any gain after which nothing more is expected."""


@dataclass(frozen=True)
class Improved:
    """A feasible solution and what the relaxation proves about it.

    `values` (shape (n_columns,)): Empty when none was found.
    `bound`: Lower bound of the minimum; -inf when it was not sought.
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

    Returns: At least as good as `values`; as they are when the agenda is small.

    Relaxation-enforced neighbourhood: every start year that the linear relaxation chooses wholly
    stays, every one that it does not touch goes, and the small rest is solved (Berthold 2014,
    OR Letters 42(3)). The root of the search tree, where the solver adds its cuts, then gives a
    sharper bound. After that a part of the plans at a time is planned anew around the others
    (large neighbourhood search, Shaw 1998), until the asked gap is proven, nothing is gained any
    more, or four fifths of the time are used.
    """
    start = np.empty(0) if values is None else values
    if len(builder.x) < SMALLEST:
        return Improved(start, float("-inf"))
    began = time.monotonic()
    model, settings = builder.model, builder.settings

    def within(share: float) -> ProgrammeSettings:
        left = began + settings.tijd - time.monotonic()
        return settings.but(tijd=max(min(share * settings.tijd, left), 0.05))

    relaxed = run(replace(model, integer=[False] * len(model.integer)), settings)
    if relaxed.status != "optimaal":
        return Improved(start, float("-inf"))
    rounded = run(
        _rounded(builder, relaxed.values),
        within(1 / 6).but(gat=settings.gat / 4),
        nodes=_NODES,
    )
    best = Improved(_better(model, start, rounded.values), relaxed.bound)
    if best.gap(model) <= settings.gat:
        return best
    guess = best.values if best.values.size else None
    root = run(model, within(1 / 2), guess, nodes=1)
    best = Improved(_better(model, best.values, root.values), max(best.bound, root.bound))
    return _search(builder, best, began + 0.8 * settings.tijd) if best.values.size else best


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


def _search(builder: Builder, best: Improved, until: float) -> Improved:
    model, settings = builder.model, builder.settings
    part = settings.but(gat=settings.gat / 10, tijd=settings.tijd / 12)
    draw = _Neighbourhoods(builder)
    fruitless = 0
    while fruitless < _FRUITLESS and time.monotonic() < until:
        if best.gap(model) <= settings.gat:
            break
        solved = run(_held(builder, best.values, draw.next()), part, best.values, _NODES)
        fruitless += 1
        if solved.values.size and cost_of(model, solved.values) < (
            cost_of(model, best.values) - 1e-6
        ):
            # Rebuilt from the start years, so that rounding noise never adds up.
            values = builder.columns_of(builder.starts_of(solved.values))
            best, fruitless = Improved(values, best.bound), 0
    return best


class _Neighbourhoods:
    """Draws which plans may move: those of some partners, of some years, or of some buurten."""

    def __init__(self, builder: Builder) -> None:
        plans = builder.agenda.plans
        self.rng = np.random.default_rng(builder.settings.zaad)
        self.names = plans.index.to_numpy(dtype=object)
        self.partner = plans["partner"].to_numpy(dtype=object)
        self.first, self.last = plans["eerste"].to_numpy(), plans["laatste"].to_numpy()
        home = builder.agenda.plan_buurt.drop_duplicates("plan").set_index("plan")["buurtcode"]
        self.buurt = home.reindex(plans.index).fillna("").to_numpy(dtype=object)
        self.years = np.array(builder.settings.jaren)
        self.most = max(min(round(_SHARE * len(plans)), _MOST), 1)
        self.turn = 0

    def next(self) -> set[str]:
        """Return the plans of the next turn."""
        kinds: tuple[Callable[[], np.ndarray], ...] = (
            self._of_partners, self._of_years, self._of_buurten,
        )  # fmt: skip
        order = kinds[self.turn % len(kinds)]()
        self.turn += 1
        return set(self.names[order[: self.most]])

    def _of_partners(self) -> np.ndarray:
        some = self.rng.permutation(sorted(set(self.partner)))[:3]
        return self.rng.permutation(np.flatnonzero(np.isin(self.partner, some)))

    def _of_years(self) -> np.ndarray:
        year = self.rng.choice(self.years)
        return self.rng.permutation(np.flatnonzero((self.first <= year + 2) & (self.last >= year)))

    def _of_buurten(self) -> np.ndarray:
        rank = {code: i for i, code in enumerate(self.rng.permutation(sorted(set(self.buurt))))}
        return np.argsort([rank[code] for code in self.buurt], kind="stable")


def _held(builder: Builder, values: np.ndarray, free: set[str]) -> Model:
    """Return the model in which only these plans may move."""
    lower, upper = list(builder.model.lower), list(builder.model.upper)
    for (plan, _), column in builder.x.items():
        if plan not in free:
            lower[column] = upper[column] = float(values[column] > 0.5)
    return replace(builder.model, lower=lower, upper=upper)
