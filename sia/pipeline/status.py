"""What has been processed so far, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sia.errors import InputError, Problem
from sia.request import configure_processed
from sia.settings import Folders
from sia.store import read_manifest, sha256_file

COUNTRY = "NL"
_PAGES = ("rapport.html", "kaart.html")


def status_text(folders: Folders, gemeente: str | None = None) -> str:
    """Return a Dutch overview of what was processed: municipalities, years and the country.

    Parameters
    ----------
    folders : Folders
    gemeente : str, optional
        Only this municipality, name or code; ``NL`` for the country.

    Returns
    -------
    str
        One line per year: stages done, report or map, and every file that is absent or was
        changed after it was written. For the country also how many municipalities have their own
        tables.

    Raises
    ------
    InputError
        When `gemeente` is not known and nothing of it was processed.
    """
    code = _code(folders, gemeente) if gemeente else ""
    found = sorted(p for p in folders.processed.glob(f"{code or '[GN]*'}/[0-9]*") if _is_year(p))
    if not found:
        return "Er is nog niets verwerkt. Begin met `sia demo`, `sia run` of `sia batch`."
    return "\n".join(_line(folder, folders) for folder in found)


def _is_year(folder: Path) -> bool:
    known = folder.parent.name == COUNTRY or folder.parent.name.startswith("GM")
    return known and folder.is_dir() and folder.name.isdigit()


def _code(folders: Folders, gemeente: str) -> str:
    """Return the code of a municipality with a file, or of one that was processed without."""
    wanted = gemeente.strip().upper()
    if wanted == COUNTRY or (folders.processed / wanted).is_dir():
        return wanted
    try:
        return configure_processed(gemeente, folders.processed).code
    except InputError as error:
        oplossing = "Geef de code (GM met vier cijfers), of NL voor het hele land."
        wat = f"Van `{gemeente}` is niets verwerkt en er is geen bestand in gemeenten/."
        raise InputError([Problem(wat=wat, oplossing=oplossing)]) from error


def _line(folder: Path, folders: Folders) -> str:
    code, year = folder.parent.name, folder.name
    stages = read_manifest(folder).get("stappen", {})
    pages = [folders.reports / code / year / name for name in _PAGES]
    page = next((path for path in pages if path.exists()), None)
    parts = [
        f"stappen {', '.join(sorted(stages)) or 'geen'}",
        "; ".join(_faults(stages)) or "in orde",
        f"{page.stem}: {page}" if page else "nog geen rapport",
    ]
    if code == COUNTRY:
        own = len(list((folder.parent / "gemeenten").glob(f"GM*/{year}/manifest.json")))
        parts.append(f"tabellen van {own} gemeenten")
    return f"{_name(code, folders)} {year}: {'; '.join(parts)}"


def _faults(stages: dict[str, dict[str, dict[str, str]]]) -> Iterator[str]:
    for stage, entry in sorted(stages.items()):
        for name, expected in entry.get("uitvoer", {}).items():
            path = Path(name)
            if not path.exists():
                yield f"{stage}: {path.name} ontbreekt"
            elif sha256_file(path) != expected:
                yield f"{stage}: {path.name} is later gewijzigd"


def _name(code: str, folders: Folders) -> str:
    if code == COUNTRY:
        return "Nederland (NL)"
    try:
        return f"{configure_processed(code, folders.processed).naam} ({code})"
    except InputError:
        return code
