"""Everything that a programme is made from, as one frozen object of tidy tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sia.agenda.parameters import ProgrammeSettings
from sia.agenda.programme.linkages import Linkages, plan_urgency, start_windows
from sia.agenda.programme.means import limits
from sia.agenda.reading.deliveries import NOT_YET, REFUSED
from sia.agenda.reading.investments import predecessors
from sia.agenda.wording import percent, years
from sia.errors import InputError, Problem
from sia.methode import AgendaValues


@dataclass(frozen=True)
class Agenda:
    """The input of a programme.

    `plans`: ``partner``, ``titel``, ``soort``, ``kosten``, ``eigen`` (own means, euro), ``fte``
        (NaN unknown), ``duur``, ``eerste``, ``laatste`` (start window within the horizon),
        ``voorkeur``, ``verplicht`` (bool: may not be left out), ``urgentie`` (0-1),
        ``urgentie_bekend`` (bool), ``zekerheid`` (0-1), ``hernieuwt`` (bool), ``geluid`` (nuisance
        points that do not come from an opening), ``vertrouwelijkheid``.
    `openings`: ``plek``, ``plan``, ``opening`` (euro).
    `plek_buurt`, `plan_buurt`: ``plek`` / ``plan`` with ``buurtcode``.
    `links`: ``kans``, ``a``, ``b``, ``waardering`` (euro when both are under way in one year), and
        optionally ``bindt`` (bool): decided, so the two are under way together or not at all.
    `voorgangers`: ``plan``, ``voorganger``, ``marge`` (years): a plan has a place only when its
        predecessor has one too, and starts no earlier than so many years after it.
    `afspraken`: ``groep``, ``plan``: agreed to start in the same year.
    `budgets` (index (``partner``, ``jaar``)): ``budget``, ``fte`` as they were given; what binds is
        `limits`.
    `bezet`: ``plek``, ``tot``: last year in which a place lay open for a work that is over.
    `regelingen` (index ``bron``): ``van``, ``tot`` (start years), ``plafond`` (euro): schemes on
        which plans count.
    `bijdragen`: ``plan``, ``bron``, ``bedrag`` (euro), ``vrij`` (bool: the window no longer
        matters, because the work began).
    """

    plans: pd.DataFrame
    openings: pd.DataFrame
    plek_buurt: pd.DataFrame
    plan_buurt: pd.DataFrame
    links: pd.DataFrame
    voorgangers: pd.DataFrame
    afspraken: pd.DataFrame
    budgets: pd.DataFrame
    settings: ProgrammeSettings
    bezet: pd.DataFrame = field(default_factory=lambda: _empty("plek", "tot"))
    regelingen: pd.DataFrame = field(default_factory=lambda: _empty("van", "tot", "plafond"))
    bijdragen: pd.DataFrame = field(
        default_factory=lambda: _empty("plan", "bron", "bedrag", "vrij")
    )

    @property
    def parameters(self) -> AgendaValues:
        """What plans, openings and nuisance are weighed with."""
        return self.settings.waarden

    @cached_property
    def limits(self) -> pd.DataFrame:
        """Money and people that bind, see `sia.agenda.programme.means.limits`."""
        return limits(self.plans, self.budgets, self.settings.jaren)


def _empty(*columns: str) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


def prepare(
    plans: gpd.GeoDataFrame,
    linkages: Linkages,
    scores: pd.DataFrame,
    budgets: pd.DataFrame,
    settings: ProgrammeSettings,
    subsidies: pd.DataFrame | None = None,
) -> Agenda:
    """Bring plans, koppelkansen, urgency and budgets together.

    `plans`: As read and combined, made for the level at which the programme is discussed.
    `linkages`: Of the same plans.
    `scores` (index ``buurtcode``): ``urgentie`` and domains, 0-100.
    `budgets`: Columns ``partner``, ``jaar``, ``budget`` (euro), ``fte``.
    `subsidies` (index ``subsidie``): Schemes; what one cannot pay, see `payable`, falls on the
        partner's own means.
    Returns: A plan that began before the horizon takes part with the years and the money that are
        left, from the first year on. One that had to begin before it and did not, may begin in any
        year; ``uitgelopen`` holds its old window. A plan whose predecessor takes no part because it
        comes after the horizon or missed its years takes no part either, unless it is committed;
        one whose predecessor is finished or no longer delivered is free.
    Raises `InputError` for a horizon that ends before it begins, negative or double budgets, or
        plans of which the places are not known; all at once. See `outside_horizon` for what takes
        no part.
    """
    _check(plans, linkages, budgets, settings)
    if subsidies is not None:
        plans = payable(plans, subsidies)
    table = _plan_table(plans, scores, settings)
    table = table.drop(index=outside_horizon(plans, settings).index)
    kept = set(table.index)
    running = _running(plans, settings)
    band = settings.besparing
    openings = linkages.places.openings.rename(columns={f"opening_{band}": "opening"})
    openings = openings.loc[openings["plan"].isin(kept), ["plek", "plan", "opening"]]
    # The street of a work that is under way lies open already: nothing is left to share.
    openings["opening"] = openings["opening"].where(~openings["plan"].map(running), 0.0)
    places = set(openings["plek"])
    plek_buurt = linkages.places.buurten
    codes = plans.loc[table.index, "buurtcodes"].str.split(";").explode()
    links = linkages.links
    return Agenda(
        plans=table,
        openings=openings.reset_index(drop=True),
        plek_buurt=plek_buurt[plek_buurt["plek"].isin(places)].reset_index(drop=True),
        plan_buurt=codes.rename("buurtcode").rename_axis("plan").reset_index(),
        links=links[links["a"].isin(kept) & links["b"].isin(kept)].reset_index(drop=True),
        voorgangers=_precedence(plans.loc[table.index]),
        afspraken=pd.DataFrame({"groep": pd.Series(dtype=str), "plan": pd.Series(dtype=str)}),
        budgets=budgets.set_index(["partner", "jaar"]).sort_index()[["budget", "fte"]],
        settings=settings,
        bezet=_lain_open(plans, linkages.places.openings, places, settings),
        regelingen=_empty("van", "tot", "plafond") if subsidies is None else subsidies,
        bijdragen=counted_on(plans.loc[table.index], subsidies),
    )


def lapsed(subsidies: pd.DataFrame, edition: date) -> pd.DataFrame:
    """Return the schemes, those refused that nobody applied for before their last day."""
    if "aanvragen_tot" not in subsidies:
        return subsidies
    due = pd.to_datetime(subsidies["aanvragen_tot"], errors="coerce") < pd.Timestamp(edition)
    late = due & (subsidies["status"] == NOT_YET)
    return subsidies.assign(status=subsidies["status"].mask(late, REFUSED))


def payable(plans: gpd.GeoDataFrame, subsidies: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the plans without the amounts that a scheme cannot pay in any year."""
    schemes = subsidies.to_dict("index")
    never = {
        n: [
            source in schemes and bool(unpayable(plan, schemes[source]))
            for source, (_, plan) in zip(plans[f"bron_{n}"], plans.iterrows(), strict=True)
        ]
        for n in ("1", "2")
    }
    amounts = {f"bedrag_{n}": plans[f"bedrag_{n}"].mask(gone) for n, gone in never.items()}
    return plans.assign(**amounts)


