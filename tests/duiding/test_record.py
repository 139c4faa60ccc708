"""The record keeps what was confirmed: once, in order, whatever happens around it."""

from __future__ import annotations

import io
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.duiding import Entry, Record, beside, figures_version
from sia.errors import InputError

WRITER = """
import sys
from pathlib import Path
from sia.duiding import Entry, Record
record = Record(Path(sys.argv[1]))
for number in range(int(sys.argv[3]), int(sys.argv[4])):
    name = f"{sys.argv[2]}-{number}"
    record.add(Entry("GM9999", 2024, "BU99990101", name, "onderzoeker", "herkend", "v", id=name))
    print(name, flush=True)
"""


def entry(**changes: object) -> Entry:
    base: dict[str, object] = {
        "gemeente": "GM9999",
        "jaar": 2024,
        "gebied": "BU99990101",
        "uitspraak": "Klopt.",
        "rol": "wijkmanager",
        "soort": "herkend",
        "cijferversie": "v1",
    }
    return Entry(**{**base, **changes})


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "duiding.sqlite")


def test_what_is_added_is_read_back_in_order(record: Record) -> None:
    for text in ("een", "twee", "drie"):
        record.add(entry(uitspraak=text))
    assert list(record.entries()["uitspraak"]) == ["een", "twee", "drie"]
    assert record.entries("GM0153").empty


def test_the_same_id_is_stored_once(record: Record) -> None:
    first = record.add(entry(id="a"))
    assert record.add(entry(id="a")) == first
    with pytest.raises(InputError, match="andere duiding"):
        record.add(entry(id="a", uitspraak="Iets anders."))
    assert len(record.entries()) == 1


def test_rows_can_be_neither_changed_nor_deleted(record: Record) -> None:
    record.add(entry())
    with sqlite3.connect(record.path) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="niet gewijzigd"):
            connection.execute("UPDATE duiding SET uitspraak = 'x'")
        with pytest.raises(sqlite3.IntegrityError, match="niet verwijderd"):
            connection.execute("DELETE FROM duiding")


def test_a_correction_is_a_new_entry(record: Record) -> None:
    record.add(entry(id="a"))
    record.add(entry(id="b", corrigeert="a", uitspraak="Toch anders."))
    assert list(record.entries()["vervallen"]) == [True, False]
    with pytest.raises(InputError, match="bestaat niet"):
        record.add(entry(corrigeert="nergens"))


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(
            lambda t: t.strip()
        ),
        max_size=5,
    )
)
def test_csv_round_trip_keeps_every_text(tmp_path_factory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("csv")
    one, other = Record(folder / "een.sqlite"), Record(folder / "twee.sqlite")
    for number, text in enumerate(texts):
        one.add(entry(uitspraak=text, id=str(number)))
    one.export_csv(folder / "uit.csv")
    assert other.import_csv(folder / "uit.csv") == len(texts)
    assert other.import_csv(folder / "uit.csv") == 0
    pd.testing.assert_frame_equal(one.entries(), other.entries())


def test_export_neutralises_formulas(record: Record, tmp_path: Path) -> None:
    record.add(entry(uitspraak='=HYPERLINK("http://voorbeeld")'))
    record.export_csv(tmp_path / "uit.csv")
    assert "'=HYPERLINK" in (tmp_path / "uit.csv").read_text(encoding="utf-8")


def test_a_bad_row_imports_nothing(record: Record, tmp_path: Path) -> None:
    record.add(entry(id="a"))
    record.add(entry(id="b"))
    record.export_csv(tmp_path / "uit.csv")
    text = (tmp_path / "uit.csv").read_text(encoding="utf-8")
    (tmp_path / "stuk.csv").write_text(text.replace(",b\n", ",c\n").replace("herkend", "leuk", 1))
    other = Record(tmp_path / "ander.sqlite")
    with pytest.raises(InputError, match="niets geïmporteerd"):
        other.import_csv(tmp_path / "stuk.csv")
    assert other.entries().empty


def test_missing_columns_are_named(record: Record, tmp_path: Path) -> None:
    (tmp_path / "kaal.csv").write_text("id\nx\n")
    with pytest.raises(InputError, match="uitspraak"):
        record.import_csv(tmp_path / "kaal.csv")


def test_an_unusable_file_says_that_nothing_was_stored(tmp_path: Path) -> None:
    (tmp_path / "stuk.sqlite").write_text("dit is geen database, maar wel lang genoeg " * 50)
    with pytest.raises(InputError, match="NIET opgeslagen"):
        Record(tmp_path / "stuk.sqlite")


def test_an_answer_to_an_earlier_year_names_what_it_answers(record: Record) -> None:
    record.add(entry(id="a", jaar=2023))
    record.add(entry(id="b", vervolgt="a", geldt="geldt nog"))
    table = record.entries().set_index("id")
    assert table.loc["b", ["vervolgt", "geldt"]].tolist() == ["a", "geldt nog"]
    assert not table.loc["a", "vervallen"], "it still holds for its own year"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"vervolgt": "a"}, "geldt nog, geldt niet meer"),
        ({"geldt": "geldt nog"}, "geldt nog, geldt niet meer"),
        ({"vervolgt": "nergens", "geldt": "geldt nog"}, "bestaat niet"),
        ({"vervolgt": "a", "geldt": "geldt nog", "gebied": "BU99990102"}, "ander gebied"),
        ({"vervolgt": "a", "geldt": "geldt nog", "jaar": 2023}, "niet van een eerder jaar"),
        ({"corrigeert": "a", "gebied": "BU99990102"}, "ander gebied"),
    ],
)
def test_an_answer_that_hangs_loose_is_refused(
    record: Record, changes: dict[str, object], said: str
) -> None:
    record.add(entry(id="a", jaar=2023))
    with pytest.raises(InputError, match=said):
        record.add(entry(**changes))
    assert len(record.entries()) == 1


