"""From a table of indicators to scores: the chain of steps, each of which can be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.errors import InputError, Problem, refuse
from sia.index.chain import Chain, evaluate, resolve
from sia.index.checks import check_instance
from sia.index.contributions import Attribution, attribute
from sia.index.design import IndexDesign
from sia.index.imputation import NoImputation, Setting
from sia.index.normalisation import Fitted
from sia.index.ranking import rank_scores
from sia.index.treatment import treat


@dataclass(frozen=True, eq=False)
class Screening:
    """What is there, as shares (COINr ``Screen``); nothing is removed.

    Parameters
    ----------
    units : DataFrame, index as the values
        ``availability``: share of the indicators that is present.
    indicators : DataFrame, index ``indicator``
        ``availability``: share of the units that is present; ``nonzero`` and ``unique``: shares of
        those; ``constant`` (bool): all alike.
    """

    units: pd.DataFrame
    indicators: pd.DataFrame


def screen(values: pd.DataFrame) -> Screening:
    """Return what is there of every unit and indicator, in a table of floats."""
    x = values.to_numpy(dtype=float)
    present = ~np.isnan(x)
    count = present.sum(axis=0)
    different = np.array([np.unique(column[~np.isnan(column)]).size for column in x.T])
    with np.errstate(invalid="ignore"):
        nonzero, unique = 1 - (x == 0).sum(axis=0) / count, different / count
    units = pd.DataFrame({"availability": present.mean(axis=1)}, index=values.index)
    indicators = pd.DataFrame(
        {
            "availability": present.mean(axis=0),
            "nonzero": nonzero,
            "unique": unique,
            "constant": different <= 1,
        },
        index=pd.Index(values.columns, name="indicator"),
    )
    return Screening(units, indicators)


Array = npt.NDArray[np.float64]

FittedColumns = list[tuple[npt.NDArray[np.intp] | slice, Fitted]]

OBSERVED = "waargenomen"
IMPUTED = "geschat"
MISSING = "ontbreekt"
NO_SPREAD = "ontbreekt: geen spreiding"

_ADD = "Voeg de kolom toe of haal de indicator uit de structuur."
_ONE = "Houd één {} over."


@dataclass(frozen=True, eq=False)
class IndexResult:
    """Every stage of an index.

    Parameters
    ----------
    values : DataFrame, units x indicators
        As given.
    prepared, imputed, treated, normalised : DataFrame, units x indicators
        After shrinkage, and after each next step.
    scores : DataFrame, units x aggregates
        Children before parents; NaN where too little is present.
    rescaled : DataFrame
        The aggregates that are normalised again before they go into their parent.
    treatment_log, treatment : DataFrame
        Cells that treatment changed; what was done per indicator.
    anchor : ndarray, units of the reference x indicators
        Normalised figures that reference values are taken from.
    """

    values: pd.DataFrame
    prepared: pd.DataFrame
    imputed: pd.DataFrame
    treated: pd.DataFrame
    normalised: pd.DataFrame
    scores: pd.DataFrame
    rescaled: pd.DataFrame
    treatment_log: pd.DataFrame
    treatment: pd.DataFrame
    design: IndexDesign = field(repr=False)
    chain: Chain = field(repr=False)
    anchor: Array = field(repr=False)

    # most indices are made for their scores alone

    @cached_property
    def screening(self) -> Screening:
        """What is there, after shrinkage."""
        return screen(self.prepared)

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """1 = highest score, ties share the better rank, NA where there is no score."""
        return rank_scores(self.scores)

    @cached_property
    def _attribution(self) -> Attribution:
        return attribute(self.normalised.to_numpy(), self.anchor, self.design, self.chain)

    @property
    def contribution_error(self) -> float:
        """Largest standard error of a contribution; 0 unless Shapley values had to be sampled."""
        return self._attribution.error

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """To the root that the indicator belongs to; a row sums to score - `baseline`."""
        return _as(self._attribution.contributions, self.values)

    @cached_property
    def baseline(self) -> pd.DataFrame:
        """Score of each unit, had it the reference value on every indicator that it has."""
        roots = self.design.hierarchy.roots
        return _frame(self._attribution.baseline, self.values.index, roots)

    @cached_property
    def effective_weights(self) -> pd.Series[float]:
        """Product of the sibling-normalised weights up to the root (COINr ``get_eff_wts``)."""
        return effective_weights(self.design, self.chain.weights)

    @cached_property
    def flags(self) -> pd.DataFrame:
        """``waargenomen``, ``geschat``, ``ontbreekt``, ``ontbreekt: geen spreiding``."""
        return _flags(self.values, self.imputed, self.normalised)


def build_index(values: pd.DataFrame, design: IndexDesign) -> IndexResult:
    """Build an index.

    Order: screen, shrink, impute, treat, normalise, weigh, aggregate, rank (COINr's
    order). Units keep their order and none is dropped.

    Parameters
    ----------
    values : DataFrame of float, shape (n_units, n_indicators or more)
        Index: unique unit labels. NaN is missing. Columns that the structure does not name are
        left out.

    Raises
    ------
    InputError
        All faults of the table at once: missing columns, duplicate units, text, infinity; or
        values that the chosen aggregation has no answer for.
    """
    hierarchy = design.hierarchy
    table = check_values(values, hierarchy.indicators)
    prepared = prepare_values(table, design)
    # units of the reference are rates already and are not imputed
    reference = design.reference
    if reference is not None:
        reference = check_values(reference, hierarchy.indicators)
    imputed = _as(impute_columns(prepared.to_numpy(dtype=float), design), table)
    rules = {i: design.treatment_of(i) for i in hierarchy.indicators}
    treated = treat(imputed, rules, reference)
    base = treated.values if reference is None else treat(reference, rules).values
    fitted = fit_normalisers(base.to_numpy(dtype=float), design)
    leaves = apply_normalisers(treated.values.to_numpy(dtype=float), fitted)
    anchor = leaves if reference is None else apply_normalisers(base.to_numpy(dtype=float), fitted)
    chain = resolve(anchor, design)
    scores, rescaled = evaluate(leaves, design, chain)
    return IndexResult(
        values=table,
        prepared=prepared,
        imputed=imputed,
        treated=treated.values,
        normalised=_as(leaves, table),
        scores=_frame(scores, table.index, hierarchy.aggregates),
        rescaled=_frame(rescaled, table.index, tuple(rescaled)),
        treatment_log=treated.log,
        treatment=treated.indicators,
        design=design,
        chain=chain,
        anchor=anchor,
    )


def check_values(values: pd.DataFrame, indicators: tuple[str, ...]) -> pd.DataFrame:
    """Return the named columns as floats, or list everything that is wrong."""
    check_instance("values", values, pd.DataFrame)
    missing = [i for i in indicators if i not in values.columns]
    columns, units = (
        sorted({str(one) for one in labels[labels.duplicated()]})
        for labels in (values.columns, values.index)
    )
    faults = (
        ("kolom", missing, "Deze indicator staat niet in de tabel.", _ADD),
        (
            "rij",
            units,
            "Deze eenheid staat er meer dan één keer in.",
            _ONE.format("rij per eenheid"),
        ),
        ("kolom", columns, "Deze kolom staat er meer dan één keer in.", _ONE.format("kolom")),
    )
    problems = [
        Problem(what, remedy, **{place: label})
        for place, labels, what, remedy in faults
        for label in labels
    ]
    if values.empty and not missing:
        problems.append(Problem("De tabel heeft geen rijen.", "Geef minstens één eenheid op."))
    if columns:
        raise InputError(problems)
    numbers = _numbers(values[[i for i in indicators if i in values.columns]], problems)
    refuse(problems)
    return numbers


def _numbers(table: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    """Return the table as floats; add a problem for every cell that is text or infinite."""
    plain = all(isinstance(t, np.dtype) and t.kind in "fiub" for t in table.dtypes)
    numbers = table.astype(float) if plain else table.apply(pd.to_numeric, errors="coerce")
    x = numbers.to_numpy(dtype=float, na_value=np.nan)
    text = np.isnan(x) & table.notna().to_numpy()
    faults = (
        (text, "`{}` is geen getal.", "Vul een getal in, of laat de cel leeg."),
        (np.isinf(x), "De waarde is oneindig.", "Controleer de deling waar zij uit komt."),
    )
    for mask, what, remedy in faults:
        for row, column in zip(*np.nonzero(mask), strict=True) if mask.any() else ():
            problems.append(
                Problem(
                    rij=str(table.index[int(row)]),
                    kolom=str(table.columns[int(column)]),
                    wat=what.format(table.iloc[int(row), int(column)]),
                    oplossing=remedy,
                )
            )
    return pd.DataFrame(x, index=table.index, columns=table.columns)


def impute_columns(x: Array, design: IndexDesign) -> Array:
    """Fill gaps by the imputer of each indicator, shape (..., n, k); each sees the whole table."""
    hierarchy = design.hierarchy
    chosen = [design.imputer_of(i) for i in hierarchy.indicators]
    if all(isinstance(c, NoImputation) for c in chosen) or not np.isnan(x).any():
        return x
    setting = Setting(signs(design), tuple(hierarchy.parent[i] for i in hierarchy.indicators))
    filled = x.copy()
    # By identity: equal imputers would otherwise shadow one another's columns.
    for imputer in {id(c): c for c in chosen}.values():
        columns = [j for j, c in enumerate(chosen) if c is imputer]
        filled[..., columns] = imputer.fill(x, setting)[..., columns]
    return filled


def signs(design: IndexDesign) -> Array:
    """Return the directions in the order of the indicators."""
    return np.array([float(design.hierarchy.directions[i]) for i in design.hierarchy.indicators])


def fit_normalisers(x: Array, design: IndexDesign) -> FittedColumns:
    """Return the fitted normalisers with their columns: those that share one object together."""
    rules, sign = [design.normaliser_of(i) for i in design.hierarchy.indicators], signs(design)
    distinct = list({id(rule): rule for rule in rules}.values())
    if len(distinct) == 1:
        return [(slice(None), distinct[0].fit(x, sign))]
    found: FittedColumns = []
    for rule in distinct:
        columns = np.array([j for j, r in enumerate(rules) if r is rule])
        found.append((columns, rule.fit(x[..., columns], sign[columns])))
    return found


def apply_normalisers(x: Array, fitted: FittedColumns) -> Array:
    """Return normalised values, shape (..., n, k)."""
    if len(fitted) == 1:
        return fitted[0][1].transform(x)
    out = np.empty_like(x)
    for columns, rule in fitted:
        out[..., columns] = rule.transform(x[..., columns])
    return out


def effective_weights(design: IndexDesign, weights: Mapping[str, Array]) -> pd.Series[float]:
    """Return the weight of every id in its root: the product of shares on the way up."""
    share: dict[str, float] = dict.fromkeys(design.hierarchy.roots, 1.0)
    for node in reversed(design.hierarchy.nodes):
        part = weights[node.id] / weights[node.id].sum()
        for child, w in zip(node.children, part, strict=True):
            share[child] = share[node.id] * float(w)
    order = (*design.hierarchy.indicators, *design.hierarchy.aggregates)
    return pd.Series({i: share[i] for i in order}, name="effective_weight").rename_axis("id")


def prepare_values(table: pd.DataFrame, design: IndexDesign) -> pd.DataFrame:
    """Return the table after shrinkage, which imputation starts from."""
    return table if design.shrink is None else design.shrink.apply(table)


def _as(x: Array, table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(x, index=table.index, columns=table.columns)


def _frame(
    columns: Mapping[str, Array],
    index: pd.Index[Any],
    order: tuple[str, ...],
) -> pd.DataFrame:
    return pd.DataFrame({c: columns[c] for c in order}, index=index, columns=list(order))


def _flags(values: pd.DataFrame, imputed: pd.DataFrame, normalised: pd.DataFrame) -> pd.DataFrame:
    raw, filled = values.isna().to_numpy(), imputed.isna().to_numpy()
    flat = normalised.isna().to_numpy() & ~filled
    marks = np.where(raw, np.where(filled, MISSING, IMPUTED), OBSERVED)
    marks = np.where(flat, NO_SPREAD, marks)
    # as objects at once: by way of pandas' own strings it takes ten times as long
    return pd.DataFrame(marks.astype(object), values.index, values.columns, dtype=object)
