"""The register of plans over the rounds: what is new, changed and withdrawn, with history."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from sia.agenda.fields import BY_NAME
from sia.agenda.investments import RD, Reading
from sia.agenda.wording import listing
from sia.errors import Problem

_HISTORY = ["datum", "partner", "plan", "wijziging", "veld", "oud", "nieuw"]


@dataclass(frozen=True)
class Register:
    """All current plans and everything that ever changed.

    Parameters
    ----------
    plans : GeoDataFrame, EPSG:28992, index ``plan``
        As in `sia.agenda.investments.Reading`.
    history : DataFrame
        ``datum``, ``partner``, ``plan``, ``wijziging`` (nieuw / gewijzigd / ingetrokken /
        afgekeurd), ``veld``, ``oud``, ``nieuw`` (text); a row per changed field, in order of
        arrival. ``intern`` by nature: it holds old values of every level.
    """

    plans: gpd.GeoDataFrame
    history: pd.DataFrame


def empty_register(like: gpd.GeoDataFrame) -> Register:
    """Return a register without plans, with the columns of `like`."""
    return Register(like.iloc[:0], pd.DataFrame(columns=_HISTORY, dtype=str))


def take_in(
    register: Register, reading: Reading, partner: str, datum: str
) -> tuple[Register, pd.DataFrame, tuple[Problem, ...]]:
    """Take a partner's next delivery into the register.

    Parameters
    ----------
    register : Register
    reading : Reading
        The whole delivery of this round.
    partner : str
        Who delivers; it can only touch its own plans.
    datum : str
        Date of the delivery, ``jjjj-mm-dd``.

    Returns
    -------
    register : Register
    changes : DataFrame, index ``plan``
        ``wijziging``, ``velden`` (labels, ``;``-joined), ``zin`` (Dutch); unchanged plans are not
        listed.
    problems : tuple of Problem
        Plans that belong to somebody else; they are not taken in.
    """
    old = register.plans[register.plans["partner"] == partner]
    others = register.plans[register.plans["partner"] != partner]
    foreign = (reading.plans["partner"] != partner) | reading.plans.index.isin(others.index)
    problems = tuple(
        Problem(f"Plan {plan} is niet van {partner}.",
                "Lever alleen uw eigen plannen, onder een eigen nummer.", rij=str(plan),
                kolom=BY_NAME["partner"].label)
        for plan in reading.plans.index[foreign]
    )  # fmt: skip
    new = reading.plans[~foreign]
    refused = [p for p in (*reading.rejected, *reading.plans.index[foreign]) if p in old.index]
    rows = _changes(old, new, refused)
    history = pd.DataFrame(
        [(datum, partner, *row) for row in rows], columns=_HISTORY
    ).astype(str)  # fmt: skip
    kept = old.loc[[p for p in refused if p not in new.index]]
    plans = gpd.GeoDataFrame(pd.concat([others, new, kept]).sort_index(), crs=RD)
    combined = pd.concat([register.history, history], ignore_index=True)
    return Register(plans, combined), _summary(rows), problems


def _changes(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, refused: list[str]
) -> list[tuple[str, str, str, str, str]]:
    rows = []
    for plan in sorted({*old.index, *new.index}):
        if plan not in new.index:
            what = "afgekeurd" if plan in refused else "ingetrokken"
            rows.append((plan, what, "", "", ""))
        elif plan not in old.index:
            rows.append((plan, "nieuw", "", "", ""))
        else:
            before, after = _texts(old, plan), _texts(new, plan)
            rows += [
                (plan, "gewijzigd", field, before[field], after[field])
                for field in after if before.get(field, "") != after[field]
            ]  # fmt: skip
    return rows


def _texts(plans: gpd.GeoDataFrame, plan: str) -> dict[str, str]:
    values = plans.loc[plan].drop("geometry")
    texts = {str(k): "" if pd.isna(v) else str(v) for k, v in values.items()}
    # A geometry that moved less than a centimetre did not change.
    return texts | {"wkt": gpd.GeoSeries([plans.geometry[plan]]).to_wkt(rounding_precision=2)[0]}


def _summary(rows: list[tuple[str, str, str, str, str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["plan", "wijziging", "veld", "oud", "nieuw"])
    result = {}
    for plan, group in table.groupby("plan", sort=True):
        what = str(group["wijziging"].iloc[0])
        labels = [BY_NAME[f].label if f in BY_NAME else f for f in group["veld"] if f]
        tail = {
            "nieuw": "is nieuw.",
            "ingetrokken": "is niet meer geleverd en geldt als ingetrokken.",
            "afgekeurd": "is geleverd met fouten; de vorige versie blijft staan.",
            "gewijzigd": f"is gewijzigd: {listing(labels)}.",
        }[what]
        result[plan] = {"wijziging": what, "velden": ";".join(labels), "zin": f"{plan} {tail}"}
    columns = ["wijziging", "velden", "zin"]
    return pd.DataFrame.from_dict(result, orient="index", columns=columns).rename_axis("plan")
