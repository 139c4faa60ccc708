"""Which column of a file is which measure: read from ``measures/*.toml``, never by suffix number.

OData v3 keys carry a number that changes every year, titles repeat under another group
("Appartement" under gas and under electricity), v4 codes are stable, spreadsheets have short names.
All of them are declared once per measure and resolved here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sia.errors import Problem, refuse
from sia.toml import of_package

_KEY = re.compile(r"(?:k_)?(?P<stem>.+)_(?P<number>\d+)")
_UNIT = re.compile(r"(?P<title>.*\S)\s*\([^()]*\)\s*")
_ANCHORS = ("elektriciteit", "aardgas")


@dataclass(frozen=True)
class Measure:
    """One measure of a publisher and what it is called in each format.

    `title`: Dutch label.
    `unit`: unit as the publisher words it.
    `titles`: titles, reduced to letters and digits, under which StatLine has carried it.
    `short`: names in the yearly spreadsheet.
    `codes`: identifiers in OData v4.
    `group`: word that must occur in the group above the title, or "" when the title is unique.
    `minimum`, `maximum`: outside these a value is impossible.
    `since`, `until`: years in which the columns have this meaning (inclusive).
    `lag`: years by which the reference year lies before the year of the delivery.
    """

    name: str
    title: str
    unit: str
    titles: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    group: str = ""
    minimum: float | None = 0.0
    maximum: float | None = None
    since: int = 0
    until: int = 9999
    lag: int = 0


@dataclass(frozen=True)
class Share:
    """A percentage that a file gives only as a count and its total.

    `count`, `total`: canonical names of numerator and denominator.
    """

    name: str
    title: str
    count: str
    total: str


@dataclass(frozen=True)
class Dictionary:
    """Everything declared about one publisher's table.

    `refused`: columns that must not be read, with the reason.
    `required`: measures without which a file is not this table.
    """

    measures: tuple[Measure, ...]
    shares: tuple[Share, ...]
    refused: Mapping[str, str]
    required: tuple[str, ...]

    def by_name(self, name: str) -> Measure:
        """Return a measure by its canonical name."""
        return next(measure for measure in self.measures if measure.name == name)


@dataclass(frozen=True)
class Heading:
    """One column of a file, described as far as the file or its metadata goes.

    `column`: name in the file.
    `title`: title, or the key without prefix and number.
    `group`: titles of the groups above it.
    """

    column: str
    title: str
    group: str = ""


def plain(text: str) -> str:
    """Reduce a title or key to lower-case letters and digits, accents removed."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in decomposed if sign.isascii() and sign.isalnum())


def snake(key: str) -> str:
    """Turn a StatLine key into a measure name: ``k_65JaarOfOuder_12`` -> ``65_jaar_of_ouder``.

    Titles work too: ``Diefstal/inbraak woning`` -> ``diefstal_inbraak_woning``.
    """
    match = _KEY.fullmatch(key)
    stem = match["stem"] if match else key
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])", "_", ascii_only)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def stem_of(key: str) -> str:
    """Return a v3 key without ``k_`` and number, reduced to letters and digits."""
    match = _KEY.fullmatch(key)
    return plain(match["stem"] if match else key)


def suffix_of(key: str) -> int:
    """Return the number at the end of a v3 key, or -1."""
    match = _KEY.fullmatch(key)
    return int(match["number"]) if match else -1


@lru_cache(maxsize=16)
def dictionary(name: str) -> Dictionary:
    """Load ``measures/<name>.toml``."""
    content = of_package(f"sources/measures/{name}.toml")
    measures = tuple(_measure(key, entry) for key, entry in content["maten"].items())
    shares = tuple(
        Share(key, entry["titel"], entry["teller"], entry["noemer"])
        for key, entry in content.get("aandelen", {}).items()
    )
    return Dictionary(
        measures=measures,
        shares=shares,
        refused=content.get("niet_lezen", {}),
        required=tuple(content.get("verplicht", ())),
    )


def _measure(name: str, entry: Mapping[str, Any]) -> Measure:
    unit = entry.get("eenheid", "")
    titles = (entry["titel"], *entry.get("namen", ()))
    return Measure(
        name=name,
        title=entry["titel"],
        unit=unit,
        titles=tuple(plain(title) for title in titles),
        short=tuple(entry.get("kwb", ())),
        codes=tuple(entry.get("v4", ())),
        group=entry.get("groep", ""),
        minimum=None if entry.get("negatief", False) else 0.0,
        maximum=100.0 if unit == "%" else entry.get("maximum"),
        since=entry.get("vanaf", 0),
        until=entry.get("tot_en_met", 9999),
        lag=entry.get("loopt_achter", 0),
    )


