"""Keep what was read from raw files as Parquet: read once, for all municipalities and years."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
from filelock import FileLock

from sia.request import MUNICIPALITIES, UNKNOWN, Known, store_folder
from sia.sources.base import AreaLayer, Intake, Origin, Publisher, Record, SourceTable, SquareLayer
from sia.sources.registry import READ, SKIPPED, of_no_source, read_folder
from sia.sources.wish import Wish, describe, municipalities_in, unwanted
from sia.store import atomic_path, legible, read_table, write_json, write_table

_INDEX = "inhoud.json"
_TABLE, _SHAPES = "cijfers", "vlakken"
_PER_REGION = ("values", "reasons", "regions", "lower", "upper")
"""Frames of a record with the same rows: they are kept side by side in one file."""
_OF_COUNTRY = ("values", "regions")
"""What the norms of an indicator need of all buurten of the country."""

_NOT_ASKED = "grenzen niet nodig voor het gevraagde jaar"

_KINDS: dict[str, Any] = {kind.__name__: kind for kind in (SourceTable, AreaLayer, SquareLayer)}
_IN_OWN_YEAR = ("cbs.kwb", "cbs.pdok")
ROW_GROUP = 1000
"""Rows per Parquet row group. Rows are in order of code, so that the statistics of the groups say
which of them hold a municipality and the others are never read."""


def open_store(bron: Sequence[Path], processed: Path) -> Path:
    """Return the folder with all that the raw folders hold; read them when that was not done yet.

    The store of these raw files, for `load_intake`. Squares are not in it: those are read for
    one municipality at a time.
    """
    folder = store_folder(bron, processed)
    if (folder / _INDEX).exists():
        mark_used(folder)
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{folder.name}.slot"):
        if not (folder / _INDEX).exists():
            # without its index a store is what a killed reader left
            shutil.rmtree(folder, ignore_errors=True)
            writer = _Writer(folder)
            found = read_folder(list(bron), vierkanten_ook=False, bewaar=writer.keep)
            write_json(folder / MUNICIPALITIES, writer.municipalities())
            write_json(folder / UNKNOWN, {"bestanden": of_no_source(found.files)})
            writer.finish((*found.tables, *found.areas), found.files)
    return folder


def mark_used(folder: Path) -> None:
    """Note that somebody opened a store: what nobody opens any more is cleared away."""
    with suppress(FileNotFoundError):
        os.utime(folder)


def save_intake(folder: Path, found: Intake) -> None:
    """Write an intake as Parquet files with an index; the index comes last.

    `folder`: made when needed. Without its index it counts as absent.
    """
    writer = _Writer(folder)
    records: tuple[Record, ...] = (*found.tables, *found.areas, *found.squares)
    writer.finish([writer.keep("", record) for record in records], found.files)


class _Writer:
    """Writes records one by one, so that a country is never in memory as a whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: dict[int, dict[str, Any]] = {}
        self._known: dict[str, Known] = {}

    def keep(self, name: str, record: Record) -> Record:
        """Write a record and return it without its rows."""
        number = len(self._rows)
        frames = {n: f for n in _PER_REGION if (f := getattr(record, n, None)) is not None}
        if frames:
            side_by_side = [frame.add_prefix(f"{name}.") for name, frame in frames.items()]
            self._write(number, _TABLE, pd.concat(side_by_side, axis=1))
        if isinstance(record, SourceTable):
            measures = record.measures.reset_index().to_dict("split", index=False)
        else:
            measures = {}
            self._write(number, _SHAPES, record.frame)
            frames["frame"] = record.frame
        facts = {
            n: getattr(record, n) for n in ("source", "year", "level", "size") if hasattr(record, n)
        }
        about = () if isinstance(record, SquareLayer) else municipalities_in(record)
        if not isinstance(record, SquareLayer):
            self._meet(record)
        stub = replace(record, **{n: frame.iloc[:0] for n, frame in frames.items()})
        # the stub lives as long as this writer, so its identity is its name
        self._rows[id(stub)] = {
            "nummer": number,
            "soort": type(record).__name__,
            "frames": sorted(frames),
            "maten": measures,
            "facts": facts,
            "origin": asdict(record.origin)
            | {
                # from here: what is kept does not tell where the project lies, or whose it is
                "path": legible(os.path.relpath(record.origin.path, self._folder)),
                "table": legible(record.origin.table),
            },
            "gemeenten": sorted(about),
            "bestand": name,
            "beschrijving": describe(record),
            "stub": stub,
        }
        return stub

    def _write(self, number: int, name: str, frame: pd.DataFrame) -> None:
        with atomic_path(_frame_path(self._folder, number, name)) as part:
            frame.to_parquet(part, compression="zstd", row_group_size=ROW_GROUP)

    def _meet(self, record: SourceTable | AreaLayer) -> None:
        """Note which municipalities have buurten in this record, and what they are called."""
        regions = record.frame if isinstance(record, AreaLayer) else record.regions
        codes = regions.index.astype(str)
        own_year = isinstance(record, AreaLayer) or record.source in _IN_OWN_YEAR
        for code in sorted({f"GM{c[2:6]}" for c in codes if c.startswith("BU")}):
            self._known.setdefault(code, Known(code)).meet(record.year, own_year)
        pairs = regions[["gemeentecode", "gemeentenaam"]].astype(str).drop_duplicates()
        named = regions.loc[codes.str.startswith("GM"), "naam"].astype(str)
        for code, name in [*pairs.itertuples(index=False), *named.items()]:
            if code in self._known:
                self._known[code].call(record.year, name)

    def municipalities(self) -> dict[str, Any]:
        """Return the municipalities that were met, as JSON."""
        return {code: known.facts() for code, known in sorted(self._known.items())}

    def finish(self, kept: Sequence[Record], files: pd.DataFrame) -> None:
        """Write the table of files and the index of what was kept, in the order given."""
        rows = [self._rows[id(record)] for record in kept]
        write_table(self._folder / "files.parquet", files.astype(str))
        listed = [{k: v for k, v in row.items() if k != "stub"} for row in rows]
        write_json(self._folder / _INDEX, {"records": listed})


