"""Remove what was read of raw files or by readers that are no longer the present ones."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from sia.store import MANIFEST

GRACE = 24 * 3600.0
"""Seconds that a store is kept after it was last opened: a run of other folders, or a notebook in
JupyterLab, may be at work with it and notes it in a manifest only when its first stage is over."""

_GOING = ".weg-"


def prune_stores(processed: Path, current: Path, *, grace: float = GRACE) -> tuple[Path, ...]:
    """Remove the stores of raw files that nothing rests on any more, and return them.

    A store goes when no manifest names it, it is not the `current` one, and nobody opened it for
    `grace` seconds; squares of a municipality that were cut out by it go along. It is renamed
    first, so that it is there whole or not at all; whoever was reading it reads the raw files anew
    (`sia.sources.reading.read_intake`).
    """
    for left in [*processed.glob(f"NL/intake/{_GOING}*"), *processed.glob(f"*/intake/{_GOING}*")]:
        shutil.rmtree(left, ignore_errors=True)
    stores = [path for path in processed.glob("NL/intake/*") if _is_store(path)]
    old = [path for path in stores if path.name != current.name and _unused(path, grace)]
    named = _named_in(_manifests(processed), {path.name for path in old}) if old else set()
    gone = [path for path in old if path.name not in named and _remove(path)]
    kept = {path.name for path in stores if path not in gone} | {current.name}
    squares = [
        path
        for path in processed.glob("GM*/intake/*")
        if _is_store(path) and path.name.split("-")[0] not in kept and _unused(path, grace)
    ]
    return tuple(sorted([*gone, *(path for path in squares if _remove(path))]))


def _is_store(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")


def _unused(path: Path, grace: float) -> bool:
    """Tell whether nobody opened or wrote a store for so long; the readers mark it when they do."""
    try:
        return time.time() - path.stat().st_mtime > grace
    except FileNotFoundError:
        # another batch was before us
        return False


def _manifests(processed: Path) -> Iterator[Path]:
    yield from processed.glob(f"*/*/{MANIFEST}")
    yield from processed.glob(f"NL/gemeenten/*/*/{MANIFEST}")


def _named_in(manifests: Iterable[Path], names: set[str]) -> set[str]:
    """Return the names that stand anywhere in a manifest."""
    found: set[str] = set()
    for path in manifests:
        text = path.read_text(encoding="utf-8")
        found |= {name for name in names - found if name in text}
    return found


def _remove(path: Path) -> bool:
    """Take a store away in one step, unless somebody is writing it; tell whether it worked."""
    lock = FileLock(path.parent / f".{path.name}.slot")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    try:
        going = path.with_name(f"{_GOING}{path.name}-{os.getpid()}")
        with suppress(FileNotFoundError):
            path.rename(going)
            shutil.rmtree(going, ignore_errors=True)
            return True
        return False
    finally:
        lock.release()
