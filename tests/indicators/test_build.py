"""The indicator table on sources made by hand: every rule, and what must never happen."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import handmade as hm
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sia.catalogue import Besluit, Bron, load_catalogue
from sia.errors import InputError
from sia.gemeente import EigenTabel, Gemeente, Stadsdeel
from sia.indicators import MISSING, IndicatorTable, build_indicators
from sia.report.source_lines import catalogue_frame
from sia.schemas import validate
from sia.sources.base import LATER, NO_ROW, NOT_DELIVERED, SECRET, SourceTable
from sia.sources.registry import read_folder

A, B, C, D = hm.CODES
NAN = hm.NAN


def build(catalogue, jaar: int, *records, gemeente: Gemeente = hm.GEMEENTE) -> IndicatorTable:
    return build_indicators(hm.intake(*records), gemeente, jaar, catalogue)


def test_value_of_the_year_is_observed() -> None:
    x = hm.indicator("x")
    made = build(hm.catalogue(x), 2020, hm.people(2020), hm.table(2020, {"x": [1, 2, 3, 4]}))
    assert made.values["x"].tolist() == [1, 2, 3, 4]
    assert set(made.flags["x"]) == {"waargenomen"}
    assert set(made.years["x"]) == {2020}


def test_missing_keeps_its_reason_and_is_not_zero() -> None:
    x = hm.indicator("x")
    source = hm.table(2020, {"x": [0, NAN, 3, 4]}, reason=LATER)
    made = build(hm.catalogue(x), 2020, hm.people(2020), source)
    assert made.values.at[A, "x"] == 0
    assert np.isnan(made.values.at[B, "x"])
    assert made.flags.at[B, "x"] == MISSING + LATER
    assert pd.isna(made.years.at[B, "x"])


def test_a_wijk_that_no_source_names_is_called_by_its_number() -> None:
    made = build(hm.catalogue(hm.indicator("x")), 2020, hm.people(2020))
    assert set(made.areas["wijknaam"]) == {f"Wijk {code[6:8]}" for code in made.areas.index}


def test_indicator_without_source_is_all_missing_and_still_there() -> None:
    made = build(hm.catalogue(hm.indicator("x")), 2020, hm.people(2020))
    assert made.values["x"].isna().all()
    assert set(made.flags["x"]) == {MISSING + NOT_DELIVERED}
    assert made.norms.at["x", "n"] == 0


@pytest.mark.parametrize(("age", "kept"), [(0, True), (1, True), (2, True), (3, False)])
def test_carries_forward_up_to_the_limit(age: int, kept: bool) -> None:
    x = hm.indicator("x", meenemen=2)
    source = hm.table(2020 - age, {"x": [1, 2, 3, 4]})
    made = build(hm.catalogue(x), 2020, hm.people(2020), source)
    assert made.values["x"].notna().all() == kept
    if kept:
        assert set(made.years["x"]) == {2020 - age}
        assert set(made.flags["x"]) == {"overgenomen" if age else "waargenomen"}


def test_nothing_of_a_later_year_is_used() -> None:
    x = hm.indicator("x", meenemen=4)
    made = build(hm.catalogue(x), 2020, hm.people(2020), hm.table(2021, {"x": [1, 2, 3, 4]}))
    assert made.values["x"].isna().all()


def test_gap_is_filled_per_cell_from_an_earlier_year() -> None:
    x = hm.indicator("x", meenemen=2)
    made = build(
        hm.catalogue(x),
        2020,
        hm.people(2020),
        hm.table(2020, {"x": [1, NAN, 3, 4]}),
        hm.table(2019, {"x": [9, 9, 9, 9]}),
    )
    assert made.values["x"].tolist() == [1, 9, 3, 4]
    assert made.flags["x"].tolist() == ["waargenomen", "overgenomen", "waargenomen", "waargenomen"]
    assert made.years["x"].tolist() == [2020, 2019, 2020, 2020]


def test_reference_year_counts_and_not_the_delivery() -> None:
    x = hm.indicator("x", meenemen=1)
    late = hm.table(2020, {"x": [1, 2, 3, 4]}, peiljaren={"x": 2018})
    made = build(hm.catalogue(x), 2020, hm.people(2020), late)
    assert made.values["x"].isna().all()


def test_newer_year_goes_before_preferred_source() -> None:
    x = hm.indicator("x", Bron("cbs.kwb", maat="x"), Bron("cbs.pdok", maat="x"), meenemen=2)
    made = build(
        hm.catalogue(x),
        2020,
        hm.people(2020),
        hm.table(2019, {"x": [1, 1, 1, 1]}),
        hm.table(2020, {"x": [2, 2, NAN, 2]}, source="cbs.pdok"),
    )
    assert made.values["x"].tolist() == [2, 2, 1, 2]


def test_preferred_source_goes_first_within_a_year_and_the_next_fills_its_gaps() -> None:
    x = hm.indicator("x", Bron("cbs.pdok", maat="x"), Bron("cbs.kwb", maat="x"))
    made = build(
        hm.catalogue(x),
        2020,
        hm.people(2020),
        hm.table(2020, {"x": [1, 1, 1, 1]}),
        hm.table(2020, {"x": [2, NAN, 2, 2]}, source="cbs.pdok"),
    )
    assert made.values["x"].tolist() == [2, 1, 2, 2]
    used = made.provenance[made.provenance["indicator"] == "x"].set_index("bron")["cellen"]
    assert used.to_dict() == {"cbs.pdok": 3, "cbs.kwb": 1}


def test_methods_are_never_mixed_in_one_column() -> None:
    x = hm.indicator(
        "x",
        Bron("cbs.kwb", maat="oud", methode="oud"),
        Bron("politie.misdrijven", maat="nieuw", methode="nieuw"),
    )
    made = build(
        hm.catalogue(x),
        2020,
        hm.layer(2020),
        hm.table(2020, {"oud": [1, 2, 3], "aantal_inwoners": [500] * 3}, codes=[A, B, C]),
        hm.table(2020, {"nieuw": [30, 40]}, codes=[C, D], source="politie.misdrijven"),
    )
    assert made.values["x"].tolist()[:3] == [1, 2, 3]
    assert made.flags.at[D, "x"] == MISSING + "alleen volgens een andere methode bekend"


@pytest.mark.parametrize(
    ("jaar", "column", "filled", "empty"),
    [(2024, "p_ink_ar", "armoede", "laag_inkomen"), (2023, "p_hh_lkk", "laag_inkomen", "armoede")],
)
def test_poverty_of_a_delivery_goes_to_the_indicator_of_its_method(
    tmp_path: Path, jaar: int, column: str, filled: str, empty: str
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["gwb_code", "regio", "a_inw", "a_hh", "bev_dich", column])
    for number, code in enumerate(hm.CODES):
        sheet.append([code, f"Buurt {number}", 900, 400, 1000, 5.5 + number])
    path = tmp_path / f"kwb-{jaar}.xlsx"
    book.save(path)
    made = build_indicators(read_folder(path), hm.GEMEENTE, jaar)
    assert made.values[filled].tolist() == [5.5, 6.5, 7.5, 8.5]
    assert made.values[empty].isna().all()


CITY = [f"BU0001{number:04d}" for number in range(10)]


@pytest.mark.parametrize(
    ("jaar", "gaps", "expected"),
    [(2023, 1, "gap filled"), (2024, 1, "gap stays"), (2024, 4, "old method")],
)
def test_vacancy_of_one_definition_does_not_fill_gaps_of_the_other(
    jaar: int, gaps: int, expected: str
) -> None:
    entry = load_catalogue()["leegstand"]
    measure, stock = "percentage_leegstand_woningen", {"woningvoorraad": [300] * 10}
    made = build(
        hm.catalogue(entry),
        jaar,
        hm.people(jaar, codes=CITY),
        hm.table(jaar - 1, {measure: [9] * 10, **stock}, codes=CITY),
        hm.table(jaar, {measure: [NAN] * gaps + [1] * (10 - gaps), **stock}, codes=CITY),
    )
    values = made.values["leegstand"]
    assert made.provenance.query("indicator == 'leegstand'")["methode"].nunique() == 1
    if expected == "gap filled":
        assert values.tolist() == [9] + [1] * 9
    elif expected == "gap stays":
        assert np.isnan(values.iloc[0]) and values.iloc[1:].tolist() == [1] * 9
        assert made.flags["leegstand"].iloc[0] == MISSING + SECRET
    else:
        assert values.tolist() == [9] * 10


def test_year_range_of_a_source_is_kept() -> None:
    x = hm.indicator("x", Bron("cbs.kwb", maat="a", tot=2019), Bron("cbs.kwb", maat="b", van=2020))
    source = hm.table(2020, {"a": [1, 1, 1, 1], "b": [2, 2, 2, 2]})
    made = build(hm.catalogue(x), 2020, hm.people(2020), source)
    assert made.values["x"].tolist() == [2, 2, 2, 2]


RATE = Bron(
    "politie.misdrijven",
    teller=("k",),
    noemer=("aantal_inwoners",),
    noemer_bronnen=("cbs.kwb",),
    schaal=1000.0,
)


def test_rate_is_computed_with_a_denominator_of_another_source() -> None:
    x = hm.indicator("x", RATE, noemer=("aantal_inwoners",), schaal=1000.0)
    crime = hm.table(2020, {"k": [5, 0, 5, NAN]}, source="politie.misdrijven")
    made = build(hm.catalogue(x), 2020, hm.people(2020, 1000, 500, 0, 500), crime)
    assert made.values["x"].tolist()[:2] == [5, 0]
    assert made.values["x"].isna().tolist() == [False, False, True, True]
    assert made.flags.at[C, "x"] == MISSING + "noemer onbekend of nul"
    assert made.denominators.at[A, "x"] == 1000


def test_denominator_comes_from_the_nearest_year_and_not_further_than_two() -> None:
    x = hm.indicator("x", RATE)
    crime = hm.table(2020, {"k": [5, 5, 5, 5]}, source="politie.misdrijven")
    near = build(hm.catalogue(x), 2020, hm.people(2018, 100, 100, 100, 100), crime)
    assert near.values["x"].tolist() == [50] * 4
    far = build(hm.catalogue(x), 2020, hm.people(2017, 100, 100, 100, 100), crime, hm.layer(2020))
    assert far.values["x"].isna().all()


def test_small_denominator_and_publication_threshold_withhold() -> None:
    x = hm.indicator(
        "x",
        RATE,
        minimum_noemer=50.0,
        noemer=("aantal_inwoners",),
        noemer_eenheid="inwoners",
    )
    y = hm.indicator(
        "y", noemer=("aantal_inwoners",), noemer_eenheid="inwoners", publicatiedrempel=100.0
    )
    crime = hm.table(2020, {"k": [5, 5, 5, 5]}, source="politie.misdrijven")
    income = hm.table(2020, {"y": [1, 2, 3, 4]})
    numbers = hm.people(2020, 49, 50, 99, 100)
    made = build(hm.catalogue(x, y), 2020, numbers, crime, income)
    assert made.flags.at[A, "x"] == MISSING + "noemer te klein (minder dan 50 inwoners)"
    assert made.values["x"].notna().tolist() == [False, True, True, True]
    reason = MISSING + "onder de publicatiedrempel (minder dan 100 inwoners)"
    assert made.flags["y"].tolist() == [reason] * 3 + ["waargenomen"]
    assert made.values["y"].isna().tolist() == [True, True, True, False]


def test_unknown_denominator_leaves_a_published_value() -> None:
    x = hm.indicator("x", noemer=("woningvoorraad",), publicatiedrempel=100.0)
    made = build(hm.catalogue(x), 2020, hm.people(2020), hm.table(2020, {"x": [1, 2, 3, 4]}))
    assert made.values["x"].notna().all()
    assert made.denominators["x"].isna().all()


def test_households_stand_in_for_dwellings_that_are_not_counted_yet() -> None:
    x = hm.indicator(
        "x", noemer=("woningvoorraad",), noemer_eenheid="woningen", publicatiedrempel=20.0
    )
    figures = hm.table(2020, {"x": [1, 2, 3, 4], "aantal_huishoudens": [19, 20, 500, NAN]})
    made = build(hm.catalogue(x), 2020, hm.people(2020), figures)
    assert made.values["x"].isna().tolist() == [True, False, False, False]
    assert made.denominators["x"].tolist()[1:3] == [20, 500]


def test_a_figure_of_too_few_is_not_replaced_by_an_older_one_of_them() -> None:
    x = hm.indicator(
        "x",
        noemer=("aantal_inwoners",),
        noemer_eenheid="inwoners",
        publicatiedrempel=100.0,
        meenemen=4,
    )
    old, new = hm.table(2017, {"x": [1, 2, 3, 4]}), hm.table(2020, {"x": [5, 6, NAN, 8]})
    made = build(
        hm.catalogue(x), 2020, hm.people(2020, 50, 500, 500, 500), old, new, hm.layer(2020)
    )
    assert made.values["x"].fillna(0).tolist() == [0, 6, 3, 8]
    assert "publicatiedrempel" in made.flags.at[A, "x"]


@pytest.mark.parametrize(("jaar", "name"), [(2020, "Nieuw"), (2017, "Vroeger")])
def test_a_figure_is_called_as_the_method_that_gave_it(jaar: int, name: str) -> None:
    new = Bron("cbs.kwb", maat="x", van=2020, methode="nieuw")
    old = Bron("cbs.kwb", maat="x", tot=2019, methode="oud", heet="Vroeger")
    x = dataclasses.replace(hm.indicator("x", new, old), naam="Nieuw")
    made = build(hm.catalogue(x), jaar, hm.people(jaar), hm.table(jaar, {"x": [1, 2, 3, 4]}))
    assert catalogue_frame(made, fictief=False).at["x", "naam"] == name


def test_denominator_as_share_of_a_count() -> None:
    bron = Bron(
        "cbs.kwb",
        teller=("k",),
        noemer=("p1", "p2"),
        noemer_deel_van="aantal_inwoners",
        schaal=100.0,
    )
    source = hm.table(
        2020,
        {
            "k": [6, 6, 6, 6],
            "p1": [20, 20, 20, NAN],
            "p2": [40, 40, 40, 40],
            "aantal_inwoners": [100, 200, 50, 100],
        },
    )
    made = build(hm.catalogue(hm.indicator("x", bron)), 2020, source)
    assert made.values["x"].tolist()[:3] == [10, 5, 20]
    assert np.isnan(made.values.at[D, "x"])


def test_impossible_value_is_withheld_with_a_reason() -> None:
    x = hm.indicator("x", minimum=0.0, maximum=100.0)
    made = build(hm.catalogue(x), 2020, hm.people(2020), hm.table(2020, {"x": [-1, 101, 0, 100]}))
    assert made.flags["x"].tolist()[:2] == [MISSING + "onmogelijke waarde in de bron"] * 2
    assert made.values["x"].notna().tolist() == [False, False, True, True]


def test_modelled_figures_say_so() -> None:
    x = hm.indicator("x", Bron("rivm.gezondheid", maat="x"))
    y = hm.indicator("y", gemodelleerd=True)
    source = hm.table(2020, {"x": [1, 2, 3, 4]}, source="rivm.gezondheid", modelled=True)
    plain = hm.table(2020, {"y": [1, 2, 3, 4]})
    made = build(hm.catalogue(x, y), 2020, hm.people(2020), source, plain)
    assert set(made.flags["x"]) == {"model"}
    assert set(made.flags["y"]) == {"model"}


def test_published_margins_come_with_exactly_the_cell_that_gave_the_value() -> None:
    x = hm.indicator("x", Bron("cbs.kwb", maat="x", schaal=10.0), meenemen=2)
    made = build(
        hm.catalogue(x),
        2020,
        hm.people(2020),
        hm.table(2020, {"x": [1, NAN, NAN, 4]}, margin=0.5),
        hm.table(2019, {"x": [9, 2, NAN, 9]}, margin=1.0),
    )
    assert made.lower.at[A, "x"] == 5 and made.upper.at[A, "x"] == 15
    assert made.lower.at[B, "x"] == 10 and made.upper.at[B, "x"] == 30
    assert made.lower.loc[[C], "x"].isna().all() and made.upper.loc[[C], "x"].isna().all()
    assert made.lower["inwoners"].isna().all()
    assert made.frames()["marges_laag"] is made.lower


def test_margins_in_a_file_of_health_reach_the_table(tmp_path: Path) -> None:
    key = {"Leeftijd": "20300", "Perioden": "2020JJ00"}
    rows = [
        {**key, "WijkenEnBuurten": code, "Marges": margin, "Roker_1": 20.0 + number + shift}
        for number, code in enumerate(hm.CODES)
        for margin, shift in (("MW00000", 0), ("MOG0095", -2.5), ("MBG0095", 3.5))
    ]
    path = tmp_path / "50150NED_2020_TypedDataSet.json"
    path.write_text(json.dumps({"value": rows}))
    (health,) = read_folder(path).tables
    smokers = hm.indicator("rokers", Bron("rivm.gezondheid", maat="roker"))
    made = build(hm.catalogue(smokers), 2020, hm.people(2020), health)
    assert made.lower["rokers"].tolist() == [17.5, 18.5, 19.5, 20.5]
    assert made.values["rokers"].tolist() == [20, 21, 22, 23]
    assert made.upper["rokers"].tolist() == [23.5, 24.5, 25.5, 26.5]


def test_a_value_without_margins_gets_none_from_another_table() -> None:
    x = hm.indicator("x", meenemen=2)
    made = build(
        hm.catalogue(x),
        2020,
        hm.people(2020),
        hm.table(2020, {"x": [1, 2, 3, 4]}),
        hm.table(2019, {"x": [1, 2, 3, 4]}, margin=1.0),
    )
    assert made.values["x"].notna().all()
    assert made.lower["x"].isna().all() and made.upper["x"].isna().all()
    assert made.lower.shape == made.values.shape


def test_buurt_without_a_row_says_so_and_stays() -> None:
    x = hm.indicator("x")
    source = hm.table(2020, {"x": [1, 2]}, codes=[A, B])
    made = build(hm.catalogue(x), 2020, hm.people(2020), source)
    assert made.flags.at[D, "x"] == MISSING + NO_ROW


def test_roster_is_the_union_of_borders_and_cbs_rows() -> None:
    made = build(
        hm.catalogue(), 2020, hm.layer(2021, [A, B, C]), hm.people(2020, 1, 2, codes=[A, D])
    )
    assert made.areas.index.tolist() == [A, B, C, D]
    assert made.areas["borders_year"].tolist() == [2021, 2021, 2021, 0]
    assert made.areas.geometry.is_empty.tolist() == [False, False, False, True]
    account = made.verantwoording["toelichting"]
    assert "geen rij in cbs.kwb 2020" in account[B]
    assert "geen grens in de kaart van 2021" in account[D]


ALL = "GM0001"


def test_the_figures_of_the_year_are_the_list_of_buurten() -> None:
    old = hm.layer(2015, hm.CODES)
    whole = hm.people(2020, 1, 2, 3, 6, codes=[A, B, "BU00010099", ALL])
    made = build(hm.catalogue(), 2020, old, whole)
    assert made.areas.index.tolist() == [A, B, "BU00010099"]
    assert made.areas["borders_year"].tolist() == [2015, 2015, 0]
    gone = made.verantwoording.loc[C]
    assert not gone["opgenomen"]
    assert "komt alleen voor in de kaart van 2015" in gone["toelichting"]


def test_without_cbs_the_other_tables_of_the_year_are_the_list() -> None:
    crime = hm.table(2020, {"x": [1] * 3}, codes=[A, B, "BU00010099"], source="politie.misdrijven")
    made = build(hm.catalogue(), 2020, hm.layer(2015), crime)
    assert made.areas.index.tolist() == [A, B, "BU00010099"]


def test_what_cbs_leaves_out_of_a_whole_list_stays_when_two_others_know_it() -> None:
    whole = hm.people(2020, 1, 2, 3, codes=[A, B, ALL])
    crime = hm.table(2020, {"x": [1, 1]}, codes=[C, "BU00010099"], source="politie.misdrijven")
    made = build(hm.catalogue(), 2020, hm.layer(2015), whole, crime)
    assert made.areas.index.tolist() == [A, B, C]


def test_a_border_of_another_year_is_drawn_where_name_and_size_agree() -> None:
    names = ["Buurt 00", "Heel iets anders", "Buurt 02", "Buurt 03"]
    size = hm.table(
        2020, {"aantal_inwoners": [1] * 4, "oppervlakte_totaal_in_ha": [1, 1, 40, NAN]}, names=names
    )
    made = build(hm.catalogue(), 2020, hm.layer(2015), size)
    assert made.areas["borders_year"].tolist() == [2015, 0, 0, 2015]
    assert "Wordt niet getekend" in made.verantwoording.at[B, "toelichting"]
    assert set(build(hm.catalogue(), 2020, hm.layer(2020), size).areas["borders_year"]) == {2020}


def _wijk_of(map_sizes: list[float], now: list[float]) -> list[int]:
    """Return the border years of four square buurten of a map of 2015 with these sizes (ha)."""
    layer = hm.layer(2015)
    squares = [shapely.box(0, 0, (10_000 * ha) ** 0.5, (10_000 * ha) ** 0.5) for ha in map_sizes]
    drawn = dataclasses.replace(layer, frame=layer.frame.set_geometry(squares, crs=28992))
    names = layer.frame["naam"].tolist()
    size = hm.table(
        2020, {"aantal_inwoners": [1] * 4, "oppervlakte_totaal_in_ha": now}, names=names
    )
    return build(hm.catalogue(), 2020, drawn, size).areas["borders_year"].tolist()


def test_a_coarse_border_of_a_small_buurt_is_drawn() -> None:
    # 20 ha: 1.8 km of border, of which 20 m is 3.6 ha; 8 ha is too much for a coarse line
    assert _wijk_of([20, 20, 500, 20], [23.5, 28, 540, 20]) == [2015, 0, 2015, 2015]


def test_codes_that_were_given_to_other_places_are_not_drawn_where_size_fits_by_chance() -> None:
    assert _wijk_of([458, 141, 256, 210], [29, 141, 101, 199]) == [0, 0, 0, 0]
    assert _wijk_of([458, 141, 256, 210], [29, 141, 250, 199]) == [0, 2015, 2015, 2015]


def test_border_layer_of_the_year_goes_before_any_other() -> None:
    layers = [hm.layer(year) for year in (2018, 2020, 2021)]
    assert set(build(hm.catalogue(), 2020, *layers).areas["borders_year"]) == {2020}
    assert set(build(hm.catalogue(), 2019, *layers[::2]).areas["borders_year"]) == {2018}
    assert set(build(hm.catalogue(), 2023, *layers[:2]).areas["borders_year"]) == {2020}


def test_rows_of_other_years_and_sources_are_accounted_for_and_not_added() -> None:
    other = hm.table(2016, {"x": [1]}, codes=["BU00010099"])
    made = build(hm.catalogue(), 2020, hm.layer(2020), hm.people(2020), other)
    assert "BU00010099" not in made.areas.index
    row = made.verantwoording.loc["BU00010099"]
    assert not row["opgenomen"]
    assert "Hoort niet bij de indeling van 2020" in row["toelichting"]


def test_no_buurt_at_all_is_a_clear_error() -> None:
    with pytest.raises(InputError, match="Geen enkele bron bevat een buurt van Proef"):
        build(hm.catalogue(), 2020, hm.people(2020, 1, codes=["BU09990000"]))


def test_reused_code_is_not_carried_over_when_borders_tell() -> None:
    x = hm.indicator("x", meenemen=2)
    made = build(
        hm.catalogue(x),
        2020,
        hm.people(2020),
        hm.layer(2020),
        hm.layer(2019, shift={B: 5000.0}),
        hm.table(2019, {"x": [1, 2, 3, 4]}),
    )
    assert made.values["x"].isna().tolist() == [False, True, False, False]
    assert made.flags.at[B, "x"] == MISSING + "de code hoorde toen bij een ander gebied"


def test_reused_code_is_not_carried_over_when_names_tell() -> None:
    x = hm.indicator("x", meenemen=2)
    made = build(
        hm.catalogue(x),
        2020,
        hm.table(2020, {"aantal_inwoners": [500] * 4}, names=["De Laares", "Pathmos", "City", "Z"]),
        hm.table(2019, {"x": [1, 2, 3, 4]}, names=["Laares", "Oude Haven", "", "Z"]),
    )
    assert made.values["x"].isna().tolist() == [False, True, False, False]


def test_renamed_buurt_with_the_same_borders_is_carried_over() -> None:
    x = hm.indicator("x", meenemen=2)
    made = build(
        hm.catalogue(x),
        2020,
        hm.table(2020, {"aantal_inwoners": [500] * 4}, names=["A", "B", "Nieuwe naam", "D"]),
        hm.layer(2020),
        hm.layer(2019),
        hm.table(2019, {"x": [1, 2, 3, 4]}, names=["A", "B", "Heel anders", "D"]),
    )
    assert made.values["x"].notna().all()


def test_norms_are_national_when_the_country_is_there() -> None:
    rng = np.random.default_rng(1)
    elsewhere = hm.country(2020, 1200, rng)
    own = hm.table(2020, {"x": [1, 2, 3, 4], "aantal_inwoners": [500, 500, 500, 20]})
    made = build(hm.catalogue(hm.indicator("x")), 2020, own, elsewhere)
    norm = made.norms.loc["x"]
    assert norm["bron"] == "land"
    assert norm["n"] == 1203
    everyone = np.append(elsewhere.values["x"].to_numpy(), [1, 2, 3])
    assert norm["p50"] == pytest.approx(np.median(everyone))
    assert norm["standaardafwijking"] == pytest.approx(np.std(everyone, ddof=1))
    assert (norm["p00"], norm["p100"]) == (everyone.min(), everyone.max())


def test_norms_are_local_below_a_thousand_buurten() -> None:
    elsewhere = hm.country(2020, 900, np.random.default_rng(1))
    own = hm.table(2020, {"x": [1, 2, 3, 40], "aantal_inwoners": [500, 500, 500, 20]})
    norm = build(hm.catalogue(hm.indicator("x")), 2020, own, elsewhere).norms.loc["x"]
    assert (norm["bron"], norm["n"], norm["maximum"]) == ("gemeente", 3, 3)


def test_own_table_is_read_under_the_names_of_the_municipality() -> None:
    gemeente = Gemeente(
        code="GM0001",
        naam="Proef",
        eigen_tabellen=(EigenTabel("eigen-*.csv", {"Graden hitte": "hittestress"}),),
    )
    own = hm.table(2020, {"graden_hitte": [1, 2, 3, 4]}, source="eigen")
    made = build_indicators(hm.intake(hm.people(2020), own), gemeente, 2020)
    assert made.values["hittestress"].tolist() == [1, 2, 3, 4]


def test_areas_carry_stadsdeel_names_and_counts() -> None:
    gemeente = Gemeente(
        code="GM0001", naam="Proef", stadsdelen=(Stadsdeel("Noord", wijken=("WK000100",)),)
    )
    made = build(
        hm.catalogue(), 2020, hm.layer(2020), hm.people(2020, 1, 2, 3, NAN), gemeente=gemeente
    )
    assert set(made.areas["stadsdeel"]) == {"Noord"}
    assert made.areas["inwoners"].tolist()[:3] == [1, 2, 3]
    assert np.isnan(made.areas.at[D, "inwoners"])
    assert made.areas.at[A, "naam"] == "Buurt 00"
    assert made.areas.at[A, "wijkcode"] == "WK000100"


def test_decisions_are_in_the_result() -> None:
    besluit = Besluit("x", "alleen context", "A. Jansen", "2026-01-31", "Proef.")
    listed = dataclasses.replace(hm.catalogue(hm.indicator("x")), besluiten=(besluit,))
    made = build(listed, 2020, hm.people(2020))
    assert made.besluiten == (besluit.zin(),)


def test_catalogue_without_inhabitants_is_refused() -> None:
    listed = dataclasses.replace(hm.catalogue(), indicators=(hm.indicator("x"),))
    with pytest.raises(InputError, match="inwoners"):
        build(listed, 2020, hm.people(2020))


def test_tables_keep_their_schemas_with_and_without_figures() -> None:
    x = hm.indicator("x", meenemen=1)
    filled = hm.table(2019, {"x": [1, NAN, 3, 4]})
    for records in ([hm.layer(2018)], [hm.layer(2018), hm.people(2020), filled]):
        for name, frame in build(hm.catalogue(x), 2020, *records).frames().items():
            assert validate(name, frame) is frame


def test_order_of_the_sources_does_not_matter() -> None:
    x = hm.indicator("x", Bron("cbs.kwb", maat="x"), Bron("cbs.pdok", maat="x"), meenemen=3)
    records = [
        hm.people(2020),
        hm.layer(2019),
        hm.table(2019, {"x": [1, NAN, 3, 4]}),
        hm.table(2020, {"x": [NAN, 2, NAN, 4]}, source="cbs.pdok"),
    ]
    one = build(hm.catalogue(x), 2020, *records)
    other = build(hm.catalogue(x), 2020, *reversed(records))
    for name, frame in one.frames().items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(other.frames()[name]))


CELL = st.one_of(st.just(NAN), st.just(0.0), st.floats(0, 100))


@st.composite
def panels(draw: st.DrawFn) -> list[SourceTable]:
    made = []
    for year in draw(st.lists(st.integers(2014, 2022), min_size=1, max_size=4, unique=True)):
        codes = draw(st.lists(st.sampled_from(hm.CODES), min_size=1, unique=True))
        rows = {
            "x": [draw(CELL) for _ in codes],
            "aantal_inwoners": [draw(st.one_of(st.just(NAN), st.floats(0, 900))) for _ in codes],
        }
        source = draw(st.sampled_from(["cbs.kwb", "cbs.pdok"]))
        made.append(hm.table(year, rows, codes=sorted(codes), source=source))
    return made


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(panels(), st.integers(2014, 2024), st.integers(0, 4), st.floats(0, 200))
def test_invariants(tables: list[SourceTable], jaar: int, meenemen: int, limit: float) -> None:
    x = hm.indicator(
        "x",
        Bron("cbs.kwb", maat="x"),
        Bron("cbs.pdok", maat="x"),
        meenemen=meenemen,
        noemer=("aantal_inwoners",),
        publicatiedrempel=limit,
    )
    made = build(hm.catalogue(x), jaar, hm.layer(2018), *tables)
    assert set(hm.CODES) <= set(made.areas.index), "a buurt dropped out"
    assert made.verantwoording.loc[list(hm.CODES), "opgenomen"].all()
    value, flag, year = made.values["x"], made.flags["x"], made.years["x"]
    missing = flag.str.startswith(MISSING)
    assert (value.isna() == missing).all()
    assert (year.isna() == missing).all()
    assert (flag[missing].str.len() > len(MISSING)).all()
    assert ((jaar - year.dropna()).between(0, meenemen)).all()
    assert ((year == jaar) == (flag == "waargenomen")).fillna(True).all()
    published = [(code, t.values.at[code, "x"]) for t in tables for code in t.values.index]
    for code, found in value.dropna().items():
        assert (code, found) in published, "a number that nobody published"
    assert not (made.denominators["x"][~missing] < limit).any()
