"""What the tables of the partners tell about a budget that was given to calculate with only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from sia.agenda.dia import Dia, make_dia
from sia.agenda.insight.publication import public_money
from sia.agenda.output.files import partner_files
from sia.agenda.output.tables import agenda_tables, kept_tables
from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.reading.deliveries import Deliveries
from sia.agenda.reading.openness import view
from sia.tafel.asking import Ask, answer, closed_partners
from sia.tafel.showing import city as table_city
from sia.tafel.showing import lacking, shown
from tests.agenda.conftest import City

Tables = dict[str, pd.DataFrame]
Bounds = dict[tuple[str, int], tuple[float, float]]


def _given_to(dia: Dia) -> Tables:
    """Return everything that a partner gets, as another partner may see it."""
    return {name: view(table, "partners") for name, table in agenda_tables(dia).items()}


def _bounds(tables: Tables) -> Bounds:
    """Return between which amounts the budget of each partner and year lies, by these tables.

    The attacker adds up own money per partner and year (a lower bound), and takes what is left over
    or does not fit for an upper one.
    """
    own = tables["geld"][tables["geld"]["bron"] == "eigen middelen"]
    used = own.groupby(["partner", "jaar"])["bedrag"].sum()
    found = {(str(p), int(t)): (low, np.inf) for (p, t), low in used.items()}
    tight = tables["knelpunten"]
    for row in tight[tight["knelt"] == "budget"].to_dict("records"):
        exact = found.get((row["wie"], row["jaar"]), (0.0, np.inf))[0] + row["ruimte"]
        found[row["wie"], int(row["jaar"])] = (exact, exact)
    return found


def _recovered(editions: list[Tables], budgets: pd.DataFrame) -> set[tuple[str, int]]:
    """Return the budgets that all editions together pin down to within 10 %."""
    merged: Bounds = {}
    for tables in editions:
        for key, (low, high) in _bounds(tables).items():
            before = merged.get(key, (0.0, np.inf))
            merged[key] = (max(low, before[0]), min(high, before[1]))
    return _pinned(merged, budgets.set_index(["partner", "jaar"])["budget"])


def _pinned(bounds: Bounds, true: pd.Series) -> set[tuple[str, int]]:
    return {
        key for key, (low, high) in bounds.items()
        if key in true.index and low >= 0.9 * true[key] and high <= 1.1 * true[key]
    }  # fmt: skip


def test_no_budget_follows_from_what_partners_get_over_two_editions(dia: Dia) -> None:
    fewer = dia.starts.mask(np.arange(len(dia.starts)) % 9 == 0)
    later = replace(dia, programme=replace(dia.programme, starts=fewer))
    assert len(dia.programme.knelpunten.query("soort == 'budget'"))
    editions = [_given_to(dia), _given_to(later)]
    assert _recovered(editions, dia.delivered.budgets) == set()
    for tables in editions:
        assert set(tables["knelpunten"]["knelt"]) <= {"straten"}


def _later(delivered: Deliveries, number: int) -> Deliveries:
    """Return a later delivery: plans that slip, cost more, come and go, and other budgets."""
    rng = np.random.default_rng(number)
    plans = delivered.reading.plans.copy()
    free = plans.index[~plans["status"].isin(["vastgesteld", "in uitvoering"])]
    slips = list(rng.choice(free, 8, replace=False))
    plans.loc[slips, "laatst"] += 1
    wish = plans.loc[slips, "voorkeur"].fillna(plans.loc[slips, "vroegst"]) + 1
    plans.loc[slips, "voorkeur"] = np.minimum(wish, plans.loc[slips, "laatst"])
    plans["kosten"] *= rng.choice([1.0, 1.15], len(plans), p=[0.8, 0.2])
    plans.loc[rng.choice(free, 5, replace=False), "vertrouwelijkheid"] = "intern"
    budgets = delivered.budgets.copy()
    budgets["budget"] *= rng.uniform(0.7, 1.3, len(budgets))
    plans["aangeleverd_op"] = f"{2025 + number}-01-15"
    return replace(delivered, reading=replace(delivered.reading, plans=plans), budgets=budgets)


def test_nothing_closed_follows_from_all_files_of_three_rounds(
    dia: Dia, delivered: Deliveries, city: City, choices: ProgrammeSettings
) -> None:
    quick = choices.but(gat=0.01)
    memory: Tables = {}
    bounds: Bounds = {}
    truths, cells, sums, hidden, shown = [], [], [], 0, 0
    for number in range(3):
        given = _later(delivered, number)
        made = make_dia(2024, given, city, memory, quick)
        assert made is not None
        tables, memory = _given_to(made), kept_tables(made, memory)
        # what a partner keeps to itself is in no table, and neither is a trace of its money
        internal = made.taken.register.plans.query("vertrouwelijkheid == 'intern'")
        hidden += len(internal)
        cellular = {str(v) for t in tables.values() for v in t.astype(str).to_numpy().ravel()}
        assert not {*internal.index, *internal["titel"]} & cellular
        # budgets are of one round: only what the rounds together say of each can be compared
        now = _bounds(tables)
        true = given.budgets.set_index(["partner", "jaar"])["budget"]
        truths.append(true)
        assert _pinned(now, true) == set()
        for key, (low, high) in now.items():
            before = bounds.get(key, (0.0, np.inf))
            bounds[key] = (max(low, before[0]), min(high, before[1]))
        published = memory["publicaties"]
        table = published[published["nummer"] == published["nummer"].max()].set_index("plan")
        whole = table.groupby(level=0)["kosten"].sum()
        totals = public_money(published)
        for area, year, total in totals.dropna()[["gebied", "jaar", "totaal"]].to_numpy():
            cell = table[(table["gebied"] == area) & (table["jaar"] == year)]
            # a plan that costs something else is another amount
            names = [f"{plan} {whole[plan]:.0f}" for plan in cell.index]
            cells.append(dict(zip(names, cell["kosten"] / whole[cell.index], strict=True)))
            sums.append(float(total))
            shown += 1
    assert hidden and shown
    for true in truths:
        assert _pinned(bounds, true) == set()
    assert _solved_for(cells, sums) == set()


def _solved_for(cells: list[dict[str, float]], sums: list[float]) -> set[str]:
    """Return the amounts that public totals, rounded to 100,000 euro, pin down to within 10 %."""
    names = sorted({name for cell in cells for name in cell})
    matrix = np.array([[cell.get(name, 0.0) for name in names] for cell in cells])
    limit = np.concatenate([np.array(sums) + 5e4, 5e4 - np.array(sums)])
    found = set()
    for at, name in enumerate(names):
        goal = np.eye(len(names))[at]
        ends = [
            linprog(sign * goal, A_ub=np.vstack([matrix, -matrix]), b_ub=limit, bounds=(0, None))
            for sign in (1, -1)
        ]
        assert ends[0].status == 0
        true = float(name.rsplit(" ", 1)[1])
        if ends[0].fun >= 0.9 * true and ends[1].status == 0 and -ends[1].fun <= 1.1 * true:
            found.add(name)
    return found


def test_the_same_attack_succeeds_on_an_open_book(dia: Dia) -> None:
    open_books = replace(dia.delivered, budgets=dia.delivered.budgets.assign(delen="partners"))
    shared = _given_to(replace(dia, delivered=open_books))
    assert _recovered([shared], dia.delivered.budgets)


def _few(delivered: Deliveries, number: int) -> Deliveries:
    """Return a round of a dozen plans that ask no people, with half of the money that they want."""
    plans = delivered.reading.plans
    loose = plans[(plans["voorgangers"] == "") & (plans["status"] != "in uitvoering")]
    chosen = loose.sample(12, random_state=number).index
    few = plans.loc[plans.index.isin(chosen)].assign(fte=0.0)
    budgets = delivered.budgets.assign(fte=0.0)
    budgets["budget"] = (
        budgets["partner"].map(few.groupby("partner")["kosten"].max() * 0.45).fillna(1e6)
    )
    return replace(delivered, reading=replace(delivered.reading, plans=few), budgets=budgets)


def _table_page(dia: Dia, city: City) -> list[object]:
    """Return what the agenda's table shows before anybody asks anything."""
    closed, nothing = closed_partners(dia, ()), Ask.of({})
    given = answer(dia, closed, nothing)
    return [
        table_city(dia, city["gebieden"], closed), shown(dia, given, nothing, closed),
        lacking(dia, pd.DataFrame(), closed),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(6))
