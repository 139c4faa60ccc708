"""Tables as a notebook displays them."""

from __future__ import annotations

from html import escape

from sia.index import audit
from sia.viz.display import audit_page
from sia.weighing.audit import audit_tables
from tests.weighing.handmade import CATALOGUE, city, weighed


def test_page_of_the_audit_states_every_rule_and_shows_only_what_is_not_green() -> None:
    result = weighed(city(30)).urgentie
    assert result is not None
    tables = audit_tables(audit(result), CATALOGUE)
    page = str(audit_page(tables).data)
    assert page.count("<details>") == len(tables) == page.count("Regel: ")
    for title, table in tables.items():
        assert escape(title) in page
        assert escape(str(table["regel"].iloc[0])) in page
    assert ">groen</td>" not in page
    assert ">oranje</td>" in page or ">rood</td>" in page
