"""The joint agenda of one city and year, made from what was delivered and what is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import pandas as pd

from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.programme.agreements import bound_together, held_to_year
from sia.agenda.programme.baselines import alone
from sia.agenda.programme.inputs import Agenda, lapsed, prepare
from sia.agenda.programme.linkages import Linkages, find_linkages
from sia.agenda.programme.means import assumed, without_internal
from sia.agenda.programme.optimise import Programme, optimise
from sia.agenda.programme.versions import kept_version, version_starts
from sia.agenda.reading.areas import area_of, candidate_areas
from sia.agenda.reading.combining import at_the_table
from sia.agenda.reading.decisions import with_numbers
from sia.agenda.reading.deliveries import Deliveries
from sia.agenda.reading.organisation import (
    Organisation,
    deciders,
    sift_actions,
    sift_steps,
    status,
    waiting,
)
from sia.agenda.reading.register import Round, take_round
from sia.errors import Problem


@dataclass(frozen=True, eq=False)
class Agreed:
    """What the partners decided.

    `organisation`: Decisions and actions that fit the koppelkansen.
    `state` (index ``kans``): As `status` returns it, and ``jaar``: the year in which the programme
        does it together, NA where it does not.
    `problems`: Decisions and actions that do not fit, and years of which the money is assumed.
    """

    organisation: Organisation
    state: pd.DataFrame
    problems: tuple[Problem, ...]


@dataclass(frozen=True, eq=False)
class Dia:
    """The joint agenda.

    `taken`: The plans of this and earlier rounds.
    `plans`: As the partners' table may see them: internal plans and fields are not in it.
    `versions`: All versions of the programme, oldest first.
    `windows` (index ``plan``): ``eerste``, ``laatste``, ``verplicht`` of the agenda as the partners
        gave them, before any decision held a plan to a year.
    `gebieden` (str, index ``buurtcode``): Name of the area of every buurt.
    `kandidaten` (str): Buurten of the areas that hold a candidate.
    """

    delivered: Deliveries
    taken: Round
    plans: gpd.GeoDataFrame
    linkages: Linkages
    agreed: Agreed
    agenda: Agenda
    programme: Programme
    versions: pd.DataFrame
    windows: pd.DataFrame
    gebieden: pd.Series
    kandidaten: pd.Index

    @property
    def starts(self) -> pd.Series:
        """Start year of every plan, NA where left out."""
        return self.programme.starts

    @cached_property
    def separate(self) -> pd.Series:
        """Start years when every partner plans for itself."""
        return alone(self.agenda)

    @cached_property
    def waits(self) -> pd.DataFrame:
        """What waits for whom on the day of the edition."""
        return waiting(
            self.agreed.organisation.actions, self.agreed.state, self.taken.edition, self.roles
        )

    @cached_property
    def waits_of(self) -> pd.DataFrame:
        """The same, with a row per partner."""
        return self.waits.assign(partner=self.waits["partner"].str.split(";")).explode("partner")

    @cached_property
    def roles(self) -> pd.DataFrame:
        """Per plan its ``partner`` and the role that decides (``wie``, empty unknown)."""
        decides = deciders(self.agreed.organisation.mandates, self.plans)
        return pd.DataFrame(self.plans[["partner"]].assign(wie=decides))


def make_dia(
    jaar: int,
    delivered: Deliveries,
    city: Mapping[str, pd.DataFrame],
    memory: Mapping[str, pd.DataFrame],
    settings: ProgrammeSettings,
) -> Dia | None:
    """Make the joint agenda.

    `city` (index ``buurtcode``): ``gebieden``, ``scores``, ``aanpak``, and ``gebiedsindeling``
        where there is one.
    `memory`: What earlier rounds left, see `sia.agenda.output.tables.kept_tables`; empty before the
        first.
    Returns: None when there is no plan at all. The programme is a step from the last version in the
        memory.
    """
    taken = take_round(delivered, memory, jaar)
    delivered = replace(delivered, subsidies=lapsed(delivered.subsidies, taken.edition))
    if taken.register.plans.empty:
        return None
    plans = at_the_table(taken.register.plans)
    linkages = find_linkages(plans, city["scores"], settings)
    organisation, astray = _settled(
        delivered.organisation, linkages.kansen, plans.index, memory.get("nummers")
    )
    state = status(organisation.steps, linkages.kansen)
    budgets = without_internal(delivered.budgets, taken.register.plans, plans)
    free = prepare(plans, linkages, city["scores"], budgets, settings, delivered.subsidies)
    held, late = held_to_year(free, organisation.steps, state)
    agenda, apart = bound_together(held, state)
    guessed = assumed(agenda.plans, agenda.budgets, settings.jaren)
    versions = memory.get("versies")
    agreed = None if versions is None else version_starts(versions, versions["versie"].iloc[-1])
    programme = optimise(agenda, agreed)
    state = state.assign(jaar=_common_year(state, agenda, programme.starts))
    return Dia(
        delivered,
        taken,
        plans,
        linkages,
        Agreed(organisation, state, (*astray, *late, *apart, *guessed)),
        agenda,
        programme,
        kept_version(versions, jaar, taken.edition, programme, agenda),
        free.plans[["eerste", "laatste", "verplicht"]],
        area_of(city, settings.indeling),
        candidate_areas(city, settings.indeling),
    )


def _settled(
    written: Organisation, kansen: pd.DataFrame, plans: pd.Index, earlier: pd.DataFrame | None
) -> tuple[Organisation, list[Problem]]:
    """Return decisions and actions under today's numbers, and those that do not fit."""
    numbered = with_numbers(written, kansen, earlier)
    steps, wrong = sift_steps(numbered.steps, [*kansen.index, *plans])
    actions, astray = sift_actions(numbered.actions, kansen.index)
    return replace(numbered, steps=steps, actions=actions), [*wrong, *astray]


def _common_year(state: pd.DataFrame, agenda: Agenda, starts: pd.Series) -> pd.Series:
    """Return the year in which a koppelkans is done together, NA when it is not."""
    spans = spans_of(agenda, starts)
    years = [
        year if done == asked else None
        for done, asked, year in (
            together(str(kind), plannen.split(";"), spans)
            for plannen, kind in zip(state["plannen"], state["soort_kans"], strict=True)
        )
    ]
    return pd.Series(years, index=state.index, dtype="Int64")


def spans_of(agenda: Agenda, starts: pd.Series) -> dict[str, tuple[int, int]]:
    """Return the first and last year of every plan that has a place."""
    placed = starts.dropna().astype(int)
    last = placed + agenda.plans["duur"].reindex(placed.index).astype(int) - 1
    return {str(plan): (int(placed[plan]), int(last[plan])) for plan in placed.index}


def together(
    kind: str, plans: list[str], spans: Mapping[str, tuple[int, int]]
) -> tuple[int, int, int | None]:
    """Return how many pairs of a koppelkans are done together, of how many, and from which year.

    Works of one opening are when they start in one year; other works when they run at the same
    time as the first of the koppelkans.
    """
    hub, *others = plans
    joined = [
        max(spans[hub][0], spans[plan][0])
        for plan in others
        if hub in spans
        and plan in spans
        and (
            spans[hub][0] == spans[plan][0]
            if kind == "straat"
            else max(spans[hub][0], spans[plan][0]) <= min(spans[hub][1], spans[plan][1])
        )
    ]
    return len(joined), len(others), min(joined, default=None)
