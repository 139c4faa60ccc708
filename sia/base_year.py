"""Which year fixes the scale of a municipality's scores: chosen once, changed only when asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sia.errors import InputError
from sia.settings import Folders
from sia.store import MANIFEST, read_manifest, write_json

FILE = "basisjaar.json"
"""Beside the processed years of a municipality."""

NORMS = "normen.parquet"
OPTION = "--basisjaar"


def base_year(gemeentecode: str, jaren: Sequence[int], asked: int | None, folders: Folders) -> int:
    """Return the year whose norms fix the scale of a run.

    `asked`: By default the year of earlier runs, or else the first of `jaren`.
    Raises `InputError` when it is none of `jaren` and was not processed before: then there are no
        norms.
    """
    kept = recorded(folders, gemeentecode)
    year = asked or kept or min(jaren)
    if year in jaren or is_processed(folders, gemeentecode, year):
        return year
    years = ", ".join(map(str, sorted(jaren)))
    if asked:
        wat = f"{asked} is geen van de gevraagde jaren ({years}) en is niet eerder verwerkt."
        oplossing = "Kies een van die jaren als basisjaar, of vraag ook dat jaar met --jaar."
    else:
        wat = f"{gemeentecode} heeft {year} als basisjaar, maar van dat jaar zijn er geen tabellen."
        oplossing = f"Vraag ook {year} met --jaar, of kies met {OPTION} een ander jaar."
    raise InputError.one(wat, oplossing, kolom=OPTION)


def base_year_text(
    gemeentecode: str, jaren: Sequence[int], asked: int | None, folders: Folders
) -> str:
    """Say in Dutch what the earlier base year means for a run; empty when it means nothing."""
    kept = recorded(folders, gemeentecode)
    if kept is None or kept == (asked or min(jaren)):
        return ""
    if asked is None:
        return (
            f"Het basisjaar blijft {kept}, zoals bij eerdere runs; een ander jaar kiest u met "
            f"{OPTION}."
        )
    years = {int(path.parent.name) for path in _of_years(folders, gemeentecode, NORMS)}
    old = ", ".join(map(str, sorted(years - set(jaren))))
    text = f"Het basisjaar verandert van {kept} in {asked}."
    return f"{text} Op de schaal van {kept} staan nog: {old}; vraag ook die jaren." if old else text


def recorded(folders: Folders, gemeentecode: str) -> int | None:
    """Return the base year of earlier runs, or None when there were none."""
    path = _record(folders, gemeentecode)
    if not path.exists():
        # tables from before there was a record say it too
        manifests = _of_years(folders, gemeentecode, MANIFEST)
        notes = [read_manifest(path.parent).get("stappen", {}) for path in manifests]
        years = Counter(
            int(stage["parameters"]["basisjaar"])
            for stages in notes
            for stage in stages.values()
            if stage.get("parameters", {}).get("basisjaar")
        )
        return min(years, key=lambda year: (-years[year], year)) if years else None
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["basisjaar"])
    except (ValueError, KeyError, TypeError) as error:
        wat = "Hierin staat geen basisjaar."
        oplossing = f"Verwijder dit bestand en kies het jaar met {OPTION}."
        raise InputError.one(wat, oplossing, bestand=str(path)) from error


def record(folders: Folders, gemeentecode: str, year: int) -> None:
    """Keep the base year for later runs, when there are norms of it."""
    if is_processed(folders, gemeentecode, year):
        write_json(_record(folders, gemeentecode), {"basisjaar": year})


def is_processed(folders: Folders, gemeentecode: str, year: int) -> bool:
    """Tell whether there are norms of a year."""
    return (folders.year(gemeentecode, year) / NORMS).exists()


def _record(folders: Folders, gemeentecode: str) -> Path:
    return folders.record(gemeentecode).with_name(FILE)


def _of_years(folders: Folders, gemeentecode: str, name: str) -> list[Path]:
    """Return the files of this name of the years that were processed."""
    return sorted(folders.record(gemeentecode).parent.glob(f"[0-9]*/{name}"))
