"""Partners' plans in: read a workbook, CSV or GeoPackage, check every cell, keep the good rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from sia.agenda.parameters import Parameters, default_parameters
from sia.agenda.reading.cells import fault, parts
from sia.agenda.reading.fields import BY_NAME, FIELDS
from sia.agenda.reading.files import read_cells
from sia.agenda.reading.location import CODE, RD, locate
from sia.agenda.reading.tables import absent, filled_rows, named, placed, read_row
from sia.errors import InputError, Problem

YEARS = (2000, 2100)
_PREDECESSOR = re.compile(r"(?P<plan>[^+]+?)(?:\+(?P<gap>\d+))?")


@dataclass(frozen=True)
class Reading:
    """What came out of one delivery.

    Parameters
    ----------
    plans : GeoDataFrame, EPSG:28992, index ``plan``
        The good rows, one column per field of `sia.agenda.reading.fields` but ``plan``, ``wkt`` and
        ``stelsel``, plus ``plaats`` (straat / vlak / punt / buurt) and ``geometry``.
    problems : tuple of Problem
        Everything that is wrong, per row and column.
    rows : int
        Rows that held anything at all.
    rejected : tuple of str
        Plan numbers of rows that were not kept: delivered, so not withdrawn either.
    """

    plans: gpd.GeoDataFrame
    problems: tuple[Problem, ...]
    rows: int
    rejected: tuple[str, ...] = ()


def read_plans(
    path: Path, buurten: gpd.GeoDataFrame, parameters: Parameters | None = None
) -> Reading:
    """Read one delivery of one partner.

    Parameters
    ----------
    path : pathlib.Path
        ``.xlsx`` (the template), ``.csv`` (comma or semicolon) or ``.gpkg``.
    buurten : GeoDataFrame, EPSG:28992, index ``buurtcode``
    parameters : Parameters, optional

    Returns
    -------
    Reading

    Raises
    ------
    InputError
        When the file cannot be read at all or lacks required columns. Bad cells and columns that
        nobody asked for do not raise: they are in ``problems``.
    """
    return validate(read_cells(path), buurten, path.name, parameters)


def validate(
    raw: pd.DataFrame,
    buurten: gpd.GeoDataFrame,
    bestand: str = "",
    parameters: Parameters | None = None,
) -> Reading:
    """Check every cell of a delivery and return the good rows with all problems.

    Parameters
    ----------
    raw : DataFrame or GeoDataFrame
        Headings are field names or the template's Dutch labels; cells may be text or numbers.
    buurten : GeoDataFrame, EPSG:28992, index ``buurtcode``
    bestand : str
        Name for the problem table.
    parameters : Parameters, optional
        Says which kinds dig when the partner leaves ``graaft`` open.

    Returns
    -------
    Reading

    Raises
    ------
    InputError
        When a required column is absent.
    """
    table, problems = named(raw, FIELDS, bestand, ("geometry", "plaats"))
    if absent(table, FIELDS):
        raise InputError(problems)
    rows = []
    for number, cells in filled_rows(table, FIELDS):
        row, faults = _row(cells, buurten, parameters or default_parameters())
        problems += [placed(found, bestand, number) for found in faults]
        rows.append((number, row, not faults))
    problems += _duplicates([(n, row) for n, row, _ in rows], bestand)
    bad = {problem.rij for problem in problems}
    good = [row for number, row, fine in rows if fine and str(number) not in bad]
    kept = {row["plan"] for row in good}
    rejected = sorted({str(row["plan"]) for _, row, _ in rows if row["plan"] not in kept} - {""})
    ordered = tuple(sorted(problems, key=_place))
    return Reading(_frame(good), ordered, len(rows), tuple(rejected))


def _place(problem: Problem) -> tuple[str, int, str, str]:
    return (problem.bestand, int(problem.rij or 0), problem.kolom, problem.wat)


def _row(
    cells: dict[str, object], buurten: gpd.GeoDataFrame, parameters: Parameters
) -> tuple[dict[str, object], list[Problem]]:
    row, faults = read_row(cells, FIELDS, "Zie het blad Uitleg: ")
    row["geometry"] = cells.get("geometry")
    bad = {found.kolom for found in faults}
    between = [*_year_faults(row), *_money_faults(row), *_text_faults(row)]
    faults += [found for found in between if found.kolom not in bad]
    faults += locate(row, buurten)
    _fill_defaults(row, parameters)
    return row, faults


def _number(row: dict[str, object], name: str) -> float:
    """Return a number as it stands, NaN when there is none: no comparison with it holds."""
    value = row[name]
    return value if isinstance(value, int | float) else float("nan")


def _told(rules: Iterable[tuple[bool, str, str, str]]) -> list[Problem]:
    """Return the rules that are broken: whether, column, what and remedy."""
    return [fault(name, wat, oplossing) for broken, name, wat, oplossing in rules if broken]


def _year_faults(row: dict[str, object]) -> list[Problem]:
    first, wish, last, until, duration = (
        _number(row, n) for n in ("vroegst", "voorkeur", "laatst", "middelen_tot", "duur")
    )
    begin, end = str(row["eerste_dag"]), str(row["laatste_dag"])
    day = int(begin[:4]) if begin else float("nan")
    years = {n: _number(row, n) for n in ("vroegst", "voorkeur", "laatst", "middelen_tot",
                                          "prijspeil")}  # fmt: skip
    return _told([
        *((year < YEARS[0] or year > YEARS[1], name,
           f"{year} is geen jaar tussen {YEARS[0]} en {YEARS[1]}.", "Vul een jaartal in.")
          for name, year in years.items()),
        (last < first, "laatst", f"Laatste start {last} ligt vóór vroegste start {first}.",
         "Verruil of verbeter de jaren."),
        (first <= last and (wish < first or wish > last), "voorkeur",
         f"Voorkeursjaar {wish} ligt niet tussen {first} en {last}.",
         "Kies een jaar binnen het venster."),
        (until < first, "middelen_tot",
         f"Het geld vervalt na {until}, maar het werk begint pas in {first}.",
         "Vervroeg de start of verbeter het jaar."),
        (duration < 1 or duration > 30, "duur",
         f"Duur {duration} is geen aantal jaren van 1 tot 30.", "Vul hele jaren in."),
        (end > begin == "", "laatste_dag", "Er is een laatste dag zonder eerste dag.",
         "Vul ook de eerste dag in."),
        # ISO dates compare as text
        ("" < end < begin, "laatste_dag", "De laatste dag ligt vóór de eerste dag.",
         "Verruil de dagen."),
        (day < first or day > last, "eerste_dag",
         f"De eerste dag ligt niet in het venster {first}-{last}.", "Verbeter de dag of de jaren."),
    ])  # fmt: skip


def _money_faults(row: dict[str, object]) -> list[Problem]:
    names = ("kosten", "kosten_laag", "kosten_hoog", "bedrag_1", "bedrag_2", "fte")
    cost, low, high, one, two, _ = (_number(row, name) for name in names)
    sure = _number(row, "zekerheid")
    return _told([
        *((_number(row, name) < 0, name, "Dit getal is negatief.", "Vul nul of meer in.")
          for name in names),
        (low > cost, "kosten_laag", "Kosten laag is hoger dan de kosten.", "Verbeter de raming."),
        (high < cost, "kosten_hoog", "Kosten hoog is lager dan de kosten.", "Verbeter de raming."),
        (np.nansum([one, two]) > cost, "bedrag_1",
         "De andere bronnen zijn samen meer dan de kosten.",
         "Verlaag een bedrag of verhoog de kosten."),
        *((row[f"bedrag_{n}"] is not None and not row[f"bron_{n}"], f"bron_{n}",
           "Er staat een bedrag zonder bron.", "Noem de bron.") for n in (1, 2)),
        (sure < 0 or sure > 100, "zekerheid", f"{sure:g} is geen percentage van 0 tot 100.",
         "Vul een percentage in."),
    ])  # fmt: skip


def _text_faults(row: dict[str, object]) -> list[Problem]:
    own, before = str(row["plan"]), parts(str(row["voorgangers"]))
    wrong = [part for part in before if not _PREDECESSOR.fullmatch(part)]
    return _told([
        *((not CODE.fullmatch(code), "buurtcodes", f"`{code}` is geen buurtcode.",
           "Gebruik BU met acht cijfers of letters.") for code in parts(str(row["buurtcodes"]))),
        ("+" in own or ";" in own, "plan", "Een plannummer mag geen + of ; bevatten.",
         "Kies een ander nummer."),
        *((True, "voorgangers", f"`{part}` is geen plannummer.",
           "Schrijf NUMMER of NUMMER+1, met puntkomma's ertussen.") for part in wrong),
        (not wrong and own in [plan for plan, _ in predecessors(";".join(before))], "voorgangers",
         "Een plan kan niet na zichzelf komen.", "Haal het nummer weg."),
    ])  # fmt: skip


def predecessors(text: str) -> list[tuple[str, int]]:
    """Split ``"A;B+1"`` into ``[("A", 0), ("B", 1)]``: plan and least gap in years."""
    found = []
    for part in parts(text):
        match = _PREDECESSOR.fullmatch(part)
        if match is None:
            raise ValueError(f"not a predecessor: {part!r}")
        found.append((match["plan"].strip(), int(match["gap"] or 0)))
    return found


def _fill_defaults(row: dict[str, object], parameters: Parameters) -> None:
    digs = row["graaft"]
    row["graaft"] = parameters.soort(str(row["soort"])).graaft if digs == "" else digs == "ja"
    if row["hinder"] == "":
        row["hinder"] = "straat open" if row["graaft"] else "geen"
    if row["voorkeur"] is None:
        begin = str(row["eerste_dag"])
        row["voorkeur"] = int(begin[:4]) if begin else row["vroegst"]


def _duplicates(rows: Sequence[tuple[int, dict[str, object]]], bestand: str) -> list[Problem]:
    first: dict[object, int] = {}
    problems = []
    for number, row in rows:
        plan = row["plan"]
        if plan and first.setdefault(plan, number) != number:
            wat = f"Plannummer `{plan}` staat ook op rij {first[plan]}."
            found = fault("plan", wat, "Geef elk plan een eigen nummer.")
            problems.append(placed(found, bestand, number))
    return problems


def no_plans() -> gpd.GeoDataFrame:
    """Return a table of plans without rows."""
    return _frame([])


def _frame(rows: Sequence[dict[str, object]]) -> gpd.GeoDataFrame:
    names = [f.name for f in FIELDS if f.name not in ("wkt", "stelsel")] + ["plaats"]
    data: dict[str, object] = {}
    for name in names:
        column = [row.get(name) for row in rows]
        if name == "graaft":
            data[name] = pd.Series(column, dtype=bool)
        elif name in BY_NAME and BY_NAME[name].numeric:
            data[name] = pd.Series(column, dtype="Int64" if BY_NAME[name].whole else "float64")
        else:
            data[name] = pd.Series(column, dtype="str")
    shapes = gpd.GeoSeries([row["geometry"] for row in rows], crs=RD)
    return gpd.GeoDataFrame(data, geometry=shapes, crs=RD).set_index("plan").sort_index()