@dataclass(frozen=True)
class KeptLayer:
    """What a store knows of a border layer without opening its shapes.

    `level`: buurt, wijk or gemeente.
    """

    nummer: int
    level: str
    year: int
    areas: int


def kept_layers(folder: Path) -> tuple[KeptLayer, ...]:
    """Return the border layers of a store; empty when there is no store.

    `folder`: from `open_store`.
    """
    return tuple(
        KeptLayer(
            row["nummer"],
            row["facts"]["level"],
            row["facts"]["year"],
            pq.read_metadata(_frame_path(folder, row["nummer"], _SHAPES)).num_rows,
        )
        for row in _records(folder)
        if row["soort"] == "AreaLayer"
    )


def _records(folder: Path) -> list[dict[str, Any]]:
    """Return the index of a store; empty when there is none."""
    index = folder / _INDEX
    if not index.exists():
        return []
    listed: list[dict[str, Any]] = json.loads(index.read_text(encoding="utf-8"))["records"]
    return listed


def _frame_path(folder: Path, number: int, name: str) -> Path:
    return folder / f"{number:03d}-{name}.parquet"


def load_intake(
    folder: Path,
    gemeente: str = "",
    jaren: Sequence[int] = (),
    *,
    normen: bool = False,
    grenzen: Container[int] | None = None,
    tabellen: Container[str] | None = None,
) -> Intake | None:
    """Return an intake that `open_store` or `save_intake` wrote, or None when there is none.

    `gemeente`: when given, only the rows of this municipality, its wijken and buurten, and of the
        country; tables and layers that are not about it are not opened.
    `jaren`: when given, only what can serve these years, as `sia.lees` has it.
    `normen`: keep the values of all buurten of the country in the tables of the municipality:
        norms need them. Reasons, margins and borders stay those of the municipality.
    `grenzen`: numbers of the border layers to open, from `kept_layers`; default all.
    `tabellen`: sources of which to open the tables of figures; default all.
    """
    if not (folder / _INDEX).exists():
        return None
    wish = Wish(gemeente, tuple(jaren))
    records: list[Record] = []
    fate: list[tuple[str, str, str]] = []
    for row in _records(folder):
        asked = _asked(row, grenzen, tabellen)
        reason = _reason(row, wish) or ("" if asked else _NOT_ASKED)
        fate.append((row["bestand"], row["beschrijving"], reason))
        if reason:
            continue
        frames = {name: _read(folder, row["nummer"], name, wish, normen) for name in row["frames"]}
        if row["maten"]:
            frames["measures"] = pd.DataFrame(**row["maten"]).set_index("measure")
        kind = _KINDS[row["soort"]]
        records.append(kind(**row["facts"], **frames, origin=_origin(row["origin"], folder)))
    return Intake(
        tables=tuple(one for one in records if isinstance(one, SourceTable)),
        areas=tuple(one for one in records if isinstance(one, AreaLayer)),
        squares=tuple(one for one in records if isinstance(one, SquareLayer)),
        files=_files(read_table(folder / "files.parquet"), fate),
    )