def unpayable(plan: pd.Series, subsidy: Mapping[Any, Any]) -> str:
    """Say why a scheme cannot pay for a plan, whenever it starts; empty when it can."""
    if subsidy["status"] == REFUSED:
        return "De aanvraag is afgewezen."
    if plan["soort"] not in str(subsidy["soorten"]).split(";"):
        return f"De regeling geldt niet voor {plan['soort']}."
    other = sum(float(plan[f"bedrag_{n}"]) for n in ("1", "2") if plan[f"bedrag_{n}"] > 0)
    share = 1 - other / plan["kosten"] if plan["kosten"] > 0 else 1.0
    least = float(subsidy["eigen_aandeel"])
    if share < least - 1e-9:
        asked = f"de regeling vraagt {percent(least, 0)}"
        return f"Eigen aandeel is {percent(share, 0)}; {asked}."
    return ""


def counted_on(plans: pd.DataFrame, subsidies: pd.DataFrame | None) -> pd.DataFrame:
    """Return what plans ask of known schemes, as ``bijdragen`` of an `Agenda`."""
    known = set() if subsidies is None else set(subsidies.index)
    rows = [
        (str(plan), source, float(amount), status == "in uitvoering")
        for n in ("1", "2")
        for plan, source, amount, status in plans[
            [f"bron_{n}", f"bedrag_{n}", "status"]
        ].itertuples(name=None)
        if source in known and amount > 0
    ]
    return pd.DataFrame(rows, columns=["plan", "bron", "bedrag", "vrij"])


