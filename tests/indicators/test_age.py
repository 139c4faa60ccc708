"""Health standardised for age: the score takes it so, tables show it as it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.catalogue import load_catalogue
from sia.indicators.age import OLD, YOUNG, by_age

CATALOGUE = load_catalogue()
FOLLOWS = [entry for entry in CATALOGUE if entry.leeftijd is not None]
BUURTEN = pd.Index(["BU99990001", "BU99990002", "BU99990003"], name="buurtcode")
SHARES = pd.DataFrame({YOUNG: [16.0, 5.0, np.nan], OLD: [10.0, 60.0, 20.0]}, index=BUURTEN)


def test_the_figures_of_the_part_on_health_that_rest_on_adults_follow_age() -> None:
    health = {e.id for e in CATALOGUE if e.subdomein == "gezondheid en zorg" and e.gemodelleerd}
    assert {entry.id for entry in FOLLOWS} == health
    assert len(health) == 3


@pytest.mark.parametrize("entry", FOLLOWS, ids=lambda entry: entry.id)
def test_observed_by_expected_times_the_country(entry) -> None:  # type: ignore[no-untyped-def]
    how = entry.leeftijd
    share = 100 * SHARES[OLD] / (100 - SHARES[YOUNG])
    expected = (how.vast + how.oud * share).clip(how.land / 2, how.land * 2)
    figures = pd.DataFrame({entry.id: expected.fillna(how.land), "other": 1.0}, index=BUURTEN)
    found = by_age(figures, SHARES, CATALOGUE)
    assert found[entry.id].to_numpy() == pytest.approx(how.land), "as expected is as the country"
    assert found["other"].equals(figures["other"])
    zero = by_age(figures.assign(**{entry.id: 0.0}), SHARES, CATALOGUE)
    assert (zero[entry.id] == 0).all()


def test_margins_stay_around_their_figure_and_inside_what_is_possible() -> None:
    figures = pd.DataFrame({"ervaren_gezondheid": [60.0, 99.0, 70.0]}, index=BUURTEN)
    low, value, high = (by_age(figures + d, SHARES, CATALOGUE) for d in (-3.0, 0.0, 1.0))
    assert (low <= value).all(axis=None) and (value <= high).all(axis=None)
    assert high.max(axis=None) == 100
    assert value.loc[BUURTEN[2]].equals(figures.loc[BUURTEN[2]]), "ages unknown: as it is"


def test_without_ages_nothing_changes() -> None:
    figures = pd.DataFrame({"ervaren_gezondheid": [60.0, 90.0, 70.0]}, index=BUURTEN)
    assert by_age(figures, SHARES[[OLD]], CATALOGUE) is figures
