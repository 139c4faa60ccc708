"""Judgements that somebody delivers as CSV: each row looked at, none believed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sia.duiding.chain import COLUMNS, SKEW
from sia.duiding.entry import Entry, check_entry
from sia.errors import InputError, Problem, refuse
from sia.sources.grid import SEPARATOR

_MAY_LACK = frozenset({"vervolgt", "geldt"})
"""Columns that the first records did not have yet; an export without them can still be read."""

_NAME_LENGTH = 120
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True)
class Row:
    """A row that may be taken over: what the record stores, and where the row stands."""

    values: dict[str, Any]
    place: Problem

    def problem(self, found: Problem) -> Problem:
        """Return what was found wrong, with the file and the row."""
        return replace(found, bestand=self.place.bestand, rij=self.place.rij)


def rows_of(text: str, name: str, own: Collection[str]) -> tuple[list[Row], list[Problem]]:
    """Return the rows of an exported record that may be taken over, and what is refused and why.

    `own` are codes of the municipalities that may be in it, empty for any. What is no export of a
    record is refused as a whole.
    """
    now = datetime.now(UTC)
    source = {"bron": _one_line(name), "ingevoerd": now.isoformat(timespec="microseconds")}
    rows: list[Row] = []
    refused: list[Problem] = []
    with _long_cells(name):
        told = SEPARATOR.match(text)
        body = text[told.end() :] if told else text
        for number, line in enumerate(_lines(body, name), start=3 if told else 2):
            place = Problem("", "", bestand=_one_line(name), rij=str(number))
            try:
                rows.append(Row({**_values(line, own, now), **source}, place))
            except InputError as error:
                where = Row({}, place)
                refused += [where.problem(problem) for problem in error.problems]
    return rows, refused


@contextmanager
def _long_cells(name: str) -> Iterator[None]:
    """Let cells be of any length: how long a text may be is said per row."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    except csv.Error as error:
        raise InputError.one(
            bestand=name,
            wat=f"Dit bestand is geen leesbare CSV ({error}).",
            oplossing="Gebruik een bestand dat met de knop Uitvoeren gemaakt is.",
        ) from error
    finally:
        csv.field_size_limit(before)


def _lines(text: str, name: str) -> csv.DictReader[str]:
    first = text.partition("\n")[0]
    sign = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=sign)
    missing = {"moment", *COLUMNS} - _MAY_LACK - set(reader.fieldnames or ())
    if missing:
        raise InputError.one(
            bestand=name,
            kolom=", ".join(sorted(missing)),
            wat="Deze kolommen ontbreken.",
            oplossing="Gebruik een bestand dat met de knop Uitvoeren gemaakt is.",
        )
    return reader


def _values(line: dict[Any, Any], own: Collection[str], now: datetime) -> dict[str, Any]:
    """Return what a row says, checked as what is typed in a session, and for its moment."""
    if None in line or None in line.values():
        raise InputError.one(
            wat="Deze rij heeft te veel of te weinig cellen.",
            oplossing="Herstel de rij, of neem haar opnieuw over uit de uitvoer.",
        )
    plain = {name: cell[1:] if cell.startswith("'") else cell for name, cell in line.items()}
    if plain.get("schade"):
        wat = f"Deze duiding was al aangetast: {plain['schade']}"
        raise InputError.one(wat=wat, oplossing="Herstel het logboek waar zij vandaan komt.")
    if not _YEAR.fullmatch(plain["jaar"]):
        wat = f"Het jaar `{plain['jaar'][:20]}` is geen jaar."
        raise InputError.one(wat=wat, oplossing="Schrijf het met vier cijfers.", kolom="jaar")
    texts = {name: plain[name] for name in COLUMNS if name in plain}
    entry = Entry(**{**texts, "jaar": int(plain["jaar"])})
    check_entry(entry)
    if own and entry.gemeente not in own:
        wat = f"Deze duiding gaat over {entry.gemeente}; dit logboek is van {', '.join(own)}."
        how = "Voer haar in bij haar eigen gemeente."
        raise InputError.one(wat=wat, oplossing=how, kolom="gemeente")
    return {**asdict(entry), "moment": _moment(plain["moment"], entry.jaar, now)}


def _moment(text: str, jaar: int, now: datetime) -> str:
    """Return a moment in UTC; refuse one that cannot be."""
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
        zoned = datetime.fromisoformat(text).tzinfo is not None
    except (ValueError, OverflowError):
        moment, zoned = now, False
    tests = (
        (
            zoned,
            f"Het moment `{text[:40]}` is niet te lezen.",
            "Schrijf het zoals de uitvoer het doet, met tijdzone: 2026-11-29T18:35:00+00:00.",
        ),
        (
            moment <= now + SKEW,
            f"Het moment {text[:40]} ligt in de toekomst.",
            "Kijk na of het moment klopt.",
        ),
        (
            moment.year >= jaar or not zoned,
            f"Het moment {text[:40]} ligt vóór het SIA-jaar {jaar}.",
            "Over cijfers kan niet zijn gesproken voordat zij er waren.",
        ),
    )
    refuse(Problem(wat, how, kolom="moment") for good, wat, how in tests if not good)
    return moment.isoformat(timespec="microseconds")


def _one_line(name: str) -> str:
    return " ".join(name.split())[:_NAME_LENGTH] or "naamloos"
