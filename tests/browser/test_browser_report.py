"""Every kind of report in a real browser: three widths, zoom, print, sorting, hostile texts."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from voronoistad import city, material

from sia.report.build import Renderer
from sia.report.material import selections
from sia.viz.theme import Theme
from tests.browser.made import REPORTS, reports

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages() -> Mapping[str, str]:
    return reports()


@pytest.mark.parametrize("kind", ["stad", "verandering", "dia"])
def test_zoom_of_200_percent_keeps_everything(
    visit: Callable, pages: Mapping[str, str], kind: str
) -> None:
    page = visit(pages[kind], "laptop").page
    page.set_viewport_size({"width": 683, "height": 384})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.get_by_role("img", name="Kaart:").is_visible()


@pytest.mark.parametrize("kind", REPORTS)
def test_nothing_is_cut_off_on_paper(visit: Callable, pages: Mapping[str, str], kind: str) -> None:
    page = visit(pages[kind]).page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})
    wide = page.evaluate(
        "() => [...document.querySelectorAll('table, .beeld svg, .kaart')]"
        # the table of change is printed on its side
        ".filter((one) => one.getBoundingClientRect().right >"
        " (one.closest('#veranderd .blok > .tabel') ? 1009 : 682))"
        ".map((one) => one.caption ? one.caption.textContent : one.tagName)"
    )
    assert wide == []


@pytest.mark.parametrize("kind", ["stad", "bijlage", "verandering", "buurt"])
def test_no_table_shifts_sideways_on_a_phone(
    visit: Callable, pages: Mapping[str, str], kind: str
) -> None:
    page = visit(pages[kind], "telefoon").page
    page.locator("details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")
    page.wait_for_timeout(100)
    wide = "(all) => all.filter((t) => t.scrollWidth > t.clientWidth + 1).map((t) => t.ariaLabel)"
    assert page.locator(".tabel").evaluate_all(wide) == []
    cards = page.locator("table.kaartjes.kort").first
    if kind == "bijlage":
        assert cards.locator("tbody tr:visible").count() == 5
        assert cards.locator("tbody tr td").first.get_attribute("data-kop")
        page.get_by_role("button", name="Toon alle").first.click()
        assert page.locator("table.kaartjes").first.locator("tbody tr:visible").count() > 8


@pytest.mark.parametrize("width", [390, 1366, 1920])
def test_a_city_fits_in_six_screens_and_its_tables_in_the_page(
    visit: Callable, pages: Mapping[str, str], width: int
) -> None:
    page = visit(pages["stad"]).page
    page.set_viewport_size({"width": width, "height": 768})
    wide = page.evaluate(
        "[...document.querySelectorAll('.tabel')].filter((t) => t.scrollWidth > t.clientWidth + 1)"
        ".map((t) => t.ariaLabel)"
    )
    assert width < 1366 or wide == []
    assert width < 1366 or page.evaluate("document.documentElement.scrollHeight") <= 6 * 768


def test_the_map_of_change_has_a_sign_beside_every_colour(
    visit: Callable, pages: Mapping[str, str]
) -> None:
    page = visit(pages["verandering"]).page
    rows = page.locator(".trap li").all_inner_texts()
    assert rows == ["▲ stijgt", "▼ daalt", "binnen de ruis", "niet te vergelijken"]
    assert {"▲", "▼"} <= set(page.locator("svg.kaart text.op").all_text_contents())


def test_search_on_the_start_page_finds_a_buurt(visit: Callable, pages: Mapping[str, str]) -> None:
    page = visit(pages["start"]).page
    page.get_by_label("Zoek een buurt of wijk").fill("buurt 05")
    assert page.locator(".gezocht tbody tr:visible").count() == 1
    assert page.locator(".gezocht output, output[for=zoek]").inner_text() == "1 gevonden"


def test_a_logo_stands_in_the_page_with_its_text(visit: Callable) -> None:
    drawn = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0,0h9v9z"/></svg>'
    logo = "data:image/svg+xml;base64," + b64encode(drawn.encode()).decode()
    stad = city(13)
    theme = Theme("Teststad", logo=logo, logo_tekst="Wapen van Teststad")
    stuff = replace(material(stad), theme=theme)
    seen = visit(Renderer(stuff).start_page())
    assert seen.page.get_by_role("img", name="Wapen van Teststad").evaluate("i => i.naturalWidth")
    assert seen.violations() == []
    assert (seen.requests, seen.complaints) == ([], [])


def test_prints_as_a4(visit: Callable, pages: Mapping[str, str]) -> None:
    page = visit(pages["stad"]).page
    page.emulate_media(media="print")
    assert not page.locator(".balk nav").is_visible()
    assert page.locator("h1").is_visible()
    printed = page.pdf(format="A4", print_background=True, prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed or b"/MediaBox [0 0 595" in printed


def test_a_header_button_sorts_its_table(visit: Callable, pages: Mapping[str, str]) -> None:
    page = visit(pages["bijlage"]).page
    table = page.get_by_role("table", name="Gerangschikte buurten naar urgentie")
    table.get_by_role("button", name="Potentie").click()
    place = table.locator("thead th").all_inner_texts().index("Potentie")
    shown = [
        float(text.replace(",", "."))
        for text in table.locator(f"tbody tr > :nth-child({place + 1})").all_inner_texts()
    ]
    assert shown == sorted(shown)
    head = table.locator("th[aria-sort=ascending]")
    assert head.count() == 1
    head.get_by_role("button").press("Enter")
    assert table.locator("th[aria-sort=descending]").count() == 1


def test_skip_link_comes_first_and_works(visit: Callable, pages: Mapping[str, str]) -> None:
    page = visit(pages["stad"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Naar de inhoud"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#inhoud"


def test_policy_stops_a_script_that_is_not_ours(visit: Callable, pages: Mapping[str, str]) -> None:
    hostile = pages["buurt"].replace("</main>", "<script>document.title='kwaad'</script></main>")
    seen = visit(hostile)
    assert seen.page.title() != "kwaad"
    assert any("Content Security Policy" in text for text in seen.complaints)


def test_public_edition_leaves_out_what_is_for_partners(visit: Callable) -> None:
    stad = city(40)
    renderer = Renderer(material(stad), "openbaar")
    code = stad.gebieden.index[5]
    one = next(s for s in selections(stad) if s.sleutel == code)
    text = visit(renderer.report(one)).page.inner_text("body")
    assert "Riolering Spoorstraat" in text
    assert "Sloop portiekflat" not in text
    inside = visit(Renderer(material(stad), "intern").report(one)).page.inner_text("body")
    assert "Sloop portiekflat" in inside


def test_city_without_anything_but_scores_still_opens(visit: Callable) -> None:
    full = city(40, intervals=False)
    bare = replace(
        full,
        typologie=full.typologie.iloc[:0],
        aanpak=full.aanpak.iloc[:0],
        bijdragen=full.bijdragen.iloc[:0],
        deelbuurten=None,
    )
    stuff = replace(material(full), cijfers=bare, profielen=full.scores.iloc[:0, :0])
    seen = visit(Renderer(stuff).report(selections(bare)[0]))
    assert seen.violations() == []
    assert (seen.requests, seen.complaints) == ([], [])


def test_buurt_profile_prints_on_two_pages(visit: Callable, pages: Mapping[str, str]) -> None:
    page = visit(pages["buurt"]).page
    printed = page.pdf(format="A4", print_background=True, prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 2
    page.emulate_media(media="print")
    small = page.evaluate(
        "() => [...document.querySelectorAll('p, td, th, .zin, caption')]"
        ".filter((one) => one.checkVisibility())"
        ".filter((one) => parseFloat(getComputedStyle(one).fontSize) < 11.3)"
        ".map((one) => one.textContent)"
    )
    assert small == []


def test_the_check_of_accessibility_can_fail(visit: Callable, pages: Mapping[str, str]) -> None:
    seen = visit(pages["start"].replace(' lang="nl"', "", 1))
    assert any("html-has-lang" in text for text in seen.violations())
