"""Keep what was read from raw files, so that the years of one municipality read them once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from sia.sources.base import AreaLayer, Intake, Origin, Publisher, Record, SourceTable, SquareLayer
from sia.store import atomic_path, read_table, sha256_file, write_json, write_table

_INDEX = "inhoud.json"
_FRAMES = ("values", "reasons", "regions", "measures", "lower", "upper", "frame")
_CODE = ("sources", "areas.py", "store.py")
_PER_REGION = ("values", "reasons", "regions", "lower", "upper", "frame")
ROW_GROUP = 1000
"""Rows per Parquet row group. Rows are in order of code, so that the statistics of the groups say
which of them hold a municipality and the others are never read."""


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
            with atomic_path(folder / f"{number:03d}-{name}.parquet") as part:
                frame.to_parquet(part, compression="zstd", row_group_size=ROW_GROUP)
        facts = {
            n: getattr(record, n) for n in ("source", "year", "level", "size") if hasattr(record, n)
        }
        origin = asdict(record.origin) | {"path": str(record.origin.path)}
        kind = type(record).__name__
        records.append(
            {
                "soort": kind,
                "frames": sorted(frames),
                "facts": facts,
                "origin": origin,
                "gemeenten": _gemeenten(record),
            }
        )
    write_table(folder / "files.parquet", intake.files.astype(str))
    write_json(folder / _INDEX, {"records": records})


def _gemeenten(record: Record) -> list[str]:
    """Return the codes of the municipalities that a table or border layer has regions of."""
    if isinstance(record, SquareLayer):
        return []
    index = record.values.index if isinstance(record, SourceTable) else record.frame.index
    return sorted({f"GM{code[2:6]}" for code in map(str, index) if code[:2] in ("BU", "WK", "GM")})


def load_intake(folder: Path, gemeente: str = "") -> Intake | None:
    """Return an intake that `save_intake` wrote, or None when there is none.

    Parameters
    ----------
    folder : pathlib.Path
    gemeente : str
        When given, only the rows of this municipality, its wijken and buurten, and of the
        country; tables and layers without any of its regions are not opened. Squares have no
        region code and are left out then.
    """
    index = folder / _INDEX
    if not index.exists():
        return None
    tables: list[SourceTable] = []
    areas: list[AreaLayer] = []
    squares: list[SquareLayer] = []
    for number, row in enumerate(json.loads(index.read_text(encoding="utf-8"))["records"]):
        if gemeente and gemeente not in row["gemeenten"]:
            continue
        frames = {
            n: _read(folder / f"{number:03d}-{n}.parquet", gemeente if n in _PER_REGION else "")
            for n in row["frames"]
        }
        arguments = {**row["facts"], **frames, "origin": _origin(row["origin"])}
        if row["soort"] == "SourceTable":
            tables.append(SourceTable(**arguments))
        elif row["soort"] == "AreaLayer":
            areas.append(AreaLayer(**arguments))
        else:
            squares.append(SquareLayer(**arguments))
    files: pd.DataFrame = read_table(folder / "files.parquet")
    return Intake(tuple(tables), tuple(areas), tuple(squares), files)


def _read(path: Path, gemeente: str) -> pd.DataFrame:
    if not gemeente:
        return read_table(path)
    wanted = _of_gemeente(gemeente)
    if path.stem.endswith("-frame"):
        layer: pd.DataFrame = gpd.read_parquet(path, filters=wanted)
        return layer
    return pd.read_parquet(path, filters=wanted)


def _of_gemeente(gemeente: str) -> Sequence[Sequence[tuple[str, str, str]]]:
    """Return the ranges of codes of one municipality, as Parquet reads them: any of, all of."""
    number = gemeente[2:]
    after = f"{int(number) + 1:04d}" if number != "9999" else "A"
    ranges = [
        [("code", ">=", f"{level}{number}"), ("code", "<", f"{level}{after}")]
        for level in ("BU", "WK")
    ]
    return [*ranges, [("code", "==", gemeente)], [("code", "==", "NL")]]


def _origin(row: dict[str, Any]) -> Origin:
    publisher = Publisher(**row["publisher"])
    return Origin(Path(row["path"]), row["sha256"], publisher, row["table"], row["year"])
