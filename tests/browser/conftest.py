"""A Chromium without a network that writes down whatever a page asks, says or does wrong."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
sys.path.insert(0, str(Path(__file__).parents[1] / "viz"))

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)
WIDTHS = {"telefoon": (390, 844), "laptop": (1366, 768), "projector": (1920, 1080)}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@dataclass
class Visit:
    """One page that was opened, with what it asked for and complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """Return what axe finds against WCAG 2.2 A and AA."""
        options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
        found = Axe().run(self.page, options=options).response["violations"]
        return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"][:3]]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return Debian's Chromium, or skip with the reason."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("there is no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, tmp_path: Path) -> Iterator[object]:
    """Return a function that opens a page of HTML with every request blocked and recorded."""
    contexts = []

    def open_page(content: str, width: str = "laptop", **options: object) -> Visit:
        target = tmp_path / f"pagina-{len(contexts)}.html"
        target.write_text(content, encoding="utf-8")
        size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
        context = chromium.new_context(viewport=size, **options)
        contexts.append(context)
        made = Visit(context.new_page())

        def block(route: Route) -> None:
            if route.request.url == target.as_uri():
                route.continue_()
            else:
                made.requests.append(route.request.url)
                route.abort()

        context.route("**/*", block)
        made.page.on(
            "console", lambda m: m.type in ("error", "warning") and made.complaints.append(m.text)
        )
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on(
            "dialog", lambda d: (made.complaints.append(f"dialog: {d.message}"), d.dismiss())
        )
        made.page.goto(target.as_uri())
        return made

    yield open_page
    for context in contexts:
        context.close()
