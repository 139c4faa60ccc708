"""Append-only store of judgements in SQLite: what was confirmed is there, once, in order."""

from __future__ import annotations

import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sia.duiding.chain import (
    COLUMNS,
    SEALED,
    Found,
    head,
    holds,
    inspect,
    read_witness,
    seal,
    sealed,
    witness_of,
    write_witness,
)
from sia.duiding.delivered import rows_of
from sia.duiding.entry import Entry, check_entry
from sia.errors import InputError, Problem, refuse
from sia.spreadsheet import neutralise

_LOG = logging.getLogger(__name__)

_ADDED = ("vervolgt", "geldt", "bron", "ingevoerd", "keten")
"""Columns that earlier records did not have yet."""

_FAULTS = {
    "disk is full": "de schijf is vol",
    "locked": "een andere sessie houdt het bestand te lang bezet",
    "readonly": "het bestand is alleen te lezen",
    "disk I/O": "de schijf geeft een fout",
    "unable to open": "het bestand kan niet worden geopend",
    "not a database": "het bestand is geen database",
    "malformed": "het bestand is beschadigd",
    "unsupported": "het bestand is beschadigd",
    "no such table": "de tabel met duidingen is uit het bestand gehaald",
    "no such": "het bestand is beschadigd",
}
_COPY = (
    "Zet een reservekopie terug van `{name}` en het bestand met de zegels ernaast. Wilt u met een "
    "leeg logboek beginnen, zet dan beide bestanden apart."
)

_TABLE = """
CREATE TABLE duiding (
    volgnummer INTEGER PRIMARY KEY AUTOINCREMENT,
    moment TEXT NOT NULL,
    gemeente TEXT NOT NULL, jaar INTEGER NOT NULL, gebied TEXT NOT NULL,
    uitspraak TEXT NOT NULL, rol TEXT NOT NULL, soort TEXT NOT NULL,
    cijferversie TEXT NOT NULL, effect TEXT NOT NULL, reden TEXT NOT NULL,
    aanpak TEXT NOT NULL, sessie TEXT NOT NULL, corrigeert TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE
)
"""
_GUARDS = {
    "duiding_blijft": """CREATE TRIGGER duiding_blijft BEFORE UPDATE ON duiding
BEGIN SELECT RAISE(ABORT, 'een duiding wordt niet gewijzigd'); END""",
    "duiding_bewaard": """CREATE TRIGGER duiding_bewaard BEFORE DELETE ON duiding
BEGIN SELECT RAISE(ABORT, 'een duiding wordt niet verwijderd'); END""",
    "duiding_eenmalig": """CREATE TRIGGER duiding_eenmalig BEFORE INSERT ON duiding
WHEN EXISTS (SELECT 1 FROM duiding WHERE volgnummer = NEW.volgnummer OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'een duiding wordt niet vervangen'); END""",
}


class Imported(NamedTuple):
    """How many judgements were added or known, and the rows that were refused, with the reason."""

    added: int
    known: int
    refused: tuple[Problem, ...]


