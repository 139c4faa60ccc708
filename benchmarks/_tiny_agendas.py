"""Tiny random agendas with every kind of rule in them, and the best of all their schedules."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.programme.check import Checker
from sia.agenda.programme.inputs import Agenda

START = 2025


def random_agenda(seed: int, most: int = 5, years: int = 4, committed: float = 0.15) -> Agenda:
    """Return an agenda with every kind of rule in it."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, most + 1))
    end = START + years - 1
    names = [f"P{i}" for i in range(n)]
    first = rng.integers(START, end + 1, n)
    last = np.minimum(first + rng.integers(0, years, n), end)
    partners = rng.choice(["A", "B"], n)
    cost = rng.integers(0, 500, n) * 1000.0
    plans = pd.DataFrame(
        {
            "partner": partners,
            "titel": names,
            "soort": "riolering",
            "kosten": cost,
            "eigen": cost * rng.choice([1.0, 0.5], n),
            "fte": np.where(rng.random(n) < 0.2, np.nan, rng.integers(1, 5, n) / 2),
            "duur": rng.integers(1, 3, n),
            "eerste": first,
            "laatste": last,
            "voorkeur": first + (rng.random(n) * (last - first + 1)).astype(int),
            "verplicht": rng.random(n) < committed,
            "urgentie": rng.random(n),
            "urgentie_bekend": True,
            "zekerheid": rng.uniform(0.3, 1.0, n),
            "hernieuwt": rng.random(n) < 0.6,
            "geluid": rng.choice([0.0, 0.5], n),
            "vertrouwelijkheid": "partners",
        },
        index=pd.Index(names, name="plan"),
    )
    openings = [
        (f"plek {rng.integers(0, 2)}", p, float(rng.integers(0, 4) * 25_000.0))
        for p in names
        if rng.random() < 0.8
    ]
    openings += [("plek 2", p, 20_000.0) for p in names if rng.random() < 0.3]
    links = [
        (f"K{a}{b}", a, b, float(rng.integers(1, 20) * 1000))
        for a, b in itertools.combinations(names, 2)
        if rng.random() < 0.2
    ]
    order = [
        (b, a, int(rng.integers(0, 2)))
        for a, b in itertools.combinations(names, 2)
        if rng.random() < 0.15
    ]
    agreed = [("G1", p) for p in names[:2]] if rng.random() < 0.2 else []
    budgets = pd.DataFrame(
        [
            (k, t, np.nan if rng.random() < 0.1 else float(rng.integers(100, 700) * 1000),
             np.nan if rng.random() < 0.3 else float(rng.integers(1, 5)))
            for k in "AB" for t in range(START, end + 1)
        ],
        columns=["partner", "jaar", "budget", "fte"],
    )  # fmt: skip
    settings = ProgrammeSettings(
        START, end,
        straten_open=None if rng.random() < 0.2 else int(rng.integers(1, 3)),
        graafrust=int(rng.integers(0, 4)),
        hinder_drempel=float(rng.choice([0.5, 1.0, 2.0])),
        doorschuiven=float(rng.choice([0.0, 0.5, 1.0])),
        gat=0.0, tijd=20.0, threads=1,
    )  # fmt: skip
    if links and rng.random() < 0.3:
        links[0] = (*links[0], True)
    lain = [("plek 0", START - int(rng.integers(1, 4)))] if rng.random() < 0.2 else []
    scheme = {"van": START + int(rng.integers(0, 2)), "tot": end - int(rng.integers(0, 2)),
              "plafond": float(rng.integers(20, 200) * 1000)}  # fmt: skip
    given = [(p, "R", float(c) / 4, bool(rng.random() < 0.1))
             for p, c in zip(names, cost, strict=True) if rng.random() < 0.25]  # fmt: skip
    plek_buurt = pd.DataFrame(
        [("plek 0", "BU1"), ("plek 1", "BU1"), ("plek 1", "BU2"), ("plek 2", "BU2")],
        columns=["plek", "buurtcode"],
    )
    opened = pd.DataFrame(openings, columns=["plek", "plan", "opening"])
    return Agenda(
        plans=plans,
        openings=opened,
        plek_buurt=plek_buurt[plek_buurt["plek"].isin(set(opened["plek"]))],
        plan_buurt=pd.DataFrame({"plan": names, "buurtcode": rng.choice(["BU1", "BU2"], n)}),
        links=pd.DataFrame(
            [(*link, False)[:5] for link in links],
            columns=["kans", "a", "b", "waardering", "bindt"],
        ),
        voorgangers=pd.DataFrame(order, columns=["plan", "voorganger", "marge"]),
        afspraken=pd.DataFrame(agreed, columns=["groep", "plan"], dtype=str),
        budgets=budgets.set_index(["partner", "jaar"]),
        settings=settings,
        bezet=pd.DataFrame(lain, columns=["plek", "tot"]),
        regelingen=pd.DataFrame([scheme], index=pd.Index(["R"], name="bron")),
        bijdragen=pd.DataFrame(given, columns=["plan", "bron", "bedrag", "vrij"]),
    )


