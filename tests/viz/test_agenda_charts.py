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
