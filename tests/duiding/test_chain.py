"""Attacks on the record: what was tampered with is found and named."""

from __future__ import annotations

import csv
import io
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from sia.duiding import Record, beside, network_warning
from sia.duiding.chain import SEALED, seal, witness_of
from sia.duiding.figures import statements
from sia.errors import InputError
from tests.duiding.test_record import entry

SAID = ("De flat is leeg.", "Het plein is fijn.", "Er is veel verhuisd.", "Klopt.", "Klopt niet.")
Damage = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """A record with five entries; tests copy it."""
    record = Record(tmp_path_factory.mktemp("vol") / "duiding.sqlite")
    for number, text in enumerate(SAID):
        record.add(entry(id=f"id{number}", uitspraak=text, cijferversie="0123456789abcdef"))
    return record


@pytest.fixture
def record(filled: Record, tmp_path: Path) -> Record:
    for path in (filled.path, witness_of(filled.path)):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return Record(tmp_path / filled.path.name)


def unguarded(store: sqlite3.Connection) -> None:
    for name in ("duiding_blijft", "duiding_bewaard", "duiding_eenmalig"):
        store.execute(f"DROP TRIGGER {name}")


def damaged(record: Record, *statements: str, guards: bool = False) -> None:
    with closing(sqlite3.connect(record.path)) as store:
        if not guards:
            unguarded(store)
        for statement in statements:
            store.execute(statement)
        store.commit()


def test_a_whole_record_has_nothing_to_say_and_a_head_to_print(record: Record) -> None:
    assert record.check() == []
    number, _, start = record.head().partition("-")
    assert number == "5"
    assert record.entries()["keten"].iloc[-1].startswith(start)
    record.add(entry(id="later"))
    assert record.check(f"5-{start}") == [], "what was printed stays true"
    assert "staat niet in" in record.check("5-0123456789abcdef")[0].wat
    assert "staat niet in" in record.check("kop")[0].wat


@pytest.mark.parametrize(
    ("statement", "where", "tells"),
    [
        (
            "UPDATE duiding SET uitspraak = 'VERVALST' WHERE volgnummer = 2",
            "duiding 2",
            "niet meer",
        ),
        ("DELETE FROM duiding WHERE volgnummer = 3", "duiding 3", "is weg"),
        ("DELETE FROM duiding WHERE volgnummer = 5", "duiding 5", "is weg"),
        (
            "INSERT OR REPLACE INTO duiding SELECT volgnummer, moment, gemeente, jaar, gebied, "
            "'VERVALST', rol, soort, cijferversie, effect, reden, aanpak, sessie, corrigeert, id, "
            "vervolgt, geldt, bron, ingevoerd, keten FROM duiding WHERE volgnummer = 1",
            "duiding 1",
            "niet meer",
        ),
        (
            "INSERT INTO duiding SELECT 6, moment, gemeente, jaar, gebied, 'VERVALST', rol, soort, "
            "cijferversie, effect, reden, aanpak, sessie, corrigeert, 'nieuw', vervolgt, geldt, "
            "bron, ingevoerd, keten FROM duiding WHERE volgnummer = 5",
            "duiding 6",
            "niet meer",
        ),
        ("UPDATE duiding SET corrigeert = 'id0' WHERE volgnummer = 4", "duiding 4", "niet meer"),
        ("UPDATE duiding SET moment = '2001-01-01' WHERE volgnummer = 4", "duiding 4", "niet meer"),
    ],
)
def test_sql_beside_the_program_is_found_and_named(
    record: Record, statement: str, where: str, tells: str
) -> None:
    damaged(record, statement)
    problems = {problem.rij: problem.wat for problem in record.check()}
    assert tells in problems[where]
    assert "bewaking" in problems[""], "the triggers are missed too"
    table = record.entries()
    assert (table["schade"] != "").any(), "readers see it without asking"
    whole = statements(table, 2024)["uitspraak"]
    assert "VERVALST" not in set(whole)
    assert not table.loc[table["id"] == "id0", "vervallen"].any()


def test_a_judgement_with_a_right_seal_is_found_when_it_is_back_dated(record: Record) -> None:
    """Who knows how seals are made can add one; not as if it had been said before the others."""
    [row] = record.entries().tail(1).to_dict("records")
    row |= {"volgnummer": 6, "id": "nieuw", "moment": "2024-01-01T00:00:00.000000+00:00"}
    row["keten"] = seal(row["keten"], row)
    names = (*SEALED, "keten")
    with closing(sqlite3.connect(record.path)) as store:
        marks = ", ".join("?" * len(names))
        store.execute(
            f"INSERT INTO duiding ({', '.join(names)}) VALUES ({marks})", [row[n] for n in names]
        )
        store.commit()
    [problem] = record.check()
    assert problem.rij == "duiding 6" and "ligt vóór" in problem.wat
    assert "ligt vóór" in record.entries()["schade"].iloc[-1]


