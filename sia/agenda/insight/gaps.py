"""What the agenda lacks: partners, people, plans for an opgave, and subsidies in time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sia.agenda.dia import Dia
from sia.agenda.programme.linkages import served
from sia.agenda.reading.fields import OPGAVEN
from sia.agenda.wording import count, day, euro, number, years
from sia.dutch import opsomming
from sia.methode import SocialRule


def missing_partners(dia: Dia) -> pd.DataFrame:
    """Return the social roles that nobody brings to works that could use them.

    Returns: ``ontbreekt`` (kinds of work), ``werken``, ``buurten`` (numbers), ``zin``; the role
        that most works lack first. A role that nobody at the table has is said to be missing there.
    """
    where = dia.plans[["soort", "partner"]].assign(buurt=dia.plans["buurtcodes"].str.split(";"))
    each = where.explode("buurt")
    rows = [row for rule in dia.agenda.parameters.sociaal if (row := _missing(each, rule))]
    table = pd.DataFrame(rows, columns=["ontbreekt", "werken", "buurten", "zin"])
    return table.sort_values("werken", ascending=False, kind="stable", ignore_index=True)


def _missing(each: pd.DataFrame, rule: SocialRule) -> tuple[str, int, int, str] | None:
    bring, need = (each[each["soort"].isin(role)] for role in (rule.a, rule.b))
    alone = need[~need["buurt"].isin(bring["buurt"])]
    if alone.empty:
        return None
    works, places = alone.index.nunique(), alone["buurt"].nunique()
    who = opsomming(sorted(set(bring["partner"])))
    role = opsomming(list(rule.a))
    at = f"{count(works, 'werk', 'werken')} in {count(places, 'buurt', 'buurten')}"
    tail = f"Elders heeft {who} zo'n plan." if who else "Aan tafel ontbreekt wie dat doet."
    return role, works, places, f"Geen plan voor {role} bij {at}. {rule.zin} {tail}"


def unfunded_people(dia: Dia) -> pd.DataFrame:
    """Return the works in the programme of which nobody says who does them.

    Returns: ``partner``, ``plan``, ``titel``, ``fte`` (NaN: not given), ``zin``. Works that ask
        people in years of which the partner gave no fte, social works that do not say how many, and
        works that recruit volunteers while nobody is there to do that.
    """
    roles = {kind for rule in dia.agenda.parameters.sociaal for kind in rule.a}
    known = dia.agenda.budgets["fte"].dropna().index
    rows = []
    placed = dia.agenda.plans.assign(start=dia.starts).dropna(subset="start")
    volunteers = dia.plans["vrijwilligers"].reindex(placed.index).fillna(0)
    for plan, row in placed.iterrows():
        span = range(int(row["start"]), int(row["start"] + row["duur"]))
        open_years = [t for t in span if (row["partner"], t) not in known]
        if volunteers[plan] > 0 and not row["fte"] > 0:
            zin = (
                f"{row['titel']}: {count(int(volunteers[plan]), 'vrijwilliger', 'vrijwilligers')} "
                "te werven en op te leiden; niet gezegd is wie dat doet."
            )
        elif np.isnan(row["fte"]) and row["soort"] in roles:
            zin = f"{row['titel']}: niet gezegd is hoeveel mensen het vraagt."
        elif row["fte"] > 0 and open_years:
            when = years(open_years[0], open_years[-1])
            zin = (
                f"{row['titel']}: {number(row['fte'])} fte; {row['partner']} zei niet of die er in "
                f"{when} zijn."
            )
        else:
            continue
        rows.append((row["partner"], plan, row["titel"], row["fte"], zin))
    return pd.DataFrame(rows, columns=["partner", "plan", "titel", "fte", "zin"])


def works_of_people(plans: pd.DataFrame, starts: pd.Series) -> pd.DataFrame:
    """Return the works with a year that ask volunteers or reach households.

    Returns: ``partner``, ``plan``, ``titel``, ``start``, ``fte``, ``vrijwilligers``,
        ``huishoudens`` (NA: not given); the first to begin first.
    """
    columns = ["partner", "titel", "fte", "vrijwilligers", "huishoudens"]
    told = plans[columns].assign(start=starts).dropna(subset="start")
    told = told[told[["vrijwilligers", "huishoudens"]].gt(0).fillna(False).any(axis=1)]
    shown = pd.DataFrame(told).sort_values(["start", "partner"], kind="stable")
    return shown.rename_axis("plan").reset_index()[
        ["partner", "plan", "titel", "start", *columns[2:]]
    ]


def unserved(dia: Dia, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the opgaven of the candidate areas that no plan serves; `opgaven_without_plan`."""
    codes = dia.plans["buurtcodes"].str.split(";")
    plans = pd.DataFrame(dia.plans.assign(buurtcode=codes).explode("buurtcode"))
    return opgaven_without_plan(plans, dia.gebieden.reindex(dia.kandidaten), scores)


