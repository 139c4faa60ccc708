"""What a robustness run may vary: the choices of the method and the error in the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.errors import Problem, refuse
from sia.index.aggregation import Aggregator, Arithmetic, Geometric
from sia.index.checks import check_fields, check_number
from sia.index.design import IndexDesign, PerKey, check_choice
from sia.index.imputation import DomainImputation, Imputer, MedianImputation, NoImputation
from sia.index.normalisation import MinMax, Normaliser, PercentileRank, ZScore
from sia.index.treatment import NoTreatment, SkewKurtosis, Treatment

Array = npt.NDArray[np.float64]
Step = Literal["impute", "treat", "normalise", "aggregate"]
STEPS: tuple[Step, ...] = ("impute", "treat", "normalise", "aggregate")
Version = Callable[[int, int], Array]
"""Gives the figures, shape (n, k), of a seed and a number."""


@dataclass(frozen=True)
class WeightNoise:
    """Each weight times an independent factor between 1 - share and 1 + share (COINr).

    Parameters
    ----------
    share : float
        0.25 is plus or minus 25 %.
    """

    share: float = 0.25

    def __post_init__(self) -> None:
        check_fields(self, "share", above=0, below=1)

    def draw(self, base: Array, count: int, rng: np.random.Generator) -> Array:
        """Return weights, shape (count, k), stored child by child."""
        noise = rng.random((base.size, count))
        noise *= (2.0 * self.share * base)[:, None]
        noise += ((1.0 - self.share) * base)[:, None]
        return noise.T


@dataclass(frozen=True, eq=False)
class Choices:
    """Alternatives per step; every draw takes one of each.

    An empty tuple (or None) means that the step stays as the design has it. The defaults vary
    everything.

    Parameters
    ----------
    normalise, aggregate, impute, treat : tuple
        Each option is what `IndexDesign` accepts for that step. An aggregation that needs values
        above zero gets the normalised indicators rescaled to 1-100 where they are not.
    weights : WeightNoise or None
        Applied at every level.
    leave_out : bool
        Each draw leaves out one indicator or none.
    redeliver : bool
        Each draw also varies what was delivered: the children of every aggregate are drawn with
        replacement, and the ranked aggregate itself, where it joins other aggregates, does without
        one of them or none, but never without the heaviest. Figures that nobody delivered are so
        no more certain than those that were.
    own : float, optional
        Chance that a draw takes the first option of a step, by custom the design's own,
        and leaves nothing out; the other options share the rest. Default: all options of a step
        have the same chance. With it, a unit that the design's own choices favour at every step
        at once does not fall outside the interval of its rank.
    """

    normalise: tuple[PerKey[Normaliser], ...] = (MinMax(), ZScore(), PercentileRank())
    aggregate: tuple[PerKey[Aggregator], ...] = (Arithmetic(), Geometric())
    impute: tuple[PerKey[Imputer], ...] = (NoImputation(), MedianImputation(), DomainImputation())
    treat: tuple[PerKey[Treatment], ...] = (NoTreatment(), SkewKurtosis())
    weights: WeightNoise | None = field(default_factory=WeightNoise)
    leave_out: bool = True
    redeliver: bool = False
    own: float | None = None

    def __post_init__(self) -> None:
        if self.own is not None:
            check_fields(self, "own", least=0, most=1)
        for step in STEPS:
            options = getattr(self, step) or ()
            if not isinstance(options, tuple | list):
                raise TypeError(f"{step}: give a tuple of options, not {options!r}")
            for option in options:
                check_choice(step, option)

    def pick(self, u: Array, count: int) -> npt.NDArray[np.int64]:
        """Turn uniform numbers in [0, 1) into option numbers below `count`."""
        if self.own is None or count == 1:
            return np.minimum((u * count).astype(np.int64), count - 1)
        rest = np.maximum(u - self.own, 0.0) / max(1.0 - self.own, 1e-12)
        other = np.minimum((rest * (count - 1)).astype(np.int64), count - 2)
        return np.where(u < self.own, 0, 1 + other)

    def delivered(
        self, base: Array, whole: bool, count: int, rng: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """Return how often each child of an aggregate takes part, shape (count, k).

        Parameters
        ----------
        base : array, shape (k,)
            Weights of the design; a child that weighs nothing takes no part.
        whole : bool
            Whether one child is left out or none, instead of all drawn with replacement.
        """
        used = np.flatnonzero(base > 0)
        times = np.ones((count, base.size), dtype=np.int64)
        if whole:
            spare = np.array([-1, *used[used != np.argmax(base)]])
            gone = spare[self.pick(rng.random(count), spare.size)]
            left = np.flatnonzero(gone >= 0)
            times[left, gone[left]] = 0
        elif used.size > 1:
            drawn = rng.multinomial(used.size, np.full(used.size, 1 / used.size), count)
            same = rng.random(count) < (self.own or 0.0)
            times[:, used] = np.where(same[:, None], 1, drawn)
        return times

    @classmethod
    def weights_only(cls, noise: WeightNoise | None = None) -> Choices:
        """Return choices that vary the weights and nothing else."""
        return cls((), (), (), (), noise or WeightNoise(), False)

    @classmethod
    def none(cls) -> Choices:
        """Return choices that vary nothing (for data error alone)."""
        return cls((), (), (), (), None, False)

    def options(self, design: IndexDesign) -> dict[str, tuple[Any, ...]]:
        """Return the options per discrete step, with the design's own where nothing varies."""
        return {
            "impute": self.impute or (design.impute,),
            "treat": self.treat or (design.treat,),
            "normalise": self.normalise or (design.normalise,),
            "aggregate": self.aggregate or (design.aggregate,),
        }


