"""Stage verandering: what really changed since the base year, and what may be noise."""

from __future__ import annotations

from sia.change.base_year import BaseYear, YearFigures, base_year
from sia.change.since_base import JAREN, change_since_base, change_tables, year_scores
from sia.stages.inputs import Inputs, indicator_table
from sia.stages.run import Made
from sia.stages.weging import index_of


def make(inputs: Inputs) -> Made:
    """Lay this year beside the base year; the result is a `BaseYear` and a `Verandering`.

    Both are None in the base year itself, when one of the years has no index, and when no buurt is
    in the index of both.
    """
    settings, base = inputs.method("verandering"), compared(inputs)
    areas = inputs.table("gebiedsindeling")["dia_gebied"]
    together = inputs.method("weging").model_correlation
    found = None if base is None else change_since_base(base, areas, settings, together)
    scores = {jaar: inputs.table("scores", jaar) for jaar in inputs.with_scores()}
    listed = year_scores(scores, inputs.table("gebieden").index)
    noted = {"zaad": settings.seed, "trekkingen": settings.draws}
    return Made({**change_tables(found), JAREN: listed}, (base, found), noted)


def compared(inputs: Inputs) -> BaseYear | None:
    """Return the figures of the base year, as they were published, beside those of this year."""
    base = inputs.basisjaar
    if inputs.jaar == base or base not in inputs.with_scores():
        return None
    known, run = inputs.indicators(base), inputs.run.of_year(base)
    published = indicator_table(run.as_published())
    same = published.values.equals(known.values)
    now = YearFigures(inputs.indicators(), index_of(inputs, inputs.indicators(), inputs.jaar))
    then = YearFigures(published, index_of(inputs, published, base))
    laid = base_year(now, then, None if same else known.values)
    # without one buurt that has a figure in both years there is nothing to compare
    return None if laid.comparable.empty else laid
