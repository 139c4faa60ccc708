"""The same agenda under another assumption; every function returns a new agenda."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import pandas as pd

from sia.agenda.programme.inputs import Agenda, counted_on, payable, restrict, share_left
from sia.agenda.programme.streets import Places
from sia.agenda.reading.deliveries import GRANTED
from sia.errors import InputError, Problem
from sia.methode import Band


def with_budget(agenda: Agenda, factor: float, partner: str | None = None) -> Agenda:
    """Return the agenda with so many times the money, of one partner or of all.

    Raises `InputError` when the partner has no budget in the agenda.
    """
    names = agenda.budgets.index.get_level_values("partner")
    if partner is not None and partner not in set(names):
        wat = f"Van partner {partner} is geen budget bekend."
        raise InputError.one(wat, "Kies een partner uit de lijst of lever een budget aan.")
    money = agenda.budgets["budget"]
    hit = names == (names if partner is None else partner)
    return replace(agenda, budgets=agenda.budgets.assign(budget=money.mask(hit, money * factor)))


def without_partner(agenda: Agenda, partner: str) -> Agenda:
    """Return the agenda when a partner leaves the table with all its plans and money."""
    plans = agenda.plans
    gone = agenda.budgets.index.get_level_values("partner") == partner
    stays = restrict(agenda, plans.index[plans["partner"] != partner])
    return replace(stays, budgets=agenda.budgets[~gone])


def without_secrets(agenda: Agenda, closed: Collection[str]) -> Agenda:
    """Return the agenda in which money and people of these partners are no limit."""
    enough = {"budget": agenda.plans["eigen"].sum() + 1, "fte": agenda.plans["fte"].sum() + 1}
    limits = agenda.limits.copy()
    theirs = limits.index.get_level_values("partner").isin(list(closed))
    for column in enough:
        limits[column] = limits[column].mask(theirs, enough[column])
    return replace(agenda, budgets=limits)


def with_refused(agenda: Agenda, plans: pd.DataFrame, refused: Collection[str]) -> Agenda:
    """Return the agenda when these subsidies are refused and all others granted.

    `plans`: As read, with their sources.
    `refused`: Sources that pay nothing; their part falls on the partner's own means. Of a plan that
        is under way only what is left to spend counts.
    """
    schemes = agenda.regelingen.assign(status=GRANTED)
    given = payable(plans.loc[agenda.plans.index], schemes)
    outside = pd.Series(0.0, index=agenda.plans.index)
    for n in ("1", "2"):
        pays = ~given[f"bron_{n}"].isin(list(refused))
        outside += given[f"bedrag_{n}"].fillna(0.0).where(pays, 0.0)
    own = agenda.plans["kosten"] - outside * share_left(agenda.plans, plans)
    return replace(
        agenda,
        plans=agenda.plans.assign(eigen=own),
        bijdragen=counted_on(given, schemes.drop(index=list(refused), errors="ignore")),
    )


def with_fixed(agenda: Agenda, years: Mapping[str, int]) -> Agenda:
    """Return the agenda with plans fixed to a start year.

    Raises `InputError` for a plan that is not in the agenda or a year outside its window, all at
        once.
    """
    plans = agenda.plans.copy()
    problems = []
    for plan, year in years.items():
        if plan not in plans.index:
            problems.append(Problem(f"Plan {plan} staat niet in de agenda.", "Kies een ander."))
            continue
        first, last = int(agenda.plans["eerste"][plan]), int(agenda.plans["laatste"][plan])
        if not first <= year <= last:
            wat = f"Plan {plan} kan niet in {year} starten; het venster is {first}-{last}."
            problems.append(Problem(wat, "Kies een jaar in het venster of verruim het venster."))
            continue
        plans.loc[plan, "eerste"] = year
        plans.loc[plan, "laatste"] = year
        plans.loc[plan, "verplicht"] = True
    if problems:
        raise InputError(problems)
    return replace(agenda, plans=plans)


def with_slips(agenda: Agenda, starts: pd.Series, slips: Mapping[str, int]) -> Agenda:
    """Return the agenda after plans slipped.

    `starts`: The agreed schedule.
    `slips` (mapping of plan to years): A plan cannot start before its agreed year plus the slip;
        its window stretches along where needed. A plan that slips out of the horizon leaves the
        agenda.
    """
    plans = agenda.plans.copy()
    end = agenda.settings.eind
    gone = []
    for plan, years in slips.items():
        if pd.isna(starts[plan]):
            continue
        first = max(int(agenda.plans["eerste"][plan]), int(starts[plan]) + years)
        if first > end:
            gone.append(plan)
            continue
        plans.loc[plan, "eerste"] = first
        plans.loc[plan, "laatste"] = max(int(agenda.plans["laatste"][plan]), first)
    return restrict(replace(agenda, plans=plans), plans.index.drop(gone))


def with_saving(agenda: Agenda, places: Places, band: Band) -> Agenda:
    """Return the agenda with low, mid or high opening shares."""
    openings = places.openings.rename(columns={f"opening_{band}": "opening"})
    openings = openings[openings["plan"].isin(agenda.plans.index)]
    return replace(
        agenda,
        openings=openings[["plek", "plan", "opening"]].reset_index(drop=True),
        settings=agenda.settings.but(besparing=band),
    )