class Record:
    """The judgements of one municipality in one file; made by the first entry.

    Beside the SQLite file stands one with the seals (`sia.duiding.chain.witness_of`). `timeout` is
    in seconds: how long to wait for another session that is writing.
    """

    def __init__(self, path: Path, *, timeout: float = 30.0) -> None:
        self.path = path
        self._timeout = timeout

    def _there(self) -> bool:
        """Tell whether there is a record; refuse a file that is empty or that has gone."""
        if self.path.exists() and (self.path.is_dir() or self.path.stat().st_size):
            return True
        lines = len(read_witness(self.path)[0])
        if not self.path.exists() and not lines:
            return False
        what = "leeg (0 bytes)" if self.path.exists() else "weg"
        raise InputError([_gone(self.path, what, lines)])

    @contextmanager
    def _connection(self, where: str = "") -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(
                where or self.path, timeout=self._timeout, isolation_level=None, uri=bool(where)
            )
            connection.text_factory = lambda text: text.decode("utf-8", "backslashreplace")
            try:
                connection.execute("PRAGMA synchronous=EXTRA")
                yield connection
            finally:
                connection.close()
        except sqlite3.IntegrityError:
            raise
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise InputError([_not_stored(self.path, error)]) from error

    def _rows(self) -> list[dict[str, Any]]:
        """Return every stored row; also from a place where nothing can be written."""
        if not self._there():
            return []
        try:
            with self._connection() as connection:
                return _read(connection)
        except InputError:
            if os.access(self.path.parent, os.W_OK) or not self.path.is_file():
                raise
            # an older record wants to write beside itself, even to be read
            with self._connection(f"{self.path.absolute().as_uri()}?immutable=1") as connection:
                return _read(connection)

    def _inspected(self) -> tuple[list[dict[str, Any]], Found]:
        rows = self._rows()
        found = inspect(rows, read_witness(self.path)[0])
        if found.missing and not rows:
            raise InputError([_gone(self.path, "leeg", len(found.missing))])
        return rows, found

    def add(self, entry: Entry) -> int:
        """Store an entry and return its sequence number; when this returns, it is on disk.

        The same id twice is stored once and gives the same number. An entry that is not complete,
        corrects or follows an unknown one, reuses an id for other content, or cannot be written is
        refused.
        """
        check_entry(entry)
        with self._writing() as write:
            return write({**asdict(entry), "moment": _now(), "bron": "", "ingevoerd": ""})[0]

    @contextmanager
    def _writing(self) -> Iterator[_Writer]:
        """Hold the record for this session, and store all that it writes or nothing."""
        if not self._there():
            _create(self.path)
        with self._connection() as connection:
            _upgrade(connection, self.path)
            connection.execute("BEGIN IMMEDIATE")
            try:
                writer = _Writer(connection, self.path)
                yield writer
                connection.execute("COMMIT")
            except BaseException:
                # a full disk makes SQLite roll back by itself
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            _witness(connection, self.path)

    def entries(self, gemeente: str | None = None) -> pd.DataFrame:
        """Return all entries in the order in which they were confirmed.

        `gemeente`: Only this municipality.
        Returns: Columns ``volgnummer``, ``moment``, the fields of `Entry`, ``bron`` and
            ``ingevoerd`` (of an imported entry: from which file and when; else empty) and ``keten``
            (its seal), plus ``aangetast`` (bool): it is not what was confirmed; ``schade`` (what is
            wrong, in Dutch, also of its neighbour); ``vervallen`` (bool): a later entry corrects
            this one.
        Raises `InputError` when the file is empty, gone or no record. One bad row is shown, and
            raises nothing.
        """
        rows, found = self._inspected()
        names = [name for name in (*SEALED, "keten") if name not in ("volgnummer", "jaar")]
        table = pd.DataFrame(
            {
                "volgnummer": pd.Series([row["volgnummer"] for row in rows], dtype="int64"),
                "jaar": [row["jaar"] if isinstance(row["jaar"], int) else 0 for row in rows],
                **{
                    name: pd.Series([str(row[name]) for row in rows], dtype="str") for name in names
                },
            },
        )[[*SEALED, "keten"]].astype({"jaar": "int64"})
        table["aangetast"] = table["volgnummer"].isin(list(found.changed))
        said = {**found.remarks, **found.changed}
        table["schade"] = pd.Series([said.get(n, "") for n in table["volgnummer"]], dtype="str")
        whole = table.loc[~table["aangetast"], "corrigeert"]
        table["vervallen"] = table["id"].isin(set(whole) - {""})
        if gemeente is not None:
            table = table[table["gemeente"] == gemeente]
        return table.reset_index(drop=True)

    def head(self) -> str:
        """Return number and seal of the last entry, to be printed; empty without entries."""
        return head(self._rows())

    def check(self, printed: str = "") -> list[Problem]:
        """Say all that is wrong with the record, also that a head that was `printed` is gone."""
        try:
            if not self._there():
                return []
            rows, found = self._inspected()
            problems = _guarded(self)
        except InputError as error:
            return list(error.problems)
        copy = _COPY.format(name=self.path.name)
        faults = {**found.changed, **found.early}
        said = {f"duiding {number}": text for number, text in faults.items()}
        said |= {f"duiding {number}": "Deze duiding is weg." for number in found.missing}
        problems += [Problem(wat, copy, self.path.name, where) for where, wat in said.items()]
        if bad := read_witness(self.path)[1]:
            wat = f"{bad} regels zijn niet te lezen."
            problems.append(Problem(wat, copy, witness_of(self.path).name))
        known = holds(rows, printed) if printed else True
        if not known:
            wat = f"De kop {printed} staat niet in dit logboek."
            how = "Neem hem over zoals hij gedrukt staat." if known is None else copy
            problems.append(Problem(wat, how, self.path.name))
        return problems

    def csv_text(self) -> str:
        """Return all entries as CSV that a spreadsheet cannot mistake for formulas."""
        table = self.entries().drop(columns=["vervallen"])
        table["schade"] = table["schade"].where(table.pop("aangetast"), "")
        return table.map(_neutral).to_csv(index=False, lineterminator="\n")

    def import_text(self, text: str, name: str, gemeente: str = "") -> Imported:
        """Take over the entries of an exported CSV that are not here yet, row by row.

        `text`, `name`: As `csv_text` gave it, and the name of its file.
        `gemeente`: Code of the municipality that the record is of; default that of what is in it.
        Raises `InputError` when it is no such file, or when none of its rows can be taken over.

        What is imported stands apart: it names its file and the moment of the import, and does
        not count until somebody in a session takes it over. It cannot correct what was said here.
        """
        own = {gemeente} if gemeente else {str(row["gemeente"]) for row in self._rows()}
        rows, refused = rows_of(text, name, own)
        added = known = 0
        if rows:
            with self._writing() as write:
                for row in rows:
                    try:
                        new = write(row.values)[1]
                    except InputError as error:
                        refused += [row.problem(problem) for problem in error.problems]
                        continue
                    added, known = added + new, known + (not new)
        if refused and not added + known:
            raise InputError(refused)
        return Imported(added, known, tuple(refused))


