"""What the public totals tell to somebody who solves for the plans behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from sia.agenda.insight.publication import public_totals, spending

COLUMNS = ["plan", "partner", "start", "eind", "kosten", "vertrouwelijkheid", "buurtcodes"]
AREAS = pd.Series({"b1": "Noord", "b2": "Zuid"})


def _spent(*rows: tuple[object, ...]) -> pd.DataFrame:
    return spending(pd.DataFrame(rows, columns=COLUMNS).set_index("plan"), AREAS)


EVERY_YEAR = [
    ("A", "Gemeente", 2026, 2028, 3e6, "openbaar", "b1"),
    ("B", "Water", 2026, 2028, 3.3e6, "openbaar", "b1"),
    ("C", "Net", 2026, 2028, 3.6e6, "openbaar", "b1"),
]


@pytest.mark.parametrize(
    "more",
    [
        [("D", "Corporatie", 2027, 2027, 7.34e6, "partners", "b1")],
        [("D", "Corporatie", 2027, 2028, 7.34e6, "partners", "b1")],
        # two plans of one partner, that nobody else has
        [("D", "Corporatie", 2027, 2027, 4e6, "partners", "b1"),
         ("E", "Corporatie", 2027, 2027, 3.34e6, "partners", "b1")],
        # the difference is one amount because two others cancel out
        [("D", "Corporatie", 2027, 2027, 7.34e6, "partners", "b1"),
         ("F", "Water", 2026, 2026, 3e6, "partners", "b1"),
         ("G", "Net", 2027, 2027, 3e6, "partners", "b1")],
        # small ones beside it hide nothing
        [("D", "Corporatie", 2027, 2027, 7.34e6, "partners", "b1"),
         ("F", "Water", 2027, 2027, 7.4e5, "partners", "b1"),
         ("G", "Net", 2027, 2027, 7.4e5, "partners", "b1")],
    ],
)  # fmt: skip
def test_no_difference_of_years_is_somebodys_amount(more: list[tuple[object, ...]]) -> None:
    shown = public_totals(_spent(*EVERY_YEAR, *more)).set_index("jaar")["totaal"].dropna()
    assert len(shown)
    secret = 7.34e6 / (2 if more[0][3] == 2028 else 1)
    differences = [abs(x - y) for x in shown for y in shown]
    assert all(abs(d - secret) > 0.25 * secret for d in differences)


def test_no_difference_of_areas_or_editions_is_somebodys_amount() -> None:
    both = [(p, q, a, b, c, level, "b1;b2") for p, q, a, b, c, level, _ in EVERY_YEAR]
    extra = ("D", "Corporatie", 2027, 2027, 7.34e6, "partners", "b2")
    shown = public_totals(_spent(*both, extra))
    assert shown.query("gebied == 'Zuid' and jaar == 2027")["totaal"].isna().all()
    later = public_totals(_spent(*EVERY_YEAR, (*extra[:-1], "b1")), [_spent(*EVERY_YEAR)])
    assert later.set_index("jaar")["reden"].to_dict()[2027]


def _bounds(cells: list[dict[str, float]], sums: list[float], plan: str) -> tuple[float, float]:
    """Return what an attacker knows of one plan who knows its years and places, not its cost."""
    names = sorted({name for cell in cells for name in cell})
    matrix = np.array([[cell.get(name, 0.0) for name in names] for cell in cells])
    goal = np.array([float(name == plan) for name in names])
    low, high = (linprog(sign * goal, A_eq=matrix, b_eq=sums, bounds=(0, None)) for sign in (1, -1))
    return low.fun, -high.fun if high.status == 0 else np.inf


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_found_over_years_areas_and_editions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        (f"P{i}", f"Partner {rng.integers(5)}", int(a := rng.integers(2025, 2030)),
         int(a + rng.integers(0, 3)), float(rng.integers(1, 60) * 1e5),
         str(rng.choice(["openbaar", "partners"])), str(rng.choice(["b1", "b2", "b1;b2"])))
        for i in range(45)
    ]  # fmt: skip
    editions = [_spent(*rows[:43]), _spent(*rows)]
    cells, sums, shown = [], [], 0
    for at, table in enumerate(editions):
        whole = table.groupby(level=0)["kosten"].sum()
        totals = public_totals(table, editions[:at], rounding=1.0)
        for area, year in totals.dropna()[["gebied", "jaar"]].itertuples(index=False, name=None):
            cell = table[(table["gebied"] == area) & (table["jaar"] == year)]
            cells.append(dict(cell["kosten"] / whole[cell.index]))
            sums.append(float(cell["kosten"].sum()))
            shown += 1
    assert shown > 2
    for plan, _, _, _, cost, *_ in rows:
        low, high = _bounds(cells, sums, plan) if any(plan in c for c in cells) else (0, np.inf)
        assert low < 0.9 * cost or high > 1.1 * cost
