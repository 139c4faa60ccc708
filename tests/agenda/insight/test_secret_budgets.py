"""What the tables of the partners tell about a budget that was given to calculate with only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sia.agenda.dia import Dia
from sia.agenda.output.tables import agenda_tables
from sia.agenda.reading.openness import view

Tables = dict[str, pd.DataFrame]


def _given_to(dia: Dia) -> Tables:
    """Return everything that a partner gets, as another partner may see it."""
    return {name: view(table, "partners") for name, table in agenda_tables(dia).items()}


def _bounds(tables: Tables) -> dict[tuple[str, int], tuple[float, float]]:
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
    merged: dict[tuple[str, int], tuple[float, float]] = {}
    for tables in editions:
        for key, (low, high) in _bounds(tables).items():
            before = merged.get(key, (0.0, np.inf))
            merged[key] = (max(low, before[0]), min(high, before[1]))
    true = budgets.set_index(["partner", "jaar"])["budget"]
    return {
        key for key, (low, high) in merged.items()
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


def test_the_same_attack_succeeds_on_an_open_book(dia: Dia) -> None:
    open_books = replace(dia.delivered, budgets=dia.delivered.budgets.assign(delen="partners"))
    shared = _given_to(replace(dia, delivered=open_books))
    assert _recovered([shared], dia.delivered.budgets)
