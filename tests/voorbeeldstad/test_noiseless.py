from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks._noiseless import noiseless
from sia.sources.base import NOT_DELIVERED, PRESENT, Intake

if TYPE_CHECKING:
    from tests.voorbeeldstad.conftest import Demo

YEAR = 2023


@pytest.fixture(scope="module")
def exact(demo: Demo, intake: Intake) -> Intake:
    return noiseless(intake, demo.truth, YEAR)


def test_known_measures_get_their_true_value(demo: Demo, exact: Intake) -> None:
    looked = 0
    expected = demo.truth.indicatoren.loc[YEAR]
    for table in exact.tables:
        if table.source not in ("cbs.kwb", "eigen", "politie.misdrijven") or table.year < 2021:
            continue
        for measure in table.values.columns.intersection(expected.columns):
            present = table.values[measure].dropna().drop("NL", errors="ignore")
            assert np.allclose(present, expected.loc[present.index, measure])
            looked += 1
    assert looked > 400


def test_percentages_come_from_true_counts(demo: Demo, exact: Intake) -> None:
    table = next(t for t in exact.tables if t.source == "cbs.pdok" and t.year == 2022)
    share = table.values["percentage_personen_65_jaar_en_ouder"].dropna()
    count = demo.truth.indicatoren.loc[YEAR, "aantal_personen_65_jaar_en_ouder"]
    whole = demo.truth.omvang.loc[YEAR, "aantal_inwoners"]
    assert np.allclose(share, 100 * count[share.index] / whole[share.index])
    # no longer whole numbers: nothing is rounded
    assert (share % 1 != 0).mean() > 0.9


def test_suppressed_cells_are_filled_and_undelivered_themes_are_not(
    intake: Intake, exact: Intake
) -> None:
    before = {(t.source, t.year): t for t in intake.tables if t.source == "cbs.kwb"}
    filled = 0
    for table in exact.tables:
        if table.source != "cbs.kwb":
            continue
        was = before[table.source, table.year]
        undelivered = was.reasons == NOT_DELIVERED
        assert table.values.where(undelivered).isna().all(axis=None)
        assert ((table.reasons == PRESENT) == table.values.notna()).all(axis=None)
        filled += int((table.values.notna() & was.values.isna()).to_numpy().sum())
    assert filled > 100


def test_figures_of_another_year_are_brought_up_to_date(demo: Demo, exact: Intake) -> None:
    table = next(t for t in exact.tables if t.source == "rivm.gezondheid" and t.year == 2022)
    share = table.values["eenzaam"].dropna().drop("NL", errors="ignore")
    assert np.allclose(share, demo.truth.indicatoren.loc[YEAR, "eenzaam"][share.index])


def test_the_rest_of_the_intake_stays_as_it_was(intake: Intake, exact: Intake) -> None:
    assert exact.squares is intake.squares
    assert exact.areas is intake.areas
    assert [t.source for t in exact.tables] == [t.source for t in intake.tables]
