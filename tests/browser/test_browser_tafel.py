"""A round at the agenda's table in a real browser: try, keep, decide, stop, and go on."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route

from sia.sessie.serve import ADDRESS, free_port
from sia.settings import PLANS, Folders
from sia.tafel.app import Tafel
from sia.tafel.record import DECISIONS
from tests.browser.conftest import WIDTHS, Visit
from tests.sessie.klein import CODE, YEAR, small_city
from voorbeeldstad.plan_files import write_deliveries
from voorbeeldstad.plans import demo_buurten, demo_plans

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ANSWERED = (
    "(before) => { const r = document.querySelector('.sia-tafel .raam');"
    " return r.ariaBusy === 'false' && Number(r.dataset.antwoord || 0) > before; }"
)
HEARD = (
    "() => { window.gehoord = []; const live = document.querySelector('[role=status].onzichtbaar');"
    " new MutationObserver(() => window.gehoord.push(live.textContent))"
    ".observe(live, { childList: true }); }"
)
"""Keeps what a screen reader is told."""


@pytest.fixture(scope="module")
def root(
    tmp_path_factory: pytest.TempPathFactory,
    once: Callable[[str, Callable[[Path], None]], Path],
    repository: Path,
) -> Path:
    """Voorbeeldstad with the plans of its partners, in a project of its own."""
    root = tmp_path_factory.mktemp("tafel") / "stad"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIA_HOME", str(repository))
        shutil.copytree(once("kleine-stad", small_city), root)
    for name in ("gemeenten", "notebooks"):
        (root / name).symlink_to(repository / name)
    buurten = demo_buurten()
    plans = demo_plans(buurten, np.random.default_rng(3))
    write_deliveries(root / "data" / "raw" / "voorbeeldstad" / PLANS, plans, buurten)
    return root


@contextmanager
def table(root: Path, repository: Path, browser: Browser, *more: str) -> Iterator[Visit]:
    """Serve the table and open it at the width of a projector; no other host can be asked."""
    command = [sys.executable, "-c", "from sia.cli import main; main()", "tafel", "-g", CODE]
    command += ["-j", str(YEAR), "--geen-browser", "--poort", str(free_port(18966)), *more]
    env = {**os.environ, "SIA_HOME": str(root), "PYTHONPATH": str(repository)}
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    address = re.search(r"http://\S+", said)
    assert address is not None, said
    size = dict(zip(("width", "height"), WIDTHS["projector"], strict=True))
    context = browser.new_context(viewport=size)
    context.set_default_timeout(120_000)
    seen = Visit(context.new_page())

    def only_here(route: Route) -> None:
        if route.request.url.startswith(f"http://{ADDRESS}:"):
            route.continue_()
        else:
            seen.requests.append(route.request.url)
            route.abort()

    context.route(lambda url: not url.startswith(("data:", "blob:")), only_here)
    seen.page.on("console", lambda m: m.type == "error" and seen.complaints.append(m.text))
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    deadline = time.monotonic() + 120
    while True:
        try:
            seen.page.goto(address[0])
            break
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
    seen.page.wait_for_selector(".balk")
    yield seen
    context.close()
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=30)


def answered(page: Page, act: Callable[[], None]) -> str:
    """Do something and return the sentence of the answer to it."""
    before = page.evaluate("Number(document.querySelector('.raam').dataset.antwoord || 0)")
    act()
    page.wait_for_function(ANSWERED, arg=before)
    return page.locator(".hoofdzin").inner_text()


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def free_bars(page: Page) -> list[str]:
    """Return plans with a year and at least two later ones to choose from."""
    return page.locator(".balk:not(.zonder)").evaluate_all(
        "(bars) => bars.filter((b) => b.ariaValueMax - b.ariaValueNow > 1)"
        ".map((b) => b.dataset.plan)"
    )


def year_of(bar: Locator) -> int:
    return int(bar.get_attribute("aria-valuenow") or 0)


def test_a_round_is_tried_decided_and_gone_on_from(
    chromium: Browser, root: Path, repository: Path
) -> None:
    with table(root, repository, chromium) as seen:
        page = seen.page
        assert "plannen hebben een jaar" in page.locator(".hoofdzin").inner_text()
        first, second = free_bars(page)[:2]
        # the mouse drags a bar by a year
        bar = page.locator(f".balk[data-plan='{first}']")
        before = year_of(bar)
        bar.scroll_into_view_if_needed()
        box, wide = bar.bounding_box(), page.locator(".rij .baan").last.bounding_box()
        assert box and wide
        x, y = box["x"] + 8, box["y"] + 8

        def drag() -> None:
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x + wide["width"] / 10, y, steps=4)
            page.mouse.up()

        said = answered(page, drag)
        assert year_of(bar) == before + 1
        assert f"in het programma {before}" in str(bar.get_attribute("aria-valuetext"))
        assert "Koppelkansen:" in said
        # the keyboard moves another, and a screen reader hears it
        other = page.locator(f".balk[data-plan='{second}']")
        was = year_of(other)
        other.focus()
        page.evaluate(HEARD)
        answered(page, lambda: page.keyboard.press("ArrowRight"))
        heard = page.evaluate("window.gehoord")
        assert any(f"start in {was + 1}" in text for text in heard)
        assert any("Koppelkansen:" in text for text in heard)
        assert year_of(other) == was + 1
        answered(page, lambda: page.get_by_role("button", name="Ongedaan maken").click())
        assert year_of(other) == was
        # what if a partner leaves: the answer per partner
        tab(page, "Wat als")
        box_ = page.get_by_role("group", name="Wie doet mee").get_by_role("checkbox").first
        answered(page, box_.uncheck)
        tab(page, "Verschil")
        assert "0 (-" in page.locator("table").first.inner_text()
        # a variant is kept by name and stands beside the programme
        tab(page, "Varianten")
        page.get_by_label("Naam van de variant").fill("Zonder <b>haar</b>")
        page.get_by_role("button", name="Bewaar").click()
        page.get_by_role("button", name="Zet de varianten naast elkaar").click()
        page.get_by_role("columnheader", name="Zonder <b>haar</b>").wait_for()
        answered(page, lambda: page.get_by_role("button", name="Terug naar het programma").click())
        assert year_of(bar) == before
        # nothing of a budget stands on a screen of many
        tab(page, "Geld")
        assert " van " not in page.get_by_role("tabpanel").locator("tbody").first.inner_text()
        # no code: a choice of the year in the card does what dragging does
        bar.focus()
        chosen = page.get_by_label("Start in")
        answered(page, lambda: chosen.select_option(str(before + 1)) and None)
        tab(page, "Besluiten")
        page.get_by_label("Waarover").select_option(f"plan:{first}")
        page.get_by_label("Wie besluit").fill("programmaoverleg")
        page.get_by_label("Besluit en reden").fill("=1+1 <img src=x onerror=alert(1)>")
        page.get_by_role("button", name="Leg het besluit vast").click()
        page.wait_for_selector(".uitslag.goed")
        assert "1 van 1" in page.locator(".uitslag").inner_text()
        assert year_of(bar) == before + 1
        for name in (
            "Verschil",
            "Wat als",
            "Varianten",
            "Wat knelt",
            "Geld",
            "Besluiten",
            "Levering",
        ):
            tab(page, name)
            for scheme in ("dark", "light"):
                page.emulate_media(color_scheme=scheme)
                assert seen.violations() == [], (name, scheme)
        for width in WIDTHS.values():
            page.set_viewport_size(dict(zip(("width", "height"), width, strict=True)))
            page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
        assert seen.violations() == []
        assert (seen.requests, seen.complaints) == ([], [])
    raw = root / "data" / "raw" / "voorbeeldstad"
    assert first in (raw / PLANS / DECISIONS).read_text(encoding="utf-8")
    assert Tafel(Folders.of(root), CODE, YEAR, [raw]).dia.starts[first] == before + 1
    with table(root, repository, chromium, "--samen", "alle") as seen:
        page = seen.page
        bar = page.locator(f".balk[data-plan='{first}']")
        assert year_of(bar) == before + 1
        tab(page, "Besluiten")
        assert "=1+1 <img" in page.get_by_role("tabpanel").inner_text()
        assert "Mandaat en commitment" in page.get_by_role("tabpanel").inner_text()
        # who decided may let the year go again
        page.get_by_label("Waarover").select_option(f"los:{first}")
        page.get_by_label("Wie besluit").fill("programmaoverleg")
        page.get_by_label("Besluit en reden").fill("Terug: de raming klopte niet.")
        page.get_by_role("button", name="Leg het besluit vast").click()
        page.wait_for_selector(".uitslag.goed")
        assert page.locator(f"option[value='los:{first}']").count() == 0
        tab(page, "Levering")
        assert "rijen, waarvan" in page.get_by_role("tabpanel").inner_text()
        tab(page, "Geld")
        assert " van " in page.get_by_role("tabpanel").locator("tbody").first.inner_text()
        tab(page, "Varianten")
        answered(page, lambda: page.get_by_role("button", name="Open Zonder").click())
        assert "niet mee" in page.locator(".hoofdzin").inner_text()
        assert (seen.requests, seen.complaints) == ([], [])
