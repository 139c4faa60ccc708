"""The first screen of the city: the buurten that go first, drawn and named, and the money."""

from __future__ import annotations

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sia.report.build import Renderer
from sia.report.first_screen import first_screen
from sia.report.material import Editie, Materiaal, selections
from sia.report.parts import Onderwerp
from sia.viz.city_map import CityMap, score_class
from sia.viz.dataset import Cijfers


@pytest.fixture(scope="module")
def clear(stad: Cijfers, materiaal: Materiaal) -> Materiaal:
    """Return material of a city in which eight buurten are sure, with money that is partly shut."""
    place = stad.scores["rang"].astype(float)
    chance = pd.Series(np.where(place <= 8, 0.99, 0.1), place.index).where(place.notna())
    money = pd.DataFrame(
        {"jaar": [2025, 2027], "totaal": [2e6, np.nan], "reden": ["", "te weinig plannen"]}
    )
    shut = {"geld": money, "koppelkansen": pd.DataFrame(), "wacht": pd.DataFrame()}
    scores = stad.scores.assign(kans_kwart=chance)
    return replace(
        materiaal,
        cijfers=replace(stad, scores=scores),
        agenda={"openbaar": {"Zuid": shut}},
    )


def about(stuff: Materiaal, editie: Editie = "openbaar", soort: str = "stad") -> Onderwerp:
    one = next(one for one in selections(stuff.cijfers) if one.soort == soort)
    return Onderwerp(stuff, one, editie, stuff.cijfers, CityMap(stuff.cijfers.gebieden))


def test_it_names_and_draws_exactly_those_that_go_first(clear: Materiaal) -> None:
    made = first_screen(about(clear))
    assert (made.kop.tekst.partition(".")[0], made.cijfer) == ("Acht buurten gaan voor", "8")
    assert made.zinnen[0].tekst.startswith("8 van de ")
    assert made.zinnen[1].tekst.endswith("hooguit 8\u00a0%.")
    signs = re.findall(r'<text class="op u\d"[^>]*>(\d+)</text>', made.kaart)
    assert sorted(signs, key=int) == [str(n) for n in range(1, 9)]
    assert re.search(r'<path class="groep" d="M[^"]+"', made.kaart)


def test_money_that_may_not_be_shown_makes_a_sum_a_least(clear: Materiaal) -> None:
    page = Renderer(clear).report(selections(clear.cijfers)[0])
    assert "Ten minste €\u00a02,0\u00a0mln in 2025–2027." in page
    assert "<td><span>?</span></td>" in page
    paid = pd.DataFrame(
        {"buurtcode": ["x", _urgent(clear)], "jaar": [2025, 2027], "kosten": [2e6, 5e5]}
    )
    codes = clear.cijfers.gebieden.index
    paid["buurtcode"] = paid["buurtcode"].replace("x", codes[-1])
    stuff = replace(clear, bedragen=paid.assign(partner="Gemeente"))
    inside = Renderer(stuff, "intern").report(selections(clear.cijfers)[0])
    told = "€\u00a02,5\u00a0mln in 2025–2027, waarvan €\u00a0500.000 in de buurten die voorgaan."
    assert told in inside
    assert told not in Renderer(stuff).report(selections(clear.cijfers)[0])


def _urgent(stuff: Materiaal) -> str:
    return str(stuff.cijfers.scores["rang"].astype(float).idxmin())


@pytest.mark.parametrize(
    ("inside", "outside", "said"),
    [
        (2.0, 1.0, "Het geld volgt."),
        (1.0, 1.0, "Het geld volgt nog niet."),
        (0.5, 1.0, "Het geld gaat vooral naar elders."),
    ],
)
def test_money_follows_per_inhabitant(
    clear: Materiaal, inside: float, outside: float, said: str
) -> None:
    people = clear.cijfers.gebieden["inwoners"]
    first = clear.cijfers.scores["rang"].astype(float) <= 8
    paid = people.where(first, 0) * 100 * inside + people.where(~first, 0) * 100 * outside
    table = pd.DataFrame({"buurtcode": people.index, "kosten": paid.to_numpy(), "jaar": 2025})
    made = first_screen(about(replace(clear, bedragen=table), "intern"))
    assert made.volgt is not None and made.volgt.kort == said
    assert made.kop.tekst == f"Acht buurten gaan voor. {said}"
    assert f"€\u00a0{100 * inside:.0f} per inwoner gepland" in made.volgt.zin.tekst


