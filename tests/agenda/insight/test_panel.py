"""The panel without a browser: its buttons and sliders move the programme and the answer."""

from __future__ import annotations

import pytest

from sia.agenda.insight.panel import AgendaPanel
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.optimise import Programme
from sia.agenda.reading.investments import Reading
from voorbeeldstad.plans import DemoPlans


@pytest.fixture
def panel(agenda: Agenda, programme: Programme, reading: Reading, demo: DemoPlans) -> AgendaPanel:
    return AgendaPanel(agenda, programme, reading.plans, demo.subsidies)


def _movable(panel: AgendaPanel) -> tuple[str, int]:
    """Return a plan that may be left out, and the last year it may start that it does not."""
    plans, starts = panel.agenda.plans, panel.agreed.starts
    free = plans[~plans["verplicht"] & starts.notna() & (plans["eerste"] < plans["laatste"])]
    plan = free.index[0]
    years = range(int(free.loc[plan, "eerste"]), int(free.loc[plan, "laatste"]) + 1)
    return str(plan), max(year for year in years if year != starts[plan])


def test_nothing_changed_gives_the_agreed_programme(panel: AgendaPanel) -> None:
    panel.knop.click()
    assert "0 plannen veranderen" in panel.uitkomst.value
    assert "<table" not in panel.uitkomst.value


def test_a_held_plan_moves_and_the_timeline_shows_from_where_to_where(panel: AgendaPanel) -> None:
    plan, year = _movable(panel)
    panel.plan.value = plan
    panel.jaar.value = str(year)
    panel.vast.click()
    assert f"{plan} in {year}" in panel.uitkomst.value
    panel.knop.click()
    assert panel.programme.starts[plan] == year
    assert "<td>was</td>" in panel.uitkomst.value
    assert "<td><b>wordt</b></td>" in panel.uitkomst.value
    panel.los.click()
    assert panel.held == {}
    assert "Vastgezet" not in panel.uitkomst.value


def test_less_budget_than_promised_names_the_partner_and_keeps_what_was_held(
    panel: AgendaPanel,
) -> None:
    plans = panel.agenda.plans
    costly = plans[plans["verplicht"] & (plans["eigen"] > 0)]
    partner = next(p for p in costly["partner"] if p in panel.budget)
    plan, year = _movable(panel)
    panel.held[plan] = year
    panel.budget[partner].value = 0
    panel.knop.click()
    assert "Zo past het niet" in panel.uitkomst.value
    assert partner in panel.uitkomst.value
    assert f"{plan} in {year}" in panel.uitkomst.value
    assert panel.programme.starts[plan] == year
    assert not panel.knop.disabled


def test_a_partner_that_leaves_takes_plans_and_money_along_and_may_come_back(
    panel: AgendaPanel,
) -> None:
    partner = "Gasnet Voorbeeld (fictief)"
    own = set(panel.agenda.plans.index[panel.agenda.plans["partner"] == partner])
    panel.mee[partner].value = False
    panel.knop.click()
    assert own and own.isdisjoint(panel.programme.starts.index)
    assert f"Zonder {partner}: {len(own)} plannen vallen weg." in panel.uitkomst.value
    assert "is ingetrokken" not in panel.uitkomst.value
    panel.mee[partner].value = True
    assert own <= set(panel.changed().plans.index)
    for tick in panel.mee.values():
        tick.value = False
    panel.knop.click()
    assert "geen enkele partner" in panel.uitkomst.value


def test_a_refused_subsidy_falls_on_the_partner(panel: AgendaPanel, reading: Reading) -> None:
    assert set(panel.toegekend) == {"SUB-KLIMAAT", "SUB-WARMTE", "SUB-WIJK"}
    panel.toegekend["SUB-WARMTE"].value = False
    own = panel.changed().plans["eigen"] - panel.agenda.plans["eigen"]
    asked = reading.plans["bron_1"] == "SUB-WARMTE"
    assert (own[own > 0].index == asked.index[asked]).all()
    assert own[asked].to_numpy() == pytest.approx(reading.plans.loc[asked, "bedrag_1"].to_numpy())
