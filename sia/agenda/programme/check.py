"""An independent check of a programme: plain loops over plans, years and places, no solver."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from sia.agenda.programme.inputs import Agenda, bound_pairs
from sia.agenda.wording import euro, number
from sia.dutch import opsomming

_CENT = 0.01


@dataclass(frozen=True, order=True)
class Violation:
    """One rule that a schedule breaks.

    `soort`: venster, verplicht, budget, fte, straten, graafrust, volgorde, afspraak, regeling or
        plafond.
    `wie`: Plan, partner, buurt, place or scheme.
    `jaar`: 0 where it has no year.
    `tekort`: How much too much: euro, fte, places, years.
    `zin`: Dutch sentence.
    `plannen`: The plans that break it together.
    """

    soort: str
    wie: str
    jaar: int
    tekort: float
    zin: str
    plannen: tuple[str, ...]


def violations(agenda: Agenda, starts: pd.Series) -> list[Violation]:
    """Return every rule that a schedule breaks; an empty list when it keeps them all."""
    chosen = {str(plan): int(year) for plan, year in starts.dropna().items()}
    return Checker(agenda).violations(chosen)


class Checker:
    """Checks schedules of one agenda."""

    def __init__(self, agenda: Agenda) -> None:
        self.settings = agenda.settings
        self.limits = {key: (budget, fte) for key, budget, fte in agenda.limits.itertuples()}
        self.plans: dict[str, Any] = {str(row.Index): row for row in agenda.plans.itertuples()}
        self.windows = self.plans
        self.of_partner: dict[str, list[str]] = {}
        for plan, row in self.plans.items():
            self.of_partner.setdefault(row.partner, []).append(plan)
        self.places = _lists(agenda.openings[["plek", "plan"]])
        self.codes = _lists(agenda.plek_buurt[["plek", "buurtcode"]])
        self.closed = dict(agenda.bezet[["plek", "tot"]].itertuples(index=False, name=None))
        self.places_of = _lists(agenda.openings[["plan", "plek"]])
        self.places_in = _lists(agenda.plek_buurt[["buurtcode", "plek"]])
        order = agenda.voorgangers[["plan", "voorganger", "marge"]]
        self.order = list(order.itertuples(index=False, name=None))
        self.groups = _lists(agenda.afspraken[["groep", "plan"]])
        self.pairs = bound_pairs(agenda)
        self.schemes = agenda.regelingen.to_dict("index")
        given = agenda.bijdragen[["plan", "bron", "bedrag", "vrij"]]
        self.given = list(given.itertuples(index=False, name=None))

    def around(self, plans: Collection[str]) -> Checker:
        """Return the checker of only the rules in which these plans have a part."""
        near = copy(self)
        near.windows = {p: self.plans[p] for p in plans}
        partners = {row.partner for row in near.windows.values()}
        near.of_partner = {k: self.of_partner[k] for k in partners}
        own = {q for plan in plans for q in self.places_of.get(plan, [])}
        codes = {code for q in own for code in self.codes.get(q, [])}
        here = own.union(*(self.places_in[code] for code in codes))
        near.places = {q: self.places[q] for q in sorted(here) if q in self.places}
        near.codes = {q: [c for c in self.codes.get(q, []) if c in codes] for q in near.places}
        near.order = [row for row in self.order if row[0] in plans or row[1] in plans]
        near.groups = {g: p for g, p in self.groups.items() if not set(p).isdisjoint(plans)}
        near.pairs = [pair for pair in self.pairs if pair[1] in plans or pair[2] in plans]
        used = {row[1] for row in self.given if row[0] in plans}
        near.schemes = {bron: row for bron, row in self.schemes.items() if bron in used}
        return near

    def name(self, plan: str) -> str:
        """Return a plan as its title and number."""
        return f"{self.plans[plan].titel} ({plan})" if plan in self.plans else plan

    def scheme(self, bron: Hashable) -> str:
        """Return a subsidy as its name, else as its number."""
        return str(self.schemes.get(bron, {}).get("naam", bron))

    def names(self, plans: Iterable[str]) -> str:
        """Return the first few plans as titles and numbers."""
        known = sorted(plans)
        more = [] if len(known) <= 4 else [f"{len(known) - 3} andere"]
        return opsomming([*map(self.name, known[:3] if more else known), *more])

    def violations(self, chosen: dict[str, int]) -> list[Violation]:
        """Return every rule that ``{plan: start year}`` breaks, sorted."""
        rules = (
            self._windows, self._means, self._streets, self._rest, self._order, self._agreed,
            self._subsidies,
        )  # fmt: skip
        return sorted(violation for rule in rules for violation in rule(chosen))

    def _windows(self, chosen: dict[str, int]) -> Iterator[Violation]:
        for plan, row in self.windows.items():
            year = chosen.get(plan)
            if year is None:
                if row.verplicht:
                    zin = f"{self.name(plan)} is vastgesteld maar staat er niet in."
                    yield Violation("verplicht", plan, 0, 1.0, zin, (plan,))
            elif not row.eerste <= year <= row.laatste:
                zin = f"{self.name(plan)} start in {year}, buiten {row.eerste}-{row.laatste}."
                yield Violation("venster", plan, year, 1.0, zin, (plan,))
        for plan in sorted(set(chosen) - set(self.plans)):
            yield Violation("venster", plan, chosen[plan], 1.0, f"Plan {plan} bestaat niet.", ())

    def _runs(self, plan: str, chosen: dict[str, int], t: int) -> bool:
        return plan in chosen and chosen[plan] <= t < chosen[plan] + self.plans[plan].duur

    def _means(self, chosen: dict[str, int]) -> Iterator[Violation]:
        longest = max((row.duur for row in self.plans.values()), default=1)
        for partner, own in self.of_partner.items():
            carried = 0.0
            for t in range(self.settings.start, self.settings.eind + longest):
                running = [p for p in own if self._runs(p, chosen, t)]
                budget, fte = self.limits[partner, t]
                spent = sum(self.plans[p].eigen / self.plans[p].duur for p in running)
                short = spent - budget - carried
                if short > _CENT + 1e-6 * budget:
                    paying = tuple(p for p in running if self.plans[p].eigen > 0)
                    zin = f"{partner} komt in {t} {euro(short)} tekort: {self.names(paying)}."
                    yield Violation("budget", partner, t, short, zin, paying)
                carried = min(max(-short, 0.0), self.settings.doorschuiven * budget)
                yield from self._people(partner, t, running, fte)

    def _people(self, partner: str, t: int, running: list[str], fte: float) -> Iterator[Violation]:
        working = tuple(p for p in running if self.plans[p].fte > 0)
        work = sum(self.plans[p].fte for p in working)
        if work - fte > 1e-5:
            zin = f"{partner} komt in {t} {number(work - fte)} fte tekort: {self.names(working)}."
            yield Violation("fte", partner, t, work - fte, zin, working)

    def _streets(self, chosen: dict[str, int]) -> Iterator[Violation]:
        cap = self.settings.straten_open
        for t in self.settings.jaren if cap is not None else ():
            opened: dict[str, list[str]] = {}
            for plek, plans in self.places.items():
                if any(self._runs(p, chosen, t) for p in plans):
                    for code in self.codes.get(plek, []):
                        opened.setdefault(code, []).append(plek)
            for code, places in opened.items():
                if cap is not None and len(places) > cap:
                    at = {p for q in places for p in self.places[q] if self._runs(p, chosen, t)}
                    zin = (
                        f"In buurt {code} liggen in {t} {len(places)} straten open; {cap} mag: "
                        f"{self.names(at)}."
                    )
                    over = float(len(places) - cap)
                    yield Violation("straten", code, t, over, zin, tuple(sorted(at)))

    def _rest(self, chosen: dict[str, int]) -> Iterator[Violation]:
        rest = self.settings.graafrust
        for plek, plans in self.places.items() if rest > 0 else ():
            here = sorted((chosen[p], p) for p in plans if p in chosen)
            for year, plan in here:
                short = self.closed.get(plek, year - rest) + rest - year
                if short > 0:
                    zin = (
                        f"{self.name(plan)} begint in {year}, maar de straat lag open tot in "
                        f"{self.closed[plek]} en heeft rust tot {self.closed[plek] + rest}."
                    )
                    yield Violation("graafrust", plek, year, float(short), zin, (plan,))
            for (first, one), (later, other) in combinations(here, 2):
                end = first + self.plans[one].duur - 1
                if first < later < end + rest:
                    zin = (
                        f"{self.name(other)} ({self.plans[other].partner}) opent in {later} de "
                        f"straat van {self.name(one)} ({self.plans[one].partner}), die tot in "
                        f"{end} openligt en rust heeft tot {end + rest}."
                    )
                    over = float(end + rest - later)
                    yield Violation("graafrust", plek, later, over, zin, (one, other))

    def _order(self, chosen: dict[str, int]) -> Iterator[Violation]:
        for plan, before, gap in self.order:
            if plan in chosen and before not in chosen:
                zin = f"{self.name(plan)} wacht op {self.name(before)}, en dat heeft geen plek."
                yield Violation("volgorde", plan, chosen[plan], 1.0, zin, (plan, before))
            elif plan in chosen and chosen[plan] < chosen[before] + gap:
                short = chosen[before] + gap - chosen[plan]
                zin = (
                    f"{self.name(plan)} start in {chosen[plan]}, te vroeg na "
                    f"{self.name(before)} ({chosen[before]})."
                )
                yield Violation("volgorde", plan, chosen[plan], float(short), zin, (plan, before))

    def _agreed(self, chosen: dict[str, int]) -> Iterator[Violation]:
        for group, plans in self.groups.items():
            years = {chosen.get(plan) for plan in plans}
            if len(years) > 1:
                zin = f"{self.names(plans)} starten niet samen, zoals afgesproken."
                yield Violation("afspraak", group, 0, float(len(years) - 1), zin, tuple(plans))
        for kans, a, b in self.pairs:
            if a in chosen and b in chosen:
                apart = not any(self._runs(b, chosen, t) for t in self._years(a, chosen[a]))
            else:
                apart = a in chosen or b in chosen
            if apart:
                zin = f"{self.names((a, b))} lopen niet tegelijk, zoals afgesproken."
                yield Violation("afspraak", kans, 0, 1.0, zin, (a, b))

    def _years(self, plan: str, start: int) -> range:
        return range(start, start + self.plans[plan].duur)

    def _subsidies(self, chosen: dict[str, int]) -> Iterator[Violation]:
        for bron, scheme in self.schemes.items():
            counted = [row for row in self.given if row[1] == bron and row[0] in chosen]
            over = sum(amount for _, _, amount, _ in counted) - scheme["plafond"]
            if over > _CENT:
                plans = tuple(sorted({row[0] for row in counted}))
                zin = f"{self.scheme(bron)} heeft {euro(over)} te weinig voor {self.names(plans)}."
                yield Violation("plafond", str(bron), 0, over, zin, plans)
            for plan, _, amount, free in counted:
                year, van, tot = chosen[plan], scheme["van"], scheme["tot"]
                if not free and not van <= year <= tot:
                    zin = (
                        f"{self.name(plan)} rekent op {euro(amount)} van {self.scheme(bron)}; "
                        f"wie in {year} begint krijgt dat niet ({van}-{tot})."
                    )
                    yield Violation("regeling", str(bron), year, amount, zin, (plan,))


def _lists(pairs: pd.DataFrame) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, member in pairs.itertuples(index=False, name=None):
        found.setdefault(str(key), []).append(str(member))
    return found
