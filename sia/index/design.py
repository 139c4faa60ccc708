"""The design of an index: its hierarchy and one named choice per step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.index.aggregation import Aggregator, Arithmetic
from sia.index.checks import check_instance, check_number, check_option
from sia.index.imputation import Imputer, NoImputation
from sia.index.normalisation import MinMax, Normaliser
from sia.index.shrinkage import Shrinkage
from sia.index.treatment import NoTreatment, Treatment
from sia.index.weights import GivenWeights, Weighting

Choice = TypeVar("Choice")
PerKey: TypeAlias = Mapping[Any, Choice] | Choice
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Node:
    """One aggregate: its place, its children and their weights (as given, not normalised).

    `level`: Indicators are level 1; an aggregate is above its highest child.
    `children`: In the order of the structure table.
    """

    id: str
    level: int
    children: tuple[str, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True)
class Hierarchy:
    """A validated structure table.

    Indicators are the leaves, in the order of the table, with their direction; nodes are
    aggregates, every child before its parent; `parent` knows every id except the roots.
    """

    indicators: tuple[str, ...]
    directions: Mapping[str, int]
    nodes: tuple[Node, ...]
    parent: Mapping[str, str]
    roots: tuple[str, ...]

    @property
    def aggregates(self) -> tuple[str, ...]:
        """Return the ids of the aggregates, children before parents."""
        return tuple(node.id for node in self.nodes)

    def node(self, name: str) -> Node:
        """Return one aggregate by its id."""
        return {node.id: node for node in self.nodes}[name]

    def aggregate_or_root(self, name: str | None) -> str:
        """Return the id of an aggregate, or of the only root when none is named."""
        if name is None:
            if len(self.roots) > 1:
                raise ValueError(f"name the node: the design has roots {self.roots}")
            return self.roots[0]
        if name not in self.aggregates:
            raise ValueError(f"{name!r} is not an aggregate of the design")
        return name

    def root_of(self, name: str) -> str:
        """Return the top of the tree that an id belongs to."""
        while name in self.parent:
            name = self.parent[name]
        return name

    def leaves(self, name: str) -> tuple[str, ...]:
        """Return the indicators under an id, in the order of the structure table."""

        def under(part: str) -> bool:
            return part == name or (part in self.parent and under(self.parent[part]))

        return tuple(filter(under, self.indicators))


def read_structure(structure: pd.DataFrame) -> Hierarchy:
    """Check a structure table and return it as a tree (or several).

    `structure`: Columns ``id`` and ``parent`` (missing for a root); optional ``level`` (indicators
        1), ``weight`` (default 1; relative among siblings) and ``direction`` (default +1).
    Raises `ValueError` on duplicate ids, an unknown parent, a cycle, a root without children, a
        weight that is negative or not a number, siblings whose weights are all zero, a direction
        other than +1 or -1, an aggregate with direction -1, or levels that contradict the parents.
        All faults are listed at once.
    """
    table = structure.reset_index() if structure.index.name == "id" else structure
    for column in ("id", "parent"):
        if column not in table.columns:
            raise ValueError(f"structure needs a column {column!r}")
    ids = [str(i) for i in table["id"]]
    parents = [None if _missing(p) else str(p) for p in table["parent"]]
    faults = _identity_faults(ids, parents)
    if faults:
        raise ValueError("structure: " + "; ".join(faults))
    weight = _numbers(table, "weight", 1.0, len(ids))
    direction = _numbers(table, "direction", 1.0, len(ids))
    children: dict[str, list[int]] = {}
    for position, parent in enumerate(parents):
        if parent is not None:
            children.setdefault(parent, []).append(position)
    faults = _value_faults(ids, parents, weight, direction, children)
    level = _levels(ids, table, children, faults)
    if faults:
        raise ValueError("structure: " + "; ".join(faults))
    order = sorted(children, key=lambda name: (level[name], ids.index(name)))
    return Hierarchy(
        indicators=tuple(i for i in ids if i not in children),
        directions={i: int(d) for i, d in zip(ids, direction, strict=True) if i not in children},
        nodes=tuple(
            Node(
                name,
                level[name],
                tuple(ids[c] for c in children[name]),
                tuple(float(weight[c]) for c in children[name]),
            )
            for name in order
        ),
        parent={i: p for i, p in zip(ids, parents, strict=True) if p is not None},
        roots=tuple(i for i, p in zip(ids, parents, strict=True) if p is None),
    )


def _missing(value: object) -> bool:
    return value is None or value == "" or bool(pd.isna(value))  # type: ignore[call-overload]


def _numbers(table: pd.DataFrame, column: str, default: float, count: int) -> Array:
    if column not in table.columns:
        return np.full(count, default)
    numbers = pd.to_numeric(table[column]).to_numpy(dtype=float, na_value=np.nan)
    roots = np.array([_missing(p) for p in table["parent"]])
    # A root has no siblings and often no weight in published tables: an empty cell is no fault.
    return np.where(np.isnan(numbers) & roots, default, numbers)


def _identity_faults(ids: list[str], parents: list[str | None]) -> list[str]:
    faults = [f"{i!r} stands more than once" for i in sorted({i for i in ids if ids.count(i) > 1})]
    known = set(ids)
    unknown = sorted({p for p in parents if p is not None and p not in known})
    faults += [f"parent {p!r} has no row of its own" for p in unknown]
    if faults:
        return faults
    up = dict(zip(ids, parents, strict=True))
    for start in ids:
        seen: set[str] = set()
        here: str | None = start
        while here is not None and here not in seen:
            seen.add(here)
            here = up[here]
        if here is not None:
            faults.append(f"{start!r} lies on or under a cycle of parents")
    with_children = {p for p in parents if p is not None}
    faults += [
        f"{i!r} has no parent and no children"
        for i, p in zip(ids, parents, strict=True)
        if p is None and i not in with_children
    ]
    return faults


def _value_faults(
    ids: list[str],
    parents: list[str | None],
    weight: Array,
    direction: Array,
    children: Mapping[str, list[int]],
) -> list[str]:
    faults = []
    for i, w, d in zip(ids, weight, direction, strict=True):
        if not np.isfinite(w) or w < 0:
            faults.append(f"weight of {i!r} is {w}: must be a number >= 0")
        if i not in children and d not in (-1.0, 1.0):
            faults.append(f"direction of {i!r} is {d}: must be +1 or -1")
        if i in children and d == -1.0:
            faults.append(f"{i!r} is an aggregate: turn its indicators instead of direction -1")
    faults += [
        f"all weights under {name!r} are zero"
        for name, members in children.items()
        if np.nansum(weight[members]) == 0
    ]
    return faults


def _levels(
    ids: list[str],
    table: pd.DataFrame,
    children: Mapping[str, list[int]],
    faults: list[str],
) -> dict[str, int]:
    """Return the level of every id: as given, else one above the highest child."""
    height: dict[str, int] = {}

    def measure(name: str) -> int:
        if name not in height:
            below = [measure(ids[c]) for c in children.get(name, [])]
            height[name] = 1 + max(below, default=0)
        return height[name]

    for name in ids:
        measure(name)
    if "level" not in table.columns or table["level"].isna().any():
        return height
    given = {i: int(v) for i, v in zip(ids, table["level"], strict=True)}
    for name, members in children.items():
        wrong = [ids[c] for c in members if given[ids[c]] >= given[name]]
        faults += [f"level of {c!r} is not below that of its parent {name!r}" for c in wrong]
    faults += [
        f"{i!r} has no children but level {given[i]}, not 1"
        for i in ids
        if i not in children and given[i] != 1
    ]
    return given


@dataclass(frozen=True, eq=False)
class IndexDesign:
    """Every choice that turns a table of indicators into an index.

    Parameters
    ----------
    structure : DataFrame
        ``id``, ``parent``, ``level``, ``weight``, ``direction``; see `read_structure`. Any depth,
        indicators at different depths and more than one root are allowed.
    shrink : Shrinkage, optional
        Empirical-Bayes shrinkage of rates before imputation.
    impute : Imputer, or mapping of indicator (or "*") to Imputer
        Default: none; what is missing stays missing and never counts as zero.
    treat : Treatment, or mapping of indicator (or "*") to Treatment
        Default: none.
    normalise : Normaliser, or mapping
        Keys: an indicator, "*" for all other indicators, an aggregate's id or a level (int >= 2)
        whose scores are normalised again before they go into their parent. Default `MinMax` 0-100.
    weigh : Weighting, or mapping of level or aggregate id (or "*") to Weighting
        Default: as given in the structure.
    aggregate : Aggregator, or mapping of level, aggregate id or "*" to Aggregator
        A level is the level of the parent: 2 aggregates indicators. Default arithmetic.
    minimum_share : float, or mapping of level, aggregate id or "*" to float
        Share of its children that an aggregate needs (count of present children / number of
        children with a weight above zero, COINr's ``dat_thresh``); below it the score is missing.
        Default 0: one child is enough.
    reference : DataFrame, optional
        Other units (a base year, a pooled panel, all buurten of the land) with the same columns in
        the same units, on which treatment and normalisation are fitted. Default: the data itself.
    origin : {"auto", "zero", "mean", "median"}
        What contributions are measured from; "auto" is zero for a fully additive design and the
        mean unit otherwise.
    """

    structure: pd.DataFrame
    shrink: Shrinkage | None = None
    impute: PerKey[Imputer] = field(default_factory=NoImputation)
    treat: PerKey[Treatment] = field(default_factory=NoTreatment)
    normalise: PerKey[Normaliser] = field(default_factory=MinMax)
    weigh: PerKey[Weighting] = field(default_factory=GivenWeights)
    aggregate: PerKey[Aggregator] = field(default_factory=Arithmetic)
    minimum_share: PerKey[float] = 0.0
    reference: pd.DataFrame | None = None
    origin: str = "auto"
    hierarchy: Hierarchy = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._check_kinds()
        hierarchy = read_structure(self.structure)
        object.__setattr__(self, "hierarchy", hierarchy)
        indicators = set(hierarchy.indicators) | {"*"}
        above = set(hierarchy.aggregates) | {node.level for node in hierarchy.nodes} | {"*"}
        faults = [
            *_key_faults("impute", self.impute, indicators),
            *_key_faults("treat", self.treat, indicators),
            *_key_faults("normalise", self.normalise, indicators | above),
            *_key_faults("weigh", self.weigh, above),
            *_key_faults("aggregate", self.aggregate, above),
            *_key_faults("minimum_share", self.minimum_share, above),
        ]
        known = {*hierarchy.indicators, *hierarchy.aggregates}
        faults += [
            f"weigh: unknown child {child!r}"
            for rule in _options(self.weigh)
            for child in rule.named()
            if child not in known
        ]
        if faults:
            raise ValueError("; ".join(faults))

    def _check_kinds(self) -> None:
        """Refuse classes for objects, and values that no step can use."""
        for step in KINDS:
            check_choice(step, getattr(self, step))
        for share in _options(self.minimum_share):
            check_number("minimum_share", share, least=0, most=1)
        check_option("origin", self.origin, ("auto", "zero", "mean", "median"))
        for step, kind in (("shrink", Shrinkage), ("reference", pd.DataFrame)):
            if getattr(self, step) is not None:
                check_instance(step, getattr(self, step), kind)

    def imputer_of(self, indicator: str) -> Imputer:
        """Return the imputation of one indicator."""
        return _pick(self.impute, (indicator,), NoImputation())

    def treatment_of(self, indicator: str) -> Treatment:
        """Return the outlier treatment of one indicator."""
        return _pick(self.treat, (indicator,), NoTreatment())

    def normaliser_of(self, indicator: str) -> Normaliser:
        """Return the normalisation of one indicator."""
        return _pick(self.normalise, (indicator,), MinMax())

    def renormaliser_of(self, node: Node) -> Normaliser | None:
        """Return how an aggregate's score is normalised again before it goes up, if at all."""
        if not isinstance(self.normalise, Mapping):
            return None
        chosen: Normaliser | None = self.normalise.get(node.id, self.normalise.get(node.level))
        return chosen

    def weighting_of(self, node: Node) -> Weighting:
        """Return how the children of an aggregate are weighed."""
        return _pick(self.weigh, (node.id, node.level), GivenWeights())

    def aggregator_of(self, node: Node) -> Aggregator:
        """Return how the children of an aggregate are combined."""
        return _pick(self.aggregate, (node.id, node.level), Arithmetic())

    def share_of(self, node: Node) -> float:
        """Return the share of children that an aggregate needs."""
        return float(_pick(self.minimum_share, (node.id, node.level), 0.0))


KINDS: Mapping[str, type] = {
    "impute": Imputer,
    "treat": Treatment,
    "normalise": Normaliser,
    "weigh": Weighting,
    "aggregate": Aggregator,
}


def check_choice(step: str, choice: object) -> None:
    """Refuse a choice of a step that is not an object of the right kind, or a mapping to them."""
    for option in _options(choice):
        check_instance(step, option, KINDS[step])


def _options(choice: PerKey[Choice]) -> list[Choice]:
    """Return the one choice, or those of a mapping."""
    return list(choice.values()) if isinstance(choice, Mapping) else [choice]


def _pick(choice: PerKey[Choice], keys: tuple[object, ...], default: Choice) -> Choice:
    """Return the first key that a mapping knows, else its "*", else the default."""
    if not isinstance(choice, Mapping):
        return choice
    for key in (*keys, "*"):
        if key in choice:
            found: Choice = choice[key]
            return found
    return default


def _key_faults(name: str, choice: object, known: set[Any]) -> list[str]:
    if not isinstance(choice, Mapping):
        return []
    return [f"{name}: unknown key {key!r}" for key in choice if key not in known]
