from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import icalendar
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.agenda.output.calendar import Item, items_of, public_works, to_html, to_ics
from sia.agenda.programme.optimise import Programme
from sia.agenda.reading.investments import Reading


def public_items(plans: pd.DataFrame, starts: pd.Series, code: str) -> list[Item]:
    return items_of(public_works(plans, starts), code)


DAYS = st.dates(date(2025, 1, 1), date(2040, 12, 31))
ITEMS = st.lists(
    st.builds(
        lambda uid, titel, wie, begin, days: Item(
            f"{uid}@x", titel, wie, "De straat gaat open.", begin, begin + timedelta(days)
        ),
        st.text("abcdef0123456789", min_size=8, max_size=8), st.text(max_size=200),
        st.text(max_size=40), DAYS, st.integers(0, 800),
    ),
    max_size=4,
)  # fmt: skip


@given(ITEMS, st.text(max_size=30))
def test_round_trip_keeps_every_event(items: list[Item], name: str) -> None:
    content = to_ics(items, name, date(2025, 2, 3))
    assert content.count(b"\n") == content.count(b"\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    back = icalendar.Calendar.from_ical(content)
    assert back["VERSION"] == "2.0"
    assert back.errors == []
    events = back.walk("VEVENT")
    assert len(events) == len(items)
    for event, item in zip(events, items, strict=True):
        assert event.errors == []
        assert str(event["UID"]) == item.uid
        assert event["DTSTAMP"].dt == datetime(2025, 2, 3, tzinfo=UTC)
        assert event["DTSTART"].dt == item.begin
        assert event["DTEND"].dt == item.eind + timedelta(1)
        expected = " ".join("".join(c if c.isprintable() else " " for c in item.titel).split())
        assert str(event["SUMMARY"]) == expected


def test_structure_cannot_be_injected() -> None:
    evil = "Riool\r\nEND:VEVENT\r\nBEGIN:VALARM; <script>alert(1)</script>"
    item = Item("u@x", evil, "A, B; C\\n", "x", date(2025, 1, 1), date(2025, 12, 31))
    content = to_ics([item], "Noord", date(2025, 1, 1))
    assert len(icalendar.Calendar.from_ical(content).walk("VALARM")) == 0
    assert content.count(b"BEGIN:VEVENT") == content.count(b"\r\nEND:VEVENT\r\n") == 1
    html = to_html([item], "<b>Noord</b>")
    assert "<script>" not in html
    assert "<b>" not in html


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.scopes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag == "th":
            self.scopes.append(dict(attrs).get("scope") or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_well_formed_with_headers_and_language(
    reading: Reading, programme: Programme
) -> None:
    code = reading.plans["buurtcodes"].iloc[0].split(";")[0]
    items = public_items(reading.plans, programme.starts, code)
    assert items
    html = to_html(items, "Noord", 3)
    outline = _Outline()
    outline.feed(html)
    assert outline.open == []
    assert outline.scopes == ["col"] * 4 + ["row"] * len(items)
    assert '<section lang="nl"' in html
    assert "<caption>" in html
    assert "<h3" in html


def test_uids_are_stable_over_editions_and_unique(reading: Reading, programme: Programme) -> None:
    codes = sorted({c for text in reading.plans["buurtcodes"] for c in text.split(";")})
    later = programme.starts + 1
    for code in codes:
        first = {i.uid for i in public_items(reading.plans, programme.starts, code)}
        assert first == {i.uid for i in public_items(reading.plans, later, code)}
    every = [i.uid for c in codes for i in public_items(reading.plans, programme.starts, c)]
    assert len(every) == len(set(every))


def test_ideas_and_hidden_plans_are_not_announced(reading: Reading, programme: Programme) -> None:
    plans = reading.plans
    for code in sorted({c for text in plans["buurtcodes"] for c in text.split(";")}):
        titles = {i.titel for i in public_items(plans, programme.starts, code)}
        silent = plans[(plans["status"] == "idee") | (plans["vertrouwelijkheid"] != "openbaar")]
        assert titles.isdisjoint(silent["titel"])


def test_known_days_hold_in_their_own_year_only(reading: Reading) -> None:
    plans = reading.plans[reading.plans["soort"] == "evenement"]
    feast = plans.iloc[:1].assign(
        eerste_dag="2026-05-09", laatste_dag="", vertrouwelijkheid="openbaar", status="begroot"
    )
    code = feast["buurtcodes"].iloc[0]
    there = pd.Series(2026, index=feast.index)
    (item,) = public_items(feast, there, code)
    assert (item.begin, item.eind, item.jaarlang) == (date(2026, 5, 9), date(2026, 5, 9), False)
    assert item.wat == "U bent welkom."
    (later,) = public_items(feast, there + 1, code)
    assert later.jaarlang and later.begin == date(2027, 1, 1) and later.uid == item.uid
    (unknown,) = public_items(feast.assign(eerste_dag=None), there, code)
    assert unknown.jaarlang


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (Item("u", "t", "w", "x", date(2026, 1, 1), date(2027, 12, 31)), "2026 tot en met 2027"),
        (Item("u", "t", "w", "x", date(2026, 5, 9), date(2026, 5, 9), False), ">9 mei 2026<"),
        (
            Item("u", "t", "w", "x", date(2026, 5, 9), date(2026, 5, 12), False),
            ">9 tot en met 12 mei 2026<",
        ),
        (
            Item("u", "t", "w", "x", date(2026, 5, 30), date(2026, 6, 2), False),
            ">30 mei 2026 tot en met 2 juni 2026<",
        ),
    ],
)
def test_periods_are_readable(item: Item, text: str) -> None:
    assert text in to_html([item], "Noord")


def test_empty_calendar_says_so() -> None:
    assert "geen openbare werken" in to_html([], "Noord")
    assert len(icalendar.Calendar.from_ical(to_ics([], "Noord", date(2025, 1, 1))).walk()) == 1
