"""Silhouettes in the memory of a few rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn import config_context
from sklearn.metrics import silhouette_samples

Array = npt.NDArray[np.float64]

MEGABYTES = 64
"""Of distances at a time: all those of the country's buurten at once would be 1.7 GB."""


def silhouettes(z: Array, labels: npt.NDArray[np.int64]) -> Array:
    """Return the silhouette of every unit (Rousseeuw 1987); 0 for one that is alone in its type."""
    with config_context(working_memory=MEGABYTES):
        found: Array = silhouette_samples(z, labels)
    return found
