"""Uncertainty: how the rank of every unit moves when method and data are varied all at once.

Saisana, Saltelli & Tarantola (2005, J. R. Statist. Soc. A 168); OECD/JRC handbook, section 7.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.build import check_values, prepare_values
from sia.index.choices import STEPS, Choices, DataError, Noise, prepare_noise
from sia.index.design import IndexDesign
from sia.index.engine import Engine, Plan, Progress, Ranks, Variant, rank_rows
from sia.index.progress import show

Array = npt.NDArray[np.float64]
DEFAULT_MEMORY = 1_000_000_000


@dataclass(frozen=True, eq=False)
class UncertaintyResult:
    """Ranks over all draws.

    Parameters
    ----------
    units : DataFrame, index as the values
        ``rank`` (of the design itself, Int64), ``rank_p05``, ``rank_p50``, ``rank_p95``,
        ``rank_mean``, ``p_top10``, ``p_top_quartile``, ``p_scored`` (share of draws with a score).
        Quantiles and chances are over the draws in which the unit has a score.
    draws : DataFrame, one row per draw
        ``normalise``, ``aggregate``, ``impute``, ``treat`` (option numbers), ``left_out``
        (indicator or ""), ``shift`` (mean absolute rank shift, handbook eq. 38).
    options : dict of step to tuple of str
        What the option numbers mean.
    node : str
    seed : int
    """

    units: pd.DataFrame
    draws: pd.DataFrame
    options: dict[str, tuple[str, ...]]
    node: str
    seed: int


def uncertainty(
    values: pd.DataFrame,
    design: IndexDesign,
    *,
    draws: int = 1000,
    seed: int = 0,
    choices: Choices | None = None,
    denominators: pd.DataFrame | None = None,
    error: DataError | None = None,
    memory_limit: int = DEFAULT_MEMORY,
    progress: Progress | bool = False,
    node: str | None = None,
) -> UncertaintyResult:
    """Run the index in many versions and summarise the rank of every unit.

    Parameters
    ----------
    values : DataFrame, units x indicators
    design : IndexDesign
    draws, seed : int
    choices : Choices, optional
        Default: normalisation, weights, aggregation, imputation, treatment and leaving out one
        indicator all vary.
    denominators : DataFrame, optional
        Units x indicators: persons, households or dwellings behind rates.
    error : DataError, optional
        Without it the data are taken as exact.
    memory_limit : int
        Bytes for working arrays.
    progress : bool or callable
        True shows a bar; a callable gets (done, total).
    node : str, optional
        Aggregate to rank; default the only root.

    Returns
    -------
    UncertaintyResult
        Same seed, same result, whatever the memory limit or number of processors.

    Raises
    ------
    ValueError, InputError
    """
    if draws < 1:
        raise ValueError("draws must be at least 1")
    rng = np.random.default_rng([seed, 0])
    engine = prepare(
        values, design, choices, denominators, error, memory_limit, node, seed, draws, rng
    )
    plan = random_plan(engine, choices or Choices(), draws, rng)
    nominal = nominal_ranks(engine)
    n = nominal.size
    store = np.zeros((draws, n), dtype=np.uint16 if n < 65_535 else np.int32)
    shift = np.empty(draws)

    def take(rows: npt.NDArray[np.int64], ranks: Ranks) -> None:
        store[rows] = ranks
        shift[rows] = rank_shift(ranks, nominal)

    with show(progress, draws) as report:
        engine.run(plan, take, report)
    names = [*design.hierarchy.indicators, ""]
    left = np.where(plan.left_out < 0, len(names) - 1, plan.left_out)
    table = pd.DataFrame({s: plan.step[s] for s in STEPS})
    table["left_out"] = pd.Categorical.from_codes(left, pd.Index(names))
    table["shift"] = shift
    return UncertaintyResult(
        summarise(store, nominal, engine.units),
        table.rename_axis("draw"),
        {s: tuple(str(o) for o in engine.options[s]) for s in STEPS},
        engine.node,
        seed,
    )


def prepare(
    values: pd.DataFrame,
    design: IndexDesign,
    choices: Choices | None,
    denominators: pd.DataFrame | None,
    error: DataError | None,
    memory_limit: int,
    node: str | None,
    seed: int,
    weight_sets: int,
    rng: np.random.Generator,
) -> Engine:
    """Check the input and return the engine that runs it."""
    hierarchy = design.hierarchy
    if node is None:
        if len(hierarchy.roots) > 1:
            raise ValueError(f"name the node to rank: the design has roots {hierarchy.roots}")
        node = hierarchy.roots[0]
    if node not in hierarchy.aggregates:
        raise ValueError(f"{node!r} is not an aggregate of the design")
    picked = choices or Choices()
    table = prepare_values(check_values(values, hierarchy.indicators), design)
    noise: Noise | None = prepare_noise(error, table, denominators)
    x = table.to_numpy(dtype=float)
    own = Variant.of(x, table.index, design, node)
    tables: dict[str, Array] = {}
    if picked.weights is not None:
        tables = {
            item.id: picked.weights.draw(own.base[item.id], weight_sets, rng)
            for item in hierarchy.nodes
        }
    options = picked.options(design)
    return Engine(x, table.index, own, options, tables, noise, node, seed, memory_limit)


def random_plan(engine: Engine, choices: Choices, draws: int, rng: np.random.Generator) -> Plan:
    """Draw one option of every step for every draw."""
    step = {
        s: rng.integers(0, len(engine.options[s]), draws)
        if len(engine.options[s]) > 1
        else np.zeros(draws, dtype=np.int64)
        for s in STEPS
    }
    k = engine.values.shape[1]
    left = np.full(draws, -1, dtype=np.int64)
    if choices.leave_out:
        left = rng.integers(-1, k, draws)
    sets = np.arange(draws) if engine.tables else np.full(draws, -1, dtype=np.int64)
    error = np.full(draws, -1, dtype=np.int64) if engine.noise is None else np.arange(draws)
    return Plan(step, left, sets, error)


def nominal_ranks(engine: Engine) -> Ranks:
    """Return the ranks of the design itself, 0 where there is no score."""
    weights = {name: w[None, :] for name, w in engine.own.base.items()}
    ranks: Ranks = rank_rows(engine.own.score(engine.own.leaves, weights, 1))[0]
    return ranks


def rank_shift(ranks: Ranks, nominal: Ranks) -> Array:
    """Return per draw the mean of |rank - nominal rank| over the units that have both.

    Parameters
    ----------
    ranks : array of int, shape (m, n)
    nominal : array of int, shape (n,)

    Returns
    -------
    array, shape (m,)
        OECD/JRC handbook, eq. 38; NaN when no unit has both.
    """
    difference = ranks - nominal
    np.abs(difference, out=difference)
    if ranks.all() and nominal.all():
        # n^2 fits 32 bits up to 46,340 units, and sums of 32 bits are fast.
        wide = np.int32 if nominal.size < 46_340 else np.int64
        whole: Array = difference.sum(axis=1, dtype=wide) / nominal.size
        return whole
    both = (ranks > 0) & (nominal > 0)
    with np.errstate(invalid="ignore"):
        mean: Array = np.where(both, difference, 0).sum(axis=1) / both.sum(axis=1)
    return mean


def summarise(
    ranks: npt.NDArray[np.integer[Any]], nominal: Ranks, units: pd.Index[Any]
) -> pd.DataFrame:
    """Summarise the ranks of every unit over the draws.

    Parameters
    ----------
    ranks : array of int, shape (draws, n)
        0 where there is no score.
    nominal : array of int, shape (n,)
    units : Index of length n

    Returns
    -------
    DataFrame
        See `UncertaintyResult.units`. Quantiles are observed ranks (inverse of the empirical
        distribution function, Hyndman & Fan 1996 type 1). The top quartile is the best quarter of
        the units with a nominal score, rounded up.
    """
    draws, n = ranks.shape
    by_unit = _sorted_by_unit(ranks)
    missing = (by_unit == 0).sum(axis=1) if (by_unit[:, 0] == 0).any() else np.zeros(n, np.int64)
    scored = draws - missing
    quarter = int(np.ceil(int((nominal > 0).sum()) / 4))
    rows = np.arange(n)
    table: dict[str, object] = {"rank": pd.array(nominal, dtype="Int64")}
    for name, share in (("rank_p05", 0.05), ("rank_p50", 0.5), ("rank_p95", 0.95)):
        place = missing + np.maximum(np.ceil(share * scored - 1e-9).astype(np.int64) - 1, 0)
        value = by_unit[rows, np.minimum(place, draws - 1)].astype(float)
        table[name] = np.where(scored > 0, value, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        table["rank_mean"] = by_unit.sum(axis=1, dtype=np.float64) / scored
        table["p_top10"] = (_count_up_to(by_unit, 10) - missing) / scored
        table["p_top_quartile"] = (_count_up_to(by_unit, quarter) - missing) / scored
    table["p_scored"] = scored / draws
    frame = pd.DataFrame(table, index=units)
    if not nominal.all():
        frame["rank"] = frame["rank"].mask(frame["rank"] == 0)
    return frame


def _sorted_by_unit(ranks: npt.NDArray[np.integer[Any]]) -> Ranks:
    """Return the ranks of every unit in rising order, shape (n, draws); units in parallel."""
    n = ranks.shape[1]
    out = np.empty((n, ranks.shape[0]), dtype=np.int32)

    def work(units: slice) -> None:
        out[units] = ranks[:, units].T
        out[units].sort(axis=1)

    workers = os.cpu_count() or 1
    size = max(1, -(-n // (4 * workers)))
    parts = [slice(start, start + size) for start in range(0, n, size)]
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, parts))
    return out


def _count_up_to(by_unit: Ranks, bound: int) -> npt.NDArray[np.int64]:
    """Return how many sorted ranks are at most `bound`; most units are all or nothing."""
    count = np.where(by_unit[:, -1] <= bound, by_unit.shape[1], 0)
    partly = (by_unit[:, 0] <= bound) & (by_unit[:, -1] > bound)
    count[partly] = (by_unit[partly] <= bound).sum(axis=1)
    return count
