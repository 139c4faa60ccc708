"""Per buurt one residents' calendar of public works: accessible HTML and iCalendar."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from sia.agenda.reading.fields import IDEA
from sia.agenda.reading.openness import view
from sia.agenda.wording import day
from sia.extras import extra

if TYPE_CHECKING:
    from icalendar import Event

_PRODUCT = "-//SIA-DIA//Wijkagenda//NL"
_WORK = {
    "straat open": "De straat gaat open.",
    "geluid": "Er is geluid van het werk te horen.",
    "geen": "U merkt hier weinig van.",
}
_EVENT = "U bent welkom."


@dataclass(frozen=True)
class Item:
    """One line of the calendar.

    `uid`: The same in every edition, so that calendar software updates instead of doubling.
    `begin`, `eind`: First and last day (inclusive).
    `jaarlang`: Only the years are known.
    """

    uid: str
    titel: str
    wie: str
    wat: str
    begin: date
    eind: date
    jaarlang: bool = True


def public_works(plans: pd.DataFrame, starts: pd.Series) -> pd.DataFrame:
    """Return the placed works that residents may know of, at level ``openbaar``; no ideas."""
    table = plans.assign(start=starts.reindex(plans.index)).reset_index()
    seen = view(table, "openbaar")
    return seen[(seen["status"] != IDEA) & seen["start"].notna()]


def items_of(works: pd.DataFrame, buurtcode: str) -> list[Item]:
    """Return what `public_works` found in one buurt, by first day, then title."""
    here = [buurtcode in codes.split(";") for codes in works["buurtcodes"]]
    items = [
        Item(
            _uid(str(row["plan"]), buurtcode),
            str(row["titel"]),
            str(row["partner"]),
            _EVENT if row["soort"] == "evenement" else _WORK[str(row["hinder"])],
            *_period(row),
        )
        for row in works.loc[here].to_dict("records")
    ]
    return sorted(items, key=lambda item: (item.begin, item.titel, item.uid))


def _period(row: dict[Hashable, Any]) -> tuple[date, date, bool]:
    """Return first and last day and whether only the years are known.

    Days hold for the year in which they lie: a plan that the programme moves to another year has
    no known days there.
    """
    start, begin = int(row["start"]), row["eerste_dag"]
    if isinstance(begin, str) and begin[:4] == str(start):
        return date.fromisoformat(begin), date.fromisoformat(row["laatste_dag"] or begin), False
    return date(start, 1, 1), date(start + int(row["duur"]) - 1, 12, 31), True


def _uid(plan: str, buurtcode: str) -> str:
    digest = hashlib.sha256(f"{plan}\x1f{buurtcode}".encode()).hexdigest()[:24]
    return f"{digest}@wijkagenda.sia-dia"


def to_html(items: Sequence[Item], buurtnaam: str, level: int = 2) -> str:
    """Return the calendar as an HTML fragment.

    Returns: A section with a heading, a caption, column and row headers; every text escaped. The
        roles say that it is a table where a narrow screen lays its cells below each other.
    """
    name = escape(buurtnaam)
    key = "agenda-" + hashlib.sha256(buurtnaam.encode()).hexdigest()[:8]
    head = (
        f'<section lang="nl" aria-labelledby="{key}"><h{level} id="{key}">Agenda {name}</h{level}>'
    )
    if not items:
        nothing = f"Er zijn nu geen openbare werken of activiteiten gepland in {name}."
        return f"{head}<p>{nothing}</p></section>"
    rows = "".join(_html_row(item) for item in items)
    return (
        f'{head}<table role="table"><caption>Werken en activiteiten in {name}, op volgorde van '
        f'tijd</caption><thead role="rowgroup"><tr role="row">{_HEADINGS}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
        "<p>Jaren en dagen kunnen nog veranderen. Voor elk werk krijgt u tijdig bericht.</p>"
        "</section>"
    )


_HEADINGS = "".join(
    f'<th role="columnheader" scope="col">{text}</th>'
    for text in ("Wanneer", "Wat", "Wie", "Wat merkt u ervan")
)


def _html_row(item: Item) -> str:
    span = f'<time datetime="{item.begin.isoformat()}">{_when(item)}</time>'
    cells = "".join(f'<td role="cell">{escape(text)}</td>' for text in (item.wie, item.wat))
    return (
        f'<tr role="row"><td role="cell">{span}</td>'
        f'<th role="rowheader" scope="row">{escape(item.titel)}</th>{cells}</tr>'
    )


def _when(item: Item) -> str:
    if item.jaarlang:
        first, last = item.begin.year, item.eind.year
        return f"in {first}" if first == last else f"{first} tot en met {last}"
    if item.begin == item.eind:
        return day(item.begin)
    if item.begin.strftime("%Y%m") == item.eind.strftime("%Y%m"):
        return f"{item.begin.day} tot en met {day(item.eind)}"
    return f"{day(item.begin)} tot en met {day(item.eind)}"


def to_ics(items: Sequence[Item], buurtnaam: str, edition: date) -> bytes:
    """Return the calendar as iCalendar (RFC 5545): CRLF, folded, escaped, whole-day events.

    `edition`: Date of this edition; stands in DTSTAMP, so that the same edition gives the same
        bytes.
    """
    with extra("agenda"):
        from icalendar import Calendar, Event, vText

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(f"Agenda {_flat(buurtnaam)}"))
    stamp = datetime(edition.year, edition.month, edition.day, tzinfo=UTC)
    for item in items:
        calendar.add_component(_filled(Event(), item, buurtnaam, stamp))
    content: bytes = calendar.to_ical()
    return content


def _filled(event: Event, item: Item, buurtnaam: str, stamp: datetime) -> Event:
    event.add("uid", item.uid)
    event.add("dtstamp", stamp)
    event.add("dtstart", item.begin)
    # DTEND of a whole-day event is the day after the last one (RFC 5545, 3.6.1).
    event.add("dtend", date.fromordinal(item.eind.toordinal() + 1))
    event.add("summary", _flat(item.titel))
    event.add("description", f"{_flat(item.wie)}. {item.wat} Periode: {_when(item)}.")
    event.add("location", _flat(buurtnaam))
    # A work of a year must not make residents look busy for a year.
    event.add("transp", "TRANSPARENT")
    event.add("categories", ["In de buurt"])
    return event


def _flat(text: str) -> str:
    """Put text on one line; control characters have no place in a calendar."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
