"""What the table asks and what follows; a closed budget shows in nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sia.agenda.dia import Dia
from sia.agenda.insight.views import ITS_OWN
from sia.agenda.programme.versions import add_version
from sia.errors import InputError
from sia.tafel.asking import Answer, Ask, answer, closed_partners, done_together
from sia.tafel.showing import compared, lacking, partner_table, shown


def movable(dia: Dia) -> pd.DataFrame:
    """Return placed plans that may begin in another year, without those that agreed with others."""
    plans = dia.agenda.plans.assign(start=dia.starts)
    plans = plans[plans["start"].notna() & ~plans.index.isin(dia.agenda.afspraken["plan"])]
    return plans[plans["laatste"] > plans["eerste"]]


def asks(dia: Dia) -> list[dict[str, object]]:
    rng = np.random.default_rng(4)
    rows = movable(dia).iloc[rng.permutation(len(movable(dia)))[:5]]
    years = {str(p): int(rng.integers(r["eerste"], r["laatste"] + 1)) for p, r in rows.iterrows()}
    partner = str(rows["partner"].iloc[0])
    first = str(dia.agenda.bijdragen["bron"].iloc[0])
    return [
        {"jaren": years},
        {"weg": [str(p) for p in rows.index], "afgewezen": [first]},
        {"zonder": [partner]},
    ]


def test_nothing_asked_is_the_programme(dia: Dia) -> None:
    given = answer(dia, closed_partners(dia, ()), Ask.of({}))
    assert given.programme is dia.programme
    assert done_together(dia, given.starts)["samen"].sum() > 0


def test_no_answer_depends_on_a_budget_that_is_closed(dia: Dia) -> None:
    closed = closed_partners(dia, ())
    assert closed == set(dia.agenda.plans["partner"])
    rng = np.random.default_rng(8)
    limits = dia.agenda.limits
    other = limits * rng.uniform(0.2, 5, limits.shape)
    twin = replace(dia, agenda=replace(dia.agenda, budgets=other))
    for given in asks(dia):
        ask = Ask.of(given)
        one, two = (answer(d, closed, ask) for d in (dia, twin))
        assert one.starts.equals(two.starts)
        assert shown(dia, one, ask, closed) == shown(twin, two, ask, closed)
    nothing = Ask.of({})
    here, there = (shown(d, answer(d, closed, nothing), nothing, closed) for d in (dia, twin))
    assert here == there
    opened = [shown(d, answer(d, set(), nothing), nothing, set())["geld"] for d in (dia, twin)]
    assert opened[0] != opened[1]


def test_reasons_and_clashes_tell_nothing_of_a_closed_budget(dia: Dia) -> None:
    closed, plans = closed_partners(dia, ()), dia.agenda.plans
    wished = replace(dia.programme, starts=plans["voorkeur"].astype("Int64").rename("start"))
    before = add_version(None, "eerder", "2024-01-01", wished, dia.agenda)
    now = add_version(before, "nu", "2024-02-01", dia.programme, dia.agenda)
    limits = dia.agenda.limits
    one, two = (
        replace(dia, versions=now, agenda=replace(dia.agenda, budgets=limits * share))
        for share in (1.0, 0.01)
    )
    here, there = (lacking(d, pd.DataFrame(), closed) for d in (one, two))
    assert here == there
    assert "geld van" not in here and ITS_OWN in here
    assert "het geld van" in lacking(one, pd.DataFrame(), ())
    row = {"soort": "budget", "wie": plans["partner"].iloc[0], "zin": "x", "oplossing": "y",
           "partners": "z"}  # fmt: skip
    clash = replace(dia.programme, conflicten=pd.DataFrame([row]))
    nothing, columns = Ask.of({}), ("zin", "knelt")
    texts = [
        [shown(d, answer(d, closed, nothing), nothing, closed)[name] for name in columns]
        for d in (dia, replace(dia, programme=clash))
    ]
    assert texts[0] == texts[1]


def test_plans_of_closed_partners_stay_and_those_of_open_ones_may_follow(dia: Dia) -> None:
    closed = closed_partners(dia, ())
    row = movable(dia).iloc[0]
    plan, now = str(row.name), int(row["start"])
    year = int(row["eerste"] if now != row["eerste"] else row["laatste"])
    given = answer(dia, closed, Ask.of({"jaren": {plan: year}}))
    assert given.starts[plan] == year
    rest = dia.starts.index.drop(plan)
    assert given.starts[rest].equals(dia.starts[rest].astype(given.starts.dtype))
    assert answer(dia, set(), Ask.of({"jaren": {plan: year}})).starts[plan] == year


def test_another_budget_asks_an_open_partner(dia: Dia) -> None:
    used = dia.agenda.plans.loc[dia.starts.notna()].groupby("partner")["eigen"].sum()
    partner = str(used.idxmax())
    ask = Ask.of({"budget": {partner: 40}})
    with pytest.raises(InputError, match="deelt haar budget niet"):
        answer(dia, closed_partners(dia, ()), ask)
    shared = closed_partners(dia, [partner])
    assert partner not in shared
    given = answer(dia, shared, ask)
    own = dia.agenda.plans["partner"] == partner
    assert given.starts[own].notna().sum() < dia.starts[own].notna().sum()
    assert given.starts[~own].notna().sum() == dia.starts[~own].notna().sum()


def test_who_agreed_goes_along(dia: Dia) -> None:
    group = dia.agenda.afspraken.groupby("groep")["plan"].agg(list).iloc[0]
    window = dia.agenda.plans.loc[group]
    years = range(int(window["eerste"].max()), int(window["laatste"].min()) + 1)
    year = next((y for y in years if y != dia.starts.fillna(0)[group[0]]), years[0])
    given = answer(dia, closed_partners(dia, ()), Ask.of({"jaren": {group[0]: year}}))
    assert given.starts[group].tolist() == [year] * len(group)


def test_partners_add_up_and_gone_plans_are_named(dia: Dia) -> None:
    partner = str(dia.agenda.plans["partner"].iloc[0])
    ask = Ask.of({"zonder": [partner]})
    given = answer(dia, set(), ask)
    assert set(given.gone) == set(dia.agenda.plans.index[dia.agenda.plans["partner"] == partner])
    table = partner_table(dia, given).set_index("Partner")
    placed = [int(text.split()[0]) for text in table["Plannen"]]
    assert sum(placed) == given.starts.notna().sum()
    assert table.at[partner, "Plannen"].startswith("0 (-")
    told = shown(dia, given, ask, set())
    assert f"{len(given.gone)} plannen doen niet mee" in told["zin"]
    columns = {"Programma": answer(dia, set(), Ask.of({})), "<b>": given, "Oud": "x"}
    html = compared(dia, columns, ())
    assert "&lt;b&gt;" in html and "<b>" not in html


@pytest.mark.parametrize(
    "wrong",
    [{"jaren": {"bestaat niet": 2027}}, {"jaren": {"GEM-RIO-001": 1990}}],
)
def test_what_cannot_be_asked_is_said(dia: Dia, wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        answer(dia, set(), Ask.of(wrong))
    everybody = {"zonder": sorted(set(dia.agenda.plans["partner"]))}
    with pytest.raises(InputError, match="geen plan over"):
        answer(dia, set(), Ask.of(everybody))


def test_a_clash_is_named(dia: Dia) -> None:
    digging = dia.agenda.openings.merge(dia.agenda.openings, on="plek")
    plans, starts = dia.agenda.plans, dia.starts
    rest = dia.agenda.settings.graafrust
    for a, b in digging[["plan_x", "plan_y"]].itertuples(index=False):
        if a == b or pd.isna(starts[b]) or plans.at[b, "laatste"] == plans.at[b, "eerste"]:
            continue
        year = int(starts[b]) + 2
        if plans.at[a, "eerste"] <= year <= plans.at[a, "laatste"] and rest > 2:
            ask = Ask.of({"jaren": {a: year, b: int(starts[b])}})
            given: Answer = answer(dia, closed_partners(dia, ()), ask)
            assert len(given.programme.conflicten)
            assert "botsen" in shown(dia, given, ask, closed_partners(dia, ()))["knelt"]
            return
    raise AssertionError("no two works share a place")
