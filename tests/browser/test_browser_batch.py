"""The summary page of a batch in a real browser: accessible, no network, fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sia.batch import BatchResult, Outcome, write_summary
from sia.batch.record import Start
from sia.methode import Methode
from sia.settings import Folders
from sia.stages.in_force import method_facts

pytestmark = pytest.mark.browser

MESSAGE = "InputError: De invoer klopt niet: 1 probleem.\n- bestand: <img src=x onerror=alert(1)>"


@pytest.fixture
def page_source(tmp_path: Path) -> str:
    outcomes = [
        Outcome(code, year, name, "klaar", 12.3, memory=310_000_000, warnings=("LET OP: iets",))
        for code in ("GM0153", "GM0164")
        for year in (2023, 2024)
        for name in ("01_intake", "09_rapport")
    ]
    outcomes[-1] = Outcome("GM0164", 2024, "09_rapport", "mislukt", 2.0, 4, MESSAGE)
    folders = Folders(tmp_path / "verwerkt", tmp_path)
    report = folders.edition("GM0153", 2023) / "rapport.html"
    report.parent.mkdir(parents=True)
    report.write_text("rapport", encoding="utf-8")
    methods = {code: method_facts(Methode.standaard()) for code in ("GM0153", "GM0164")}
    write_summary(
        BatchResult(tuple(outcomes)),
        tmp_path / "overzicht.html",
        names={"GM0153": "Enschede", "GM0164": "Hengelo"},
        folders=folders,
        start=Start({}, "2026-11-24T02:00:00+00:00", {}, "", methods),
    )
    return (tmp_path / "overzicht.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", ["telefoon", "laptop"])
def test_asks_nothing_says_nothing_fits_and_is_accessible(
    visit: Callable, page_source: str, width: str
) -> None:
    seen = visit(page_source, width)
    assert seen.violations() == []
    assert (seen.requests, seen.complaints) == ([], [])
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert seen.page.evaluate(wide) <= 0


def test_the_failure_and_what_to_do_come_first(visit: Callable, page_source: str) -> None:
    page = visit(page_source).page
    failure = page.get_by_role("table").first.inner_text()
    assert "cel [4]" in failure
    assert "<img src=x" in failure
    assert "Volg wat de melding zegt." in failure
    assert page.get_by_role("link", name="rapport van Enschede 2023").count() == 1
