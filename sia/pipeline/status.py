"""What has been processed so far, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sia.errors import InputError
from sia.gemeente import load_gemeente
from sia.settings import Folders
from sia.store import read_manifest, sha256_file


def status_text(folders: Folders, gemeente: str | None = None) -> str:
    """Return a Dutch overview of the municipalities and years that were processed.

    Parameters
    ----------
    folders : Folders
    gemeente : str, optional
        Only this municipality, name or code.

    Returns
    -------
    str
        One line per year: stages done, report, and every file that is absent or was changed
        after it was written.
    """
    wanted = load_gemeente(gemeente).code if gemeente else "GM*"
    years = sorted(p for p in folders.processed.glob(f"{wanted}/[0-9]*") if p.is_dir())
    if not years:
        return "Er is nog niets verwerkt. Begin met `sia demo` of `sia run`."
    return "\n".join(_line(folder, folders) for folder in years)


def _line(folder: Path, folders: Folders) -> str:
    code, year = folder.parent.name, folder.name
    stages = read_manifest(folder).get("stappen", {})
    report = folders.reports / code / year / "rapport.html"
    faults = "; ".join(_faults(stages)) or "in orde"
    have = f"rapport: {report}" if report.exists() else "nog geen rapport"
    return f"{_name(code)} {year}: stappen {', '.join(sorted(stages)) or 'geen'}; {faults}; {have}"


def _faults(stages: dict[str, dict[str, dict[str, str]]]) -> Iterator[str]:
    for stage, entry in sorted(stages.items()):
        for name, expected in entry.get("uitvoer", {}).items():
            path = Path(name)
            if not path.exists():
                yield f"{stage}: {path.name} ontbreekt"
            elif sha256_file(path) != expected:
                yield f"{stage}: {path.name} is later gewijzigd"


def _name(code: str) -> str:
    try:
        return f"{load_gemeente(code).naam} ({code})"
    except InputError:
        return code
