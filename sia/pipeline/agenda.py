"""Stage 07: the joint investment agenda, from the partners' files to programme and exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import geopandas as gpd
import pandas as pd

from sia.agenda.insight.funding import cover, money, shares, without_refused
from sia.agenda.programme.agreements import bound_together
from sia.agenda.programme.baselines import alone
from sia.agenda.programme.inputs import Agenda, ProgrammeSettings, prepare
from sia.agenda.programme.linkages import Linkages, find_linkages
from sia.agenda.programme.optimise import Programme, optimise, timeline
from sia.agenda.reading.combining import at_the_table
from sia.agenda.reading.decisions import Organisation, decision_log, task_list, with_numbers
from sia.agenda.reading.deliveries import Deliveries, read_deliveries
from sia.agenda.reading.openness import FIELD_LEVELS, with_levels
from sia.agenda.reading.organisation import sift_actions, sift_steps, status, waiting
from sia.agenda.reading.register import visible_changes
from sia.agenda.wording import count
from sia.errors import InputError, Problem
from sia.pipeline.agenda_areas import Division, area_of, publications, spending
from sia.pipeline.agenda_files import write_partner_files, write_public_files
from sia.pipeline.agenda_record import (
    FOLDER,
    Round,
    earlier_numbers,
    kept_version,
    last_changes,
    numbers,
    remembered,
    take_round,
    write_tables,
)
from sia.pipeline.outputs import theme_of
from sia.pipeline.run import Run
from sia.store import forget_stage

STAGE = "07_agenda"
TABLES = (
    "plannen", "koppelkansen", "status", "wachtlijst", "besluiten", "acties", "wijzigingen",
    "programma", "geld", "dekking", "aandelen", "knelpunten", "gebieden",
)  # fmt: skip
"""Made anew by every run; `sia.pipeline.agenda_record.MEMORY` only grows."""
NO_PLANS = (
    "Er zijn geen plannen van partners geleverd: er is geen map `plannen` met bestanden in de "
    "bronmappen. Er is dus geen agenda gemaakt en er is niets geschreven."
)


@dataclass(frozen=True, eq=False)
class Dia:
    """The joint agenda of one run.

    Parameters
    ----------
    run : Run
    delivered : Deliveries
    taken : Round
        The plans of this and earlier rounds.
    plans : GeoDataFrame, index ``plan``
        As the partners' table may see them: internal plans and fields are not in it.
    linkages : Linkages
    organisation : Organisation
        Decisions and actions that fit the koppelkansen.
    state : DataFrame, index ``kans``
        As `sia.agenda.reading.organisation.status` returns it, and ``jaar``: the year in which the
        programme does it together, NA where it does not.
    problems : tuple of Problem
        Decisions and actions that do not fit.
    agenda : Agenda
    programme : Programme
    versions : DataFrame
        All versions of the programme, oldest first.
    gebieden : Series of str, index ``buurtcode``
        Name of the area of every buurt.
    indeling : {"dia", "wijk"}
        Which areas were asked for.
    """

    run: Run
    delivered: Deliveries
    taken: Round
    plans: gpd.GeoDataFrame
    linkages: Linkages
    organisation: Organisation
    state: pd.DataFrame
    problems: tuple[Problem, ...]
    agenda: Agenda
    programme: Programme
    versions: pd.DataFrame
    gebieden: pd.Series
    indeling: Division

    @property
    def starts(self) -> pd.Series:
        """Start year of every plan, NA where left out."""
        return self.programme.starts

    @property
    def edition(self) -> date:
        """Date of the newest delivery."""
        return self.taken.edition

    @cached_property
    def separate(self) -> pd.Series:
        """Start years when every partner plans for itself."""
        return alone(self.agenda)

    @cached_property
    def waits(self) -> pd.DataFrame:
        """What waits for whom on the day of the edition."""
        steps, actions = self.organisation.steps, self.organisation.actions
        return waiting(steps, actions, self.linkages.kansen, self.edition)


def delivered_plans(run: Run) -> Deliveries | None:
    """Return what the partners delivered, or None when this run makes no agenda.

    The agenda is about plans of today, so it belongs to the newest year that is looked at.
    """
    if run.jaar != max(run.jaren):
        return None
    return read_deliveries(run.bron, gpd.GeoDataFrame(run.table("gebieden")))


def delivery_text(run: Run, delivered: Deliveries | None) -> str:
    """Say in Dutch what was delivered, or why there is no agenda."""
    if run.jaar != max(run.jaren):
        return (
            f"De plannen van partners gaan over de komende jaren; de agenda hoort daarom bij het "
            f"nieuwste SIA-jaar ({max(run.jaren)}). Voor {run.jaar} wordt er geen gemaakt."
        )
    if delivered is None:
        return NO_PLANS
    reading, found = delivered.reading, delivered.organisation
    closed = int((reading.plans["vertrouwelijkheid"] == "intern").sum())
    return (
        f"Gelezen: {count(len(delivered.files), 'bestand', 'bestanden')} met "
        f"{count(reading.rows, 'rij', 'rijen')}. Bruikbaar: "
        f"{count(len(reading.plans), 'plan', 'plannen')}, waarvan {closed} intern: wat een partner "
        f"voor zichzelf houdt, doet hier niet mee. Aandacht nodig: "
        f"{count(len(reading.problems), 'punt', 'punten')}. Vastgelegd: "
        f"{count(len(found.steps), 'besluit', 'besluiten')} en "
        f"{count(len(found.actions), 'actie', 'acties')}."
    )


def agenda_step(
    run: Run,
    delivered: Deliveries | None = None,
    *,
    begin: int = 0,
    jaren_vooruit: int = 10,
    tijd: float = 20.0,
    gat: float = 0.002,
    indeling: Division = "dia",
) -> Dia | None:
    """Make the programme, keep its version, and write tables and exports.

    Parameters
    ----------
    run : Run
    delivered : Deliveries, optional
        As `delivered_plans` returned it; read when not given.
    begin : int
        First year of the horizon; 0 is the year after the SIA year.
    jaren_vooruit : int
        Years in the horizon.
    tijd : float
        Seconds for the solver at most.
    gat : float
        Relative gap at which it may stop; when that is reached, every machine gives this answer.
    indeling : {"dia", "wijk"}
        What an area is; see `sia.pipeline.agenda_areas.area_of`.

    Returns
    -------
    Dia or None
        None when there are no plans to make it from: then nothing is written, and what an
        earlier run wrote is taken away, except what the agenda remembers.

    Raises
    ------
    InputError
        When the commitments do not fit: which partner, year and how much.
    """
    found = delivered or delivered_plans(run)
    taken = None if found is None else take_round(run, found)
    if found is None or taken is None or taken.register.plans.empty:
        _take_away(run)
        return None
    first = begin or run.jaar + 1
    settings = ProgrammeSettings(first, first + jaren_vooruit - 1, tijd=tijd, gat=gat)
    dia = _made(run, found, taken, settings, indeling)
    _write(dia)
    return dia


def _made(
    run: Run, delivered: Deliveries, taken: Round, settings: ProgrammeSettings, indeling: Division
) -> Dia:
    plans = at_the_table(taken.register.plans)
    scores = run.table("scores")
    linkages = find_linkages(plans, scores)
    organisation, problems = _settled(run, delivered.organisation, linkages.kansen)
    state = status(organisation.steps, linkages.kansen)
    counted = without_refused(plans, delivered.subsidies)
    free = prepare(counted, linkages, scores, delivered.budgets, settings)
    agenda, apart = bound_together(free, state)
    programme = optimise(agenda)
    return Dia(
        run,
        delivered,
        taken,
        plans,
        linkages,
        organisation,
        state.assign(jaar=_common_year(state, agenda, programme.starts)),
        (*problems, *apart),
        agenda,
        programme,
        kept_version(run, programme, agenda, taken.edition),
        area_of(run, indeling),
        indeling,
    )


def _settled(
    run: Run, written: Organisation, kansen: pd.DataFrame
) -> tuple[Organisation, list[Problem]]:
    """Return decisions and actions under today's numbers, and those that do not fit."""
    numbered = with_numbers(written, kansen, earlier_numbers(run))
    steps, wrong = sift_steps(numbered.steps, kansen.index)
    actions, astray = sift_actions(numbered.actions, kansen.index)
    return Organisation(tuple(steps), tuple(actions)), [*wrong, *astray]


