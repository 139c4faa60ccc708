"""The record keeps what was confirmed: once, in order, whatever happens around it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.session_record import interleaved
from sia.duiding import Entry, Record, beside, figures_version
from sia.duiding.chain import witness_of
from sia.errors import InputError


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


@settings(max_examples=10, deadline=None)
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
    assert other.import_text(one.csv_text(), "uit.csv").added == len(texts)
    assert other.import_text(one.csv_text(), "uit.csv") == (0, len(texts), ())
    assert other.import_text("sep=,\n" + one.csv_text(), "uit.csv") == (0, len(texts), ())
    own = ["bron", "ingevoerd", "keten"]
    pd.testing.assert_frame_equal(
        one.entries().drop(columns=own), other.entries().drop(columns=own)
    )


def test_export_neutralises_formulas(record: Record) -> None:
    record.add(entry(uitspraak='=HYPERLINK("http://voorbeeld")'))
    assert "'=HYPERLINK" in record.csv_text()


def test_missing_columns_are_named(record: Record) -> None:
    with pytest.raises(InputError, match="uitspraak"):
        record.import_text("id\nx\n", "kaal.csv")


def test_an_unusable_file_says_that_nothing_was_stored(tmp_path: Path) -> None:
    (tmp_path / "stuk.sqlite").write_text("dit is geen database, maar wel lang genoeg " * 50)
    with pytest.raises(InputError, match="NIET opgeslagen"):
        Record(tmp_path / "stuk.sqlite").entries()


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


def older(path: Path, *, wal: bool) -> None:
    """Write a record as the first version did."""
    columns = "gemeente, gebied, uitspraak, rol, soort, cijferversie, effect, reden, aanpak, sessie"
    named = ", ".join(f"{name} TEXT NOT NULL" for name in columns.split(", "))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            f"""PRAGMA journal_mode={"wal" if wal else "delete"};
            CREATE TABLE duiding (volgnummer INTEGER PRIMARY KEY AUTOINCREMENT,
            moment TEXT NOT NULL, jaar INTEGER NOT NULL, {named},
            corrigeert TEXT NOT NULL, id TEXT NOT NULL UNIQUE);
            CREATE TRIGGER duiding_blijft BEFORE UPDATE ON duiding
            BEGIN SELECT RAISE(ABORT, 'een duiding wordt niet gewijzigd'); END;"""
        )
        said = ("GM9999", "BU99990101", "Klopt.", "anders", "herkend", "v", "geen", "", "", "")
        for number, moment in enumerate(("2024-01-02T03:04:05+00:00", "29-11-2024 18:35")):
            marks = ", ".join("?" * 14)
            names = f"moment, jaar, {columns}, corrigeert, id"
            row = (moment, 2023, *said, "", f"oud{number}")
            connection.execute(f"INSERT INTO duiding ({names}) VALUES ({marks})", row)
        connection.commit()


@pytest.mark.parametrize("wal", [True, False])
def test_a_record_of_an_older_version_is_read_as_it_is_and_sealed_at_the_next_entry(
    tmp_path: Path, wal: bool
) -> None:
    path = tmp_path / "oud.sqlite"
    older(path, wal=wal)
    record = Record(path)
    read = record.entries()
    assert list(read["id"]) == ["oud0", "oud1"]
    assert list(read["aangetast"]) == [False, True], "a bad moment is shown, and closes nothing"
    assert "29-11-2024 18:35" in read["schade"][1]
    assert not witness_of(path).exists(), "reading writes nothing"
    record.add(entry(id="b", vervolgt="oud0", geldt="geldt nog"))
    now = record.entries()
    assert list(now["geldt"]) == ["", "", "geldt nog"]
    pd.testing.assert_frame_equal(read, now.iloc[:2])
    assert len(witness_of(path).read_text().split()) == 6
    assert [problem.rij for problem in record.check()] == ["duiding 2"]
    assert {file.name for file in tmp_path.iterdir()} == {"oud.sqlite", "oud.keten"}


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


def test_writes_of_four_processes_survive_kills_and_the_chain_stays_whole(tmp_path: Path) -> None:
    stored, confirmed, problems = interleaved(tmp_path / "duiding.sqlite", each=12, kills=2)
    assert problems == []
    assert len(stored) == len(set(stored)) == 48
    assert confirmed <= set(stored)
