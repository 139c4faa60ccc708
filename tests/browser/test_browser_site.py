"""The documentation site from a file: it asks nothing of a host, and can be searched."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_site_works_from_a_file_and_asks_nothing(chromium: Browser, site: Path) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page, asked, wrong = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for path in sorted(site.rglob("*.html")):
        if path.name != "404.html":
            page.goto(path.as_uri())
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= 390, f"{path.name} can be shifted sideways: {width}"
    page.goto((site / "index.html").as_uri())
    page.click("label.md-header__button[for=__search]")
    page.type("input.md-search__input", "koppelkans")
    page.wait_for_selector(".md-search-result__item a[href*='dia.html']", timeout=30_000)
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert wrong == []