def _common_year(state: pd.DataFrame, agenda: Agenda, starts: pd.Series) -> pd.Series:
    """Return the year in which a koppelkans is done together, NA when it is not."""
    duration = {str(plan): int(years) for plan, years in agenda.plans["duur"].items()}
    placed = {str(plan): int(year) for plan, year in starts.dropna().items()}
    spans = {plan: (year, year + duration[plan] - 1) for plan, year in placed.items()}
    years = [
        _year_together(str(kind), [spans.get(plan) for plan in plannen.split(";")])
        for plannen, kind in zip(state["plannen"], state["soort_kans"], strict=True)
    ]
    return pd.Series(years, index=state.index, dtype="Int64")


def _year_together(kind: str, spans: list[tuple[int, int] | None]) -> int | None:
    """Works of one opening start together; others are together once all are under way."""
    known = [span for span in spans if span is not None]
    if len(known) < len(spans):
        return None
    first = max(begin for begin, _ in known)
    apart = any(begin != first for begin, _ in known)
    if (kind == "straat" and apart) or first > min(end for _, end in known):
        return None
    return first


def _write(dia: Dia) -> None:
    run, settings = dia.run, dia.agenda.settings
    tables = agenda_tables(dia)
    paths = write_tables(
        run, {**tables, **_memory(dia), "gebieden": dia.gebieden.to_frame("gebied")}
    )
    names = run.table("gebieden")["naam"]
    paths += write_partner_files(run.reports / FOLDER / "partners", tables, dia.plans)
    paths += write_public_files(
        run.reports / FOLDER / "openbaar",
        dia.plans,
        dia.starts,
        names,
        dia.edition,
        theme_of(run.gemeente),
    )
    run.note(
        STAGE,
        paths,
        begin=settings.start,
        eind=settings.eind,
        gat=settings.gat,
        indeling=dia.indeling,
        bewezen_gat=round(dia.programme.gap, 9),
        status=dia.programme.status,
        versie=str(dia.versions["versie"].iloc[-1]),
    )


