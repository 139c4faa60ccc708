from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sia.agenda.insight.whatif import with_budget
from sia.agenda.programme.baselines import alone, greedy
from sia.agenda.programme.check import violations
from sia.agenda.programme.improve import cost_of, improve
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.linkages import Linkages
from sia.agenda.programme.milp import Builder
from sia.agenda.programme.optimise import (
    Programme,
    gain_over_alone,
    left_out,
    optimise,
    timeline,
    use_of_means,
)
from sia.agenda.programme.worth import savings, worth


@pytest.mark.parametrize("block", range(2))
def test_equals_trying_every_schedule(
    block: int, make_agenda: Callable[..., Agenda], try_every: Callable[..., float | None]
) -> None:
    feasible = 0
    for seed in range(block * 40, block * 40 + 40):
        agenda = make_agenda(seed, most=4, years=3)
        best = try_every(agenda)
        if best is None:
            told = optimise(agenda)
            assert len(told.conflicten) == len(violations(agenda, told.starts)) > 0
            continue
        feasible += 1
        programme = optimise(agenda)
        assert programme.worth["totaal"] == pytest.approx(best, abs=1.0), seed
        assert programme.bound == pytest.approx(best, abs=1.0), seed
        assert violations(agenda, programme.starts) == []
    assert feasible >= 15


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(1000, 10**6))
def test_never_breaks_a_rule(make_agenda: Callable[..., Agenda], seed: int) -> None:
    agenda = make_agenda(seed, most=9, years=5, committed=0.05)
    programme = optimise(agenda)
    if len(programme.conflicten):
        return
    assert violations(agenda, programme.starts) == []
    assert programme.bound >= programme.worth["totaal"] - 1.0
    first = greedy(agenda)
    if first is not None:
        assert violations(agenda, first) == []
        assert worth(agenda, first)["totaal"] <= programme.worth["totaal"] + 1.0


def test_partner_pairs_keep_every_rule_and_never_lose(agenda: Agenda, programme: Programme) -> None:
    builder = Builder(agenda)
    first = greedy(agenda)
    assert first is not None
    start = builder.columns_of(first)
    found = improve(builder, start)
    assert cost_of(builder.model, found.values) <= cost_of(builder.model, start)
    starts = builder.starts_of(found.values)
    assert violations(agenda, starts) == []
    # The relaxation bounds the proven optimum from above.
    assert -found.bound / 1e-3 >= programme.worth["totaal"] - 1.0


@pytest.mark.parametrize("seed", range(12))
def test_replanning_equals_trying_every_schedule(
    seed: int, make_agenda: Callable[..., Agenda], try_every: Callable[..., float | None]
) -> None:
    agenda = make_agenda(seed, most=4, years=3)
    rng = np.random.default_rng(seed)
    current = {
        p: 2025 + int(rng.integers(0, 3)) if rng.random() < 0.7 else None
        for p in agenda.plans.index
        if rng.random() < 0.9
    }
    best = try_every(agenda, current)
    agreed = pd.Series(current, dtype="Int64")
    programme = optimise(agenda, agreed)
    if best is None:
        assert len(programme.conflicten)
        return
    assert programme.worth["totaal"] == pytest.approx(best, abs=1.0)
    assert programme.bound == pytest.approx(best, abs=1.0)


def test_n_works_together_avoid_n_minus_1_openings(make_agenda: Callable[..., Agenda]) -> None:
    agenda = make_agenda(3)
    plans = list(agenda.plans.index)
    openings = pd.DataFrame({"plek": "plek 0", "plan": plans, "opening": 30_000.0})
    shared = replace(agenda, openings=openings)
    starts = pd.Series(2025, index=agenda.plans.index, dtype="Int64")
    assert savings(shared, starts)["besparing"].sum() == 30_000.0 * (len(plans) - 1)


def test_same_input_gives_same_programme(agenda: Agenda, programme: Programme) -> None:
    again = optimise(agenda)
    pd.testing.assert_series_equal(again.starts, programme.starts)
    assert again.bound == programme.bound


def test_time_limit_reports_its_gap_honestly(agenda: Agenda) -> None:
    hurried = replace(agenda, settings=agenda.settings.but(tijd=0.05, gat=0.0))
    programme = optimise(hurried)
    assert programme.status == "tijd"
    assert programme.gap > 0
    assert "rekentijd was op" in programme.sentence()
    assert violations(hurried, programme.starts) == []


def test_commitments_that_clash_are_named_and_stop_nobody_else(
    agenda: Agenda, programme: Programme
) -> None:
    partner = agenda.plans.loc[agenda.plans["verplicht"], "partner"].iloc[0]
    broke = with_budget(agenda, 0.0, partner)
    found = optimise(broke)
    told = found.conflicten
    assert set(told["wie"]) == {partner} and set(told["partners"]) == {partner}
    must = agenda.plans[agenda.plans["verplicht"] & (agenda.plans["partner"] == partner)]
    assert {p for plans in told["plannen"] for p in plans.split(";")} <= set(must.index)
    assert told["zin"].str.contains("tekort").all() and told["oplossing"].ne("").all()
    others = agenda.plans.index[agenda.plans["partner"] != partner]
    assert found.starts[others].notna().sum() > 0.8 * programme.starts[others].notna().sum()
    # Exactly the amounts that are asked make it fit.
    healed = broke
    for row in told[told["soort"] == "budget"].to_dict("records"):
        budgets = healed.budgets.copy()
        budgets.loc[(partner, row["jaar"]), "budget"] += row["tekort"] + 1.0
        healed = replace(healed, budgets=budgets)
    assert optimise(healed).conflicten.empty


def test_commitments_that_fit_are_no_conflict(programme: Programme) -> None:
    assert programme.conflicten.empty


def test_bottlenecks_really_hold_plans_back(agenda: Agenda, programme: Programme) -> None:
    assert not programme.knelpunten.empty
    for row in programme.knelpunten.to_dict("records"):
        for plan in row["plannen"].split(";"):
            start = programme.starts[plan]
            assert pd.isna(start) or start != agenda.plans.loc[plan, "voorkeur"]


def test_gain_over_alone_grows_with_the_opening_share(
    agenda: Agenda, programme: Programme, linkages: Linkages
) -> None:
    gain = gain_over_alone(agenda, programme.starts, linkages.places.openings)
    assert gain["besparing"].is_monotonic_increasing
    assert gain.loc["midden", "besparing"] == pytest.approx(programme.worth["besparing"])
    assert gain.loc["midden", "netto"] > 0


def test_frames_for_the_notebook_agree_with_the_programme(
    agenda: Agenda, programme: Programme
) -> None:
    rows = timeline(agenda, programme.starts)
    assert len(rows) == programme.starts.notna().sum()
    assert (rows["eind"] >= rows["start"]).all()
    assert len(rows) + len(left_out(agenda, programme.starts)) == len(agenda.plans)
    means = use_of_means(agenda, programme.starts)
    assert (means["gebruik"] <= means["budget"] + 1).all()
    assert (means["fte_gebruik"] <= means["fte"] + 1e-6).all()


def test_alone_is_blind_to_others(agenda: Agenda) -> None:
    apart = alone(agenda)
    kinds = {v.soort for v in violations(agenda, apart)}
    assert kinds <= {"straten", "graafrust", "volgorde"}
    assert "graafrust" in kinds
