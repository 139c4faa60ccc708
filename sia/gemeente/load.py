"""Find the file of a municipality and read it, with every problem at once."""

from __future__ import annotations

from pathlib import Path

from sia.errors import InputError, suggestion
from sia.gemeente.model import Gemeente
from sia.settings import project_root
from sia.toml import read_toml, validate


def default_folder() -> Path:
    """Return the project's folder with municipality files."""
    return project_root() / "gemeenten"


def _files(folder: Path) -> dict[Path, tuple[str, str]]:
    """Return per file the code and the name that it states, without checking the rest."""
    listed = {}
    for path in sorted(folder.glob("GM*.toml")):
        content = read_toml(path)
        listed[path] = (str(content.get("code", "")), str(content.get("naam", "")))
    return listed


def names_with_a_file(folder: Path | None = None) -> dict[str, str]:
    """Return the names of the municipalities that have a file, by code."""
    return {code: naam for code, naam in _files(folder or default_folder()).values() if code}


def file_of(which: str, folder: Path | None = None) -> Path | None:
    """Return the file of a municipality, or None when it has none.

    `which`: Name, code or the name of the file.
    `folder`: Default ``gemeenten/`` of the project.
    """
    wanted = which.strip().casefold()
    for path, (code, naam) in _files(folder or default_folder()).items():
        stem = path.stem.casefold()
        if wanted in (code.casefold(), naam.casefold(), stem, stem.partition("-")[2]):
            return path
    return None


def load_gemeente(which: str | Path, folder: Path | None = None) -> Gemeente:
    """Return the validated configuration of one municipality.

    `which`: Name (``Enschede``), code (``GM0153``) or a TOML file.
    `folder`: Where to look for the name or code; default ``gemeenten/`` of the project.
    """
    where = folder or default_folder()
    is_file = isinstance(which, Path) or which.endswith(".toml")
    path = Path(which) if is_file else file_of(str(which), where)
    if path is None:
        names = [word for pair in _files(where).values() for word in pair if word]
        hint = suggestion(str(which), names)
        oplossing = f"{hint} Begin een bestand voor een andere gemeente met `sia init GM....`."
        wat = f"Geen gemeentebestand gevonden voor `{which}`."
        raise InputError.one(wat, oplossing, bestand=str(where))
    gemeente = validate(Gemeente, read_toml(path), path.name, context=path)
    gemeente.catalogus()
    return gemeente
