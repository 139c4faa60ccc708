"""Rounds: steps from the agreed version, clashes with a name, and a true reason for every plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.programme.agreements import bound_together
from sia.agenda.programme.baselines import greedy
from sia.agenda.programme.check import violations
from sia.agenda.programme.inputs import Agenda, outside_horizon, prepare
from sia.agenda.programme.linkages import find_linkages
from sia.agenda.programme.optimise import optimise
from sia.agenda.programme.reasons import CHOSEN, settled, why_left_out, why_moved
from sia.agenda.reading.investments import validate

YEARS = range(2025, 2035)


def _agenda(
    plans: Sequence[dict[str, Any]],
    openings: Sequence[tuple[str, str, float]] = (),
    budgets: Sequence[tuple[str, int, float, float]] = (),
    before: Sequence[tuple[str, str, int]] = (),
    together: Sequence[tuple[str, str]] = (),
    **settings: Any,
) -> Agenda:
    """Return a small agenda; what is not given has an ordinary value."""
    usual = {
        "partner": "A", "titel": "Werk", "soort": "riolering", "kosten": 1e6, "fte": np.nan,
        "duur": 1, "eerste": 2025, "laatste": 2034, "voorkeur": 2025, "verplicht": False,
        "urgentie": 0.5, "urgentie_bekend": True, "zekerheid": 1.0, "hernieuwt": True,
        "geluid": 0.0, "vertrouwelijkheid": "partners",
    }  # fmt: skip
    table = pd.DataFrame([usual | plan for plan in plans]).set_index("plan")
    table["eigen"] = table.get("eigen", table["kosten"])
    opened = pd.DataFrame(list(openings), columns=["plek", "plan", "opening"])
    return Agenda(
        table,
        opened,
        pd.DataFrame(
            [(q, "b1") for q in sorted(set(opened["plek"]))], columns=["plek", "buurtcode"]
        ),
        pd.DataFrame({"plan": table.index, "buurtcode": "b1"}),
        pd.DataFrame(columns=["kans", "a", "b", "waardering"]),
        pd.DataFrame(list(before), columns=["plan", "voorganger", "marge"]),
        pd.DataFrame(list(together), columns=["groep", "plan"], dtype=str),
        pd.DataFrame(list(budgets), columns=["partner", "jaar", "budget", "fte"]).set_index(
            ["partner", "jaar"]
        ),
        ProgrammeSettings(2025, 2034, gat=0.0, threads=1, **settings),
    )


def _starts(agenda: Agenda) -> dict[str, int | None]:
    found = optimise(agenda).starts
    return {str(k): None if pd.isna(v) else int(v) for k, v in found.items()}


def test_work_that_costs_nothing_has_its_place() -> None:
    money = [("A", t, 1e7, 5.0) for t in YEARS]
    plans = [{"plan": "NUL", "kosten": 0.0, "fte": 0.5}, {"plan": "VAAG", "zekerheid": 0.0}]
    assert _starts(_agenda(plans, budgets=money)) == {"NUL": 2025, "VAAG": 2025}


def test_two_clashing_commitments_are_named_and_stop_nobody() -> None:
    plans = [
        {"plan": "L", "titel": "Riool", "laatste": 2025, "verplicht": True},
        {"plan": "K", "partner": "B", "titel": "Kabel", "eerste": 2026, "laatste": 2026,
         "voorkeur": 2026, "verplicht": True},
        *({"plan": f"R{i}", "partner": "C"} for i in range(5)),
    ]  # fmt: skip
    found = optimise(_agenda(plans, [("q", "L", 1e6), ("q", "K", 2e5)], graafrust=5))
    assert found.starts.notna().all()
    (clash,) = found.conflicten.to_dict("records")
    assert clash["soort"] == "graafrust" and clash["partners"] == "A;B"
    for word in ("Riool (L)", "Kabel (K)", "2025", "2026", "2030"):
        assert word in clash["zin"]
    assert "hetzelfde jaar" in clash["oplossing"]
    assert "1 punt botst wat al is toegezegd" in found.sentence()


def test_only_what_clashes_gives_way_and_nobody_else_profits() -> None:
    plans = [
        {"plan": "M", "kosten": 3e6, "laatste": 2025, "verplicht": True},
        {"plan": "X", "kosten": 1e6, "laatste": 2026},
    ]
    found = optimise(_agenda(plans, budgets=[("A", t, 2e6, np.nan) for t in YEARS]))
    assert found.starts.to_dict() == {"M": 2025, "X": 2026}
    assert found.conflicten["tekort"].tolist() == pytest.approx([1e6])


def test_a_street_that_clashes_already_is_not_opened_once_more() -> None:
    plans = [
        {"plan": "L", "laatste": 2025, "verplicht": True},
        {"plan": "K", "eerste": 2027, "laatste": 2027, "voorkeur": 2027, "verplicht": True},
        {"plan": "X", "eerste": 2027, "laatste": 2029, "voorkeur": 2028},
    ]
    agenda = _agenda(plans, [("q", p, 2e5) for p in "LKX"], graafrust=5)
    tight = replace(agenda, plans=agenda.plans.assign(eerste=[2025, 2027, 2028]))
    found = optimise(tight)
    assert pd.isna(found.starts["X"]) and len(found.conflicten) == 1
    assert settled(tight, found.starts, None).equals(found.starts)


def test_there_is_a_programme_when_no_time_is_left() -> None:
    plans = [{"plan": f"M{i}", "laatste": 2025, "verplicht": True} for i in range(3)]
    agenda = _agenda(plans, budgets=[("A", t, 1e6, np.nan) for t in YEARS])
    assert greedy(agenda) is None
    first = greedy(agenda, always=True)
    assert first is not None and first.notna().all()


@pytest.mark.parametrize(("gap", "year"), [(0, 2027), (1, 2028)])
def test_successor_follows_its_predecessor_and_falls_with_it(gap: int, year: int) -> None:
    pair = [
        {"plan": "RIOOL", "kosten": 5e5, "eerste": 2027, "voorkeur": 2027},
        {"plan": "WEG", "partner": "B", "kosten": 5e5},
    ]
    order = [("WEG", "RIOOL", gap)]
    rich = [("A", t, 1e6, np.nan) for t in YEARS] + [("B", t, 1e6, np.nan) for t in YEARS]
    assert _starts(_agenda(pair, budgets=rich, before=order)) == {"RIOOL": 2027, "WEG": year}
    poor = [(k, t, b and 1e5, f) for k, t, b, f in rich if k == "A"]
    agenda = _agenda(pair, budgets=[*poor, *rich[10:]], before=order)
    assert _starts(agenda) == {"RIOOL": None, "WEG": None}
    reasons = why_left_out(agenda, optimise(agenda).starts)
    assert reasons["RIOOL"] == "Past niet: het geld van A is op."
    assert "hangt aan Werk (RIOOL)" in reasons["WEG"]


def test_rest_counts_from_the_end_of_a_work() -> None:
    plans = [
        {"plan": "L", "kosten": 5e6, "duur": 8, "laatste": 2025, "verplicht": True},
        {"plan": "K", "partner": "B", "eerste": 2026, "voorkeur": 2026, "hernieuwt": False},
    ]
    agenda = _agenda(plans, [("q", "L", 1e6), ("q", "K", 2e5)], graafrust=5)
    assert _starts(agenda) == {"L": 2025, "K": None}
    found = optimise(agenda).starts
    assert "de straat heeft rust rond Werk (L)" in why_left_out(agenda, found)["K"]
    assert _starts(replace(agenda, settings=agenda.settings.but(graafrust=1)))["K"] == 2033


def test_unknown_years_of_a_budget_are_never_unlimited() -> None:
    plans = [{"plan": f"P{i}", "kosten": 8e5, "voorkeur": 2025 + i % 4} for i in range(12)]
    known = _agenda(plans, budgets=[("A", t, 1e6, np.nan) for t in range(2025, 2029)])
    years = optimise(known).starts.value_counts()
    assert years.max() == 1
    asked = optimise(_agenda(plans)).starts.value_counts()
    assert asked.max() == 3
    long = _agenda([{"plan": f"P{i}", "kosten": 5e6, "duur": 5, "eerste": 2034, "voorkeur": 2034}
                    for i in range(4)], budgets=[("A", 2025, 1e6, np.nan)])  # fmt: skip
    assert optimise(long).starts.notna().sum() == 1


def test_schemes_bind_by_window_and_ceiling() -> None:
    plans = [{"plan": p, "kosten": 5e6, "eigen": 2.5e6, "laatste": 2030} for p in ("A", "B", "C")]
    scheme = pd.DataFrame({"van": [2026], "tot": [2027], "plafond": [5e6]}, index=["RRE"])
    given = pd.DataFrame({"plan": list("ABC"), "bron": "RRE", "bedrag": 2.5e6, "vrij": False})
    agenda = replace(
        _agenda(plans, budgets=[("A", t, 2.5e6, np.nan) for t in YEARS]),
        regelingen=scheme, bijdragen=given,
    )  # fmt: skip
    found = optimise(agenda).starts
    assert sorted(found.dropna()) == [2026, 2027]
    reason = why_left_out(agenda, found).iloc[0]
    assert "RRE betaalt dan niet (bij een start in 2025 en 2028 tot en met 2030)" in reason
    assert "het plafond van RRE is bereikt" in reason
    late = plans[0] | {"eerste": 2029, "voorkeur": 2029, "verplicht": True}
    clash = optimise(replace(agenda, plans=_agenda([late, *plans[1:]]).plans)).conflicten
    assert clash["soort"].tolist() == ["regeling"]
    assert "2026-2027" in clash["zin"].iloc[0]


def test_decided_social_links_run_at_the_same_time_or_are_told() -> None:
    plans = [
        {"plan": "COACH", "kosten": 6e4, "duur": 2},
        {"plan": "RENOVATIE", "eerste": 2029, "voorkeur": 2029, "duur": 2},
        {"plan": "LAAT", "eerste": 2034, "voorkeur": 2034},
    ]
    state = pd.DataFrame(
        {"soort_kans": "sociaal", "fase": "uitvoering", "plannen": "COACH;RENOVATIE"},
        index=pd.Index(["KK-1"], name="kans"),
    )
    agenda, problems = bound_together(_agenda(plans), state)
    assert problems == []
    found = _starts(agenda)
    assert found["RENOVATIE"] == 2029 and found["COACH"] == 2028
    never = agenda.plans.copy()
    never.loc["COACH", "laatste"] = 2026
    both = state.assign(plannen="COACH;RENOVATIE;LAAT")
    apart, told = bound_together(replace(agenda, plans=never), both)
    assert not apart.links["bindt"].any() and len(told) == 2
    assert "past niet meer in de vensters" in told[0].wat


def test_a_new_round_keeps_commitments_and_moves_others_only_for_a_reason() -> None:
    rng = np.random.default_rng(2)
    plans = [
        {"plan": f"P{i:02d}", "kosten": float(rng.integers(5, 30)) * 1e5,
         "voorkeur": 2025 + int(rng.integers(0, 4)), "verplicht": i == 5}
        for i in range(18)
    ]  # fmt: skip
    agenda = _agenda(plans, budgets=[("A", t, 4e6, np.nan) for t in YEARS])
    agreed = optimise(agenda).starts
    assert optimise(agenda, agreed).starts.equals(agreed)
    later = agenda.plans.copy()
    hit = list(agreed.index[:2])
    later.loc[hit, "eerste"] = agreed[hit] + 1
    later.loc["P05", "voorkeur"] = 2033
    after = replace(agenda, plans=later)
    found = optimise(after, agreed)
    assert found.starts["P05"] == agreed["P05"]
    others = [p for p in agreed.index if p not in hit and found.starts[p] != agreed[p]]
    assert len(others) <= 3
    reasons = why_moved(after, found.starts, agreed, after.plans)
    assert set(reasons.index) == {*hit, *others}
    assert reasons[hit].str.contains("niet meer in het venster").all()
    assert reasons.str.endswith(".").all()
    told = why_moved(after, found.starts, agreed, agenda.plans)
    assert (told[hit] == CHOSEN).all() and told.drop(hit).equals(reasons.drop(hit))


def _read(rows: Sequence[dict[str, Any]], buurten: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    usual = {
        "soort": "weg", "partner": "Gemeente", "titel": "Werk", "kosten": 1e6,
        "flexibiliteit": "vrij", "status": "begroot", "vertrouwelijkheid": "openbaar", "duur": 1,
        "stelsel": "RD", "wkt": "LINESTRING (250100 470200, 250300 470200)",
    }  # fmt: skip
    return validate(pd.DataFrame([usual | r for r in rows]), buurten, "x").plans


def _prepared(plans: gpd.GeoDataFrame, scores: pd.DataFrame) -> Agenda:
    none = pd.DataFrame(columns=["partner", "jaar", "budget", "fte"])
    settings = ProgrammeSettings(2020, 2029, gat=0.0, threads=1)
    return prepare(plans, find_linkages(plans, scores), scores, none, settings)


def test_a_commitment_that_slipped_out_of_its_years_is_programmed_and_told(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    late = {"plan": "UIT", "vroegst": 2018, "laatst": 2019, "status": "vastgesteld"}
    found = optimise(_prepared(_read([late], buurten), scores))
    assert found.starts["UIT"] == 2020
    assert "stond vast voor 2018 tot en met 2019" in found.conflicten["zin"].iloc[0]


def test_streets_remember_works_that_are_over(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    rows = [
        {"plan": "OUD", "vroegst": 2018, "laatst": 2018, "duur": 2, "status": "in uitvoering"},
        {"plan": "NIEUW", "partner": "Water", "soort": "waterleiding", "vroegst": 2020,
         "laatst": 2026},
    ]  # fmt: skip
    agenda = _prepared(_read(rows, buurten), scores)
    assert agenda.bezet["tot"].tolist() == [2019]
    assert _starts(agenda) == {"NIEUW": 2024}
    assert violations(agenda, pd.Series({"NIEUW": 2023}, dtype="Int64"))[0].soort == "graafrust"


def test_a_plan_takes_its_successor_along_out_of_the_horizon(
    buurten: gpd.GeoDataFrame, scores: pd.DataFrame
) -> None:
    rows = [
        {"plan": "EERST", "vroegst": 2031, "laatst": 2032},
        {"plan": "DAN", "vroegst": 2025, "laatst": 2029, "voorgangers": "EERST"},
        {"plan": "LOS", "vroegst": 2025, "laatst": 2029, "voorgangers": "WEG"},
    ]
    plans = _read(rows, buurten)
    agenda = _prepared(plans, scores)
    assert list(agenda.plans.index) == ["LOS"]
    assert set(outside_horizon(plans, agenda.settings).index) == {"EERST", "DAN"}
