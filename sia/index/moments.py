"""Skewness and excess kurtosis as spreadsheets and COINr compute them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def skewness(x: Array) -> Array:
    """Return the bias-corrected sample skewness G1 of every column.

    G1 = g1 * sqrt(n (n - 1)) / (n - 2) with g1 = m3 / m2^(3/2) and population moments m: type 2 of
    Joanes & Gill (1998, The Statistician 47, p. 184), the definition of Excel's SKEW and of
    COINr's ``skew``.

    Parameters
    ----------
    x : array of float, shape (..., n, k)
        NaN is left out, column by column.

    Returns
    -------
    array of float, shape (..., k)
        NaN where fewer than 3 values are present or all are equal.
    """
    n, m2, m3, _ = _central_moments(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        corrected = m3 / m2**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    return np.where((n < 3) | (m2 == 0), np.nan, corrected)


def kurtosis(x: Array) -> Array:
    """Return the bias-corrected sample excess kurtosis G2 of every column.

    G2 = ((n + 1) (m4 / m2^2 - 3) + 6) (n - 1) / ((n - 2) (n - 3)) with population moments m: type
    2 of Joanes & Gill (1998), the definition of Excel's KURT and of COINr's ``kurt``.

    Parameters
    ----------
    x : array of float, shape (..., n, k)
        NaN is left out, column by column.

    Returns
    -------
    array of float, shape (..., k)
        NaN where fewer than 4 values are present or all are equal.
    """
    n, m2, _, m4 = _central_moments(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        corrected = ((n + 1) * (m4 / m2**2 - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))
    return np.where((n < 4) | (m2 == 0), np.nan, corrected)


def _central_moments(x: Array) -> tuple[Array, Array, Array, Array]:
    """Return count and the second to fourth population moments; exact zero for constants."""
    x = np.asarray(x, dtype=float)
    present = ~np.isnan(x)
    n = present.sum(axis=-2).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(present, x, 0.0).sum(axis=-2) / n
        deviation = np.where(present, x - mean[..., None, :], 0.0)
        square = deviation * deviation
        m2 = square.sum(axis=-2) / n
        m3 = (square * deviation).sum(axis=-2) / n
        m4 = (square * square).sum(axis=-2) / n
        # A constant column has rounding noise around its mean: its range says it is constant.
        spread = np.fmax.reduce(x, axis=-2) > np.fmin.reduce(x, axis=-2)
    return n, np.where(spread, m2, 0.0), m3, m4
