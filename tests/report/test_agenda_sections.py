"""The joint agenda in the report of a DIA area: each edition shows what it was given."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sia.report.agenda_sections import _programme
from sia.report.build import Renderer
from sia.report.material import Materiaal, selections

KANSEN = pd.DataFrame(
    {
        "soort_kans": ["straat", "sociaal"],
        "werken": ["Riool <A>; Weg B", "Coach; Renovatie"],
        "partners": ["Gemeente;Water", "Welzijn;Corporatie"],
        "jaar": pd.array([2027, pd.NA], dtype="Int64"),
    }
)
PUBLIC = {
    "werken": pd.DataFrame(
        {
            "titel": ["Riool <A>"],
            "partner": ["Water"],
            "start": [2027],
            "eind": [2028],
            "status": ["begroot"],
        }
    ),
    "koppelkansen": KANSEN,
    "geld": pd.DataFrame(
        {"jaar": [2026, 2027], "totaal": [2_500_000.0, None], "reden": ["", "te weinig plannen"]}
    ),
    "wacht": pd.DataFrame(),
}
INTERN = {
    **PUBLIC,
    "koppelkansen": KANSEN.assign(
        fase=["afspraak", "kans"], beslis_voor=["2026-01-01"] * 2, besluit=["Samen doen.", ""]
    ),
    "geld": pd.DataFrame(
        {"jaar": [2026, 2026], "partner": ["Water", "Water"], "bron": ["eigen middelen", "SUB"],
         "bedrag": [300_000.0, 100_000.0]}
    ),
    "wacht": pd.DataFrame(
        {"wie": ["assetmanager"], "partner": ["Water"], "actie": ["Teken."],
         "voor": ["2025-03-01"], "werken": ["Riool <A>"]}
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(materiaal: Materiaal) -> dict[str, str]:
    area = next(s for s in selections(materiaal.cijfers) if s.soort == "dia")
    agenda = {"openbaar": {area.naam: PUBLIC}, "intern": {area.naam: INTERN}}
    full = replace(materiaal, agenda=agenda)
    return {
        "openbaar": Renderer(full, "openbaar").report(area),
        "intern": Renderer(full, "intern").report(area),
        "zonder": Renderer(materiaal, "openbaar").report(area),
    }


def test_the_public_edition_shows_koppelkansen_and_totals(pages: dict[str, str]) -> None:
    page = pages["openbaar"]
    assert "De gezamenlijke agenda" in page
    assert "Riool &lt;A&gt;; Weg B" in page and "samen in 2027" in page
    assert "niet samen" not in page
    assert "€\u00a02,5\u00a0mln" in page and "te weinig plannen" in page
    assert "Samen doen." not in page and "assetmanager" not in page
    assert "Wie doet wat wanneer" in page and "Elke balk is een werk" in page


def test_the_internal_edition_adds_decisions_money_and_what_waits(pages: dict[str, str]) -> None:
    page = pages["intern"]
    assert "Samen doen." in page and "assetmanager (Water)" in page and "1 maart 2025" in page
    assert "€\u00a0300.000" in page and "€\u00a0400.000" in page


def test_a_long_programme_is_drawn_in_parts_that_fit_on_paper() -> None:
    names = [f"Partner {i:02d}" for i in range(20)]
    works = pd.DataFrame({"titel": "Werk", "partner": names * 3, "start": 2026, "eind": 2027})
    blocks = _programme(works, set(names))
    assert [b.figuur.title for b in blocks if b.figuur] == [
        f"Wie doet wat wanneer (deel {n})" for n in (1, 2, 3)
    ]
    shown = [name for b in blocks if b.figuur for name in b.figuur.data["partner"]]
    assert sorted(shown) == sorted(works["partner"])
    assert _programme(works.iloc[:0], set(names)) == []


def test_without_an_agenda_there_is_no_section(pages: dict[str, str]) -> None:
    assert "De gezamenlijke agenda" not in pages["zonder"]
