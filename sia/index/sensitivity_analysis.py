"""Sensitivity: which choice moves the ranks, one indicator at a time and all choices together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.build import IndexResult, build_index
from sia.index.chain import Chain, evaluate
from sia.index.checks import check_number
from sia.index.choices import STEPS, Choices, DataError, RecordedDraws
from sia.index.design import IndexDesign
from sia.index.diagnostics import correlation
from sia.index.draw_ranks import Ranks
from sia.index.engine import Engine, Plan
from sia.index.imputation import MeanImputation, MedianImputation, NoImputation
from sia.index.ranking import ascending_rank, rank_scores
from sia.index.uncertainty_analysis import DEFAULT_MEMORY, nominal_ranks, prepare, rank_shift
from sia.index.weights import EqualWeights, GivenWeights

Array = npt.NDArray[np.float64]

FACTORS = (*STEPS, "weights", "leave_out", "data_error")


@dataclass(frozen=True, eq=False)
class SensitivityResult:
    """Sobol indices of the mean absolute rank shift.

    Parameters
    ----------
    indices : DataFrame, index ``factor``
        ``first``, ``first_low``, ``first_high``, ``total``, ``total_low``, ``total_high``.
    output_mean, output_variance : float
        Of the mean absolute rank shift.
    runs : int
        N (d + 2).
    """

    indices: pd.DataFrame
    output_mean: float
    output_variance: float
    runs: int
    samples: int
    seed: int
    node: str


def sensitivity(
    values: pd.DataFrame,
    design: IndexDesign,
    *,
    samples: int = 500,
    seed: int = 0,
    choices: Choices | None = None,
    denominators: pd.DataFrame | None = None,
    error: DataError | RecordedDraws | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    memory_limit: int = DEFAULT_MEMORY,
    node: str | None = None,
) -> SensitivityResult:
    """Attribute the variance of the mean absolute rank shift to the choices.

    Factors are the steps with more than one option, all weights together, the indicator that is
    left out, and the data error; each is one number in [0, 1] that picks an option, a weighting or
    a version of the data. Pick-and-freeze with two independent samples of uniform numbers.

    Parameters
    ----------
    values, design, choices, denominators, error, memory_limit, node
        As in `uncertainty`.
    samples : int
        N; N (d + 2) versions of the index are computed.

    Raises
    ------
    ValueError
        When nothing varies.
    """
    check_number("samples", samples, least=2, whole=True)
    picked = choices or Choices()
    rng = np.random.default_rng([seed, 0])
    engine = prepare(
        values, design, picked, denominators, error, memory_limit, node, seed, 2 * samples, rng
    )
    factors = _factors(engine, picked)
    if not factors:
        raise ValueError("nothing varies: give at least one step two options")
    first, second = rng.random((2, samples, len(factors)))
    blocks = [first, second]
    for j in range(len(factors)):
        mixed = first.copy()
        mixed[:, j] = second[:, j]
        blocks.append(mixed)
    plan = _plan(engine, picked, factors, np.concatenate(blocks), 2 * samples)
    nominal = nominal_ranks(engine)
    shift = np.empty(plan.draws)

    def take(rows: npt.NDArray[np.int64], ranks: Ranks) -> None:
        shift[rows] = rank_shift(ranks, nominal)

    engine.run(plan, take)
    parts = shift.reshape(len(factors) + 2, samples)
    table = sobol_indices(parts[0], parts[1], parts[2:], bootstrap, confidence, seed)
    table.index = pd.Index(factors, name="factor")
    both = parts[:2]
    return SensitivityResult(
        table, float(both.mean()), float(both.var()), plan.draws, samples, seed, engine.node
    )


def _factors(engine: Engine, choices: Choices) -> list[str]:
    found: list[str] = [s for s in STEPS if len(engine.options[s]) > 1]
    found += ["weights"] if engine.tables else []
    found += ["leave_out"] if choices.leave_out else []
    return found + (["data_error"] if engine.version is not None else [])


def _plan(engine: Engine, choices: Choices, factors: list[str], u: Array, pool: int) -> Plan:
    """Turn uniform numbers into options: u picks the option that its interval belongs to."""
    m = u.shape[0]

    def pick(name: str, count: int, otherwise: int) -> npt.NDArray[np.int64]:
        if name not in factors:
            return np.full(m, otherwise, dtype=np.int64)
        return choices.pick(u[:, factors.index(name)], count)

    def stream(name: str) -> npt.NDArray[np.int64]:
        """Return which of the equally likely weightings or errors it is, -1 where none varies."""
        if name not in factors:
            return np.full(m, -1, dtype=np.int64)
        return np.minimum((u[:, factors.index(name)] * pool).astype(np.int64), pool - 1)

    step = {s: pick(s, len(engine.options[s]), 0) for s in STEPS}
    left = pick("leave_out", engine.values.shape[1] + 1, 0)
    left = left - 1 if "leave_out" in factors else np.full(m, -1, dtype=np.int64)
    return Plan(step, left, stream("weights"), stream("data_error"))


def sobol_indices(
    y_a: Array,
    y_b: Array,
    y_ab: Array,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Estimate first-order and total-order Sobol indices with bootstrap intervals.

    First order: mean(y_B (y_ABi - y_A)) / V (Saltelli et al. 2010, Comput. Phys. Commun. 181,
    table 2 (b)), with the output centred, which leaves the expectation as it is and lowers the
    variance. Total order: mean((y_A - y_ABi)^2) / (2 V) (Jansen 1999, table 2 (f)). V is the
    population variance of y_A and y_B together.

    Parameters
    ----------
    y_a, y_b : array, shape (N,)
    y_ab : array, shape (d, N)
        Output for sample A with column i from sample B.
    bootstrap : int
        Resamples of rows; intervals are percentiles.

    Returns
    -------
    DataFrame, d rows
        ``first``, ``first_low``, ``first_high``, ``total``, ``total_low``, ``total_high``; NaN when
        the output does not vary.
    """
    check_number("bootstrap", bootstrap, least=0, whole=True)
    check_number("confidence", confidence, above=0, below=1)
    first, total = _estimates(y_a[None], y_b[None], y_ab[None])
    rng = np.random.default_rng([seed, 2])
    resampled = [
        _estimates(y_a[None, rows], y_b[None, rows], y_ab[None][:, :, rows])
        for rows in rng.integers(0, y_a.size, (bootstrap, y_a.size))
    ]
    tail = (1.0 - confidence) / 2.0
    table: dict[str, Array] = {}
    for name, point, position in (("first", first, 0), ("total", total, 1)):
        table[name] = point[0]
        if resampled:
            spread = np.concatenate([r[position] for r in resampled])
            table[f"{name}_low"] = np.quantile(spread, tail, axis=0)
            table[f"{name}_high"] = np.quantile(spread, 1.0 - tail, axis=0)
    return pd.DataFrame(table)