@dataclass(frozen=True, eq=False)
class DataError:
    """How far published figures may be from the truth.

    Parameters
    ----------
    scale : mapping of indicator to float
        Rates with a binomial error: what the share is multiplied by in the table (100 for
        percentages, 1 for shares). Needs denominators.
    rounded : mapping of indicator to int
        Counts that the publisher rounded at random to multiples of a base (CBS: 5). Without an
        entry in `scale` the indicator is itself a count; with one, numerator and denominator are.
    lower, upper : DataFrame, optional
        Published 95 % margins, units x indicators (RIVM), around the figures as they go into
        imputation. A figure with both margins gets no other sampling or rounding error; one
        without falls back on `scale` and `rounded` where the indicator has those.
    exact_below : float
        Binomial draws are exact while n p (1 - p) is below this, and normal above it.
    printed : mapping of indicator to float
        Unit in which the publisher prints: the truth lies within half of it, evenly.
    loading : mapping of indicator to float
        Correlation (-1 to 1) of an indicator's error within its margins with one error that all
        indicators of a unit have in common, as figures from one model do. Default 0.
    drift : DataFrame, optional
        Standard error, units x indicators, of what is not of this year: how far it may have moved
        since. Drawn from a normal, beside all other error; NaN is none.
    """

    scale: Mapping[str, float] = field(default_factory=dict)
    rounded: Mapping[str, int] = field(default_factory=dict)
    lower: pd.DataFrame | None = None
    upper: pd.DataFrame | None = None
    exact_below: float = 9.0
    printed: Mapping[str, float] = field(default_factory=dict)
    loading: Mapping[str, float] = field(default_factory=dict)
    drift: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        check_fields(self, "exact_below", least=0)
        for name, scale in self.scale.items():
            check_number(f"DataError: scale of {name!r}", scale, above=0)
        for name, unit in self.printed.items():
            check_number(f"DataError: printed unit of {name!r}", unit, above=0)
        for name, share in self.loading.items():
            check_number(f"DataError: loading of {name!r}", share, least=-1, most=1)
        for name, base in self.rounded.items():
            check_number(f"DataError: rounding base of {name!r}", base, least=2, whole=True)
        if (self.lower is None) != (self.upper is None):
            raise ValueError("margins need lower and upper")


