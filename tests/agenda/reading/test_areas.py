from __future__ import annotations

import pytest

from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.optimise import Programme, timeline
from sia.agenda.reading.areas import (
    OUTSIDE,
    area_of,
    candidate_area_table,
    candidate_areas,
    candidates,
    division_text,
    in_area,
)
from tests.agenda.conftest import City
from voorbeeldstad.plans import DemoPlans


def test_area_holds_exactly_what_touches_it(
    agenda: Agenda, programme: Programme, demo: DemoPlans
) -> None:
    rows = timeline(agenda, programme.starts)
    codes = next(iter(demo.pilots.values()))
    inside = in_area(rows, codes)
    for plan, text in rows["buurtcodes"].items():
        assert (plan in inside.index) == any(code in text for code in codes)
    assert 0 < len(inside) < len(rows)
    assert in_area(rows, []).empty


def test_an_area_is_the_proposed_dia_area_and_else_the_wijk(city: City, demo: DemoPlans) -> None:
    wijken = {name: table for name, table in city.items() if name != "gebiedsindeling"}
    assert area_of(wijken).equals(area_of(city, "wijk"))
    assert area_of(wijken).equals(city["gebieden"]["wijknaam"].rename("gebied"))
    assert "geen gebiedsindeling" in division_text(wijken)
    assert division_text(city) != division_text(city, "wijk")
    assert set(area_of(city)) == {*demo.pilots, OUTSIDE}
    nameless = {**wijken, "gebieden": city["gebieden"].assign(wijknaam="")}
    assert area_of(nameless).equals(city["gebieden"]["naam"].rename("gebied"))


def test_candidates_are_what_asks_for_a_joint_approach(city: City, demo: DemoPlans) -> None:
    found = candidates(city)
    pilots = {code for codes in demo.pilots.values() for code in codes}
    assert set(found.index) == pilots
    assert set(candidate_areas(city)) == pilots < set(candidate_areas(city, "wijk"))
    table = candidate_area_table(city)
    assert table["hoogste urgentie"].is_monotonic_decreasing
    assert table["buurten"].tolist() == [3, 3, 3] and (table["inwoners"] == 3000).all()
    own = found[found["gebied"] == table["gebied"][0]]
    # everywhere live as many, so the mean over inhabitants is that of the buurten
    assert table["gemiddelde urgentie"][0] == pytest.approx(own["urgentie"].mean())
