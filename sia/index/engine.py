"""The Monte Carlo engine: many versions of one index at once, as ranks.

Draws are grouped by their discrete choices, so that the data are imputed, treated and normalised
once per combination, and all weightings of a group are one matrix product per aggregate. With data
error every draw has its own data and goes through the whole chain, in blocks that fit the memory
limit. Each draw has its own random stream, so neither block size nor threads change a result.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from sia.index.aggregation import (
    Aggregator,
    Arithmetic,
    aggregate,
)
from sia.index.build import FittedColumns, apply_normalisers, fit_normalisers, impute_columns
from sia.index.chain import resolve
from sia.index.choices import STEPS, Step, Version
from sia.index.design import IndexDesign, Node
from sia.index.draw_ranks import Ranks, rank_keys, rank_rows, to_keys
from sia.index.treatment import FittedTreatment, NoTreatment, SkewKurtosis, Treatment, treat

Array = npt.NDArray[np.float64]

CACHE = 4_000_000
"""Bytes of a block's main array: larger blocks fall out of the cache and are no faster."""

PRODUCT = 32
"""Draws in a block that is one matrix product: smaller products do not use the processor well."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What every draw does; all arrays have shape (draws,).

    Option numbers per step; the indicator left out, or -1; the row of the weight tables, or -1 for
    the design's own weights; the random stream of the data error, or -1 for the data as they are.
    """

    step: Mapping[Step, npt.NDArray[np.int64]]
    left_out: npt.NDArray[np.int64]
    weight_set: npt.NDArray[np.int64]
    error: npt.NDArray[np.int64]

    @property
    def draws(self) -> int:
        """Return the number of draws."""
        return int(self.left_out.size)


