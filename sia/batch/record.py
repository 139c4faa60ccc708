"""What a batch leaves behind for machines: what was asked, with which versions, what came of it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sia.batch.outcome import BatchResult
from sia.batch.tasks import base_fingerprint
from sia.fingerprint import content_hash, raw_hash
from sia.settings import portable, project_root
from sia.store import legible, write_json

_LIBRARIES = (
    "geopandas",
    "highspy",
    "ipykernel",
    "matplotlib",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "shapely",
)


@dataclass(frozen=True)
class Start:
    """What was known when a batch began.

    `begin` is ISO 8601 in UTC, `invoer` has the SHA-256 of every raw file, `vingerafdruk` is the
    hash of the package and the raw files, `methode` has per municipality
    `sia.stages.in_force.method_facts`.
    """

    opdracht: Mapping[str, Any]
    begin: str
    invoer: Mapping[str, str]
    vingerafdruk: str
    methode: Mapping[str, Mapping[str, Any]]

    def of(self, gemeente: str) -> Start:
        """Return what belongs to one municipality."""
        return replace(self, methode={gemeente: self.methode[gemeente]})


def now() -> str:
    """Return the clock time in UTC, whole seconds, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def begin(
    opdracht: Mapping[str, Any], bron: Sequence[Path], methode: Mapping[str, Mapping[str, Any]]
) -> Start:
    """Return what is known at the start of a batch."""
    files = sorted((root, path) for root in bron for path in root.rglob("*") if path.is_file())
    hashes = {
        legible(f"{root.name}/{path.relative_to(root).as_posix()}"): content_hash(path)
        for root, path in files
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    }
    return Start(dict(opdracht), now(), hashes, base_fingerprint(raw_hash(bron)), methode)


def write_record(start: Start, target: Path, result: BatchResult | None = None) -> None:
    """Write the record of a batch as JSON: what was asked, with what, and what came of it.

    While it runs there is no `result`, so no ``einde``: a reader sees that it did not come to its
    end.
    """
    content: dict[str, Any] = {
        "opdracht": start.opdracht,
        "begin": start.begin,
        "einde": None if result is None else now(),
        "eindstatus": None if result is None else result.exit_code(),
        "machine": {
            "systeem": platform.platform(),
            "kernen": os.cpu_count(),
            "proces": os.getpid(),
        },
        "versies": {
            "sia": version("sia-dia"),
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
        "vingerafdruk": start.vingerafdruk,
        "methode": start.methode,
        "invoer": start.invoer,
        "uitkomsten": [] if result is None else [asdict(o) for o in result.outcomes],
    }
    if result is not None:
        peaks = [o.memory for o in result.outcomes if o.memory is not None]
        content["hoogste_geheugen"] = max(peaks, default=None)
        content["rekentijd"] = round(sum(o.cpu or 0.0 for o in result.outcomes), 2)
    root = project_root()
    named = [Path(one) for one in start.opdracht.get("bron", ())]
    told = json.dumps(content, ensure_ascii=False, default=str)
    write_json(target, json.loads(portable(told, root, named)))
