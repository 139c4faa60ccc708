"""The register of plans over the rounds: what is new, changed and withdrawn, with history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from sia.agenda.reading.cells import plain
from sia.agenda.reading.deliveries import Deliveries
from sia.agenda.reading.fields import BY_NAME, FIELD_LEVELS, OPENNESS
from sia.agenda.reading.investments import Reading
from sia.agenda.reading.location import RD
from sia.dutch import opsomming

HISTORY = ("datum", "partner", "plan", "wijziging", "veld", "oud", "nieuw", "vertrouwelijkheid",
           "ronde")  # fmt: skip
"""Columns of the history."""
_KEPT = ("afgekeurd", "niet geleverd")
"""What is said of a plan that stays as it was."""


@dataclass(frozen=True)
class Register:
    """All current plans and everything that ever changed.

    `plans` (EPSG:28992, index ``plan``): As in `sia.agenda.reading.investments.Reading`.
    `history`: ``datum``, ``partner``, ``plan``, ``wijziging`` (nieuw / gewijzigd / ingetrokken /
        afgekeurd / niet geleverd), ``veld``, ``oud``, ``nieuw`` (text), ``vertrouwelijkheid``
        (strictest of the plan before and after), ``ronde`` (text, counts from 1); a row per changed
        field, in order of arrival. ``intern`` by nature: it holds old values of every level. See
        `visible_changes`.
    """

    plans: gpd.GeoDataFrame
    history: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Round:
    """What all rounds of deliveries so far came to.

    `register`: After the newest round; holds every level.
    `edition`: Date of the newest delivery: an edition's date must not come from the clock.
    """

    register: Register
    edition: date

    @property
    def changes(self) -> pd.DataFrame:
        """What changed in the newest round, as the partners' table may read it."""
        history = self.register.history
        return visible_changes(history[history["ronde"] == history["ronde"].iloc[-1:].max()])


def take_round(delivered: Deliveries, memory: Mapping[str, pd.DataFrame], jaar: int) -> Round:
    """Take what was delivered into the register of earlier rounds.

    `memory`: ``register`` and ``historie`` after the former round; none before the first.
    `jaar`: SIA year: its last day is the date of plans that have none.
    """
    reading = delivered.reading
    register = empty_register(reading.plans)
    if "register" in memory and "historie" in memory:
        register = Register(
            _with_columns(gpd.GeoDataFrame(memory["register"]), reading.plans),
            _numbered(memory["historie"]),
        )
    given = pd.to_datetime(reading.plans["aangeleverd_op"], errors="coerce").max()
    edition = date(jaar, 12, 31) if pd.isna(given) else given.date()
    return Round(take_in(register, reading, edition.isoformat()), edition)


def _with_columns(known: gpd.GeoDataFrame, like: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return plans that were kept before a column was asked for, that column empty."""
    return known.assign(**{
        str(name): like[name].iloc[:0].reindex(known.index)
        for name in like.columns.difference(known.columns)
    })  # fmt: skip


def _numbered(history: pd.DataFrame) -> pd.DataFrame:
    """Return a history with the number of every round, also one that was kept before they had."""
    if "ronde" in history:
        return history
    return history.assign(ronde=history["datum"].rank(method="dense").astype(int).astype(str))


def empty_register(like: gpd.GeoDataFrame) -> Register:
    """Return a register without plans, with the columns of `like`."""
    return Register(like.iloc[:0], pd.DataFrame(columns=list(HISTORY), dtype=str))


def take_in(register: Register, reading: Reading, datum: str) -> Register:
    """Take a round of deliveries into the register.

    Returns: A plan leaves only when its partner takes it away. What is delivered with faults, by
        another partner or not at all keeps its former version; that it does is said once.
    """
    old = register.plans
    before = old["partner"].map(plain)
    taken = reading.plans["partner"].map(plain).ne(before.reindex(reading.plans.index))
    new = reading.plans[~(taken & reading.plans.index.isin(old.index))]
    gone = {p for p, who in reading.withdrawn.items() if before.get(p, plain(who)) == plain(who)}
    gone -= set(new.index)
    refused = {*reading.rejected, *reading.plans.index.difference(new.index)}
    last = register.history["ronde"].iloc[-1:].tolist() or ["0"]
    rows = pd.DataFrame(
        [(datum, *_owned(row, old, new), str(int(last[0]) + 1))
         for row in _changes(old, new, gone, refused)],
        columns=list(HISTORY),
    ).astype(str)  # fmt: skip
    rows = rows[~_told_before(rows, register.history)].sort_values(
        ["partner", "plan", "veld"], kind="stable", ignore_index=True
    )
    stays = old[~old.index.isin({*new.index, *gone})]
    parts = [new, stays]
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
    """Say of which plans that stay the history says so already: the same files read again."""
    last = history.drop_duplicates("plan", keep="last").set_index("plan")["wijziging"]
    return (rows["plan"].map(last) == rows["wijziging"]) & rows["wijziging"].isin(_KEPT)


def _changes(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    gone: Collection[str],
    refused: Collection[str],
) -> list[tuple[str, str, str, str, str]]:
    rows = []
    for plan in sorted({*old.index, *new.index}):
        if plan not in new.index:
            what = "ingetrokken" if plan in gone else _KEPT[plan not in refused]
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

    Returns: ``plan``, ``partner``, ``wijziging``, ``velden`` (labels, ``;``-joined), ``zin``
        (Dutch), ``vertrouwelijkheid``; a row per plan. Nothing of internal plans, no internal
        fields, and no values.
    """
    shared = history[history["vertrouwelijkheid"] != "intern"]
    levels = shared["veld"].map(lambda f: FIELD_LEVELS.get(f, "intern") if f else "")
    rows = []
    for plan, group in shared[levels != "intern"].groupby("plan", sort=True):
        what = str(group["wijziging"].iloc[-1])
        fields = group.loc[group["wijziging"] == what, "veld"]
        labels = [BY_NAME[f].label if f in BY_NAME else f for f in fields if f]
        tail = {
            "nieuw": "is nieuw.",
            "ingetrokken": "is ingetrokken door de partner.",
            "niet geleverd": "staat niet in de levering en blijft zoals het was. Vervallen?",
            "afgekeurd": "is niet goed geleverd; de vorige versie blijft staan.",
            "gewijzigd": f"is gewijzigd: {opsomming(labels)}.",
        }[what]
        rows.append((plan, group["partner"].iloc[-1], what, ";".join(labels), f"{plan} {tail}",
                     group["vertrouwelijkheid"].iloc[-1]))  # fmt: skip
    columns = ["plan", "partner", "wijziging", "velden", "zin", "vertrouwelijkheid"]
    return pd.DataFrame(rows, columns=columns).astype("str")
