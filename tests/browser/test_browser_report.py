"""Every kind of report in a real browser: three widths, zoom, print, sorting, hostile texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from voronoistad import city, material

from sia.report.build import Renderer
from sia.report.material import selections
from sia.report.notebook import notebook_html
from sia.viz.maps import buurt_map
from sia.viz.theme import Theme

pytestmark = pytest.mark.browser

KINDS = ("stad", "stadsdeel", "wijk", "domein", "buurt")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    stad = city(40, bad_names=True)
    made = selections(stad)
    renderer = Renderer(material(stad), "intern")
    chosen = {kind: next(one for one in made if one.soort == kind) for kind in KINDS}
    return {kind: renderer.report(one) for kind, one in chosen.items()} | {
        "start": renderer.start_page(made)
    }


@pytest.mark.parametrize("kind", [*KINDS, "start"])
def test_is_accessible_quiet_and_self_contained(
    visit: Callable, pages: dict[str, str], kind: str
) -> None:
    seen = visit(pages[kind])
    assert seen.violations() == []
    assert (seen.requests, seen.complaints) == ([], [])


@pytest.mark.parametrize("width", ["telefoon", "projector"])
def test_city_report_is_accessible_at_other_widths(
    visit: Callable, pages: dict[str, str], width: str
) -> None:
    seen = visit(pages["stad"], width)
    assert seen.violations() == []
    assert (seen.requests, seen.complaints) == ([], [])


@pytest.mark.parametrize("kind", [*KINDS, "start"])
def test_phone_never_scrolls_sideways(visit: Callable, pages: dict[str, str], kind: str) -> None:
    page = visit(pages[kind], "telefoon").page
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_zoom_of_200_percent_keeps_everything(visit: Callable, pages: dict[str, str]) -> None:
    page = visit(pages["stad"], "laptop").page
    page.set_viewport_size({"width": 683, "height": 384})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.get_by_label("Kaartlaag").is_visible()


def test_prints_as_a4(visit: Callable, pages: dict[str, str]) -> None:
    page = visit(pages["stad"]).page
    page.emulate_media(media="print")
    assert not page.locator("nav.inhoud").is_visible()
    assert page.locator("h1").is_visible()
    printed = page.pdf(format="A4", print_background=True, prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed or b"/MediaBox [0 0 595" in printed


def test_a_header_button_sorts_its_table(visit: Callable, pages: dict[str, str]) -> None:
    page = visit(pages["stad"]).page
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


def test_skip_link_comes_first_and_works(visit: Callable, pages: dict[str, str]) -> None:
    page = visit(pages["stad"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Naar de inhoud"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#inhoud"


def test_policy_stops_a_script_that_is_not_ours(visit: Callable, pages: dict[str, str]) -> None:
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


def test_buurt_profile_prints_on_two_pages(visit: Callable, pages: dict[str, str]) -> None:
    page = visit(pages["buurt"]).page
    printed = page.pdf(format="A4", print_background=True, prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 2


def test_the_check_of_accessibility_can_fail(visit: Callable, pages: dict[str, str]) -> None:
    seen = visit(pages["start"].replace(' lang="nl"', "", 1))
    assert any("html-has-lang" in text for text in seen.violations())


def test_a_notebook_page_shows_its_map_and_asks_nothing(visit: Callable, tmp_path: Path) -> None:
    shown = {"text/html": buurt_map(city(20))._repr_html_(), "text/plain": "kaart"}
    output = new_output("display_data", data=shown)
    source = tmp_path / "kaart.ipynb"
    cells = [new_markdown_cell("# Kaart"), new_code_cell("kaart", outputs=[output])]
    nbformat.write(new_notebook(cells=cells), source)
    seen = visit(notebook_html(source, Theme("Teststad", fictief=True)))
    assert seen.page.frame_locator("iframe").locator("path.buurt").count() == 20
    # Before axe: its own message to the frame is a complaint on pages that are opened as files.
    assert (seen.requests, seen.complaints) == ([], [])
    assert seen.violations() == []
