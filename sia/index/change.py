"""Change between two years: what is real, and what comes from revision, borders and method."""

from __future__ import annotations

import pandas as pd

from sia.index.build import build_index
from sia.index.design import IndexDesign


def decompose_change(
    before: pd.DataFrame,
    after: pd.DataFrame,
    design_before: IndexDesign,
    design_after: IndexDesign | None = None,
    *,
    revised: pd.DataFrame | None = None,
    redrawn: pd.DataFrame | None = None,
    alike: pd.DataFrame | None = None,
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
        Method of the new one; default the same. Give both goalposts or norms: with
        norms from each year's own units a score only says where a unit stands among them.
    revised : DataFrame, optional
        The old year on old borders as it is published now; default no revision.
    redrawn : DataFrame, optional
        The old year, as published now, on new borders; default the old borders still hold.
    alike : DataFrame, optional
        The old year with this year's figure wherever the two were not measured alike: new units x
        indicators. Default: all figures were.
    node : str, optional
        Aggregate; default the only root.

    Returns
    -------
    DataFrame, index of `after`
        ``before``, ``revision``, ``border``, ``method``, ``source``,
        ``real``, ``after``, ``change``. A unit without a score along the path has NaN from there.

    Raises
    ------
    ValueError
        When `node` is not an aggregate of both designs, or none is named and there are several
        roots.
    """
    method = design_after or design_before
    top = method.hierarchy.aggregate_or_root(design_before.hierarchy.aggregate_or_root(node))

    def score(values: pd.DataFrame, design: IndexDesign) -> pd.Series[float]:
        return build_index(values, design).scores[top].reindex(after.index)

    known = before if revised is None else revised
    published, as_revised = score(before, design_before), score(known, design_before)
    on_borders = as_revised if redrawn is None else score(redrawn, design_before)
    under_method = score(known if redrawn is None else redrawn, method)
    measured = under_method if alike is None else score(alike, method)
    now = score(after, method)
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