@dataclass(frozen=True, eq=False)
class RecordedDraws:
    """Versions of the figures that were drawn elsewhere, such as the posterior of a model.

    Parameters
    ----------
    draws : DataFrame
        Index of two levels: draw, unit; columns indicators. Every draw has every unit; indicators
        without a column stay as published. Figures as they go into imputation; NaN is missing.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sia.index import Choices, IndexDesign, RecordedDraws, uncertainty
    >>> values = pd.DataFrame({"a": [1.0, 2.0]}, index=["u", "v"])
    >>> draws = pd.concat({0: values, 1: values.iloc[::-1].set_axis(["u", "v"])})
    >>> tree = pd.DataFrame({"id": ["a", "T"], "parent": ["T", None]})
    >>> found = uncertainty(
    ...     values, IndexDesign(tree), draws=4, choices=Choices.none(), error=RecordedDraws(draws)
    ... )
    >>> found.units["rank_mean"].tolist()
    [1.5, 1.5]
    """

    draws: pd.DataFrame

    def __post_init__(self) -> None:
        if self.draws.index.nlevels != 2 or self.draws.empty:
            raise ValueError("recorded draws have rows, with an index of two levels: draw, unit")
        if self.draws.index.duplicated().any():
            raise ValueError("recorded draws hold a unit twice in one draw")
        if np.isinf(self.draws.to_numpy(dtype=float)).any():
            raise ValueError("recorded draws hold infinite figures")

    def prepare(self, values: pd.DataFrame) -> Version:
        """Return what gives the draws as arrays, in the order of a table; then the first again.

        Raises
        ------
        ValueError
            When an indicator is unknown or a draw lacks a unit.
        """
        unknown = [str(c) for c in self.draws.columns if c not in values.columns]
        if unknown:
            raise ValueError(f"recorded draws name unknown indicators {unknown}")
        versions = []
        for draw in self.draws.index.unique(level=0):
            one = self.draws.xs(draw, level=0)
            absent = [str(u) for u in values.index if u not in one.index]
            if absent:
                raise ValueError(f"recorded draw {draw!r} has no row for {absent[:5]}")
            versions.append(values.assign(**one.loc[values.index]).to_numpy(dtype=float))
        return lambda seed, number: versions[number % len(versions)]


@dataclass(frozen=True, eq=False)
class Noise:
    """A data error made ready for one table: arrays instead of names.

    (n, k): values, denominators (NaN unknown), standard errors below and above within margins (NaN
    without) and drift. (k,): scale (NaN none), rounding base (0 none), printed unit (0 unknown),
    loading on the unit's common error.
    """

    values: Array
    denominator: Array
    scale: Array
    base: Array
    below: Array
    above: Array
    exact_below: float
    unit: Array
    loading: Array
    drift: Array

    def version(self, seed: int, number: int) -> Array:
        """Return the version of the truth that belongs to a number, shape (n, k)."""
        return self.draw(np.random.default_rng([seed, 1, number]))

    def draw(self, rng: np.random.Generator) -> Array:
        """Return one version of the truth, shape (n, k); gaps stay gaps."""
        x = self.values.copy()
        binomial = np.flatnonzero(~np.isnan(self.scale))
        if binomial.size:
            x[:, binomial] = self._binomial(binomial, rng)
        for base in np.unique(self.base[self.base > 0]):
            columns = np.flatnonzero(self.base == base)
            x[:, columns] = self._rounding(x[:, columns], columns, int(base), rng)
        margins = np.flatnonzero((self.below + self.above > 0).any(axis=0))
        if margins.size:
            x[:, margins] = self._margins(x[:, margins], margins, rng)
        printed = np.flatnonzero(self.unit > 0)
        if printed.size:
            x[:, printed] += (rng.random((x.shape[0], printed.size)) - 0.5) * self.unit[printed]
        moved = np.flatnonzero(self.drift.any(axis=0))
        if moved.size:
            x[:, moved] += rng.standard_normal((x.shape[0], moved.size)) * self.drift[:, moved]
        return x

    def _margins(self, x: Array, columns: npt.NDArray[np.intp], rng: np.random.Generator) -> Array:
        """Draw figures with published margins from a normal that is split at the figure.

        Each half has its own standard error and half of the mass, so that the figure is the median
        and the published margins are the 2.5 and 97.5 % points of what is drawn. (The two-piece
        normal of Wallis 2014, Statistical Science 29, joins the halves at the mode instead, which
        moves those points.)
        """
        common = self.loading[columns]
        z = rng.standard_normal(x.shape) * np.sqrt(1.0 - common**2)
        if common.any():
            z += rng.standard_normal((x.shape[0], 1)) * common
        side = np.where(z < 0, self.below[:, columns], self.above[:, columns])
        moved = np.where(np.isnan(side), x, self.values[:, columns] + z * side)
        scale = self.scale[columns]
        shares = ~np.isnan(scale)
        moved[:, shares] = np.clip(moved[:, shares], 0.0, scale[shares])
        return moved

    def _binomial(self, columns: npt.NDArray[np.intp], rng: np.random.Generator) -> Array:
        scale = self.scale[columns]
        p = np.clip(self.values[:, columns] / scale, 0.0, 1.0)
        n = self.denominator[:, columns]
        known = ~np.isnan(p) & (n >= 1)
        count = np.where(known, np.rint(np.where(known, n, 1.0)), 1.0)
        chance = np.where(known, p, 0.0)
        variance = chance * (1.0 - chance)
        drawn = chance + np.sqrt(variance / count) * rng.standard_normal(p.shape)
        few = known & (count * variance < self.exact_below)
        drawn[few] = rng.binomial(count[few].astype(np.int64), chance[few]) / count[few]
        moved: Array = np.where(known, np.clip(drawn, 0.0, 1.0) * scale, self.values[:, columns])
        return moved

    def _rounding(
        self, x: Array, columns: npt.NDArray[np.intp], base: int, rng: np.random.Generator
    ) -> Array:
        """Undo unbiased random rounding: the truth lies d away with chance (base - |d|) / base^2.

        For base 5 the variance is 4 (residue r: r (5 - r), mean 4).
        """
        # The difference of two uniform residues has exactly that triangular distribution.
        four = rng.integers(0, base, (4, *x.shape))
        numerator, below = four[0] - four[1], four[2] - four[3]
        count = np.maximum(x + numerator, 0.0)
        n, scale = self.denominator[:, columns], self.scale[columns]
        with np.errstate(invalid="ignore"):
            share = (x / scale * n + numerator) / np.maximum(n + below, 1.0)
            rate = np.clip(share, 0.0, 1.0) * scale
        rate = np.where(np.isnan(rate), x, rate)
        moved: Array = np.where(np.isnan(scale), count, rate)
        return moved


