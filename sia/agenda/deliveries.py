"""The folder ``plannen``: plans per partner, and the budgets and subsidies beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sia.agenda.cells import parse_cell
from sia.agenda.fields import SOORTEN, Field
from sia.agenda.investments import Reading, combine, read_cells, read_plans
from sia.errors import InputError, Problem
from sia.store import write_bytes

FOLDER = "plannen"
BUDGETS, SUBSIDIES = "budgetten.csv", "subsidies.csv"
STATUS = ("toegekend", "toegekend onder voorwaarde", "aangevraagd", "afgewezen")
_SUFFIXES = frozenset({".xlsx", ".csv", ".gpkg"})

BUDGET_FIELDS: tuple[Field, ...] = (
    Field("partner", "partner", "tekst", "partners", "Precies zoals in de plannen.", required=True),
    Field("jaar", "jaar", "jaar", "partners", "Eén rij per partner en jaar.", required=True),
    Field("budget", "budget", "bedrag", "partners", "Eigen geld in euro; leeg is geen grens."),
    Field("fte", "fte", "getal", "partners", "Eigen mensen; leeg is geen grens."),
)
"""Columns of ``budgetten.csv``."""

SUBSIDY_FIELDS: tuple[Field, ...] = (
    Field("subsidie", "subsidie", "tekst", "partners", "Zoals in `bron_1`.", required=True),
    Field("naam", "naam", "tekst", "openbaar", "Naam van de regeling.", required=True),
    Field("verstrekker", "verstrekker", "tekst", "partners", "Wie het geld geeft."),
    Field("van", "van", "jaar", "partners", "Eerste startjaar dat meetelt.", required=True),
    Field("tot", "tot", "jaar", "partners", "Laatste startjaar dat meetelt.", required=True),
    Field("plafond", "plafond", "bedrag", "partners", "Euro, alle plannen samen.", required=True),
    Field("eigen_aandeel", "eigen_aandeel", "getal", "partners", "Minste eigen geld, procenten."),
    Field("soorten", "soorten", "keuzes", "partners", "Soorten werk.", True, SOORTEN),
    Field("voorwaarde", "voorwaarde", "tekst", "partners", "In gewone taal."),
    Field("status", "status", "keuze", "partners", "Stand van de aanvraag.", True, STATUS),
)
"""Columns of ``subsidies.csv``."""


@dataclass(frozen=True, eq=False)
class Deliveries:
    """Everything that was delivered for one agenda.

    Parameters
    ----------
    reading : Reading
        The plans of all partners together, every level in it, and every problem of every file.
    budgets : DataFrame
        ``partner``, ``jaar``, ``budget`` (euro, NaN no limit), ``fte`` (NaN no limit).
    subsidies : DataFrame, index ``subsidie``
        As `sia.agenda.funding.cover` takes them.
    files : tuple of pathlib.Path
        What was read.
    """

    reading: Reading
    budgets: pd.DataFrame
    subsidies: pd.DataFrame
    files: tuple[Path, ...]


def plan_files(bron: Sequence[Path]) -> list[Path]:
    """Return the files with plans in the ``plannen`` folders of some raw folders, sorted.

    Parameters
    ----------
    bron : sequence of pathlib.Path
        Hidden files, lock files of office programs and the two tables beside the plans are left
        out.
    """
    found = [p for root in bron for p in sorted((root / FOLDER).glob("*")) if p.is_file()]
    return [
        path
        for path in found
        if path.suffix.lower() in _SUFFIXES
        and not path.name.startswith((".", "~$"))
        and path.name not in (BUDGETS, SUBSIDIES)
    ]


def read_deliveries(bron: Sequence[Path], buurten: gpd.GeoDataFrame) -> Deliveries | None:
    """Read all that the partners delivered.

    Parameters
    ----------
    bron : sequence of pathlib.Path
        Raw folders; each may hold a folder ``plannen``.
    buurten : GeoDataFrame, EPSG:28992, index ``buurtcode``

    Returns
    -------
    Deliveries or None
        None when nobody delivered a file with plans. A file that cannot be read at all is among
        the problems and does not take the others down; nor does a bad row of a table.
    """
    files = plan_files(bron)
    if not files:
        return None
    problems: list[Problem] = []
    readings = []
    for path in files:
        try:
            readings.append(read_plans(path, buurten))
        except InputError as error:
            problems += error.problems
    budgets, budget_problems = _tables(bron, BUDGETS, BUDGET_FIELDS, _budget_faults)
    subsidies, subsidy_problems = _tables(bron, SUBSIDIES, SUBSIDY_FIELDS, _subsidy_faults)
    plans = combine(readings)
    problems += [*plans.problems, *budget_problems, *subsidy_problems]
    problems += _strangers(budgets, plans.plans)
    subsidies["eigen_aandeel"] = subsidies["eigen_aandeel"].fillna(0.0) / 100
    return Deliveries(
        Reading(plans.plans, tuple(problems), plans.rows, plans.rejected),
        budgets,
        subsidies.set_index("subsidie"),
        tuple(files),
    )


Faults = Callable[[pd.DataFrame], list[tuple[int, str, str, str]]]
"""Rows that are wrong together: position, column, what, remedy."""


def _tables(
    bron: Sequence[Path], name: str, fields: tuple[Field, ...], faults: Faults
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read one table from every folder that has it, good rows only."""
    parts, problems = [], []
    for path in (root / FOLDER / name for root in bron):
        if path.is_file():
            part, wrong = _table(path, fields)
            parts.append(part)
            problems += wrong
    table = pd.concat(parts, ignore_index=True) if parts else _typed([], fields)
    found = faults(table)
    problems += [
        Problem(wat, oplossing, bestand=name, rij=str(table["_rij"].iloc[at]), kolom=kolom)
        for at, kolom, wat, oplossing in found
    ]
    kept = table.drop(index=table.index[[at for at, *_ in found]])
    return kept.drop(columns="_rij").reset_index(drop=True), problems


