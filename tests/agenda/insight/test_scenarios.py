from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sia.agenda.dia import Dia
from sia.agenda.insight.funding import money
from sia.agenda.insight.scenarios import (
    NO_SUBSIDY,
    replan,
    run_scenarios,
    same_year,
    scenarios_of,
    standard_scenarios,
)
from sia.agenda.insight.whatif import (
    with_budget,
    with_fixed,
    with_refused,
    with_saving,
    with_slips,
    without_partner,
)
from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.programme.check import violations
from sia.agenda.programme.inputs import (
    Agenda,
    outside_horizon,
    prepare,
    restrict,
)
from sia.agenda.programme.linkages import Linkages
from sia.agenda.programme.optimise import Programme, optimise
from sia.agenda.programme.versions import add_version, differences, version_starts, version_summary
from sia.agenda.programme.worth import moved_years
from sia.agenda.reading.investments import Reading
from sia.errors import InputError
from voorbeeldstad.plans import DemoPlans


@pytest.fixture(scope="module")
def slips(agenda: Agenda, programme: Programme) -> dict[str, int]:
    free = [
        p for p in programme.starts.dropna().index
        if not agenda.plans.loc[p, "verplicht"] and programme.starts[p] < 2032
    ]  # fmt: skip
    return {str(p): 2 for p in np.random.default_rng(2).choice(free, 5, replace=False)}


def test_stability_weight_moves_fewer_other_plans(
    agenda: Agenda, programme: Programme, slips: dict[str, int]
) -> None:
    after = with_slips(agenda, programme.starts, slips)
    moved = {}
    for weight in (0.0, 0.05):
        new = replan(after, programme.starts, weight).starts
        others = [p for p in after.plans.index if p not in slips]
        years = moved_years(new.reindex(others), programme.starts.reindex(others))
        moved[weight] = int((years > 0).sum())
    assert moved[0.05] <= moved[0.0]
    assert moved[0.05] <= 12


def test_replanning_without_a_reason_moves_nothing(agenda: Agenda, programme: Programme) -> None:
    again = replan(agenda, programme.starts, 0.05)
    agreed = programme.starts.dropna()
    pd.testing.assert_series_equal(again.starts[agreed.index], agreed)
    # what the margin left out may still come in, and gains no more than the proof allowed
    assert again.worth["totaal"] <= programme.bound + 1.0


def test_scenarios_say_how_firm_each_year_is(
    agenda: Agenda, programme: Programme, linkages: Linkages
) -> None:
    rng = np.random.default_rng(1)
    cases = standard_scenarios(agenda, programme.starts, linkages.places, rng, slips=2)
    assert list(cases) == ["budget -20 %", "lage besparing", "hoge besparing", "uitloop 1",
                           "uitloop 2"]  # fmt: skip
    result = run_scenarios(cases, programme.starts)
    for name in result.starts.columns:
        starts = result.starts[name].reindex(cases[name].plans.index)
        assert violations(cases[name], starts) == [], name
    firm = same_year(programme.starts, result)
    assert firm["aandeel"].between(0, 1).all()
    plan = firm.index[0]
    kept = sum(result.starts.loc[plan].fillna(0) == programme.starts[plan])
    assert firm.loc[plan, "aandeel"] == pytest.approx(kept / len(cases))
    assert firm["zin"].str.fullmatch(r"zelfde jaar in \d+ % van de scenario's").all()


def test_scenario_in_which_commitments_clash_says_what_lacks(
    agenda: Agenda, programme: Programme
) -> None:
    broke = {"geen geld": with_budget(agenda, factor=0.0)}
    result = run_scenarios(broke, programme.starts)
    assert not result.overzicht.loc["geen geld", "haalbaar"]
    assert "tekort" in result.overzicht.loc["geen geld", "toelichting"]
    placed = result.starts["geen geld"].dropna().index
    paid = agenda.plans.loc[placed]
    assert paid.loc[~paid["verplicht"], "eigen"].sum() == 0


def test_partner_leaves_with_plans_and_money(agenda: Agenda) -> None:
    partner = agenda.plans["partner"].iloc[0]
    left = without_partner(agenda, partner)
    assert partner not in set(left.plans["partner"])
    assert partner not in left.budgets.index.get_level_values("partner")
    assert set(left.openings["plan"]) <= set(left.plans.index)


def test_fixed_plan_stays_in_its_year(agenda: Agenda, programme: Programme) -> None:
    free = agenda.plans[(agenda.plans["eerste"] < agenda.plans["laatste"])].index
    plan = next(p for p in free if pd.notna(programme.starts[p]))
    window = agenda.plans.loc[plan]
    year = next(t for t in range(window["eerste"], window["laatste"] + 1)
                if t != programme.starts[plan])  # fmt: skip
    fixed = with_fixed(agenda, {plan: year})
    assert optimise(fixed).starts[plan] == year
    with pytest.raises(InputError, match="2 problemen"):
        with_fixed(agenda, {plan: 1999, "ONBEKEND": 2026})


def test_saving_band_changes_only_the_openings(agenda: Agenda, linkages: Linkages) -> None:
    low = with_saving(agenda, linkages.places, "laag")
    assert low.openings["opening"].sum() < agenda.openings["opening"].sum()
    assert len(low.openings) == len(agenda.openings)


def test_plan_that_slips_out_of_the_horizon_leaves(agenda: Agenda, programme: Programme) -> None:
    plan = str(programme.starts.dropna().index[0])
    after = with_slips(agenda, programme.starts, {plan: 20})
    assert plan not in after.plans.index
    listed = differences(programme.starts, replan(after, programme.starts).starts, agenda.plans)
    assert listed.loc[plan, "wijziging"] == "ingetrokken"