def prepare_noise(
    error: DataError | None,
    values: pd.DataFrame,
    denominators: pd.DataFrame | None,
) -> Noise | None:
    """Turn a data error into arrays, or None when there is nothing to draw."""
    if error is None or not (
        error.scale
        or error.rounded
        or error.printed
        or error.lower is not None
        or error.drift is not None
    ):
        return None
    names = [str(c) for c in values.columns]
    named = {*error.scale, *error.rounded, *error.printed, *error.loading}
    unknown = sorted(named - set(names))
    if unknown:
        raise ValueError(f"data error names unknown indicators {unknown}")
    if error.scale and denominators is None:
        raise ValueError("binomial error needs denominators")
    bare = [i for i in error.scale if denominators is not None and i not in denominators.columns]
    if bare:
        raise ValueError(f"no denominators for {bare}")
    below, above = _sides(error, values)
    return Noise(
        values.to_numpy(dtype=float),
        _aligned(denominators, values),
        np.array([float(error.scale.get(c, np.nan)) for c in names]),
        np.array([float(error.rounded.get(c, 0)) for c in names]),
        below,
        above,
        error.exact_below,
        np.array([float(error.printed.get(c, 0.0)) for c in names]),
        np.array([float(error.loading.get(c, 0.0)) for c in names]),
        np.nan_to_num(_aligned(error.drift, values)),
    )


def _aligned(table: pd.DataFrame | None, values: pd.DataFrame) -> Array:
    """Return a table on the rows and columns of the values, NaN where it has none."""
    own = pd.DataFrame() if table is None else table
    return own.reindex(index=values.index, columns=values.columns).to_numpy(dtype=float)


NORMAL_975 = 1.959963984540054
"""Standard errors between the middle of a normal distribution and its 97.5 % point."""


def _sides(error: DataError, values: pd.DataFrame) -> tuple[Array, Array]:
    """Return standard errors below and above every figure, NaN without both margins."""
    low, high = _aligned(error.lower, values), _aligned(error.upper, values)
    if (high < low).any():
        raise ValueError("upper margins lie below lower margins")
    x = values.to_numpy(dtype=float)
    below, above = (x - low) / NORMAL_975, (high - x) / NORMAL_975
    outside = np.minimum(below, above) < -1e-9 * np.abs(x)
    refuse(
        _outside(values[name], low[:, j], high[:, j], outside[:, j])
        for j, name in enumerate(values.columns)
        if outside[:, j].any()
    )
    without = np.isnan(below + above)
    below[without] = above[without] = np.nan
    return np.maximum(below, 0.0), np.maximum(above, 0.0)


def _outside(
    column: pd.Series[float], low: Array, high: Array, wrong: npt.NDArray[np.bool_]
) -> Problem:
    """Say which figures of an indicator lie outside their margins: the first, and how many."""
    first = int(np.flatnonzero(wrong)[0])
    more = int(wrong.sum()) - 1
    others = f" Voor nog {more} andere eenheden geldt dat ook." if more else ""
    return Problem(
        rij=str(column.index[first]),
        kolom=str(column.name),
        wat=f"De waarde {column.iloc[first]:g} ligt buiten haar eigen marges, {low[first]:g} tot "
        f"{high[first]:g}.{others}",
        oplossing="Controleer of waarde en marges bij dezelfde eenheid, hetzelfde jaar en "
        "dezelfde maat horen, of laat die marges leeg.",
    )
