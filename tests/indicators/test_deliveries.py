"""Own tables come from the file that the configuration names; two that differ stop the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import handmade as hm
import pandas as pd
import pytest

from sia.errors import InputError
from sia.gemeente import EigenTabel, Gemeente
from sia.indicators.deliveries import bound, jumps, passed_over
from sia.sources.base import SourceTable

NAMED = Gemeente(
    code="GM0001",
    naam="Proef",
    eigen_tabellen=(EigenTabel("goed_*.csv", {"leeg": "winkelleegstand"}),),
)


def _own(file: str, **columns: list[float]) -> SourceTable:
    table = hm.table(2020, columns, source="eigen")
    return replace(table, origin=replace(table.origin, path=Path("data/raw") / file))


@pytest.mark.parametrize("column", ["leeg", "winkelleegstand"])
def test_an_indicator_comes_from_the_file_that_the_configuration_names(column: str) -> None:
    good = _own("goed_2020.csv", leeg=[8, 8, 8, 8])
    draft = _own("aaa_concept.csv", **{column: [50, 50, 50, 50]})
    tables = bound([draft, good], NAMED, hm.people(2020).values.index)
    held = {t.origin.path.name: list(t.values) for t in tables}
    assert held["goed_2020.csv"] == ["winkelleegstand"]
    assert "winkelleegstand" not in held["aaa_concept.csv"]


def test_a_file_that_is_passed_over_says_which_is_used() -> None:
    told = passed_over([_own("concept.csv", leeg=[1, 1, 1, 1]), _own("goed_1.csv")], NAMED)
    assert list(told) == ["data/raw/concept.csv"]
    assert "de gemeente noemt daarvoor goed_*.csv" in told["data/raw/concept.csv"]


def test_two_own_tables_that_differ_are_both_named() -> None:
    one, two = _own("a.csv", x=[1, 2, 3, 4]), _own("b.csv", x=[1, 2, 3, 5])
    with pytest.raises(InputError) as caught:
        bound([one, two], hm.GEMEENTE, one.values.index)
    assert "a.csv en b.csv" in str(caught.value)
    assert "BU00010003 4 en 5" in str(caught.value)
    assert bound([one, one], hm.GEMEENTE, one.values.index) == [one, one]


def test_formats_of_one_delivery_may_round_and_another_edition_may_not() -> None:
    codes = hm.people(2020).values.index
    exact = hm.table(2020, {"x": [10.04, 1000, 0.3, float("nan")]})
    rounded = hm.table(2020, {"x": [10.0, 1001, 0.3, 7]})
    assert len(bound([exact, rounded], hm.GEMEENTE, codes)) == 2
    with pytest.raises(InputError, match="andere cijfers voor x in 2020"):
        bound([exact, hm.table(2020, {"x": [10.04, 1100, 0.3, 7]})], hm.GEMEENTE, codes)


@pytest.mark.parametrize(
    ("factor", "said"),
    [(100, "100 keer zo groot"), (0.001, "1000 keer zo klein"), (3, ""), (1, "")],
)
def test_a_jump_of_a_power_of_ten_is_a_question(factor: float, said: str) -> None:
    then = hm.table(2019, {"x": [1, 2, 3, float("nan")]}, source="eigen")
    now = hm.table(2020, {"x": [v * factor for v in (1.1, 1.9, 3, 4)]}, source="eigen")
    told = jumps([now, then])
    assert said in "".join(told.values())
    assert bool(told) == bool(said)


@pytest.mark.parametrize(
    ("unit", "factor", "said"),
    [
        ("1.000 euro", 1000, "ongeveer 1000 keer zo groot als in het land"),
        ("%", 0.01, "ongeveer 100 keer zo klein als in het land"),
        ("1.000 euro", 1.4, ""),
        ("km", 10, ""),
        ("aantal", 1000, ""),
    ],
)
def test_a_unit_that_is_not_that_of_the_country_is_a_question(
    unit: str, factor: float, said: str
) -> None:
    near = hm.table(2020, {"x": [factor * value for value in (1.3, 2, 2.5, 3)]}, source="eigen")
    near = replace(near, measures=near.measures.assign(unit=unit))
    wide = hm.table(2020, {"x": [1, 2, 2, 3]}, source="cbs.kwb")
    index = [f"BU0001{place:04d}" for place in range(4_000)]
    values = pd.DataFrame({"x": [1.0, 2, 2, 3] * 1_000}, index=index)
    told = jumps([near, replace(wide, values=values)])
    assert said in "".join(told.values())
    assert bool(told) == bool(said)
