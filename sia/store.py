"""Files between the stages: written whole or not at all, the same bytes for the same content."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from sia.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

MANIFEST = "manifest.json"


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target` that replaces it only when the block succeeds.

    `target`: Its folder is made when needed.
    Yields: Path to write to. After the block it is flushed to disk and renamed over `target`; when
        the block raises, it is removed and `target` stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        prefix=f".{target.stem}.", suffix=f".part{target.suffix}", dir=target.parent
    )
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.chmod(0o644)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def write_bytes(target: Path, content: bytes) -> None:
    """Write `content` to `target`, whole or not at all."""
    with atomic_path(target) as part:
        part.write_bytes(content)


def write_text(target: Path, content: str) -> None:
    """Write UTF-8 text to `target`, whole or not at all."""
    write_bytes(target, content.encode("utf-8"))


def write_json(target: Path, content: Mapping[str, Any]) -> None:
    """Write sorted, indented JSON to `target`, whole or not at all."""
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    write_text(target, text + "\n")


def read_note(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; empty where there is none, or no whole one."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_table(target: Path, table: pd.DataFrame | gpd.GeoDataFrame) -> None:
    """Write a (Geo)DataFrame as (Geo)Parquet, whole or not at all.

    `target`: Ends in ``.parquet``.
    `table`: Its index is kept. The same table gives the same bytes.
    """
    with atomic_path(target) as part:
        table.to_parquet(part, compression="zstd")


def read_table(path: Path) -> pd.DataFrame:
    """Read a Parquet or GeoParquet file written by `write_table`.

    Returns (DataFrame or GeoDataFrame): A GeoDataFrame when the file says that it holds geometry.
    Raises `InputError` when the file is absent or not Parquet; says which notebook or command makes
        it.
    """
    import pandas as pd
    import pyarrow.parquet as pq

    if not path.exists():
        raise InputError.one(
            bestand=str(path),
            wat="Dit tussenbestand ontbreekt.",
            oplossing="Draai eerst de notebooks met een lager nummer, of `sia run`.",
        )
    try:
        schema = pq.read_schema(path)
    except Exception as error:
        raise InputError.one(
            bestand=str(path),
            wat=f"Dit bestand is geen leesbaar Parquet-bestand ({type(error).__name__}).",
            oplossing="Verwijder het en draai de stap die het maakt opnieuw.",
        ) from error
    if schema.metadata and b"geo" in schema.metadata:
        import geopandas as gpd

        layer: pd.DataFrame = gpd.read_parquet(path)
        return layer
    return pd.read_parquet(path)


def read_tables(folder: Path, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Return the tables of these names that are in a folder; none where there are none."""
    paths = {name: folder / f"{name}.parquet" for name in names}
    return {name: read_table(path) for name, path in paths.items() if path.exists()}


def legible(name: str) -> str:
    """Return the name of a file as text that can be written: what is no UTF-8 gets a mark."""
    return os.fsencode(name).decode("utf-8", "replace")


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder, or an empty one when there is none."""
    path = folder / MANIFEST
    if not path.exists():
        return {}
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def update_manifest(folder: Path, stage: str, entry: Mapping[str, Any]) -> None:
    """Put one stage's record (inputs, parameters, outputs with hashes) in the folder's manifest.

    `folder`: ``data/processed/<gemeente>/<jaar>``.
    `stage`: Name of the stage ("intake", "indicatoren", ...).
    `entry`: JSON-serialisable. No clock time: the same inputs give the same manifest.
    """
    with _alone(folder):
        manifest = read_manifest(folder)
        manifest.setdefault("stappen", {})[stage] = dict(entry)
        write_json(folder / MANIFEST, manifest)


def forget_stage(folder: Path, stage: str) -> None:
    """Take a stage's record out of the folder's manifest, when what it wrote was taken away."""
    with _alone(folder):
        manifest = read_manifest(folder)
        if manifest.get("stappen", {}).pop(stage, None) is not None:
            write_json(folder / MANIFEST, manifest)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the manifest: notebooks that run side by side each add their own stage to it."""
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".manifest.slot"):
        yield
