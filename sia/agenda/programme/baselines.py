"""What a programme is compared with: everybody alone, and a planner who takes plans in turn."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sia.agenda.programme.inputs import Agenda, restrict, schedule, tied_plans
from sia.agenda.programme.milp import Builder
from sia.agenda.programme.solver import run
from sia.agenda.programme.worth import leave_out_price


def alone(agenda: Agenda) -> pd.Series:
    """Return the schedule when every partner plans for itself.

    Returns (index ``plan``): Start years (Int64, NA left out): each partner's own optimum within
        its windows, budget, people, subsidies and its own precedence, blind to others' plans,
        shared openings, graafrust and street caps.
    """
    blind = replace(
        agenda,
        openings=agenda.openings.iloc[:0],
        plek_buurt=agenda.plek_buurt.iloc[:0],
        links=agenda.links.iloc[:0],
        afspraken=agenda.afspraken.iloc[:0],
        bezet=agenda.bezet.iloc[:0],
        settings=agenda.settings.but(hinder_drempel=float("inf")),
    )
    parts = []
    for _, members in sorted(agenda.plans.groupby("partner").groups.items()):
        builder = Builder(restrict(blind, pd.Index(members)))
        solved = run(builder.model, agenda.settings)
        if not solved.values.size:
            # What cannot be done within its own means stays out; the programme says so.
            parts.append(pd.Series(pd.NA, index=members, dtype="Int64"))
            continue
        parts.append(builder.starts_of(solved.values))
    if not parts:
        return pd.Series(dtype="Int64", name="start")
    joined: pd.Series = pd.concat(parts).reindex(agenda.plans.index).astype("Int64")
    return joined.rename("start")


def greedy(
    agenda: Agenda,
    current: pd.Series | None = None,
    builder: Builder | None = None,
    always: bool = False,
) -> pd.Series | None:
    """Return the schedule of a planner who places plans one by one, dearest to drop first.

    `current`: Agreed schedule: a plan keeps its year when it fits.
    `builder`: The model of the same agenda and schedule, when it is there already.
    `always`: Place a commitment that fits nowhere in its best year all the same.
    Returns: Committed plans come first, then by leave-out price, each after its predecessors; each
        gets the year that adds most at that moment. None when a commitment finds no place.
    """
    return _Greedy(agenda, builder or Builder(agenda, current), current).plan(always)


class _Greedy:
    """Keeps what is used while plans are placed one by one."""

    def __init__(self, agenda: Agenda, builder: Builder, current: pd.Series | None) -> None:
        self.builder = builder
        self.model = builder.model
        self.agenda = agenda
        self.agreed = {} if current is None else current.dropna().to_dict()
        self.rows_of: dict[int, list[tuple[int, float]]] = {}
        self.room = dict(enumerate(self.model.row_upper))
        kinds = {"budget", "fte", "volgorde", "regeling", "plafond"}
        x_columns = set(self.builder.x.values())
        for i, name in enumerate(self.model.names):
            if name.soort in kinds:
                span = range(self.model.starts[i], self.model.starts[i + 1])
                for k in span:
                    if self.model.index[k] in x_columns:
                        entry = (i, self.model.value[k])
                        self.rows_of.setdefault(self.model.index[k], []).append(entry)
        self.places: dict[str, list[tuple[str, float]]] = {}
        for plek, plan, f in agenda.openings[["plek", "plan", "opening"]].itertuples(
            index=False, name=None
        ):
            self.places.setdefault(plan, []).append((plek, f))
        self.buurten = {
            str(plek): [str(c) for c in codes]
            for plek, codes in agenda.plek_buurt.groupby("plek")["buurtcode"]
        }
        self.largest: dict[tuple[str, int], float] = {}
        self.opened: dict[str, set[tuple[int, int]]] = {}
        for plek, until in agenda.bezet[["plek", "tot"]].itertuples(index=False, name=None):
            self.opened[plek] = {(until, until)}
        self.lying: dict[tuple[str, int], set[str]] = {}
        self.start: dict[str, int] = {}
        self.visited: set[str] = set()
        self.groups, self.before = placed_with(agenda), _before(agenda)
        self.must = {str(plan): bool(must) for plan, must in agenda.plans["verplicht"].items()}

    def plan(self, always: bool) -> pd.Series | None:
        plans = self.agenda.plans
        price = leave_out_price(plans, self.agenda.parameters)
        order = pd.DataFrame({"must": ~plans["verplicht"], "price": -price}, index=plans.index)
        for plan in order.sort_values(["must", "price"], kind="stable").index:
            self._visit(str(plan), always)
        if any(must and plan not in self.start for plan, must in self.must.items()):
            return None
        return schedule(self.start, plans.index)

    def _visit(self, plan: str, always: bool) -> None:
        """Place a plan and those that go with it, after their predecessors."""
        group = self.groups.get(plan, [plan])
        if self.visited & set(group):
            return
        self.visited.update(group)
        for member in group:
            for before in self.before.get(member, []):
                self._visit(before, always)
        self._place(group, always)

    def _place(self, group: list[str], always: bool) -> None:
        common = set.intersection(*(set(self.builder.options[p]) for p in group))
        kept = {self.agreed.get(p) for p in group}
        options = sorted((t not in kept, self._cost(group, t), t) for t in common)
        must = any(self.must[p] for p in group)
        for _, cost, t in options:
            if (must or cost < 0) and self._fits(group, t):
                self._take(group, t)
                return
        for plan in group if must and always else ():
            self._take([plan], options[0][2] if options else self.builder.options[plan][0])

    def _cost(self, group: list[str], t: int) -> float:
        """Cost that placing the group in a year adds; negative is a gain."""
        total = 0.0
        for plan in group:
            total += self.model.cost[self.builder.x[plan, t]]
            for plek, f in self.places.get(plan, []):
                if plek in self.builder.levels:
                    total += 1e-3 * max(f - self.largest.get((plek, t), 0.0), 0.0)
        return total

    def _fits(self, group: list[str], t: int) -> bool:
        need: dict[int, float] = {}
        for plan in group:
            for row, factor in self.rows_of.get(self.builder.x[plan, t], []):
                need[row] = need.get(row, 0.0) + factor
        if any(amount > self.room[row] + 1e-9 for row, amount in need.items()):
            return False
        rest = self.agenda.settings.graafrust
        for plan in group if rest > 0 else ():
            end = t + self.builder.duration[plan] - 1
            for plek, _ in self.places.get(plan, []):
                if any(y != t and y < end + rest and t < last + rest
                       for y, last in self.opened.get(plek, ())):  # fmt: skip
                    return False
        return self._streets_fit(group, t)

    def _lies(self, group: list[str], t: int) -> set[tuple[str, int, str]]:
        """(buurt, year, place) that the group opens when it starts in year t."""
        found = set()
        for plan in group:
            for plek, _ in self.places.get(plan, []):
                for code in self.buurten[plek]:
                    years = range(t, t + self.builder.duration[plan])
                    found |= {(code, y, plek) for y in years}
        return found

    def _streets_fit(self, group: list[str], t: int) -> bool:
        cap = self.agenda.settings.straten_open
        if cap is None:
            return True
        more: dict[tuple[str, int], set[str]] = {}
        for code, y, plek in self._lies(group, t):
            more.setdefault((code, y), set()).add(plek)
        return all(len(self.lying.get(k, set()) | new) <= cap for k, new in more.items())

    def _take(self, group: list[str], t: int) -> None:
        for code, y, plek in self._lies(group, t):
            self.lying.setdefault((code, y), set()).add(plek)
        for plan in group:
            self.start[plan] = t
            for row, factor in self.rows_of.get(self.builder.x[plan, t], []):
                self.room[row] -= factor
            for plek, f in self.places.get(plan, []):
                span = (t, t + self.builder.duration[plan] - 1)
                self.opened.setdefault(plek, set()).add(span)
                self.largest[plek, t] = max(self.largest.get((plek, t), 0.0), f)


def placed_with(agenda: Agenda) -> dict[str, list[str]]:
    """Return per plan of an agreement all plans that are placed with it."""
    found: dict[str, set[str]] = {}
    for group in tied_plans(agenda):
        whole = group.union(*(found.get(p, set()) for p in group))
        found |= dict.fromkeys(whole, whole)
    return {plan: sorted(group) for plan, group in found.items()}


def _before(agenda: Agenda) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for plan, first in agenda.voorgangers[["plan", "voorganger"]].itertuples(index=False):
        found.setdefault(plan, []).append(first)
    return found
