"""What every partner can spend and do in every year, also where it did not say."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sia.agenda.reading.fields import IDEA
from sia.agenda.wording import spans
from sia.errors import Problem

_REMEDY = "Zet voor deze jaren een rij in `budgetten`; tot dan staat hier een aanname."


def limits(plans: pd.DataFrame, budgets: pd.DataFrame, jaren: range) -> pd.DataFrame:
    """Return money and people of every partner in every year; nothing is ever without a limit.

    Returns (index (``partner``, ``jaar``)): ``budget``, ``fte``. A year that is not known counts as
        the lowest amount above nothing that the partner gave for another year. Of a partner that
        gave none at all every year counts as the most that it asks in one year when all its plans
        start when it prefers.
    """
    longest = int(plans["duur"].max()) if len(plans) else 1
    years = range(jaren.start, jaren.stop + longest - 1)
    grid = pd.MultiIndex.from_product(
        [sorted(plans["partner"].unique()), years], names=["partner", "jaar"]
    )
    given = budgets[["budget", "fte"]].astype(float)
    of_partner = given.groupby(level="partner")
    lowest = given.where(given > 0).groupby(level="partner").min().fillna(of_partner.max())
    other = lowest.combine_first(_asked(plans)).reindex(grid, level="partner")
    return given.reindex(grid).fillna(other)[["budget", "fte"]]


def _asked(plans: pd.DataFrame) -> pd.DataFrame:
    """Return the most money and people that each partner asks in one year."""
    return _yearly(plans).groupby(level="partner").max()


def _yearly(plans: pd.DataFrame) -> pd.DataFrame:
    """Return money and people per partner and year when every plan starts when it prefers."""
    each = plans.loc[plans.index.repeat(plans["duur"].astype(int))]
    step = each.groupby(level=0).cumcount().to_numpy() if len(each) else np.empty(0, dtype=int)
    asked = pd.DataFrame(
        {"budget": each["eigen"] / each["duur"], "fte": each["fte"].fillna(0.0)}
    ).astype(float)
    when = each["voorkeur"].to_numpy(dtype=int) + step
    keys = pd.MultiIndex.from_arrays([each["partner"], when], names=["partner", "jaar"])
    return asked.set_axis(keys).groupby(level=["partner", "jaar"]).sum()


def assumed(plans: pd.DataFrame, budgets: pd.DataFrame, jaren: Iterable[int]) -> list[Problem]:
    """Return in words of which partners and years the money was not given, without any amount."""
    wanted = set(jaren)
    money = budgets["budget"].dropna().reset_index()
    problems = []
    for partner in sorted(plans.loc[plans["eigen"] > 0, "partner"].unique()):
        known = set(money.loc[money["partner"] == partner, "jaar"].astype(int))
        missing = sorted(wanted - known)
        if missing:
            wat = f"Van {partner} is geen budget bekend in {', '.join(spans(missing))}; "
            wat += (
                "gerekend is met het laagste jaar dat wel bekend is."
                if known
                else "gerekend is met hoogstens wat de partner zelf in één jaar vraagt."
            )
            problems.append(Problem(wat, _REMEDY, rij=partner, kolom="budget"))
    return problems


def without_internal(
    budgets: pd.DataFrame, plans: pd.DataFrame, table: pd.DataFrame
) -> pd.DataFrame:
    """Return the budgets that are left for the table, once what a partner keeps to itself is paid.

    `budgets`: ``partner``, ``jaar``, ``budget``, ``fte``.
    `plans`: All plans of a partner, as read.
    `table`: The plans that the table sees. What is not among them takes its money and people in the
        years in which the partner wants it, unless it is only an idea.
    """
    hidden = plans[~plans.index.isin(table.index) & (plans["status"] != IDEA)]
    spent = _yearly(
        hidden.assign(
            eigen=hidden["kosten"] - hidden[["bedrag_1", "bedrag_2"]].fillna(0.0).sum(axis=1)
        )
    )
    used = spent.reindex(pd.MultiIndex.from_frame(budgets[["partner", "jaar"]])).fillna(0.0)
    left = budgets[["budget", "fte"]].to_numpy() - used[["budget", "fte"]].to_numpy()
    return budgets.assign(budget=left[:, 0].clip(min=0.0), fte=left[:, 1].clip(min=0.0))
