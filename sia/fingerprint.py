"""Hashes of files and folders: what changed is seen by content, never by clock times."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from sia.settings import PLANS
from sia.store import sha256_file

_HANDED_DOWN = "SIA_BRONHASH"
"""Environment variable with which a batch tells its kernels the hashes of the raw folders: hashing
a country of raw files again in every notebook would cost more than reading them."""


def digest(parts: Iterable[str]) -> str:
    """Return one SHA-256 over texts, in their order, as 64 hexadecimal digits."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode("utf-8", "surrogateescape"))
        whole.update(b"\x1e")
    return whole.hexdigest()


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or a word where it cannot be opened: the reader says why."""
    try:
        return sha256_file(path)
    except OSError:
        return "onleesbaar"


def tree_hash(folder: Path, suffixes: Iterable[str] = (), without: str = "") -> str:
    """Return one hash over names and contents of the files under a folder (or of one file).

    `suffixes`: Only files with these suffixes; default all. Hidden files never count.
    `without`: Name of a folder in `folder` of which only counts whether it holds files.
    Raises `FileNotFoundError` when there is no such folder or file: nothing has no hash, and a part
        that was renamed must not pass unseen.
    """
    if not folder.exists():
        raise FileNotFoundError(folder)
    wanted = frozenset(suffixes)
    files = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.is_file())
    lines = []
    for path in files:
        name = path.relative_to(folder.parent)
        inside = name.parts[1:]
        if any(part.startswith(".") for part in inside) or (wanted and path.suffix not in wanted):
            continue
        whole = inside[:-1][:1] != (without,)
        lines.append(f"{name.as_posix()}={content_hash(path)}" if whole else f"{without}/")
    return digest(dict.fromkeys(lines))


class RawHash(NamedTuple):
    """What raw folders hold, by who reads it.

    `open`: Hash of the open data and the municipality's own tables: what the intake reads.
    `plannen`: Hash of the folders `sia.settings.PLANS`: what only the agenda reads.
    """

    open: str
    plannen: str


def raw_hash(bron: Sequence[Path]) -> RawHash:
    """Return the hashes of everything in the raw folders.

    `bron`: Within a batch (`hand_down`) the hashes that the batch took of these same folders.
    Raises `FileNotFoundError` when one of them does not exist.
    """
    told = handed_down(bron)
    if told is not None:
        return told
    plans = [folder / PLANS for folder in bron]
    return RawHash(
        digest(tree_hash(folder, without=PLANS) for folder in bron),
        digest(tree_hash(folder) for folder in plans if folder.is_dir()),
    )


def handed_down(bron: Sequence[Path]) -> RawHash | None:
    """Return the hashes that a batch took of these folders, or None outside a batch."""
    told = json.loads(os.environ.get(_HANDED_DOWN, "{}"))
    same = told.get("mappen") == [str(folder) for folder in bron]
    return RawHash(*told["hash"]) if same else None


def record_hash(path: Path) -> str:
    """Return the hash of what a record of judgements holds, whatever the layout of its file."""
    if not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as record:
            return digest(record.iterdump())
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return content_hash(path)  # the reader says what is wrong with it


def in_batch() -> bool:
    """Tell whether a batch started this process: then its choices are what is published."""
    return _HANDED_DOWN in os.environ


@contextmanager
def hand_down(bron: Sequence[Path], raw: RawHash) -> Iterator[None]:
    """Let this process and those that it starts take `raw` as the hashes of the raw folders.

    `raw`: From `raw_hash`, taken at the start of the batch.
    """
    before = os.environ.get(_HANDED_DOWN)
    os.environ[_HANDED_DOWN] = json.dumps({"mappen": [str(f) for f in bron], "hash": raw})
    try:
        yield
    finally:
        if before is None:
            del os.environ[_HANDED_DOWN]
        else:
            os.environ[_HANDED_DOWN] = before
