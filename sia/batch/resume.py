"""Skip what did not change: fingerprints of code, parameters and inputs, never clock times."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from sia.batch.execute import UNCHANGED, Outcome
from sia.batch.tasks import JUDGED, STAGES, Task
from sia.fingerprint import RawHash, digest, tree_hash
from sia.settings import RECORD
from sia.store import read_manifest, sha256_file, write_json

_CODE = (".py", ".toml", ".j2", ".css", ".js", ".html")


def base_fingerprint(raw: RawHash) -> str:
    """Return the hash of what all municipalities rest on.

    Changes with the package and with any raw file.
    """
    package = Path(__file__).resolve().parents[1]
    return digest([tree_hash(package, _CODE), *raw])


def own_fingerprint(base: str, config: Iterable[Path], gemeente: str) -> str:
    """Return the hash of what all notebooks of one municipality rest on.

    Parameters
    ----------
    base : str
        From `base_fingerprint`.
    config : iterable of pathlib.Path
        Folders with a file per municipality. Those of other municipalities do not count, what is
        no such file (a logo) does.
    """
    files = sorted(path for folder in config for path in folder.iterdir() if path.is_file())
    own = [p for p in files if p.suffix != ".toml" or p.name.startswith(gemeente)]
    return digest([base, *(f"{path.name}={sha256_file(path)}" for path in own)])


def task_fingerprint(task: Task, before: Sequence[str]) -> str:
    """Return the hash of one task.

    Parameters
    ----------
    before : sequence of str
        Base fingerprint and those of the tasks whose results it may read.
    """
    parameters = json.dumps(dict(task.parameters), sort_keys=True, default=str)
    judged = [_judgements(task)] if task.notebook.stem in JUDGED else []
    return digest([sha256_file(task.notebook), parameters, *judged, *before])


def _judgements(task: Task) -> str:
    """Return the hash of what the record of judgements holds, whatever the layout of its file."""
    path = task.processed.parent / RECORD
    if not path.exists():
        return ""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as record:
        return digest(record.iterdump())


def _mark(task: Task) -> Path:
    return task.output.with_suffix(".klaar.json")


def written(task: Task) -> dict[str, str]:
    """Return the files that the notebook's stages say they wrote, with their hashes."""
    noted, own = read_manifest(task.processed).get("stappen", {}), task.notebook.stem
    stages = [noted.get(name, {}) for name in STAGES.get(own, (own,))]
    return {path: sha for stage in stages for path, sha in stage.get("uitvoer", {}).items()}


def mark_done(task: Task, outcome: Outcome) -> None:
    """Leave beside the executed notebook what it rests on and what it wrote."""
    write_json(
        _mark(task),
        {
            "vingerafdruk": outcome.fingerprint,
            "notebook": sha256_file(task.output),
            "uitvoer": dict(outcome.outputs),
            "seconden": outcome.seconds,
            "geheugen": outcome.memory,
            "waarschuwingen": list(outcome.warnings),
        },
    )


def unchanged(task: Task, fingerprint: str) -> Outcome | None:
    """Return an outcome when the task need not run again, else None.

    Parameters
    ----------
    fingerprint : str
        What the task would rest on now.

    Returns
    -------
    Outcome or None
        None when there is no mark, it rests on something else, or a file that the task wrote is
        gone or was changed by hand.
    """
    mark = _mark(task)
    if not mark.exists() or not task.output.exists():
        return None
    try:
        known = json.loads(mark.read_text(encoding="utf-8"))
    except json.JSONDecodeError:
        return None
    if known.get("vingerafdruk") != fingerprint:
        return None
    files = {str(task.output): known.get("notebook"), **known.get("uitvoer", {})}
    for name, expected in files.items():
        path = Path(name)
        if not path.exists() or sha256_file(path) != expected:
            return None
    return Outcome(
        task.gemeente,
        task.jaar,
        task.notebook.stem,
        UNCHANGED,
        memory=known.get("geheugen"),
        fingerprint=fingerprint,
        warnings=tuple(known.get("waarschuwingen", ())),
        outputs=dict(known.get("uitvoer", {})),
    )


def remove_left_overs(folders: Iterable[Path]) -> int:
    """Remove temporary files that a killed run left behind; the caller holds the lock.

    Returns
    -------
    int
        How many files were removed.
    """
    stale = [p for folder in folders if folder.exists() for p in folder.rglob(".*.part*")]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
