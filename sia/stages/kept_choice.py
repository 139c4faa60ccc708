"""Keep the choice of the number of types, so that the years of one panel make it once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import sklearn
from filelock import FileLock

from sia.clustering.number import NumberChoice
from sia.clustering.types import Chosen, choose_types
from sia.methode import TypologySettings
from sia.store import read_table, write_json, write_table

_INDEX = "keuze.json"


class RememberedChoice:
    """The number of types that another year chose for the same panel, or else a new choice.

    Making a choice writes nothing; `keep` does, when the year that made it is published.

    Parameters
    ----------
    folder : pathlib.Path
        Of the panel: one choice is kept there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new: tuple[str, Chosen] | None = None

    def __call__(self, scores: pd.DataFrame, settings: TypologySettings) -> Chosen:
        """Return the choice; arguments as in `sia.clustering.types.choose_types`."""
        key = _key(scores, settings)
        found = _load(self.folder, key)
        if found is None:
            found = choose_types(scores, settings)
            self.new = key, found
        return found

    def keep(self) -> None:
        """Write a choice that was made anew, so that the other years read it."""
        if self.new is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / ".slot"):
            _save(self.folder, *self.new)


def _key(scores: pd.DataFrame, settings: TypologySettings) -> str:
    """Return the hash of all that the choice depends on: figures, settings and code."""
    digest = hashlib.sha256(settings.model_dump_json().encode())
    digest.update(repr((list(scores.columns), sklearn.__version__)).encode())
    digest.update(pd.util.hash_pandas_object(scores, index=True).to_numpy().tobytes())
    for path in sorted((Path(__file__).resolve().parents[1] / "clustering").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _save(folder: Path, key: str, found: Chosen) -> None:
    """Write the tables, and the index with the key last; without it they count as absent."""
    (folder / _INDEX).unlink(missing_ok=True)
    write_table(folder / "getallen.parquet", found.keuze.table)
    write_table(folder / "punten.parquet", found.punten)
    write_table(folder / "takken.parquet", found.takken)
    write_json(folder / _INDEX, {"sleutel": key, "k": found.keuze.k, "reden": found.keuze.reden})


def _load(folder: Path, key: str) -> Chosen | None:
    """Return what is kept, or None when it belongs to other figures."""
    try:
        index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    except FileNotFoundError:  # nothing is kept, or another year is writing
        return None
    if index["sleutel"] != key:
        return None
    numbers, points, branches = (
        read_table(folder / f"{name}.parquet") for name in ("getallen", "punten", "takken")
    )
    return Chosen(NumberChoice(int(index["k"]), str(index["reden"]), numbers), points, branches)