def test_the_public_edition_counts_plans_and_never_euros(clear: Materiaal) -> None:
    first = _urgent(clear)
    plans = clear.investeringen.assign(buurtcode=[first, clear.cijfers.gebieden.index[-1]])
    stuff = replace(clear, investeringen=plans.assign(vertrouwelijkheid="openbaar"))
    made = first_screen(about(stuff))
    assert made.volgt is not None
    assert "openbare plannen per 10.000 inwoners" in made.volgt.zin.tekst
    assert "€" not in made.volgt.zin.tekst and "geld" not in made.volgt.kort


def test_without_margins_no_buurt_is_said_to_go_first(clear: Materiaal) -> None:
    bare = clear.cijfers.scores.assign(rang_p05=np.nan, kans_kwart=np.nan)
    made = first_screen(about(replace(clear, cijfers=replace(clear.cijfers, scores=bare))))
    assert (made.cijfer, made.volgt) == ("", None)
    assert "nog niet doorgerekend" in made.kop.tekst


def test_the_page_accounts_for_its_numbers_and_escapes_names(clear: Materiaal) -> None:
    names = clear.cijfers.gebieden["naam"].where(clear.cijfers.scores["rang"] != 1, "<b>A & B</b>")
    areas = clear.cijfers.gebieden.assign(naam=names)
    stuff = replace(clear, cijfers=replace(clear.cijfers, gebieden=areas))
    page = Renderer(stuff).report(selections(stuff.cijfers)[0])
    assert 'class="zin groot"><b>8</b>' in page
    assert "<title>&lt;b&gt;A &amp; B&lt;/b&gt;: " in page


def test_the_map_of_a_profile_shows_the_whole_municipality(clear: Materiaal) -> None:
    city, one = (
        re.search(r'viewBox="([^"]+)"', first_screen(about(clear, soort=kind)).kaart)
        for kind in ("stad", "buurt")
    )
    assert city is not None and one is not None
    widths = [float(found[1].split()[2]) for found in (city, one)]
    assert widths[1] >= widths[0]


@pytest.mark.parametrize(("value", "group"), [(0, 1), (19.99, 1), (20, 2), (79.9, 4), (80, 5)])
def test_a_limit_belongs_to_the_class_above_it(value: float, group: int) -> None:
    assert score_class(value) == group


def test_of_two_signs_that_would_touch_the_first_stands() -> None:
    squares = [shapely.box(x, 0, x + 100, 100) for x in (0, 100, 5000)]
    codes = ["BU00010000", "BU00010001", "BU00010002"]
    areas = gpd.GeoDataFrame(
        {"naam": codes, "wijkcode": "WK000100", "wijknaam": "Wijk", "water": False},
        geometry=squares, crs=28992, index=pd.Index(codes, name="buurtcode"),
    )  # fmt: skip
    page = CityMap(areas).svg("Kaart", {}, {}, tekens={codes[1]: "1", codes[0]: "2", codes[2]: "3"})
    assert re.findall(r'<text class="op[^>]*>(\d)</text>', page) == ["1", "3"]


def test_a_name_at_the_side_stands_whole_within_the_drawing() -> None:
    codes = [f"BU00010{n:03}" for n in range(4)]
    squares = [shapely.box(x, 0, x + 500, 1500) for x in (0, 500, 2400, 2900)]
    names = ["Wijk 01 Een lange naam links", "Wijk 02 Een lange naam rechts"]
    areas = gpd.GeoDataFrame(
        {
            "naam": codes,
            "wijkcode": ["WK000101"] * 2 + ["WK000102"] * 2,
            "wijknaam": [name for name in names for _ in range(2)],
            "water": False,
        },
        geometry=squares,
        crs=28992,
        index=pd.Index(codes, name="buurtcode"),
    )
    page = str(CityMap(areas).svg("Kaart", dict.fromkeys(codes, "u1"), {}))
    left, _, wide, _ = map(int, re.findall(r'viewBox="([^"]+)"', page)[0].split())
    letter = float(re.findall(r"--t:([\d.]+)px", page)[0])
    found = re.findall(r'<text class="naam" x="(-?\d+)"[^>]*>([^<]+)</text>', page)
    assert found
    for x, text in found:
        half = len(text) * letter * 0.5 / 2
        assert left <= int(x) - half and int(x) + half <= left + wide