def headings_from_keys(columns: Iterable[str]) -> list[Heading]:
    """Describe v3 columns by their keys alone.

    The group of a repeated title follows from the order of the numbers: what comes after
    ``GemiddeldElektriciteitsverbruikTotaal_47`` is about electricity until a gas key comes.
    """
    keyed = [column for column in columns if _KEY.fullmatch(column)]
    described, group = [], ""
    for column in sorted(keyed, key=suffix_of):
        title = stem_of(column)
        group = next((anchor for anchor in _ANCHORS if anchor in title), group)
        described.append(Heading(column, title, group))
    return described


def headings_from_properties(
    columns: Iterable[str], properties: Iterable[Mapping[str, Any]]
) -> list[Heading]:
    """Describe v3 columns with the table's DataProperties.

    `properties`: rows with ``ID``, ``ParentID``, ``Key``, ``Title``.
    """
    rows = list(properties)
    by_id = {_integer(row.get("ID")): row for row in rows}
    by_key = {str(row.get("Key") or "").strip(): row for row in rows if row.get("Key")}
    described = []
    for column in columns:
        row = by_key.get(column)
        if row is not None:
            group = "/".join(_ancestors(row, by_id))
            described.append(Heading(column, str(row.get("Title") or column).strip(), group))
    return described


def _integer(value: object) -> int | None:
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return None


def _ancestors(row: Mapping[str, Any], by_id: Mapping[int | None, Mapping[str, Any]]) -> list[str]:
    titles: list[str] = []
    parent = by_id.get(_integer(row.get("ParentID")))
    while parent is not None and len(titles) < 10:
        titles.insert(0, str(parent.get("Title") or "").strip())
        parent = by_id.get(_integer(parent.get("ParentID")))
    return titles


def headings_from_statline(columns: Iterable[str]) -> list[Heading]:
    """Describe the long titles of a StatLine download (``Groep/Groep/Titel (eenheid)``)."""
    described = []
    for column in columns:
        match = _UNIT.fullmatch(column)
        group, _, title = (match["title"] if match else column).rpartition("/")
        described.append(Heading(column, title.strip(), group.strip()))
    return described


def by_heading(
    headings: Iterable[Heading], known: Iterable[Measure], year: int
) -> dict[str, list[str]]:
    """Match described columns to measures.

    Canonical name -> columns. More than one column is a fault that the caller reports.
    """
    index: dict[str, list[Measure]] = {}
    for measure in _in_year(known, year):
        for title in measure.titles:
            index.setdefault(title, []).append(measure)
    matched: dict[str, list[str]] = {}
    for heading in headings:
        found = _match(heading, index)
        if found is not None:
            matched.setdefault(found.name, []).append(heading.column)
    return matched


def _match(heading: Heading, index: Mapping[str, list[Measure]]) -> Measure | None:
    """Match the title, or the title with as much of the group as makes it known.

    A title may hold a slash itself ("Totaal diefstal uit woning/schuur/e.d."), so the longest
    tail of the path that is known wins.
    """
    parts = [*heading.group.split("/"), *heading.title.split("/")]
    for start in range(len(parts)):
        group = plain(" ".join(parts[:start]))
        for measure in index.get(plain("".join(parts[start:])), ()):
            if plain(measure.group) in group:
                return measure
    return None


def by_short_name(
    columns: Iterable[str], known: Iterable[Measure], year: int
) -> dict[str, list[str]]:
    """Match spreadsheet columns (``a_inw``, ``p_wcorpw``) to measures."""
    index = {short: measure for measure in _in_year(known, year) for short in measure.short}
    return _collect(columns, index, lambda column: column.strip().lower())


def by_code(columns: Iterable[str], known: Iterable[Measure], year: int) -> dict[str, list[str]]:
    """Match OData v4 measure codes to measures."""
    index = {code: measure for measure in _in_year(known, year) for code in measure.codes}
    return _collect(columns, index, str.strip)


def _collect(
    columns: Iterable[str], index: Mapping[str, Measure], key: Any
) -> dict[str, list[str]]:
    matched: dict[str, list[str]] = {}
    for column in columns:
        known = index.get(key(column))
        if known is not None:
            matched.setdefault(known.name, []).append(column)
    return matched


def _in_year(known: Iterable[Measure], year: int) -> list[Measure]:
    return [measure for measure in known if measure.since <= year <= measure.until]


def one_column_each(matched: Mapping[str, list[str]]) -> dict[str, str]:
    """Return measure -> column."""
    refuse(
        Problem(
            f"Deze kolommen gaan over dezelfde maat ({name}).",
            "Laat er één staan.",
            kolom=", ".join(columns),
        )
        for name, columns in matched.items()
        if len(columns) > 1
    )
    return {name: columns[0] for name, columns in matched.items()}