def _table(path: Path, fields: tuple[Field, ...]) -> tuple[pd.DataFrame, list[Problem]]:
    try:
        raw = read_cells(path)
    except InputError as error:
        return _typed([], fields), list(error.problems)
    raw.columns = [str(c).strip().lower() for c in raw.columns]
    names = [field.name for field in fields]
    problems = [
        Problem(f"De kolom `{field.name}` ontbreekt.", "Voeg de kolom toe; zie de handleiding.",
                bestand=path.name, kolom=field.name)
        for field in fields if field.required and field.name not in raw
    ]  # fmt: skip
    problems += [
        Problem(f"De kolom `{name}` kennen we niet.", f"Gebruik: {', '.join(names)}.",
                bestand=path.name, kolom=name)
        for name in raw.columns if name not in names
    ]  # fmt: skip
    if any(field.required and field.name not in raw for field in fields):
        return _typed([], fields), problems
    rows = []
    # The heading is line 1 of the file.
    for number, cells in enumerate(raw.to_dict("records"), start=2):
        row, wrong = _row({str(k): v for k, v in cells.items()}, fields, path.name, number)
        problems += wrong
        if not wrong:
            rows.append({**row, "_rij": number})
    return _typed(rows, fields), problems


def _row(
    cells: dict[str, object], fields: tuple[Field, ...], bestand: str, number: int
) -> tuple[dict[str, object], list[Problem]]:
    row: dict[str, object] = {}
    problems = []
    for field in fields:
        value, fault = parse_cell(field, cells.get(field.name))
        row[field.name] = value
        if fault:
            problems.append(Problem(fault, field.uitleg, bestand=bestand, rij=str(number),
                                    kolom=field.name))  # fmt: skip
    return row, problems


def _typed(rows: Sequence[dict[str, object]], fields: tuple[Field, ...]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[*(field.name for field in fields), "_rij"])
    kinds = {
        field.name: "int64" if field.kind == "jaar" else "float64"
        for field in fields
        if field.kind in ("jaar", "bedrag", "getal")
    }
    texts = {field.name: "str" for field in fields if field.name not in kinds}
    blank = dict.fromkeys(texts, "")
    return table.fillna(blank).astype({**kinds, **texts, "_rij": "int64"})


def _budget_faults(table: pd.DataFrame) -> list[tuple[int, str, str, str]]:
    found = []
    twice = table.duplicated(["partner", "jaar"]).to_numpy()
    for at, row in enumerate(table.to_dict("records")):
        if twice[at]:
            wat = f"Voor {row['partner']} staat {row['jaar']} er al; de eerste rij telt."
            found.append((at, "jaar", wat, "Houd één rij per partner en jaar."))
        elif row["budget"] < 0 or row["fte"] < 0:
            wat = f"Negatief getal bij {row['partner']} in {row['jaar']}."
            found.append((at, "budget", wat, "Vul nul of meer in, of laat leeg."))
    return found


def _subsidy_faults(table: pd.DataFrame) -> list[tuple[int, str, str, str]]:
    found = []
    twice = table.duplicated("subsidie").to_numpy()
    for at, row in enumerate(table.to_dict("records")):
        if twice[at]:
            found.append((at, "subsidie", f"`{row['subsidie']}` staat er al; de eerste rij telt.",
                          "Geef elke subsidie een eigen nummer."))  # fmt: skip
        elif row["tot"] < row["van"]:
            found.append((at, "tot", "Het venster eindigt vóór het begint.", "Verruil de jaren."))
        elif row["plafond"] < 0 or not 0 <= _known(row["eigen_aandeel"]) <= 100:
            oplossing = "Plafond is nul of meer; eigen aandeel is 0 tot 100 procent."
            found.append((at, "plafond", "Plafond of eigen aandeel kan niet kloppen.", oplossing))
    return found


def _known(value: float) -> float:
    return 0.0 if pd.isna(value) else value


def _strangers(budgets: pd.DataFrame, plans: pd.DataFrame) -> list[Problem]:
    """Report budgets of partners that have no plan: most likely the name is written otherwise."""
    known = set(plans["partner"])
    return [
        Problem(
            f"Budget van `{partner}`, maar die partner heeft geen plannen.",
            "Schrijf de naam precies zoals in de plannen.",
            bestand=BUDGETS,
            kolom="partner",
        )
        for partner in sorted(set(budgets["partner"]) - known)
    ]


def write_means(folder: Path, budgets: pd.DataFrame, subsidies: pd.DataFrame) -> None:
    """Write ``budgetten.csv`` and ``subsidies.csv`` in the form in which they are read.

    Parameters
    ----------
    folder : pathlib.Path
        The folder ``plannen``.
    budgets, subsidies : DataFrame
        As in `Deliveries`.
    """
    percent = subsidies.assign(eigen_aandeel=(100 * subsidies["eigen_aandeel"]).round(6))
    for name, table in ((BUDGETS, budgets), (SUBSIDIES, percent.reset_index())):
        text = table.to_csv(sep=";", decimal=",", index=False, lineterminator="\r\n")
        write_bytes(folder / name, text.encode("utf-8"))
