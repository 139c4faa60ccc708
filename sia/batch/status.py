"""What has been processed so far, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sia.batch.outdated import outdated
from sia.errors import InputError, Problem
from sia.request import configure_processed
from sia.settings import Folders
from sia.store import read_manifest, sha256_file

COUNTRY = "NL"
_PAGES = ("atlas.html", "rapport.html", "kaart.html")
_LAST = "rapport"
_HEADINGS = ("gemeente", "jaar", "basisjaar", "stappen", "stand", "pagina")


def processed_years(folders: Folders, gemeente: str = "") -> list[dict[str, Any]]:
    """Return what was processed, one row per municipality (or the country, ``NL``) and year.

    Of each its ``gebreken`` (every file that is absent or was changed after it was written),
    ``verouderd`` (a sentence for every stage that rests on something else than what is there now),
    ``onvergeleken`` (why that cannot be said) and ``pagina``. A name of which nothing is known or
    processed is refused.
    """
    code = _code(folders, gemeente) if gemeente else ""
    found = sorted(p for p in folders.processed.glob(f"{code or '[GN]*'}/[0-9]*") if _is_year(p))
    return [_row(folder, folders) for folder in found]


def status_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Lay rows out as columns, with what is wrong below them."""
    if not rows:
        return "Er is nog niets verwerkt. Begin met `sia demo`, `sia run` of `sia batch`."
    table = [_HEADINGS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
    faults = [
        f"{row['naam']} {row['jaar']}, {fault}"
        for row in rows
        for fault in (*row["gebreken"], *row["verouderd"], row["onvergeleken"])
        if fault
    ]
    return "\n".join([*lines, *(["", *faults] if faults else [])])


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    count, old = len(row["gebreken"]), "verouderd" if row["verouderd"] else ""
    halfway = "" if row["code"] == COUNTRY or _LAST in row["stappen"] else "niet af"
    faults = f"{count} gebreken" if count > 1 else "1 gebrek" if count else ""
    return (
        f"{row['naam']} ({row['code']})",
        str(row["jaar"]),
        str(row["basisjaar"] or "–"),
        str(len(row["stappen"]))
        + (f" en {row['gemeenten']} gemeenten" if row["code"] == COUNTRY else ""),
        ", ".join(filter(None, (halfway, faults, old))) or "in orde",
        row["pagina"] or "nog geen rapport",
    )


def _is_year(folder: Path) -> bool:
    known = folder.parent.name == COUNTRY or folder.parent.name.startswith("GM")
    return known and folder.is_dir() and folder.name.isdecimal()


def _code(folders: Folders, gemeente: str) -> str:
    """Return the code of a municipality with a file, or of one that was processed without."""
    wanted = gemeente.strip().upper()
    if wanted == COUNTRY or (folders.processed / wanted).is_dir():
        return wanted
    try:
        return configure_processed(gemeente, folders.processed).code
    except InputError as error:
        [known] = error.problems
        wat = f"Van `{gemeente}` is niets verwerkt en er is geen bestand in gemeenten/."
        oplossing = f"{known.oplossing} Of geef de code (GM met vier cijfers), of NL."
        raise InputError([Problem(wat, oplossing, kolom="--gemeente")]) from error


def _row(folder: Path, folders: Folders) -> dict[str, Any]:
    code, year = folder.parent.name, folder.name
    stages = read_manifest(folder).get("stappen", {})
    pages = [folders.reports / code / year / "openbaar" / name for name in _PAGES]
    scales = [
        entry["parameters"]["basisjaar"]
        for entry in stages.values()
        if entry.get("parameters", {}).get("basisjaar")
    ]
    old, unknown = ([], "") if code == COUNTRY else outdated(folders, code, stages)
    row: dict[str, Any] = {
        "code": code,
        "naam": _name(code, folders),
        "jaar": int(year),
        "basisjaar": next(iter(scales), None),
        "stappen": sorted(stages),
        "gebreken": list(_faults(folder, stages)),
        "verouderd": old,
        "onvergeleken": unknown,
        "pagina": next((str(path) for path in pages if path.exists()), None),
    }
    if code == COUNTRY:
        own = folder.parent.glob(f"gemeenten/GM*/{year}/manifest.json")
        row["gemeenten"] = len(list(own))
    return row


def _faults(folder: Path, stages: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[str]:
    for stage, entry in sorted(stages.items()):
        for name, expected in entry.get("uitvoer", {}).items():
            path = folder / name
            if not path.exists():
                yield f"{stage}: {path.name} ontbreekt"
            elif sha256_file(path) != expected:
                yield f"{stage}: {path.name} is later gewijzigd"


def _name(code: str, folders: Folders) -> str:
    if code == COUNTRY:
        return "Nederland"
    try:
        return configure_processed(code, folders.processed).naam
    except InputError:
        return code
