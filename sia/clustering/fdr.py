"""Control of the false discovery rate over many tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def q_values(p: Array) -> Array:
    """Return Benjamini-Hochberg adjusted p-values (Benjamini & Hochberg 1995).

    Parameters
    ----------
    p : ndarray, any shape
        Probabilities; NaN (not tested) is left out of the family.

    Returns
    -------
    ndarray, same shape
        Smallest false discovery rate at which each test is called; NaN where `p` is NaN.

    Raises
    ------
    ValueError
        When a probability is outside 0-1.
    """
    flat = np.asarray(p, dtype=float).ravel()
    tested = np.flatnonzero(~np.isnan(flat))
    if ((flat[tested] < 0) | (flat[tested] > 1)).any():
        raise ValueError("p-values must be within 0 and 1")
    q = np.full(flat.shape, np.nan)
    order = tested[np.argsort(flat[tested], kind="stable")]
    m = len(order)
    raw = flat[order] * m / np.arange(1, m + 1)
    q[order] = np.minimum.accumulate(raw[::-1])[::-1].clip(max=1.0)
    return q.reshape(np.shape(p))