def every_schedule(agenda: Agenda) -> Iterator[dict[str, int]]:
    """Yield every choice of start years within the windows, leaving out included."""
    names = list(agenda.plans.index)
    options = [
        [*range(first, last + 1), None]
        for first, last in agenda.plans[["eerste", "laatste"]].itertuples(index=False)
    ]
    for years in itertools.product(*options):
        yield {p: y for p, y in zip(names, years, strict=True) if y is not None}


class PlainWorth:
    """The worth of a schedule, written once more from the formulas in the guide."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        self.plans = agenda.plans.to_dict("index")
        self.openings = list(agenda.openings.itertuples(index=False, name=None))
        self.links = list(agenda.links.itertuples(index=False, name=None))
        self.codes: dict[str, list[str]] = {}
        for plek, code in agenda.plek_buurt.itertuples(index=False, name=None):
            self.codes.setdefault(plek, []).append(code)
        self.home = list(agenda.plan_buurt.itertuples(index=False, name=None))

    @staticmethod
    def value(row: dict[Hashable, Any]) -> float:
        people = 0.0 if np.isnan(row["fte"]) else 80_000 * row["fte"] * row["duur"]
        return float(max(row["kosten"], people, 25_000))

    def active(self, plan: str, chosen: dict[str, int]) -> list[int]:
        if plan not in chosen:
            return []
        last = min(chosen[plan] + self.plans[plan]["duur"] - 1, self.agenda.settings.eind)
        return list(range(chosen[plan], last + 1))

    def __call__(
        self, chosen: dict[str, int], current: dict[str, int | None] | None = None
    ) -> float:
        total = 0.0
        for plan, year in chosen.items():
            row = self.plans[plan]
            u, v = row["urgentie"], self.value(row)
            total += 0.6 * v * (1 + u) * max(row["zekerheid"], 0.05)
            late = max(year - row["voorkeur"], 0)
            early = max(row["voorkeur"] - year, 0)
            total -= 0.03 * v * (1 + u) * late
            total -= v * (1 - 1.0225**-early)
        total += self.savings(chosen) - self.peaks(chosen)
        for _, a, b, value, _ in self.links:
            if set(self.active(a, chosen)) & set(self.active(b, chosen)):
                total += value
        return total - (0.0 if current is None else self.moves(chosen, current))

    def savings(self, chosen: dict[str, int]) -> float:
        shared: dict[tuple[str, int], list[float]] = {}
        for plek, plan, f in self.openings:
            if plan in chosen:
                shared.setdefault((plek, chosen[plan]), []).append(f)
        return sum(sum(fs) - max(fs) for fs in shared.values())

    def peaks(self, chosen: dict[str, int]) -> float:
        lying = {
            (code, t, plek)
            for plek, plan, _ in self.openings
            for t in self.active(plan, chosen)
            for code in self.codes[plek]
        }
        points: dict[tuple[str, int], float] = {}
        for code, t, _ in lying:
            points[code, t] = points.get((code, t), 0.0) + 1.0
        for plan, code in self.home:
            for t in self.active(plan, chosen):
                points[code, t] = points.get((code, t), 0.0) + self.plans[plan]["geluid"]
        floor = self.agenda.settings.hinder_drempel
        return 10_000 * sum(max(p - floor, 0.0) for p in points.values())

    def moves(self, chosen: dict[str, int], current: dict[str, int | None]) -> float:
        weight = self.agenda.settings.stabiliteit
        total = 0.0
        for plan, row in self.plans.items():
            if plan not in current:
                continue
            new, old = chosen.get(plan), current[plan]
            if new is not None and old is not None:
                total += weight * self.value(row) * abs(new - old)
            elif new != old:
                total += weight * self.value(row)
        return total


def best_by_trying(agenda: Agenda, current: dict[str, int | None] | None = None) -> float | None:
    """Return the worth of the best schedule that breaks no rule; None when there is none.

    A commitment stays in the year of `current` when its window holds it and no agreement moves it.
    """
    value = PlainWorth(agenda)
    plans = agenda.plans.copy()
    bound = agenda.links[agenda.links["bindt"].astype(bool)]
    tied = {*agenda.afspraken["plan"], *bound["a"], *bound["b"]}
    for plan, year in (current or {}).items():
        first, last, must = plans.loc[plan, ["eerste", "laatste", "verplicht"]]
        if year is not None and must and plan not in tied and first <= year <= last:
            plans.loc[plan, ["eerste", "laatste"]] = year
    agenda = replace(agenda, plans=plans)
    checker = Checker(agenda)
    fine = [value(s, current) for s in every_schedule(agenda) if not checker.violations(s)]
    return max(fine) if fine else None
