"""The joint agenda in the report of a DIA area: each edition shows what it was given."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from sia.report.build import Renderer
from sia.report.material import Materiaal, selections

CODE = "BU99980005"
PLANS = pd.DataFrame(
    {
        "buurtcode": [CODE],
        "titel": ["Riool <A>"],
        "partner": ["Water"],
        "start": [2027],
        "eind": [2028],
        "status": ["begroot"],
        "opgaven": ["klimaat;energie"],
        "vertrouwelijkheid": ["openbaar"],
    }
)
KANSEN = pd.DataFrame(
    {
        "buurtcodes": [CODE, "BU99980099"],
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
         "voor": ["2025-03-01"], "werken": ["Riool <A>"], "buurtcodes": [CODE]}
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(materiaal: Materiaal) -> dict[str, str]:
    every = selections(materiaal.cijfers)
    area = next(s for s in every if s.soort == "dia" and CODE in s.codes)
    part = next(s for s in every if s.soort == "stadsdeel" and CODE in s.codes)
    agenda = {"openbaar": {area.naam: PUBLIC}, "intern": {area.naam: INTERN}}
    paid = pd.DataFrame(
        {"buurtcode": CODE, "jaar": [2026], "partner": "Water", "kosten": [400_000.0]}
    )
    full = replace(materiaal, agenda=agenda, investeringen=PLANS, bedragen=paid)
    bare = replace(materiaal, investeringen=PLANS.iloc[:0])
    return {
        "openbaar": Renderer(full, "openbaar").report(area),
        "intern": Renderer(full, "intern").report(area),
        "stadsdeel": Renderer(full, "intern").report(part),
        "klimaat": Renderer(full, "openbaar").report(
            next(s for s in every if s.sleutel == "klimaat")
        ),
        "wonen": Renderer(full, "openbaar").report(next(s for s in every if s.sleutel == "wonen")),
        "zonder": Renderer(bare, "openbaar").report(area),
    }


def test_the_public_edition_shows_koppelkansen_and_totals(pages: dict[str, str]) -> None:
    page = pages["openbaar"]
    assert "De agenda" in page
    assert "Riool &lt;A&gt;; Weg B" in page and "samen\u00a0in\u00a02027" in page
    assert "niet samen" not in page
    assert "Ten minste €\u00a02,5\u00a0mln in 2026–2027." in page
    assert "Samen doen." not in page and "assetmanager" not in page
    assert '<span class="duur">' in page and "2027–2028" in page


def test_the_internal_edition_adds_decisions_money_and_what_waits(pages: dict[str, str]) -> None:
    page = pages["intern"]
    assert (
        "Samen doen." in page
        and "assetmanager (Water)" in page
        and "1\u00a0maart\u00a02025" in page
    )
    assert "€\u00a0400.000 in 2026–2026" in page


def test_an_area_says_which_of_its_opgaven_no_plan_serves(materiaal: Materiaal) -> None:
    stad = materiaal.cijfers
    area = next(s for s in selections(stad) if s.soort == "dia" and CODE in s.codes)
    scores = stad.scores.copy()
    scores[["wonen", "klimaat", "sociaal"]] = 20.0
    scores.loc[list(area.codes), ["wonen", "klimaat"]] = 80.0, 90.0
    own = replace(materiaal, cijfers=replace(stad, scores=scores), investeringen=PLANS)
    for editie, title in (
        ("openbaar", "nog geen openbaar plan is"),
        ("intern", "nog geen plan is"),
    ):
        page = Renderer(own, editie).report(area)
        row = page.split(f"Opgaven waarvoor {title}")[-1].split("</table>")[0]
        assert "Wonen en leefomgeving" in row
        assert not {"Klimaat", "klimaat", "Sociaal", "sociaal"} & set(re.findall(r"\w+", row))


def test_a_stadsdeel_has_the_agenda_of_its_buurten(pages: dict[str, str]) -> None:
    page = pages["stadsdeel"]
    assert "Riool &lt;A&gt;" in page and "assetmanager (Water)" in page
    assert "Coach; Renovatie" not in page


def test_a_domain_has_the_plans_that_serve_it(pages: dict[str, str]) -> None:
    assert "Riool &lt;A&gt;" in pages["klimaat"] and "samen\u00a0in\u00a02027" in pages["klimaat"]
    assert "Riool &lt;A&gt;" not in pages["wonen"]


def test_without_an_agenda_there_is_no_section(pages: dict[str, str]) -> None:
    assert "De agenda" not in pages["zonder"]
