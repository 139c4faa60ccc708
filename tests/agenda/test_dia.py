"""One agenda from what was delivered, and the next round of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sia.agenda.dia import Dia, make_dia
from sia.agenda.insight import views
from sia.agenda.insight.mandates import UNKNOWN, beyond_mandate
from sia.agenda.output.letter import answers, decisions_of
from sia.agenda.output.tables import agenda_tables, kept_tables
from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.reading.decisions import ACTIONS, DECISIONS
from sia.agenda.reading.deliveries import FOLDER, Deliveries, read_deliveries
from sia.agenda.reading.fields import FIELD_LEVELS
from sia.agenda.reading.organisation import TOGETHER
from tests.agenda.conftest import City


def test_every_plan_of_the_demo_is_read_without_complaint(dia: Dia) -> None:
    assert len(dia.delivered.reading.plans) == 150
    assert dia.delivered.reading.problems == ()
    assert dia.plans["partner"].str.contains("fictief").all()
    assert dia.plans["titel"].str.contains("fictief").all()


def test_decisions_and_actions_reach_status_list_and_programme(dia: Dia) -> None:
    assert dia.agreed.problems == ()
    state = dia.agreed.state
    assert set(state["fase"]) >= {"kans", "afspraak", "in programma", "vervallen"}
    # one partner keeps its actions in its own workbook, the others in acties.csv
    owners = set(dia.agreed.organisation.actions["partner"])
    assert "Corporatie De Linde (fictief)" in owners and len(owners) > 2
    agreed = state[state["fase"].isin(TOGETHER) & (state["soort_kans"] == "straat")]
    assert len(agreed)
    for plannen in agreed["plannen"]:
        own = dia.starts.reindex(plannen.split(";"))
        assert own.isna().all() or own.nunique() == 1
    assert (dia.waits["dagen"] < 0).any()
    tables = agenda_tables(dia)
    assert len(tables["besluiten"]) == len(dia.agreed.organisation.steps)
    assert len(tables["acties"]) == len(dia.agreed.organisation.actions)


def test_every_column_of_the_tables_has_a_level(dia: Dia) -> None:
    columns = {str(c) for table in agenda_tables(dia).values() for c in table.columns}
    assert columns - set(FIELD_LEVELS) == set()


def test_plans_on_which_nothing_was_decided_still_make_an_agenda(
    raw: Path, buurten: gpd.GeoDataFrame, city: City, choices: ProgrammeSettings, tmp_path: Path
) -> None:
    plans = tmp_path / "geleverd"
    shutil.copytree(raw, plans)
    for path in plans.rglob("*"):
        if path.suffix == ".xlsx" or path.name in (ACTIONS, DECISIONS):
            path.unlink()
    found = read_deliveries([plans], buurten)
    assert found is not None
    made = make_dia(2024, found, city, {}, choices)
    assert made is not None and made.agreed.state["sinds"].isna().all()
    assert views.status_table(made).empty
    assert views.waiting_table(made)["wacht op"].str.startswith("programmaoverleg").all()
    assert views.decision_problem_table(made).empty
    assert views.phase_text(made).startswith("Stand van de ")
    tables = agenda_tables(made)
    assert tables["besluiten"].empty and tables["acties"].empty


def test_a_delivery_without_a_single_good_plan_makes_no_agenda(
    delivered: Deliveries, buurten: gpd.GeoDataFrame, city: City, choices: ProgrammeSettings,
    tmp_path: Path,
) -> None:  # fmt: skip
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "leeg.csv").write_text("plan;partner\n", encoding="utf-8")
    found = read_deliveries([tmp_path], buurten)
    assert found is not None and found.reading.problems
    assert make_dia(2024, found, city, {}, choices) is None


def test_a_next_round_tells_what_changed_and_a_bad_row_keeps_its_plan(
    dia: Dia, raw: Path, buurten: gpd.GeoDataFrame, city: City, choices: ProgrammeSettings,
    tmp_path: Path,
) -> None:  # fmt: skip
    shutil.copytree(raw, tmp_path / "ruw")
    path = tmp_path / "ruw" / FOLDER / "gasnet-voorbeeld.csv"
    rows = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    rows.loc[0, "kosten"] = "geen idee"
    rows.loc[1, "titel"] = "Andere titel (fictief)"
    rows["aangeleverd_op"] = "2025-04-01"
    refused, changed, gone = rows["plan"][0], rows["plan"][1], rows["plan"].iloc[-1]
    rows.loc[rows.index[-1], "status"] = "vervallen"
    rows.to_csv(path, sep=";", index=False)
    found = read_deliveries([tmp_path / "ruw"], buurten)
    assert found is not None
    memory = kept_tables(dia, {})
    again = make_dia(2024, found, city, memory, choices)
    assert again is not None
    assert refused in again.taken.register.plans.index
    assert gone not in again.taken.register.plans.index
    table = agenda_tables(again)["wijzigingen"].set_index("plan")["wijziging"]
    assert table[changed] == "gewijzigd" and table[gone] == "ingetrokken"
    assert table[refused] == "afgekeurd" and len(table) == 3
    assert "1 ingetrokken" in views.delivery_change_text(again)
    assert again.versions["versie"].unique().tolist() == ["2024-01", "2024-02"]
    assert any(gone in zin for zin in views.version_difference_table(again)["zin"])
    kept = kept_tables(again, memory)
    history = kept["historie"]
    assert len(history) == 150 + (history["datum"] == "2025-04-01").sum()
    assert set(kept["nummers"]["kans"]) >= set(memory["nummers"]["kans"])
    assert kept["publicaties"]["nummer"].max() == 2


def test_the_same_round_again_is_no_new_version(
    dia: Dia, delivered: Deliveries, city: City, choices: ProgrammeSettings
) -> None:
    memory = kept_tables(dia, {})
    again = make_dia(2024, delivered, city, memory, choices)
    assert again is not None
    for name, table in kept_tables(again, memory).items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(memory[name]))


def test_mandate_and_commitment_stand_per_bestuurder_in_what_leaves(dia: Dia) -> None:
    table = agenda_tables(dia)["mandaten"]
    given = dia.agreed.organisation.mandates
    pairs = {*zip(given["partner"], given["wie"], strict=True)}
    assert pairs <= {*zip(table["partner"], table["wie"], strict=True)}
    own = dia.plans.loc[dia.starts.notna()]
    assert table["n"].sum() == len(own) and table["kosten"].sum() == own["kosten"].sum()
    silent = set(own["partner"]) - set(given["partner"])
    assert silent and set(table.loc[table["wie"] == UNKNOWN, "partner"]) >= silent
    waits = dia.waits[dia.waits["wie"].isin(given["wie"])]
    assert len(waits) and set(waits["partner"]) <= set(given["partner"])
    told = answers(dia.delivered, dia.taken.register.plans, decisions_of(dia))
    for row in waits.to_dict("records"):
        letter = told[row["partner"]]["besluiten"]
        assert (row["kans"], row["wie"]) in {*zip(letter["Koppelkans"], letter["Wie"], strict=True)}
    for partner in silent:
        assert "wie bij u besluit" in told[partner]["besluiten"]["Wat"].iloc[0]


def test_a_decision_of_a_role_without_the_mandate_for_it_is_a_question(dia: Dia) -> None:
    assert beyond_mandate(dia) == []
    found = dia.agreed.organisation
    given = found.mandates
    limited = given[given["tot"].notna()].iloc[0]
    over = dia.plans[
        (dia.plans["partner"] == limited["partner"]) & (dia.plans["kosten"] > limited["tot"])
    ]
    under = dia.plans[
        (dia.plans["partner"] == limited["partner"]) & (dia.plans["kosten"] <= limited["tot"])
        & dia.plans["soort"].isin(limited["soorten"].split(";"))
    ]  # fmt: skip
    step = found.steps.iloc[:1].assign(wie=limited["wie"])
    for plan, many in ((str(over.index[0]), 1), (str(under.index[0]), 0)):
        said = replace(found, steps=step.assign(kans=plan))
        told = beyond_mandate(replace(dia, agreed=replace(dia.agreed, organisation=said)))
        assert len(told) == many
        assert all("volgens de mandaten besluit" in problem.wat for problem in told)
