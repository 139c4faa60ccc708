"""Skip what did not change: by content, never by clock times."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from sia.batch.outcome import UNCHANGED, Outcome
from sia.batch.tasks import Task
from sia.store import read_manifest, sha256_file, write_json


def _mark(task: Task) -> Path:
    return task.output.with_suffix(".klaar.json")


def written(task: Task) -> dict[str, str]:
    """Return what the notebook's stages wrote: names from the manifest's folder, with hashes."""
    noted = read_manifest(task.processed).get("stappen", {})
    return {
        name: known
        for stage in task.stages
        for name, known in noted.get(stage, {}).get("uitvoer", {}).items()
    }


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


def unchanged(task: Task) -> Outcome | None:
    """Return an outcome when the task need not run again.

    None when there is no mark, it rests on something else, or a file that the task wrote is gone or
    was changed by hand.
    """
    mark = _mark(task)
    if not mark.exists() or not task.output.exists():
        return None
    try:
        known = json.loads(mark.read_text(encoding="utf-8"))
    except json.JSONDecodeError:
        return None
    if known.get("vingerafdruk") != task.fingerprint:
        return None
    files = {task.processed / name: hash_ for name, hash_ in known.get("uitvoer", {}).items()}
    for path, expected in {task.output: known.get("notebook"), **files}.items():
        if not path.exists() or sha256_file(path) != expected:
            return None
    return Outcome(
        task.gemeente,
        task.jaar,
        task.notebook.stem,
        UNCHANGED,
        memory=known.get("geheugen"),
        fingerprint=task.fingerprint,
        warnings=tuple(known.get("waarschuwingen", ())),
        outputs=dict(known.get("uitvoer", {})),
    )


def remove_left_overs(folders: Iterable[Path]) -> int:
    """Remove temporary files that a killed run left behind; the caller holds the lock."""
    stale = [p for folder in folders if folder.exists() for p in folder.rglob(".*.part*")]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
