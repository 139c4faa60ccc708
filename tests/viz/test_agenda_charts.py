"""A partner looks alike in every chart of the agenda."""

from __future__ import annotations

import pandas as pd

from sia.viz import charts
from sia.viz.theme import QUALITATIVE

ONE = pd.DataFrame(
    {"titel": ["Riool"], "partner": ["Gemeente"], "gebied": ["Noord"], "start": [2026],
     "eind": [2027]}
)  # fmt: skip


def test_a_partner_keeps_its_colour_where_others_have_no_bar() -> None:
    first, second = (colour.lower() for colour in QUALITATIVE[:2])
    alone = charts.timeline(ONE).svg().lower()
    among = charts.timeline(ONE, {"Corporatie", "Gemeente"}).svg().lower()
    assert first in alone and second not in alone
    assert second in among and first not in among


def test_a_year_of_which_no_room_is_known_does_not_fit_by_itself() -> None:
    need = pd.DataFrame({"A": [1e6, 2e6, 3e6]}, index=[2025, 2026, 2027])
    nothing = pd.Series([float("nan")] * 3, index=need.index)
    text = charts.budget_bars(need, nothing).text
    assert "past" not in text and "Van 3 jaren is de ruimte niet bekend." in text
    partly = charts.budget_bars(need, pd.Series([2e6, 1e6], index=[2025, 2026])).text
    assert "In 1 jaar past het niet. Van 1 jaar is de ruimte niet bekend." in partly
    assert "Elk jaar past." in charts.budget_bars(need, nothing.fillna(3e6)).text
