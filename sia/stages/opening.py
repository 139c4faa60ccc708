"""Open a run from what a person typed: names, folders and years, checked together."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sia.base_year import base_year
from sia.errors import InputError
from sia.methode import Methode
from sia.request import check_request, configure_processed, known_municipalities
from sia.settings import LAST_RUN, Folders, project_root
from sia.sources.store import open_store
from sia.stages.run import Run, resolve
from sia.store import read_manifest

Paths = str | Path | Sequence[str | Path]


def checked_run(
    gemeente: str,
    jaar: int,
    bron: Paths = (),
    *,
    jaren: Sequence[int] = (),
    basisjaar: int | None = None,
    methode: Mapping[str, Any] | Methode | None = None,
    verwerkt: str | Path = "",
    rapporten: str | Path = "",
) -> Run:
    """Return the run of a municipality and year; see `sia.open`.

    Raises InputError with every problem of the request at once.
    """
    default = Folders.of(project_root())
    folders = Folders(
        processed=_folder(verwerkt) if verwerkt else default.processed,
        reports=_folder(rapporten) if rapporten else default.reports,
    )
    listed = (
        [bron] if isinstance(bron, str | Path) else list(bron) or usual_folders(gemeente, folders)
    )
    raw = tuple(raw_folder(one) for one in listed)
    asked = sorted({*jaren, jaar})
    own = check_request(
        gemeente, asked, raw, lambda: known_municipalities(open_store(raw, folders.processed))
    )
    years = tuple(asked) if jaren else _years_of_batch(folders, own.code, jaar)
    base = base_year(own.code, years, basisjaar, folders)
    method = resolve(own, methode)
    with_limits, usual = own.with_thresholds(method.drempels), resolve(own).hash
    return Run(with_limits, jaar, years, base, raw, folders, method, gewone=usual)


def last_asked(folders: Folders, code: str) -> tuple[tuple[Path, ...], Path | None]:
    """Return the raw folders and the file of the method in the record of the last run.

    Raises InputError when there is no such record.
    """
    path = folders.reports / code / LAST_RUN
    if not path.exists():
        wat = "Het verslag van de laatste run ontbreekt:"
        raise InputError.one(wat, "Draai `sia run`.", bestand=str(path))
    asked = json.loads(path.read_text(encoding="utf-8"))["opdracht"]
    root = project_root()
    bron = tuple((root / Path(name).expanduser()).resolve() for name in asked["bron"])
    own = asked.get("methode")
    return bron, (root / Path(own).expanduser()).resolve() if own else None


def usual_folders(gemeente: str, folders: Folders) -> Sequence[Path]:
    """Return the raw folders of the last run of a municipality, or else those of the project.

    In the folder of the project one that has the name of the municipality is its own.
    """
    raw = project_root() / "data/raw"
    try:
        own = configure_processed(gemeente, folders.processed)
    except InputError:
        return [raw]
    try:
        bron, _ = last_asked(folders, own.code)
    except InputError:
        bron = ()
    if bron and all(one.is_dir() for one in bron):
        return bron
    name = own.naam.split(" (")[0].casefold()
    return [next((p for p in sorted(raw.glob("*/")) if p.name.casefold() == name), raw)]


def _folder(given: str | Path) -> Path:
    return Path(os.path.normpath(Path.cwd() / given))


def raw_folder(given: str | Path) -> Path:
    """Return a folder as it lies from here, or else from the folder of the project."""
    here = _folder(given)
    if here.is_dir() or Path(given).is_absolute():
        return here
    there = Path(os.path.normpath(project_root() / given))
    return there if there.is_dir() else here


def _years_of_batch(folders: Folders, code: str, jaar: int) -> tuple[int, ...]:
    """Return the years with which a year was published last, or the year alone."""
    noted = read_manifest(folders.year(code, jaar)).get("stappen", {}).values()
    years = {int(year) for stage in noted for year in stage.get("parameters", {}).get("jaren", ())}
    return tuple(sorted(years | {jaar}))
