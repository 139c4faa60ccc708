"""Append-only store of judgements in SQLite: what was confirmed is there, once, in order."""

from __future__ import annotations

import csv
import hashlib
import io
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from sia.duiding.entry import Entry, check_entry
from sia.errors import InputError, Problem, refuse
from sia.spreadsheet import neutralise
from sia.store import write_text

_COLUMNS = tuple(f.name for f in fields(Entry))

_TEXT_ADDED = ("vervolgt", "geldt")
"""Columns that the first records did not have yet; an export without them can still be read."""

_FAULTS = {
    "disk is full": "de schijf is vol",
    "locked": "een andere sessie houdt het bestand te lang bezet",
    "readonly": "het bestand is alleen te lezen",
    "disk I/O": "de schijf geeft een fout",
    "unable to open": "het bestand kan niet worden geopend",
    "not a database": "het bestand is geen database",
    "malformed": "het bestand is beschadigd",
}

_SCHEMA = """
CREATE TABLE IF NOT EXISTS duiding (
    volgnummer INTEGER PRIMARY KEY AUTOINCREMENT,
    moment TEXT NOT NULL,
    gemeente TEXT NOT NULL, jaar INTEGER NOT NULL, gebied TEXT NOT NULL,
    uitspraak TEXT NOT NULL, rol TEXT NOT NULL, soort TEXT NOT NULL,
    cijferversie TEXT NOT NULL, effect TEXT NOT NULL, reden TEXT NOT NULL,
    aanpak TEXT NOT NULL, sessie TEXT NOT NULL, corrigeert TEXT NOT NULL,
    vervolgt TEXT NOT NULL DEFAULT '', geldt TEXT NOT NULL DEFAULT '',
    id TEXT NOT NULL UNIQUE
);
CREATE TRIGGER IF NOT EXISTS duiding_blijft BEFORE UPDATE ON duiding
BEGIN SELECT RAISE(ABORT, 'een duiding wordt niet gewijzigd'); END;
CREATE TRIGGER IF NOT EXISTS duiding_bewaard BEFORE DELETE ON duiding
BEGIN SELECT RAISE(ABORT, 'een duiding wordt niet verwijderd'); END;
"""


def figures_version(figures: pd.Series) -> str:
    """Return a short hash of the figures that a judgement is about.

    16 hexadecimal digits; equal exactly when names and values (to 12 digits) are equal.

    Parameters
    ----------
    figures : Series
        Figures of one buurt; the order of its index does not matter.
    """
    digest = hashlib.sha256()
    for name in sorted(map(str, figures.index)):
        value = figures[name]
        text = "" if pd.isna(value) else f"{value:.12g}" if isinstance(value, float) else str(value)
        digest.update(f"{name}\x1f{text}\x1e".encode())
    return digest.hexdigest()[:16]


