"""The page of the country in a real browser: keyboard, search, layers, no network."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.made import HOSTILE, REASON, SIDE, country

pytestmark = pytest.mark.browser


@pytest.fixture
def page_source() -> str:
    return country()


def test_search_by_keyboard_chooses_a_buurt_of_a_municipality(
    visit: Callable, page_source: str
) -> None:
    seen = visit(page_source)
    box = seen.page.get_by_role("combobox", name="Zoek een buurt of gemeente")
    box.focus()
    box.press_sequentially("emeente 92")
    assert "100 buurten gevonden" in seen.page.get_by_role("status").inner_text()
    assert seen.page.locator("#keuzes").get_by_role("option").count() == 40
    box.fill("buurt 205")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    box.press("Enter")
    assert box.get_attribute("aria-expanded") == "false"
    chosen = seen.page.get_by_role("region", name="Gekozen buurt").inner_text()
    assert "Buurt 205 (Gemeente 92)" in chosen
    assert "in 90 % van de doorrekeningen plaats" in chosen
    assert seen.complaints == []


def test_who_is_not_ranked_and_who_has_no_border_are_found_with_the_reason(
    visit: Callable, page_source: str
) -> None:
    page = visit(page_source).page
    box = page.get_by_role("combobox", name="Zoek een buurt of gemeente")
    chosen = page.get_by_role("region", name="Gekozen buurt")
    box.fill("buurt 010")
    box.press("Enter")
    assert f"Niet gerangschikt. {REASON}" in chosen.inner_text()
    box.fill("buurt 399")
    box.press("Enter")
    assert "Van deze buurt is geen grens bekend." in chosen.inner_text()


def test_a_hostile_name_is_text(visit: Callable, page_source: str) -> None:
    seen = visit(page_source)
    box = seen.page.get_by_role("combobox", name="Zoek een buurt of gemeente")
    box.fill("onerror")
    box.press("Enter")
    assert HOSTILE in seen.page.get_by_role("region", name="Gekozen buurt").inner_text()
    assert seen.complaints == []


def test_another_layer_has_another_legend_and_every_buurt_once(
    visit: Callable, page_source: str
) -> None:
    page = visit(page_source).page
    legend = page.get_by_role("group", name="Legenda")
    before = legend.inner_text()
    for name in ("urgentie", "type"):
        page.get_by_label("Kaartlaag").select_option(name)
        rows = page.locator(".legenda li").all_inner_texts()
        assert sum(int(row.rsplit("(", 1)[1].rstrip(")")) for row in rows) == SIDE * SIDE
    assert legend.inner_text() != before
    assert "Gemengd" in legend.inner_text()


def test_the_map_moves_and_zooms_by_keyboard(visit: Callable, page_source: str) -> None:
    page = visit(page_source, reduced_motion="reduce").page
    page.wait_for_function("document.documentElement.dataset.getekend")
    canvas = page.locator("#kaart canvas")
    pictures = [canvas.screenshot()]
    page.locator("#kaart").focus()
    for key in ("ArrowRight", "+"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
        pictures.append(canvas.screenshot())
    assert len(set(pictures)) == 3
