"""Uncertainty: how the rank of every unit moves when method and data are varied all at once.

Saisana, Saltelli & Tarantola (2005, J. R. Statist. Soc. A 168); OECD/JRC handbook, section 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.build import check_values, prepare_values
from sia.index.checks import check_number
from sia.index.choices import (
    STEPS,
    Choices,
    DataError,
    RecordedDraws,
    Version,
    prepare_noise,
)
from sia.index.design import IndexDesign
from sia.index.draw_ranks import Ranks, rank_type, summarise_ranks
from sia.index.engine import Engine, Plan, Variant
from sia.index.ranking import ascending_rank

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
        Quantiles and chances are over the draws in which the unit has a score. ``p_joint``: share
        of all draws in which the unit and every unit that is surer lie on its side of the border of
        the quarter together (from ``p_top_quartile`` 0.5 inside it), so that the units of one side
        from 0.95 up are a joint confidence set.
    draws : DataFrame, one row per draw
        ``normalise``, ``aggregate``, ``impute``, ``treat`` (option numbers), ``left_out``
        (indicator or ""), ``shift`` (mean absolute rank shift, handbook eq. 38).
    options : dict of step to tuple of str
        What the option numbers mean.
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
    error: DataError | RecordedDraws | None = None,
    memory_limit: int = DEFAULT_MEMORY,
    node: str | None = None,
) -> UncertaintyResult:
    """Run the index in many versions and summarise the rank of every unit.

    Parameters
    ----------
    values : DataFrame, units x indicators
    choices : Choices, optional
        Default: normalisation, weights, aggregation, imputation, treatment and leaving out one
        indicator all vary.
    denominators : DataFrame, optional
        Units x indicators: persons, households or dwellings behind rates.
    error : DataError or RecordedDraws, optional
        Without it the data are taken as exact. Recorded draws are used in turn.
    memory_limit : int
        Bytes for working arrays.
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
    check_number("draws", draws, least=1, whole=True)
    rng = np.random.default_rng([seed, 0])
    engine = prepare(
        values, design, choices, denominators, error, memory_limit, node, seed, draws, rng
    )
    plan = random_plan(engine, choices or Choices(), draws, rng)
    nominal = nominal_ranks(engine)
    n = nominal.size
    store = np.zeros((draws, n), dtype=rank_type(n))
    shift = np.empty(draws)

    def take(rows: npt.NDArray[np.int64], ranks: Ranks) -> None:
        store[rows] = ranks
        shift[rows] = rank_shift(ranks, nominal)

    engine.run(plan, take)
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
    error: DataError | RecordedDraws | None,
    memory_limit: int,
    node: str | None,
    seed: int,
    weight_sets: int,
    rng: np.random.Generator,
) -> Engine:
    """Check the input and return the engine that runs it."""
    hierarchy = design.hierarchy
    node = hierarchy.aggregate_or_root(node)
    check_number("memory_limit", memory_limit, above=0)
    picked = choices or Choices()
    table = prepare_values(check_values(values, hierarchy.indicators), design)
    if isinstance(error, RecordedDraws):
        version: Version | None = error.prepare(table)
    else:
        noise = prepare_noise(error, table, denominators)
        version = None if noise is None else noise.version
    x = table.to_numpy(dtype=float)
    own = Variant.of(x, table.index, design, node)
    tables: dict[str, Array] = {}
    if picked.weights is not None:
        tables = {
            item.id: picked.weights.draw(own.base[item.id], weight_sets, rng)
            for item in hierarchy.nodes
        }
    if picked.redeliver:
        redraw = np.random.default_rng([seed, 2])
        for item in hierarchy.nodes:
            base = own.base[item.id]
            whole = item.id == node and not set(item.children) <= set(hierarchy.indicators)
            times = picked.delivered(base, whole, weight_sets, redraw)
            tables[item.id] = tables.get(item.id, base[None, :]) * times
    options = picked.options(design)
    return Engine(x, table.index, own, options, tables, version, node, seed, memory_limit)


