"""Partners' plans in: read a workbook, CSV or GeoPackage, check every cell, keep the good rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from sia.agenda.parameters import Parameters, default_parameters
from sia.agenda.reading.cells import parse_cell
from sia.agenda.reading.fields import BY_NAME, FIELDS, NUMERIC
from sia.agenda.reading.files import read_cells
from sia.agenda.reading.location import CODE, RD, locate
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
    table, problems = _with_field_names(raw, bestand)
    numbers = pd.Series(np.arange(len(table)) + 2, index=table.index)
    filled = _filled(table)
    table, numbers = table[filled], numbers[filled]
    rows = []
    for (_, cells), number in zip(table.iterrows(), numbers, strict=True):
        row, faults = _row(cells, buurten, parameters or default_parameters())
        problems += [Problem(f.wat, f.oplossing, bestand, str(number), f.kolom) for f in faults]
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


def _with_field_names(raw: pd.DataFrame, bestand: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the table under field names, and what is odd about its columns."""
    names = {f.name.lower(): f.name for f in FIELDS} | {f.label.lower(): f.name for f in FIELDS}
    renamed = {c: names.get(str(c).strip().lower().rstrip(" *"), str(c)) for c in raw.columns}
    table = raw.rename(columns=renamed)
    own = {*BY_NAME, "geometry", "plaats"}
    odd = [c for c in table.columns if c not in own and not str(c).startswith("Unnamed")]
    twice = sorted(set(table.columns[table.columns.duplicated()]))
    missing = [f.label for f in FIELDS if f.required and f.name not in table.columns]
    said = (
        (missing, "Deze verplichte kolom ontbreekt.", "Gebruik het sjabloon."),
        (twice, "Deze kolom komt twee keer voor; de eerste telt.", "Houd er één over."),
        (odd, "Deze kolom kennen we niet; wat erin staat, telt niet mee.",
         "Verwijder de kolom of gebruik een kolomnaam uit het sjabloon."),
    )  # fmt: skip
    faults = [
        Problem(wat, oplossing, bestand, kolom=str(c))
        for columns, wat, oplossing in said
        for c in columns
    ]
    if missing:
        raise InputError(faults)
    return table.loc[:, ~table.columns.duplicated()], faults


def _filled(table: pd.DataFrame) -> pd.Series:
    fields = [c for c in table.columns if c in BY_NAME]
    text = table[fields].astype(object).map(lambda v: "" if pd.isna(v) else str(v).strip())
    return (text != "").any(axis=1)


def _row(
    cells: pd.Series, buurten: gpd.GeoDataFrame, parameters: Parameters
) -> tuple[dict[str, object], list[Problem]]:
    row: dict[str, object] = {}
    faults: list[Problem] = []
    for field in FIELDS:
        value, wat = parse_cell(field, cells.get(field.name))
        row[field.name] = value
        if wat:
            faults.append(Problem(wat, f"Zie het blad Uitleg: {field.uitleg}", kolom=field.label))
    row["geometry"] = cells.get("geometry")
    bad = {fault.kolom for fault in faults}
    faults += [f for f in _cross_faults(row) if f.kolom not in bad]
    faults += locate(row, buurten)
    _fill_defaults(row, parameters)
    return row, faults


def _fault(wat: str, oplossing: str, name: str) -> Problem:
    return Problem(wat, oplossing, kolom=BY_NAME[name].label)


def _cross_faults(row: dict[str, object]) -> list[Problem]:
    """Return what is wrong between the cells of one row."""
    return [*_window_faults(row), *_day_faults(row), *_money_faults(row), *_text_faults(row)]


def _window_faults(row: dict[str, object]) -> list[Problem]:
    faults = []
    first, wish, last, until = (row[n] for n in ("vroegst", "voorkeur", "laatst", "middelen_tot"))
    for name in ("vroegst", "voorkeur", "laatst", "middelen_tot", "prijspeil"):
        year = row[name]
        if isinstance(year, int) and not YEARS[0] <= year <= YEARS[1]:
            faults.append(
                _fault(
                    f"{year} is geen jaar tussen {YEARS[0]} en {YEARS[1]}.",
                    "Vul een jaartal in.",
                    name,
                )
            )
    if isinstance(first, int) and isinstance(last, int):
        if last < first:
            faults.append(
                _fault(
                    f"Laatste start {last} ligt vóór vroegste start {first}.",
                    "Verruil of verbeter de jaren.",
                    "laatst",
                )
            )
        elif isinstance(wish, int) and not first <= wish <= last:
            faults.append(
                _fault(
                    f"Voorkeursjaar {wish} ligt niet tussen {first} en {last}.",
                    "Kies een jaar binnen het venster.",
                    "voorkeur",
                )
            )
    if isinstance(until, int) and isinstance(first, int) and until < first:
        faults.append(
            _fault(
                f"Het geld vervalt na {until}, maar het werk begint pas in {first}.",
                "Vervroeg de start of verbeter het jaar.",
                "middelen_tot",
            )
        )
    duration = row["duur"]
    if isinstance(duration, int) and not 1 <= duration <= 30:
        faults.append(
            _fault(
                f"Duur {duration} is geen aantal jaren van 1 tot 30.", "Vul hele jaren in.", "duur"
            )
        )
    return faults


