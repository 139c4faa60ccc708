"""Ranks with a stated treatment of ties; missing stays missing."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Ties = Literal["min", "average", "max"]
TIES: tuple[Ties, ...] = ("min", "average", "max")


CLOSE = 1e-12
"""Values that differ by less than this share of their size are equal: 12 significant digits."""

NOISE = 4e-15
"""And by less than this share of the largest: what is left where terms of that size cancel."""


def tie_width(size: Array, largest: Array) -> Array:
    """Return the difference below which values count as equal."""
    width: Array = np.maximum(CLOSE * size, NOISE * largest)
    return width


def spread(low: Array, high: Array) -> Array:
    """Return high - low, and NaN where the two count as equal: a column without differences."""
    size = np.maximum(np.abs(low), np.abs(high))
    return np.where(high - low > tie_width(size, size), high - low, np.nan)


def ascending_rank(x: Array, ties: Ties = "min") -> Array:
    """Return ranks from 1 (lowest) per column, as R's ``rank(ties.method, na.last = "keep")``.

    Neighbours that are equal to 12 significant digits are tied, so rounding in the last digits,
    which depends on the order in which terms were added, orders nothing.

    `x`: array of float, shape (..., n, k).
    `ties`: "min" is sport ranking: 1, 2, 2, 4 (COINr's default).
    Returns (array of float, shape (..., n, k)): NaN where `x` is NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from sia.index.ranking import ascending_rank
    >>> ascending_rank(np.array([[0.1 + 0.2], [0.3], [0.4]])).ravel().tolist()
    [1.0, 1.0, 3.0]
    """
    columns = np.ascontiguousarray(np.moveaxis(np.asarray(x, dtype=float), -2, -1))
    order = np.argsort(columns, axis=-1, kind="stable")
    ordered = np.take_along_axis(columns, order, axis=-1)
    starts = np.ones(ordered.shape, dtype=bool)
    starts[..., 1:] = ~_tied(ordered)
    rank = np.empty_like(columns)
    np.put_along_axis(rank, order, _places(starts, ties), axis=-1)
    rank[np.isnan(columns)] = np.nan
    return np.moveaxis(rank, -1, -2)


def _tied(ordered: Array) -> npt.NDArray[np.bool_]:
    """Return which values are equal to the one before; missing ones are never."""
    size = np.abs(ordered)
    largest = np.fmax.reduce(size, axis=-1, keepdims=True, initial=0.0)
    largest[~np.isfinite(largest)] = 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        step = ordered[..., 1:] - ordered[..., :-1]
        width = tie_width((size[..., 1:] + size[..., :-1]) / 2.0, largest)
        tied: npt.NDArray[np.bool_] = (step < width) | (step == 0)
    return tied


def _places(starts: npt.NDArray[np.bool_], ties: Ties) -> Array:
    """Return the rank of every sorted value, given where groups of equal values start."""
    positions = np.arange(1.0, starts.shape[-1] + 1)
    first: Array = np.maximum.accumulate(np.where(starts, positions, 0.0), axis=-1)
    if ties == "min":
        return first
    ends = np.ones(starts.shape, dtype=bool)
    ends[..., :-1] = starts[..., 1:]
    reverse = np.where(ends, positions, np.inf)[..., ::-1]
    last: Array = np.minimum.accumulate(reverse, axis=-1)[..., ::-1]
    return last if ties == "max" else (first + last) / 2.0


def rank_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Rank every column with 1 for the highest score; ties share the better rank."""
    ranks = ascending_rank(-scores.to_numpy(dtype=float))
    frame = pd.DataFrame(ranks, index=scores.index, columns=scores.columns)
    return frame.astype("Int64")


def rank_within(scores: pd.DataFrame, groups: pd.Series[Any]) -> pd.DataFrame:
    """Rank every column within groups of units, 1 for the highest score (COINr ``use_group``).

    Parameters
    ----------
    scores : DataFrame of float, shape (n_units, n_nodes)
    groups : Series by unit
        Wijk, class of urbanity; a unit without a group has no rank.

    Returns
    -------
    DataFrame of Int64, shape of `scores`
        As `rank_scores`, among the units of the same group.

    Raises
    ------
    ValueError
        When units have no row in `groups`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sia.index import rank_within
    >>> scores = pd.DataFrame({"T": [3.0, 9.0, 5.0]}, index=["u", "v", "w"])
    >>> rank_within(scores, pd.Series({"u": "p", "v": "q", "w": "p"}))["T"].tolist()
    [2, 1, 1]
    """
    absent = [str(u) for u in scores.index if u not in groups.index]
    if absent:
        raise ValueError(f"no group for {absent}")
    group = groups.loc[scores.index]
    x = scores.to_numpy(dtype=float)
    ranks = np.full(x.shape, np.nan)
    for members in group.groupby(group).indices.values():
        ranks[members] = ascending_rank(-x[members])
    return pd.DataFrame(ranks, index=scores.index, columns=scores.columns).astype("Int64")
