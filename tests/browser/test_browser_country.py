"""The page of the country in a real browser: keyboard, search, layers, no network."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sia.viz.country_map import CountryFacts, country_page

pytestmark = pytest.mark.browser

SIDE = 20
HOSTILE = "<img src=x onerror=alert(1)>"
REASON = "Minder dan 100 inwoners."


@pytest.fixture(scope="module")
def page_source() -> str:
    """A country of 400 square buurten in four municipalities; some not ranked, one not drawn."""
    n = SIDE * SIDE
    rng = np.random.default_rng(3)
    codes = [f"BU{9990 + k // 100}{k % 100:04d}" for k in range(n)]
    index = pd.Index(codes, name="buurtcode", dtype="str")
    score = pd.Series(np.round(rng.uniform(0, 100, n), 1), index=index)
    ranked = pd.Series(np.arange(n) % 10 != 0, index=index)
    rank = score.where(ranked).rank(ascending=False, method="first").astype("Int64")
    kind = pd.Series(np.arange(n) % 3 + 1, index=index).astype("Int64").where(ranked)
    names = pd.Series([f"Buurt {k:03d}" for k in range(n)], index=index)
    names.iloc[7] = HOSTILE
    table = pd.DataFrame(
        {
            "buurt": names,
            "gemeente": [f"Gemeente {code[4:6]}" for code in codes],
            "inwoners": 1000.0,
            "urgentie": score,
            "rang": rank,
            "rang_p05": (rank - 3).clip(lower=1),
            "rang_p95": rank + 3,
            "type": kind,
            "typenaam": kind.map({1: "Rustig", 2: "Gemengd", 3: "Druk"}),
            "zekerheid": 0.9,
            "reden": np.where(ranked, "", REASON),
        },
        index=index,
    )
    column, row = np.arange(n) % SIDE, np.arange(n) // SIDE
    x, y = 150_000 + 3000 * column, 420_000 + 3000 * row
    shapes = gpd.GeoSeries(shapely.box(x, y, x + 3000, y + 3000), index=index, crs=28992)
    shapes.iloc[n - 1] = shapely.Polygon()
    return country_page(CountryFacts(2024, table, shapes, "Proefcijfers.", fictief=True))


@pytest.mark.parametrize("width", ["telefoon", "laptop", "projector"])
def test_asks_nothing_says_nothing_fits_and_is_accessible(
    visit: Callable, page_source: str, width: str
) -> None:
    seen = visit(page_source, width)
    seen.page.wait_for_function("document.documentElement.dataset.getekend")
    assert seen.violations() == []
    assert (seen.requests, seen.complaints) == ([], [])
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert seen.page.evaluate(wide) <= 0


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
