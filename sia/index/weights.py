"""Weights of the children of an aggregate: given, equal, by principal component, optimised."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sia.index.aggregation import Aggregator
from sia.index.checks import check_fields
from sia.index.ranking import spread

Array = npt.NDArray[np.float64]


class Weighting(ABC):
    """A way to set the weights of one aggregate's children."""

    def named(self) -> frozenset[str]:
        """Return the children that the rule names itself."""
        return frozenset()

    def without(self, gone: Collection[str]) -> Weighting:
        """Return the rule without what it says of some children."""
        return self

    @abstractmethod
    def weights(self, x: Array, given: Array, children: tuple[str, ...], rule: Aggregator) -> Array:
        """Set the weights.

        Parameters
        ----------
        x : array, shape (n, k)
            Scores of the children on their common scale.
        given : array, shape (k,)
            Weights of the structure.
        rule : Aggregator
            How they are combined.

        Returns
        -------
        array, shape (k,)
            Not negative; the sum is that of `given` for given weights and 1 otherwise.
        """


@dataclass(frozen=True)
class GivenWeights(Weighting):
    """The structure's weights, or others by name (budget allocation).

    Parameters
    ----------
    by : mapping of child id to weight, optional
        Children that it does not name keep the structure's weight.
    """

    by: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if any(not 0 <= w < np.inf for w in (self.by or {}).values()):
            raise ValueError("weights must be numbers of zero or more")

    def named(self) -> frozenset[str]:
        """Return the children in `by`."""
        return frozenset(self.by or ())

    def without(self, gone: Collection[str]) -> GivenWeights:
        """Return the rule without some children."""
        kept = {c: w for c, w in (self.by or {}).items() if c not in gone}
        return replace(self, by=kept or None)

    def weights(self, x: Array, given: Array, children: tuple[str, ...], rule: Aggregator) -> Array:
        """Return the weights by name."""
        by = self.by or {}
        return np.array([by.get(c, g) for c, g in zip(children, given, strict=True)])


@dataclass(frozen=True)
class EqualWeights(Weighting):
    """The same weight for every child."""

    def weights(self, x: Array, given: Array, children: tuple[str, ...], rule: Aggregator) -> Array:
        """Return 1 / k."""
        return np.full(len(children), 1.0 / len(children))


def _standardised(x: Array, name: str) -> Array:
    """Return z-scores of the complete units, shape (m, k)."""
    complete = x[~np.isnan(x).any(axis=1)]
    if complete.shape[0] < 3 or np.isnan(spread(complete.min(axis=0), complete.max(axis=0))).any():
        raise ValueError(f"{name} weights need three complete units and no constant child")
    z: Array = (complete - complete.mean(axis=0)) / complete.std(axis=0)
    return z


FACTOR_ROUNDS = 20_000
"""Rounds after which the fit of a factor is given up."""


@dataclass(frozen=True)
class FactorWeights(Weighting):
    """Weights from one common factor by maximum likelihood, over complete units.

    Scores of the factor by regression (Thomson) weigh each child by loading / uniqueness; scaled
    to sum 1 these are the weights within a domain of the Indices of Deprivation (English Indices
    of Deprivation 2019, technical report; openSIMD, with R's ``factanal``). The model is that of
    Lawley & Maxwell (1971, ch. 2).

    Examples
    --------
    >>> import numpy as np
    >>> from sia.index import Arithmetic, FactorWeights
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(5000, 1)) + rng.normal(size=(5000, 3)) * [0.5, 1.0, 1.0]
    >>> FactorWeights().weights(x, np.ones(3), ("a", "b", "c"), Arithmetic()).round(1).tolist()
    [0.6, 0.2, 0.2]
    """

    def weights(self, x: Array, given: Array, children: tuple[str, ...], rule: Aggregator) -> Array:
        """Return the weights.

        Raises
        ------
        ValueError
            When there are two children (a factor needs three), fewer than three units are
            complete, a child is constant, loadings differ in sign, or the fit has not converged.
        """
        from sklearn.decomposition import FactorAnalysis

        if len(children) == 1:
            return np.ones(1)
        if len(children) == 2:
            raise ValueError(f"factor weights need three children, not {list(children)}")
        fit = FactorAnalysis(1, tol=1e-10, max_iter=FACTOR_ROUNDS, svd_method="lapack")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged is refused below
            fit.fit(_standardised(x, "factor"))
        if fit.n_iter_ >= FACTOR_ROUNDS:
            raise ValueError(f"the factor of {list(children)} has not converged")
        loading = fit.components_[0] * np.sign(fit.components_[0].sum() or 1.0)
        wrong = [c for c, w in zip(children, loading, strict=True) if w < 0]
        if wrong:
            raise ValueError(f"the factor gives negative weights to {wrong}")
        score = loading / fit.noise_variance_
        weight: Array = score / score.sum()
        return weight


