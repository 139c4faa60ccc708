"""Hashes of files and folders: what changed is seen by content, never by clock times."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sia.store import sha256_file

_HANDED_DOWN = "SIA_BRONHASH"
"""Environment variable with which a batch tells its kernels the hash of the raw folders: hashing
a country of raw files again in every notebook would cost more than reading them."""


def digest(parts: Iterable[str]) -> str:
    """Return one SHA-256 over texts, in their order, as 64 hexadecimal digits."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode("utf-8"))
        whole.update(b"\x1e")
    return whole.hexdigest()


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or a word where it cannot be opened: the reader says why."""
    try:
        return sha256_file(path)
    except OSError:
        return "onleesbaar"


def tree_hash(folder: Path, suffixes: Iterable[str] = ()) -> str:
    """Return one hash over names and contents of the files under a folder (or of one file).

    Parameters
    ----------
    folder : pathlib.Path
    suffixes : iterable of str
        Only files with these suffixes; default all. Hidden files never count.
    """
    wanted = frozenset(suffixes)
    files = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.is_file())
    names = [(path, path.relative_to(folder.parent)) for path in files]
    return digest(
        f"{name.as_posix()}={content_hash(path)}"
        for path, name in names
        if (not wanted or path.suffix in wanted)
        and not any(part.startswith(".") for part in name.parts[1:])
    )


def raw_hash(bron: Sequence[Path]) -> str:
    """Return one hash over everything in the raw folders.

    Parameters
    ----------
    bron : sequence of pathlib.Path
        Within a batch (`hand_down`) the hash that the batch took of these same folders.
    """
    told = json.loads(os.environ.get(_HANDED_DOWN, "{}"))
    if told.get("mappen") == [str(folder) for folder in bron]:
        return str(told["hash"])
    return digest(map(tree_hash, bron))


@contextmanager
def hand_down(bron: Sequence[Path], raw: str) -> Iterator[None]:
    """Let this process and those that it starts take `raw` as the hash of the raw folders.

    Parameters
    ----------
    bron : sequence of pathlib.Path
    raw : str
        From `raw_hash`, taken at the start of the batch.
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
