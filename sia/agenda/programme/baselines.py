"""What a programme is compared with: everybody alone, and a planner who takes plans in turn."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sia.agenda.programme.inputs import Agenda, restrict
from sia.agenda.programme.milp import Builder
from sia.agenda.programme.solver import run
from sia.agenda.programme.worth import leave_out_price


def alone(agenda: Agenda) -> pd.Series:
    """Return the schedule when every partner plans for itself.

    Parameters
    ----------
    agenda : Agenda

    Returns
    -------
    Series, index ``plan``
        Start years (Int64, NA left out): each partner's own optimum within its windows, budget,
        people and its own precedence, blind to others' plans, shared openings, graafrust and
        street caps.
    """
    blind = replace(
        agenda,
        openings=agenda.openings.iloc[:0],
        plek_buurt=agenda.plek_buurt.iloc[:0],
        links=agenda.links.iloc[:0],
        afspraken=agenda.afspraken.iloc[:0],
        settings=replace(agenda.settings, hinder_drempel=float("inf")),
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
    agenda: Agenda, current: pd.Series | None = None, builder: Builder | None = None
) -> pd.Series | None:
    """Return the schedule of a planner who places plans one by one, dearest to drop first.

    Parameters
    ----------
    agenda : Agenda
    current : Series, optional
        Agreed schedule, for re-planning.
    builder : Builder, optional
        The model of the same agenda and schedule, when it is there already.

    Returns
    -------
    Series or None
        Committed plans come first, then by leave-out price; each gets the year that adds most at
        that moment. None when a committed plan finds no place.
    """
    return _Greedy(agenda, builder or Builder(agenda, current)).plan()


class _Greedy:
    """Keeps what is used while plans are placed one by one."""

    def __init__(self, agenda: Agenda, builder: Builder) -> None:
        self.builder = builder
        self.model = builder.model
        self.agenda = agenda
        self.rows_of: dict[int, list[tuple[int, float]]] = {}
        self.room = dict(enumerate(self.model.row_upper))
        kinds = {"budget", "fte", "volgorde"}
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
        self.opened: dict[str, set[int]] = {}
        self.lying: dict[tuple[str, int], set[str]] = {}
        self.start: dict[str, int] = {}
        self.must = {str(plan): bool(must) for plan, must in agenda.plans["verplicht"].items()}

    def plan(self) -> pd.Series | None:
        plans = self.agenda.plans
        price = leave_out_price(plans, self.agenda.parameters)
        order = pd.DataFrame({"must": ~plans["verplicht"], "price": -price}, index=plans.index)
        agreed = {
            str(plan): [str(m) for m in rows["plan"]]
            for _, rows in self.agenda.afspraken.groupby("groep")
            for plan in rows["plan"]
        }
        done: set[str] = set()
        for plan in order.sort_values(["must", "price"], kind="stable").index:
            group = agreed.get(str(plan), [str(plan)])
            if str(plan) in done:
                continue
            done.update(group)
            placed = self._place(group)
            if not placed and any(self.must[p] for p in group):
                return None
        return pd.Series(
            [self.start.get(str(p), pd.NA) for p in plans.index],
            index=plans.index,
            dtype="Int64",
            name="start",
        )

    def _place(self, group: list[str]) -> bool:
        common = set.intersection(*(set(self.builder.options[p]) for p in group))
        options = sorted(((self._cost(group, t), t) for t in common), key=lambda o: o)
        must = any(self.must[p] for p in group)
        for cost, t in options:
            if (must or cost < 0) and self._fits(group, t):
                self._take(group, t)
                return True
        return False

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
        for plan in group:
            for plek, _ in self.places.get(plan, []):
                if any(y != t and abs(y - t) < rest for y in self.opened.get(plek, ())):
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
                self.opened.setdefault(plek, set()).add(t)
                self.largest[plek, t] = max(self.largest.get((plek, t), 0.0), f)
