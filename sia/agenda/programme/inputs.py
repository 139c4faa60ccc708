"""Everything that a programme is made from, as one frozen object of tidy tables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from sia.agenda.parameters import Parameters, default_parameters, of_the_method
from sia.agenda.programme.linkages import Linkages, plan_urgency, start_windows
from sia.agenda.programme.means import limits
from sia.agenda.reading.deliveries import REFUSED
from sia.agenda.reading.investments import predecessors
from sia.errors import InputError, Problem
from sia.methode import Band


@dataclass(frozen=True)
class ProgrammeSettings:
    """Rules of the programme.

    Parameters
    ----------
    start, eind : int
        First and last year of the horizon; plans start within it.
    besparing : {"laag", "midden", "hoog"}
        Which opening shares the programme counts on.
    straten_open : int or None
        Most places open in one buurt in one year; None is no cap.
    graafrust : int
        Years that a place stays closed after it was opened (5: opened in 2026, next from 2031);
        0 or 1 is no rest.
    hinder_drempel : float
        Nuisance points per buurt and year above which each extra point costs
        `Parameters.hinderpiek`.
    doorschuiven : float
        Share of a year's budget that may go on to the next year, 0-1.
    gat : float
        Relative gap at which the solver may stop.
    tijd : float
        Seconds at most. When the gap is reached first, the answer does not depend on the machine.
    stabiliteit : float
        Re-planning: cost of moving a plan by one year, fraction of its cost.
    zaad, threads : int
        Seed and number of threads of the solver; fixed, so that a run can be repeated.
    """

    start: int
    eind: int
    besparing: Band = field(default_factory=of_the_method("besparing"))
    straten_open: int | None = field(default_factory=of_the_method("straten_open"))
    graafrust: int = field(default_factory=of_the_method("graafrust"))
    hinder_drempel: float = field(default_factory=of_the_method("hinder_drempel"))
    doorschuiven: float = field(default_factory=of_the_method("doorschuiven"))
    gat: float = field(default_factory=of_the_method("gat"))
    tijd: float = field(default_factory=of_the_method("tijd"))
    stabiliteit: float = field(default_factory=of_the_method("stabiliteit"))
    zaad: int = field(default_factory=of_the_method("zaad"))
    threads: int = 2

    @property
    def jaren(self) -> range:
        """The years of the horizon."""
        return range(self.start, self.eind + 1)


@dataclass(frozen=True)
class Agenda:
    """The input of a programme.

    Parameters
    ----------
    plans : DataFrame, index ``plan``
        ``partner``, ``titel``, ``soort``, ``kosten``, ``eigen`` (own means, euro), ``fte`` (NaN
        unknown), ``duur``, ``eerste``, ``laatste`` (start window within the horizon),
        ``voorkeur``, ``verplicht`` (bool: may not be left out), ``urgentie`` (0-1),
        ``urgentie_bekend`` (bool), ``zekerheid`` (0-1), ``hernieuwt`` (bool), ``geluid``
        (nuisance points that do not come from an opening), ``vertrouwelijkheid``.
    openings : DataFrame
        ``plek``, ``plan``, ``opening`` (euro).
    plek_buurt, plan_buurt : DataFrame
        ``plek`` / ``plan`` with ``buurtcode``.
    links : DataFrame
        ``kans``, ``a``, ``b``, ``waardering`` (euro when both are under way in one year).
    voorgangers : DataFrame
        ``plan``, ``voorganger``, ``marge`` (years).
    afspraken : DataFrame
        ``groep``, ``plan``: agreed to start in the same year.
    budgets : DataFrame, index (``partner``, ``jaar``)
        ``budget``, ``fte`` as they were given; what binds is `limits`.
    settings : ProgrammeSettings
    parameters : Parameters
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
    parameters: Parameters

    @cached_property
    def limits(self) -> pd.DataFrame:
        """Money and people that bind, see `sia.agenda.programme.means.limits`."""
        return limits(self.plans, self.budgets, self.settings.jaren)


