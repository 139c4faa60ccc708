"""What the atlas holds: what an edition may show, one border between neighbours, and no more."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "viz"))

from atlasstad import SECRET, SMALL, atlas_of

from sia.atlas.page import atlas_page, content
from sia.methode import WeighingSettings

ATLAS = atlas_of()


def test_the_public_edition_holds_nothing_of_the_partners() -> None:
    public, internal = (atlas_page(ATLAS, edition, {}) for edition in ("openbaar", "intern"))
    assert "Riolering Spoorstraat" in public
    for closed in ("Sloop portiekflat", "770000", "1500000"):
        assert closed not in public
        assert closed in internal
    assert content(ATLAS, "openbaar")["geld"]["partners"] == {}
    assert next(iter(content(ATLAS, "openbaar")["geld"]["gebieden"].values())) == [2_000_000, None]


def test_a_value_of_too_few_people_is_in_no_edition() -> None:
    assert SECRET in ATLAS.materiaal.cijfers.indicatoren[SMALL].to_numpy()
    for edition in ("openbaar", "intern"):
        assert str(SECRET) not in atlas_page(ATLAS, edition, {})
    shown = next(one for one in content(ATLAS, "openbaar")["indicatoren"] if one["id"] == SMALL)
    assert shown["v"][2024][-1] is None
    assert 39 in shown["vlag"]["ontbreekt: te weinig om te tonen, of onbekend hoeveel"]


@pytest.mark.parametrize(
    "change", [{"rol": "toets"}, {"naam": "Inwoners met herkomst buiten Europa"}]
)
def test_what_only_tests_the_outcome_is_for_researchers(change: dict[str, str]) -> None:
    stuff = ATLAS.materiaal
    listed = stuff.cijfers.catalogus.copy()
    listed.loc["wonen_1", list(change)] = list(change.values())
    other = replace(
        ATLAS, materiaal=replace(stuff, cijfers=replace(stuff.cijfers, catalogus=listed))
    )
    for edition, there in (("openbaar", False), ("intern", True)):
        keys = {one["id"] for one in content(other, edition)["indicatoren"]}
        assert ("wonen_1" in keys) is there


def test_neighbours_keep_the_same_corners() -> None:
    lines: dict[frozenset[tuple[int, int]], int] = {}
    for place in content(ATLAS, "openbaar")["buurten"]:
        for ring in place["g"]:
            x = y = 0
            points = []
            for dx, dy in zip(ring[::2], ring[1::2], strict=True):
                x, y = x + dx, y + dy
                points.append((x, y))
            assert points[0] == points[-1]
            for pair in pairwise(points):
                lines[frozenset(pair)] = lines.get(frozenset(pair), 0) + 1
    assert max(lines.values()) == 2
    assert sum(n == 2 for n in lines.values()) > sum(n == 1 for n in lines.values())


def test_ways_to_join_that_the_page_cannot_repeat_have_no_sliders() -> None:
    assert content(ATLAS, "openbaar")["weging"]["macht"] == 2.0
    other = replace(ATLAS, weging=WeighingSettings(aggregate="mediaan"))
    assert content(other, "openbaar")["weging"]["macht"] is None


def test_the_content_is_plain_json() -> None:
    assert json.loads(json.dumps(content(ATLAS, "intern"), allow_nan=False))["jaar"] == 2024
