"""Map and report of a finished line: they ask nothing of anybody and say that it is fictional."""

from __future__ import annotations

from sia import pipeline
from sia.report.numbers import numbers_in_text
from sia.viz.leaflet import hosts
from tests.pipeline.conftest import Line


def test_the_map_is_one_small_page(line: Line) -> None:
    run = line.last
    pipeline.map_step(run)
    page = (run.reports / "kaart.html").read_text(encoding="utf-8")
    assert hosts(page) == ()
    assert len(page.encode()) < 1_500_000
    assert "fictief" in page
    assert "kaart.html" in pipeline.check_map(run)


def test_the_report_is_one_page_whose_numbers_stand_in_its_tables(line: Line) -> None:
    run = line.last
    target = pipeline.report_step(run)
    page = target.read_text(encoding="utf-8")
    assert hosts(page) == ()
    assert len(page.encode()) < 5_000_000
    assert not any(numbers_in_text(page).values())
    assert "Verzonnen cijfers in de vorm van" in page
    assert "Niet gerangschikt" in page


def test_the_public_report_holds_no_test_on_origin(line: Line) -> None:
    run = line.last
    public = pipeline.report_step(run, editie="openbaar").read_text(encoding="utf-8")
    internal = pipeline.report_step(run, editie="intern").read_text(encoding="utf-8")
    assert "Samenhang met herkomst" not in public
    assert "Samenhang met herkomst" in internal


def test_the_three_things_are_sentences(line: Line) -> None:
    sentences = pipeline.key_sentences(line.last)
    assert len(sentences) == 3
    assert all(s.endswith(".") for s in sentences)
