from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box
from shapely.affinity import translate

from sia.areas import (
    BY_AREA,
    BY_POPULATION,
    MISSING_IN_SOURCE,
    NO_DENOMINATOR,
    NO_SOURCE,
    NOT_ADDITIVE,
    ONE_TO_ONE,
    Measure,
    compare,
    convert,
    gemeente_of,
    level_of,
    name_similarity,
    normalise_codes,
    overlap_shares,
    wijk_of,
)
from sia.errors import InputError
from sia.sources import pdok
from sia.sources.base import AreaLayer, Origin


def codes_of(*cells: object, **options: object) -> list[str]:
    codes, problems = normalise_codes(pd.Series(cells, dtype="object"), **options)  # type: ignore[arg-type]
    assert problems == []
    return codes.tolist()


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("WK015300  ", "WK015300"),
        ("BU01530000", "BU01530000"),
        ("bu01530000", "BU01530000"),
        (" 0153", "GM0153"),
        (153, "GM0153"),
        (153.0, "GM0153"),
        ("153.0", "GM0153"),
        (1530000, "BU01530000"),
        ("1530000", "BU01530000"),
        (15300, "WK015300"),
        ("gm153", "GM0153"),
        ("BU0153A0B1", "BU0153A0B1"),
        ("0153A0B1", "BU0153A0B1"),
        ("NL00  ", "NL"),
        ("NL01", "NL"),
    ],
)
def test_one_code_in_every_spelling(cell: object, code: str) -> None:
    assert codes_of(cell) == [code]


def test_lost_zeros_are_read_at_the_level_of_the_longest_code() -> None:
    # Groningen (0014) loses two zeros, Enschede (0153) one.
    assert codes_of(1530000, 140001) == ["BU01530000", "BU00140001"]
    assert codes_of("01530000", "015301", "0153") == ["BU01530000", "WK015301", "GM0153"]


def test_a_given_level_decides() -> None:
    assert codes_of(1401, 15300, level="wijk") == ["WK001401", "WK015300"]
    levels = pd.Series(["gemeente", "wijk", "buurt"])
    assert codes_of(14, 1401, 140101, level=levels) == ["GM0014", "WK001401", "BU00140101"]


def test_every_distinct_bad_cell_is_one_problem_with_its_rows() -> None:
    cells = pd.Series(["GM0153", "x", None, "x", "1.53E+06", "PV23"], index=range(2, 8))
    codes, problems = normalise_codes(cells, bestand="a.csv", kolom="gwb_code")
    assert codes.isna().tolist() == [False, True, True, True, True, True]
    assert [(p.rij, p.kolom, p.bestand) for p in problems] == [
        ("3, 5", "gwb_code", "a.csv"),
        ("4", "gwb_code", "a.csv"),
        ("6", "gwb_code", "a.csv"),
        ("7", "gwb_code", "a.csv"),
    ]
    assert "`X` is geen regiocode" in problems[0].wat
    assert "leeg" in problems[1].wat


def test_levels_and_parents() -> None:
    assert [level_of(c) for c in ("BU01530000", "WK015300", "GM0153", "NL")] == [
        "buurt",
        "wijk",
        "gemeente",
        "land",
    ]
    assert wijk_of("BU01530105") == "WK015301"
    assert gemeente_of("BU01530105") == gemeente_of("WK015301") == gemeente_of("GM0153") == "GM0153"
    for refused in (lambda: level_of("0153"), lambda: wijk_of("GM0153"), lambda: gemeente_of("NL")):
        with pytest.raises(InputError, match="is geen"):
            refused()


any_cell = st.one_of(
    st.text(max_size=12),
    st.integers(min_value=-(10**9), max_value=10**9),
    st.floats(allow_nan=True),
    st.none(),
    st.from_regex(r"\A\s*(BU|WK|GM|bu)?[0-9]{1,8}\s*\Z"),
    st.from_regex(r"\ABU[0-9]{4}[0-9A-Z]{4}\Z"),
)