def _lain_open(
    plans: pd.DataFrame, openings: pd.DataFrame, places: set[str], settings: ProgrammeSettings
) -> pd.DataFrame:
    """Return until when places of the programme lay open for works that are over."""
    over = _begun(plans, settings) & ~_running(plans, settings)
    last = (plans["voorkeur"] + plans["duur"] - 1)[over]
    rows = openings[openings["plan"].isin(last.index) & openings["plek"].isin(places)]
    until = rows.assign(tot=rows["plan"].map(last)).groupby("plek")["tot"].max()
    return until.astype(int).reset_index()


def outside_horizon(plans: pd.DataFrame, settings: ProgrammeSettings) -> pd.DataFrame:
    """Return the plans that are over before the horizon or cannot start within it.

    Returns (index ``plan``): ``partner``, ``titel``, ``vertrouwelijkheid``, ``eerste``,
        ``laatste``; they take no part in the programme.
    """
    window = start_windows(plans)
    missed = (window["laatste"] < settings.start) & ~_committed(plans)
    never = missed | (window["eerste"] > settings.eind)
    begun = _begun(plans, settings)
    never &= ~begun
    never |= _behind(plans, set(plans.index[never]))
    outside = never.where(~begun, ~_running(plans, settings))
    return plans.loc[outside, ["partner", "titel", "vertrouwelijkheid"]].join(window)


def _behind(plans: pd.DataFrame, gone: set[str]) -> pd.Series:
    """Say which plans wait, directly or not, for one that takes no part; committed ones do not."""
    bound = plans["voorgangers"][~_committed(plans)]
    waits = {
        str(plan): {before for before, _ in predecessors(text)} for plan, text in bound.items()
    }
    found, more = set(gone), True
    while more:
        new = {plan for plan, before in waits.items() if before & found} - found
        found, more = found | new, bool(new)
    return pd.Series(plans.index.isin(found), index=plans.index)


def _committed(plans: pd.DataFrame) -> pd.Series:
    decided = plans["status"].isin(["vastgesteld", "in uitvoering"])
    return decided | (plans["flexibiliteit"] == "vast")


def _begun(plans: pd.DataFrame, settings: ProgrammeSettings) -> pd.Series:
    return (plans["status"] == "in uitvoering") & (plans["voorkeur"] < settings.start).astype(bool)


def _years_left(plans: pd.DataFrame, settings: ProgrammeSettings) -> pd.Series:
    return (plans["voorkeur"] + plans["duur"] - settings.start).astype(int)


def _running(plans: pd.DataFrame, settings: ProgrammeSettings) -> pd.Series:
    """Say which plans began before the horizon and go on within it."""
    return _begun(plans, settings) & (_years_left(plans, settings) > 0)


def _check(
    plans: pd.DataFrame, linkages: Linkages, budgets: pd.DataFrame, settings: ProgrammeSettings
) -> None:
    problems = []
    if settings.eind < settings.start:
        problems.append(Problem("De horizon eindigt vóór hij begint.", "Verruil de jaren."))
    twice = budgets[budgets.duplicated(["partner", "jaar"])]
    problems += [
        Problem(
            f"Partner {row.partner} heeft twee budgetten voor {row.jaar}.",
            "Houd er één over.",
            rij=str(row.Index),
        )
        for row in twice.itertuples()
    ]
    for column in ("budget", "fte"):
        problems += [
            Problem(
                f"Negatief getal bij {row['partner']} in {row['jaar']}.",
                "Vul nul of meer in, of laat leeg als het niet bekend is.",
                kolom=column,
            )
            for _, row in budgets[budgets[column] < 0].iterrows()
        ]
    digging = set(plans.index[plans["graaft"]])
    problems += [
        Problem(
            f"Van plan {plan} is geen plek bekend.",
            "Zoek de koppelkansen opnieuw, met deze plannen.",
        )
        for plan in sorted(digging - set(linkages.places.openings["plan"]))
    ]
    if problems:
        raise InputError(problems)


