"""Keep what was read from raw files, so that the years of one municipality read them once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from sia.sources.base import AreaLayer, Intake, Origin, Publisher, Record, SourceTable, SquareLayer
from sia.store import read_table, sha256_file, write_json, write_table

_INDEX = "inhoud.json"
_FRAMES = ("values", "reasons", "regions", "measures", "lower", "upper", "frame")
_CODE = ("sources", "areas.py", "store.py")


def intake_key(bron: Iterable[Path], gemeente: str, jaren: Iterable[int]) -> str:
    """Return the hash of everything that an intake depends on.

    Parameters
    ----------
    bron : iterable of pathlib.Path
        Folders with raw data; names and contents of all files count.
    gemeente : str
    jaren : iterable of int

    Returns
    -------
    str
        16 hexadecimal digits; changes with a raw file, the readers, municipality or years.
    """
    package = Path(__file__).resolve().parents[1]
    code = [package / name for name in _CODE]
    digest = hashlib.sha256(f"{gemeente} {sorted(jaren)}".encode())
    for root in [*bron, *code]:
        files = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file())
        for path in files:
            if "__pycache__" not in path.parts:
                name = path.relative_to(root.parent)
                digest.update(f"{name}={sha256_file(path)}\n".encode())
    return digest.hexdigest()[:16]


def save_intake(folder: Path, intake: Intake) -> None:
    """Write an intake as Parquet files with an index; the index comes last.

    Parameters
    ----------
    folder : pathlib.Path
        Made when needed. Without its index it counts as absent.
    intake : Intake
    """
    records: list[dict[str, Any]] = []
    everything: list[Record] = [*intake.tables, *intake.areas, *intake.squares]
    for number, record in enumerate(everything):
        frames = {n: f for n in _FRAMES if (f := getattr(record, n, None)) is not None}
        for name, frame in frames.items():
            write_table(folder / f"{number:03d}-{name}.parquet", frame)
        facts = {
            n: getattr(record, n) for n in ("source", "year", "level", "size") if hasattr(record, n)
        }
        origin = asdict(record.origin) | {"path": str(record.origin.path)}
        kind = type(record).__name__
        records.append({"soort": kind, "frames": sorted(frames), "facts": facts, "origin": origin})
    write_table(folder / "files.parquet", intake.files.astype(str))
    write_json(folder / _INDEX, {"records": records})


def load_intake(folder: Path) -> Intake | None:
    """Return an intake that `save_intake` wrote, or None when there is none.

    Parameters
    ----------
    folder : pathlib.Path
    """
    index = folder / _INDEX
    if not index.exists():
        return None
    tables: list[SourceTable] = []
    areas: list[AreaLayer] = []
    squares: list[SquareLayer] = []
    for number, row in enumerate(json.loads(index.read_text(encoding="utf-8"))["records"]):
        frames = {n: read_table(folder / f"{number:03d}-{n}.parquet") for n in row["frames"]}
        arguments = {**row["facts"], **frames, "origin": _origin(row["origin"])}
        if row["soort"] == "SourceTable":
            tables.append(SourceTable(**arguments))
        elif row["soort"] == "AreaLayer":
            areas.append(AreaLayer(**arguments))
        else:
            squares.append(SquareLayer(**arguments))
    files: pd.DataFrame = read_table(folder / "files.parquet")
    return Intake(tuple(tables), tuple(areas), tuple(squares), files)


def _origin(row: dict[str, Any]) -> Origin:
    publisher = Publisher(**row["publisher"])
    return Origin(Path(row["path"]), row["sha256"], publisher, row["table"], row["year"])