@given(st.lists(any_cell, max_size=8))
def test_normalising_twice_changes_nothing(cells: list[object]) -> None:
    once, problems = normalise_codes(pd.Series(cells, dtype="object"))
    twice, _ = normalise_codes(once)
    pd.testing.assert_series_equal(once, twice)
    assert once.isna().any() == bool(problems)
    assert all(level_of(code) for code in once.dropna())


ORIGIN = Origin(Path("kaart.gpkg"), "0" * 64, pdok.PUBLISHER, "kaart", 2020)
WEST, SOUTH = 250_000.0, 470_000.0
COUNT = Measure("aantal")


def rect(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    return box(WEST + x0, SOUTH + y0, WEST + x1, SOUTH + y1)


def layer(
    areas: dict[str, Polygon],
    names: dict[str, str] | None = None,
    flags: dict[str, int] | None = None,
    year: int = 2020,
) -> AreaLayer:
    codes = pd.Index(sorted(areas), name="code")
    frame = gpd.GeoDataFrame(
        {
            "naam": [(names or {}).get(c, "") for c in codes],
            "wijkcode": ["WK" + c[2:8] for c in codes],
            "gemeentecode": ["GM" + c[2:6] for c in codes],
            "gemeentenaam": "",
            "water": False,
            "indelingswijziging": pd.array([(flags or {}).get(c) for c in codes], dtype="Int64"),
        },
        geometry=[areas[c] for c in codes],
        index=codes,
        crs=28992,
    )
    return AreaLayer("buurt", year, frame, ORIGIN)


A, B, C, D = (f"BU9999000{i}" for i in range(4))
FOUR = {
    A: rect(0, 0, 500, 500),
    B: rect(500, 0, 1000, 500),
    C: rect(0, 500, 500, 1000),
    D: rect(500, 500, 1000, 1000),
}
NAMES = {A: "Binnenstad", B: "Stadsveld", C: "Pathmos", D: "Het Ribbelt"}


def soorten(old: AreaLayer, new: AreaLayer) -> dict[str, str]:
    return compare(old, new)["soort"].to_dict()


def test_shifts_under_five_metres_are_drawing() -> None:
    shifted = {c: translate(g, 4.0, -3.0) for c, g in FOUR.items()}
    table = compare(layer(FOUR, NAMES), layer(shifted, NAMES, {A: 3}))
    assert set(table["soort"]) == {"gelijk"}
    assert "CBS meldt wel een grenswijziging" in table.loc[A, "toelichting"]
    assert "CBS" not in table.loc[B, "toelichting"]


def test_a_strip_of_twenty_metres_is_a_change() -> None:
    moved = FOUR | {A: rect(0, 0, 520, 500), B: rect(520, 0, 1000, 500)}
    flags = {A: 1, B: 3}
    for year, told in ((2021, True), (2022, False)):
        table = compare(layer(FOUR, NAMES), layer(moved, NAMES, flags, year))
        assert ("CBS meldt geen wijziging" in table.loc[A, "toelichting"]) is told
        assert "CBS" not in table.loc[B, "toelichting"]
    assert soorten(layer(FOUR, NAMES), layer(moved, NAMES)) == {
        A: "hertekend",
        B: "hertekend",
        C: "gelijk",
        D: "gelijk",
    }


def test_names_and_codes_change_apart() -> None:
    renamed = NAMES | {B: "Nieuw Zuid"}
    assert soorten(layer(FOUR, NAMES), layer(FOUR, renamed))[B] == "hernoemd"
    new_code = "BU99990009"
    areas = {c: g for c, g in FOUR.items() if c != B} | {new_code: FOUR[B]}
    table = compare(layer(FOUR, NAMES), layer(areas, NAMES | {new_code: NAMES[B]}))
    assert table["soort"].to_dict() == {
        A: "gelijk",
        B: "vervallen",
        C: "gelijk",
        D: "gelijk",
        new_code: "hergecodeerd",
    }
    assert table.loc[new_code, "oude_codes"] == B
    assert table.loc[B, "nieuwe_codes"] == new_code


def test_a_code_that_returns_elsewhere_is_seen_as_reused() -> None:
    # B vanishes into A; its code comes back on new land with another name.
    areas = {A: rect(0, 0, 1000, 500), C: FOUR[C], D: FOUR[D], B: rect(2000, 0, 2500, 500)}
    table = compare(layer(FOUR, NAMES), layer(areas, NAMES | {B: "Bedrijvenpark"}))
    assert table["soort"].to_dict() == {
        A: "samengevoegd",
        B: "hergebruikte code",
        C: "gelijk",
        D: "gelijk",
    }
    assert "Stadsveld" in table.loc[B, "toelichting"]


def test_swapped_codes_are_both_reused() -> None:
    swapped = FOUR | {A: FOUR[B], B: FOUR[A]}
    names = NAMES | {A: NAMES[B], B: NAMES[A]}
    found = soorten(layer(FOUR, NAMES), layer(swapped, names))
    assert (found[A], found[B]) == ("hergebruikte code", "hergebruikte code")


def test_split_merge_new_and_ended() -> None:
    e, f = "BU99990010", "BU99990011"
    areas = {
        A: rect(0, 0, 250, 500),
        e: rect(250, 0, 500, 500),
        C: rect(0, 500, 1000, 1000),
        f: rect(3000, 0, 3500, 500),
        B: FOUR[B],
    }
    found = soorten(layer(FOUR), layer(areas))
    assert found == {
        A: "gesplitst",
        e: "gesplitst",
        B: "gelijk",
        C: "samengevoegd",
        D: "vervallen",
        f: "nieuw",
    }


def test_a_generalised_map_is_compared_with_its_own_drawing_noise() -> None:
    rng = np.random.default_rng(1)
    side = 500.0
    areas = {
        f"BU9999{i:04d}": rect(
            side * (i % 6), side * (i // 6), side * (i % 6 + 1), side * (i // 6 + 1)
        )
        for i in range(36)
    }
    noisy = {
        c: Polygon(np.array(g.segmentize(250).exterior.coords)[:-1] + rng.normal(0, 12, (8, 2)))
        for c, g in areas.items()
    }
    assert set(soorten(layer(areas), layer(noisy)).values()) == {"gelijk"}
    moved = noisy | {"BU99990000": rect(0, 0, 900, 500), "BU99990001": rect(900, 0, 1000, 500)}
    found = soorten(layer(areas), layer(moved))
    assert found["BU99990000"] == "hertekend"
    assert found["BU99990001"] != "gelijk"


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("'t Zwering", "Zwering, 't", True),
        ("Laares", "Laarès", True),
        ("Stadsveld-Noord-West", "Stadsveld Noord West", True),
        ("Pathmos", "Bedrijvenpark", False),
    ],
)
def test_names_are_compared_without_accents_and_order(a: str, b: str, same: bool) -> None:
    assert (name_similarity(a, b) >= 0.75) is same
    assert np.isnan(name_similarity(a, ""))


