"""Aggregation: from the children of a node to its score, for all units (and draws) at once.

Arrays are (..., n_units, n_children). Missing children are left out together with their weight
and the other weights are scaled up (COINr ``a_amean`` and the like); a unit without any child has
no score. Weights are relative.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sia.errors import InputError
from sia.index.checks import check_fields, check_instance, check_number
from sia.index.ranking import CLOSE, ascending_rank

Array = npt.NDArray[np.float64]


LARGEST_EXPONENT = 700.0
"""Natural logarithm of about the largest power that a float holds."""

COMPARED = 256
"""Units that Copeland compares at a time, which bounds memory."""


class Aggregator(ABC):
    """A way to combine children into one score."""

    additive: bool = False
    """Whether the score is a weighted sum of the children, so that contributions just add up."""

    power: float | None = None
    """Exponent of a weighted power mean; None for another way."""

    minimum: float = -np.inf
    """Children must be above this value (exclusive); -inf when any number will do."""

    @abstractmethod
    def combine(self, x: Array, weight: Array) -> Array:
        """Combine the children.

        Parameters
        ----------
        x : array, shape (..., n, k)
        weight : array, broadcastable to `x`, not negative

        Returns
        -------
        array, shape (..., n)
            NaN where no child with a weight above zero is present.
        """

    def check(self, x: Array, node: str) -> None:
        """Refuse values that the formula has no answer for.

        Raises
        ------
        InputError
            When a present value is not above `minimum`.
        """
        wrong = int(np.sum(x <= self.minimum))
        if wrong:
            raise InputError.one(
                kolom=node,
                wat=f"{wrong} genormaliseerde waarden zijn nul of negatief; "
                f"{type(self).__name__} kan daar niet mee rekenen.",
                oplossing="Normaliseer naar een schaal boven nul, bijvoorbeeld "
                "MinMax(1, 100), of kies het rekenkundig gemiddelde.",
            )


def _weights(x: Array, weight: Array) -> Array:
    """Return weights that sum to one over the present children (NaN where there are none)."""
    w = np.where(np.isnan(x), 0.0, weight)
    total = w.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Array = w / np.where(total > 0, total, np.nan)
    return share


def _dot(share: Array, x: Array) -> Array:
    """Return the weighted sum over present children."""
    summed: Array = np.einsum("...k,...k->...", share, np.where(np.isnan(x), 0.0, x))
    return summed


@dataclass(frozen=True)
class Arithmetic(Aggregator):
    """Weighted arithmetic mean, COINr ``a_amean``."""

    additive = True
    power = 1.0

    def combine(self, x: Array, weight: Array) -> Array:
        """Return sum(w x) / sum(w) over present children."""
        return _dot(_weights(x, weight), x)


@dataclass(frozen=True)
class WeightedSum(Aggregator):
    """Weighted sum, weights as given; missing when any child is missing (a gap is not a zero)."""

    additive = True

    def combine(self, x: Array, weight: Array) -> Array:
        """Return sum(w x)."""
        w = np.broadcast_to(weight, x.shape)
        gap = (np.isnan(x) & (w > 0)).any(axis=-1)
        return np.where(gap, np.nan, _dot(w, x))


@dataclass(frozen=True)
class Geometric(Aggregator):
    """Weighted geometric mean, COINr ``a_gmean``; values must be above zero."""

    power = 0.0
    minimum = 0.0

    def combine(self, x: Array, weight: Array) -> Array:
        """Return exp(sum(w ln x) / sum(w))."""
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Array = np.exp(_dot(_weights(x, weight), np.log(x)))
        return mean


@dataclass(frozen=True)
class Harmonic(Aggregator):
    """Weighted harmonic mean, COINr ``a_hmean``; values must be above zero.

    COINr refuses zero only; a mean of mixed signs has a pole, so negatives are refused as well.
    """

    power = -1.0
    minimum = 0.0

    def combine(self, x: Array, weight: Array) -> Array:
        """Return sum(w) / sum(w / x)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Array = 1.0 / _dot(_weights(x, weight), 1.0 / x)
        return mean


@dataclass(frozen=True)
class GeneralisedMean(Aggregator):
    """Weighted power mean: (sum(w x^p) / sum(w))^(1/p); p = 0 is the geometric mean.

    Parameters
    ----------
    p : float
        1 arithmetic, -1 harmonic; below 1 a low child weighs down (less compensation).
    """

    p: float

    def __post_init__(self) -> None:
        check_fields(self, "p")

    @property
    def power(self) -> float:  # type: ignore[override]
        """Return the exponent."""
        return self.p

    @property
    def minimum(self) -> float:  # type: ignore[override]
        """Return the bound: powers of numbers at or below zero are refused unless p is 1."""
        if self.p == 1.0:
            return -np.inf
        return 0.0 if self.p <= 0 else float(np.nextafter(0.0, -1.0))

    @property
    def additive(self) -> bool:  # type: ignore[override]
        """Return whether it is the arithmetic mean."""
        return self.p == 1.0

    def check(self, x: Array, node: str) -> None:
        """Refuse values at or below zero, and powers that no float can hold.

        Raises
        ------
        InputError
        """
        super().check(x, node)
        with np.errstate(divide="ignore", invalid="ignore"):
            powers = np.abs(self.p * np.log(np.where(x > 0, x, 1.0)))
        if (powers > LARGEST_EXPONENT).any():
            raise InputError.one(
                kolom=node,
                wat=f"Met p = {self.p:g} worden machten van deze waarden te groot of te klein om "
                "mee te rekenen.",
                oplossing="Kies een p dichter bij nul, of een schaal dichter bij 1.",
            )

    def combine(self, x: Array, weight: Array) -> Array:
        """Return the power mean."""
        if self.p == 0.0:
            return Geometric().combine(x, weight)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: Array = _dot(_weights(x, weight), x**self.p) ** (1.0 / self.p)
        return mean


