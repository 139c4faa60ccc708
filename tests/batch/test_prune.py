"""What was read of earlier raw files goes, and nothing that anybody may still need."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from filelock import FileLock

from sia import batch
from sia.batch.prune import GRACE, prune_stores
from sia.request import store_folder
from tests.batch.tiny import write_project


def store(processed: Path, name: str, days: float = 3.0) -> Path:
    """Make a store that was last opened some days ago."""
    folder = processed / "NL" / "intake" / name
    return aged(folder, days)


def aged(folder: Path, days: float) -> Path:
    folder.mkdir(parents=True)
    (folder / "inhoud.json").write_text("{}", encoding="utf-8")
    then = time.time() - days * 24 * 3600
    os.utime(folder, (then, then))
    return folder


def manifest(folder: Path, key: str) -> None:
    folder.mkdir(parents=True)
    content = {"stappen": {"intake": {"parameters": {"invoer": key}}}}
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


def test_only_an_old_store_that_no_manifest_names_goes(tmp_path: Path) -> None:
    current, old = store(tmp_path, "aaaa"), store(tmp_path, "bbbb")
    fresh, named = store(tmp_path, "cccc", 0.5), store(tmp_path, "dddd")
    land, part = store(tmp_path, "eeee"), store(tmp_path, "ffff")
    manifest(tmp_path / "GM9999" / "2020", "dddd")
    manifest(tmp_path / "NL" / "2020", "eeee")
    manifest(tmp_path / "NL" / "gemeenten" / "GM9990" / "2020", "ffff")
    assert prune_stores(tmp_path, current) == (old,)
    assert not old.exists()
    assert all(path.exists() for path in (current, fresh, named, land, part))


def test_squares_go_with_the_store_they_were_cut_out_by(tmp_path: Path) -> None:
    current = store(tmp_path, "aaaa")
    store(tmp_path, "bbbb")
    own = tmp_path / "GM9999" / "intake"
    kept, gone = aged(own / "aaaa-1234", 3), aged(own / "bbbb-1234", 3)
    assert gone in prune_stores(tmp_path, current)
    assert kept.exists()
    assert not gone.exists()


def test_a_store_that_somebody_writes_stays(tmp_path: Path) -> None:
    current, writing = store(tmp_path, "aaaa"), store(tmp_path, "bbbb")
    with FileLock(writing.parent / ".bbbb.slot"):
        assert prune_stores(tmp_path, current) == ()
    assert writing.exists()
    assert prune_stores(tmp_path, current) == (writing,)


def test_what_a_killed_run_was_clearing_away_is_finished(tmp_path: Path) -> None:
    current = store(tmp_path, "aaaa")
    left = store(tmp_path, ".weg-bbbb-1")
    assert prune_stores(tmp_path, current) == ()
    assert not left.exists()


@pytest.mark.parametrize(("goes_well", "left"), [(True, False), (False, True)])
def test_a_batch_clears_away_only_when_all_went_well(
    home: Path, goes_well: bool, left: bool
) -> None:
    root = write_project(home, "print(jaar)" if goes_well else "assert False", "print(jaar)")
    processed = root / "data" / "processed"
    old, current = store(processed, "bbbb"), store_folder([root / "ruw"], processed)
    aged(current, 10 * GRACE)
    said: list[str] = []
    batch.start(batch.Request(("GM9999",), (2020,), (root / "ruw",)), root, said.append)
    assert old.exists() is left
    assert current.exists()
    assert any("Opgeruimd" in line and "bbbb" in line for line in said) is goes_well