class Record:
    """The judgements of one municipality, or of several, in one file.

    Parameters
    ----------
    path : pathlib.Path
        SQLite file; made with its folder when absent.
    timeout : float
        Seconds to wait for another session that is writing.
    """

    def __init__(self, path: Path, *, timeout: float = 30.0) -> None:
        self.path = path
        self._timeout = timeout
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            connection.executescript(_SCHEMA)
            _add_columns(connection)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=self._timeout, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                yield connection
            finally:
                connection.close()
        except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.IntegrityError):
                raise
            raise InputError([_not_stored(self.path, error)]) from error

    def add(self, entry: Entry) -> int:
        """Store an entry; when this returns, it is on disk.

        Returns
        -------
        int
            Sequence number. The same id twice is stored once and gives the same number.

        Raises
        ------
        InputError
            When the entry is not complete, corrects or follows an unknown entry, reuses an id
            for other content, or cannot be written.
        """
        check_entry(entry)
        values = asdict(entry)
        moment = datetime.now(UTC).isoformat(timespec="microseconds")
        return self._insert([(moment, values)])[0]

    def _insert(self, rows: list[tuple[str, dict[str, object]]]) -> list[int]:
        names = ("moment", *_COLUMNS)
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO duiding ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        numbers = []
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                for moment, values in rows:
                    known = _stored(connection, str(values["id"]))
                    if known is not None:
                        _refuse_other_content(known, values)
                        numbers.append(int(str(known["volgnummer"])))
                        continue
                    _refuse_loose_ends(connection, values)
                    cursor = connection.execute(
                        statement, (moment, *(values[name] for name in _COLUMNS))
                    )
                    numbers.append(int(cursor.lastrowid or 0))
                connection.execute("COMMIT")
            except BaseException:
                # a full disk makes SQLite roll back by itself
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        return numbers

    def entries(self, gemeente: str | None = None) -> pd.DataFrame:
        """Return all entries in the order in which they were confirmed.

        Parameters
        ----------
        gemeente : str, optional
            Only this municipality.

        Returns
        -------
        DataFrame
            Columns ``volgnummer``, ``moment`` and the fields of `Entry`, plus ``vervallen``
            (bool): a later entry corrects this one.
        """
        with self._connection() as connection:
            table = pd.read_sql_query("SELECT * FROM duiding ORDER BY volgnummer", connection)
        table["vervallen"] = table["id"].isin(set(table["corrigeert"]) - {""})
        if gemeente is not None:
            table = table[table["gemeente"] == gemeente]
        return table.reset_index(drop=True)

    def csv_text(self) -> str:
        """Return all entries as CSV that a spreadsheet cannot mistake for formulas."""
        table = self.entries().drop(columns="vervallen")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table.columns)
        for row in table.itertuples(index=False):
            writer.writerow([_neutral(cell) for cell in row])
        return text.getvalue()

    def export_csv(self, target: Path) -> None:
        """Write `csv_text` to a file as UTF-8, whole or not at all."""
        write_text(target, self.csv_text())

    def import_csv(self, source: Path) -> int:
        """Add the entries of an exported CSV that are not here yet.

        Parameters
        ----------
        source : pathlib.Path
            Written by `export_csv`.

        Returns
        -------
        int
            How many were added; all or none.

        Raises
        ------
        InputError
            When columns are missing or a row is not a valid entry; nothing is added then.
        """
        return self.import_text(source.read_text(encoding="utf-8-sig"), source.name)

    def import_text(self, text: str, name: str) -> int:
        """Add the entries in the text of an exported CSV; `name` is its file name for messages.

        Returns and raises as `import_csv`.
        """
        reader = csv.DictReader(io.StringIO(text, newline=""))
        missing = {"moment", *_COLUMNS} - set(_TEXT_ADDED) - set(reader.fieldnames or ())
        if missing:
            raise InputError([_missing_columns(name, missing)])
        rows = [_row(line, name, number) for number, line in enumerate(reader, start=2)]
        before = len(self.entries())
        self._insert(rows)
        return len(self.entries()) - before


def _missing_columns_of(connection: sqlite3.Connection) -> list[str]:
    have = {row[1] for row in connection.execute("PRAGMA table_info(duiding)")}
    return [name for name in _TEXT_ADDED if name not in have]