def _memory(dia: Dia) -> dict[str, pd.DataFrame]:
    base = spending(timeline(dia.agenda, dia.starts), dia.gebieden)
    return {
        "register": dia.taken.register.plans,
        "historie": dia.taken.register.history,
        "nummers": numbers(dia.run, dia.linkages.kansen),
        "versies": dia.versions,
        "publicaties": publications(remembered(dia.run, "publicaties"), base),
    }


def _take_away(run: Run) -> None:
    """Remove what an earlier run wrote: an agenda of plans that are gone is no agenda."""
    for name in TABLES:
        (run.folder / FOLDER / f"{name}.parquet").unlink(missing_ok=True)
    for path in sorted((run.reports / FOLDER).rglob("*")):
        if path.is_file():
            path.unlink()
    forget_stage(run.folder, STAGE)


def agenda_tables(dia: Dia) -> dict[str, pd.DataFrame]:
    """Return the tables of the agenda, each row that names a plan with its level.

    Returns
    -------
    dict of str to DataFrame
        See `TABLES`; ``gebieden`` is not among them.
    """
    agenda, starts, plans = dia.agenda, dia.starts, dia.plans
    levels, kansen = plans["vertrouwelijkheid"], dia.linkages.kansen
    funds = dia.delivered.subsidies
    return {
        "plannen": plans,
        "koppelkansen": kansen,
        "status": dia.state,
        "wachtlijst": dia.waits,
        "besluiten": decision_log(dia.organisation, kansen["vertrouwelijkheid"]),
        "acties": task_list(dia.organisation, kansen["vertrouwelijkheid"]),
        "wijzigingen": visible_changes(last_changes(dia.taken.register.history)),
        "programma": timeline(agenda, starts),
        "geld": money(agenda, without_refused(plans, funds), starts, dia.gebieden),
        "dekking": with_levels(cover(agenda, plans, starts, funds), levels),
        "aandelen": with_levels(shares(agenda, starts), levels),
        "knelpunten": with_levels(
            dia.programme.knelpunten.rename(columns={"soort": "knelt"}), levels
        ),
    }


def check_agenda(run: Run, dia: Dia | None) -> str:
    """Say how good the programme is and where its files are, or that there is none.

    Raises
    ------
    InputError
        When a table holds a column that nobody gave a level.
    """
    if dia is None:
        return "In orde: geen plannen, dus geen agenda."
    columns = {str(c) for table in agenda_tables(dia).values() for c in table.columns}
    unknown = sorted(columns - set(FIELD_LEVELS))
    if unknown:
        wat = f"Kolommen zonder niveau van openheid: {', '.join(unknown)}."
        raise InputError([Problem(wat, "Geef ze een niveau in sia/agenda/reading/openness.py.")])
    return f"In orde: {dia.programme.sentence()} De bestanden staan in {run.reports / FOLDER}."
