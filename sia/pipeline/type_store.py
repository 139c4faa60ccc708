"""Keep the choice of the number of types, so that the years of one panel make it once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import sklearn
from filelock import FileLock

from sia.clustering.number import NumberChoice, choose_k, clustergram
from sia.methode import TypologySettings
from sia.pipeline.run import Run
from sia.store import read_table, write_json, write_table

_INDEX = "keuze.json"


@dataclass(frozen=True, eq=False)
class Chosen:
    """The number of types of a panel and the chart of how they split.

    Parameters
    ----------
    keuze : NumberChoice
    punten, takken : DataFrame
        As `sia.clustering.number.clustergram`.
    """

    keuze: NumberChoice
    punten: pd.DataFrame
    takken: pd.DataFrame


def chosen_types(run: Run, scores: pd.DataFrame, settings: TypologySettings) -> Chosen:
    """Choose the number of types, or read what another year chose for the same panel.

    Parameters
    ----------
    run : Run
    scores : DataFrame, index ``(jaar, buurtcode)``
        Domain scores of all years.
    settings : TypologySettings

    Returns
    -------
    Chosen
        The same, whichever year makes it: it rests on the scores of all years.
    """
    key = _key(scores, settings)
    folder = run.folder.parent / "typen" / "-".join(map(str, run.jaren))
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".slot"):
        found = _load(folder, key)
        if found is None:
            points, branches = clustergram(scores, settings)
            found = Chosen(choose_k(scores, settings), points, branches)
            _save(folder, key, found)
    return found


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
    if not (folder / _INDEX).exists():
        return None
    index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    if index["sleutel"] != key:
        return None
    numbers, points, branches = (
        read_table(folder / f"{name}.parquet") for name in ("getallen", "punten", "takken")
    )
    return Chosen(NumberChoice(int(index["k"]), str(index["reden"]), numbers), points, branches)