def squares(areas: dict[tuple[int, int], float]) -> gpd.GeoDataFrame:
    shapes = [rect(x, y, x + 100, y + 100) for x, y in areas]
    return gpd.GeoDataFrame({"gewicht": list(areas.values())}, geometry=shapes, crs=28992)


def test_people_move_with_their_squares_not_with_the_surface() -> None:
    # The east fifth of A goes to B, and 300 of A's 400 people live there.
    moved = FOUR | {A: rect(0, 0, 400, 500), B: rect(400, 0, 1000, 500)}
    where = squares({(400, 0): 300.0, (0, 0): 100.0, (600, 0): 50.0})
    values = pd.DataFrame({"inwoners": [400.0, 50.0, 10.0, 20.0]}, index=[A, B, C, D])
    by_people = convert(values, {"inwoners": COUNT}, layer(FOUR), layer(moved), weights=where)
    assert by_people.values["inwoners"].to_dict() == {A: 100.0, B: 350.0, C: 10.0, D: 20.0}
    assert by_people.areas["methode"].to_dict() == {
        A: BY_POPULATION,
        B: BY_POPULATION,
        C: ONE_TO_ONE,
        D: ONE_TO_ONE,
    }
    assert by_people.areas.loc[B, "uit"] == f"{A} (86 %), {B} (14 %)"
    by_area = convert(values, {"inwoners": COUNT}, layer(FOUR), layer(moved))
    assert by_area.values.loc[B, "inwoners"] == pytest.approx(50 + 400 / 5)
    assert by_area.areas.loc[B, "methode"] == BY_AREA


