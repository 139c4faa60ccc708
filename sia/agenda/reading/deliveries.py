"""The folder ``plannen``: plans per partner, and the tables beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sia.agenda.reading.combining import combine
from sia.agenda.reading.decisions import ACTIONS, DECISIONS, read_organisation
from sia.agenda.reading.fields import BUDGET_FIELDS, SUBSIDY_FIELDS, Field
from sia.agenda.reading.files import read_cells
from sia.agenda.reading.investments import Reading, read_plans
from sia.agenda.reading.organisation import Organisation
from sia.agenda.reading.tables import FILE, ROW, Faults, read_rows, typed, without_faults
from sia.errors import InputError, Problem
from sia.settings import PLANS
from sia.spreadsheet import csv_bytes
from sia.store import write_bytes

FOLDER = PLANS
BUDGETS, SUBSIDIES = "budgetten.csv", "subsidies.csv"
GRANTED, REFUSED = "toegekend", "afgewezen"
"""What a subsidy is when its money is sure, and when it never comes."""
_SUFFIXES = frozenset({".xlsx", ".csv", ".gpkg"})


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
        As `sia.agenda.insight.funding.cover` takes them.
    files : tuple of pathlib.Path
        What was read.
    organisation : Organisation
        Decisions and actions.
    unread : bool
        Whether a file with plans could not be read at all: then nobody's absence means anything.
    """

    reading: Reading
    budgets: pd.DataFrame
    subsidies: pd.DataFrame
    files: tuple[Path, ...]
    organisation: Organisation
    unread: bool = False

    @property
    def open_books(self) -> set[str]:
        """Partners that share every budget that they gave; of the others none may be derived."""
        closed = self.budgets["delen"] != "partners"
        return set(self.budgets["partner"]) - set(self.budgets.loc[closed, "partner"])


def plan_files(bron: Sequence[Path]) -> list[Path]:
    """Return the files with plans in the ``plannen`` folders of some raw folders, sorted.

    Parameters
    ----------
    bron : sequence of pathlib.Path
        Hidden files, lock files of office programs and the tables beside the plans are left out.
    """
    found = [p for root in bron for p in sorted((root / FOLDER).glob("*")) if p.is_file()]
    return [
        path
        for path in found
        if path.suffix.lower() in _SUFFIXES
        and not path.name.startswith((".", "~$"))
        and path.name not in (BUDGETS, SUBSIDIES, DECISIONS, ACTIONS)
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
    budgets, budget_problems = _beside(bron, BUDGETS, BUDGET_FIELDS, _budget_faults)
    subsidies, subsidy_problems = _beside(bron, SUBSIDIES, SUBSIDY_FIELDS, _subsidy_faults)
    plans = combine(readings)
    organisation, organisation_problems = read_organisation(
        [root / FOLDER for root in bron], files, set(plans.plans["partner"])
    )
    problems += [*plans.problems, *budget_problems, *subsidy_problems]
    problems += [*_strangers(budgets, plans.plans), *organisation_problems]
    subsidies["eigen_aandeel"] = subsidies["eigen_aandeel"].fillna(0.0) / 100
    return Deliveries(
        Reading(plans.plans, tuple(problems), plans.rows, plans.rejected),
        budgets,
        subsidies.set_index("subsidie"),
        tuple(files),
        organisation,
        len(readings) < len(files),
    )


def _beside(
    bron: Sequence[Path], name: str, fields: tuple[Field, ...], faults: Faults
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read one table from every folder that has it, good rows only."""
    parts, problems = [], []
    for path in (root / FOLDER / name for root in bron):
        if path.is_file():
            part, wrong = _file(path, fields)
            parts.append(part)
            problems += wrong
    table, found = without_faults(parts, fields, faults)
    return table.drop(columns=[FILE, ROW]), problems + found


def _file(path: Path, fields: tuple[Field, ...]) -> tuple[pd.DataFrame, list[Problem]]:
    try:
        return read_rows(read_cells(path), fields, path.name)
    except InputError as error:
        return typed([], fields), list(error.problems)


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
        write_bytes(folder / name, csv_bytes(table))
