"""What the raw files gave one municipality."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sia.errors import InputError
from sia.sources.base import Intake
from sia.sources.coverage import coverage, intake_counts, intake_text
from tests.indicators import handmade as hm

FILES = pd.DataFrame(
    {"bron": ["cbs.kwb", "cbs.kwb", ""], "status": ["gelezen", "gelezen", "fout"]},
)


def found() -> Intake:
    """Return the map of 2020, a table of 2020 without one buurt, and one of 2019 with another."""
    later = hm.table(2020, {"x": [1, 2, 3]}, codes=hm.CODES[:3])
    earlier = hm.table(2019, {"x": [1]}, codes=["BU00010009"])
    elsewhere = hm.table(2020, {"x": [1]}, codes=["BU00020001"], source="cbs.ses")
    made = hm.intake(hm.layer(2020), later, earlier, elsewhere)
    return replace(made, files=FILES)


def test_every_file_is_counted_under_its_source() -> None:
    counts = intake_counts(FILES).set_index("bron")
    assert list(counts.columns) == ["gelezen", "overgeslagen", "fout"]
    assert list(counts.loc["cbs.kwb"]) == [2, 0, 0]
    assert list(counts.loc["(geen bekende bron)"]) == [0, 0, 1]


def test_a_table_is_compared_with_the_map_of_its_own_year_or_with_all() -> None:
    table = coverage(found(), "GM0001").set_index(["bron", "jaar"])
    assert set(table.index) == {("cbs.kwb", 2019), ("cbs.kwb", 2020), ("grenzen", 2020)}
    assert table.at[("cbs.kwb", 2020), "zonder rij"] == hm.CODES[3]
    assert table.at[("cbs.kwb", 2019), "zonder rij"] == ", ".join(hm.CODES)
    assert table.at[("grenzen", 2020), "buurten"] == 4


def test_at_most_ten_codes_are_named() -> None:
    codes = [f"BU0001{n:04d}" for n in range(14)]
    made = hm.intake(hm.layer(2020, codes), hm.table(2020, {"x": [1]}, codes=codes[:1]))
    named = coverage(made, "GM0001").set_index("bron").at["cbs.kwb", "zonder rij"]
    assert named.count("BU") == 10 and named.endswith(" ...")


def test_text_counts_faults_and_stops_when_no_buurt_was_found() -> None:
    assert intake_text(found(), "GM0001", "Proef") == (
        "In orde: 2 bestanden gelezen, LET OP: 1 met fouten; 4 buurten gevonden."
    )
    with pytest.raises(InputError, match="Geen enkel bestand heeft buurten van Elders"):
        intake_text(found(), "GM0003", "Elders")
