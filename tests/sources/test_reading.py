"""Reading what was read before, also when somebody clears it away or delivers plans meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sia.request import store_folder
from sia.settings import PLANS
from sia.sources import reading, store


def test_a_store_that_is_cleared_away_while_it_is_read_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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

    monkeypatch.setattr(reading, "open_store", open_store)
    monkeypatch.setattr(reading, "_load", load)
    assert reading.read_intake("GM9999", [2022], [tmp_path], tmp_path) == "inlezing-1"


def test_a_fault_in_a_store_that_is_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object) -> None:
        raise FileNotFoundError("003-values.parquet")

    monkeypatch.setattr(reading, "open_store", lambda *_: tmp_path)
    monkeypatch.setattr(reading, "_load", load)
    with pytest.raises(FileNotFoundError, match="003-values"):
        reading.read_intake("GM9999", [2022], [tmp_path], tmp_path)


def a_raw_folder(root: Path) -> Path:
    """Write figures of two buurten, and the plans of one partner."""
    raw = root / "ruw"
    (raw / PLANS).mkdir(parents=True)
    rows = "BU99990000;1\nBU99990001;2\n"
    (raw / "winkels_2024.csv").write_text(f"buurtcode;aantal_winkels\n{rows}", encoding="utf-8")
    (raw / PLANS / "corporatie.csv").write_text("plan;kosten\nA;100\n", encoding="utf-8")
    return raw


def test_another_digit_in_a_plan_reads_no_open_data_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, processed = a_raw_folder(tmp_path), tmp_path / "verwerkt"
    first = reading.read_intake("GM9999", [2024], [raw], processed)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(store, "read_folder", refuse)
    (raw / PLANS / "corporatie.csv").write_text("plan;kosten\nA;101\n", encoding="utf-8")
    (raw / PLANS / "netbeheerder.csv").write_text("plan;kosten\nB;7\n", encoding="utf-8")
    reading._load.cache_clear()
    again = reading.read_intake("GM9999", [2024], [raw], processed)
    assert again.files.equals(first.files)
    assert dict(zip(again.files["bestand"], again.files["status"], strict=True)) == {
        "plannen/": "overgeslagen",
        "winkels_2024.csv": "gelezen",
    }
    (raw / "winkels_2024.csv").write_text("buurtcode;aantal_winkels\nBU99990000;3\n")
    with pytest.raises(AssertionError, match="read again"):
        reading.read_intake("GM9999", [2024], [raw], processed)


def test_the_first_plan_and_the_last_are_seen(tmp_path: Path) -> None:
    raw = a_raw_folder(tmp_path)
    with_plans = store_folder([raw], tmp_path)
    (raw / PLANS / "corporatie.csv").unlink()
    assert store_folder([raw], tmp_path) != with_plans


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such file names")
def test_a_name_that_is_no_utf_8_takes_no_other_file_down(tmp_path: Path) -> None:
    raw = a_raw_folder(tmp_path)
    strange = os.fsencode(raw) + b"/caf\xe9_2024.csv"
    with open(strange, "w") as stream:  # noqa: PTH123 - a path of bytes
        stream.write("buurtcode;aantal_cafes\nBU99990000;1\nBU99990001;2\n")
    found = reading.read_intake("GM9999", [2024], [raw], tmp_path / "verwerkt")
    assert list(found.files["bestand"]) == ["caf\ufffd_2024.csv", "plannen/", "winkels_2024.csv"]
    assert list(found.files["status"]) == ["gelezen", "overgeslagen", "gelezen"]
    assert sorted(c for t in found.tables for c in t.values) == ["aantal_cafes", "aantal_winkels"]
