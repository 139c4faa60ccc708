"""The atlas in a real browser: linked by mouse, keyboard, search and address; ranks as Python."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from atlasstad import atlas_of
from playwright.sync_api import Page
from voronoistad import BAD_NAMES

from sia.atlas.page import atlas_page
from sia.spreadsheet import neutralise
from sia.viz.theme import DOMAINS
from sia.weighing.order import order_text
from sia.weighing.what_if import reweighed
from tests.browser.made import atlas

pytestmark = pytest.mark.browser

ATLAS = atlas_of()
SCORES = ATLAS.materiaal.cijfers.scores
FIRST = str(SCORES["rang"].idxmin())


@pytest.fixture
def source() -> str:
    return atlas()


def card(page: Page) -> str:
    return page.get_by_role("region", name="Gekozen buurt").inner_text()


def position(code: str) -> int:
    return int(ATLAS.materiaal.cijfers.gebieden.index.get_loc(code))


def test_ranks_under_any_weights_are_those_of_python(visit: Callable, source: str) -> None:
    page = visit(source).page
    rng = np.random.default_rng(20)
    drawn = rng.choice([0, 0.5, 1, 1.5, 2, 3, 0.37], (150, len(DOMAINS)))
    weights = [dict(zip(DOMAINS, map(float, row), strict=True)) for row in drawn if row.any()]
    found = page.evaluate("(all) => all.map((w) => siaAtlas.plaatsen(w))", weights)
    for factors, ranks in zip(weights, found, strict=True):
        expected = reweighed(SCORES, factors, ATLAS.weging).tabel["na"].dropna()
        assert ranks == expected.astype(int).to_dict(), factors


def test_map_ranking_card_and_address_are_one(visit: Callable, source: str) -> None:
    page = visit(source).page
    row = page.locator(".rij").first
    name = row.locator(".nn").text_content().partition(",")[0]
    place = position(FIRST)
    page.locator(f"#kaart1 path[data-i='{place}']").hover()
    assert "hv" in row.get_attribute("class")
    assert page.locator("#kaart1 + .tip").inner_text().startswith(name)
    row.click()
    assert f"buurt={FIRST}" in page.url
    assert f"Plaats {SCORES.at[FIRST, 'rang']}" in card(page)
    assert page.get_by_role("link", name="Profiel").get_attribute("href") == "profiel.html"
    page.locator("#met").select_option(index=5)
    assert "&met=" in page.url
    page.go_back()
    assert "met=" not in page.url
    page.go_back()
    assert page.locator("#buurt").is_hidden()
    page.go_forward()
    assert card(page).count(name)


def test_the_keyboard_walks_chooses_and_lets_go(visit: Callable, source: str) -> None:
    page = visit(source).page
    page.locator("#kaart1 path[tabindex='0']").focus()
    seen = {page.evaluate("document.activeElement.dataset.i")}
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
        seen.add(page.evaluate("document.activeElement.dataset.i"))
    assert len(seen) > 3
    page.keyboard.press("Enter")
    assert page.locator("#buurt").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#buurt").is_hidden()


def test_search_finds_every_place_and_helps_with_a_slip(visit: Callable, source: str) -> None:
    page = visit(source).page
    box = page.get_by_role("combobox", name="Zoek een buurt")
    box.fill("buurt 12")
    box.press("Enter")
    assert "Niet gerangschikt" in card(page)
    box.fill("burt 13")
    assert "Bedoelt u" in page.locator("#zoeklijst").inner_text()
    box.press("ArrowDown")
    box.press("Enter")
    assert card(page).count("Buurt 13")


def test_an_address_opens_layer_year_and_second_map(visit: Callable, source: str) -> None:
    page = visit(source).page
    page.evaluate("location.hash = 'laag=urgentie&jaar=2023&naast=sociaal_2&gewicht=0_1_1_1_1_1'")
    page.wait_for_function("document.getElementById('jaar1').value === '2023'")
    place = position(FIRST)
    assert "12,5" in page.locator(f"#kaart1 path[data-i='{place}']").get_attribute("aria-label")
    assert page.locator("#kaart2").is_visible()
    assert "Maat 2 van sociaal" in page.locator("#kaartkop2").inner_text()
    assert page.locator("#w0").input_value() == "0"
    page.locator("#jaar1").select_option("2024")
    assert "jaar=" not in page.url.replace("naastjaar", "")


def test_what_is_taken_along_is_safe_and_whole(visit: Callable, source: str) -> None:
    page = visit(source).page
    text = page.evaluate("siaAtlas.csv('kaart1')")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["naam"] for row in rows[:3]] == [neutralise(name) for name in BAD_NAMES]
    value = float(rows[position(FIRST)]["waarde"].replace(",", "."))
    assert value == pytest.approx(SCORES.at[FIRST, "urgentie"], abs=0.05)
    page.locator(".rij").first.click()
    for picture in ("kaart1", "rang", "helling", "vergelijk", "buurten", "geld"):
        with page.expect_download() as got:
            page.locator(f"[data-png={picture}]").click()
        assert got.value.path().read_bytes().startswith(b"\x89PNG"), picture
        cited = page.evaluate("(figure) => siaAtlas.citeer(figure)", picture)
        assert cited.startswith(ATLAS.materiaal.cijfers.gemeente)
        assert all(part in cited for part in ("2024", ATLAS.materiaal.versie, f"buurt={FIRST}"))


def test_plans_are_listed_by_year_and_partner(visit: Callable, source: str) -> None:
    plans = ATLAS.materiaal.investeringen
    public = plans[plans["vertrouwelijkheid"] == "openbaar"].dropna(subset=["start", "eind"])
    year = int(public["start"].max())
    then = public[(public["start"] <= year) & (public["eind"] >= year)]
    page = visit(source).page
    page.locator("#pj").select_option(str(year))
    rows = page.locator("#plantabel tbody tr")
    assert rows.count() == len(then.drop_duplicates(["titel", "partner", "start", "eind"]))
    assert {row.locator("th").inner_text() for row in rows.all()} == set(then["titel"])
    assert {row.locator("td").first.inner_text() for row in rows.all()} == set(then["partner"])
    page.locator("#pj").select_option("")
    assert rows.count() == len(public.drop_duplicates(["titel", "partner", "start", "eind"]))


def test_a_buurt_stands_beside_another_municipality(visit: Callable) -> None:
    values = ATLAS.materiaal.cijfers.toonbaar
    middle = pd.Series({"wonen_1": 12.25})
    other = replace(ATLAS, anderen={"GM0001": ("Elders", middle)})
    page = visit(atlas_page(other, "openbaar", {})).page
    page.locator(".rij").first.click()
    page.locator("#met").select_option("GM0001")
    assert "met=GM0001" in page.url
    [row] = page.locator("#mettabel tbody tr").all()
    shown = [
        float(cell.replace(",", ".").replace("−", "-"))
        for cell in row.inner_text().split("\t")[1:4]
    ]
    own = values.at[FIRST, "wonen_1"]
    assert shown == pytest.approx([own, 12.25, own - 12.25], abs=1e-4)


def test_two_fingers_zoom_the_map_and_not_the_page(visit: Callable, source: str) -> None:
    page = visit(source, "telefoon", has_touch=True, is_mobile=True).page
    page.locator("#kaart1").scroll_into_view_if_needed()
    box = page.locator("#kaart1").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    width = "document.getElementById('kaart1').viewBox.baseVal.width"
    before = page.evaluate(width)
    hand = page.context.new_cdp_session(page)
    for kind, apart in (("touchStart", 20), ("touchMove", 30), ("touchMove", 40), ("touchEnd", 0)):
        places = [x - apart, x + apart] if apart else []
        fingers = [{"x": place, "y": y, "id": number} for number, place in enumerate(places)]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    assert page.evaluate(width) == pytest.approx(before / 2, rel=0.02)
    assert page.evaluate("visualViewport.scale") == 1
    assert page.locator("#buurt").is_hidden()


def test_a_slider_says_first_what_stays(visit: Callable, source: str) -> None:
    page = visit(source).page
    page.locator("#w0").fill("0")
    assert "bij de eerste" in page.locator("#blijft").inner_text()
    assert "gewicht=0_" in page.url
    proof = order_text(SCORES, ATLAS.materiaal.cijfers.naam, 0.25)
    assert proof.startswith("Met gewichten")
    assert page.locator("#bewijs").inner_text() == proof


def test_two_ranked_buurten_have_no_most_urgent_quarter(visit: Callable) -> None:
    stuff = ATLAS.materiaal
    scores = stuff.cijfers.scores.copy()
    out = scores["rang"].isna() | (scores["rang"] > 2)
    ranks = ["rang", "urgentie", *[c for c in scores if c.startswith(("rang_", "kans_"))]]
    scores.loc[out, [c for c in ranks if scores[c].dtype != "str"]] = pd.NA
    scores["gerangschikt"] &= ~out
    scores.loc[~out, [c for c in scores if c.startswith("kans_")]] = 0.0
    few = replace(
        ATLAS, materiaal=replace(stuff, cijfers=replace(stuff.cijfers, scores=scores)),
        jaren={2024: replace(ATLAS.jaren[2024], scores=scores)},
    )  # fmt: skip
    page = visit(atlas_page(few, "openbaar", {})).page
    assert "Te weinig buurten voor een volgorde." in page.locator("#kop").inner_text()
    said = page.locator("#vragen").inner_text()
    assert "geen meest urgente kwart" in said
    assert "marges" not in said and "zeker" not in said


def test_a_header_button_sorts_what_the_filter_left(visit: Callable) -> None:
    page = visit(atlas()).page
    names = page.locator("#tabel tbody th .naam")
    ranked = names.all_inner_texts()
    page.locator("#tabel thead button", has_text="Buurt").click()
    assert names.all_inner_texts() == sorted(ranked, key=str.casefold)
    page.locator("#tabel thead button", has_text="Urgentie").click()
    shown = page.locator("#tabel tbody tr td:nth-child(4)").evaluate_all(
        "l => l.map(c => +c.dataset.v)"
    )
    assert shown == sorted(shown, reverse=True)
    assert page.locator("#tabel th[aria-sort=descending]").count() == 1
