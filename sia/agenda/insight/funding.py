"""Whose money, when, from which source; and how partners share what they save together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from sia.agenda.programme.baselines import alone
from sia.agenda.programme.inputs import Agenda, share_left, unpayable
from sia.agenda.programme.worth import delay_cost, early_loss, leave_out_price, opened_in
from sia.agenda.reading.deliveries import GRANTED
from sia.agenda.wording import euro
from sia.dutch import opsomming

Rule = Literal["shapley", "evenredig"]
OWN = "eigen middelen"


def money(
    agenda: Agenda, plans: pd.DataFrame, starts: pd.Series, gebieden: pd.Series | None = None
) -> pd.DataFrame:
    """Return the bundled budget: who brings which money to which area in which year.

    `plans`: As read: ``bron_1``, ``bedrag_1``, ``bron_2``, ``bedrag_2``.
    `gebieden` (index ``buurtcode``): Name of the area of each buurt; buurten that are not in it
        count as ``overig``. Default: every buurt is its own area.
    Returns: ``gebied``, ``jaar``, ``partner``, ``bron``, ``bedrag`` (euro). A plan's money is
        spread evenly over its years (also those after the horizon) and over its buurten.
    """
    placed = agenda.plans.loc[starts.dropna().index]
    sources = _sources(placed, plans)
    duration = placed["duur"].reindex(sources["plan"]).to_numpy(dtype=int)
    begin = starts.reindex(sources["plan"]).to_numpy(dtype=int)
    yearly = sources.loc[sources.index.repeat(duration)].reset_index(drop=True)
    yearly["bedrag"] /= np.repeat(duration, duration)
    steps = [np.arange(d) for d in duration]
    yearly["jaar"] = np.repeat(begin, duration) + (
        np.concatenate(steps) if steps else np.empty(0, dtype=int)
    )
    where = agenda.plan_buurt.copy()
    where["deel"] = 1 / where.groupby("plan")["buurtcode"].transform("size")
    names = where["buurtcode"] if gebieden is None else where["buurtcode"].map(gebieden)
    where["gebied"] = names.fillna("overig")
    table = yearly.merge(where, on="plan")
    table["bedrag"] *= table["deel"]
    keys = ["gebied", "jaar", "partner", "bron"]
    return table.groupby(keys, sort=True)["bedrag"].sum().reset_index()


def _sources(placed: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Return one row per plan and source: ``plan``, ``partner``, ``bron``, ``bedrag``."""
    parts = [placed.assign(bron=OWN, bedrag=placed["eigen"])]
    given, left = plans.reindex(placed.index), share_left(placed, plans)
    for n in ("1", "2"):
        parts.append(placed.assign(bron=given[f"bron_{n}"], bedrag=given[f"bedrag_{n}"] * left))
    table = pd.concat(parts).rename_axis("plan").reset_index()
    table = table[table["bedrag"].fillna(0.0) > 0]
    return table[["plan", "partner", "bron", "bedrag"]].reset_index(drop=True)


def cover(
    agenda: Agenda, plans: pd.DataFrame, starts: pd.Series, subsidies: pd.DataFrame
) -> pd.DataFrame:
    """Return how sure the outside money of every placed plan is.

    `subsidies` (index ``subsidie``): ``van``, ``tot`` (years in which work must start), ``plafond``
        (euro for all plans together), ``eigen_aandeel`` (least share of the cost from own means),
        ``soorten`` (``;``-joined), ``voorwaarde``, ``status`` (toegekend / toegekend onder
        voorwaarde / aangevraagd / afgewezen).
    Returns: One row per plan and source: ``plan``, ``partner``, ``bron``, ``jaar`` (of start),
        ``bedrag``, ``gedekt``, ``voorwaardelijk``, ``open`` (euro, summing to ``bedrag``) and
        ``reden`` (Dutch). Under a ceiling earlier starts go first, then plan number.
    """
    placed = agenda.plans.loc[starts.dropna().index]
    asked = _sources(placed, plans)
    asked = asked[asked["bron"] != OWN]
    asked["jaar"] = starts.reindex(asked["plan"]).to_numpy(dtype=int)
    asked = asked.sort_values(["jaar", "plan", "bron"]).reset_index(drop=True)
    left = subsidies["plafond"].to_dict()
    rows = []
    for plan, bron, amount, year in asked[["plan", "bron", "bedrag", "jaar"]].itertuples(
        index=False, name=None
    ):
        reason = _refusal(plans.loc[plan], bron, year, subsidies)
        granted = 0.0 if reason else min(amount, max(left[bron], 0.0))
        if not reason:
            left[bron] -= granted
        rows.append(_covered(amount, granted, reason, bron, subsidies))
    columns = ["gedekt", "voorwaardelijk", "open", "reden"]
    return asked.join(pd.DataFrame(rows, columns=columns, index=asked.index))


def _refusal(plan: pd.Series, bron: str, year: int, subsidies: pd.DataFrame) -> str:
    """Say why a subsidy cannot pay for a plan; empty when it can."""
    if bron not in subsidies.index:
        return "Deze bron staat niet in de lijst met subsidies."
    subsidy = subsidies.to_dict("index")[bron]
    if plan["status"] != "in uitvoering" and not subsidy["van"] <= year <= subsidy["tot"]:
        return f"Start in {year} valt buiten de regeling ({subsidy['van']}-{subsidy['tot']})."
    return unpayable(plan, subsidy)