def prepare(
    plans: gpd.GeoDataFrame,
    linkages: Linkages,
    scores: pd.DataFrame,
    budgets: pd.DataFrame,
    settings: ProgrammeSettings,
    parameters: Parameters | None = None,
) -> Agenda:
    """Bring plans, koppelkansen, urgency and budgets together.

    Parameters
    ----------
    plans : GeoDataFrame, index ``plan``
        As read and combined, made for the level at which the programme is discussed.
    linkages : Linkages
        Of the same plans.
    scores : DataFrame, index ``buurtcode``
        ``urgentie`` and domains, 0-100.
    budgets : DataFrame
        Columns ``partner``, ``jaar``, ``budget`` (euro), ``fte``.
    settings : ProgrammeSettings
    parameters : Parameters, optional

    Returns
    -------
    Agenda
        A plan that began before the horizon takes part with the years and the money that are
        left, from the first year on.

    Raises
    ------
    InputError
        A horizon that ends before it begins, negative or double budgets, or plans of which the
        places are not known; all at once. See `outside_horizon` for what takes no part.
    """
    parameters = parameters or default_parameters()
    _check(plans, linkages, budgets, settings)
    table = _plan_table(plans, scores, settings, parameters)
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
        parameters=parameters,
    )


def without_refused(plans: gpd.GeoDataFrame, subsidies: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the plans as a programme may count on their money: what was refused pays nothing.

    Parameters
    ----------
    plans : GeoDataFrame, index ``plan``
        As read.
    subsidies : DataFrame, index ``subsidie``
        ``status``.
    """
    refused = subsidies.index[subsidies["status"] == REFUSED]
    amounts = {
        f"bedrag_{n}": plans[f"bedrag_{n}"].mask(plans[f"bron_{n}"].isin(refused))
        for n in ("1", "2")
    }
    return plans.assign(**amounts)


def outside_horizon(plans: pd.DataFrame, settings: ProgrammeSettings) -> pd.DataFrame:
    """Return the plans that are over before the horizon or cannot start within it.

    Returns
    -------
    DataFrame, index ``plan``
        ``partner``, ``titel``, ``vertrouwelijkheid``, ``eerste``, ``laatste``; they take no part
        in the programme.
    """
    window = start_windows(plans)
    outside = (window["eerste"] > settings.eind) | (window["laatste"] < settings.start)
    begun = _begun(plans, settings)
    outside = outside.where(~begun, ~_running(plans, settings))
    return plans.loc[outside, ["partner", "titel", "vertrouwelijkheid"]].join(window)


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
                "Vul nul of meer in, of laat leeg als er geen grens is.",
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
    plans: gpd.GeoDataFrame,
    scores: pd.DataFrame,
    settings: ProgrammeSettings,
    parameters: Parameters,
) -> pd.DataFrame:
    window = start_windows(plans)
    first = window["eerste"].clip(lower=settings.start)
    last = window["laatste"].clip(upper=settings.eind)
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
            "verplicht": plans["status"].isin(["vastgesteld", "in uitvoering"])
            | (plans["flexibiliteit"] == "vast"),
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
    """Return which share of each plan is still to be spent: 1 unless it is under way.

    Parameters
    ----------
    planned : DataFrame, index ``plan``
        Of an agenda: ``kosten`` is what is left.
    plans : DataFrame, index ``plan``
        As read: ``kosten`` is the whole.
    """
    whole = plans["kosten"].reindex(planned.index).astype(float)
    share: pd.Series = (planned["kosten"] / whole).fillna(1.0)
    return share


def restrict(agenda: Agenda, plans: pd.Index) -> Agenda:
    """Return the agenda with only these plans in it."""
    kept = set(plans)
    openings = agenda.openings[agenda.openings["plan"].isin(kept)]
    links = agenda.links
    order = agenda.voorgangers
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
        # what was assumed for a partner rests on all its plans
        budgets=agenda.limits,
    )
