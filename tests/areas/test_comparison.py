"""What became of a code: told by place and name, not by code alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapely import Polygon
from shapely.affinity import translate

from sia.areas import compare, name_similarity
from sia.sources import pdok
from sia.sources.base import AreaLayer, Record
from tests.areas.borders import FOUR, NAMES, A, B, C, D, layer, rect


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
    assert new_code in table.loc[B, "toelichting"]


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


def _of(layer: Record, *gemeenten: str) -> AreaLayer:
    assert isinstance(layer, AreaLayer)
    return replace(layer, frame=layer.frame[layer.frame["gemeentecode"].isin(gemeenten)])


@pytest.mark.real
def test_enschede_kept_its_buurten_between_2019_and_2021(real_data: Path) -> None:
    old_path = real_data / "cbs-buurten-2019-topojson" / "buurten.json"
    new_path = real_data / "cbs-wijkenbuurten-2021-twente" / "buurten.shp"
    layers = []
    for path in (old_path, new_path):
        found = pdok.recognise(path)
        assert found is not None
        layers.append(_of(pdok.read(found)[0], "GM0153"))
    table = compare(*layers)
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
        layers.append(_of(pdok.read(found)[0], "GM0141", "GM0153"))
    table = compare(*layers)
    assert table.loc["BU01411205", "soort"] == "hergecodeerd"
    assert table.loc["BU01411205", "oude_codes"] == "BU01412002"
    assert "hergebruikte code" in set(table["soort"])