def _covered(
    amount: float, granted: float, reason: str, bron: str, subsidies: pd.DataFrame
) -> tuple[float, float, float, str]:
    if reason:
        return 0.0, 0.0, amount, reason
    status, condition = str(subsidies["status"][bron]), str(subsidies["voorwaarde"][bron])
    sure = status == GRANTED
    over = amount - granted
    texts = []
    if not sure:
        texts.append(f"Nog niet zeker ({status}); voorwaarde: {condition}.")
    if over > 0:
        texts.append(f"Het plafond is bereikt: {euro(over)} is niet gedekt.")
    fixed = granted if sure else 0.0
    return fixed, granted - fixed, over, " ".join(texts)


def opening_shares(openings: Sequence[float], rule: Rule = "shapley") -> np.ndarray:
    """Divide the cost of one shared opening.

    `openings` (shape (n,)): What each work would pay to open the street alone, euro.
    Returns (shape (n,)): What each pays; sums to the largest opening, and nobody pays more than
        alone.

    The joint cost is the largest opening, so this is the airport game: the Shapley value lets
    every step of the cost be shared equally by those who need it (Littlechild & Owen 1973,
    Management Science 20(3), eq. 5). With equal openings F each pays F / n. ``evenredig`` divides
    the joint cost in proportion to the stand-alone cost.
    """
    cost = np.asarray(openings, dtype=float)
    if rule == "evenredig":
        total = cost.sum()
        return cost * (cost.max() / total) if total > 0 else cost
    order = np.argsort(cost, kind="stable")
    steps = np.diff(np.concatenate([[0.0], cost[order]]))
    paid = np.empty_like(cost)
    paid[order] = np.cumsum(steps / np.arange(len(cost), 0, -1))
    return paid


def shares(agenda: Agenda, starts: pd.Series, rule: Rule = "shapley") -> pd.DataFrame:
    """Return for every work in a shared opening what it pays and saves.

    Returns: ``plek``, ``jaar``, ``plan``, ``partner``, ``alleen`` (own opening), ``betaalt``,
        ``bespaart`` (euro).
    """
    table = opened_in(agenda, starts).sort_values(["plek", "jaar", "plan"]).reset_index(drop=True)
    groups = table.groupby(["plek", "jaar"], sort=True)["opening"]
    paid = [opening_shares(group.tolist(), rule) for _, group in groups]
    table["betaalt"] = np.concatenate(paid) if paid else np.empty(0)
    table = table[groups.transform("size") > 1]
    return pd.DataFrame(
        {
            "plek": table["plek"],
            "jaar": table["jaar"],
            "plan": table["plan"],
            "partner": table["plan"].map(agenda.plans["partner"]),
            "alleen": table["opening"],
            "betaalt": table["betaalt"],
            "bespaart": table["opening"] - table["betaalt"],
        }
    ).reset_index(drop=True)


def partner_gains(
    agenda: Agenda, starts: pd.Series, separate: pd.Series | None = None
) -> pd.DataFrame:
    """Return what each partner gains over planning alone: cash and valuation, never summed.

    `starts`: The joint programme.
    `separate`: The schedule of everybody alone; made when not given.
    Returns (index ``partner``): ``bespaart`` (cash: its share of avoided openings, never below
        zero), ``tijd`` (change in the valuation of delay and early replacement, positive is
        better), ``plannen`` (change in the valuation of plans that are in or out), ``waardering``
        (both), ``verliest`` (bool: by that valuation), ``zin``. A valuation is no money that
        another partner could pay.
    """
    apart = alone(agenda) if separate is None else separate
    saved = shares(agenda, starts).groupby("partner")["bespaart"].sum()
    table = pd.DataFrame(index=pd.Index(sorted(agenda.plans["partner"].unique()), name="partner"))
    table["bespaart"] = saved.reindex(table.index).fillna(0.0)
    joint_time, joint_plans = _own_worth(agenda, starts)
    alone_time, alone_plans = _own_worth(agenda, apart)
    table["tijd"] = _change(joint_time, alone_time, table.index)
    table["plannen"] = _change(joint_plans, alone_plans, table.index)
    table["waardering"] = table["tijd"] + table["plannen"]
    table["verliest"] = table["waardering"] < -0.5
    table["zin"] = [_gain_sentence(str(p), row) for p, row in table.iterrows()]
    return table


def _own_worth(agenda: Agenda, starts: pd.Series) -> tuple[pd.Series, pd.Series]:
    placed = agenda.plans.loc[starts.dropna().index]
    year = starts.reindex(placed.index).astype(int)
    p = agenda.parameters
    time = -(delay_cost(placed, year, p) + early_loss(placed, year, p))
    inside = leave_out_price(placed, p)
    return time.groupby(placed["partner"]).sum(), inside.groupby(placed["partner"]).sum()


def _change(joint: pd.Series, apart: pd.Series, partners: pd.Index) -> pd.Series:
    return joint.reindex(partners).fillna(0.0) - apart.reindex(partners).fillna(0.0)


def _gain_sentence(partner: str, row: pd.Series) -> str:
    cash = (
        f"{partner} betaalt {euro(row['bespaart'])} minder voor openbreken"
        if row["bespaart"] >= 0.5
        else f"{partner} betaalt niet minder voor openbreken"
    )
    sides = [
        f"{what} {better if row[column] > 0 else worse}"
        for column, what, better, worse in (
            ("tijd", "de jaren liggen", "gunstiger", "minder gunstig"),
            ("plannen", "er is", "meer van haar plannen in", "minder van haar plannen in"),
        )
        if abs(row[column]) >= 0.5
    ]
    return f"{cash}; {opsomming(sides)}." if sides else f"{cash}."
