"""The same intake without noise: what every stage would see if all figures were exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sia.sources.base import NOT_DELIVERED, PRESENT, Intake, SourceTable
from voorbeeldstad import DemoTruth
from voorbeeldstad.write_maps import PERCENTAGES


def noiseless(intake: Intake, truth: DemoTruth, jaar: int) -> Intake:
    """Replace published figures by the true ones, so that a stage can be run on the truth.

    Running the same stage on this and on the real intake separates what noise, rounding and
    suppression do from what the method does. Suppressed cells get their true value; themes that
    were not delivered stay away.

    Parameters
    ----------
    intake : Intake
        What `sia.sources.registry.read_folder` read from a folder of `voorbeeldstad.generate`.
    truth : DemoTruth
        Of the same run.
    jaar : int
        The true values of this year come in every table, so that figures that are carried forward
        are up to date too.

    Returns
    -------
    Intake
        What the truth does not know (SES-WOA, Leefbaarometer, Startanalyse, squares) is as it was.
    """
    expected, sizes = truth.indicatoren.loc[jaar], truth.omvang.loc[jaar]
    exact = {
        **expected,
        **{
            name: 100.0 * expected[count] / sizes[whole].where(sizes[whole] > 0)
            for name, (count, whole) in PERCENTAGES.items()
        },
    }
    return replace(intake, tables=tuple(_exact(table, exact) for table in intake.tables))


def _exact(table: SourceTable, exact: dict[str, pd.Series[float]]) -> SourceTable:
    values, reasons = table.values.copy(), table.reasons.copy()
    # the reader names the country NL, the file NL00
    codes = values.index.to_series().replace({"NL": "NL00"})
    for measure in values.columns.intersection(list(exact)):
        column = exact[measure].reindex(codes).to_numpy()
        use = np.isfinite(column) & (reasons[measure] != NOT_DELIVERED).to_numpy()
        values[measure] = np.where(use, column, values[measure])
        reasons[measure] = np.where(use, PRESENT, reasons[measure])
    return replace(table, values=values, reasons=reasons)
