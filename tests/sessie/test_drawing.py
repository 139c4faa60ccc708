"""The drawing: every buurt once, in one order, as values that JSON knows."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import shapely

from sia.methode import Methode
from sia.sessie.drawing import drawing
from sia.sessie.stand import Stand
from sia.viz.outline import WIDTH


@pytest.fixture
def drawn(stand: Stand) -> dict:
    return drawing(stand)


def test_every_list_has_every_buurt_in_the_order_of_names(drawn: dict, stand: Stand) -> None:
    count = len(stand.cijfers.gebieden)
    for name in ("codes", "namen", "wijken", "paden", "rang", "marge", "reden"):
        assert len(drawn[name]) == count, name
    assert drawn["namen"] == sorted(drawn["namen"])
    assert [stand.cijfers.naam[code] for code in drawn["codes"]] == drawn["namen"]
    assert all(len(one["klasse"]) == len(one["tekst"]) == count for one in drawn["lagen"])
    json.dumps(drawn, allow_nan=False)


def test_ranks_stand_for_ranked_buurten_only(drawn: dict, stand: Stand) -> None:
    ranked = stand.cijfers.scores["gerangschikt"]
    for code, rank, why in zip(drawn["codes"], drawn["rang"], drawn["reden"], strict=True):
        assert (rank is not None) == bool(ranked[code]) == (why == "")


def test_borders_fill_the_drawing(drawn: dict) -> None:
    rings = [
        np.array(list(map(int, re.findall(r"-?\d+", ring)))).reshape(-1, 2).cumsum(axis=0)
        for d in drawn["paden"]
        for ring in d.split("z")[:-1]
    ]
    points = np.concatenate(rings)
    assert points.min() == 0
    assert points.max(axis=0).tolist() == drawn["maat"]
    assert max(drawn["maat"]) == pytest.approx(WIDTH, abs=1)


def test_deel_buurten_are_drawn(drawn: dict, stand: Stand) -> None:
    pockets = stand.cijfers.deelbuurten
    assert pockets is not None
    assert len(drawn["deelbuurten"]) == len(pockets) == 1
    assert drawn["deelbuurten"][0].startswith("M")


def test_a_year_is_small_enough_to_send_at_once(drawn: dict) -> None:
    assert len(json.dumps(drawn)) < 150_000


def test_a_buurt_without_a_border_is_listed_without_a_shape(stand: Stand) -> None:
    areas = stand.cijfers.gebieden.copy()
    code = areas.index[0]
    areas.loc[[code], "geometry"] = shapely.Polygon()
    drawn = drawing(replace(stand, cijfers=replace(stand.cijfers, gebieden=areas)))
    place = drawn["codes"].index(code)
    assert drawn["paden"][place] == ""
    assert sum(path == "" for path in drawn["paden"]) == 1
    json.dumps(drawn, allow_nan=False)


def test_the_page_names_the_method_that_the_figures_rest_on(drawn: dict) -> None:
    used = Methode.standaard().met(weging={"doorrekeningen": 40})
    assert drawn["methode"] == used.label != Methode.standaard().label
