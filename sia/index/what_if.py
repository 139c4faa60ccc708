"""What if a part of the index weighed more, or nothing: who enters the best quarter, who leaves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.build import Chain, IndexResult, evaluate

FACTORS = (0.0, 2.0)


def what_if(
    result: IndexResult, factors: Sequence[float] = FACTORS, node: str | None = None
) -> pd.DataFrame:
    """Multiply the weight of each child of an aggregate in turn and rank again.

    Normalisation, treatment and all other weights stay as they are, so that a row shows the
    weight alone.

    Parameters
    ----------
    result : IndexResult
    factors : sequence of float
        What the weight of one child is multiplied by; 0 leaves it out, 2 doubles it.
    node : str, optional
        Aggregate whose children are varied; default the first root.

    Returns
    -------
    DataFrame
        Index ``(part, factor)``: ``entered``, ``left`` (tuples of units that enter and leave the
        best quarter, rounded up), ``mean_shift`` (ranks), ``max_shift``. Units without a score in
        either version are not compared. No rows for a node with one child.
    """
    top = node or result.design.hierarchy.roots[0]
    found = result.design.hierarchy.node(top)
    before = result.scores[top]
    rows = {}
    for number, child in enumerate(found.children if len(found.children) > 1 else ()):
        for factor in factors:
            multiplied = result.chain.weights[top].copy()
            multiplied[number] *= factor
            rows[(child, float(factor))] = _moved(before, _scores(result, top, multiplied))
    keys = list(zip(*rows, strict=True)) or [(), ()]
    index = pd.MultiIndex.from_arrays(keys, names=["part", "factor"])
    columns = ["entered", "left", "mean_shift", "max_shift"]
    return pd.DataFrame(list(rows.values()), index=index, columns=columns)


def _scores(result: IndexResult, top: str, weights: npt.NDArray[np.float64]) -> pd.Series[float]:
    chain = Chain({**result.chain.weights, top: weights}, result.chain.rescale)
    scores = evaluate(result.normalised.to_numpy(), result.design, chain)[0]
    return pd.Series(scores[top], index=result.scores.index)


def _moved(before: pd.Series[float], after: pd.Series[float]) -> dict[str, object]:
    both = before.notna() & after.notna()
    old = before[both].rank(ascending=False, method="min")
    new = after[both].rank(ascending=False, method="min")
    quarter = int(np.ceil(both.sum() / 4))
    shift = (old - new).abs()
    return {
        "entered": tuple(old.index[(new <= quarter) & (old > quarter)]),
        "left": tuple(old.index[(old <= quarter) & (new > quarter)]),
        "mean_shift": float(shift.mean()),
        "max_shift": float(shift.max()),
    }
