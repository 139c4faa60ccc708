from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sia.demo import noiseless
from sia.sources.base import NOT_DELIVERED, PRESENT, Intake

if TYPE_CHECKING:
    from tests.demo.conftest import Demo


@pytest.fixture(scope="module")
def exact(demo: Demo, intake: Intake) -> Intake:
    return noiseless(intake, demo.truth)


def test_known_measures_get_their_true_value(demo: Demo, exact: Intake) -> None:
    looked = 0
    for table in exact.tables:
        if table.source not in ("cbs.kwb", "eigen", "politie.misdrijven"):
            continue
        expected = demo.truth.indicatoren.loc[table.year]
        for measure in table.values.columns.intersection(expected.columns):
            present = table.values[measure].dropna().drop("NL", errors="ignore")
            assert np.allclose(present, expected.loc[present.index, measure])
            looked += 1
    assert looked > 600


def test_percentages_come_from_true_counts(demo: Demo, exact: Intake) -> None:
    table = next(t for t in exact.tables if t.source == "cbs.pdok" and t.year == 2020)
    share = table.values["percentage_personen_65_jaar_en_ouder"].dropna()
    count = demo.truth.indicatoren.loc[2020, "aantal_personen_65_jaar_en_ouder"]
    whole = demo.truth.omvang.loc[2020, "aantal_inwoners"]
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


def test_figures_of_one_year_can_be_put_everywhere(demo: Demo, intake: Intake) -> None:
    current = noiseless(intake, demo.truth, jaar=2023)
    table = next(t for t in current.tables if t.source == "rivm.gezondheid" and t.year == 2022)
    share = table.values["eenzaam"].dropna().drop("NL", errors="ignore")
    assert np.allclose(share, demo.truth.indicatoren.loc[2023, "eenzaam"][share.index])


def test_the_rest_of_the_intake_stays_as_it_was(intake: Intake, exact: Intake) -> None:
    assert exact.squares is intake.squares
    assert exact.areas is intake.areas
    assert [t.source for t in exact.tables] == [t.source for t in intake.tables]