def _asked(
    row: dict[str, Any], grenzen: Container[int] | None, tabellen: Container[str] | None
) -> bool:
    if row["soort"] == "AreaLayer":
        return grenzen is None or row["nummer"] in grenzen
    if row["soort"] == "SourceTable":
        return tabellen is None or row["facts"]["source"] in tabellen
    return True


def _reason(row: dict[str, Any], wish: Wish) -> str:
    squares = row["soort"] == "SquareLayer"
    about = not wish.gemeente or squares or wish.gemeente in row["gemeenten"]
    source = row["facts"].get("source", "")
    return unwanted(source, row["facts"]["year"], row["soort"] == "AreaLayer", about, wish)


def _files(files: pd.DataFrame, fate: Sequence[tuple[str, str, str]]) -> pd.DataFrame:
    """Return the table of files as one municipality and its years see it."""
    used = {name for name, _, reason in fate if not reason}
    remarks = dict(zip(files["bestand"], files["opmerking"], strict=True))
    for name, described, reason in fate:
        if reason:
            remarks[name] = remarks[name].replace(described, reason, 1)
    unused = {name for name, _, _ in fate} - used
    passed_over = files["bestand"].isin(unused) & (files["status"] == READ)
    return files.assign(
        status=files["status"].mask(passed_over, SKIPPED),
        opmerking=["; ".join(dict.fromkeys(remarks[n].split("; "))) for n in files["bestand"]],
    )


def _read(folder: Path, number: int, frame: str, wish: Wish, normen: bool) -> pd.DataFrame:
    """Return a frame of a record: the rows of the municipality that is wanted, or all."""
    every = not wish.gemeente or (normen and frame in _OF_COUNTRY)
    wanted = None if every else _of_gemeente(wish.gemeente)
    if frame == "frame":
        layer: pd.DataFrame = gpd.read_parquet(_frame_path(folder, number, _SHAPES), filters=wanted)
        return layer
    path = _frame_path(folder, number, _TABLE)
    own = [name for name in pq.read_schema(path).names if name.startswith(f"{frame}.")]
    return pd.read_parquet(path, columns=own, filters=wanted).rename(
        columns=lambda name: name.removeprefix(f"{frame}.")
    )


def _of_gemeente(gemeente: str) -> Sequence[Sequence[tuple[str, str, str]]]:
    """Return the ranges of codes of one municipality, as Parquet reads them: any of, all of."""
    number = gemeente[2:]
    after = f"{int(number) + 1:04d}" if number != "9999" else "A"
    ranges = [
        [("code", ">=", f"{level}{number}"), ("code", "<", f"{level}{after}")]
        for level in ("BU", "WK")
    ]
    return [*ranges, [("code", "==", gemeente)], [("code", "==", "NL")]]


def _origin(row: dict[str, Any], folder: Path) -> Origin:
    publisher, path = Publisher(**row["publisher"]), os.path.normpath(folder / row["path"])
    return Origin(Path(path), row["sha256"], publisher, row["table"], row["year"])