def random_plan(engine: Engine, choices: Choices, draws: int, rng: np.random.Generator) -> Plan:
    """Draw one option of every step for every draw."""

    def drawn(count: int) -> npt.NDArray[np.int64]:
        if choices.own is None:
            return rng.integers(0, count, draws)
        return choices.pick(rng.random(draws), count)

    step = {
        s: drawn(len(engine.options[s]))
        if len(engine.options[s]) > 1
        else np.zeros(draws, dtype=np.int64)
        for s in STEPS
    }
    left = np.full(draws, -1, dtype=np.int64)
    if choices.leave_out:
        left = drawn(engine.values.shape[1] + 1) - 1
    sets = np.arange(draws) if engine.tables else np.full(draws, -1, dtype=np.int64)
    error = np.full(draws, -1, dtype=np.int64) if engine.version is None else np.arange(draws)
    return Plan(step, left, sets, error)


def nominal_ranks(engine: Engine) -> Ranks:
    """Return the ranks of the design itself, 0 where there is no score; ties as `rank_scores`."""
    weights = {name: w[None, :] for name, w in engine.own.base.items()}
    score = engine.own.scores(engine.own.leaves, weights, 1)
    return np.nan_to_num(ascending_rank(-score.T)[:, 0]).astype(rank_type(score.size))


def rank_shift(ranks: Ranks, nominal: Ranks) -> Array:
    """Return per draw the mean of |rank - nominal rank| over the units that have both."""
    difference = np.subtract(ranks, nominal, dtype=np.int32)
    np.abs(difference, out=difference)
    if ranks.min(initial=1) > 0 and nominal.min(initial=1) > 0:
        # n^2 fits 32 bits up to 46,340 units, and sums of 32 bits are fast.
        wide = np.int32 if nominal.size < 46_340 else np.int64
        whole: Array = difference.sum(axis=1, dtype=wide) / nominal.size
        return whole
    both = (ranks > 0) & (nominal > 0)
    with np.errstate(invalid="ignore"):
        mean: Array = np.where(both, difference, 0).sum(axis=1) / both.sum(axis=1)
    return mean


def summarise(ranks: Ranks, nominal: Ranks, units: pd.Index[Any]) -> pd.DataFrame:
    """Summarise the ranks of every unit over the draws."""
    quarter = int(np.ceil(int((nominal > 0).sum()) / 4))
    found = summarise_ranks(ranks, (10, quarter))
    table: dict[str, object] = {"rank": pd.array(nominal, dtype="Int64")}
    for place, name in enumerate(("rank_p05", "rank_p50", "rank_p95")):
        table[name] = found.quantiles[:, place]
    with np.errstate(invalid="ignore", divide="ignore"):
        table["rank_mean"] = found.total / found.scored
        table["p_top10"] = found.up_to[:, 0] / found.scored
        table["p_top_quartile"] = found.up_to[:, 1] / found.scored
    table["p_scored"] = found.scored / ranks.shape[0]
    frame = pd.DataFrame(table, index=units)
    chance = frame["p_top_quartile"].to_numpy()
    frame["p_joint"] = np.where(
        chance >= 0.5,
        joint_share(ranks > quarter, -chance),
        joint_share((ranks > 0) & (ranks <= quarter), chance),
    )
    if not nominal.all():
        frame["rank"] = frame["rank"].mask(frame["rank"] == 0)
    return frame


def joint_share(fails: npt.NDArray[np.bool_], order: Array) -> Array:
    """Return per unit the share of draws in which neither it nor a unit before it fails.

    `fails`: shape (draws, n).
    `order` (shape (n,)): Least first; units that are level stand or fall together. NaN takes no
        part.
    """
    share = np.full(order.size, np.nan)
    known = np.flatnonzero(~np.isnan(order))
    known = known[np.argsort(order[known], kind="stable")]
    if not known.size:
        return share
    sorted_fails = fails[:, known]
    first = np.where(sorted_fails.any(axis=1), sorted_fails.argmax(axis=1), known.size)
    failed = np.cumsum(np.bincount(first, minlength=known.size + 1))[: known.size]
    last = np.searchsorted(order[known], order[known], side="right") - 1
    share[known] = 1.0 - failed[last] / len(fails)
    return share
