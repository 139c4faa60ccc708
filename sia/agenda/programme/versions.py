"""Versions of the programme: kept as one table, compared as a readable list."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.optimise import Programme
from sia.agenda.wording import euro, percent
from sia.errors import InputError, Problem


def add_version(
    versions: pd.DataFrame | None, versie: str, datum: str, programme: Programme, agenda: Agenda
) -> pd.DataFrame:
    """Return the table of versions with one more.

    `versions`: Earlier versions; None for the first.
    `versie`, `datum`: Name and date (``jjjj-mm-dd``) of the new version.
    Returns: ``versie``, ``datum``, ``plan``, ``partner``, ``titel``, ``start`` (Int64, NA left
        out), ``kosten``, ``waarde`` and ``gat`` of the whole version, rows in order of arrival.
    Raises `InputError` when there already is a version of that name: versions are never
        overwritten.
    """
    if versions is not None and versie in set(versions["versie"]):
        raise InputError([Problem(f"Versie `{versie}` bestaat al.", "Kies een andere naam.")])
    plans = agenda.plans
    new = pd.DataFrame(
        {
            "versie": versie,
            "datum": datum,
            "plan": plans.index,
            "partner": plans["partner"].to_numpy(),
            "titel": plans["titel"].to_numpy(),
            "start": programme.starts.reindex(plans.index).astype("Int64").to_numpy(),
            "kosten": plans["kosten"].to_numpy(),
            "waarde": float(programme.worth["totaal"]),
            "gat": programme.gap,
        }
    ).astype({"start": "Int64"})
    return new if versions is None else pd.concat([versions, new], ignore_index=True)


def kept_version(
    earlier: pd.DataFrame | None, jaar: int, edition: date, programme: Programme, agenda: Agenda
) -> pd.DataFrame:
    """Return the versions with the programme among them; the last one again is no new version."""
    names = [] if earlier is None else list(earlier["versie"].unique())
    if earlier is not None:
        last = version_starts(earlier, names[-1])
        if last.to_dict() == programme.starts.to_dict():
            return earlier
    number = 1 + sum(str(name).startswith(f"{jaar}-") for name in names)
    return add_version(earlier, f"{jaar}-{number:02d}", edition.isoformat(), programme, agenda)


def version_starts(versions: pd.DataFrame, versie: str) -> pd.Series:
    """Return the start years of one version (Int64, index ``plan``).

    Raises `InputError` when there is no such version.
    """
    rows = versions[versions["versie"] == versie]
    if rows.empty:
        known = ", ".join(dict.fromkeys(versions["versie"]))
        raise InputError([Problem(f"Versie `{versie}` bestaat niet.", f"Kies uit: {known}.")])
    return rows.set_index("plan")["start"]


def differences(old: pd.Series, new: pd.Series, plans: pd.DataFrame) -> pd.DataFrame:
    """Return what changed between two schedules, as a readable list.

    Returns (index ``plan``): ``partner``, ``titel``, ``wijziging`` (eerder / later / erbij / eraf /
        nieuw plan / ingetrokken), ``oud``, ``nieuw`` (Int64), ``verschil`` (years, Int64), ``zin``,
        ``vertrouwelijkheid`` (a plan that `plans` does not hold is intern); unchanged plans are not
        listed.
    """
    both = pd.DataFrame({"oud": old, "nieuw": new}).astype("Int64")
    both["verschil"] = both["nieuw"] - both["oud"]
    known_old = both.index.isin(old.index).tolist()
    known_new = both.index.isin(new.index).tolist()
    both["wijziging"] = [
        _change(was, now, before, after)
        for was, now, before, after in zip(
            both["oud"], both["nieuw"], known_old, known_new, strict=True
        )
    ]
    changed = both[both["wijziging"] != ""].join(plans[["partner", "titel", "vertrouwelijkheid"]])
    changed["vertrouwelijkheid"] = changed["vertrouwelijkheid"].fillna("intern")
    changed["zin"] = [
        _sentence(str(plan), titel, what, was, now)
        for plan, titel, what, was, now in zip(
            changed.index, changed["titel"], changed["wijziging"], changed["oud"],
            changed["nieuw"], strict=True,
        )
    ]  # fmt: skip
    columns = ["partner", "titel", "wijziging", "oud", "nieuw", "verschil", "zin"]
    columns.append("vertrouwelijkheid")
    return changed[columns].rename_axis("plan").sort_values(["partner", "nieuw"], kind="stable")


def since_last_version(versions: pd.DataFrame) -> pd.DataFrame:
    """Return the differences between the last two versions, as `differences` does."""
    names = list(versions["versie"].unique())
    known = versions.drop_duplicates("plan", keep="last").set_index("plan")
    # versions are made for the partners' table: they never held an internal plan
    plans = known[["partner", "titel"]].assign(vertrouwelijkheid="partners")
    new = version_starts(versions, names[-1])
    old = version_starts(versions, names[-2]) if len(names) > 1 else new
    return differences(old, new, plans)


def _change(was: Any, now: Any, before: bool, after: bool) -> str:
    if not before:
        return "nieuw plan"
    if not after:
        return "ingetrokken"
    if pd.isna(was):
        return "" if pd.isna(now) else "erbij"
    if pd.isna(now):
        return "eraf"
    return "" if was == now else "later" if now > was else "eerder"


def _sentence(plan: str, titel: object, what: str, was: object, now: object) -> str:
    name = f"{titel} ({plan})" if isinstance(titel, str) else plan
    placed = "" if pd.isna(now) else f", start in {now}"  # type: ignore[call-overload]
    return {
        "eerder": f"{name} gaat van {was} naar {now}: eerder.",
        "later": f"{name} gaat van {was} naar {now}: later.",
        "erbij": f"{name} komt in het programma{placed}.",
        "eraf": f"{name} valt uit het programma; start was {was}.",
        "nieuw plan": f"{name} is een nieuw plan{placed}.",
        "ingetrokken": f"{name} is ingetrokken.",
    }[what]


def version_summary(versions: pd.DataFrame) -> pd.DataFrame:
    """Return one row per version: date, plans in and out, worth and proven gap, with a sentence.

    Returns (index ``versie``): ``datum``, ``in_programma``, ``erbuiten``, ``kosten`` (euro of what
        is in), ``waarde``, ``gat``, ``zin``; in order of arrival.
    """
    rows = {}
    for versie, table in versions.groupby("versie", sort=False):
        inside = table["start"].notna()
        cost = float(table.loc[inside, "kosten"].sum())
        n, gap = int(inside.sum()), float(table["gat"].iloc[0])
        rows[versie] = {
            "datum": table["datum"].iloc[0],
            "in_programma": n,
            "erbuiten": int((~inside).sum()),
            "kosten": cost,
            "waarde": float(table["waarde"].iloc[0]),
            "gat": gap,
            "zin": f"Versie {versie}: {n} plannen voor {euro(cost)}, bewezen gat "
            f"{percent(gap, 2)}.",
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("versie")
