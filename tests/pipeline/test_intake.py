"""Reading what was read before, also when somebody clears it away meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from sia import pipeline
from sia.pipeline import intake


def a_run(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> pipeline.Run:
    monkeypatch.setenv("SIA_HOME", str(repository))
    return pipeline.open_run("GM9999", 2022, [str(tmp_path)], [2022], 2022, str(tmp_path / "v"))


def test_a_store_that_is_cleared_away_while_it_is_read_is_read_anew(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def open_store(*_: object) -> Path:
        opened.append(tmp_path / f"inlezing-{len(opened)}")
        if len(opened) > 1:
            opened[-1].mkdir()
        return opened[-1]

    def load(store: Path, *_: object) -> str:
        if not store.exists():
            raise FileNotFoundError(store)
        return store.name

    monkeypatch.setattr(intake, "open_store", open_store)
    monkeypatch.setattr(intake, "_load", load)
    assert intake.read_intake(a_run(tmp_path, repository, monkeypatch)) == "inlezing-1"


def test_a_fault_in_a_store_that_is_there_is_told(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object) -> None:
        raise FileNotFoundError("003-values.parquet")

    monkeypatch.setattr(intake, "open_store", lambda *_: tmp_path)
    monkeypatch.setattr(intake, "_load", load)
    with pytest.raises(FileNotFoundError, match="003-values"):
        intake.read_intake(a_run(tmp_path, repository, monkeypatch))