@dataclass(frozen=True, eq=False)
class Engine:
    """One table and design, ready to be run in many versions.

    `values`, (n, k), after shrinkage; `own`: the design as it is; `options` per step; `tables`:
    weights by aggregate, (weight_sets, n_children), empty when weights do not vary; `node`: the
    aggregate whose ranks are wanted; `memory_limit`: bytes for working arrays, over all threads.
    """

    values: Array
    units: pd.Index[Any]
    own: Variant
    options: dict[str, tuple[Any, ...]]
    tables: Mapping[str, Array]
    version: Version | None
    node: str
    seed: int
    memory_limit: int

    def run(
        self,
        plan: Plan,
        take: Callable[[npt.NDArray[np.int64], Ranks], None],
    ) -> None:
        """Hand ranks to `take`, block by block: draw numbers (m,) and ranks (m, n), 0 for none."""
        jobs = list(self._jobs(plan))
        workers = min(os.cpu_count() or 1, max(1, len(jobs)))
        # Blocks run side by side; a matrix product that also spreads over the cores only waits.
        with _blas().limit(limits=1, user_api="blas"), ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda job: self._work(job, plan, take), jobs))

    def _jobs(self, plan: Plan) -> Iterator[tuple[Variant, npt.NDArray[np.int64]]]:
        n, k = self.values.shape
        for combination in itertools.product(*(range(len(self.options[s])) for s in STEPS)):
            chosen = np.ones(plan.draws, dtype=bool)
            for step, number in zip(STEPS, combination, strict=True):
                chosen &= plan.step[step] == number
            members = np.flatnonzero(chosen)
            if members.size == 0:
                continue
            variant = self._variant(combination)
            noisy = plan.error[members] >= 0
            for block in self._blocks(members[~noisy], variant.width(n), n, True):
                yield variant, block
            for block in self._blocks(members[noisy], 12 * n * k, n * k, False):
                yield variant, block

    def _variant(self, combination: tuple[int, ...]) -> Variant:
        chosen = {s: self.options[s][c] for s, c in zip(STEPS, combination, strict=True)}
        if all(chosen[s] is getattr(self.own.design, s) for s in STEPS):
            return self.own
        design = self.own.design.with_choices(**chosen)
        return Variant.of(self.values, self.units, design, self.node)

    def _blocks(
        self, group: npt.NDArray[np.int64], width: int, stored: int, shared: bool
    ) -> list[npt.NDArray[np.int64]]:
        """Cut draws into blocks that fit the memory limit, and the processor's cache if they can.

        A draw needs `width` floats while it is worked on and `stored` for its main array.
        """
        if group.size == 0:
            return []
        workers = os.cpu_count() or 1
        fits = max(1, int(self.memory_limit / (8 * width * workers)))
        cached = max(PRODUCT if shared else 1, CACHE // (8 * stored))
        size = min(fits, cached, -(-group.size // workers))
        return np.array_split(group, -(-group.size // size))

    def _work(
        self,
        job: tuple[Variant, npt.NDArray[np.int64]],
        plan: Plan,
        take: Callable[[npt.NDArray[np.int64], Ranks], None],
    ) -> None:
        variant, draws = job
        if plan.error[draws[0]] >= 0:
            leaves = variant.normalised(self._errors(plan.error[draws]))
        else:
            leaves = variant.leaves
        take(draws, variant.ranks(leaves, self._weights(variant, plan, draws), draws.size))

    def _errors(self, streams: npt.NDArray[np.int64]) -> Array:
        if self.version is None:
            raise ValueError("a draw has data error but no error was given")
        return np.stack([self.version(self.seed, int(s)) for s in streams])

    def _weights(
        self, variant: Variant, plan: Plan, draws: npt.NDArray[np.int64]
    ) -> dict[str, Array]:
        """Return the weights of every aggregate, shape (m or 1, n_children)."""
        left = plan.left_out[draws]
        leaving = bool((left >= 0).any())
        sets = _run_of(plan.weight_set[draws])
        varied = bool(self.tables) and plan.weight_set[draws[0]] >= 0
        hierarchy = variant.design.hierarchy
        names = {i: j for j, i in enumerate(hierarchy.indicators)}
        weights: dict[str, Array] = {}
        for node in hierarchy.nodes:
            w = self.tables[node.id][sets] if varied else variant.base[node.id][None, :]
            if leaving:
                w = np.broadcast_to(w, (draws.size, w.shape[1])).copy()
                for c, child in enumerate(node.children):
                    if child in names:
                        w[left == names[child], c] = 0.0
            weights[node.id] = w
        return weights


@dataclass(frozen=True, eq=False)
class Variant:
    """One combination of discrete choices: its design and what is fixed about it."""

    design: IndexDesign
    nodes: tuple[Node, ...]
    leaves: Array
    base: Mapping[str, Array]
    anchor: tuple[dict[str, FittedTreatment], FittedColumns] | None
    top: str
    linear: Array | None = None
    """Keys of the leaves as (k, n), where the score is a weighted mean of them without gaps."""

    @classmethod
    def of(cls, values: Array, units: pd.Index[Any], design: IndexDesign, node: str) -> Variant:
        """Return a design made ready, its weights resolved on the data."""
        below = _below(design, node)
        nodes = tuple(n for n in design.hierarchy.nodes if n.id in below)
        half = cls(design, nodes, values, {}, _anchor(design), node)
        leaves = half.positive(half.normalised(values[None])[0])
        chain = resolve(leaves, design)
        straight = half._linear() and not np.isnan(leaves).any()
        linear = None
        if straight:
            upright = leaves.T
            linear = to_keys(upright, leaves.min(), leaves.max(), np.empty(upright.shape))
        return cls(design, nodes, leaves, chain.weights, half.anchor, node, linear)

    def width(self, n: int) -> int:
        """Return floats that one draw needs while the leaves are shared."""
        deepest = max(len(node.children) for node in self.nodes)
        return n * (6 + 2 * len(self.nodes) + (0 if self._closed() else 4 * deepest))

    def normalised(self, x: Array) -> Array:
        """Impute, treat and normalise, shape (m, n, k)."""
        treated = self._treated(impute_columns(x, self.design))
        fitted = self.anchor[1] if self.anchor else fit_normalisers(treated, self.design)
        return apply_normalisers(treated, fitted)

    def positive(self, leaves: Array) -> Array:
        """Rescale indicators to 1-100 when the aggregation needs values above zero."""
        least = max(self.design.aggregator_of(node).minimum for node in self.nodes)
        if not np.isfinite(least) or not (leaves <= least).any():
            return leaves
        low = np.nanmin(leaves, axis=-2, keepdims=True, initial=np.inf)
        high = np.nanmax(leaves, axis=-2, keepdims=True, initial=-np.inf)
        with np.errstate(invalid="ignore", divide="ignore"):
            raised: Array = (leaves - low) / np.where(high > low, high - low, np.nan) * 99.0 + 1.0
        return raised

    def ranks(self, leaves: Array, weights: Mapping[str, Array], draws: int) -> Ranks:
        """Return the ranks in the wanted aggregate, shape (m, n)."""
        if leaves is self.leaves and self.linear is not None:
            share = _collapse(self.nodes, weights, self.design.hierarchy.indicators, self.top)
            return rank_keys(share @ self.linear)
        return rank_rows(self.scores(leaves, weights, draws))

    def scores(self, leaves: Array, weights: Mapping[str, Array], draws: int) -> Array:
        """Return the scores of the wanted aggregate, shape (m, n)."""
        if leaves is not self.leaves:
            leaves = self.positive(leaves)
        if leaves.ndim == 2 and not self._closed():
            leaves = np.broadcast_to(leaves, (draws, *leaves.shape))
        names = {i: j for j, i in enumerate(self.design.hierarchy.indicators)}
        up: dict[str, Array] = {}
        for node in self.nodes:
            rule = self.design.aggregator_of(node)
            share = self.design.share_of(node)
            columns = [names[c] for c in node.children if c in names]
            if leaves.ndim == 2:
                score = _shared(node, rule, share, leaves[:, columns], names, up, weights[node.id])
            else:
                x = np.stack(
                    [leaves[..., names[c]] if c in names else up[c] for c in node.children], axis=-1
                )
                score = aggregate(x, weights[node.id][:, None, :], rule, share)
            again = self.design.renormaliser_of(node)
            if again is not None and node.id != self.top:
                score = again.fit_transform(score[..., None], np.ones(1))[..., 0]
            up[node.id] = np.broadcast_to(score, (draws, score.shape[-1]))
        return up[self.top]

    def _linear(self) -> bool:
        """Whether the score is one weighted sum of the indicators."""
        return all(
            isinstance(self.design.aggregator_of(node), Arithmetic)
            and (self.design.renormaliser_of(node) is None or node.id == self.top)
            and self.design.share_of(node) <= 1
            for node in self.nodes
        )

    def _closed(self) -> bool:
        """Whether every aggregation is a power mean, which is a matrix product."""
        return all(self.design.aggregator_of(node).power is not None for node in self.nodes)

    def _treated(self, x: Array) -> Array:
        names = self.design.hierarchy.indicators
        if self.anchor is not None:
            fitted = self.anchor[0]
            return np.stack([fitted[i].apply(x[..., j]) for j, i in enumerate(names)], axis=-1)
        rules = [self.design.treatment_of(i) for i in names]
        if all(isinstance(rule, NoTreatment) for rule in rules):
            return x
        return _treat(x, rules)


@cache
def _blas() -> ThreadpoolController:
    """Return the handle on the linear algebra library; finding it takes milliseconds."""
    return ThreadpoolController()


def _run_of(numbers: npt.NDArray[np.int64]) -> slice | npt.NDArray[np.int64]:
    """Return consecutive numbers as a slice, which selects without copying."""
    first, last = int(numbers[0]), int(numbers[-1])
    if last - first + 1 == numbers.size and (np.diff(numbers) == 1).all():
        return slice(first, last + 1)
    return numbers


def _below(design: IndexDesign, node: str) -> set[str]:
    found = {node}
    for candidate in reversed(design.hierarchy.nodes):
        if design.hierarchy.parent.get(candidate.id) in found:
            found.add(candidate.id)
    return found


def _anchor(
    design: IndexDesign,
) -> tuple[dict[str, FittedTreatment], FittedColumns] | None:
    """Return treatment and normalisers fitted on the design's frozen reference, if it has one."""
    if design.reference is None:
        return None
    names = list(design.hierarchy.indicators)
    rules = {i: design.treatment_of(i) for i in names}
    known = treat(design.reference[names].astype(float), rules)
    return known.fitted, fit_normalisers(known.values.to_numpy(), design)


def _treat(x: Array, rules: list[Treatment]) -> Array:
    """Treat every column of every draw, columns with the same rule together."""
    out = x.copy()
    m, n, _ = x.shape
    for rule in dict.fromkeys(rules):
        columns = [j for j, r in enumerate(rules) if r == rule]
        if isinstance(rule, NoTreatment):
            continue
        rows = np.moveaxis(x[..., columns], 1, 2).reshape(-1, n)
        if isinstance(rule, SkewKurtosis):
            treated = rule.decide(rows).apply(rows)
        else:
            treated = np.stack([rule.fit(row).fitted.apply(row) for row in rows])
        out[..., columns] = np.moveaxis(treated.reshape(m, len(columns), n), 2, 1)
    return out


def _shared(
    node: Node,
    rule: Aggregator,
    share: float,
    columns: Array,
    names: Mapping[str, int],
    up: Mapping[str, Array],
    weight: Array,
) -> Array:
    """Return a power mean for all weightings at once: products of weights with shared leaves."""
    p = rule.power
    if p is None:
        raise ValueError(f"{type(rule).__name__} is not a power mean")
    at_leaf = [c in names for c in node.children]
    seen = ~np.isnan(columns)
    ready = np.where(seen, _forward(columns, p), 0.0)
    w_leaf = weight[:, at_leaf]
    top = w_leaf @ ready.T
    mass = w_leaf @ seen.T.astype(float)
    count = (w_leaf > 0).astype(float) @ seen.T if share > 0 else mass
    for c, child in enumerate(node.children):
        if at_leaf[c]:
            continue
        score = up[child]
        known = ~np.isnan(score)
        w = weight[:, c : c + 1]
        top = top + w * np.where(known, _forward(score, p), 0.0)
        mass = mass + w * known
        if share > 0:
            count = count + (w > 0) * known
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = _backward(top / np.where(mass > 0, mass, np.nan), p)
    if share > 0:
        needed = share * (weight > 0).sum(axis=1, keepdims=True) - 1e-9
        mean = np.where(count >= needed, mean, np.nan)
    return mean


def _forward(x: Array, p: float) -> Array:
    if p == 1.0:
        return x
    with np.errstate(invalid="ignore", divide="ignore"):
        y: Array = np.log(x) if p == 0.0 else x**p
    return y


def _backward(y: Array, p: float) -> Array:
    if p == 1.0:
        return y
    x: Array = np.exp(y) if p == 0.0 else y ** (1.0 / p)
    return x


def _collapse(
    nodes: tuple[Node, ...], weights: Mapping[str, Array], names: tuple[str, ...], top: str
) -> Array:
    """Return the effective weight of every indicator, shape (m, k), stored indicator by indicator.

    An aggregate whose children all have weight zero in a draw passes its own weight on to its
    siblings, as if it were missing.
    """
    by_child = {node.id: np.ascontiguousarray(weights[node.id].T) for node in nodes}
    total: dict[str, Array] = {}
    for node in nodes:
        rows = by_child[node.id]
        for c, child in enumerate(node.children):
            if child in total and not total[child].all():
                rows = rows.copy() if rows is by_child[node.id] else rows
                rows[c] = np.where(total[child] > 0, rows[c], 0.0)
        by_child[node.id] = rows
        total[node.id] = rows.sum(axis=0)
    place = {i: j for j, i in enumerate(names)}
    m = max(rows.shape[1] for rows in by_child.values())
    effective = np.zeros((len(names), m))
    factor: dict[str, Array] = {top: np.ones(1)}
    for node in reversed(nodes):
        mass = total[node.id]
        scale = factor[node.id] / (mass if mass.all() else np.where(mass > 0, mass, 1.0))
        for c, child in enumerate(node.children):
            if child in place:
                np.multiply(by_child[node.id][c], scale, out=effective[place[child]])
            else:
                factor[child] = by_child[node.id][c] * scale
    return effective.T
