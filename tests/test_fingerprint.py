"""Hashes follow names and contents; a batch hands the hash of the raw folders down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sia.fingerprint import hand_down, raw_hash, tree_hash


def test_the_hash_of_a_tree_follows_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "x.csv").write_text("1")
    first = tree_hash(folder)
    os.utime(folder / "x.csv", (0, 0))
    assert tree_hash(folder) == first
    (folder / ".verborgen").write_text("2")
    assert tree_hash(folder) == first
    (folder / "x.csv").rename(folder / "y.csv")
    assert tree_hash(folder) != first


def test_only_files_with_the_suffixes_asked_for_count(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("1")
    first = tree_hash(tmp_path, (".py",))
    (tmp_path / "x.pyc").write_text("2")
    assert tree_hash(tmp_path, (".py",)) == first


def test_what_is_handed_down_holds_for_the_same_folders_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = tmp_path / "een", tmp_path / "twee"
    for folder in (one, other):
        folder.mkdir()
        (folder / "x.csv").write_text(folder.name)
    own = raw_hash([one])
    with hand_down([one], "bekend"):
        assert raw_hash([one]) == "bekend"
        assert raw_hash([other]) not in ("bekend", own)
    assert raw_hash([one]) == own