def _estimates(y_a: Array, y_b: Array, y_ab: Array) -> tuple[Array, Array]:
    both = np.concatenate([y_a, y_b], axis=-1)
    variance = both.var(axis=-1)[:, None]
    variance = np.where(variance > 0, variance, np.nan)
    centre = both.mean(axis=-1)[:, None]
    a, b = y_a - centre, y_b - centre
    ab = y_ab - centre[:, :, None]
    first = (b[:, None] * (ab - a[:, None])).mean(axis=-1) / variance
    total = ((a[:, None] - ab) ** 2).mean(axis=-1) / (2.0 * variance)
    return first, total


def leave_one_out(
    values: pd.DataFrame, design: IndexDesign, node: str | None = None
) -> pd.DataFrame:
    """Rebuild the index without each indicator in turn.

    Parameters
    ----------
    values : DataFrame, units x indicators
    node : str, optional
        Aggregate to rank; default the only root.

    Returns
    -------
    DataFrame, index ``indicator``
        ``mean_shift``, ``max_shift`` (ranks), ``spearman`` (with the full ranking),
        ``quartile_kept`` (share of the best quarter that stays in it).

    Raises
    ------
    ValueError
        When `node` is no aggregate, or none is named and the design has several roots.
    """
    top = design.hierarchy.aggregate_or_root(node)
    result = build_index(values, design)
    full = result.scores[top]
    names = design.hierarchy.leaves(top)
    score = _silenced if _separable(result) else _rebuilt
    rows = {name: _compare(full, score(result, name, top)) for name in names if len(names) > 1}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")


def _separable(result: IndexResult) -> bool:
    """Whether an indicator without weight leaves everything else as if it were not there."""
    design = result.design
    alone = (NoImputation, MeanImputation, MedianImputation)
    fixed = (GivenWeights, EqualWeights)
    return (
        not result.chain.rescale
        and all(design.aggregator_of(n).power is not None for n in design.hierarchy.nodes)
        and all(isinstance(design.imputer_of(i), alone) for i in design.hierarchy.indicators)
        and all(isinstance(design.weighting_of(n), fixed) for n in design.hierarchy.nodes)
    )


def _rebuilt(result: IndexResult, indicator: str, top: str) -> pd.Series[float]:
    """Return the scores of the index built anew without an indicator."""
    return build_index(result.values, _without(result.design, indicator)).scores[top]


