"""An independent check of a programme: plain loops over plans, years and places, no solver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import isnan

import pandas as pd

from sia.agenda.programme.inputs import Agenda
from sia.agenda.wording import euro, number

_CENT = 0.01


@dataclass(frozen=True, order=True)
class Violation:
    """One rule that a schedule breaks.

    Parameters
    ----------
    soort : str
        venster, verplicht, budget, fte, straten, graafrust, volgorde or afspraak.
    wie : str
        Plan, partner, buurt or place.
    jaar : int
        0 where it has no year.
    tekort : float
        How much too much: euro, fte, places, years.
    zin : str
        Dutch sentence.
    """

    soort: str
    wie: str
    jaar: int
    tekort: float
    zin: str


def violations(agenda: Agenda, starts: pd.Series) -> list[Violation]:
    """Return every rule that a schedule breaks; an empty list when it keeps them all.

    Parameters
    ----------
    agenda : Agenda
    starts : Series, index ``plan``
        Start year, NA where left out.
    """
    return Checker(agenda).violations({str(p): int(y) for p, y in starts.dropna().items()})


@dataclass(frozen=True)
class _Plan:
    partner: str
    eigen: float
    fte: float
    duur: int
    eerste: int
    laatste: int
    verplicht: bool


class Checker:
    """The rules of one agenda, as plain dictionaries; see `violations`."""

    def __init__(self, agenda: Agenda) -> None:
        self.settings = agenda.settings
        self.years = list(agenda.settings.jaren)
        columns = ["partner", "eigen", "fte", "duur", "eerste", "laatste", "verplicht"]
        self.plans = {
            str(row[0]): _Plan(*row[1:]) for row in agenda.plans[columns].itertuples(name=None)
        }
        self.partners = sorted({plan.partner for plan in self.plans.values()})
        self.limits = {key: (budget, fte) for key, budget, fte in agenda.limits.itertuples()}
        self.places: dict[str, list[str]] = {}
        for plek, plan in agenda.openings[["plek", "plan"]].itertuples(index=False, name=None):
            self.places.setdefault(plek, []).append(plan)
        self.codes: dict[str, list[str]] = {}
        for plek, code in agenda.plek_buurt[["plek", "buurtcode"]].itertuples(
            index=False, name=None
        ):
            self.codes.setdefault(plek, []).append(code)
        order = agenda.voorgangers[["plan", "voorganger", "marge"]]
        self.order = list(order.itertuples(index=False, name=None))
        self.groups = {
            str(group): [str(plan) for plan in rows]
            for group, rows in agenda.afspraken.groupby("groep")["plan"]
        }

    def violations(self, chosen: dict[str, int]) -> list[Violation]:
        """Return every rule that ``{plan: start year}`` breaks, sorted."""
        rules = (self._windows, self._means, self._streets, self._rest, self._order, self._agreed)
        return sorted(violation for rule in rules for violation in rule(chosen))

    def _windows(self, chosen: dict[str, int]) -> Iterator[Violation]:
        for plan, row in self.plans.items():
            year = chosen.get(plan)
            if year is None:
                if row.verplicht:
                    zin = f"Plan {plan} is vastgesteld maar staat er niet in."
                    yield Violation("verplicht", plan, 0, 1.0, zin)
            elif not row.eerste <= year <= row.laatste:
                zin = f"Plan {plan} start in {year}, buiten {row.eerste}-{row.laatste}."
                yield Violation("venster", plan, year, 1.0, zin)
        for plan in sorted(set(chosen) - set(self.plans)):
            yield Violation("venster", plan, chosen[plan], 1.0, f"Plan {plan} bestaat niet.")

    def _runs(self, plan: str, chosen: dict[str, int], t: int) -> bool:
        return plan in chosen and chosen[plan] <= t < chosen[plan] + self.plans[plan].duur

    def _means(self, chosen: dict[str, int]) -> Iterator[Violation]:
        for partner in self.partners:
            own = [p for p, row in self.plans.items() if row.partner == partner]
            carried = 0.0
            for t in sorted(year for name, year in self.limits if name == partner):
                running = [self.plans[p] for p in own if self._runs(p, chosen, t)]
                spent = sum(plan.eigen / plan.duur for plan in running)
                work = sum(plan.fte for plan in running if not isnan(plan.fte))
                budget, fte = self.limits[partner, t]
                short = spent - budget - carried
                if short > _CENT + 1e-6 * budget:
                    zin = f"{partner} komt in {t} {euro(short)} tekort."
                    yield Violation("budget", partner, t, short, zin)
                most = self.settings.doorschuiven * budget
                carried = min(max(-short, 0.0), most)
                if work - fte > 1e-5:
                    zin = f"{partner} komt in {t} {number(work - fte)} fte tekort."
                    yield Violation("fte", partner, t, work - fte, zin)

    def _streets(self, chosen: dict[str, int]) -> Iterator[Violation]:
        cap = self.settings.straten_open
        if cap is None:
            return
        for t in self.years:
            opened: dict[str, int] = {}
            for plek, plans in self.places.items():
                if any(self._runs(p, chosen, t) for p in plans):
                    for code in self.codes[plek]:
                        opened[code] = opened.get(code, 0) + 1
            for code, n in opened.items():
                if n > cap:
                    zin = f"In buurt {code} liggen in {t} {n} straten open; {cap} mag."
                    yield Violation("straten", code, t, float(n - cap), zin)

    def _rest(self, chosen: dict[str, int]) -> Iterator[Violation]:
        rest = self.settings.graafrust
        for plek, plans in self.places.items():
            for before, after in pairwise(sorted({chosen[p] for p in plans if p in chosen})):
                if after - before < rest:
                    zin = f"{plek} gaat open in {before} en weer in {after}; rust is {rest} jaar."
                    yield Violation("graafrust", plek, after, float(rest - after + before), zin)

    def _order(self, chosen: dict[str, int]) -> Iterator[Violation]:
        for plan, before, gap in self.order:
            if plan in chosen and before in chosen and chosen[plan] < chosen[before] + gap:
                short = chosen[before] + gap - chosen[plan]
                zin = f"{plan} start in {chosen[plan]}, te vroeg na {before} ({chosen[before]})."
                yield Violation("volgorde", plan, chosen[plan], float(short), zin)

    def _agreed(self, chosen: dict[str, int]) -> Iterator[Violation]:
        for group, plans in self.groups.items():
            years = {chosen.get(plan) for plan in plans}
            if len(years) > 1:
                zin = f"De plannen van afspraak {group} starten niet in hetzelfde jaar."
                yield Violation("afspraak", group, 0, float(len(years) - 1), zin)
