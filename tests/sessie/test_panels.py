"""What the room reads of one buurt: complete, escaped, and never a bare rank."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sia.dutch import getal
from sia.sessie.panels import facts, land_note, neighbours, panel
from sia.sessie.stand import Stand
from tests.sessie.klein import POCKET, POCKET_IN


def test_a_panel_says_rank_with_interval_aanpak_type_and_shows_its_charts(stand: Stand) -> None:
    code = str(stand.cijfers.gerangschikt.index[0])
    row, html = stand.cijfers.scores.loc[code], panel(stand, code)
    assert f"1 van {len(stand.cijfers.gerangschikt)}" in html
    assert f"{getal(row['rang_p05'])}" in html
    assert "Marge van de plaats (90 %)" in html
    assert stand.cijfers.aanpak["aanpak"][code] in html
    assert "zekerheid 90" in html
    assert html.count("<figure>") == html.count("<summary>Als tabel</summary>") == 3
    assert "door de jaren" in html
    assert panel(stand, code) is html, "going back takes no time"


def test_a_buurt_without_a_rank_says_why(stand: Stand) -> None:
    scores = stand.cijfers.scores
    code = str(scores.index[~scores["gerangschikt"]][0])
    html = panel(stand, code)
    assert scores["reden"][code] in html
    assert "Plaats op urgentie" not in html


def test_a_deel_buurt_on_a_border_is_shown_in_both_buurten(stand: Stand) -> None:
    for code in stand.cijfers.buurten_van(POCKET):
        assert "Deel-buurt noord in Wilgenrijk" in panel(stand, code)


def test_deel_buurten_and_plans_nearby_are_shown(stand: Stand) -> None:
    near = neighbours(stand, POCKET_IN)
    far = next(c for c in stand.cijfers.gebieden.index if c not in {POCKET_IN, *near})
    plans = pd.DataFrame(
        {
            "buurtcode": [near[0], POCKET_IN, far, near[0]],
            "titel": ["Riool <b>", "Dak", "Ver weg", "Dak"],
            "partner": "Gemeente",
            "start": [2026, 2025, 2025, 2025],
            "eind": [2027, 2025, 2026, 2025],
            "status": "begroot",
            "vertrouwelijkheid": "openbaar",
        }
    )
    html = panel(replace(stand, plannen=plans, panelen={}), POCKET_IN)
    assert "Deel-buurt noord in Wilgenrijk" in html
    assert "Riool &lt;b&gt;" in html
    assert html.count("Dak") == 1, "a plan in two buurten is one plan"
    assert html.index("Dak") < html.index("Riool"), "what is here comes first"
    assert "2026–2027" in html
    assert "Ver weg" not in html


def test_without_an_agenda_it_says_so(stand: Stand) -> None:
    assert "geen gezamenlijke agenda" in panel(stand, POCKET_IN)


def test_neighbours_touch(stand: Stand) -> None:
    shapes = stand.cijfers.gebieden.geometry
    found = neighbours(stand, POCKET_IN)
    assert found
    assert POCKET_IN not in found
    assert all(shapes[code].distance(shapes[POCKET_IN]) <= 1 for code in found)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_hostile_names_stay_text(stand: Stand, name: str) -> None:
    areas = stand.cijfers.gebieden.copy()
    areas.loc[POCKET_IN, ["naam", "wijknaam"]] = name
    hostile = replace(stand, cijfers=replace(stand.cijfers, gebieden=areas), panelen={})
    html = panel(hostile, POCKET_IN)
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "&lt;" in facts(hostile, POCKET_IN)


def test_what_the_country_lacks_is_said(stand: Stand) -> None:
    assert "alleen de eigen gemeente" in land_note(stand)
    domains = stand.cijfers.domeinen
    some = replace(stand, land={domains[0]: 40.0})
    assert land_note(some).startswith("Een landelijke vergelijking ontbreekt voor ‘")
    assert land_note(replace(stand, land=dict.fromkeys(domains, 40.0))) == ""
    code = str(stand.cijfers.gerangschikt.index[0])
    assert ">land<" in panel(replace(some, panelen={}), code)
