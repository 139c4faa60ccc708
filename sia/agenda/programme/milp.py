"""The agenda as a mixed-integer linear programme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sia.agenda.programme.inputs import Agenda, bound_pairs, schedule
from sia.agenda.programme.solver import Model, RowName, Term
from sia.agenda.programme.worth import delay_cost, early_loss, leave_out_price, value

EURO = 1e-3
"""Amounts enter the matrix in thousand euro, so that its coefficients stay within a few orders."""


def _numbers(series: pd.Series) -> dict[str, float]:
    return {str(name): float(value) for name, value in series.items()}


def _lists(groups: Iterable[tuple[Any, Iterable[Any]]]) -> dict[str, list[str]]:
    return {str(key): [str(member) for member in members] for key, members in groups}


class Builder:
    """Builds the model of an agenda; keeps where every variable stands.

    `current`: The agreed schedule, for re-planning.

    x(p, s) = 1 when plan p starts in year s. For a place that several works share, sorted by
    their opening cost f, v(a, l, t) = 1 when a work of level l or higher opens place a in year t;
    it costs the step from level l-1 to l, so that together they cost the largest f once. Once x is
    whole the cheapest v is whole too, so v needs no integrality. One constraint
    ``v(a, l, t) >= x(p, t)`` per work keeps the relaxation tight.
    """

    def __init__(self, agenda: Agenda, current: pd.Series | None = None) -> None:
        self.agenda = agenda
        self.settings = agenda.settings
        self.model = Model()
        self.x: dict[tuple[str, int], int] = {}
        self.options: dict[str, list[int]] = {}
        self.duration = {str(p): int(d) for p, d in agenda.plans["duur"].items()}
        self._limits = {(str(k), int(t)): (b, f) for (k, t), b, f in agenda.limits.itertuples()}
        self.level: dict[tuple[str, int, int], int] = {}
        self.levels: dict[str, list[float]] = {}
        self.open: dict[tuple[str, int], list[Term]] = {}
        self.carry: dict[tuple[str, int], int] = {}
        self.excess: dict[tuple[str, int], int] = {}
        self.joint: dict[tuple[int, int], int] = {}
        self._starts(current)
        self._active = self._activity()
        self._openings()
        self._precedence()
        self._agreements()
        self._means()
        self._subsidies()
        self._streets()
        self._links()

    def _starts(self, current: pd.Series | None) -> None:
        plans, p = self.agenda.plans, self.agenda.parameters
        spans = [range(a, b + 1) for a, b in zip(plans["eerste"], plans["laatste"], strict=True)]
        self.options = {
            str(plan): list(span) for plan, span in zip(plans.index, spans, strict=True)
        }
        # one row per plan and year in which it may start
        each = plans.loc[plans.index.repeat([len(span) for span in spans])]
        at = pd.Series([year for span in spans for year in span], index=each.index, dtype="int64")
        shared = self.agenda.openings.groupby("plan")["opening"].sum().reindex(each.index)
        gain = leave_out_price(each, p) + shared.fillna(0.0)
        gain = gain - delay_cost(each, at, p) - early_loss(each, at, p)
        cost = -EURO * (gain - self._moves(each, at, current)).to_numpy(dtype=float)
        self.model.offset = EURO * self._offset(current)
        for (plan, year), price in zip(at.items(), cost.tolist(), strict=True):
            self.x[str(plan), int(year)] = self.model.column(price, integer=True)
        for plan, must in plans["verplicht"].items():
            terms = [(self.x[str(plan), year], 1.0) for year in self.options[str(plan)]]
            name = RowName("eenmaal", str(plan), 0)
            self.model.row(terms, 1.0, name, 1.0 if must else 0.0)

    def _moves(
        self, each: pd.DataFrame, at: pd.Series, current: pd.Series | None
    ) -> pd.Series | float:
        """Cost of starting in a year relative to staying out, against the agreed schedule."""
        if current is None:
            return 0.0
        weight = self.settings.stabiliteit * value(each, self.agenda.parameters)
        old = current.reindex(each.index).astype("Float64").astype(float)
        moved = ((at - old).abs() - 1.0).fillna(1.0)
        return weight * moved.where(each.index.isin(current.index), 0.0)

    def _offset(self, current: pd.Series | None) -> float:
        """Constant part of the cost to minimise: agreed plans that stay out pay one year."""
        if current is None:
            return 0.0
        plans = self.agenda.plans
        agreed = plans[current.reindex(plans.index).notna()]
        return self.settings.stabiliteit * float(value(agreed, self.agenda.parameters).sum())

    def _activity(self) -> dict[tuple[str, int], list[Term]]:
        active: dict[tuple[str, int], list[Term]] = {}
        for (plan, year), column in self.x.items():
            for t in range(year, year + self.duration[plan]):
                active.setdefault((plan, t), []).append((column, 1.0))
        return active

    def _openings(self) -> None:
        self._lain_open()
        for plek, rows in self.agenda.openings.groupby("plek", sort=True):
            members = list(rows[["plan", "opening"]].itertuples(index=False, name=None))
            if len(members) == 1:
                plan, cost = members[0]
                self._single(str(plek), str(plan), float(cost))
            else:
                self._shared(str(plek), [(str(p), float(f)) for p, f in members])

    def _lain_open(self) -> None:
        """Keep the rest after works that are over."""
        until = dict(self.agenda.bezet[["plek", "tot"]].itertuples(index=False, name=None))
        here = self.agenda.openings[self.agenda.openings["plek"].isin(list(until))]
        for plek, plan in here[["plek", "plan"]].itertuples(index=False, name=None):
            soon = until[plek] + self.settings.graafrust
            early = [(self.x[plan, t], 1.0) for t in self.options[plan] if t < soon]
            if early and self.settings.graafrust > 0:
                self.model.row(early, 0.0, RowName("graafrust", f"{plek} {plan}", until[plek]))

    def _single(self, plek: str, plan: str, cost: float) -> None:
        """Add a place of one work: its opening is paid whenever it starts."""
        for year in self.options[plan]:
            self.model.cost[self.x[plan, year]] += EURO * cost
        for t in self.settings.jaren:
            terms = self._active.get((plan, t), [])
            if terms:
                self.open[plek, t] = terms

    def _shared(self, plek: str, members: list[tuple[str, float]]) -> None:
        self.levels[plek] = sorted({f for _, f in members})
        steps = np.diff([0.0, *self.levels[plek]])
        years = sorted({year for plan, _ in members for year in self.options[plan]})
        for t in years:
            for depth, step in enumerate(steps):
                at_least = [p for p, f in members if f >= self.levels[plek][depth]]
                terms = [self.x[p, t] for p in at_least if (p, t) in self.x]
                if not terms:
                    continue
                column = self.model.column(EURO * float(step))
                self.level[plek, depth, t] = column
                for x in terms:
                    self.model.row([(x, 1.0), (column, -1.0)], 0.0, RowName("opening", plek, t))
        self._open_years(plek, [p for p, _ in members])
        self._rest(plek, [p for p, _ in members], years)

    def _open_years(self, plek: str, plans: list[str]) -> None:
        if all(self.duration[p] == 1 for p in plans):
            for t in self.settings.jaren:
                if (plek, 0, t) in self.level:
                    self.open[plek, t] = [(self.level[plek, 0, t], 1.0)]
            return
        for t in self.settings.jaren:
            active = [self._active[p, t] for p in plans if (p, t) in self._active]
            if active:
                column = self.model.column()
                self.open[plek, t] = [(column, 1.0)]
                for terms in active:
                    self.model.row([*terms, (column, -1.0)], 0.0, RowName("open", plek, t))

    def _rest(self, plek: str, plans: list[str], years: list[int]) -> None:
        """Graafrust: after an opening no other until `graafrust` years past the end of the work."""
        rest = self.settings.graafrust
        for t in years if rest > 0 else ():
            terms = [
                (self.level[plek, 0, h], 1.0)
                for h in range(t, t + rest)
                if (plek, 0, h) in self.level
            ]
            if len(terms) > 1:
                self.model.row(terms, 1.0, RowName("graafrust", plek, t))
            for plan in plans:
                long = range(t - rest - self.duration[plan] + 2, t)
                still = [(self.x[plan, s], 1.0) for s in self.options[plan] if s in long]
                if still and self.duration[plan] > 1 and (plek, 0, t) in self.level:
                    name = RowName("graafrust", f"{plek} {plan}", t)
                    self.model.row([*still, (self.level[plek, 0, t], 1.0)], 1.0, name)

    def _precedence(self) -> None:
        rows = self.agenda.voorgangers[["plan", "voorganger", "marge"]]
        for plan, before, gap in rows.itertuples(index=False, name=None):
            for t in self.options[plan]:
                terms = [(self.x[plan, s], 1.0) for s in self.options[plan] if s <= t]
                done = [(self.x[before, s], -1.0) for s in self.options[before] if s <= t - gap]
                self.model.row([*terms, *done], 0.0, RowName("volgorde", f"{before} > {plan}", t))

    def _agreements(self) -> None:
        for group, rows in self.agenda.afspraken.groupby("groep", sort=True):
            first, *others = sorted(rows["plan"])
            for other in others:
                years = sorted({*self.options[first], *self.options[other]})
                for t in years:
                    terms = [
                        (self.x[plan, t], sign)
                        for plan, sign in ((first, 1.0), (other, -1.0))
                        if (plan, t) in self.x
                    ]
                    name = RowName("afspraak", f"{group} {first} {other}", t)
                    self.model.row(terms, 0.0, name, 0.0)
        for kans, a, b in bound_pairs(self.agenda):
            for one, other in ((a, b), (b, a)):
                self._under_way_with(kans, one, other)

    def _under_way_with(self, kans: str, one: str, other: str) -> None:
        """Let a plan start only in years in which the other is under way with it."""
        for t in self.options[one]:
            overlaps = range(t - self.duration[other] + 1, t + self.duration[one])
            terms = [(self.x[other, s], -1.0) for s in self.options[other] if s in overlaps]
            name = RowName("afspraak", f"{kans} {one} {other}", t)
            self.model.row([(self.x[one, t], 1.0), *terms], 0.0, name)

    def _subsidies(self) -> None:
        """Let works that count on a scheme start in its years, for no more than its ceiling."""
        given = self.agenda.bijdragen
        for bron, scheme in self.agenda.regelingen.iterrows():
            asked = given[given["bron"] == bron]
            use = [
                (self.x[plan, t], EURO * amount)
                for plan, amount in asked[["plan", "bedrag"]].itertuples(index=False, name=None)
                for t in self.options[plan]
            ]
            if use:
                self.model.row(use, EURO * scheme["plafond"], RowName("plafond", str(bron), 0))
            for plan in asked.loc[~asked["vrij"].astype(bool), "plan"]:
                outside = [
                    (self.x[plan, t], 1.0)
                    for t in self.options[plan]
                    if not scheme["van"] <= t <= scheme["tot"]
                ]
                if outside:
                    self.model.row(outside, 0.0, RowName("regeling", f"{bron} {plan}", 0))

    def _means(self) -> None:
        """Budget with carry-over, and people, per partner and year, to the end of all works."""
        plans = self.agenda.plans
        yearly = _numbers(EURO * plans["eigen"] / plans["duur"])
        people = _numbers(plans["fte"].fillna(0.0))
        of_partner = _lists(plans["partner"].index.to_series().groupby(plans["partner"]))
        for partner, members in sorted(of_partner.items()):
            before: int | None = None
            for t in sorted(year for name, year in self._limits if name == partner):
                budget, fte = self._limits[partner, t]
                use = self._use(members, t, yearly)
                if use or self.settings.doorschuiven > 0:
                    before = self._budget_row(partner, t, use, EURO * budget, before)
                work = self._use(members, t, people)
                if work:
                    self.model.row(work, fte, RowName("fte", partner, t))

    def _use(self, members: list[str], t: int, amount: Mapping[str, float]) -> list[Term]:
        return [
            (column, amount[p])
            for p in members
            if amount[p] > 0
            for column, _ in self._active.get((p, t), [])
        ]

    def _budget_row(
        self, partner: str, t: int, use: list[Term], budget: float, before: int | None
    ) -> int | None:
        terms = list(use)
        column: int | None = None
        if self.settings.doorschuiven > 0:
            column = self.model.column(upper=self.settings.doorschuiven * budget)
            self.carry[partner, t] = column
            terms.append((column, 1.0))
        if before is not None:
            terms.append((before, -1.0))
        self.model.row(terms, budget, RowName("budget", partner, t))
        return column

    def _streets(self) -> None:
        """Cap on open places, and the price of nuisance above the threshold."""
        p = self.agenda.parameters
        places = _lists(self.agenda.plek_buurt.groupby("buurtcode")["plek"])
        loud = _numbers(self.agenda.plans["geluid"][self.agenda.plans["geluid"] > 0])
        here = self.agenda.plan_buurt[self.agenda.plan_buurt["plan"].isin(list(loud))]
        noisy = _lists(here.groupby("buurtcode")["plan"])
        for code in sorted({*places, *noisy}):
            for t in self.settings.jaren:
                opened = [term for a in places.get(code, []) for term in self.open.get((a, t), [])]
                count = sum((a, t) in self.open for a in places.get(code, []))
                cap = self.settings.straten_open
                if cap is not None and count > cap:
                    self.model.row(opened, float(cap), RowName("straten", code, t))
                points = [(c, f * p.hinder["straat open"]) for c, f in opened]
                noise = [
                    (c, loud[plan])
                    for plan in noisy.get(code, [])
                    for c, _ in self._active.get((plan, t), [])
                ]
                self._peak(code, t, points + noise)

    def _peak(self, code: str, t: int, points: list[Term]) -> None:
        most = sum(factor for _, factor in points)
        price = self.agenda.parameters.hinderpiek
        if most > self.settings.hinder_drempel and price > 0:
            column = self.model.column(EURO * price, upper=most)
            self.excess[code, t] = column
            name = RowName("hinder", code, t)
            self.model.row([*points, (column, -1.0)], self.settings.hinder_drempel, name)

    def _links(self) -> None:
        rows = self.agenda.links[["a", "b", "waardering"]].itertuples(index=False, name=None)
        for position, (a, b, gain) in enumerate(rows):
            chosen: list[Term] = []
            for t in self.settings.jaren:
                both = [self._active.get((plan, t), []) for plan in (a, b)]
                if not all(both):
                    continue
                column = self.model.column(-EURO * gain)
                self.joint[position, t] = column
                chosen.append((column, 1.0))
                for terms in both:
                    less = [(c, -f) for c, f in terms]
                    self.model.row([(column, 1.0), *less], 0.0, RowName("samen", f"{a}+{b}", t))
            if len(chosen) > 1:
                self.model.row(chosen, 1.0, RowName("samen", f"{a}+{b}", 0))

    def starts_of(self, values: np.ndarray) -> pd.Series:
        """Read the start years from a solution: Int64, NA where left out."""
        chosen = {plan: year for (plan, year), c in self.x.items() if values[c] > 0.5}
        return schedule(chosen, self.agenda.plans.index)

    def columns_of(self, starts: pd.Series) -> np.ndarray:
        """Return the full solution that belongs to a schedule, as a start for the solver."""
        values = np.zeros(len(self.model.cost))
        chosen = {str(p): int(y) for p, y in starts.dropna().items()}
        for plan, start in chosen.items():
            values[self.x[plan, start]] = 1.0
        rows = self.agenda.openings[["plek", "plan", "opening"]]
        for plek, plan, f in rows.itertuples(index=False, name=None):
            year = chosen.get(plan)
            if year is not None:
                for depth, floor in enumerate(self.levels.get(plek, [])):
                    if f >= floor:
                        values[self.level[plek, depth, year]] = 1.0
            for t in self._years(plan, year):
                if plek in self.levels:
                    values[[c for c, _ in self.open[plek, t]]] = 1.0
        self._fill_rest(values, chosen)
        return values

    def _years(self, plan: str, year: int | None) -> range:
        if year is None:
            return range(0)
        return range(year, min(year + self.duration[plan], self.settings.eind + 1))

    def _fill_rest(self, values: np.ndarray, chosen: dict[str, int]) -> None:
        """Set the columns that follow from the others: links, carry-over, nuisance peaks."""
        pairs = list(self.agenda.links[["a", "b"]].itertuples(index=False, name=None))
        for position, (a, b) in enumerate(pairs):
            years = set(self._years(a, chosen.get(a))) & set(self._years(b, chosen.get(b)))
            if years:
                values[self.joint[position, min(years)]] = 1.0
        rows = {name: i for i, name in enumerate(self.model.names)}
        for (code, t), column in self.excess.items():
            row = rows[RowName("hinder", code, t)]
            values[column] = max(self._activity_of(row, values) - self.model.row_upper[row], 0.0)
        for (partner, t), column in sorted(self.carry.items()):
            at = rows[RowName("budget", partner, t)]
            room = self.model.row_upper[at] - self._activity_of(at, values)
            values[column] = min(max(room, 0.0), self.model.upper[column])

    def _activity_of(self, row: int, values: np.ndarray) -> float:
        span = slice(self.model.starts[row], self.model.starts[row + 1])
        return float(np.dot(values[self.model.index[span]], self.model.value[span]))

    def row_slack(self, values: np.ndarray) -> pd.DataFrame:
        """Return per constraint its upper bound, use and room (``soort``, ``wie``, ``jaar``)."""
        use = [self._activity_of(i, values) for i in range(len(self.model.names))]
        frame = pd.DataFrame(
            [(n.soort, n.wie, n.jaar) for n in self.model.names], columns=["soort", "wie", "jaar"]
        )
        frame["grens"] = self.model.row_upper
        frame["gebruik"] = use
        frame["ruimte"] = frame["grens"] - frame["gebruik"]
        return frame
