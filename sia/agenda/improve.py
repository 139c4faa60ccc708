"""A better schedule before the proof starts: each partner in turn, the others held still."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sia.agenda.milp import Builder, Model, run

NODES = 300
GAP = 0.002
SWEEPS = 3
SMALLEST = 1000
"""Below this many start options the solver is fast enough without help."""


def improve(builder: Builder, values: np.ndarray, seconds: float) -> np.ndarray:
    """Improve a feasible solution by solving each partner's part exactly, in turn.

    Parameters
    ----------
    builder : Builder
    values : numpy.ndarray, shape (n_columns,)
        A feasible solution.
    seconds : float
        Time for one part; the node limit normally ends it much earlier.

    Returns
    -------
    numpy.ndarray, shape (n_columns,)
        A feasible solution that is at least as good.

    Notes
    -----
    With the other partners fixed, what remains is a small problem that knows which openings the
    others bring (block-coordinate search). It stops after a sweep that brings nothing.
    """
    if len(builder.x) < SMALLEST:
        return values
    settings = replace(builder.settings, gat=GAP, tijd=seconds)
    best = values
    for _ in range(SWEEPS):
        before = _cost(builder.model, best)
        for partner in sorted(set(builder.agenda.plans["partner"])):
            solved = run(_held(builder, best, partner), settings, best, NODES)
            if solved.values.size and _cost(builder.model, solved.values) < _cost(
                builder.model, best
            ):
                best = builder.columns_of(builder.starts_of(solved.values))
        if before - _cost(builder.model, best) < 1e-4 * abs(before):
            break
    return best


def _cost(model: Model, values: np.ndarray) -> float:
    return float(np.dot(model.cost, values))


def _held(builder: Builder, values: np.ndarray, partner: str) -> Model:
    """Return the model in which only one partner's plans may move."""
    free = set(builder.agenda.plans.index[builder.agenda.plans["partner"] == partner])
    lower, upper = list(builder.model.lower), list(builder.model.upper)
    for (plan, _), column in builder.x.items():
        if plan not in free:
            lower[column] = upper[column] = float(values[column] > 0.5)
    return replace(builder.model, lower=lower, upper=upper)
