"""What the agenda lacks is told: partners, people, plans for an opgave, and subsidies in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from sia.agenda.dia import Dia, together
from sia.agenda.insight.gaps import (
    missing_partners,
    opgaven_without_plan,
    subsidy_calendar,
    unfunded_people,
)
from sia.agenda.insight.views import calmer_text, conflict_table, left_out_plans, status_table
from sia.agenda.insight.whatif import with_budget
from sia.agenda.programme.inputs import lapsed
from sia.agenda.programme.optimise import optimise
from sia.agenda.reading.deliveries import NOT_YET, REFUSED


def test_a_role_that_nobody_brings_is_missing_at_the_table(dia: Dia) -> None:
    care = dia.plans["soort"] == "zorg"
    without = replace(dia, plans=dia.plans[~care])
    found = missing_partners(without).set_index("ontbreekt")
    assert "Aan tafel ontbreekt wie dat doet." in found.loc["zorg", "zin"]
    due = dia.plans["soort"].isin(["renovatie", "onderhoud woningen"])
    assert found.loc["zorg", "werken"] == due.sum()
    there = missing_partners(dia).set_index("ontbreekt")
    assert "zorg" not in there.index or there.loc["zorg", "werken"] < due.sum()


def test_work_for_which_nobody_promised_people_is_told(dia: Dia) -> None:
    asked = dia.agenda.plans.loc[dia.starts.dropna().index]
    partner = asked.loc[asked["fte"] > 0, "partner"].iloc[0]
    own = dia.agenda.budgets.index.get_level_values("partner") == partner
    silent = replace(dia.agenda, budgets=dia.agenda.budgets[~own])
    found = unfunded_people(replace(dia, agenda=silent))
    mine = asked[(asked["partner"] == partner) & (asked["fte"] > 0)]
    assert set(found.loc[found["partner"] == partner, "plan"]) >= set(mine.index)


def test_opgaven_of_a_candidate_area_without_plan_are_agenda_items(
    dia: Dia, scores: pd.DataFrame
) -> None:
    plans = dia.plans.assign(buurtcode=dia.plans["buurtcodes"].str.split(";")).explode("buurtcode")
    area = dia.gebieden.reindex(dia.kandidaten)
    all_of_them = opgaven_without_plan(plans.assign(opgaven=""), area, scores)
    assert len(all_of_them)
    assert (all_of_them["score"] > 0).all()
    served = opgaven_without_plan(plans, area, scores)
    assert len(served) < len(all_of_them)
    keys = ["gebied", "opgave"]
    assert len(served.merge(all_of_them, on=keys)) == len(served)
    fewer = opgaven_without_plan(plans.assign(opgaven=""), area, scores.drop(columns="energie"))
    assert len(fewer) and "energie" not in set(fewer["opgave"])


def test_the_calendar_counts_what_the_programme_asks_of_a_scheme(dia: Dia) -> None:
    table = subsidy_calendar(dia)
    assert len(table) == len(dia.delivered.subsidies)
    assert (table["over (€)"] >= -0.01).all()
    assert table["gerekend (€)"].sum() > 0


def test_a_scheme_not_applied_for_in_time_pays_nothing() -> None:
    schemes = pd.DataFrame(
        {"status": [NOT_YET, NOT_YET, "toegekend"],
         "aanvragen_tot": [date(2024, 6, 1), None, date(2024, 6, 1)]},
        index=["A", "B", "C"],
    )  # fmt: skip
    assert lapsed(schemes, date(2024, 6, 1))["status"].tolist() == [NOT_YET, NOT_YET, "toegekend"]
    assert lapsed(schemes, date(2024, 6, 2))["status"].tolist() == [REFUSED, NOT_YET, "toegekend"]


def test_a_star_of_works_can_be_together_in_part() -> None:
    spans = {"COACH": (2025, 2027), "A": (2027, 2028), "B": (2029, 2030)}
    assert together("sociaal", ["COACH", "A", "B"], spans) == (1, 2, 2027)
    assert together("straat", ["COACH", "A"], spans) == (0, 1, None)
    assert together("sociaal", ["COACH", "WEG"], spans) == (0, 1, None)


def test_the_table_of_clashes_is_there_with_and_without_them(dia: Dia) -> None:
    assert conflict_table(dia.programme).empty
    broke = optimise(with_budget(dia.agenda, factor=0.0))
    table = conflict_table(broke)
    assert len(table) == len(broke.conflicten) > 0
    assert (table["oplossing"] != "").all()


def test_every_plan_without_a_place_has_its_own_reason(dia: Dia) -> None:
    table = left_out_plans(dia)
    assert table["reden"].str.endswith(".").all()
    assert table["reden"].nunique() > 3
    assert "eerste versie" in calmer_text(dia)
    assert set(status_table(dia)["programma"].str.split(" ").str[0]) <= {"samen", "niet", "deels"}