@dataclass(frozen=True)
class Optimised:
    """Outcome of `nearest_weights`.

    Weights, realised and stated shares of correlation with the score, (k,); the largest gap
    between them; whether it is within tolerance: verified on the outcome, not reported by a
    solver.
    """

    weights: Array
    importance: Array
    target: Array
    gap: float
    converged: bool

    def missed(self, names: tuple[str, ...]) -> str:
        """Say by how much the target is missed."""
        return (
            f"stated importances of {list(names)} cannot be reached: the best weights miss by "
            f"{self.gap:.4f}"
        )


def importance_shares(x: Array, score: Array) -> Array:
    """Return the Pearson correlation of columns with a score, as shares that sum to 1."""
    correlation = np.empty(x.shape[1])
    for j in range(x.shape[1]):
        both = ~np.isnan(x[:, j]) & ~np.isnan(score)
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation[j] = np.corrcoef(x[both, j], score[both])[0, 1] if both.any() else np.nan
    share: Array = correlation / correlation.sum()
    return share


def nearest_weights(
    shares: Callable[[Array], Array], goal: Array, starts: Sequence[Array], tolerance: float
) -> Optimised:
    """Find the weights whose shares of importance lie nearest to a goal."""
    from scipy import optimize

    def miss(weight: Array) -> Array:
        missed: Array = shares(np.maximum(weight, 1e-9)) - goal
        return missed

    if np.isnan(miss(starts[0])).any():
        raise ValueError("weights by importance need spread in every indicator")
    best = starts[0]
    for start in starts:
        found = optimize.least_squares(
            miss, np.maximum(start, 1e-6), bounds=(0.0, np.inf), xtol=1e-14, ftol=1e-14, gtol=1e-14
        )
        trial = np.maximum(found.x, 0.0)
        if np.abs(miss(trial)).max() < np.abs(miss(best)).max():
            best = trial
    realised = goal + miss(best)
    gap = float(np.abs(realised - goal).max())
    return Optimised(best, realised, goal, gap, gap <= tolerance)


@dataclass(frozen=True)
class OptimisedWeights(Weighting):
    """Weights that make correlations with the score stand in stated proportions.

    One problem per root over the weights of all indicators: their correlations with the root,
    through their sub-indices, whose own weights stay as the structure has them. The nearest
    weights are used when the proportions are out of reach, with a warning;
    ``result.chain.optimised`` holds what was realised.

    Parameters
    ----------
    target : mapping of id to relative importance, optional
        Of the indicators; one without has 1. Default: equal.
    tolerance : float
        Largest difference between realised and stated shares.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sia.index import IndexDesign, OptimisedWeights, build_index
    >>> rng = np.random.default_rng(0)
    >>> x = pd.DataFrame(rng.random((50, 3)), columns=["a", "b", "c"])
    >>> tree = pd.DataFrame({"id": ["a", "b", "c", "D", "T"], "parent": ["D", "D", "T", "T", None]})
    >>> result = build_index(x, IndexDesign(tree, weigh=OptimisedWeights()))
    >>> r = result.normalised.corrwith(result.scores["T"])
    >>> (r / r.sum()).round(3).tolist()
    [0.333, 0.333, 0.333]
    """

    target: Mapping[str, float] | None = None
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        check_fields(self, "tolerance", above=0)
        if any(not 0 < goal < np.inf for goal in (self.target or {}).values()):
            raise ValueError("target importances must be numbers above zero")

    def named(self) -> frozenset[str]:
        """Return the children in `target`."""
        return frozenset(self.target or ())

    def without(self, gone: Collection[str]) -> OptimisedWeights:
        """Return the rule without some children."""
        kept = {c: w for c, w in (self.target or {}).items() if c not in gone}
        return replace(self, target=kept or None)

    def weights(self, x: Array, given: Array, children: tuple[str, ...], rule: Aggregator) -> Array:
        """Refuse to look at one aggregate alone."""
        raise ValueError("influence is of the whole design: give weigh=OptimisedWeights(), no key")

    def goal(self, children: tuple[str, ...]) -> Array:
        """Return the stated importances as shares."""
        goal = np.array([float((self.target or {}).get(c, 1.0)) for c in children])
        share: Array = goal / goal.sum()
        return share
