"""Every chart: deterministic, with real text and a message that is true of its table."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from voronoistad import BAD_NAMES, city, material

from sia.catalogue.model import Catalogue, Indicator
from sia.dutch import getal
from sia.viz import charts
from sia.viz.charts import Chart
from sia.viz.cluster_charts import _apart
from sia.viz.dataset import Cijfers
from sia.viz.theme import DOMAINS

CITY = city(66)
YEARS = material(CITY).jaren
TYPES = {1: "Ruim", 2: "Jong", 3: "Belast", 4: "Stil"}
CODE = CITY.gebieden.index[5]
SOBOL = pd.DataFrame(
    {
        "eerste": [0.1, 0.3],
        "totaal": [0.2, 0.5],
        "totaal_laag": [0.1, 0.4],
        "totaal_hoog": [0.3, 0.6],
    },
    index=["gewichten", "normalisatie"],
)
PLANS = pd.DataFrame(
    {
        "titel": ["Riool", "Sloop", "Later"],
        "partner": ["Gemeente", "Corporatie", "Gemeente"],
        "gebied": ["Noord", "Noord", "Zuid"],
        "start": [2026.0, 2027.0, np.nan],
        "eind": [2027.0, 2027.0, np.nan],
    }
)
CATALOGUE = Catalogue(
    tuple(
        Indicator(key, row["naam"], row["domein"], row["rol"], 1, row["eenheid"], (), "")
        for key, row in CITY.catalogus.iterrows()
    )
)
NORMS = pd.DataFrame({"p25": 15.0, "p75": 24.0}, index=CITY.catalogus.index)
PROFILES = material(CITY).profielen
PER_DOMAIN = pd.DataFrame(
    {
        d: CITY.bijdragen[[k for k in CITY.bijdragen if k.startswith(d)]].sum(axis=1, min_count=1)
        for d in DOMAINS
    }
)
MOVED = CITY.typologie["type"].where(CITY.typologie.index != CODE, 2)

MAKERS: dict[str, Callable[[], Chart]] = {
    "rank_intervals": lambda: charts.rank_intervals(CITY.scores, CITY.naam),
    "sensitivity_bars": lambda: charts.sensitivity_bars(SOBOL),
    "contribution_bars": lambda: charts.contribution_bars(
        CITY.bijdragen, CODE, "Buurt 05", dict(CITY.catalogus["naam"])
    ),
    "stacked_contributions": lambda: charts.stacked_contributions(PER_DOMAIN, CITY.naam, DOMAINS),
    "domain_profile": lambda: charts.domain_profile(
        CITY.scores, CODE, "Buurt 05", DOMAINS, land=dict.fromkeys(DOMAINS, 48.0)
    ),
    "flag_matrix": lambda: charts.flag_matrix(
        CITY.vlaggen, CITY.naam, dict(CITY.catalogus["naam"])
    ),
    "distributions": lambda: charts.distributions(CITY.indicatoren, CITY.naam, NORMS, CATALOGUE),
    "correlations": lambda: charts.correlations(CITY.scores, DOMAINS),
    "type_profiles": lambda: charts.type_profiles(PROFILES, TYPES, DOMAINS),
    "transitions": lambda: charts.transitions(CITY.typologie["type"], MOVED, (2021, 2024), TYPES),
    "type_paths": lambda: charts.type_paths(
        pd.DataFrame({2021: CITY.typologie["type"], 2024: MOVED}), CITY.naam, TYPES
    ),
    "static_maps": lambda: charts.static_maps(CITY.gebieden, CITY.scores),
    "year_maps": lambda: charts.year_maps(CITY.gebieden, YEARS),
    "trend_lines": lambda: charts.trend_lines(YEARS, CODE, "Buurt 05"),
    "timeline": lambda: charts.timeline(PLANS),
}


def test_every_public_chart_is_tried_here() -> None:
    assert set(MAKERS) == set(charts.__all__) - {"Chart"}


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_chart_is_deterministic_and_speaks(name: str) -> None:
    chart, again = MAKERS[name](), MAKERS[name]()
    assert chart.svg() == again.svg()
    root = ElementTree.fromstring(chart.svg())
    space = "{http://www.w3.org/2000/svg}"
    assert root.attrib["role"] == "img"
    named = {
        node.attrib["id"]: node.text
        for node in root
        if node.tag in (f"{space}title", f"{space}desc")
    }
    assert [named[key] for key in root.attrib["aria-labelledby"].split()] == [
        chart.title,
        chart.text,
    ]
    assert root.findall(f".//{space}text"), "labels must be text, not outlines"
    assert chart.text.endswith(".")
    assert len(chart.data)
    assert "nan" not in chart.text.lower()
    assert not chart.data.astype(str).apply(lambda c: c.str.lower().eq("nan")).any(axis=None)


@pytest.mark.parametrize(
    "name", sorted(set(MAKERS) - {"flag_matrix", "distributions", "static_maps"})
)
def test_numbers_of_the_message_stand_in_the_table_or_are_limits_of_the_method(name: str) -> None:
    chart = MAKERS[name]()
    number = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
    shown = set(
        number.findall(chart.data.astype(str).to_csv(sep=" ") + " ".join(map(str, chart.data)))
    )
    counted = {str(n) for n in range(len(chart.data) + 1)}
    loose = set(number.findall(chart.text)) - shown - counted - {"80", "90"}
    assert loose == set()


def test_rank_message_counts_what_the_table_holds() -> None:
    chart = MAKERS["rank_intervals"]()
    sure = int((CITY.scores["kans_kwart"] >= 0.95).sum())
    assert f"{sure} buurten horen zeker bij het hoogste kwart" in chart.text
    assert len(chart.data) == int(CITY.scores["gerangschikt"].sum())


def test_rank_chart_without_margins_says_so() -> None:
    bare = city(12, intervals=False)
    text = charts.rank_intervals(bare.scores, bare.naam).text
    assert "Marges zijn nog niet berekend" in text


def test_one_buurt_at_the_top_is_one_whatever_its_name() -> None:
    first = CITY.scores["rang"].idxmin()
    names = CITY.naam.copy()
    names[first] = "Haven en Industrie"
    text = charts.rank_intervals(CITY.scores, names).text
    assert text.startswith("Haven en Industrie staat bovenaan van ")


def test_rank_chart_of_nothing() -> None:
    none = CITY.scores.assign(gerangschikt=False)
    assert (
        charts.rank_intervals(none, CITY.naam).text == "Geen enkele buurt kon worden gerangschikt."
    )


def test_names_cannot_break_the_svg_nor_become_mathematics() -> None:
    bad = city(12, bad_names=True)
    names = bad.naam.copy()
    names.iloc[3] = "prijs $x^{2$ en $"
    svg = charts.rank_intervals(bad.scores, names).svg()
    ElementTree.fromstring(svg)
    assert "<script" not in svg
    for name in [*BAD_NAMES[1:], "prijs $x^{2$ en $"]:
        assert name in "".join(ElementTree.fromstring(svg).itertext()) or name == BAD_NAMES[0]


def test_empty_sensitivity_and_agenda_still_draw() -> None:
    assert "geen keuze" in charts.sensitivity_bars(pd.DataFrame()).text
    assert "nog geen enkele" in charts.timeline(PLANS[PLANS["start"].isna()]).text


def test_agenda_messages() -> None:
    assert "1 staat niet in de agenda" in MAKERS["timeline"]().text


def test_chart_in_a_notebook_shows_title_and_message(stad: Cijfers) -> None:
    shown = charts.static_maps(stad.gebieden, stad.scores)._repr_html_()
    assert "<strong>Scores per domein op de kaart</strong>" in shown
    assert "<figcaption>" in shown


def test_names_of_small_types_do_not_overlap_and_none_moves_without_need() -> None:
    wanted, heights = np.array([10.0, 12.0, 14.0, 90.0]), np.array([10.0, 30.0, 10.0, 20.0])
    found = _apart(wanted, heights)
    assert (np.diff(found) >= (heights[1:] + heights[:-1]) / 2 - 1e-9).all()
    assert found[3] == 90.0
    assert abs((found[:3] - wanted[:3]).mean()) < 1e-9


@pytest.mark.parametrize(
    ("points", "oordeel", "echt", "slot"),
    [
        (
            2,
            "binnen de ruis",
            1.2,
            "Daarvan is 1,2 punten echte verandering, en dat kan ruis zijn.",
        ),
        (2, "stijgt", 1.6, "Daarvan is 1,6 punten echte verandering, en dat is meer dan ruis."),
        (-2, "daalt", -1.6, "Daarvan is 1,6 punten echte verandering, en dat is meer dan ruis."),
        (2, "stijgt", 4.0, "sinds 2021 is +4,0 punten, en dat is meer dan ruis."),
        (2, "daalt", -3.0, "sinds 2021 is −3,0 punten, en dat is meer dan ruis."),
        (0, "binnen de ruis", 0.4, "sinds 2021 is +0,4 punten, en dat kan ruis zijn."),
        (2, "ruis onbekend", 1.0, "en of dat meer is dan ruis, is niet bekend."),
        (2, "niet te vergelijken", np.nan, "Of de buurt zelf veranderde, is daarmee niet gezegd."),
        (2, "", np.nan, "Of de buurt zelf veranderde, is daarmee niet gezegd."),
    ],
)
def test_only_the_real_part_of_a_difference_is_judged(
    points: float, oordeel: str, echt: float, slot: str
) -> None:
    years = pd.DataFrame({2021: 40.0, 2024: 40.0 + points}, index=[CODE])
    said = {"oordeel": oordeel, "echt": echt, "sinds": 2021}
    chart = charts.trend_lines(years, CODE, "Buurt 05", **said)
    other = {2: "2,0 punten hoger dan in 2021.", -2: "2,0 punten lager dan in 2021."}
    assert other.get(points, "gelijk aan die in 2021.") in chart.text
    assert chart.text.endswith(slot)
    listed = chart.data.set_index("jaar")["Buurt 05"]
    assert listed.get("echte verandering sinds 2021") == (
        None if np.isnan(echt) else getal(echt, 1)
    )


@pytest.mark.parametrize("name", ["static_maps", "year_maps"])
def test_chart_of_a_report_names_no_number_that_its_page_may_lack(name: str) -> None:
    # a report refuses a sentence with a number that stands in no table of the page
    assert not any(sign.isdigit() for sign in MAKERS[name]().text)
