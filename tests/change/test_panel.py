"""Years side by side: what a year lacks changes nobody, and what all have moves as it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.approach import trend_from_years
from sia.change.noise import known_in, urgency_spread
from sia.change.panel import Panel, comparable_years
from sia.change.trajectories import LEFT_OUT, trajectories
from sia.gemeente import Gemeente
from sia.methode import ChangeSettings
from sia.weighing import URGENTIE
from tests.change.conftest import CATALOGUE, CODES, NAMES, worsened, year_of

HOW = ChangeSettings(min_domains=1, draws=20)
YEARS = (2020, 2022, 2024)


def side_by_side(
    figures: Sequence[pd.DataFrame], scale: pd.DataFrame, other: str = "", undrawn: str = ""
) -> Panel:
    """Return three years side by side; `other` is of another series, `undrawn` off the first."""
    years = [year_of(j, own, scale) for j, own in zip(YEARS, figures, strict=True)]
    every = list(CATALOGUE.ids)
    tables = {
        year.table.jaar: replace(
            year.table,
            areas=year.table.areas.assign(borders_year=0),
            values=year.table.values.reindex(columns=every),
            flags=year.table.flags.reindex(columns=every).astype("str"),
        )
        for year in years
    }
    first = tables[YEARS[0]].areas
    first.loc[first.index == undrawn, "geometry"] = None
    named = tables[YEARS[0]].provenance
    named.loc[named["indicator"] == other, "methode"] = "anders geteld"
    return comparable_years(tables, years[-1].index, [], Gemeente("GM0001", "Proef"), HOW)


def growing(values: pd.DataFrame) -> list[pd.DataFrame]:
    """Return three years in which one buurt worsens."""
    return [worsened(values, CODES[3], by) for by in (0.0, 4.0, 8.0)]


def test_years_with_the_same_indicators_keep_their_own_urgentie(
    values: pd.DataFrame, scale: pd.DataFrame
) -> None:
    figures = growing(values)
    panel = side_by_side(figures, scale)
    assert panel.jaren == YEARS and set(panel.indicatoren) == set(NAMES)
    for jaar, own in zip(YEARS, figures, strict=True):
        assert np.allclose(panel.urgentie()[jaar], year_of(jaar, own, scale).index.scores[URGENTIE])
    assert panel.urgentie().loc[CODES[3]].is_monotonic_increasing


@given(
    name=st.sampled_from(NAMES),
    without=st.sampled_from([0, 1]),
    other=st.floats(-30, 30),
    lacking=st.sampled_from([*CODES[2:5], None]),
)
@settings(max_examples=12)
def test_an_indicator_that_one_year_lacks_changes_no_trend(
    values: pd.DataFrame,
    scale: pd.DataFrame,
    name: str,
    without: int,
    other: float,
    lacking: str | None,
) -> None:
    """Whatever the other earlier year says of it; all buurten lack it, or one."""
    rows = list(CODES) if lacking is None else [lacking]
    figures, steady = growing(values), growing(values)
    figures[without].loc[rows, name] = np.nan
    figures[1 - without].loc[rows, name] += other
    for year in steady[:2]:
        year.loc[rows, name] = steady[2].loc[rows, name]
    found, wanted = side_by_side(figures, scale), side_by_side(steady, scale)
    assert not found.gelijk.loc[rows, name].any()
    assert (name in found.indicatoren) == (lacking is not None)
    trend = trend_from_years(found.urgentie())
    pd.testing.assert_frame_equal(trend, trend_from_years(wanted.urgentie()))


def test_a_figure_of_another_series_shows_no_change(
    values: pd.DataFrame, scale: pd.DataFrame
) -> None:
    figures, steady = growing(values), growing(values)
    for year in steady[:2]:
        year[NAMES[1]] = steady[2][NAMES[1]]
    found, wanted = side_by_side(figures, scale, NAMES[1]), side_by_side(steady, scale)
    assert set(found.indicatoren) == set(NAMES) - {NAMES[1]}
    pd.testing.assert_frame_equal(found.urgentie(), wanted.urgentie())


def test_a_figure_that_is_held_has_no_error(values: pd.DataFrame, scale: pd.DataFrame) -> None:
    figures = growing(values)
    figures[0][NAMES[0]] = np.nan
    panel, whole = side_by_side(figures, scale), side_by_side(growing(values), scale)
    for jaar in YEARS:
        below, error = known_in(panel, jaar)
        assert below is not None and below[NAMES[0]].isna().all()
        assert set(error.scale) == set(NAMES[1:])
    held, free = (urgency_spread(one, HOW).mean() for one in (panel, whole))
    assert (held > 0).all() and (held < free).all()


def test_a_buurt_without_a_border_of_a_year_says_so(
    values: pd.DataFrame, scale: pd.DataFrame
) -> None:
    panel = side_by_side(growing(values), scale, undrawn=CODES[4])
    kinds = pd.DataFrame({"type": 1, "typenaam": "dorp", "zekerheid": 0.9}, CODES)
    kinds = kinds.assign(tweede_type=2).astype({"type": "Int64", "tweede_type": "Int64"})
    found = trajectories(panel, dict.fromkeys(YEARS, kinds), None, HOW).buurten
    assert found.at[CODES[4], "toelichting"] == "De grens van 2020 of 2024 is onbekend."
    assert (found["oordeel"] == LEFT_OUT).sum() == 1
