"""The folder ``plannen``: everything that partners send, every file and row accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sia.agenda.reading.cells import Question, plain
from sia.agenda.reading.combining import combine, spelled
from sia.agenda.reading.decisions import organisation_of
from sia.agenda.reading.fields import BUDGET_FIELDS, SUBSIDY_FIELDS, TABLES
from sia.agenda.reading.files import BESIDE, TEXTS, Sheet, read_sheets
from sia.agenda.reading.investments import Reading, as_number, no_plans, read_lines
from sia.agenda.reading.mapping import FOLDER as EXPORTS
from sia.agenda.reading.mapping import Export, mapping_for, read_mappings
from sia.agenda.reading.organisation import Organisation
from sia.agenda.reading.tables import Line, Table, read_table, told, typed
from sia.errors import InputError, Problem
from sia.methode import AgendaValues
from sia.settings import PLANS
from sia.spreadsheet import csv_bytes
from sia.store import write_bytes

FOLDER = PLANS
BUDGETS, SUBSIDIES = "budgetten.csv", "subsidies.csv"
GRANTED, REFUSED = "toegekend", "afgewezen"
NOT_YET = "nog niet aangevraagd"
"""What a subsidy is when its money is sure, and when it never comes."""
_NOTHING = Problem(
    "In dit bestand staat geen tabel die we kennen.",
    "Gebruik het sjabloon, of zeg in de map `leveringen` welke kolom wat is.",
)

_NO_ROWS = Problem(
    "In dit bestand staan koppen en geen enkele rij.", "Vul het in, of haal het bestand weg."
)


@dataclass(frozen=True, eq=False)
class Deliveries:
    """Everything that was delivered for one agenda.

    `reading`: The plans of all partners together, every level in it, and every problem of every
        file.
    `budgets`: ``partner``, ``jaar``, ``budget`` (euro, NaN unknown), ``fte`` (NaN unknown),
        ``delen``.
    `subsidies` (index ``subsidie``): As `sia.agenda.insight.funding.cover` takes them.
    `files`: Everything that lay there.
    `organisation`: Decisions and actions.
    `tables`: Every sheet of every file, also those in which nothing was found.
    `lines`: Every row of every table.
    `unread`: Files that could not be read at all, and why.
    """

    reading: Reading
    budgets: pd.DataFrame
    subsidies: pd.DataFrame
    files: tuple[Path, ...]
    organisation: Organisation
    tables: tuple[Table, ...] = ()
    lines: tuple[Line, ...] = ()
    unread: tuple[Problem, ...] = ()

    @property
    def open_books(self) -> set[str]:
        """Partners that share every budget that they gave; of the others none may be derived."""
        closed = self.budgets["delen"] != "partners"
        return set(self.budgets["partner"]) - set(self.budgets.loc[closed, "partner"])


def plan_files(bron: Sequence[Path]) -> list[Path]:
    """Return all files that partners sent, in the ``plannen`` folders of some raw folders.

    `bron`: Sub-folders count. Hidden files, lock files of office programs, files that belong to a
        map and the mappings of exports are left out.
    """
    folders = [root / FOLDER for root in bron]
    found = [(f, p) for f in folders for p in sorted(f.rglob("*")) if p.is_file()]
    return [
        path for folder, path in found
        if not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        and path.relative_to(folder).parts[0] != EXPORTS
        and not path.name.lower().endswith(tuple(BESIDE))
    ]  # fmt: skip


def read_deliveries(
    bron: Sequence[Path],
    buurten: gpd.GeoDataFrame,
    register: pd.DataFrame | None = None,
    waarden: AgendaValues | None = None,
) -> Deliveries | None:
    """Read all that the partners delivered.

    `bron`: Raw folders; each may hold a folder ``plannen``.
    `buurten`: EPSG:28992, index ``buurtcode``.
    `register` (index ``plan``): Plans of earlier rounds: a plan has one owner, and a partner one
        spelling.
    `waarden`: Of the method: which kinds of work dig, and what a plan may cost.
    Returns: None when nobody delivered anything but tables of money and decisions. A file that
        cannot be read at all is among the problems and does not take the others down; nor does a
        bad row.
    """
    files = plan_files(bron)
    if all(_table_of(path) not in ("", "plannen") for path in files):
        return None
    folders = [root / FOLDER for root in bron]
    exports, problems = read_mappings(folders)
    tables: list[Table] = []
    unread: list[Problem] = []
    for path in files:
        name = next(path.relative_to(f) for f in folders if path.is_relative_to(f)).as_posix()
        try:
            tables += _read(path, name, mapping_for(name, exports))
        except InputError as error:
            unread += error.problems
    known = {} if register is None else register["partner"].to_dict()
    owners = {str(plan): str(partner) for plan, partner in known.items()}
    of_plans = tuple(t for t in tables if t.tabel == "plannen")
    rows = tuple(line for table in of_plans for line in read_lines(table, buurten, waarden))
    reading = combine([Reading(no_plans(), rows, (), of_plans)], owners)
    partners = {*owners.values(), *(x.text("partner") for x in reading.settled)} - {""}
    rest = [t for t in tables if t.tabel != "plannen"]
    money = spelled([x for t in rest for x in t.lines], partners)
    others = _checked(money, partners, _senders(reading.settled))
    subsidies = typed([x for x in others if x.tabel == "subsidies"], SUBSIDY_FIELDS)
    subsidies["eigen_aandeel"] = subsidies["eigen_aandeel"].fillna(0.0) / 100
    beside = (*problems, *unread, *told(rest, others, ("budget", "fte")))
    return Deliveries(
        replace(reading, beside=beside),
        _budgets(others),
        subsidies[[f.name for f in SUBSIDY_FIELDS]].set_index("subsidie"),
        tuple(files),
        organisation_of(others),
        tuple(tables),
        (*reading.settled, *others),
        tuple(unread),
    )


def _table_of(path: Path) -> str:
    """Return which table a file is by its name; plans may have any name."""
    stem = plain(path.stem)
    return next((name for name in TABLES if stem.startswith(name[:6])), "")


def _read(path: Path, name: str, export: Export | None) -> list[Table]:
    """Return the tables in one file; in a file without any a problem says so."""
    sheets = read_sheets(path, name)
    if export is None and "/" in name:
        # who sends a folder of its own is its partner, where the rows do not say
        export = Export(name.split("/", 1)[0], ("*",))
    tables = [read_table(sheet, _wanted(path, sheet), export) for sheet in sheets]
    known = [table for table in tables if table.tabel]
    if not known:
        raise InputError([replace(_NOTHING, bestand=name)])
    plans = [table for table in known if table.tabel == "plannen"]
    if plans and path.suffix.lower() in TEXTS and not any(t.lines or t.problems for t in plans):
        # an empty workbook is the template as it was sent; an empty export is a fault
        return [replace(t, problems=(replace(_NO_ROWS, bestand=name),)) for t in plans]
    return tables


def _wanted(path: Path, sheet: Sheet) -> str:
    return _table_of(path) if not sheet.blad or plain(sheet.blad).startswith("blad") else ""


def _senders(lines: Iterable[Line]) -> dict[str, set[str]]:
    """Return whose plans stand in each file, and in each folder below the deliveries."""
    found: dict[str, set[str]] = {}
    for line in lines:
        file = line.bestand.split(", blad ")[0]
        for place in {file, file.split("/")[0]}:
            found.setdefault(place, set()).add(line.text("partner"))
    return found


def _checked(
    lines: Sequence[Line], partners: Iterable[str], senders: Mapping[str, set[str]]
) -> list[Line]:
    """Return rows of money and decisions with what only shows between them."""
    known = set(partners)
    kinds: dict[tuple[str, ...], set[str]] = {}
    for line in lines:
        kinds.setdefault(_key(line), set()).add(str(line.waarden))
    checked = []
    for line in lines:
        if line.lot:
            checked.append(line)
            continue
        found = [*_amount_faults(line)]
        if line.tabel in _DOUBLE and len(kinds[_key(line)]) > 1:
            found.append(_DOUBLE[line.tabel])
        file = line.bestand.split(", blad ")[0]
        folder = file.split("/")[0]
        own = senders.get(file) or senders.get(folder) or {folder} & known
        own = own or {line.text("partner")}
        if line.tabel == "budgetten" and line.text("partner") not in own:
            found.append(_OTHERS)
        if line.tabel in _STRANGER and line.text("partner") not in known:
            found.append(_STRANGER[line.tabel])
        checked.append(line.with_(*found))
    return checked


def _key(line: Line) -> tuple[str, ...]:
    names = {"budgetten": ("partner", "jaar"), "subsidies": ("subsidie",)}
    return (line.tabel, *(line.text(name) for name in names.get(line.tabel, ())))


_DOUBLE: dict[str, Problem] = {
    "budgetten": Question(
        "Voor deze partner en dit jaar staat er nog een rij; de laagste telt.",
        "Houd één rij per partner en jaar.", kolom="jaar"),
    "subsidies": Problem(
        "Deze subsidie staat er nog een keer, met andere cijfers; geen van beide telt.",
        "Geef elke subsidie een eigen nummer.", kolom="subsidie"),
}  # fmt: skip
_LITTLE = 5_000
_IN_THOUSANDS = Question(
    "Dit is weinig voor een jaar; is het bedrag in duizenden?", "Lever hele euro's.",
    kolom="budget",
)  # fmt: skip
_OTHERS = Problem(
    "Dit budget is van een andere partner dan die dit bestand stuurde; het telt niet mee.",
    "Laat elke partner haar eigen budget leveren.", kolom="partner",
)  # fmt: skip
_UNKNOWN = ("Deze partner heeft geen plannen.", "Schrijf de naam precies zoals in de plannen.")
_STRANGER: dict[str, Problem] = {
    "budgetten": Question(*_UNKNOWN, kolom="partner"),
    "mandaten": Question(*_UNKNOWN, kolom="Partner"),
    "acties": Problem(*_UNKNOWN, kolom="Partner"),
}


def _amount_faults(line: Line) -> list[Problem]:
    """Return which amounts of a row of money cannot be right."""
    row = line.waarden
    low = [n for n in ("budget", "fte", "plafond") if as_number(row, n) < 0]
    found: list[Problem] = [
        Problem("Dit getal is negatief.", "Vul nul of meer in, of laat leeg.", kolom=name)
        for name in low
    ]
    if line.tabel == "budgetten" and 0 < as_number(row, "budget") < _LITTLE:
        found.append(_IN_THOUSANDS)
    if as_number(row, "tot") < as_number(row, "van"):
        wat = "Het venster eindigt vóór het begint."
        found.append(Problem(wat, "Verruil de jaren.", kolom="tot"))
    if not 0 <= as_number(row, "eigen_aandeel", 0.0) <= 100:
        wat = "Dit is geen percentage van 0 tot 100."
        found.append(Problem(wat, "Vul een percentage in.", kolom="eigen_aandeel"))
    return found


def _budgets(lines: Iterable[Line]) -> pd.DataFrame:
    """Return the lowest budget per partner and year; what cannot be read stops that year."""
    rows = []
    for line in lines:
        partner, jaar = line.text("partner"), line.waarden.get("jaar")
        if line.tabel == "budgetten" and partner and isinstance(jaar, int):
            wrong = {p.kolom for p in line.fouten}
            if "partner" in wrong:
                continue
            money = [0.0 if n in wrong else as_number(line.waarden, n) for n in ("budget", "fte")]
            rows.append((partner, jaar, *money, line.text("delen")))
    table = pd.DataFrame(rows, columns=[f.name for f in BUDGET_FIELDS])
    grouped = table.astype({"budget": float, "fte": float}).groupby(["partner", "jaar"])
    # shared only where every row says so
    return grouped.agg({"budget": "min", "fte": "min", "delen": "min"}).reset_index()


def write_means(folder: Path, budgets: pd.DataFrame, subsidies: pd.DataFrame) -> None:
    """Write ``budgetten.csv`` and ``subsidies.csv`` in the form in which they are read."""
    percent = subsidies.assign(eigen_aandeel=(100 * subsidies["eigen_aandeel"]).round(6))
    for name, table in ((BUDGETS, budgets), (SUBSIDIES, percent.reset_index())):
        write_bytes(folder / name, csv_bytes(table))