def opgaven_without_plan(
    plans: pd.DataFrame, area: pd.Series[str], scores: pd.DataFrame
) -> pd.DataFrame:
    """Return the opgaven of areas that no plan serves yet, most urgent first.

    `plans`: ``buurtcode`` and ``opgaven`` (joined by ``;``), a row per buurt and plan.
    `area` (index ``buurtcode``): Name of the area.
    `scores` (index ``buurtcode``): Of all buurten of the municipality; an opgave without a score is
        passed over.
    Returns: ``gebied``, ``opgave``, ``score`` (mean of its buurten), ``zin``. Only opgaven on which
        the area scores above the middle buurt of the city.
    """
    known = [opgave for opgave in OPGAVEN if opgave in scores]
    serves = served(plans).groupby(plans["buurtcode"].map(area).to_numpy()).any()
    mean = scores[known].reindex(area.index).groupby(area).mean()
    middle = scores[known].median()
    rows = [
        (name, opgave, score, f"{name}: nog geen plan voor {opgave}; zet het op de agenda.")
        for name, row in mean.iterrows()
        for opgave, score in row[row > middle].items()
        if name not in serves.index or not serves.at[name, opgave]
    ]
    table = pd.DataFrame(rows, columns=["gebied", "opgave", "score", "zin"])
    return table.sort_values("score", ascending=False, kind="stable", ignore_index=True)


def subsidy_calendar(dia: Dia) -> pd.DataFrame:
    """Return per scheme its years, its state, what the programme counts on and what is left.

    Returns: ``regeling``, ``stand``, ``start tussen``, ``aanvragen vóór``, ``plannen`` (number),
        ``gerekend (€)``, ``over (€)``, ``zin``; the earliest deadline first.
    """
    given, funds = dia.agenda.bijdragen, dia.delivered.subsidies
    used = given[given["plan"].isin(dia.starts.dropna().index)].groupby("bron")["bedrag"]
    table = pd.DataFrame(
        {
            "regeling": funds["naam"],
            "stand": funds["status"],
            "start tussen": [years(a, b) for a, b in zip(funds["van"], funds["tot"], strict=True)],
            "plannen": used.size().reindex(funds.index).fillna(0).astype("int64"),
            "gerekend (€)": used.sum().reindex(funds.index).fillna(0.0),
        }
    )
    table["over (€)"] = funds["plafond"] - table["gerekend (€)"]
    given_due = funds.get("aanvragen_tot", pd.Series(None, index=funds.index, dtype=object))
    due = pd.to_datetime(given_due, errors="coerce")
    table["aanvragen vóór"] = ["" if pd.isna(at) else day(at.date()) for at in due]
    table["zin"] = [
        f"{name} ({state}): {count(n, 'plan rekent', 'plannen rekenen')} op {euro(amount)}; "
        f"over {euro(left)}."
        for name, state, n, amount, left in zip(
            table["regeling"], table["stand"], table["plannen"], table["gerekend (€)"],
            table["over (€)"], strict=True,
        )
    ]  # fmt: skip
    order = due.sort_values(kind="stable", na_position="last")
    return table.loc[order.index].reset_index(drop=True)
