"""Ranks with a stated treatment of ties; missing stays missing."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Ties = Literal["min", "average", "max"]


def ascending_rank(x: Array, ties: Ties = "min") -> Array:
    """Return ranks from 1 (lowest) per column, as R's ``rank(ties.method, na.last = "keep")``.

    Parameters
    ----------
    x : array of float, shape (..., n, k)
    ties : {"min", "average", "max"}
        "min" is sport ranking: 1, 2, 2, 4 (COINr's default).

    Returns
    -------
    array of float, shape (..., n, k)
        NaN where `x` is NaN.
    """
    return _ascending(np.asarray(x, dtype=float), ties)


def _ascending(x: Array, ties: Ties) -> Array:
    columns = np.ascontiguousarray(np.moveaxis(x, -2, -1))
    order = np.argsort(columns, axis=-1, kind="stable")
    ordered = np.take_along_axis(columns, order, axis=-1)
    n = ordered.shape[-1]
    positions = np.broadcast_to(np.arange(1.0, n + 1), ordered.shape)
    rank = np.empty_like(columns)
    starts = np.ones(ordered.shape, dtype=bool)
    starts[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    first = np.maximum.accumulate(np.where(starts, positions, 0.0), axis=-1)
    if ties == "min":
        placed = first
    else:
        ends = np.ones(ordered.shape, dtype=bool)
        ends[..., :-1] = starts[..., 1:]
        reverse = np.where(ends, positions, np.inf)[..., ::-1]
        last = np.minimum.accumulate(reverse, axis=-1)[..., ::-1]
        placed = last if ties == "max" else (first + last) / 2.0
    np.put_along_axis(rank, order, placed, axis=-1)
    rank[np.isnan(columns)] = np.nan
    return np.moveaxis(rank, -1, -2)


def rank_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Rank every column with 1 for the highest score; ties share the better rank.

    Parameters
    ----------
    scores : DataFrame of float, shape (n_units, n_nodes)

    Returns
    -------
    DataFrame of Int64, same shape
        NA where the score is missing. Sport ranking (1, 2, 2, 4) as in COINr's results tables.
    """
    ranks = _ascending(-scores.to_numpy(dtype=float), "min")
    frame = pd.DataFrame(ranks, index=scores.index, columns=scores.columns)
    return frame.astype("Int64")
