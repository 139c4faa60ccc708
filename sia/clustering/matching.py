"""Optimal matching of types, so that the same type keeps its number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

Array = npt.NDArray[np.float64]


def match_centres(reference: pd.DataFrame, centres: pd.DataFrame) -> pd.Series[int]:
    """Give every new type the number of the old type whose profile is nearest, one to one.

    The pairs minimise the summed squared distance (Kuhn 1955). New types that are left over get
    the next free numbers, in their own order.

    Parameters
    ----------
    reference : DataFrame, shape (n_old, n_domains)
        Profiles of the old types; index is their number.
    centres : DataFrame, shape (n_new, n_domains)
        Profiles of the new types, same columns and unit.

    Returns
    -------
    Series of int
        Index of `centres` -> number.
    """
    old, new = reference.to_numpy(dtype=float), centres.to_numpy(dtype=float)
    cost = ((new[:, None, :] - old[None, :, :]) ** 2).sum(axis=2)
    return _assign(cost, _numbers(centres.index), _numbers(reference.index))


def match_labels(reference: pd.Series[int], types: pd.Series[int]) -> pd.Series[int]:
    """Renumber `types` so that as many units as possible keep their number of `reference`.

    Parameters
    ----------
    reference, types : Series of Int64
        Type per unit; NA where there is none. Units are matched by index.

    Returns
    -------
    Series of Int64
        `types` with new numbers; which units are together does not change.
    """
    both = pd.concat({"old": reference, "new": types}, axis=1).dropna().astype("int64")
    overlap = pd.crosstab(both["new"], both["old"])
    numbers = sorted(int(number) for number in types.dropna().unique())
    known = sorted(int(number) for number in reference.dropna().unique())
    overlap = overlap.reindex(index=numbers, columns=known)
    cost = -overlap.fillna(0).to_numpy(dtype=float)
    mapping = _assign(cost, numbers, known)
    return types.map(mapping.to_dict()).astype("Int64")


def _assign(cost: Array, new: list[int], old: list[int]) -> pd.Series[int]:
    rows, columns = linear_sum_assignment(cost)
    taken = {new[int(r)]: old[int(c)] for r, c in zip(rows, columns, strict=True)}
    following = max(old, default=0) + 1
    for name in new:
        if name not in taken:
            taken[name] = following
            following += 1
    return pd.Series([taken[name] for name in new], index=new, dtype="int64")


def _numbers(index: pd.Index) -> list[int]:
    return [int(number) for number in index]
