"""The audit in a reader's words."""

from __future__ import annotations

import pandas as pd
import pytest

from sia.index import Audit, audit
from sia.weighing.audit import TITLES, audit_annex, audit_table, audit_tables
from tests.weighing.handmade import CATALOGUE, URGENT, city, weighed


@pytest.fixture(scope="module")
def found() -> Audit:
    result = weighed(city(30)).urgentie
    assert result is not None
    return audit(result)


def test_tables_speak_of_indicators_by_their_name(found: Audit) -> None:
    tables = audit_tables(found, CATALOGUE)
    told = set(tables[TITLES["availability"]]["indicator"])
    assert told == {CATALOGUE[name].naam for name in URGENT}
    assert "Urgentie" in set(tables[TITLES["consistency"]].iloc[:, 0])


def test_every_row_has_a_light(found: Audit) -> None:
    tables = audit_tables(found, CATALOGUE)
    counted = audit_table(found).set_index("controle")
    sizes = pd.Series({title: len(table) for title, table in tables.items()})
    lights = counted.drop(columns="regel").sum(axis=1)
    assert dict(lights) == dict(sizes)


def test_annex_holds_what_is_red_and_nothing_else(found: Audit) -> None:
    pages = audit_annex(found, CATALOGUE)
    red = audit_table(found).set_index("controle")["rood"]
    told = {title.removesuffix(": wat rood is"): len(page) for title, page in pages.items()}
    told.pop("Uitkomst van elke controle, met haar regel")
    assert told == dict(red[red > 0])
