"""Money that was not given is not free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sia.agenda.programme.check import violations
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.means import assumed, limits, without_internal
from sia.agenda.programme.optimise import optimise

YEARS = range(2025, 2035)


def _plans(*rows: dict[str, object]) -> pd.DataFrame:
    usual = {
        "partner": "A", "titel": "t", "soort": "riolering", "kosten": 2e6, "eigen": 2e6,
        "fte": np.nan, "duur": 1, "eerste": 2025, "laatste": 2034, "voorkeur": 2025,
        "verplicht": False, "urgentie": 0.5, "urgentie_bekend": True, "zekerheid": 1.0,
        "hernieuwt": True, "geluid": 0.0, "vertrouwelijkheid": "partners",
    }  # fmt: skip
    table = pd.DataFrame([usual | row for row in rows])
    return table.set_axis(pd.Index([f"P{i}" for i in range(len(table))], name="plan"))


def _budgets(*rows: tuple[str, int, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["partner", "jaar", "budget"]).assign(fte=np.nan)
    return table.set_index(["partner", "jaar"])


@pytest.fixture
def agenda_of(make_agenda: Callable[..., Agenda]) -> Callable[..., Agenda]:
    """Return an agenda of these plans and budgets, with no rule but money."""
    like = make_agenda(0)

    def made(plans: pd.DataFrame, budgets: pd.DataFrame) -> Agenda:
        return replace(
            like,
            plans=plans,
            budgets=budgets,
            plan_buurt=pd.DataFrame({"plan": plans.index, "buurtcode": "BU1"}),
            settings=like.settings.but(start=2025, eind=2034, doorschuiven=0.0),
            **{name: getattr(like, name).iloc[:0]
               for name in ("openings", "plek_buurt", "links", "voorgangers", "afspraken",
                            "bezet", "regelingen", "bijdragen")},
        )  # fmt: skip

    return made


def test_a_year_without_a_budget_is_no_free_money(agenda_of: Callable[..., Agenda]) -> None:
    plans = _plans(*[{"voorkeur": 2025 + i % 4, "kosten": 1e6, "eigen": 1e6} for i in range(12)])
    agenda = agenda_of(plans, _budgets(*[("A", t, 1e6) for t in range(2025, 2029)]))
    starts = optimise(agenda).starts
    assert starts.value_counts().max() == 1
    assert starts.notna().sum() == 10
    assert violations(agenda, pd.Series({"P0": 2030, "P1": 2030}))[0].soort == "budget"


@pytest.mark.parametrize("work", [{"hernieuwt": False}, {"kosten": 0.0, "eigen": 0.0}, {}])
def test_what_asks_for_no_other_year_starts_in_the_year_that_is_preferred(
    agenda_of: Callable[..., Agenda], work: dict[str, object]
) -> None:
    wish = [2025, 2028, 2034]
    plans = _plans(
        *[
            work | {"voorkeur": year, "partner": name}
            for year, name in zip(wish, "ABC", strict=True)
        ]
    )
    assert optimise(agenda_of(plans, _budgets())).starts.tolist() == wish


def test_money_after_the_horizon_is_no_free_money(agenda_of: Callable[..., Agenda]) -> None:
    long = _plans(*[{"kosten": 5e6, "eigen": 5e6, "duur": 5, "voorkeur": 2034}] * 4)
    starts = optimise(agenda_of(long, _budgets(*[("A", t, 1e6) for t in YEARS]))).starts
    assert sorted(starts.dropna()) == [2029, 2034]


def test_a_partner_without_any_budget_gets_what_it_asks_in_one_year() -> None:
    plans = _plans({}, {}, {"voorkeur": 2027, "duur": 2}, {"partner": "B", "fte": 2.0})
    found = limits(plans, _budgets(), YEARS)
    assert set(found.loc["A", "budget"]) == {4e6}
    assert set(found.loc["B", "fte"]) == {2.0}
    assert found.loc["A"].index.max() == 2035


def test_a_year_that_stands_still_lowers_no_other_year() -> None:
    given = _budgets(("A", 2025, 3e6), ("A", 2026, 0.0), ("A", 2027, np.nan))
    found = limits(_plans({}), given, YEARS)["budget"]
    assert found["A", 2026] == 0.0
    assert found["A", 2027] == found["A", 2030] == 3e6


def test_what_was_assumed_is_said_without_an_amount() -> None:
    given = _budgets(("A", 2025, 1_234_567.0), ("A", 2028, 1e6))
    plans = _plans({}, {"partner": "B"}, {"partner": "C", "eigen": 0.0})
    said = [p.wat for p in assumed(plans, given, range(2025, 2031))]
    assert len(said) == 2
    assert "A is geen budget bekend in 2026 tot en met 2027, 2029 tot en met 2030" in said[0]
    assert "B is geen budget bekend in 2025 tot en met 2030" in said[1]
    assert "1" not in "".join(said).replace("2025", "").replace("2026", "").replace("2027", "")


def test_an_internal_plan_takes_its_money_before_the_table_does() -> None:
    rows = {"status": "vastgesteld", "bedrag_1": np.nan, "bedrag_2": np.nan}
    plans = _plans({"kosten": 5e6, "fte": 1.0}, {}, {"voorkeur": 2026}).assign(**rows)
    plans.loc["P2", "status"] = "idee"
    budgets = _budgets(("A", 2025, 6e6), ("A", 2026, 6e6), ("B", 2025, 1e6)).reset_index()
    left = without_internal(budgets.assign(fte=0.5), plans, plans.loc[["P1"]])
    assert left["budget"].tolist() == [1e6, 6e6, 1e6]
    assert left["fte"].tolist() == [0.0, 0.5, 0.5]
