"""The map in a real browser: keyboard, search, layers, hostile names, no network."""

from __future__ import annotations

from collections.abc import Callable

import folium
import pytest
from voronoistad import BAD_NAMES, city

from sia.viz.maps import buurt_map
from tests.browser.made import buurtkaart

pytestmark = pytest.mark.browser

FILLS = "() => [...document.querySelectorAll('path.buurt')].map((p) => p.getAttribute('fill'))"


@pytest.fixture
def page_source() -> str:
    return buurtkaart()


def test_another_layer_gives_other_fills_and_legend(visit: Callable, page_source: str) -> None:
    page = visit(page_source).page
    before = page.evaluate(FILLS)
    page.get_by_label("Kaartlaag").select_option("veiligheid")
    after = page.evaluate(FILLS)
    assert before != after
    assert "Veiligheid" in page.get_by_role("group", name="Legenda").inner_text()


def test_legend_counts_every_buurt_once_in_every_layer(visit: Callable, page_source: str) -> None:
    page = visit(page_source).page
    select = page.get_by_label("Kaartlaag")
    options = select.locator("option").evaluate_all("(all) => all.map((o) => o.value)")
    assert len(options) == 11
    for option in options:
        select.select_option(option)
        rows = page.locator(".legenda li").all_inner_texts()
        assert sum(int(row.rsplit("(", 1)[1].rstrip(")")) for row in rows) == 40, option


def test_search_by_keyboard_chooses_a_buurt(visit: Callable, page_source: str) -> None:
    page = visit(page_source).page
    box = page.get_by_role("combobox", name="Zoek een buurt")
    box.focus()
    box.press_sequentially("uurt 1")
    assert page.locator(".keuzes li").count() == 10
    box.press("ArrowDown")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    box.press("Enter")
    assert box.get_attribute("aria-expanded") == "false"
    chosen = page.get_by_role("region", name="Gekozen buurt").inner_text()
    assert chosen.startswith("Buurt 11")
    assert "Veiligheid" in chosen


def test_arrow_keys_walk_through_all_buurten(visit: Callable, page_source: str) -> None:
    page = visit(page_source).page
    assert page.locator("path.buurt[tabindex='0']").count() == 1
    page.locator("path.buurt[tabindex='0']").focus()
    names = []
    for _ in range(40):
        names.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        page.keyboard.press("ArrowRight")
    assert len(set(names)) == 40
    assert names[0].startswith("Buurt 00, Urgentie:")
    assert "niet gerangschikt: minder dan 100 inwoners" in names[0]
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    assert page.get_by_role("region", name="Gekozen buurt").inner_text().startswith("Buurt 39")
    page.wait_for_timeout(400)  # earlier tooltips fade out
    assert page.locator(".leaflet-tooltip").count() == 1


def test_tab_reaches_layer_search_and_map_in_order(visit: Callable, page_source: str) -> None:
    page = visit(page_source).page
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert reached[:4] == [
        "kaart_sia-laag",
        "kaart_sia-zoek",
        "kaart_sia-tekens",
        "kaart_sia-pockets",
    ]
    assert "path" in reached


def test_hostile_names_are_text(visit: Callable) -> None:
    seen = visit(buurt_map(city(40, bad_names=True)).get_root().render())
    page = seen.page
    box = page.get_by_role("combobox", name="Zoek een buurt")
    for name in BAD_NAMES:
        box.fill(name)
        box.press("Enter")
        assert page.get_by_role("region", name="Gekozen buurt").inner_text().startswith(name)
    page.locator("path.buurt[tabindex='0']").dispatch_event("mouseover")
    assert page.locator("img[src='x']").count() == 0
    assert (seen.requests, seen.complaints) == ([], [])


def test_deel_buurten_can_be_shown(visit: Callable, page_source: str) -> None:
    page = visit(page_source).page
    before = page.locator(".leaflet-overlay-pane path").count()
    page.get_by_label("Deel-buurten tonen").check()
    assert page.locator(".leaflet-overlay-pane path").count() == before + 3


def test_a_researchers_own_folium_layers_work_offline(visit: Callable) -> None:
    kaart = buurt_map(city(40))
    folium.Marker([52.2, 6.85], popup="Buurthuis", tooltip="Buurthuis").add_to(kaart)
    folium.GeoJson({"type": "Point", "coordinates": [6.9, 52.2]}).add_to(kaart)
    folium.LayerControl().add_to(kaart)
    seen = visit(kaart.get_root().render())
    assert seen.page.locator("img.leaflet-marker-icon").count() == 2
    seen.page.locator("img.leaflet-marker-icon").first.click(force=True)
    assert "Buurthuis" in seen.page.locator(".leaflet-popup-content").inner_text()
    assert (seen.requests, seen.complaints) == ([], [])


def test_moves_without_animation_when_the_reader_asks(visit: Callable, page_source: str) -> None:
    page = visit(page_source, reduced_motion="reduce").page
    assert page.evaluate("kaart_sia.options.zoomAnimation") is False