def test_the_database_refuses_to_replace_a_row(record: Record) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="niet vervangen"):
        damaged(record, "INSERT OR REPLACE INTO duiding SELECT * FROM duiding LIMIT 1", guards=True)


def test_a_chain_that_was_made_anew_is_held_against_the_seals_beside_it(record: Record) -> None:
    head = record.head()
    other = Record(record.path.with_name("ander.sqlite"))
    for number, text in enumerate(SAID):
        other.add(entry(id=f"id{number}", uitspraak=text + "!", cijferversie="0123456789abcdef"))
    record.path.write_bytes(other.path.read_bytes())
    assert record.entries()["aangetast"].all()
    witness_of(record.path).unlink()
    assert record.check() == [], "who rewrites both is found by what was printed"
    assert "staat niet in" in record.check(head)[0].wat


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM duiding", "leeg. Er zijn 5 duidingen"),
        ("DROP TABLE duiding", "uit het bestand gehaald"),
    ],
)
def test_a_record_without_rows_is_a_fault(record: Record, statement: str, said: str) -> None:
    damaged(record, statement)
    with pytest.raises(InputError, match=said):
        record.entries()
    with pytest.raises(InputError, match=said):
        record.add(entry())
    assert record.check()


def test_an_emptied_or_vanished_file_is_a_fault_and_no_new_record(record: Record) -> None:
    record.path.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(InputError, match="5 duidingen"):
            record.entries()
        with pytest.raises(InputError, match="reservekopie"):
            record.add(entry())
        record.path.unlink(missing_ok=True)


def test_flipped_bits_are_found_wherever_they_change_what_is_read(record: Record) -> None:
    """60 times three bits: never other content without a word."""
    whole, seals = record.path.read_bytes(), witness_of(record.path).read_bytes()
    wanted, chance, found = record.entries(), random.Random(1), 0
    texts = [place for text in SAID for place in [whole.find(text.encode())]]
    for turn in range(300):
        changed = bytearray(whole)
        places = [chance.randrange(len(whole)) for _ in range(3)]
        if turn < 20:
            places = [chance.choice(texts) + chance.randrange(5)]
        for place in places:
            changed[place] ^= 1 << chance.randrange(8)
        record.path.write_bytes(changed)
        problems = record.check()
        found += bool(problems)
        assert problems or turn >= 20
        if not problems:
            pd.testing.assert_frame_equal(record.entries(), wanted)
    assert found >= 20
    record.path.write_bytes(whole)
    for place in chance.sample(range(1, len(seals)), 20):
        line = bytearray(seals)
        line[place] ^= 1 << chance.randrange(7)
        witness_of(record.path).write_bytes(line)
        assert record.check(), place


def delivered(*rows: dict[str, str]) -> str:
    """Return an export with these rows."""
    plain = {
        "volgnummer": "1",
        "moment": "2024-05-01T10:00:00+00:00",
        "gemeente": "GM9999",
        "jaar": "2024",
        "gebied": "BU99990101",
        "uitspraak": "Gewone zin.",
        "rol": "anders",
        "soort": "herkend",
        "cijferversie": "v",
        **dict.fromkeys(("reden", "aanpak", "sessie", "corrigeert", "vervolgt", "geldt"), ""),
        "effect": "geen",
        "id": "x1",
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, plain)
    writer.writeheader()
    for row in rows:
        writer.writerow({**plain, **row})
    return text.getvalue()


FORGED = [
    ({"moment": "29-11-2024 18:35"}, "moment"),
    ({"moment": "2024-05-01T10:00:00"}, "moment"),
    ({"moment": "2024-05-01"}, "moment"),
    ({"moment": ""}, "moment"),
    ({"moment": "2001-01-01T00:00:00+00:00"}, "moment"),
    ({"moment": "9999-12-31T23:59:59-23:00"}, "moment"),
    ({"moment": (datetime.now(UTC) + timedelta(days=2)).isoformat()}, "moment"),
    ({"gemeente": "GM0153"}, "gebied"),
    ({"gemeente": "GM0153", "gebied": "BU01530000"}, "gemeente"),
    ({"gebied": "BU01530000"}, "gebied"),
    ({"gebied": "WK999901"}, "gebied"),
    ({"jaar": "24"}, "jaar"),
    ({"jaar": "２０２４"}, "jaar"),
    ({"jaar": "x" * 200_000}, "jaar"),
    ({"rol": "burgemeester"}, "rol"),
    ({"soort": "leuk"}, "soort"),
    ({"effect": "weg"}, "effect"),
    ({"effect": "overruled"}, "reden, aanpak"),
    ({"reden": "y" * 1_000_000}, "reden"),
    ({"sessie": "y" * 300}, "sessie"),
    ({"id": ""}, "id"),
    ({"id": "i" * 65}, "id"),
    ({"id": "id0"}, "uitspraak"),
    ({"corrigeert": "id0"}, "corrigeert"),
    ({"corrigeert": "nergens"}, "corrigeert"),
    ({"vervolgt": "id0", "geldt": "geldt nog"}, "vervolgt"),
    ({"uitspraak": "\x00"}, "uitspraak"),
]


