"""What the tables of the partners tell about a budget that was given to calculate with only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from sia.agenda.dia import Dia, DiaSettings, make_dia
from sia.agenda.insight.publication import public_money
from sia.agenda.insight.whatif import without_secrets
from sia.agenda.output.tables import agenda_tables, kept_tables
from sia.agenda.programme.optimise import use_of_means
from sia.agenda.programme.reasons import Trial
from sia.agenda.reading.deliveries import Deliveries
from sia.agenda.reading.openness import view
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


def _squeezed(dia: Dia, bounds: Bounds) -> Bounds:
    """Add what follows from plans without a place that every rule but money and people allows.

    The attacker holds plans, streets, order, schemes and years, so it can try every rule that needs
    no budget. What fits all of those and asks no people, lacks money: that bounds the budget.
    """
    closed = set(dia.plans["partner"]) - dia.delivered.open_books
    trial = Trial(without_secrets(dia.agenda, closed), dia.starts)
    used = use_of_means(dia.agenda, dia.starts).set_index(["partner", "jaar"])["gebruik"]
    found = dict(bounds)
    for plan in map(str, dia.starts.index[dia.starts.isna()]):
        row = dia.agenda.plans.loc[plan]
        if row["fte"] > 0 or row["partner"] not in closed or row["duur"] != 1:
            continue
        for year in trial.options(plan):
            if not trial.obstacles(plan, year):
                key = (str(row["partner"]), year)
                low, high = found.get(key, (0.0, np.inf))
                found[key] = (low, min(high, float(used[key] + row["eigen"])))
    return found


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
    dia: Dia, delivered: Deliveries, city: City, choices: DiaSettings
) -> None:
    quick = replace(choices, programme=replace(choices.programme, gat=0.01))
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
        now = _squeezed(made, _bounds(tables))
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


def test_a_plan_without_people_that_strands_bounds_the_budget_as_the_guide_says(
    delivered: Deliveries, city: City, choices: DiaSettings
) -> None:
    plans = delivered.reading.plans
    given = replace(delivered, reading=replace(delivered.reading, plans=plans.assign(fte=0.0)))
    made = make_dia(2024, given, city, {}, choices)
    assert made is not None
    true = given.budgets.set_index(["partner", "jaar"])["budget"]
    tables = _given_to(made)
    assert (
        _pinned(_bounds(tables), true) == set() != _pinned(_squeezed(made, _bounds(tables)), true)
    )