def _silenced(result: IndexResult, indicator: str, top: str) -> pd.Series[float]:
    """Return the scores with weight zero for an indicator, and for aggregates it leaves empty."""
    hierarchy, weights = result.design.hierarchy, dict(result.chain.weights)
    child: str | None = indicator
    while child is not None and child in hierarchy.parent:
        above = hierarchy.node(hierarchy.parent[child])
        here = np.array([name == child for name in above.children])
        weights[above.id] = np.where(here, 0.0, weights[above.id])
        child = above.id if not weights[above.id].any() else None
    chain = Chain(weights, result.chain.rescale)
    scores = evaluate(result.normalised.to_numpy(), result.design, chain)[0]
    return pd.Series(scores[top], index=result.scores.index)


def _without(design: IndexDesign, indicator: str) -> IndexDesign:
    """Return the design without one indicator, and without aggregates that this leaves empty."""
    table = design.structure
    if table.index.name == "id":
        table = table.reset_index()
    gone = {indicator}
    parent: str | None = design.hierarchy.parent.get(indicator)
    while parent is not None and set(design.hierarchy.node(parent).children) <= gone:
        gone.add(parent)
        parent = design.hierarchy.parent.get(parent)
    kept = table[~table["id"].astype(str).isin(gone)]
    steps: dict[str, Any] = {
        step: {k: v for k, v in choice.items() if k not in gone}
        for step in ("impute", "treat", "normalise", "weigh", "aggregate", "minimum_share")
        if isinstance(choice := getattr(design, step), Mapping)
    }
    weigh = steps.get("weigh", design.weigh)
    if isinstance(weigh, Mapping):
        steps["weigh"] = {key: rule.without(gone) for key, rule in weigh.items()}
    else:
        steps["weigh"] = weigh.without(gone)
    return replace(design, structure=kept, **steps)


def _compare(full: pd.Series[float], other: pd.Series[float]) -> dict[str, float]:
    both = full.notna() & other.notna()
    pair = np.array([full, other], dtype=float).T
    before, after = (pd.Series(rank) for rank in ascending_rank(-pair[both]).T)
    moved = (before - after).abs()
    quarter = int(np.ceil(both.sum() / 4))
    best = before <= quarter
    return {
        "mean_shift": float(moved.mean()),
        "max_shift": float(moved.max()),
        "spearman": correlation(full, other, "spearman")[0],
        "quartile_kept": float((after[best] <= quarter).mean()),
    }


@dataclass(frozen=True, eq=False)
class WeightSwap:
    """How the ranking moves from one design's weights to another's.

    Parameters
    ----------
    curve : DataFrame, index ``share`` (0 is the first design, 1 the second)
        ``mean_shift``, ``max_shift``, ``spearman``, ``quartile_kept``, against the first design.
    ranks : DataFrame of Int64, units x share
    """

    curve: pd.DataFrame
    ranks: pd.DataFrame


def weight_swap(
    values: pd.DataFrame,
    first: IndexDesign,
    second: IndexDesign,
    steps: int = 11,
    node: str | None = None,
) -> WeightSwap:
    """Move step by step from one design to another.

    The score at share t is (1 - t) times the first design's score plus t times the second's, each
    brought to mean 0 and standard deviation 1; when both designs differ in weights only and
    aggregate arithmetically this is the line between the two weightings, up to scale.

    Parameters
    ----------
    values : DataFrame, units x indicators (of both designs)
    steps : int
        Points on the line, ends included.
    node : str, optional
        Default the only root of each.

    Raises
    ------
    ValueError
        When `node` is no aggregate, or none is named and a design has several roots.
    """
    check_number("steps", steps, least=2, whole=True)
    a = _standard(build_index(values, first), first.hierarchy.aggregate_or_root(node))
    b = _standard(build_index(values, second), second.hierarchy.aggregate_or_root(node))
    curve: dict[float, dict[str, float]] = {}
    ranks: dict[float, pd.Series[int]] = {}
    for share in np.linspace(0.0, 1.0, steps):
        mixed = (1.0 - share) * a + share * b
        curve[float(share)] = _compare(a, mixed)
        ranks[float(share)] = rank_scores(mixed.to_frame())[mixed.name]
    table = pd.DataFrame.from_dict(curve, orient="index").rename_axis("share")
    return WeightSwap(table, pd.DataFrame(ranks))


def _standard(result: IndexResult, node: str) -> pd.Series[float]:
    score = result.scores[node]
    return (score - score.mean()) / score.std(ddof=1)