def _day_faults(row: dict[str, object]) -> list[Problem]:
    """Return what is wrong with the days; ISO dates compare as text."""
    begin, end = str(row["eerste_dag"]), str(row["laatste_dag"])
    if not begin:
        return [_fault("Er is een laatste dag zonder eerste dag.", "Vul ook de eerste dag in.",
                       "laatste_dag")] if end else []  # fmt: skip
    faults = []
    if end and end < begin:
        faults.append(
            _fault("De laatste dag ligt vóór de eerste dag.", "Verruil de dagen.", "laatste_dag")
        )
    first, last = row["vroegst"], row["laatst"]
    if isinstance(first, int) and isinstance(last, int) and not first <= int(begin[:4]) <= last:
        faults.append(
            _fault(
                f"De eerste dag ligt niet in het venster {first}-{last}.",
                "Verbeter de dag of de jaren.",
                "eerste_dag",
            )
        )
    return faults


def _money_faults(row: dict[str, object]) -> list[Problem]:
    faults = []
    for name in ("kosten", "kosten_laag", "kosten_hoog", "bedrag_1", "bedrag_2", "fte"):
        value = row[name]
        if isinstance(value, float) and value < 0:
            faults.append(_fault("Dit getal is negatief.", "Vul nul of meer in.", name))
    cost, low, high = row["kosten"], row["kosten_laag"], row["kosten_hoog"]
    if isinstance(cost, float):
        if isinstance(low, float) and low > cost:
            faults.append(
                _fault("Kosten laag is hoger dan de kosten.", "Verbeter de raming.", "kosten_laag")
            )
        if isinstance(high, float) and high < cost:
            faults.append(
                _fault("Kosten hoog is lager dan de kosten.", "Verbeter de raming.", "kosten_hoog")
            )
        others = sum(v for v in (row["bedrag_1"], row["bedrag_2"]) if isinstance(v, float))
        if others > cost:
            faults.append(
                _fault(
                    "De andere bronnen zijn samen meer dan de kosten.",
                    "Verlaag een bedrag of verhoog de kosten.",
                    "bedrag_1",
                )
            )
    for n in ("1", "2"):
        if isinstance(row[f"bedrag_{n}"], float) and not row[f"bron_{n}"]:
            faults.append(_fault("Er staat een bedrag zonder bron.", "Noem de bron.", f"bron_{n}"))
    sure = row["zekerheid"]
    if isinstance(sure, float) and not 0 <= sure <= 100:
        faults.append(
            _fault(
                f"{sure:g} is geen percentage van 0 tot 100.", "Vul een percentage in.", "zekerheid"
            )
        )
    return faults


def _text_faults(row: dict[str, object]) -> list[Problem]:
    faults = []
    for code in str(row["buurtcodes"]).split(";"):
        if code and not CODE.fullmatch(code):
            faults.append(
                _fault(
                    f"`{code}` is geen buurtcode.",
                    "Gebruik BU met acht cijfers of letters.",
                    "buurtcodes",
                )
            )
    own = str(row["plan"])
    if "+" in own or ";" in own:
        faults.append(
            _fault("Een plannummer mag geen + of ; bevatten.", "Kies een ander nummer.", "plan")
        )
    return [*faults, *_order_faults(own, str(row["voorgangers"]))]


def _order_faults(own: str, text: str) -> list[Problem]:
    wrong = [part for part in _parts(text) if not _PREDECESSOR.fullmatch(part)]
    if wrong:
        remedy = "Schrijf NUMMER of NUMMER+1, met puntkomma's ertussen."
        return [_fault(f"`{part}` is geen plannummer.", remedy, "voorgangers") for part in wrong]
    if any(plan == own for plan, _ in predecessors(text)):
        return [
            _fault("Een plan kan niet na zichzelf komen.", "Haal het nummer weg.", "voorgangers")
        ]
    return []


def _parts(text: str) -> list[str]:
    return [part for part in (p.strip() for p in text.split(";")) if part]


def predecessors(text: str) -> list[tuple[str, int]]:
    """Split ``"A;B+1"`` into ``[("A", 0), ("B", 1)]``: plan and least gap in years."""
    found = []
    for part in _parts(text):
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
        if plan and plan in first:
            wat = f"Plannummer `{plan}` staat ook op rij {first[plan]}."
            problems.append(
                Problem(
                    wat,
                    "Geef elk plan een eigen nummer.",
                    bestand,
                    str(number),
                    BY_NAME["plan"].label,
                )
            )
        first.setdefault(plan, number)
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
        elif name in NUMERIC:
            whole = BY_NAME[name].kind in ("jaar", "geheel")
            data[name] = pd.Series(column, dtype="Int64" if whole else "float64")
        else:
            data[name] = pd.Series(column, dtype="str")
    shapes = gpd.GeoSeries([row["geometry"] for row in rows], crs=RD)
    return gpd.GeoDataFrame(data, geometry=shapes, crs=RD).set_index("plan").sort_index()
