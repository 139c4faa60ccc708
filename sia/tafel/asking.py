"""What the table asks, and the programme that follows; a closed budget plays no part in it.

Whoever may try out any number of years sees from what no longer fits how much a partner has. So
of a partner that gave its budget only to compute with, nothing that is answered here depends on
that budget: its plans stay where the programme has them, unless the table moves them itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sia.agenda.dia import Dia, spans_of, together
from sia.agenda.insight.scenarios import replan
from sia.agenda.insight.whatif import (
    with_budget,
    with_fixed,
    with_refused,
    without_partner,
    without_secrets,
)
from sia.agenda.programme.baselines import placed_with
from sia.agenda.programme.inputs import Agenda, restrict
from sia.agenda.programme.optimise import Programme
from sia.agenda.reading.deliveries import REFUSED
from sia.errors import InputError

SECONDS, MARGIN = 2.0, 0.005
"""At the table an answer may take so long, and be so far from the best (share of the worth)."""


@dataclass(frozen=True)
class Ask:
    """What the table wants to know; empty is the agreed programme.

    `jaren` (mapping of plan to int): Plans that the table puts in a year.
    `weg`: Plans that do not go on.
    `zonder`: Partners that do not take part.
    `budget` (mapping of partner to float): Percent of its own money.
    `afgewezen`: Subsidies that do not come.
    """

    jaren: Mapping[str, int]
    weg: tuple[str, ...]
    zonder: tuple[str, ...]
    budget: Mapping[str, float]
    afgewezen: tuple[str, ...]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Ask:
        """Read what a page sent; what is absent is not asked."""
        listed = {name: tuple(map(str, given.get(name, ()))) for name in _LISTS}
        jaren = {str(plan): int(year) for plan, year in given.get("jaren", {}).items()}
        budget = {str(p): float(share) for p, share in given.get("budget", {}).items()}
        return cls(jaren=jaren, budget={p: s for p, s in budget.items() if s != 100}, **listed)

    def __bool__(self) -> bool:
        return any((self.jaren, self.weg, self.zonder, self.budget, self.afgewezen))


_LISTS = ("weg", "zonder", "afgewezen")


@dataclass(frozen=True, eq=False)
class Answer:
    """The programme that follows from what was asked.

    `agenda`: What it was made from.
    `starts`: Of all plans of the agenda on the table, NA without a place.
    `gone` (str): Plans that do not take part any more.
    """

    agenda: Agenda
    programme: Programme
    starts: pd.Series
    gone: pd.Index


def closed_partners(dia: Dia, shared: Collection[str]) -> set[str]:
    """Return the partners whose money and people are not computed with at this table."""
    return set(dia.agenda.plans["partner"]) - set(dia.delivered.open_books) - set(shared)


def answer(dia: Dia, closed: Collection[str], ask: Ask) -> Answer:
    """Make the programme that follows, with as few moves from the agreed one as is sensible.

    `closed`: From `closed_partners`.
    Raises `InputError` for a plan or partner that is not there, a year outside the window of a
        plan, another budget of a partner that does not share it, or a table without plans.
    """
    none = dia.agenda.plans.index[:0]
    if not ask:
        return Answer(dia.agenda, dia.programme, dia.starts, none)
    agenda = without_secrets(dia.agenda, closed)
    if ask.afgewezen:
        funds = dia.delivered.subsidies
        never = {*funds.index[funds["status"] == REFUSED], *ask.afgewezen}
        agenda = with_refused(agenda, dia.plans, sorted(never))
    for partner, share in ask.budget.items():
        if partner in closed:
            wat = f"{partner} deelt haar budget niet aan deze tafel."
            raise InputError.one(wat=wat, oplossing="Vraag haar om een nieuwe levering.")
        agenda = with_budget(agenda, share / 100, partner)
    agenda = _released(agenda, dia.windows, ask.jaren)
    years = _with_group(agenda, ask.jaren)
    agenda = _standing(agenda, dia.starts, closed, years)
    for partner in ask.zonder:
        agenda = without_partner(agenda, partner)
    agenda = restrict(agenda, agenda.plans.index.difference(list(ask.weg), sort=False))
    if agenda.plans.empty:
        raise InputError.one(wat="Er blijft geen plan over.", oplossing="Zet een plan terug.")
    left = {p: y for p, y in years.items() if p in agenda.plans.index or p in ask.jaren}
    agenda = with_fixed(agenda, left)
    choices = agenda.settings
    quick = choices.but(tijd=SECONDS, gat=max(choices.gat, MARGIN))
    programme = replan(replace(agenda, settings=quick), dia.starts)
    away = dia.agenda.plans["partner"].isin(ask.zonder)
    gone = dia.agenda.plans.index[away | dia.agenda.plans.index.isin(ask.weg)]
    return Answer(agenda, programme, programme.starts.reindex(dia.starts.index), gone)


def _released(agenda: Agenda, windows: pd.DataFrame, asked: Collection[str]) -> Agenda:
    """Let plans that the table moves go from the year that was decided for them before."""
    plans = agenda.plans.copy()
    moved = plans.index.intersection(list(asked))
    plans.loc[moved, windows.columns] = windows.loc[moved]
    return replace(agenda, plans=plans)


def _standing(
    agenda: Agenda, starts: pd.Series, closed: Collection[str], asked: Collection[str]
) -> Agenda:
    """Hold the plans of closed partners where they are, in the programme or out of it."""
    plans = agenda.plans.copy()
    theirs = plans["partner"].isin(list(closed)) & ~plans.index.isin(list(asked))
    still = theirs & starts.reindex(plans.index).notna()
    for column in ("eerste", "laatste"):
        plans.loc[still, column] = starts[plans.index[still]].astype(int)
    plans.loc[still, "verplicht"] = True
    out = set(plans.index[theirs & ~still])
    waits = agenda.voorgangers[["plan", "voorganger"]]
    while more := set(waits.loc[waits["voorganger"].isin(list(out)), "plan"]) - out - set(asked):
        # what waits for a plan without a place had none either
        out |= more
    return restrict(replace(agenda, plans=plans), plans.index.difference(list(out), sort=False))


def _with_group(agenda: Agenda, years: Mapping[str, int]) -> dict[str, int]:
    """Return the years with those of the plans that agreed to go along."""
    street = replace(agenda, links=agenda.links.iloc[:0])
    groups = placed_with(street)
    window = agenda.plans[["eerste", "laatste"]].astype(int).to_dict("index")
    along = {
        other: year
        for plan, year in years.items()
        for other in groups.get(plan, ())
        if window[other]["eerste"] <= year <= window[other]["laatste"]
    }
    return along | dict(years)


def done_together(dia: Dia, starts: pd.Series) -> pd.DataFrame:
    """Return per koppelkans how many works join its first, of how many, and from which year.

    Returns (index ``kans``): ``samen``, ``van`` (int), ``jaar`` (Int64, NA when nothing joins).
    """
    spans = spans_of(dia.agenda, starts)
    state = dia.agreed.state
    rows = [
        together(str(kind), plans.split(";"), spans)
        for kind, plans in zip(state["soort_kans"], state["plannen"], strict=True)
    ]
    table = pd.DataFrame(rows, index=state.index, columns=["samen", "van", "jaar"])
    return table.astype({"samen": int, "van": int, "jaar": "Int64"})
