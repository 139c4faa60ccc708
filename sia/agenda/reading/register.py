"""The register of plans over the rounds: what is new, changed and withdrawn, with history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from sia.agenda.reading.deliveries import Deliveries
from sia.agenda.reading.fields import BY_NAME, FIELD_LEVELS, OPENNESS
from sia.agenda.reading.investments import Reading
from sia.agenda.reading.location import RD
from sia.dutch import opsomming

HISTORY = ("datum", "partner", "plan", "wijziging", "veld", "oud", "nieuw", "vertrouwelijkheid")
"""Columns of the history."""


@dataclass(frozen=True)
class Register:
    """All current plans and everything that ever changed.

    Parameters
    ----------
    plans : GeoDataFrame, EPSG:28992, index ``plan``
        As in `sia.agenda.reading.investments.Reading`.
    history : DataFrame
        ``datum``, ``partner``, ``plan``, ``wijziging`` (nieuw / gewijzigd / ingetrokken /
        afgekeurd), ``veld``, ``oud``, ``nieuw`` (text), ``vertrouwelijkheid`` (strictest of the
        plan before and after); a row per changed field, in order of arrival. ``intern`` by
        nature: it holds old values of every level. See `visible_changes`.
    """

    plans: gpd.GeoDataFrame
    history: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Round:
    """What all rounds of deliveries so far came to.

    Parameters
    ----------
    register : Register
        After the newest round; holds every level.
    edition : datetime.date
        Date of the newest delivery: an edition's date must not come from the clock.
    """

    register: Register
    edition: date

    @property
    def changes(self) -> pd.DataFrame:
        """What changed in the newest round, as the partners' table may read it."""
        history = self.register.history
        return visible_changes(history[history["datum"] == history["datum"].max()])


def take_round(delivered: Deliveries, memory: Mapping[str, pd.DataFrame], jaar: int) -> Round:
    """Take what was delivered into the register of earlier rounds.

    Parameters
    ----------
    delivered : Deliveries
    memory : mapping of str to DataFrame
        ``register`` and ``historie`` after the former round; none before the first.
    jaar : int
        SIA year: its last day is the date of plans that have none.
    """
    reading = delivered.reading
    register = empty_register(reading.plans)
    if "register" in memory and "historie" in memory:
        register = Register(gpd.GeoDataFrame(memory["register"]), memory["historie"])
    given = pd.to_datetime(reading.plans["aangeleverd_op"], errors="coerce").max()
    edition = date(jaar, 12, 31) if pd.isna(given) else given.date()
    return Round(take_in(register, reading, edition.isoformat(), delivered.unread), edition)


def empty_register(like: gpd.GeoDataFrame) -> Register:
    """Return a register without plans, with the columns of `like`."""
    return Register(like.iloc[:0], pd.DataFrame(columns=list(HISTORY), dtype=str))


def take_in(register: Register, reading: Reading, datum: str, unread: bool = False) -> Register:
    """Take a round of deliveries into the register.

    Parameters
    ----------
    register : Register
    reading : Reading
        All that was delivered in this round, of all partners together.
    datum : str
        Date of the round, ``jjjj-mm-dd``.
    unread : bool
        A file could not be read: a partner of which nothing was read keeps its plans.

    Returns
    -------
    Register
        A plan that is delivered with faults keeps its former version; a plan that is delivered no
        longer is withdrawn.
    """
    old, new = register.plans, reading.plans
    delivered = set(new["partner"])
    silent = set(old.index[~old["partner"].isin(delivered)]) if unread else set()
    refused = ({*reading.rejected} | silent) & set(old.index) - set(new.index)
    rows = pd.DataFrame(
        [(datum, *_owned(row, old, new)) for row in _changes(old, new, refused)],
        columns=list(HISTORY),
    ).astype(str)  # fmt: skip
    rows = rows[~_told_before(rows, register.history)].sort_values(
        ["partner", "plan", "veld"], kind="stable", ignore_index=True
    )
    parts = [new, old.loc[sorted(refused)]]
    plans = gpd.GeoDataFrame(pd.concat([p for p in parts if len(p)] or parts).sort_index(), crs=RD)
    return Register(plans, pd.concat([register.history, rows], ignore_index=True))


def _owned(
    row: tuple[str, str, str, str, str], old: pd.DataFrame, new: pd.DataFrame
) -> tuple[str, ...]:
    """Put the partner before a change and the strictest level after it."""
    versions = [table.loc[row[0]] for table in (old, new) if row[0] in table.index]
    level = min((str(v["vertrouwelijkheid"]) for v in versions), key=OPENNESS.index)
    return (str(versions[-1]["partner"]), *row, level)


def _told_before(rows: pd.DataFrame, history: pd.DataFrame) -> pd.Series:
    """Say which refusals are in the history as the last word already: the same files read again."""
    last = history.drop_duplicates("plan", keep="last").set_index("plan")["wijziging"]
    again = rows["plan"].map(last) == "afgekeurd"
    return again & (rows["wijziging"] == "afgekeurd")


def _changes(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, refused: Collection[str]
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
    # A plan that is delivered again, unchanged, on another day did not change.
    values = plans.loc[plan].drop(["geometry", "aangeleverd_op"])
    texts = {str(k): "" if pd.isna(v) else str(v) for k, v in values.items()}
    # A geometry that moved less than a centimetre did not change.
    return texts | {"wkt": gpd.GeoSeries([plans.geometry[plan]]).to_wkt(rounding_precision=2)[0]}


def visible_changes(history: pd.DataFrame) -> pd.DataFrame:
    """Return a part of the history as the partners' table may read it.

    Parameters
    ----------
    history : DataFrame
        As in `Register`.

    Returns
    -------
    DataFrame
        ``plan``, ``partner``, ``wijziging``, ``velden`` (labels, ``;``-joined), ``zin`` (Dutch),
        ``vertrouwelijkheid``; a row per plan. Nothing of internal plans, no internal fields, and
        no values.
    """
    shared = history[history["vertrouwelijkheid"] != "intern"]
    open_field = [f == "" or FIELD_LEVELS.get(f, "intern") != "intern" for f in shared["veld"]]
    rows = []
    for plan, group in shared[open_field].groupby("plan", sort=True):
        what = str(group["wijziging"].iloc[-1])
        fields = group.loc[group["wijziging"] == what, "veld"]
        labels = [BY_NAME[f].label if f in BY_NAME else f for f in fields if f]
        tail = {
            "nieuw": "is nieuw.",
            "ingetrokken": "is niet meer geleverd en geldt als ingetrokken.",
            "afgekeurd": "is niet goed geleverd; de vorige versie blijft staan.",
            "gewijzigd": f"is gewijzigd: {opsomming(labels)}.",
        }[what]
        rows.append((plan, group["partner"].iloc[-1], what, ";".join(labels), f"{plan} {tail}",
                     group["vertrouwelijkheid"].iloc[-1]))  # fmt: skip
    columns = ["plan", "partner", "wijziging", "velden", "zin", "vertrouwelijkheid"]
    return pd.DataFrame(rows, columns=columns).astype("str")