def test_a_square_on_the_border_is_divided_and_an_address_is_not() -> None:
    halves = FOUR | {A: rect(0, 0, 250, 500), B: rect(250, 0, 1000, 500)}
    values = pd.DataFrame({"n": [100.0, 0.0, 0.0, 0.0]}, index=[A, B, C, D])
    cut = convert(values, {"n": COUNT}, layer(FOUR), layer(halves), weights=squares({(200, 0): 8}))
    assert cut.values["n"].to_dict() == {A: 50.0, B: 50.0, C: 0.0, D: 0.0}
    address = gpd.GeoDataFrame(
        {"gewicht": [1.0]}, geometry=[Point(WEST + 260, SOUTH + 10)], crs=28992
    )
    whole = convert(values, {"n": COUNT}, layer(FOUR), layer(halves), weights=address)
    assert whole.values["n"].to_dict() == {A: 0.0, B: 100.0, C: 0.0, D: 0.0}


def test_rates_weigh_with_their_denominator_and_medians_do_not_move() -> None:
    merged = {A: rect(0, 0, 1000, 500), C: FOUR[C], D: FOUR[D]}
    values = pd.DataFrame(
        {
            "huishoudens": [300.0, 100.0, 50.0, 0.0],
            "laag_inkomen": [10.0, 30.0, 20.0, np.nan],
            "mediaan_vermogen": [12.0, 40.0, 33.0, np.nan],
        },
        index=[A, B, C, D],
    )
    kinds = {
        "huishoudens": COUNT,
        "laag_inkomen": Measure("aandeel", "huishoudens"),
        "mediaan_vermogen": Measure("niet optelbaar"),
    }
    done = convert(values, kinds, layer(FOUR), layer(merged))
    assert done.values.loc[A, "laag_inkomen"] == pytest.approx((300 * 10 + 100 * 30) / 400)
    assert done.values.loc[C].to_dict() == values.loc[C].to_dict()
    assert np.isnan(done.values.loc[A, "mediaan_vermogen"])
    assert done.reasons.loc[A, "mediaan_vermogen"] == NOT_ADDITIVE
    assert done.reasons.loc[D, "laag_inkomen"] == MISSING_IN_SOURCE
    assert done.reasons.loc[C].eq("").all()


def test_missing_is_never_counted_as_zero() -> None:
    merged = {A: rect(0, 0, 1000, 500), C: FOUR[C], D: FOUR[D]}
    values = pd.DataFrame({"n": [np.nan, 7.0, 1.0, 2.0], "p": [5.0, 5.0, 5.0, 5.0]}, [A, B, C, D])
    kinds = {"n": COUNT, "p": Measure("aandeel", "n")}
    done = convert(values, kinds, layer(FOUR), layer(merged))
    assert np.isnan(done.values.loc[A]).all()
    assert done.reasons.loc[A].to_dict() == {"n": MISSING_IN_SOURCE, "p": NO_DENOMINATOR}
    assert done.totals.loc["n"].to_dict() == {
        "voor": 10.0,
        "na": 3.0,
        "buiten_de_kaart": 0.0,
        "door_ontbrekend": 7.0,
    }


def test_what_falls_outside_the_new_map_is_reported_as_loss() -> None:
    smaller = {A: rect(0, 0, 400, 500), B: FOUR[B], "BU99990020": rect(5000, 0, 5100, 100)}
    values = pd.DataFrame({"n": [100.0, 10.0, 5.0, 5.0]}, index=[A, B, C, D])
    done = convert(values, {"n": COUNT}, layer(FOUR), layer(smaller))
    assert done.values.loc[A, "n"] == pytest.approx(80.0)
    assert done.totals.loc["n", "buiten_de_kaart"] == pytest.approx(30.0)
    assert done.reasons.loc["BU99990020", "n"] == NO_SOURCE
    assert done.areas.loc["BU99990020", "bronnen"] == 0


