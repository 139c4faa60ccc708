"""Proof of order: which places the weights of the top level allow, exactly instead of by drawing.

A power mean with a fixed exponent orders units as a weighted sum of the children's powers does, so
"i stands above j" is one linear inequality in the weights. How many units can stand above i, for
any weights in a box, is a small mixed-integer programme per unit (HiGHS); pairs whose order no
weights in the box turn, most of them, need no variable. That a designation be shown with the
choices that would turn it: Huynh et al. 2024, Nature Machine Intelligence 6:187.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from sia.index.build import IndexResult
from sia.index.checks import check_number

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
NOISE = 1e-12
"""Differences below this, on a scale of 0 to 1, are rounding."""


def order_proof(
    result: IndexResult, *, share: float = 0.25, top: float = 0.25, reach: float = 0.5
) -> pd.DataFrame:
    """Return the places that every unit can have when the weights of the root's children move.

    Parameters
    ----------
    result : IndexResult
        With one root that joins its children by a weighted arithmetic or power mean.
    share : float
        Each weight lies between 1 - share and 1 + share times its own.
    top : float
        Share of the scored units, rounded up, that are the designated ones.
    reach : float
        Largest relative change of weights that is looked at for ``turn``.

    Returns
    -------
    DataFrame, index the scored units
        ``best`` and ``worst``: least and greatest rank, 1 the highest score. No weighting in the
        box leads outside; both are reached where `exact`. ``exact``: False where a unit close by
        misses other children, so that the order of the two is no linear inequality and is taken
        to be open. ``turn``: smallest relative change of weights that moves the unit into or out of
        the designated ones; NaN where no change up to `reach` does. ``instead``: the first unit
        that then takes its place, or gives it up; "" where none does.

    Raises
    ------
    ValueError
        When the root joins its children in another way.
    """
    check_number("share", share, above=0, below=1)
    check_number("top", top, above=0, below=1)
    check_number("reach", reach, above=0, below=1)
    (root,) = map(result.design.hierarchy.node, result.design.hierarchy.roots)
    rule = result.design.aggregator_of(root)
    if rule.power is None or rule.power <= 0:
        raise ValueError(f"the order of {root.id} by {rule} is no linear inequality in the weights")
    columns = [
        result.rescaled.get(child, result.scores.get(child, result.normalised.get(child)))
        for child in root.children
    ]
    x = np.column_stack([np.asarray(column, dtype=float) for column in columns])
    scored = result.scores[root.id].notna().to_numpy()
    power = np.abs(x[scored]) ** rule.power * np.sign(x[scored])
    case = _Case(power / np.nanmax(np.abs(power)), np.array(root.weights) / sum(root.weights))
    units = result.scores.index[scored]
    quarter = int(np.ceil(len(units) * top))
    rank = result.ranks.loc[units, root.id].to_numpy(dtype=int)
    near, far = case.box(share), case.box(reach)
    rows = [
        (*case.places(i, near), *case.turn(i, bool(rank[i] <= quarter), quarter, far))
        for i in range(len(units))
    ]
    table = pd.DataFrame(rows, columns=["best", "worst", "exact", "turn", "instead"], index=units)
    return table.assign(instead=["" if j < 0 else str(units[j]) for j in table["instead"]])


@dataclass(frozen=True, eq=False)
class _Box:
    """Weights up to a relative change, and the least and greatest score of every unit in them."""

    share: float
    low: Array
    high: Array
    lower: Array
    upper: Array


@dataclass(frozen=True, eq=False)
class _Case:
    """Powers of the children, shape (n, d), NaN where missing, and weights of sum 1."""

    y: Array
    own: Array

    def box(self, share: float) -> _Box:
        """Return the weights that differ by at most a share of their own."""
        low, high = self.own * (1 - share), self.own * (1 + share)
        return _Box(share, low, high, *_extremes(self.y, low, high))

    def places(self, unit: int, box: _Box) -> tuple[int, int, bool]:
        """Return the least and greatest rank of a unit, and whether both can be reached."""
        low, high = box.low, box.high
        above, open_, loose = self._compared(unit, box)
        difference = self._differences(unit)[open_]
        ends = []
        for sign in (1.0, -1.0):
            d = sign * difference
            count = 0
            if len(d):
                rows = np.hstack([d, -np.diag(_most(d, low, high))])
                bounds = Bounds(np.r_[low, np.zeros(len(d))], np.r_[high, np.ones(len(d))])
                cost = np.r_[np.zeros(low.size), np.ones(len(d))]
                found = _solved(cost, rows, 0.0, bounds, slice(low.size, None))
                count = len(d) if found is None else round(float(cost @ found))
            ends.append(count)
        best = 1 + int(above.sum()) + ends[0]
        worst = 1 + int(above.sum()) + len(difference) - ends[1] + int(loose.sum())
        return best, worst, not loose.any()

    def turn(self, unit: int, inside: bool, quarter: int, box: _Box) -> tuple[float, int]:
        """Return the smallest change that moves a unit over the border, and who changes places."""
        low, high = box.low, box.high
        above, open_, loose = self._compared(unit, box)
        d = self._differences(unit)[open_] * (-1.0 if inside else 1.0)
        fixed = int(above.sum())
        # outside: at most quarter - 1 may stand above; inside: at least quarter must
        room = fixed + len(d) - quarter if inside else quarter - 1 - fixed
        if room < 0 or loose.any() or not len(d):
            return float("nan"), -1
        k, m = low.size, len(d)
        step = self.own[:, None]
        rows = np.vstack(
            [
                np.hstack([d, -np.diag(_most(d, low, high)), np.zeros((m, 1))]),
                np.hstack([np.eye(k), np.zeros((k, m)), -step]),
                np.hstack([-np.eye(k), np.zeros((k, m)), -step]),
                np.r_[np.zeros(k), np.ones(m), 0.0][None, :],
            ]
        )
        limit = np.r_[np.zeros(m), self.own, -self.own, float(room)]
        bounds = Bounds(np.r_[low, np.zeros(m), 0.0], np.r_[high, np.ones(m), box.share])
        cost = np.r_[np.zeros(k + m), 1.0]
        found = _solved(cost, rows, limit, bounds, slice(k, k + m))
        if found is None:
            return float("nan"), -1
        return float(found[-1]), self._instead(found[:k], quarter, inside)

    def _instead(self, weights: Array, quarter: int, inside: bool) -> int:
        """Return the first unit that a step just over the border brings in, or puts out."""
        beyond = np.maximum(self.own + 1.001 * (weights - self.own), 0.0)
        before, after = (_top(self._scores(w), quarter) for w in (self.own, beyond))
        moved = np.flatnonzero(after & ~before if inside else before & ~after)
        if not moved.size:
            return -1
        return int(moved[np.argmax(self._scores(self.own)[moved])])

    def _scores(self, weights: Array) -> Array:
        known = ~np.isnan(self.y)
        return np.asarray(np.nansum(self.y * weights, axis=1) / (known @ weights))

    def _differences(self, unit: int) -> Array:
        """Return every unit's powers minus this one's; 0 where neither has the child."""
        return np.asarray(np.nan_to_num(self.y - self.y[unit]))

    def _compared(self, unit: int, box: _Box) -> tuple[Flags, Flags, Flags]:
        """Return who always stands above a unit, whose order can turn, and whose is not linear."""
        known = ~np.isnan(self.y)
        same = (known == known[unit]).all(axis=1)
        d = self._differences(unit)
        most, least = _most(d, box.low, box.high), -_most(-d, box.low, box.high)
        above = np.where(same, least > NOISE, box.lower > box.upper[unit] + NOISE)
        below = np.where(same, most <= NOISE, box.upper <= box.lower[unit] + NOISE)
        below[unit] = True
        rest = ~above & ~below
        return above, rest & same, rest & ~same


def _most(d: Array, low: Array, high: Array) -> Array:
    """Return the greatest value of every row times weights within bounds."""
    greatest: Array = np.where(d > 0, d * high, d * low).sum(axis=1)
    return greatest


def _extremes(y: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Return the least and greatest weighted mean per row: heavy weights on one end of its values.

    The ratio of two linear functions of the weights is extreme in a corner of the box; that corner
    gives the children above some value the one bound and the others the other.
    """
    ends = []
    for sign in (-1.0, 1.0):
        order = np.argsort(np.where(np.isnan(y), -np.inf, sign * y), axis=1)[:, ::-1]
        values = np.take_along_axis(y, order, axis=1)
        means = []
        for split in range(y.shape[1] + 1):
            heavy = np.arange(y.shape[1])[None, :] < split
            w = np.where(heavy, high[order], low[order]) * ~np.isnan(values)
            total = w.sum(axis=1)
            mean = np.nansum(values * w, axis=1) / np.where(total > 0, total, np.nan)
            means.append(sign * mean)
        ends.append(sign * np.nanmax(means, axis=0))
    return ends[0], ends[1]


def _solved(
    cost: Array, rows: Array, limit: Array | float, bounds: Bounds, whole: slice
) -> Array | None:
    """Minimise cost under rows @ x <= limit, or None without a solution."""
    kinds = np.zeros(cost.size, dtype=int)
    kinds[whole] = 1
    found = milp(
        cost,
        constraints=LinearConstraint(rows, -np.inf, limit),
        bounds=bounds,
        integrality=kinds,
        options={"mip_rel_gap": 0.0},
    )
    return None if found.x is None else np.asarray(found.x)


def _top(score: Array, quarter: int) -> Flags:
    """Return who has a place within the quarter; ties share the better place."""
    place = (score[None, :] > score[:, None] + NOISE).sum(axis=1)
    flags: Flags = place < quarter
    return flags