def test_a_record_of_an_older_version_gets_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "oud.sqlite"
    Record(path).add(entry(id="a", jaar=2023))
    exported = Record(path).csv_text()
    with sqlite3.connect(path) as connection:
        for name in ("vervolgt", "geldt"):
            connection.execute(f"ALTER TABLE duiding DROP COLUMN {name}")
    opened = Record(path)
    opened.add(entry(id="b", vervolgt="a", geldt="geldt nog"))
    assert list(opened.entries()["geldt"]) == ["", "geldt nog"]
    table = pd.read_csv(io.StringIO(exported)).drop(columns=["vervolgt", "geldt"])
    assert Record(tmp_path / "leeg.sqlite").import_text(table.to_csv(index=False), "oud.csv") == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root for a small disk")
def test_a_full_disk_loses_nothing_confirmed_and_says_so(tmp_path: Path) -> None:
    disk = tmp_path / "schijf"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        record = Record(disk / "duiding.sqlite")
        confirmed = fill(record)
        assert list(record.entries()["id"]) == confirmed, "it can still be read"
        assert list(Record(record.path).entries()["id"]) == confirmed, "also by another session"
        (disk / "vulling").unlink()
        record.add(entry(id="daarna"))
        assert list(record.entries()["id"]) == [*confirmed, "daarna"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(record: Record) -> list[str]:
    """Store entries until the disk is full; the last bytes are taken by another file."""
    confirmed: list[str] = []
    (record.path.parent / "vulling").write_bytes(b"x" * 200_000)
    with pytest.raises(InputError, match=r"NIET opgeslagen.*de schijf is vol"):
        for number in range(1000):
            name = f"n{number}"
            record.add(entry(id=name, uitspraak="Klopt. " * 300))
            confirmed.append(name)
    assert len(confirmed) > 5
    return confirmed


def test_judgement_stands_beside_the_figure(record: Record) -> None:
    aanpak = pd.DataFrame(
        {"aanpak": ["basis", "volgen", "basis"]},
        index=pd.Index(["BU99990101", "BU99990102", "BU99990103"], name="buurtcode"),
    )
    versions = pd.Series(["v2", "v1", "v1"], index=aanpak.index)
    record.add(entry(cijferversie="v1"))
    record.add(entry(gebied="BU99990102", effect="overruled", reden="Renovatie.", aanpak="basis"))
    record.add(
        entry(gebied="BU99990103", jaar=2023, effect="overruled", reden="x", aanpak="volgen")
    )
    shown = beside(aanpak, record.entries(), versions, 2024)
    assert list(shown["aanpak"]) == ["basis", "volgen", "basis"]
    assert list(shown["aanpak_na_duiding"]) == ["basis", "basis", "basis"]
    assert "veranderd" in shown.loc["BU99990101", "let_op"]
    assert shown.loc["BU99990102", "let_op"] == ""
    assert shown.loc["BU99990103", "let_op"] == "Duiding uit 2023: geldt die nog?"


def test_without_any_entry_every_buurt_is_still_shown(record: Record) -> None:
    aanpak = pd.DataFrame({"aanpak": ["basis"]}, index=pd.Index(["BU99990101"], name="buurtcode"))
    shown = beside(aanpak, record.entries(), pd.Series(dtype=str), 2024)
    assert list(shown["aanpak_na_duiding"]) == ["basis"]


def test_figures_version_follows_values_not_order() -> None:
    figures = pd.Series({"a": 1.0, "b": 2.5, "c": None})
    assert figures_version(figures) == figures_version(figures[["c", "a", "b"]])
    assert figures_version(figures) != figures_version(figures.replace(2.5, 2.6))


@pytest.mark.slow
def test_a_thousand_interleaved_writes_survive_random_kills(tmp_path: Path) -> None:
    path = tmp_path / "duiding.sqlite"
    Record(path)
    chance = random.Random(7)
    confirmed: dict[str, list[str]] = {f"p{n}": [] for n in range(4)}

    def start(name: str) -> subprocess.Popen[str]:
        done = len(confirmed[name])
        command = [sys.executable, "-c", WRITER, str(path), name, str(done), "250"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def collect(name: str, process: subprocess.Popen[str]) -> None:
        output, _ = process.communicate()
        confirmed[name] += [line for line in output.split("\n") if line and line[-1].isdigit()]

    running = {name: start(name) for name in confirmed}
    for _ in range(6):
        time.sleep(0.4 + chance.random())
        name = chance.choice(list(running))
        os.kill(running[name].pid, signal.SIGKILL)
        collect(name, running[name])
        running[name] = start(name)
    for name, process in running.items():
        collect(name, process)

    stored = Record(path).entries()["id"].tolist()
    assert len(stored) == len(set(stored)) == 1000
    for name, lines in confirmed.items():
        assert set(lines) <= set(stored)
        order = [int(i.split("-")[1]) for i in stored if i.startswith(f"{name}-")]
        assert order == sorted(order)