def test_three_times_the_budget_with_too_few_people_gives_others_the_same_files(
    delivered: Deliveries, city: City, choices: ProgrammeSettings, number: int
) -> None:
    """Nothing that others get bounds a closed budget from above: people explain the same files."""
    # people are worth nothing here: a plan that asks them must be as welcome as one that does not
    values = choices.waarden.model_copy(update={"fte_waarde": 0.0})
    exact = choices.but(gat=0.0, waarden=values)
    poor = _few(delivered, number)
    one = make_dia(2024, poor, city, {}, exact)
    assert one is not None
    # people that stand to the plans as money does bind exactly where the money does
    part = 1e-6
    per_year = one.agenda.plans["eigen"] / one.agenda.plans["duur"] * part
    asked = poor.reading.plans["fte"].add(per_year, fill_value=0.0)
    people = poor.budgets["budget"] * part
    budgets = poor.budgets.assign(budget=3 * poor.budgets["budget"])
    rich = replace(
        poor, budgets=budgets.assign(fte=people),
        reading=replace(poor.reading, plans=poor.reading.plans.assign(fte=asked)),
    )  # fmt: skip
    other = make_dia(2024, rich, city, {}, exact)
    assert other is not None
    money = make_dia(2024, replace(poor, budgets=budgets), city, {}, exact)
    assert money is not None and not money.starts.equals(one.starts)
    for files in (
        [partner_files(agenda_tables(dia)) for dia in (one, other)],
        [_table_page(dia, city) for dia in (one, other)],
    ):
        assert files[0] == files[1]
