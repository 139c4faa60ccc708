"""Who may see what: every table is made for a level before it leaves the agenda."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sia.agenda.reading.fields import FIELDS, OPENNESS, Openness

FIELD_LEVELS: dict[str, Openness] = {field.name: field.level for field in FIELDS} | {
    # geometry: the exact place is for the partners, residents get the buurt and the title
    "geometry": "partners",
    "plaats": "partners",
    # koppelkansen
    "kans": "openbaar",
    "soort_kans": "openbaar",
    "plannen": "openbaar",
    "partners": "openbaar",
    "n": "openbaar",
    "van": "partners",
    "tot": "partners",
    "schuif": "partners",
    "besparing_laag": "partners",
    "besparing_midden": "partners",
    "besparing_hoog": "partners",
    "waardering": "partners",
    "urgentie": "partners",
    "beslis_voor": "partners",
    "zin": "partners",
    # programme
    "start": "openbaar",
    "eind": "openbaar",
    "verplicht": "partners",
    "verschuiving": "partners",
    "samen": "partners",
    "jaar": "openbaar",
    "gebied": "openbaar",
    "bron": "partners",
    "bedrag": "partners",
    "gebruik": "partners",
    "budget": "partners",
    "fte_gebruik": "partners",
    "fte_onbekend": "partners",
    "bespaart": "partners",
    "betaalt": "partners",
    "alleen": "partners",
    "plek": "partners",
    # differences between versions
    "oud": "openbaar",
    "nieuw": "openbaar",
    "wijziging": "openbaar",
    "verschil": "partners",
    # organisation
    "fase": "partners",
    "wie": "partners",
    "actie": "partners",
    "voor": "partners",
    "besluit": "partners",
    "datum": "partners",
    "dagen": "partners",
    "sinds": "partners",
    "klaar": "partners",
    "werken": "openbaar",
    "velden": "partners",
    # money and shares
    "besparing": "partners",
    "netto": "partners",
    "tijd": "partners",
    "compensatie": "partners",
    "na_compensatie": "partners",
    "verliest": "partners",
    "gedekt": "partners",
    "voorwaardelijk": "partners",
    "open": "partners",
    "subsidie": "partners",
    "naam": "openbaar",
    "verstrekker": "partners",
    "plafond": "partners",
    "eigen_aandeel": "partners",
    "soorten": "partners",
    "voorwaarde": "partners",
    # proof, bottlenecks and scenarios
    "knelt": "partners",
    "ruimte": "partners",
    "tekort": "partners",
    "band": "partners",
    "versie": "partners",
    "in_programma": "partners",
    "erbuiten": "partners",
    "waarde": "partners",
    "gat": "partners",
    "scenario": "partners",
    "haalbaar": "partners",
    "toelichting": "partners",
    "aandeel": "partners",
    # public totals
    "totaal": "openbaar",
    "reden": "openbaar",
}
"""Level of every column that may leave; a column that is not listed never leaves."""


_NAMES_PLANS = frozenset({"plan", "titel", "plannen", "kans", "voorganger", "a", "b"})


def with_levels(table: pd.DataFrame, levels: pd.Series) -> pd.DataFrame:
    """Add ``vertrouwelijkheid`` to rows that name plans: the strictest of the plans they name.

    Parameters
    ----------
    table : DataFrame
        Names plans in a column or index ``plan``, or ``;``-joined in ``plannen``.
    levels : Series, index ``plan``
        ``vertrouwelijkheid`` of every plan.

    Raises
    ------
    ValueError
        When the table names no plans.
    KeyError
        When it names a plan without a level.
    """
    if "plannen" in table:
        names = table["plannen"].str.split(";")
    elif "plan" in table or table.index.name == "plan":
        own = table["plan"] if "plan" in table else table.index.to_series()
        names = own.map(lambda plan: [plan])
    else:
        raise ValueError("this table names no plans")
    rank = {str(plan): OPENNESS.index(level) for plan, level in levels.items()}
    strictest = [OPENNESS[min(rank[plan] for plan in plans)] for plans in names]
    return table.assign(vertrouwelijkheid=strictest)


def view(table: pd.DataFrame, level: Openness, partner: str | None = None) -> pd.DataFrame:
    """Return the part of a table that may be seen at a level.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        Its own level per row stands in ``vertrouwelijkheid``; a table without that column holds
        no rows of plans (totals, budgets) and is filtered by column only.
        Rows that name plans need it: see `with_levels`.
    level : {"intern", "partners", "openbaar"}
    partner : str, optional
        The reader, needed for ``intern``; a reader at ``partners`` level may be named too and
        then also sees its own internal plans and fields.

    Returns
    -------
    DataFrame or GeoDataFrame
        ``openbaar``: public columns of public rows. ``partners``: rows and columns that partners
        share. ``intern``: the same, and everything of the reader itself. Internal cells of other
        partners are empty, and columns without a known level are dropped.

    Raises
    ------
    ValueError
        For an unknown level, ``intern`` without a reader, or rows that name plans without saying
        how confidential they are.
    """
    if level not in OPENNESS or (level == "intern" and partner is None):
        raise ValueError(f"no view at level {level!r} for {partner!r}")
    named = {str(c) for c in table.columns} | {str(table.index.name)}
    if "vertrouwelijkheid" not in table and named & _NAMES_PLANS:
        raise ValueError("rows that name plans need a column vertrouwelijkheid: see with_levels")
    depth = OPENNESS.index(level)
    owner = partner if level != "openbaar" else None
    own = _own_rows(table, owner)
    seen = table
    if "vertrouwelijkheid" in table:
        shown = table["vertrouwelijkheid"].map(OPENNESS.index) >= max(depth, 1)
        seen, own = table[shown | own], own[shown | own]
    columns = [c for c in seen.columns if _level(str(c)) >= (0 if own.any() else max(depth, 1))]
    result = seen[columns].copy()
    for column in columns:
        if _level(str(column)) < max(depth, 1):
            result[column] = result[column].where(own)
    return result


def _own_rows(table: pd.DataFrame, partner: str | None) -> pd.Series:
    if partner is None or "partner" not in table:
        return pd.Series(False, index=table.index)
    return table["partner"] == partner


def _level(column: str) -> int:
    """Return the position in `OPENNESS`; -1 for a column nobody gave a level."""
    return OPENNESS.index(FIELD_LEVELS[column]) if column in FIELD_LEVELS else -1


def public_totals(
    plans: pd.DataFrame,
    earlier: Sequence[pd.DataFrame] = (),
    least: int = 3,
    remainder: float = 0.1,
    rounding: float = 100_000.0,
) -> pd.DataFrame:
    """Return the money per area and year that may be published without betraying anybody.

    Parameters
    ----------
    plans : DataFrame, index ``plan``
        ``gebied``, ``jaar``, ``partner``, ``kosten`` (euro), ``vertrouwelijkheid``.
    earlier : sequence of DataFrame
        What earlier publications were made from.
    least : int
        A total needs at least so many plans, of so many partners.
    remainder : float
        Without its two largest partners the total keeps at least this share of the largest
        (the p% rule), so that the second cannot compute the first.
    rounding : float
        Totals are rounded to this amount.

    Returns
    -------
    DataFrame
        ``gebied``, ``jaar``, ``totaal`` (euro; NaN when hidden), ``reden``. There is one cut of
        the data and no margin: a sum over shown cells is all that a reader can make, so no hidden
        cell follows by subtraction. A cell that changed by too few plans since an earlier
        publication is hidden too, because the difference would give them away.
    """
    shared = plans[plans["vertrouwelijkheid"] != "intern"]
    before = [old[old["vertrouwelijkheid"] != "intern"] for old in earlier]
    rows = []
    for (area, year), cell in shared.groupby(["gebied", "jaar"], sort=True):
        reason = "" if _safe(cell, least, remainder) else "te weinig plannen of partners"
        for old in before:
            past = old[(old["gebied"] == area) & (old["jaar"] == year)]
            changed = _changed(cell, past)
            if not reason and len(changed) and not _safe(changed, least, remainder):
                reason = "te weinig veranderd sinds een eerdere publicatie"
        total = float(round(cell["kosten"].sum() / rounding) * rounding)
        rows.append((area, year, float("nan") if reason else total, reason))
    return pd.DataFrame(rows, columns=["gebied", "jaar", "totaal", "reden"])


def _safe(cell: pd.DataFrame, least: int, remainder: float) -> bool:
    per_partner = cell.groupby("partner")["kosten"].sum().sort_values(ascending=False)
    if len(cell) < least or len(per_partner) < least:
        return False
    return bool(per_partner.iloc[2:].sum() >= remainder * per_partner.iloc[0])


def _changed(now: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """Return the plans that came, went or changed cost, each with the size of its change."""
    cost = pd.DataFrame({"nu": now["kosten"], "toen": past["kosten"]}).fillna(0.0)
    moved = (cost["nu"] - cost["toen"]).abs()
    owner = pd.concat([past["partner"], now["partner"]])
    owner = owner[~owner.index.duplicated(keep="last")]
    changed = moved[moved > 0]
    return pd.DataFrame({"partner": owner.reindex(changed.index), "kosten": changed})
