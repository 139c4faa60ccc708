"""Skip what did not change: fingerprints of code, parameters and inputs, never clock times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from sia.batch.execute import UNCHANGED, Outcome
from sia.batch.tasks import Task
from sia.store import read_manifest, sha256_file, write_json

_CODE = {".py", ".toml", ".j2", ".css", ".js", ".html"}


def _digest(parts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode("utf-8"))
        whole.update(b"\x1e")
    return whole.hexdigest()


def tree_hash(folder: Path, suffixes: set[str] | None = None) -> str:
    """Return one hash over names and contents of the files under a folder (or of one file).

    Parameters
    ----------
    folder : pathlib.Path
    suffixes : set of str, optional
        Only files with these suffixes.
    """
    files = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.is_file())
    chosen = [p for p in files if suffixes is None or p.suffix in suffixes]
    return _digest(f"{p.relative_to(folder.parent)}={sha256_file(p)}" for p in chosen)


def base_fingerprint(bron: Sequence[Path], config: Sequence[Path]) -> str:
    """Return the hash of everything that all notebooks of a municipality rest on.

    Parameters
    ----------
    bron : sequence of pathlib.Path
        Folders with raw data.
    config : sequence of pathlib.Path
        Files or folders with settings.

    Returns
    -------
    str
        Changes when the package, a raw file or a setting changes.
    """
    package = Path(__file__).resolve().parents[1]
    return _digest([tree_hash(package, _CODE), *map(tree_hash, [*bron, *config])])


def task_fingerprint(task: Task, before: Sequence[str]) -> str:
    """Return the hash of one task.

    Parameters
    ----------
    task : Task
    before : sequence of str
        Base fingerprint and those of the tasks whose results it may read.
    """
    parameters = json.dumps(dict(task.parameters), sort_keys=True, default=str)
    return _digest([sha256_file(task.notebook), parameters, str(task.timeout), *before])


def _mark(task: Task) -> Path:
    return task.output.with_suffix(".klaar.json")


def _outputs(task: Task) -> dict[str, str]:
    """Return the files that the notebook's stage says it wrote, with their hashes."""
    stage = read_manifest(task.processed).get("stappen", {}).get(task.notebook.stem, {})
    return dict(stage.get("uitvoer", {}))


def mark_done(task: Task, outcome: Outcome) -> None:
    """Leave beside the executed notebook what it rests on and what it wrote."""
    write_json(
        _mark(task),
        {
            "vingerafdruk": outcome.fingerprint,
            "notebook": sha256_file(task.output),
            "uitvoer": _outputs(task),
            "seconden": outcome.seconds,
            "geheugen": outcome.memory,
        },
    )


def unchanged(task: Task, fingerprint: str) -> Outcome | None:
    """Return an outcome when the task need not run again, else None.

    Parameters
    ----------
    task : Task
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
    )


def remove_left_overs(folders: Iterable[Path]) -> int:
    """Remove temporary files that a killed run left behind; the caller holds the lock.

    Parameters
    ----------
    folders : iterable of pathlib.Path

    Returns
    -------
    int
        How many files were removed.
    """
    stale = [p for folder in folders if folder.exists() for p in folder.rglob(".*.part*")]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
