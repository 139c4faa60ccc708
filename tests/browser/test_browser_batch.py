"""The summary page of a batch in a real browser: accessible, no network, fits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.made import overview

pytestmark = pytest.mark.browser


def test_the_failure_and_what_to_do_come_first(visit: Callable) -> None:
    page = visit(overview()).page
    failure = page.get_by_role("table").first.inner_text()
    assert "cel [4]" in failure
    assert "<img src=x" in failure
    assert "Volg wat de melding zegt." in failure
    assert page.get_by_role("link", name="rapport van Enschede 2023").count() == 1