def _add_columns(connection: sqlite3.Connection) -> None:
    """Give a record of an older version the columns that it lacks; two sessions may both try."""
    if not _missing_columns_of(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    for name in _missing_columns_of(connection):
        connection.execute(f"ALTER TABLE duiding ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
    connection.execute("COMMIT")


def _not_stored(path: Path, error: sqlite3.Error) -> Problem:
    said = str(error)
    cause = next((dutch for part, dutch in _FAULTS.items() if part in said), said)
    return Problem(
        bestand=str(path),
        wat=f"De duiding is NIET opgeslagen of gelezen: {cause}.",
        oplossing=(
            "Maak ruimte op de schijf of controleer of het bestand beschrijfbaar is, en probeer "
            "het opnieuw. Eerder bevestigde duidingen staan er nog."
        ),
    )


def _stored(connection: sqlite3.Connection, identifier: str) -> dict[str, object] | None:
    cursor = connection.execute("SELECT * FROM duiding WHERE id = ?", (identifier,))
    row = cursor.fetchone()
    if row is None:
        return None
    return dict(zip((d[0] for d in cursor.description), row, strict=True))


def _refuse_other_content(known: dict[str, object], given: dict[str, object]) -> None:
    differing = [name for name in _COLUMNS if known[name] != given[name]]
    if differing:
        raise InputError.one(
            kolom=", ".join(differing),
            wat=f"Er staat al een andere duiding met het kenmerk {given['id']}.",
            oplossing="Leg een correctie vast als nieuwe duiding.",
        )


def _refuse_loose_ends(connection: sqlite3.Connection, values: dict[str, object]) -> None:
    """Refuse to correct or follow an entry that is not there, or not about the same place."""
    problems = []
    for column in ("corrigeert", "vervolgt"):
        identifier = str(values[column])
        known = _stored(connection, identifier) if identifier else None
        if identifier and known is None:
            wat = f"De duiding {identifier} waar deze bij hoort, bestaat niet."
        elif known and known["gebied"] != values["gebied"]:
            wat = f"De duiding {identifier} gaat over een ander gebied."
        elif column == "vervolgt" and known and int(str(known["jaar"])) >= int(str(values["jaar"])):
            wat = f"De duiding {identifier} is niet van een eerder jaar."
        else:
            continue
        problems.append(Problem(kolom=column, wat=wat, oplossing="Kies een bestaande duiding."))
    refuse(problems)


def _missing_columns(name: str, missing: set[str]) -> Problem:
    return Problem(
        bestand=name,
        kolom=", ".join(sorted(missing)),
        wat="Deze kolommen ontbreken.",
        oplossing="Gebruik een bestand dat met de knop Exporteren gemaakt is.",
    )


def _neutral(cell: object) -> object:
    """Return a cell as it is exported; one that begins with an apostrophe gets another one."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith("'") else neutralise(cell)


def _row(line: dict[str, str], name: str, number: int) -> tuple[str, dict[str, object]]:
    plain = {k: v[1:] if v.startswith("'") else v for k, v in line.items()}
    try:
        fields: dict[str, Any] = {n: plain[n] for n in _COLUMNS if n in plain}
        entry = Entry(**{**fields, "jaar": int(plain["jaar"])})
        check_entry(entry)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError.one(
            bestand=name,
            rij=str(number),
            wat=f"Deze rij is geen geldige duiding: {error}",
            oplossing="Herstel de rij; er is niets geïmporteerd.",
        ) from error
    return plain["moment"], asdict(entry)


def beside(
    aanpak: pd.DataFrame, entries: pd.DataFrame, versions: pd.Series, jaar: int
) -> pd.DataFrame:
    """Put the latest valid judgement of each buurt beside its figures.

    Parameters
    ----------
    aanpak : DataFrame, index ``buurtcode``
        With a column ``aanpak``: what the figures propose. It is not changed.
    entries : DataFrame
        From `Record.entries`, of one municipality.
    versions : Series, index ``buurtcode``
        `figures_version` of the present figures.
    jaar : int
        SIA year that is shown.

    Returns
    -------
    DataFrame, index ``buurtcode``
        Every buurt of `aanpak`. Columns ``aanpak`` (figure), ``aanpak_na_duiding`` (equal unless
        adjusted or overruled in this very year), ``duiding`` (statement or empty), ``rol``,
        ``soort``, ``effect``, ``reden``, ``duiding_jaar`` (Int64) and ``let_op`` (Dutch: an older
        year whose judgement asks for confirmation, or figures that changed since).
    """
    shown = pd.DataFrame({"aanpak": aanpak["aanpak"]}, index=aanpak.index)
    valid = entries[~entries["vervallen"] & (entries["jaar"] <= jaar)]
    latest = valid.sort_values(["jaar", "volgnummer"]).groupby("gebied").last()
    latest = latest.reindex(aanpak.index)
    present = latest["id"].notna()
    now = present & (latest["jaar"] == jaar)
    replaced = now & latest["effect"].isin(["bijgesteld", "overruled"])
    shown["aanpak_na_duiding"] = shown["aanpak"].mask(replaced, latest["aanpak"])
    shown["duiding"] = latest["uitspraak"].fillna("")
    for name in ("rol", "soort", "effect", "reden"):
        shown[name] = latest[name].fillna("")
    shown["duiding_jaar"] = latest["jaar"].astype("Int64")
    changed = now & (latest["cijferversie"] != versions.reindex(aanpak.index))
    older = present & ~now
    shown["let_op"] = ""
    shown.loc[changed, "let_op"] = "De cijfers zijn veranderd sinds deze duiding."
    shown.loc[older, "let_op"] = [
        f"Duiding uit {int(year)}: geldt die nog?" for year in latest.loc[older, "jaar"]
    ]
    return shown