class _Writer:
    """Adds rows to a record that is held; says of each its number and whether it is new."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        last = connection.execute("SELECT volgnummer, keten FROM duiding ORDER BY 1 DESC LIMIT 1")
        number: int
        self._last: str
        number, self._last = last.fetchone() or (0, "")
        seals = read_witness(path)[0]
        if seals and not number:
            raise InputError([_gone(path, "leeg", len(seals))])
        self._number = max(number, *seals) if seals else number

    def __call__(self, values: Mapping[str, Any]) -> tuple[int, bool]:
        known = _stored(self._connection, str(values["id"]))
        if known is not None:
            _refuse_other_content(known, values)
            return int(known["volgnummer"]), False
        _refuse_loose_ends(self._connection, values)
        row = {**values, "volgnummer": self._number + 1}
        row["keten"] = seal(self._last, row)
        names = (*SEALED, "keten")
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO duiding ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        self._connection.execute(statement, [row[name] for name in names])
        self._number, self._last = row["volgnummer"], row["keten"]
        return self._number, True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the rows, of an older record as if it had today's columns; writes nothing."""
    cursor = connection.execute("SELECT * FROM duiding ORDER BY volgnummer")
    names = [column[0] for column in cursor.description]
    if lacking := [name for name in SEALED if name not in (*names, *_ADDED)]:
        raise sqlite3.DatabaseError(f"malformed: {', '.join(lacking)}")
    empty = dict.fromkeys(_ADDED, "")
    rows = [{**empty, **dict(zip(names, cells, strict=True))} for cells in cursor]
    return rows if "keten" in names else sealed(rows)


