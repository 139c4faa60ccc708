"""Change between years: growth of a figure, and what of the change of a score is real."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sia.index.build import build_index
from sia.index.checks import check_number
from sia.index.design import IndexDesign


def decompose_change(
    before: pd.DataFrame,
    after: pd.DataFrame,
    design_before: IndexDesign,
    design_after: IndexDesign | None = None,
    *,
    revised: pd.DataFrame | None = None,
    redrawn: pd.DataFrame | None = None,
    crosswalk: pd.DataFrame | None = None,
    alike: pd.DataFrame | None = None,
    growth: pd.Series[float] | None = None,
    node: str | None = None,
) -> pd.DataFrame:
    """Split the change of a score into parts that sum exactly to it.

    The score is followed along one path: the old year as published; with the figures as revised
    since; on the new borders; under the new method; with only what was measured alike in both
    years left to differ; and the new year. Each part is one step of the path, so their sum is the
    whole change to the last digit. The order (revision, borders, method, source, then reality) is
    a convention: parts that interact are counted in the later step.

    Parameters
    ----------
    before, after : DataFrame, units x indicators
        The old year as published then, on old borders; the new year, on new borders.
    design_before : IndexDesign
        Method of the old publication.
    design_after : IndexDesign, optional
        Method of the new one; default the same. Give both a frozen `reference` or goalposts: with
        norms from each year's own units a score only says where a unit stands among them.
    revised : DataFrame, optional
        The old year on old borders as it is published now; default no revision.
    redrawn : DataFrame, optional
        The old year, as published now, on new borders; default the old borders still hold.
    crosswalk : DataFrame, optional
        New units x old units: share of each new unit's population (or addresses) that lived in
        each old unit; rows sum to 1. Carries old scores to new units. Default: equal labels.
    alike : DataFrame, optional
        The old year with this year's figure wherever the two were not measured alike: new units x
        indicators. Default: all figures were. In the money of the new year.
    growth : Series, index indicator, optional
        What an amount of the old year is times in the money of the new one, which the scale of the
        new method is in; 1 where it is not there. Without it what money lost in worth would pass
        for a change of method, and with `alike` of the source or the unit.
    node : str, optional
        Aggregate; default the only root.

    Returns
    -------
    DataFrame, index of `after`
        ``before`` (carried to new units), ``revision``, ``border``, ``method``, ``source``,
        ``real``, ``after``, ``change``. A unit without a score along the path has NaN from there.

    Raises
    ------
    ValueError
        When rows of the crosswalk do not sum to 1 or units are missing from it, `node` is not an
        aggregate of both designs, or none is named and there are several roots.
    """
    method = design_after or design_before
    top = method.hierarchy.aggregate_or_root(design_before.hierarchy.aggregate_or_root(node))
    carry = _carrier(after.index, crosswalk)
    published = carry(build_index(before, design_before).scores[top])
    known = before if revised is None else revised

    def in_new_money(figures: pd.DataFrame) -> pd.DataFrame:
        return figures if growth is None else figures * growth.reindex(figures.columns).fillna(1.0)

    as_revised = carry(build_index(known, design_before).scores[top])
    if redrawn is None:
        on_borders = as_revised
        under_method = carry(build_index(in_new_money(known), method).scores[top])
    else:
        on_borders = build_index(redrawn, design_before).scores[top].reindex(after.index)
        under_method = build_index(in_new_money(redrawn), method).scores[top].reindex(after.index)
    measured = under_method
    if alike is not None:
        measured = build_index(alike, method).scores[top].reindex(after.index)
    now = build_index(after, method).scores[top]
    return pd.DataFrame(
        {
            "before": published,
            "revision": as_revised - published,
            "border": on_borders - as_revised,
            "method": under_method - on_borders,
            "source": measured - under_method,
            "real": now - measured,
            "after": now,
            "change": now - published,
        },
        index=after.index,
    )


class _Carrier:
    """Carries scores of old units to new ones."""

    def __init__(self, units: pd.Index, crosswalk: pd.DataFrame | None) -> None:
        self.units = units
        self.crosswalk = crosswalk

    def __call__(self, score: pd.Series[float]) -> pd.Series[float]:
        """Return the weighted mean of the old scores that make up each new unit."""
        if self.crosswalk is None:
            return score.reindex(self.units)
        share = self.crosswalk.reindex(index=self.units, columns=score.index).fillna(0.0)
        # An old unit without a score makes the new one's unknown, but only if it has a part in it.
        part = share.to_numpy() * np.where(share.to_numpy() > 0, score.to_numpy(), 0.0)
        return pd.Series(part.sum(axis=1), index=self.units)


def _carrier(units: pd.Index, crosswalk: pd.DataFrame | None) -> _Carrier:
    if crosswalk is not None:
        absent = [str(u) for u in units if u not in crosswalk.index]
        if absent:
            raise ValueError(f"crosswalk has no row for {absent}")
        total = crosswalk.loc[units].sum(axis=1)
        if not np.allclose(total, 1.0, atol=1e-6):
            raise ValueError("rows of the crosswalk must sum to 1")
    return _Carrier(units, crosswalk)


def percent_change(panel: pd.DataFrame, years: int = 1) -> pd.DataFrame:
    """Return 100 (x_t / x_(t - years) - 1) for every unit and year.

    Parameters
    ----------
    panel : DataFrame of float
        Index of two levels: unit, year (int); columns indicators.
    years : int
        How far back.

    Returns
    -------
    DataFrame of float, index and columns as given
        NaN where the earlier year is not there, or its figure is not above zero: a percentage of
        nothing, or of less, has no meaning.

    Raises
    ------
    ValueError
        When the index has no two levels or holds a unit and year twice.

    Examples
    --------
    >>> import pandas as pd
    >>> from sia.index import percent_change
    >>> index = pd.MultiIndex.from_product([["u"], [2021, 2022]])
    >>> percent_change(pd.DataFrame({"a": [50.0, 60.0]}, index))["a"].tolist()
    [nan, 20.0]
    """
    before = _before(panel, years)
    return (panel - before) / before * 100.0


def compound_growth(panel: pd.DataFrame, years: int) -> pd.DataFrame:
    """Return the compound annual growth rate, 100 ((x_t / x_(t - years))^(1 / years) - 1).

    The growth per year that, kept up for so many years, gives the whole change (CAGR, as in
    COINr's ``CAGR``).

    Parameters
    ----------
    panel, years
        As in `percent_change`.

    Returns
    -------
    DataFrame of float, index and columns as given
        NaN as in `percent_change`, and where the later figure is below zero.

    Raises
    ------
    ValueError
        As `percent_change`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sia.index import compound_growth
    >>> index = pd.MultiIndex.from_product([["u"], [2020, 2022]])
    >>> compound_growth(pd.DataFrame({"a": [100.0, 121.0]}, index), 2)["a"].round(6).tolist()
    [nan, 10.0]
    """
    ratio = panel / _before(panel, years)
    return (ratio.where(ratio >= 0) ** (1.0 / years) - 1.0) * 100.0


def _before(panel: pd.DataFrame, years: int) -> pd.DataFrame:
    """Return the figures of the same unit so many years before, NaN unless above zero."""
    check_number("years", years, least=1, whole=True)
    if panel.index.nlevels != 2:
        raise ValueError("a panel has an index of two levels: unit, year")
    if panel.index.duplicated().any():
        raise ValueError("a panel holds a unit and year once")
    unit, year = (panel.index.get_level_values(level) for level in (0, 1))
    place = panel.index.get_indexer(pd.MultiIndex.from_arrays([unit, year - years]))
    x = panel.to_numpy(dtype=float)
    usable = (place >= 0)[:, None] & (x[place] > 0)
    return pd.DataFrame(np.where(usable, x[place], np.nan), panel.index, panel.columns)
