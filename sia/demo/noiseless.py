"""The same intake without noise: what every stage would see if all figures were exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sia.demo.truth import DemoTruth
from sia.demo.write_maps import PERCENTAGES
from sia.sources.base import NOT_DELIVERED, PRESENT, Intake, SourceTable


def noiseless(intake: Intake, truth: DemoTruth, *, jaar: int | None = None) -> Intake:
    """Replace published figures by the true ones, so that a stage can be run on the truth.

    Running the same stage on this and on the real intake separates what noise, rounding and
    suppression do from what the method does. Suppressed cells get their true value; themes that
    were not delivered stay away.

    Parameters
    ----------
    intake : Intake
        What `sia.sources.registry.read_folder` read from a folder of `sia.demo.generate`.
    truth : DemoTruth
        Of the same run.
    jaar : int, optional
        Use the true values of this year in every table, so that figures that are carried forward
        are up to date too; default each table's own year.

    Returns
    -------
    Intake
        Tables of years or measures that the truth does not know (SES-WOA, Leefbaarometer,
        Startanalyse; RIVM of a year outside the run) are as they were; squares are as they were.
    """
    known = set(truth.indicatoren.index.get_level_values("jaar"))
    tables = tuple(
        _exact(table, truth, jaar or table.year) if (jaar or table.year) in known else table
        for table in intake.tables
    )
    return replace(intake, tables=tables)


def _exact(table: SourceTable, truth: DemoTruth, jaar: int) -> SourceTable:
    expected = pd.DataFrame(truth.indicatoren.loc[jaar])
    sizes = pd.DataFrame(truth.omvang.loc[jaar])
    values, reasons = table.values.copy(), table.reasons.copy()
    # the reader names the country NL, the file NL00
    codes = values.index.to_series().replace({"NL": "NL00"})
    for measure in values.columns:
        column = _true_column(str(measure), expected, sizes)
        if column is None:
            continue
        exact = column.reindex(codes).to_numpy()
        use = np.isfinite(exact) & (reasons[measure] != NOT_DELIVERED).to_numpy()
        values[measure] = np.where(use, exact, values[measure])
        reasons[measure] = np.where(use, PRESENT, reasons[measure])
    return replace(table, values=values, reasons=reasons)


def _true_column(
    measure: str, expected: pd.DataFrame, sizes: pd.DataFrame
) -> pd.Series[float] | None:
    if measure in PERCENTAGES:
        count, whole = PERCENTAGES[measure]
        below = sizes[whole].where(sizes[whole] > 0)
        return 100.0 * expected[count] / below
    return expected.get(measure)
