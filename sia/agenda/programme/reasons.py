"""Why a plan has no place or another year, found by trying; and the places that trying finds."""

from __future__ import annotations

import time
from collections.abc import Hashable

import pandas as pd

from sia.agenda.programme.baselines import placed_with
from sia.agenda.programme.check import Checker, Violation
from sia.agenda.programme.inputs import Agenda, schedule
from sia.agenda.programme.worth import leave_out_price, worth
from sia.agenda.wording import spans
from sia.dutch import opsomming

DEAR = "Past, maar kost in elk jaar meer aan uitstel, vervroeging of hinder dan het oplevert."

GAINS = "Hier levert het samen meer op dan de verschuiving kost."
CHOSEN = "Het jaar is gekozen, aan tafel of in een besluit, of het plan gaat mee met een afspraak."


class Trial:
    """Tries a plan, with those that agreed to go with it, in other years of a schedule."""

    def __init__(self, agenda: Agenda, starts: pd.Series) -> None:
        self.agenda = agenda
        self.checker = Checker(agenda)
        self.groups = placed_with(agenda)
        self.chosen = {str(p): int(y) for p, y in starts.dropna().items()}
        self._now: dict[str, dict[Hashable, float]] = {}

    def options(self, plan: str) -> list[int]:
        """Return the years in which the plan and its group may start."""
        windows = [self.checker.plans[p] for p in self.groups.get(plan, [plan])]
        first, last = max(w.eerste for w in windows), min(w.laatste for w in windows)
        return list(range(first, last + 1))

    def moved(self, plan: str, year: int | None) -> dict[str, int]:
        """Return the schedule with the plan and its group in a year, or out of it."""
        group = self.groups.get(plan, [plan])
        others = {p: y for p, y in self.chosen.items() if p not in group}
        return others if year is None else others | dict.fromkeys(group, year)

    def obstacles(self, plan: str, year: int | None) -> list[Violation]:
        """Return the rules that it would break there and that are kept without it."""
        near = self.checker.around(self.groups.get(plan, [plan]))
        if plan not in self._now:
            broken = near.violations(self.chosen)
            self._now[plan] = {_rule(v): v.tekort for v in broken}
        before = self._now[plan]
        return [
            v
            for v in near.violations(self.moved(plan, year))
            if v.tekort > before.get(_rule(v), 0.0) + 1e-6
        ]

    def take(self, chosen: dict[str, int]) -> None:
        """Go on from another schedule."""
        self.chosen = chosen
        self._now.clear()

    def starts(self, chosen: dict[str, int]) -> pd.Series:
        """Return a schedule as start years of all plans, NA where left out."""
        return schedule(chosen, self.agenda.plans.index)


def _rule(v: Violation) -> Hashable:
    """Return what makes two violations the same rule: sums by who and year, others by plan."""
    summed = v.soort in ("budget", "fte", "straten", "plafond")
    return (v.soort, v.wie, v.jaar) if summed else (v.soort, v.wie, v.jaar, v.plannen)


def settled(
    agenda: Agenda, starts: pd.Series, current: pd.Series | None, until: float = float("inf")
) -> pd.Series:
    """Return a schedule at least as good, in which no move and no gap is needless.

    `until`: Moment of `time.monotonic` at which trying stops, whatever is left to try.
    Returns: A plan that moved goes back, and a plan that was left out gets a place, wherever that
        breaks no rule and adds worth.
    """
    trial = Trial(agenda, starts)
    best = float(worth(agenda, starts, current)["totaal"])
    price = leave_out_price(agenda.plans, agenda.parameters).sort_values(ascending=False)
    agreed = {} if current is None else {str(p): int(y) for p, y in current.dropna().items()}
    for plan in map(str, price.index):
        now, old = trial.chosen.get(plan), agreed.get(plan)
        wanted = trial.options(plan) if now is None else [old] if old not in (None, now) else []
        for year in wanted if time.monotonic() < until else ():
            if year not in trial.options(plan) or trial.obstacles(plan, year):
                continue
            tried = trial.moved(plan, year)
            value = float(worth(agenda, trial.starts(tried), current)["totaal"])
            if value > best + 0.5:
                best = value
                trial.take(tried)
    return trial.starts(trial.chosen)