def _plan_table(
    plans: gpd.GeoDataFrame, scores: pd.DataFrame, settings: ProgrammeSettings
) -> pd.DataFrame:
    parameters = settings.waarden
    window = start_windows(plans)
    first = window["eerste"].clip(lower=settings.start)
    late = _committed(plans) & ~_begun(plans, settings) & (window["laatste"] < settings.start)
    last = window["laatste"].clip(upper=settings.eind).where(~late, settings.eind)
    urgency = plan_urgency(plans, scores)["urgentie"]
    middle = urgency.median()
    other = plans[["bedrag_1", "bedrag_2"]].fillna(0.0).sum(axis=1)
    running = _running(plans, settings)
    left = _years_left(plans, settings).where(running, plans["duur"].astype(int))
    share = left / plans["duur"].astype(int)
    noise = plans["hinder"].map(parameters.hinder).where(plans["hinder"] != "straat open", 0.0)
    return pd.DataFrame(
        {
            "partner": plans["partner"],
            "titel": plans["titel"],
            "soort": plans["soort"],
            "kosten": plans["kosten"].astype(float) * share,
            "eigen": (plans["kosten"].astype(float) - other) * share,
            "fte": plans["fte"].astype(float),
            "duur": left.astype(int),
            "eerste": first.where(~running, settings.start).astype(int),
            "laatste": last.where(~running, settings.start).astype(int),
            "voorkeur": plans["voorkeur"].astype(int).clip(first, last.where(last >= first, first)),
            "verplicht": _committed(plans),
            "uitgelopen": [
                years(*span) if missed else ""
                for missed, *span in zip(late, window["eerste"], window["laatste"], strict=True)
            ],
            "urgentie": urgency.fillna(0.0 if np.isnan(middle) else middle) / 100,
            "urgentie_bekend": urgency.notna(),
            "zekerheid": plans["zekerheid"].fillna(100.0) / 100,
            "hernieuwt": [parameters.soort(s).hernieuwt for s in plans["soort"]],
            "geluid": noise.astype(float),
            "vertrouwelijkheid": plans["vertrouwelijkheid"],
        },
        index=plans.index,
    )


def _precedence(plans: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (str(plan), before, gap)
        for plan, text in plans["voorgangers"].items()
        for before, gap in predecessors(text)
        if before in plans.index
    ]
    return pd.DataFrame(rows, columns=["plan", "voorganger", "marge"])


def share_left(planned: pd.DataFrame, plans: pd.DataFrame) -> pd.Series:
    """Return which share of each plan is still to be spent: 1 unless it is under way."""
    whole = plans["kosten"].reindex(planned.index).astype(float)
    share: pd.Series = (planned["kosten"] / whole).fillna(1.0)
    return share


def bound_pairs(agenda: Agenda) -> list[tuple[str, str, str]]:
    """Return (koppelkans, plan, plan) of every decided link."""
    if "bindt" not in agenda.links:
        return []
    decided = agenda.links[agenda.links["bindt"].astype(bool)]
    return list(decided[["kans", "a", "b"]].itertuples(index=False, name=None))


def tied_plans(agenda: Agenda) -> list[set[str]]:
    """Return the plans of every agreement and of every decided link."""
    agreed = [set(rows["plan"]) for _, rows in agenda.afspraken.groupby("groep")]
    return [*agreed, *({a, b} for _, a, b in bound_pairs(agenda))]


def schedule(chosen: Mapping[str, int], plans: pd.Index) -> pd.Series:
    """Return start years by plan as a series (Int64, NA where left out)."""
    years = [chosen.get(str(plan), pd.NA) for plan in plans]
    return pd.Series(years, index=plans, dtype="Int64", name="start")


def restrict(agenda: Agenda, plans: pd.Index) -> Agenda:
    """Return the agenda with only these plans in it."""
    kept = set(plans)
    openings = agenda.openings[agenda.openings["plan"].isin(kept)]
    links = agenda.links
    order, given = agenda.voorgangers, agenda.bijdragen
    return replace(
        agenda,
        plans=agenda.plans.loc[[p for p in agenda.plans.index if p in kept]],
        openings=openings.reset_index(drop=True),
        plek_buurt=agenda.plek_buurt[
            agenda.plek_buurt["plek"].isin(set(openings["plek"]))
        ].reset_index(drop=True),
        plan_buurt=agenda.plan_buurt[agenda.plan_buurt["plan"].isin(kept)].reset_index(drop=True),
        links=links[links["a"].isin(kept) & links["b"].isin(kept)].reset_index(drop=True),
        voorgangers=order[order["plan"].isin(kept) & order["voorganger"].isin(kept)].reset_index(
            drop=True
        ),
        afspraken=agenda.afspraken[agenda.afspraken["plan"].isin(kept)].reset_index(drop=True),
        bijdragen=given[given["plan"].isin(kept)].reset_index(drop=True),
        # what was assumed for a partner rests on all its plans
        budgets=agenda.limits,
    )
