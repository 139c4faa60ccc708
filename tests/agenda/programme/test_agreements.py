"""Agreements bind the programme to one start year, or say why they cannot."""

from __future__ import annotations

import dataclasses

import pandas as pd

from sia.agenda.programme.agreements import bound_together, held_to_year
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.linkages import Linkages
from sia.agenda.programme.optimise import Programme, optimise
from sia.agenda.reading.organisation import status
from tests.agenda.rows import steps_of


def _state(linkages: Linkages, **phases: str) -> pd.DataFrame:
    state = status(steps_of(), linkages.kansen)
    return state.assign(fase=[phases.get(str(k).replace("-", "_"), "kans") for k in state.index])


def test_agreed_street_works_start_in_one_year(
    agenda: Agenda, linkages: Linkages, programme: Programme
) -> None:
    street = linkages.kansen[linkages.kansen["soort_kans"] == "straat"]
    years = [programme.starts.reindex(p.split(";")) for p in street["plannen"]]
    apart = [k for k, y in zip(street.index, years, strict=True) if y.nunique(dropna=False) > 1]
    assert apart
    state = _state(linkages, **{str(k).replace("-", "_"): "afspraak" for k in apart[:2]})
    bound, problems = bound_together(agenda, state)
    assert problems == []
    starts = optimise(bound).starts
    for kans in apart[:2]:
        own = starts.reindex(street.loc[kans, "plannen"].split(";"))
        assert own.nunique() <= 1 and own.isna().all() | own.notna().all()


def test_only_streets_in_a_binding_phase_bind(agenda: Agenda, linkages: Linkages) -> None:
    state = status(steps_of(), linkages.kansen)
    assert bound_together(agenda, state)[0].afspraken.empty
    social = state.assign(fase="afspraak")
    groups = bound_together(agenda, social[social["soort_kans"] != "straat"])[0].afspraken
    assert groups.empty
    gone = bound_together(agenda, social.assign(fase="vervallen"))[0].afspraken
    assert gone.empty


def test_groups_that_share_a_plan_are_one(agenda: Agenda) -> None:
    a, b, c = agenda.plans.index[:3]
    wide = agenda.plans.assign(eerste=2026, laatste=2028)
    state = pd.DataFrame(
        {"soort_kans": "straat", "fase": "in programma", "plannen": [f"{a};{b}", f"{b};{c}"]},
        index=["K1", "K2"],
    )
    bound, problems = bound_together(dataclasses.replace(agenda, plans=wide), state)
    assert problems == []
    assert bound.afspraken["groep"].unique().tolist() == ["K1;K2"]
    assert set(bound.afspraken["plan"]) == {a, b, c}


def test_an_agreement_that_no_year_allows_is_told(agenda: Agenda) -> None:
    a, b = agenda.plans.index[:2]
    plans = agenda.plans.copy()
    plans.loc[a, ["eerste", "laatste"]] = 2025
    plans.loc[b, ["eerste", "laatste"]] = 2030
    state = pd.DataFrame(
        {"soort_kans": "straat", "fase": "afspraak", "plannen": [f"{a};{b}"]}, index=["K1"]
    )
    bound, problems = bound_together(dataclasses.replace(agenda, plans=plans), state)
    assert bound.afspraken.empty
    assert "K1 past niet meer in de vensters" in problems[0].wat
    assert "2025-2025" in problems[0].wat and "2030-2030" in problems[0].wat


def test_a_decided_year_holds_all_works_in_one_street_or_says_what_is_wrong(agenda: Agenda) -> None:
    a, b, c = map(str, agenda.plans.index[:3])
    wide = agenda.plans.assign(eerste=2026, laatste=2029)
    free = dataclasses.replace(agenda, plans=wide)
    state = pd.DataFrame(
        {"soort_kans": ["straat", "sociaal"], "fase": "afspraak", "plannen": [f"{a};{b}", c]},
        index=["K1", "K2"],
    )
    steps = steps_of(("K1", "afspraak", 1), ("K2", "afspraak", 2)).assign(jaar=[2028, 2027])
    held, (told,) = held_to_year(free, steps, state)
    assert held.plans.loc[[a, b], ["eerste", "laatste"]].eq(2028).all(axis=None)
    assert held.plans.loc[[a, b], "verplicht"].all() and held.plans.at[c, "laatste"] == 2029
    assert "geen werk in één straat" in told.wat and told.kolom == "Startjaar"
    wide.loc[b, "laatste"] = 2027
    same, problems = held_to_year(free, steps, state)
    assert same.plans.equals(wide) and problems[0].wat.startswith(f"Plan {b} kan niet beginnen")
    gone, problems = held_to_year(free, steps, state.assign(fase="vervallen"))
    assert gone.plans.equals(wide) and problems == []