def _create(path: Path) -> None:
    """Make an empty record, whole or not at all; another session may make it first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".duiding.", dir=path.parent) as folder:
        part = Path(folder) / path.name
        try:
            with closing(sqlite3.connect(part)) as connection:
                connection.execute(_TABLE)
        except sqlite3.DatabaseError as error:
            raise InputError([_not_stored(path, error)]) from error
        with suppress(FileExistsError):
            os.link(part, path)


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Give a record the columns, guards and seals that it lacks; two sessions may both try."""
    if not _lacking(connection):
        return
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("BEGIN IMMEDIATE")
    lacking = _lacking(connection)
    for name in lacking:
        connection.execute(f"ALTER TABLE duiding ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
    if lacking:
        for name in _GUARDS:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        for row in sealed({**row, "keten": ""} for row in _read(connection)):
            connection.execute(
                "UPDATE duiding SET keten = ? WHERE volgnummer = ?",
                (row["keten"], row["volgnummer"]),
            )
        for guard in _GUARDS.values():
            connection.execute(guard)
    connection.execute("COMMIT")
    _witness(connection, path)


def _lacking(connection: sqlite3.Connection) -> list[str]:
    have = {row[1] for row in connection.execute("PRAGMA table_info(duiding)")}
    return [name for name in _ADDED if name not in have] if have else []


def _witness(connection: sqlite3.Connection, path: Path) -> None:
    """Add the seals that the file beside the record lacks; the entries themselves are stored."""
    try:
        known = read_witness(path)[0]
        rows = connection.execute("SELECT volgnummer, keten FROM duiding")
        write_witness(path, {number: one for number, one in rows if number not in known})
    except OSError as error:
        _LOG.warning("the seals of %s could not be written: %s", path, error)


def _guarded(record: Record) -> list[Problem]:
    """Say which guards were taken out of the file, and whether its pages are sound."""
    with record._connection() as connection:
        found = dict(connection.execute("SELECT name, sql FROM sqlite_master"))
        [[sound]] = connection.execute("PRAGMA integrity_check(1)")
        older = bool(_lacking(connection))
        columns = [row[1] for row in connection.execute("PRAGMA table_info(duiding)")]
    gone = [name for name, guard in _GUARDS.items() if found.get(name) != guard]
    others = {*map(str, found), *map(str, columns)} - {"duiding", *_GUARDS, *SEALED, "keten"}
    others = {name for name in others if not name.startswith("sqlite_")}
    said = {
        f"De bewaking {', '.join(gone)} is uit het bestand gehaald.": gone and not older,
        f"Er is iets aan het bestand toegevoegd: {', '.join(sorted(others))}.": others,
        f"Het bestand is beschadigd: {sound}.": sound != "ok",
    }
    copy = _COPY.format(name=record.path.name)
    return [Problem(wat, copy, record.path.name) for wat, wrong in said.items() if wrong]


def _gone(path: Path, what: str, lines: int) -> Problem:
    told = f" Er zijn {lines} duidingen in vastgelegd." if lines else ""
    return Problem(
        f"Het logboek van de duidingen is {what}.{told}",
        _COPY.format(name=path.name),
        bestand=str(path),
    )


def _not_stored(path: Path, error: Exception) -> Problem:
    said = "malformed" if isinstance(error, UnicodeDecodeError) else str(error)
    cause = next((dutch for part, dutch in _FAULTS.items() if part in said), said)
    return Problem(
        bestand=str(path),
        wat=f"De duiding is NIET opgeslagen of gelezen: {cause}.",
        oplossing=(
            "Maak ruimte op de schijf of controleer of het bestand beschrijfbaar is, en probeer "
            "het opnieuw. Eerder bevestigde duidingen staan er nog."
        ),
    )


def _stored(connection: sqlite3.Connection, identifier: str) -> dict[str, Any] | None:
    cursor = connection.execute("SELECT * FROM duiding WHERE id = ?", (identifier,))
    row = cursor.fetchone()
    if row is None:
        return None
    return dict(zip((d[0] for d in cursor.description), row, strict=True))


def _refuse_other_content(known: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    differing = [name for name in COLUMNS if known[name] != given[name]]
    if differing:
        raise InputError.one(
            kolom=", ".join(differing),
            wat=f"Er staat al een andere duiding met het kenmerk {given['id']}.",
            oplossing="Leg een correctie vast als nieuwe duiding.",
        )


def _refuse_loose_ends(connection: sqlite3.Connection, values: Mapping[str, Any]) -> None:
    """Refuse to correct or follow an entry that is not there, or not about the same place."""
    problems = []
    for column in ("corrigeert", "vervolgt"):
        identifier = str(values[column])
        known = _stored(connection, identifier) if identifier else None
        if identifier and known is None:
            wat = f"De duiding {identifier} waar deze bij hoort, bestaat niet."
        elif known is None:
            continue
        elif known["gebied"] != values["gebied"]:
            wat = f"De duiding {identifier} gaat over een ander gebied."
        elif column == "vervolgt" and int(known["jaar"]) >= int(values["jaar"]):
            wat = f"De duiding {identifier} is niet van een eerder jaar."
        elif column == "corrigeert" and values["bron"] and not known["bron"]:
            wat = f"De duiding {identifier} is hier gezegd; een invoer kan haar niet verbeteren."
        elif values["bron"] and values["moment"] < known["moment"]:
            wat = f"De duiding {identifier} is later gezegd dan deze."
        else:
            continue
        problems.append(Problem(kolom=column, wat=wat, oplossing="Kies een bestaande duiding."))
    refuse(problems)


def _neutral(cell: object) -> object:
    """Return a cell as it is exported; one that begins with an apostrophe gets another one."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith("'") else neutralise(cell)
