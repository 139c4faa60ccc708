"""The indicator table as a reader sees it."""

from __future__ import annotations

import handmade as hm

from sia.indicators import IndicatorTable, build_indicators
from sia.indicators.summary import indicator_summary, indicators_text, not_ranked

NAN = hm.NAN


def made() -> IndicatorTable:
    """Return four buurten, the last of twenty people; ``y`` is known in one of them."""
    entries = hm.indicator("x"), hm.indicator("y"), hm.indicator("z", domein="energie")
    columns = {"x": [1, 2, 3, 4], "y": [5, NAN, NAN, NAN]}
    records = hm.people(2020, 500, 500, 500, 20), hm.table(2020, columns)
    return build_indicators(hm.intake(*records), hm.GEMEENTE, 2020, hm.catalogue(*entries))


def test_every_indicator_says_what_is_known_and_why_it_is_left_out() -> None:
    table = indicator_summary(made(), hm.GEMEENTE).set_index("indicator")
    x, y, people = table.loc["X"], table.loc["Y"], table.loc["Inwoners"]
    assert (x["laagste"], x["middelste"], x["hoogste"]) == (1, 2.5, 4)
    assert (x["peiljaar van-tot"], x["telt mee"], x["waarom niet"]) == ("2020", "ja", "")
    assert y["buurten met cijfer"] == 1 and y["telt mee"] == "nee" and "%" in y["waarom niet"]
    assert table.at["Z", "peiljaar van-tot"] == ""
    assert people["waarom niet"] == "alleen ter informatie"


def test_nobody_disappears() -> None:
    out = not_ranked(made(), hm.GEMEENTE)
    assert list(out.index) == [hm.CODES[3]]
    assert "20" in out["reden"].iloc[0]
    text = indicators_text(made(), hm.GEMEENTE)
    assert text.startswith(
        "In orde: 4 buurten, waarvan 3 in de rangorde en 1 in de lijst 'niet gerangschikt'; 1 "
        "indicatoren tellen mee. Zonder cijfers dit jaar: "
    )
    assert "energie" in text and "sociaal" not in text
