"""What surrounds a data file: table id, year, companion files, checksum."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sia.errors import InputError, Problem
from sia.sources.base import Found, Origin, Publisher
from sia.store import sha256_file

REGISTER, PROBED = "ophaalregister.json", "ophaalproef.json"
"""What `sia fetch` notes beside the files that it brought, and about the services."""
_METADATA = re.compile(r'odata\.(?:metadata|context)"\s*:\s*"([^"]*)"')
_TABLE = re.compile(r"\d{5}(?:ned|NED)")
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")
_LEVELS_UP = 2


def table_id(path: Path, known: Iterable[str], content: str) -> str | None:
    """Return the CBS table id that a delivery belongs to.

    The id in capitals, or None when no known id occurs.

    `path`: its name and the two folders above it are searched, the name first.
    `known`: ids of the tables that the source reads.
    `content`: head of the file; an OData answer names its table in ``odata.metadata``.
    """
    ids = set(known)
    metadata = _METADATA.search(content)
    places = [metadata[1]] if metadata else []
    places += [path.name, *(parent.name for parent in list(path.parents)[:_LEVELS_UP])]
    for place in places:
        for found in _TABLE.findall(place):
            if found.upper() in ids:
                return str(found.upper())
    return None


def any_table_id(path: Path) -> str:
    """Return the table id in a file's name, also of a table that is newer than this package."""
    found = _TABLE.search(path.name)
    return found[0].upper() if found else ""


def contradiction(path: Path, content: str) -> list[Problem]:
    """Return the problem of a file whose name says another table than its content, if it does."""
    metadata = _METADATA.search(content)
    inside = _TABLE.findall(metadata[1]) if metadata else []
    outside = _TABLE.findall(path.name)
    if inside and outside and inside[0].upper() != outside[0].upper():
        wat = f"De inhoud is tabel {inside[0].upper()}, de bestandsnaam zegt {outside[0].upper()}."
        return [Problem(wat, "Hernoem het bestand of download de bedoelde tabel.")]
    return []


def answer_problems(path: Path) -> list[Problem]:
    """Return the problem of a JSON answer of CBS that holds no rows, in the service's own words."""
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _no_rows("Het bestand staat in UTF-16 en niet in UTF-8")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        return _no_rows(f"Het antwoord is beschadigd ({type(error).__name__})")
    said = service_error(document)
    if said:
        return _no_rows(f"De dienst gaf een fout in plaats van cijfers: {said.rstrip('.')}")
    rows = document.get("value") if isinstance(document, dict) else document
    if isinstance(rows, list) and (filled := sum(isinstance(row, dict) for row in rows)):
        if filled == len(rows):
            return []
        return _no_rows(
            f"Van de {len(rows)} rijen in het antwoord zijn er {len(rows) - filled} leeg"
        )
    return _no_rows("Het antwoord bevat geen rijen")


def service_error(document: object) -> str:
    """Return what an answer in JSON says went wrong, or the empty string."""
    if not isinstance(document, dict):
        return ""
    named = ("odata.error", "error", "exceptions", "Message", "message")
    error: Any = next((document[name] for name in named if document.get(name)), {})
    error = error[0] if isinstance(error, list) else error
    message = error.get("message") or error.get("text") if isinstance(error, dict) else error
    text = message.get("value") if isinstance(message, dict) else message
    return " ".join(str(text or "").split())[:200]


def _no_rows(wat: str) -> list[Problem]:
    return [Problem(f"{wat}.", "Haal de tabel opnieuw op (`sia fetch`).")]


def year_from_names(path: Path) -> int:
    """Return the year in the file name, else in the folder's name, else 0.

    A StatLine download ends in date and time (``..._22032020_165940``); those digits are longer
    than a year and do not count. Of several years in one name the first counts.
    """
    for name in (path.stem, *(parent.name for parent in list(path.parents)[:_LEVELS_UP])):
        years = [int(year) for year in _YEAR.findall(name)]
        if years:
            return years[0]
    return 0


def require_year(found: Found) -> None:
    """Refuse a file that nowhere says which year it is about."""
    if not found.year:
        raise InputError.one(
            "Het jaar van dit bestand is niet af te leiden.",
            "Zet het jaar in de bestandsnaam, bijvoorbeeld kwb-2024.csv.",
        )


def first_year(period: object) -> int:
    """Return the year that a cell begins with, or 0."""
    text = str(period).strip()[:4]
    return int(text) if text.isdigit() else 0


def year_of_period(period: object) -> int:
    """Return the year of a period such as ``2020JJ00``, ``2024MM03``, ``2019`` or ``2022*``."""
    match = re.fullmatch(r"\s*(20\d\d)(?:\.0|\*{1,2}|JJ00|MM\d\d|KW\d\d)?\s*", str(period))
    if match is None:
        raise InputError.one(
            f"`{period}` is geen periode.",
            "Gebruik een jaartal of een StatLine-code zoals 2020JJ00.",
        )
    return int(match[1])


def companion(path: Path, entity: str) -> Path | None:
    """Return the file with `entity` that was delivered with a data file.

    The file beside `path` whose name differs in the entity (and perhaps the extension) only;
    a file of another table in the same folder is never taken.
    """
    own = _TABLE.findall(path.name)
    base = re.split(r"(?:Un)?[Tt]yped[Dd]ata[Ss]et|Observations", path.stem)[0]
    for other in sorted(path.parent.iterdir()):
        if other == path or other.suffix.lower() not in (".json", ".parquet", ".csv"):
            continue
        before, found, after = other.stem.partition(entity)
        if found and not after and before in (base, "", *(f"{table}_" for table in own)):
            return other
    return None


def origin_of(
    path: Path, publisher: Publisher, table: str, year: int, parts: Sequence[Path] = ()
) -> Origin:
    """Return the origin of a delivery; several files get the hash of their hashes."""
    files = list(parts) or [path]
    hashes = [sha256_file(file) for file in files]
    digest = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    return Origin(path=path, sha256=digest, publisher=publisher, table=table, year=year)
