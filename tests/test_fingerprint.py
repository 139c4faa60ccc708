"""Hashes follow names and contents; a batch hands the hash of the raw folders down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sia.fingerprint import RawHash, hand_down, raw_hash, tree_hash
from sia.settings import PLANS


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
    known = RawHash("bekend", "plannen bekend")
    with hand_down([one], known):
        assert raw_hash([one]) == known
        assert raw_hash([other]) not in (known, own)
    assert raw_hash([one]) == own


def test_what_partners_deliver_and_what_the_intake_reads_have_a_hash_of_their_own(
    tmp_path: Path,
) -> None:
    one, other = tmp_path / "een", tmp_path / "twee"
    for folder in (one, other):
        (folder / PLANS).mkdir(parents=True)
        (folder / "x.csv").write_text("1")
    (other / PLANS / "plannen.csv").write_text("1")
    first = raw_hash([one, other])
    (other / PLANS / "plannen.csv").write_text("2")
    changed = raw_hash([one, other])
    assert changed.open == first.open
    assert changed.plannen != first.plannen
    # a folder deeper down is no delivery of plans: the agenda does not look there
    (one / "archief" / PLANS).mkdir(parents=True)
    (one / "archief" / PLANS / "oud.csv").write_text("1")
    deeper = raw_hash([one, other])
    assert deeper.open != changed.open
    assert deeper.plannen == changed.plannen


def test_what_is_not_there_has_no_hash(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="hernoemd"):
        tree_hash(tmp_path / "hernoemd")
