"""Decisions and actions through their doors: csv and workbook, every fault at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sia.agenda.output.template import template
from sia.agenda.programme.linkages import Linkages
from sia.agenda.reading.decisions import (
    ACTIONS,
    DECISIONS,
    decision_log,
    organisation_of,
    task_list,
    with_numbers,
)
from sia.agenda.reading.files import read_sheets
from sia.agenda.reading.organisation import Organisation, sift_actions, sift_steps
from sia.agenda.reading.tables import FILE, ROW, read_table
from sia.errors import Problem
from tests.agenda.rows import actions_of, steps_of


def _read(*paths: Path) -> tuple[Organisation, list[Problem]]:
    """Return what stands in some files, and what is wrong with it."""
    tables = [read_table(sheet) for path in paths for sheet in read_sheets(path)]
    lines = [line for table in tables for line in table.lines]
    problems = [p for one in (*tables, *lines) for p in getattr(one, "problems", ())]
    return organisation_of(lines), [*problems, *(p for line in lines for p in line.fouten)]


def _book(folder: Path, sheet: str, *rows: list[object]) -> Path:
    path = folder / "partner.xlsx"
    path.write_bytes(template())
    book = openpyxl.load_workbook(path)
    for row in rows:
        book[sheet].append(row)
    book.save(path)
    return path


def test_both_doors_are_read_and_the_same_row_counts_once(tmp_path: Path) -> None:
    (tmp_path / DECISIONS).write_text(
        "Koppelkans;Fase;Datum;Wie (rol);Besluit\n"
        "A1;B1 ;Afspraak;4-2-2025;overleg;Samen doen.\n".replace("A1;B1 ", "KK-1")
        + "KK-1;in programma;2025-03-04;overleg;Ingepland.\n",
        encoding="cp1252",
    )
    book = _book(
        tmp_path, "Besluiten", ["KK-1", "afspraak", date(2025, 2, 4), "overleg", "Samen doen."]
    )
    found, problems = _read(tmp_path / DECISIONS, book)
    assert problems == []
    assert found.steps[["kans", "fase", "datum", FILE, ROW]].to_numpy().tolist() == [
        ["KK-1", "afspraak", date(2025, 2, 4), DECISIONS, 2],
        ["KK-1", "in programma", date(2025, 3, 4), DECISIONS, 3],
    ]
    assert found.actions.empty


def test_all_faults_are_listed_with_file_row_and_column(tmp_path: Path) -> None:
    (tmp_path / DECISIONS).write_text(
        "kans;fase;datum;wie;besluit;extra\n"
        "KK-1;ooit;31-02-2025;overleg;Ja.;x\n"
        ";afspraak;2025-01-01;;Ja.;x\n",
        encoding="utf-8",
    )
    book = _book(
        tmp_path,
        "Acties",
        ["KK-1", "Bel.", "secretaris", "Gemeente", "morgen", None],
        ["KK-1", "Schrijf.", "secretaris", "Gemeente", "2025-03-01", "2025-02-01"],
    )
    found, problems = _read(tmp_path / DECISIONS, book)
    where = {(p.bestand, p.rij, p.kolom) for p in problems}
    sheet = "partner.xlsx, blad Acties"
    assert where == {
        (DECISIONS, "", "extra"), (DECISIONS, "2", "Fase"), (DECISIONS, "2", "Datum"),
        (DECISIONS, "3", "Koppelkans"), (DECISIONS, "3", "Wie (rol)"),
        (sheet, "2", "Klaar vóór"),
    }  # fmt: skip
    assert all(p.wat and p.oplossing for p in problems)
    assert found.steps.empty
    assert found.actions[["actie", "klaar"]].to_numpy().tolist() == [["Schrijf.", date(2025, 2, 1)]]


def test_a_missing_column_is_told_and_takes_nothing_down(tmp_path: Path) -> None:
    (tmp_path / DECISIONS).write_text("kans;fase\nKK-1;afspraak\n", encoding="utf-8")
    (tmp_path / ACTIONS).write_text(
        "kans;actie;wie;partner;voor;voor\nKK-1;Bel.;secretaris;Gemeente;2025-03-01;x\n",
        encoding="utf-8",
    )
    found, problems = _read(tmp_path / DECISIONS, tmp_path / ACTIONS)
    assert {p.kolom for p in problems if p.bestand == DECISIONS} == {
        "Datum", "Wie (rol)", "Besluit",
    }  # fmt: skip
    assert found.steps.empty
    assert len(found.actions) == 1


def test_plan_numbers_and_earlier_numbers_lead_to_the_koppelkans_of_today() -> None:
    kansen = pd.DataFrame(
        {"plannen": ["A;B", "A;B;C", "D;E"]}, index=pd.Index(["KK-1", "KK-2", "KK-3"], name="kans")
    )
    named = ["B;A", "A;C", "KK-oud", "A;D", "A", "KK-3"]
    written = Organisation(
        steps_of(*((kans, "afspraak", day) for day, kans in enumerate(named, 1))),
        actions_of(("D;E", "Bel.", date(2025, 2, 1), None)),
    )
    found = with_numbers(written, kansen, pd.DataFrame({"kans": ["KK-oud"], "plannen": ["B;C"]}))
    # no koppelkans holds A and D, and one plan alone says nothing
    assert found.steps["kans"].tolist() == ["KK-1", "KK-2", "KK-2", "A;D", "A", "KK-3"]
    assert found.actions["kans"].tolist() == ["KK-3"]


def test_a_bad_step_is_left_out_and_the_good_ones_count(linkages: Linkages) -> None:
    kans = str(linkages.kansen.index[0])
    steps = steps_of(
        (kans, "afspraak", 1), (kans, "klaar", 2), (kans, "in programma", 3),
        ("KK-weg", "afspraak", 4),
    )  # fmt: skip
    kept, problems = sift_steps(steps, linkages.kansen.index)
    assert kept["fase"].tolist() == ["afspraak", "in programma"]
    assert [(p.bestand, p.rij, p.kolom) for p in problems] == [
        (DECISIONS, "3", "Fase"), (DECISIONS, "5", "Koppelkans"),
    ]  # fmt: skip
    actions = actions_of(("KK-weg", "Bel.", date(2025, 2, 1), None))
    kept, astray = sift_actions(actions, linkages.kansen.index)
    assert kept.empty and (astray[0].bestand, astray[0].rij) == (ACTIONS, "2")


@pytest.mark.parametrize("empty", [True, False])
def test_tables_for_partners_carry_the_level_of_their_koppelkans(
    linkages: Linkages, empty: bool
) -> None:
    levels = linkages.kansen["vertrouwelijkheid"]
    kans = str(levels.index[0])
    found = Organisation(steps_of(), actions_of()) if empty else Organisation(
        steps_of((kans, "kans", 2), (kans, "afspraak", 1)),
        actions_of((kans, "Bel.", date(2025, 2, 1), None)),
    )  # fmt: skip
    decided, tasks = decision_log(found, levels), task_list(found, levels)
    assert len(decided) == (0 if empty else 2) and len(tasks) == (0 if empty else 1)
    assert decided["datum"].is_monotonic_increasing
    assert set(decided["vertrouwelijkheid"]) | set(tasks["vertrouwelijkheid"]) <= {levels[kans]}