@dataclass(frozen=True)
class Median(Aggregator):
    """Weighted median; equal weights give the ordinary median.

    The mean of the smallest child whose cumulative weight reaches one half and the smallest whose
    cumulative weight exceeds it.
    """

    def combine(self, x: Array, weight: Array) -> Array:
        """Return the weighted median over present children."""
        share = _weights(x, weight)
        order = np.argsort(np.where(np.isnan(x), np.inf, x), axis=-1, kind="stable")
        ordered = np.take_along_axis(x, order, axis=-1)
        total = np.cumsum(np.take_along_axis(share, order, axis=-1), axis=-1)
        # 1e-12: three thirds of one half must count as reaching it.
        reach = np.argmax(total >= 0.5 - 1e-12, axis=-1)[..., None]
        exceed = np.argmax(total > 0.5 + 1e-12, axis=-1)[..., None]
        middle = (
            np.take_along_axis(ordered, reach, axis=-1)
            + np.take_along_axis(ordered, exceed, axis=-1)
        ) / 2.0
        return np.where(np.isnan(total[..., -1]), np.nan, middle[..., 0])


@dataclass(frozen=True)
class Copeland(Aggregator):
    """Copeland score: the units that a unit beats minus those that beat it, COINr ``a_copeland``.

    One unit beats another when the children on which it is higher weigh more than those on which
    it is lower, over the children that both have (COINr 1.1.14; OECD/JRC handbook, section 6.3).
    Without gaps this is COINr's figure; with gaps COINr's depends on the order of the units, this
    one does not.

    Examples
    --------
    >>> import numpy as np
    >>> from sia.index import Copeland
    >>> Copeland().combine(np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 3.0]]), np.ones(2)).tolist()
    [-1.0, -1.0, 2.0]
    """

    def combine(self, x: Array, weight: Array) -> Array:
        """Return Copeland scores; units are compared along the last axis but one."""
        lead = x.shape[:-2]
        # Ranks instead of values: children that are equal but for rounding are ties.
        places = ascending_rank(x)
        w = np.broadcast_to(weight, x.shape)
        out = np.full(x.shape[:-1], np.nan)
        for place in np.ndindex(*lead):
            out[place] = self._one(places[place], w[place][0])
        return out

    def _one(self, places: Array, weight: Array) -> Array:
        n = places.shape[0]
        score = np.empty(n)
        present = ~np.isnan(places)
        for start in range(0, n, COMPARED):
            rows = slice(start, start + COMPARED)
            lead = np.zeros((places[rows].shape[0], n))
            for j, w in enumerate(weight):
                ahead = np.sign(places[rows, j, None] - places[None, :, j])
                lead += w * np.where(np.isnan(ahead), 0.0, ahead)
            clear = np.abs(lead) > CLOSE * weight.sum()
            score[rows] = np.sign(np.where(clear, lead, 0.0)).sum(axis=1)
        return np.where((present & (weight > 0)).any(axis=1), score, np.nan)


def aggregate(x: Array, weight: Array, rule: Aggregator, minimum_share: float = 0.0) -> Array:
    """Aggregate with a minimum share of present children.

    Parameters
    ----------
    x : array, shape (..., n, k)
    weight : array, broadcastable to `x`
    minimum_share : float
        Present children over children, counting those with a weight above zero (COINr
        ``dat_thresh``: missing when the share is below it).

    Returns
    -------
    array, shape (..., n)

    Raises
    ------
    TypeError
        When `rule` is no aggregator (a class instead of an object).
    ValueError
        When a weight is negative or not a number, there is not one per child, or the share does
        not lie between 0 and 1.
    """
    check_instance("aggregate", rule, Aggregator)
    check_number("minimum_share", minimum_share, least=0, most=1)
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError("weights must be numbers of zero or more")
    if np.ndim(weight) and weight.shape[-1] != x.shape[-1]:
        raise ValueError(f"{weight.shape[-1]} weights for {x.shape[-1]} children")
    score = rule.combine(x, weight)
    if minimum_share <= 0:
        return score
    counted = np.broadcast_to(weight > 0, x.shape)
    present = (counted & ~np.isnan(x)).sum(axis=-1)
    enough = present >= minimum_share * counted.sum(axis=-1) - 1e-9
    return np.where(enough, score, np.nan)
