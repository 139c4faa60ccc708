"""What a given schedule is worth, computed directly from the plans and not by the solver."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sia.agenda.programme.inputs import Agenda
from sia.methode import AgendaValues

PARTS = ("geplaatst", "besparing", "uitstel", "vervroeging", "hinder", "waardering", "verplaatsing")
"""Parts of the worth of a schedule, euro; the third, fourth, fifth and last are losses."""


def value(plans: pd.DataFrame, parameters: AgendaValues) -> pd.Series:
    """Return what delay, leaving out and moving are measured against, in euro.

    The cost, or what its people and `AgendaValues.minste_waarde` come to where that is more: work
    that costs nothing, by volunteers or staff that is paid anyhow, counts as well.
    """
    people = parameters.fte_waarde * plans["fte"].fillna(0.0) * plans["duur"]
    least = parameters.minste_waarde
    return plans["kosten"].astype(float).clip(lower=people.clip(lower=least))


def leave_out_price(plans: pd.DataFrame, parameters: AgendaValues) -> pd.Series:
    """Return what it costs the city to drop each plan, in euro.

    ``afvallen * value * (1 + urgentie) * zekerheid``: the urgency of the place and the certainty
    of the plan, at least `AgendaValues.minste_zekerheid`, weigh in.
    """
    sure = plans["zekerheid"].clip(lower=parameters.minste_zekerheid)
    return parameters.afvallen * value(plans, parameters) * (1 + plans["urgentie"]) * sure


def delay_cost(plans: pd.DataFrame, year: pd.Series, parameters: AgendaValues) -> pd.Series:
    """Return the cost of starting late: ``uitstel * value * (1 + urgentie) * years``."""
    late = (year - plans["voorkeur"]).clip(lower=0)
    return parameters.uitstel * value(plans, parameters) * (1 + plans["urgentie"]) * late


def early_loss(plans: pd.DataFrame, year: pd.Series, parameters: AgendaValues) -> pd.Series:
    """Return the loss of a start m years early: ``value * (1 - (1 + r) ** -m)``.

    What is spent early costs its interest, and what is replaced early loses as much of its life. So
    work that asks for no other year is done in the year that its partner prefers.
    """
    early = (plans["voorkeur"] - year).clip(lower=0)
    return value(plans, parameters) * (1 - (1 + parameters.disconto) ** -early.astype(float))


def worth(agenda: Agenda, starts: pd.Series, current: pd.Series | None = None) -> pd.Series:
    """Return the worth of a schedule, in euro, split into its parts.

    Returns: `PARTS` and ``totaal`` = geplaatst + besparing + waardering - the losses.
    """
    placed = agenda.plans.loc[starts.dropna().index.intersection(agenda.plans.index)]
    year = starts.reindex(placed.index).astype(int)
    p = agenda.parameters
    parts = {
        "geplaatst": float(leave_out_price(placed, p).sum()),
        "besparing": float(savings(agenda, starts)["besparing"].sum()),
        "uitstel": float(delay_cost(placed, year, p).sum()),
        "vervroeging": float(early_loss(placed, year, p).sum()),
        "hinder": p.hinderpiek * nuisance_excess(agenda, starts),
        "waardering": _valued_links(agenda, year),
        "verplaatsing": 0.0 if current is None else float(move_cost(agenda, starts, current)),
    }
    parts["totaal"] = (
        parts["geplaatst"]
        + parts["besparing"]
        + parts["waardering"]
        - parts["uitstel"]
        - parts["vervroeging"]
        - parts["hinder"]
        - parts["verplaatsing"]
    )
    return pd.Series(parts)


def opened_in(agenda: Agenda, starts: pd.Series) -> pd.DataFrame:
    """Return the openings of plans that have a place, with the ``jaar`` in which they start."""
    table = agenda.openings.assign(jaar=agenda.openings["plan"].map(starts))
    return table.dropna(subset=["jaar"]).astype({"jaar": int})


def savings(agenda: Agenda, starts: pd.Series) -> pd.DataFrame:
    """Return the saving of each shared opening.

    Returns: ``plek``, ``jaar``, ``n`` works, ``besparing`` = sum of openings - the largest (euro);
        for n equal works that is (n - 1) openings.
    """
    opened = (
        opened_in(agenda, starts)
        .groupby(["plek", "jaar"], sort=True)["opening"]
        .agg(["size", "sum", "max"])
    )
    opened = opened[opened["size"] > 1].reset_index()
    return pd.DataFrame(
        {
            "plek": opened["plek"],
            "jaar": opened["jaar"],
            "n": opened["size"],
            "besparing": opened["sum"] - opened["max"],
        }
    )


def open_places(agenda: Agenda, starts: pd.Series) -> pd.DataFrame:
    """Return every (``plek``, ``jaar``) in which a place lies open, once however many work."""
    return _spread(opened_in(agenda, starts), agenda)[["plek", "jaar"]].drop_duplicates()


def _spread(table: pd.DataFrame, agenda: Agenda) -> pd.DataFrame:
    """Repeat rows with a start ``jaar`` for every year of execution within the horizon."""
    duration = table["plan"].map(agenda.plans["duur"]).to_numpy(dtype=int)
    wide = table.loc[table.index.repeat(duration)].copy()
    wide["jaar"] = wide["jaar"].astype(int) + np.concatenate(
        [np.arange(d) for d in duration] or [np.empty(0, dtype=int)]
    )
    return wide[wide["jaar"] <= agenda.settings.eind]


def nuisance(agenda: Agenda, starts: pd.Series) -> pd.Series:
    """Return nuisance points per (``buurtcode``, ``jaar``): open places plus noise."""
    opened = open_places(agenda, starts).merge(agenda.plek_buurt, on="plek")
    opened["punten"] = agenda.parameters.hinder["straat open"]
    noise = agenda.plan_buurt.assign(
        jaar=agenda.plan_buurt["plan"].map(starts),
        punten=agenda.plan_buurt["plan"].map(agenda.plans["geluid"]),
    ).dropna(subset=["jaar"])
    noise = _spread(noise[noise["punten"] > 0], agenda)
    columns = ["buurtcode", "jaar", "punten"]
    both = pd.concat([opened[columns], noise[columns]])
    return both.groupby(["buurtcode", "jaar"])["punten"].sum()


def nuisance_excess(agenda: Agenda, starts: pd.Series) -> float:
    """Return the nuisance points above the threshold, summed over buurten and years."""
    excess = nuisance(agenda, starts) - agenda.settings.hinder_drempel
    return float(excess.clip(lower=0).sum())


def _valued_links(agenda: Agenda, year: pd.Series) -> float:
    total = 0.0
    duration = agenda.plans["duur"]
    for a, b, gain in agenda.links[["a", "b", "waardering"]].itertuples(index=False):
        if a in year.index and b in year.index:
            first = max(year[a], year[b])
            last = min(year[a] + duration[a], year[b] + duration[b]) - 1
            total += gain if first <= min(last, agenda.settings.eind) else 0.0
    return total


def move_cost(agenda: Agenda, starts: pd.Series, current: pd.Series) -> float:
    """Return the cost of leaving the agreed schedule (stability weight times value per year).

    A plan that appears in or drops out of the programme counts as one year moved; one that the
    agreed schedule does not know is new and moves nothing.
    """
    plans = agenda.plans.loc[agenda.plans.index.isin(current.index)]
    weight = agenda.settings.stabiliteit * value(plans, agenda.parameters)
    years = moved_years(starts.reindex(weight.index), current.reindex(weight.index))
    return float((weight * years).sum())


def moved_years(starts: pd.Series, current: pd.Series) -> pd.Series:
    """Return by how many years each plan moved; in or out of the programme counts as one."""
    new, old = starts.astype("Float64"), current.astype("Float64")
    appears = (new.isna() != old.isna()).astype(float)
    years: pd.Series = (new - old).abs().astype("Float64").fillna(0.0).astype(float)
    return years.where(appears == 0, 1.0)
