"""What the raw folders hold for one municipality: from the store, with its own squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pandas as pd
from filelock import FileLock

from sia.errors import InputError
from sia.fingerprint import digest
from sia.sources.base import Intake
from sia.sources.registry import SQUARES_LATER, by_name, read_squares
from sia.sources.store import load_intake, mark_used, open_store, save_intake


def read_intake(
    code: str,
    jaren: Sequence[int],
    bron: Sequence[Path],
    processed: Path,
    *,
    tabellen: tuple[str, ...] | None = None,
) -> Intake:
    """Return everything that the raw folders hold for a municipality and some years.

    The files are read once for all municipalities and years; what was read is kept under the hash
    of the files and of the readers, so that a changed file is read anew.

    `tabellen`: sources of which the tables are wanted, by default all; they are most of the work,
        so who needs only borders and squares asks for none.
    """
    where = code, tuple(jaren), tuple(bron), tabellen
    store = open_store(bron, processed)
    try:
        return _load(store, *where)
    except (FileNotFoundError, InputError):
        if store.exists():
            raise
        # another run cleared it away while it was read; the raw files are still there
        return _load(open_store(bron, processed), *where)


@lru_cache(maxsize=1)
def _load(
    store: Path,
    code: str,
    jaren: tuple[int, ...],
    bron: tuple[Path, ...],
    tabellen: tuple[str, ...] | None,
) -> Intake:
    """Load a part of a store; the name of a store is the hash of what is in it."""
    found = load_intake(store, code, jaren, normen=True, tabellen=tabellen)
    if found is None:
        wat = "De ingelezen bestanden zijn tijdens het lezen weggehaald."
        oplossing = "Draai dit notebook opnieuw; dan worden de bronmappen opnieuw ingelezen."
        raise InputError.one(wat, oplossing, bestand=str(store))
    later = found.files.loc[found.files["opmerking"] == SQUARES_LATER, "bestand"]
    if later.empty:
        return found
    own = _squares(store, code, jaren, bron, list(map(str, later)), found)
    rest = found.files[~found.files["bestand"].isin(own.files["bestand"])]
    both = pd.concat([rest, own.files]).sort_values("bestand", ignore_index=True)
    return replace(found, squares=own.squares, files=both)


def _squares(
    store: Path,
    code: str,
    jaren: tuple[int, ...],
    bron: Sequence[Path],
    names: Sequence[str],
    found: Intake,
) -> Intake:
    """Return the squares of a municipality, which are kept in its own folder once read."""
    # the name says of which store they are, so that they go when it goes
    key = f"{store.name}-{digest(map(str, jaren))[:8]}"
    # the store is processed/NL/intake/<hash>
    folder = store.parents[2] / code / "intake" / key
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{key}.slot"):
        own = load_intake(folder)
        if own is None:
            raw = by_name(bron)
            own = read_squares({name: raw[name] for name in names}, code, jaren, found.areas)
            save_intake(folder, own)
        mark_used(folder)
    return own
