"""Stage jaren: the years up to this one side by side, like with like."""

from __future__ import annotations

from dataclasses import replace

from sia.change.panel import comparable_years
from sia.indicators import IndicatorTable
from sia.stages.inputs import Inputs
from sia.stages.run import Made
from sia.stages.weging import index_of


def make(inputs: Inputs) -> Made:
    """Put the years that have scores side by side; the result is a `Panel`, no table."""
    left_out = inputs.method("indicatoren").without
    tables = {jaar: _less(inputs.indicators(jaar), left_out) for jaar in inputs.with_scores()}
    found = comparable_years(
        tables,
        index_of(inputs, tables[max(tables)], max(tables)),
        inputs.intake(tabellen=()).areas,
        inputs.gemeente,
        inputs.method("verandering"),
        inputs.method("weging").model_correlation,
    )
    return Made({}, found)


def _less(table: IndicatorTable, left_out: tuple[str, ...]) -> IndicatorTable:
    """Return a table in which some indicators are known for no buurt, so that they drop out."""
    unknown = dict.fromkeys([name for name in left_out if name in table.values], float("nan"))
    return replace(table, values=table.values.assign(**unknown)) if unknown else table
