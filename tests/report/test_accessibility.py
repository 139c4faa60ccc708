"""The accessibility statement: the page and the document say the same."""

from __future__ import annotations

from pathlib import Path

from sia.report.accessibility import markdown, statement
from sia.report.build import Renderer
from sia.report.material import Materiaal


def test_the_document_is_the_statement(repository: Path) -> None:
    text = (repository / "docs" / "reference" / "toegankelijkheid.md").read_text(encoding="utf-8")
    assert text == markdown(organisatie="De gemeente", contact="de afzender van het rapport")


def test_the_page_says_what_was_tested_and_what_not(materiaal: Materiaal) -> None:
    page = Renderer(materiaal).access_page()
    parts = {part["kop"]: part for part in statement()}
    for what, _, _ in parts["Hoe is getest"]["tabel"]:
        assert what in page
    assert all(text in page for text in parts["Wat niet is getest"]["lijst"])
    assert "C: eerste maatregelen genomen" in page