def why_left_out(agenda: Agenda, starts: pd.Series) -> pd.Series:
    """Return per plan without a place what stands in its way, a Dutch sentence without amounts."""
    trial = Trial(agenda, starts)
    out = [str(p) for p in starts.index[starts.isna()]]
    return pd.Series({p: _reason(trial, p) for p in out}, dtype=str).rename_axis("plan")


def _reason(trial: Trial, plan: str) -> str:
    found: dict[str, list[int]] = {}
    for year in trial.options(plan):
        obstacles = trial.obstacles(plan, year)
        if not obstacles:
            return DEAR
        for text in dict.fromkeys(_obstacle(trial, plan, v) for v in obstacles):
            found.setdefault(text, []).append(year)
    if not found:
        return "De plannen van de afspraak hebben geen jaar gemeen."
    whole = len(trial.options(plan))
    told = [
        text if len(at) == whole else f"{text} (bij een start in {opsomming(spans(at))})"
        for text, at in found.items()
    ]
    return f"Past niet: {'; '.join(told)}."


def _obstacle(trial: Trial, plan: str, v: Violation) -> str:
    group = trial.groups.get(plan, [plan])
    others = trial.checker.names(p for p in v.plannen if p not in group)
    return {
        "budget": f"het geld van {v.wie} is op",
        "fte": f"de mensen van {v.wie} zijn bezet",
        "straten": f"in buurt {v.wie} liggen al genoeg straten open",
        "graafrust": f"de straat heeft rust rond {others}" if others else "de straat heeft rust",
        "volgorde": f"het hangt aan {others}",
        "afspraak": f"de afspraak met {others} is dan niet te houden",
        "regeling": f"{trial.checker.scheme(v.wie)} betaalt dan niet",
        "plafond": f"het plafond van {trial.checker.scheme(v.wie)} is bereikt",
    }.get(v.soort, v.zin.rstrip("."))


def why_moved(
    agenda: Agenda, starts: pd.Series, current: pd.Series, windows: pd.DataFrame
) -> pd.Series:
    """Return per plan that left its agreed year why, a Dutch sentence without amounts.

    `windows` (index ``plan``): ``eerste``, ``laatste``: the start years that partners give. A year
        that is in it and not in that of `agenda` was taken by a choice or a decision.
    """
    trial = Trial(agenda, starts)
    both = pd.DataFrame({"nieuw": starts, "oud": current.reindex(starts.index)}).astype("Int64")
    known = both.index.isin(current.index)
    moved = both[known & (both["nieuw"].fillna(0) != both["oud"].fillna(0)).to_numpy()]
    spans = windows[["eerste", "laatste"]].astype(int).itertuples(name=None)
    given = {str(plan): (first, last) for plan, first, last in spans}
    reasons = {
        str(plan): _why(trial, str(plan), None if pd.isna(old) else int(old), given.get(str(plan)))
        for plan, old in zip(moved.index, moved["oud"], strict=True)
    }
    return pd.Series(reasons, dtype=str).rename_axis("plan")


def _why(trial: Trial, plan: str, old: int | None, given: tuple[int, int] | None) -> str:
    if old is not None and old not in trial.options(plan):
        if given and given[0] <= old <= given[1]:
            return CHOSEN
        return f"{old} ligt niet meer in het venster dat de partner geeft."
    obstacles = trial.obstacles(plan, old)
    if not obstacles:
        return GAINS
    told = dict.fromkeys(_obstacle(trial, plan, v) for v in obstacles)
    return f"Kan niet blijven: {'; '.join(told)}."