def test_versions_are_kept_compared_and_never_overwritten(
    agenda: Agenda, programme: Programme, slips: dict[str, int]
) -> None:
    after = with_slips(agenda, programme.starts, slips)
    second = replan(after, programme.starts)
    versions = add_version(None, "2025-1", "2025-01-15", programme, agenda)
    versions = add_version(versions, "2025-2", "2025-06-15", second, after)
    pd.testing.assert_series_equal(
        version_starts(versions, "2025-1"), programme.starts, check_names=False
    )
    listed = differences(
        version_starts(versions, "2025-1"), version_starts(versions, "2025-2"), agenda.plans
    )
    assert set(slips) <= set(listed.index)
    assert (listed.loc[list(slips), "wijziging"].isin(["later", "eraf"])).all()
    assert listed["zin"].str.endswith(".").all()
    assert list(version_summary(versions).index) == ["2025-1", "2025-2"]
    with pytest.raises(InputError, match="bestaat al"):
        add_version(versions, "2025-1", "2025-07-01", second, after)
    with pytest.raises(InputError, match="bestaat niet"):
        version_starts(versions, "1999")


def test_differences_name_every_kind_of_change() -> None:
    old = pd.Series([2026, 2027, pd.NA, 2028, 2029], index=list("ABCDE"), dtype="Int64")
    new = pd.Series([2027, 2026, 2030, pd.NA, 2031], index=list("ABCDF"), dtype="Int64")
    plans = pd.DataFrame(
        {"partner": "P", "titel": list("abcdef"), "vertrouwelijkheid": "openbaar"},
        index=list("ABCDEF"),
    )
    listed = differences(old, new, plans)["wijziging"]
    assert listed.to_dict() == {
        "A": "later", "B": "eerder", "C": "erbij", "D": "eraf", "E": "ingetrokken",
        "F": "nieuw plan",
    }  # fmt: skip


def test_inputs_are_checked_all_at_once(
    reading: Reading, linkages: Linkages, scores: pd.DataFrame, demo: DemoPlans
) -> None:
    budgets = pd.concat([demo.budgets, demo.budgets.iloc[[0]].assign(budget=-1.0)])
    settings = ProgrammeSettings(2025, 2034)
    with pytest.raises(InputError) as raised:
        prepare(reading.plans, linkages, scores, budgets, settings)
    assert len(raised.value.problems) == 2
    short = settings.but(start=2024, eind=2025)
    gone = outside_horizon(reading.plans, short)
    agenda = prepare(reading.plans, linkages, scores, demo.budgets, short)
    assert set(gone.index) | set(agenda.plans.index) == set(reading.plans.index)
    assert set(gone.index).isdisjoint(agenda.plans.index)


def test_unknown_urgency_gets_the_middle_and_says_so(
    reading: Reading, linkages: Linkages, scores: pd.DataFrame, demo: DemoPlans
) -> None:
    none = scores * np.nan
    agenda = prepare(reading.plans, linkages, none, demo.budgets, ProgrammeSettings(2025, 2034))
    assert not agenda.plans["urgentie_bekend"].any()
    assert (agenda.plans["urgentie"] == 0).all()


def test_work_under_way_takes_part_with_what_is_left(
    reading: Reading, linkages: Linkages, scores: pd.DataFrame, demo: DemoPlans
) -> None:
    plans = reading.plans.copy()
    going, done = plans.index[:2]
    plans.loc[[going, done], "status"] = "in uitvoering"
    plans.loc[[going, done], ["vroegst", "voorkeur", "laatst"]] = 2023
    plans.loc[going, "duur"], plans.loc[done, "duur"] = 4, 2
    plans.loc[going, "bron_1"], plans.loc[going, "bedrag_1"] = "SUB", plans.loc[going, "kosten"] / 5
    settings = ProgrammeSettings(2025, 2034)
    wide = demo.budgets.assign(budget=np.nan, fte=np.nan)
    agenda = prepare(plans, linkages, scores, wide, settings)
    row = agenda.plans.loc[going]
    assert (row["eerste"], row["laatste"], row["duur"]) == (2025, 2025, 2)
    assert row["kosten"] == plans.loc[going, "kosten"] / 2
    assert row["verplicht"]
    assert done in outside_horizon(plans, settings).index
    assert done not in agenda.plans.index
    assert (agenda.openings.loc[agenda.openings["plan"] == going, "opening"] == 0).all()
    alone = restrict(agenda, pd.Index([going]))
    starts = optimise(alone).starts
    assert starts[going] == 2025
    assert money(alone, plans, starts)["bedrag"].sum() == pytest.approx(row["kosten"])
    asked = with_refused(alone, plans, []).plans["eigen"]
    pd.testing.assert_series_equal(asked, alone.plans["eigen"])
    assert with_refused(alone, plans, ["SUB"]).plans.loc[going, "eigen"] == row["kosten"]


def test_one_scenario_refuses_what_is_not_granted_yet(dia: Dia) -> None:
    cases = scenarios_of(dia)
    assert list(cases)[-1] == NO_SUBSIDY and len(cases) == 6
    more = cases[NO_SUBSIDY].plans["eigen"] - dia.agenda.plans["eigen"]
    unsure = dia.plans["bron_1"].isin(["SUB-WARMTE", "SUB-WIJK"])
    asked = dia.plans.loc[unsure, "bedrag_1"].reindex(more.index).fillna(0.0)
    assert more.to_numpy() == pytest.approx(asked.to_numpy())
