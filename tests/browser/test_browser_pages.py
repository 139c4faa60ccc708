"""Every kind of page that a reader opens: no request, no complaint, no violation, no side scroll.

The explorer, the session and the table need a kernel: their own tests ask the same of each tab.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import WIDTHS
from tests.browser.made import PAGES

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGES)
def test_is_accessible_quiet_self_contained_and_fits(
    visit: Callable, kind: str, scheme: str
) -> None:
    seen = visit(PAGES[kind](), "telefoon" if scheme == "dark" else "laptop", color_scheme=scheme)
    page = seen.page
    if kind == "land":
        page.wait_for_function("document.documentElement.dataset.getekend")
    if kind == "atlas":  # with a buurt beside another, and two maps
        assert seen.violations() == []
        # a page that is still scrolling has targets under its fixed head
        page.emulate_media(reduced_motion="reduce")
        page.locator("#tabel .naam").first.click()
        page.locator("#met").select_option(index=5)
        page.locator("#naast").dispatch_event("click")
    assert seen.violations() == []
    for width, height in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(SIDEWAYS) <= 0, width
    assert (seen.requests, seen.complaints) == ([], [])