@pytest.mark.parametrize(("changes", "column"), FORGED)
def test_a_forged_row_is_refused_with_its_place_and_the_others_are_taken(
    record: Record, changes: dict[str, str], column: str
) -> None:
    with pytest.raises(InputError) as caught:
        record.import_text(delivered(changes), "uit.csv")
    assert column.split(", ")[0] in " ".join(problem.kolom for problem in caught.value.problems)
    done = record.import_text(delivered(changes, {"id": "goed"}), "uit.csv")
    assert (done.added, {problem.rij for problem in done.refused}) == (1, {"2"})
    assert {problem.bestand for problem in done.refused} == {"uit.csv"}
    assert record.check() == []
    assert not record.entries()["vervallen"].any()


def test_what_is_imported_names_its_source_and_does_not_count_until_it_is_taken_over(
    record: Record,
) -> None:
    forged = {"effect": "overruled", "reden": "Zomaar.", "aanpak": "volgen", "gebied": "BU99990102"}
    before = datetime.now(UTC)
    record.import_text(delivered(forged), "van\neen ander.csv")
    row = record.entries().iloc[-1]
    assert row["bron"] == "van een ander.csv"
    assert datetime.fromisoformat(row["ingevoerd"]) >= before
    aanpak = pd.DataFrame({"aanpak": ["basis"]}, index=pd.Index(["BU99990102"], name="buurtcode"))
    versions = pd.Series({"BU99990102": "v"})
    assert beside(aanpak, record.entries(), versions, 2024)["aanpak_na_duiding"].item() == "basis"
    assert "Gewone zin." not in set(statements(record.entries(), 2024)["uitspraak"])
    record.import_text(delivered(forged | {"id": "x2", "corrigeert": "x1"}), "weer.csv")
    record.add(
        entry(
            gebied="BU99990102",
            corrigeert="x2",
            effect="overruled",
            reden="Nagegaan.",
            aanpak="volgen",
        )
    )
    assert beside(aanpak, record.entries(), versions, 2024)["aanpak_na_duiding"].item() == "volgen"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252"])
def test_an_import_may_come_from_a_spreadsheet(record: Record, tmp_path: Path, coding: str) -> None:
    text = delivered({"uitspraak": "'s Avonds in het café"}).replace(",", ";")
    (tmp_path / "uit.csv").write_bytes(text.encode(coding))
    source = tmp_path / "uit.csv"
    record.import_csv(source)
    assert record.entries()["uitspraak"].iloc[-1].endswith("Avonds in het café")


@pytest.mark.parametrize("row", ["1,2", "1" + "," * 40])
def test_rows_that_are_too_short_or_too_long_are_named(record: Record, row: str) -> None:
    text = delivered() + row + "\n"
    with pytest.raises(InputError, match="te veel of te weinig cellen") as caught:
        record.import_text(text, "uit.csv")
    assert caught.value.problems[0].rij == "2"


def test_a_judgement_that_was_tampered_with_is_not_laundered_by_an_export(record: Record) -> None:
    damaged(record, "UPDATE duiding SET uitspraak = 'VERVALST' WHERE volgnummer = 2")
    other = Record(record.path.with_name("ander.sqlite"))
    record.export_csv(record.path.with_name("uit.csv"))
    done = other.import_csv(record.path.with_name("uit.csv"))
    assert (done.added, [problem.rij for problem in done.refused]) == (4, ["3"])


def test_a_record_that_cannot_be_written_is_read(record: Record) -> None:
    record.path.chmod(0o444)
    record.path.parent.chmod(0o555)
    try:
        assert len(record.entries()) == 5
        assert record.check() == []
    finally:
        record.path.parent.chmod(0o755)


@pytest.mark.parametrize(
    ("kind", "warned"),
    [("nfs4", True), ("cifs", True), ("fuse.sshfs", True), ("ext4", False), ("tmpfs", False)],
)
def test_a_record_on_a_network_folder_is_warned_of(tmp_path: Path, kind: str, warned: bool) -> None:
    place = tmp_path / "gedeelde map"
    mounts = tmp_path / "mounts"
    named = str(place).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {named} {kind} rw 0 0\n")
    said = network_warning(place / "GM9999" / "duiding.sqlite", mounts)
    assert (kind in said) == warned
    assert network_warning(tmp_path / "duiding.sqlite", mounts) == ""