def test_every_wrong_argument_of_a_conversion_is_told_at_once() -> None:
    values = pd.DataFrame({"a": [1.0], "b": [1.0]}, index=["BU99998888"])
    with pytest.raises(InputError) as caught:
        convert(values, {"a": Measure("aandeel", "c")}, layer(FOUR), layer(FOUR))
    assert len(caught.value.problems) == 3


cuts = st.lists(st.integers(min_value=1, max_value=19), min_size=1, max_size=4, unique=True)
people = st.lists(st.integers(min_value=0, max_value=500), min_size=20, max_size=20)


@settings(max_examples=30, deadline=None)
@given(cuts, cuts, people, st.booleans())
def test_conversion_conserves_every_total(
    old_cuts: list[int], new_cuts: list[int], load: list[int], use_weights: bool
) -> None:
    def strips(marks: list[int]) -> dict[str, Polygon]:
        edges = [0, *sorted(marks), 20]
        return {
            f"BU9999{i:04d}": rect(100 * a, 0, 100 * b, 100)
            for i, (a, b) in enumerate(pairwise(edges))
        }

    old, new = layer(strips(old_cuts)), layer(strips(new_cuts))
    where = squares({(100 * i, 0): float(n) for i, n in enumerate(load)})
    edges = [0, *sorted(old_cuts), 20]
    counts = [float(sum(load[a:b])) for a, b in pairwise(edges)]
    values = pd.DataFrame({"n": counts, "p": 25.0}, index=old.frame.index)
    kinds = {"n": COUNT, "p": Measure("aandeel", "n")}
    done = convert(values, kinds, old, new, weights=where if use_weights else None)
    assert done.values["n"].sum() == pytest.approx(sum(load))
    shares = overlap_shares(old, new, weights=where if use_weights else None)
    assert shares.groupby("oude_code")["aandeel"].sum().to_numpy() == pytest.approx(1.0)
    rates = done.values["p"].dropna().to_numpy()
    assert rates == pytest.approx(25.0)
    if use_weights:
        marks = [0, *sorted(new_cuts), 20]
        true = [float(sum(load[a:b])) for a, b in pairwise(marks)]
        assert done.values["n"].to_numpy() == pytest.approx(true)


@pytest.mark.real
def test_enschede_kept_its_buurten_between_2019_and_2021(real_data: Path) -> None:
    old_path = real_data / "cbs-buurten-2019-topojson" / "buurten.json"
    new_path = real_data / "cbs-wijkenbuurten-2021-twente" / "buurten.shp"
    layers = []
    for path in (old_path, new_path):
        found = pdok.recognise(path)
        assert found is not None
        layers.append(pdok.read(found, gemeenten=["GM0153"])[0])
    table = compare(*layers)  # type: ignore[arg-type]
    assert table["soort"].eq("gelijk").all()
    assert len(table) == 70


@pytest.mark.real
def test_almelo_reused_codes_when_it_was_redrawn(real_data: Path) -> None:
    # BU01412002 became BU01411205 in the same place; other codes returned elsewhere.
    layers = []
    for path in (
        real_data / "cbs-buurten-2019-topojson" / "buurten.json",
        real_data / "cbs-wijkenbuurten-2021-twente" / "buurten.shp",
    ):
        found = pdok.recognise(path)
        assert found is not None
        layers.append(pdok.read(found, gemeenten=["GM0141", "GM0153"])[0])
    table = compare(*layers)  # type: ignore[arg-type]
    assert table.loc["BU01411205", "soort"] == "hergecodeerd"
    assert table.loc["BU01411205", "oude_codes"] == "BU01412002"
    assert "hergebruikte code" in set(table["soort"])
