"""Control of the false discovery rate over many tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control

Array = npt.NDArray[np.float64]


def q_values(p: Array) -> Array:
    """Return the false discovery rate at which each test is called (Benjamini & Hochberg 1995).

    NaN (not tested) is left out of the family and stays NaN.

    Raises `ValueError` when a probability is outside 0-1.
    """
    q = np.array(p, dtype=float)
    tested = ~np.isnan(q)
    q[tested] = false_discovery_control(q[tested], axis=None)
    return q
