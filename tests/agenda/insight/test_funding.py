from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sia.agenda.insight.funding import (
    OWN,
    cover,
    money,
    opening_shares,
    partner_gains,
    shares,
)
from sia.agenda.insight.whatif import with_refused
from sia.agenda.programme.inputs import Agenda, payable
from sia.agenda.programme.optimise import Programme
from sia.agenda.reading.investments import Reading
from voorbeeldstad.plans import DemoPlans

COSTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=6)


def _shapley_by_permutations(costs: list[float]) -> np.ndarray:
    total = np.zeros(len(costs))
    orders = list(itertools.permutations(range(len(costs))))
    for order in orders:
        paid = 0.0
        for player in order:
            joint = max(paid, costs[player])
            total[player] += joint - paid
            paid = joint
    return total / len(orders)


@given(COSTS)
def test_shapley_equals_the_mean_over_all_orders(costs: list[float]) -> None:
    assert opening_shares(costs) == pytest.approx(_shapley_by_permutations(costs), abs=1e-3)


@given(COSTS, st.sampled_from(["shapley", "evenredig"]))
def test_shares_add_up_and_nobody_pays_more_than_alone(costs: list[float], rule: str) -> None:
    paid = opening_shares(costs, rule)  # type: ignore[arg-type]
    assert paid.sum() == pytest.approx(max(costs), abs=1e-3)
    assert (paid <= np.array(costs) + 1e-6).all()
    assert (paid >= 0).all()


def test_equal_works_share_the_opening_equally() -> None:
    assert opening_shares([90.0, 90.0, 90.0]) == pytest.approx([30.0, 30.0, 30.0])


@pytest.mark.parametrize("rule", ["shapley", "evenredig"])
def test_shared_savings_are_those_of_the_programme(
    agenda: Agenda, programme: Programme, rule: str
) -> None:
    table = shares(agenda, programme.starts, rule)  # type: ignore[arg-type]
    assert table["bespaart"].sum() == pytest.approx(programme.worth["besparing"])
    assert (table["bespaart"] >= -1e-6).all()


def test_cash_and_valuation_are_never_summed(agenda: Agenda, programme: Programme) -> None:
    gains = partner_gains(agenda, programme.starts)
    assert gains["bespaart"].sum() == pytest.approx(programme.worth["besparing"])
    assert (gains["bespaart"] >= -1e-6).all()
    assert gains["verliest"].equals(gains["waardering"] < -0.5)
    worse = programme.starts.copy()
    worse[:] = pd.NA
    none = partner_gains(agenda, worse)
    assert none["verliest"].any() and none["zin"].str.contains("minder van haar plannen").any()
    for zin, cash in zip(none["zin"], none["bespaart"], strict=True):
        assert cash == 0 and "€" not in zin


def test_bundled_budget_adds_up_to_the_cost_of_what_is_placed(
    agenda: Agenda, reading: Reading, programme: Programme, demo: DemoPlans
) -> None:
    areas = pd.Series({c: name for name, codes in demo.pilots.items() for c in codes})
    table = money(agenda, reading.plans, programme.starts, areas)
    placed = programme.starts.dropna().index
    assert table["bedrag"].sum() == pytest.approx(agenda.plans.loc[placed, "kosten"].sum())
    assert set(table["gebied"]) == {*demo.pilots, "overig"}
    own = table[table["bron"] == "eigen middelen"]["bedrag"].sum()
    assert own == pytest.approx(agenda.plans.loc[placed, "eigen"].sum())


def test_subsidies_are_covered_conditional_or_open(
    agenda: Agenda, reading: Reading, programme: Programme, demo: DemoPlans
) -> None:
    table = cover(agenda, reading.plans, programme.starts, demo.subsidies)
    parts = table[["gedekt", "voorwaardelijk", "open"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(table["bedrag"].to_numpy())
    paid = (table["gedekt"] + table["voorwaardelijk"]).groupby(table["bron"]).sum()
    assert (paid <= demo.subsidies["plafond"].reindex(paid.index) + 1e-6).all()
    granted = demo.subsidies["status"].reindex(table["bron"]).to_numpy() == "toegekend"
    assert (table["voorwaardelijk"][granted] == 0).all()
    assert (table["gedekt"][~granted] == 0).all()
    assert (table.loc[table["open"] > 0, "reden"] != "").all()


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("status", "afgewezen", "afgewezen"),
        ("tot", 2024, "valt buiten de regeling"),
        ("soorten", "school", "geldt niet voor"),
        ("eigen_aandeel", 0.99, "Eigen aandeel"),
        ("plafond", 0.0, "plafond is bereikt"),
    ],
)
def test_every_refusal_says_why(
    column: str, value: object, reason: str, agenda: Agenda, reading: Reading,
    programme: Programme, demo: DemoPlans,
) -> None:  # fmt: skip
    subsidies = demo.subsidies.assign(**{column: value})
    table = cover(agenda, reading.plans, programme.starts, subsidies)
    assert len(table)
    assert table["open"].to_numpy() == pytest.approx(table["bedrag"].to_numpy())
    said = table["reden"].str.contains(reason)
    # The window is checked first, so a plan outside it is told that.
    assert (said | table["reden"].str.contains("valt buiten")).all()
    assert said.any()


def test_refused_subsidy_falls_on_own_means(
    agenda: Agenda, reading: Reading, demo: DemoPlans
) -> None:
    refused = with_refused(agenda, reading.plans, list(demo.subsidies.index))
    assert (refused.plans["eigen"] == agenda.plans["kosten"]).all()
    again = with_refused(refused, reading.plans, [])
    pd.testing.assert_series_equal(again.plans["eigen"], agenda.plans["eigen"])
    counted = payable(reading.plans, demo.subsidies.assign(status="afgewezen"))
    starts = agenda.plans["voorkeur"].astype("Int64")
    paid = money(refused, counted, starts)
    assert set(paid["bron"]) == {OWN}
    assert paid["bedrag"].sum() == pytest.approx(agenda.plans["kosten"].sum())


def test_no_shared_opening_no_shares(make_agenda: Callable[..., Agenda]) -> None:
    lonely = replace(make_agenda(1), openings=make_agenda(1).openings.iloc[:0])
    starts = pd.Series(2025, index=lonely.plans.index, dtype="Int64")
    assert shares(lonely, starts).empty
