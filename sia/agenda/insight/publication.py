"""Money per area and year, and which of its totals may be published."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def spending(programma: pd.DataFrame, area: pd.Series) -> pd.DataFrame:
    """Return what every plan costs per area and year, as `public_totals` wants it.

    Parameters
    ----------
    programma : DataFrame, index ``plan``
        As `sia.agenda.programme.optimise.timeline` returns it.
    area : Series, index ``buurtcode``

    Returns
    -------
    DataFrame, index ``plan``
        ``gebied``, ``jaar``, ``partner``, ``kosten`` (euro, spread evenly over years and
        buurten), ``vertrouwelijkheid``; a row per plan, area and year.
    """
    spans = zip(programma["start"], programma["eind"], strict=True)
    years = pd.Series([list(range(a, b + 1)) for a, b in spans], programma.index, dtype=object)
    table = programma[["partner", "kosten", "vertrouwelijkheid"]].assign(
        buurtcode=programma["buurtcodes"].str.split(";"), jaar=years
    )
    parts = table["buurtcode"].map(len) * table["jaar"].map(len)
    table = table.assign(kosten=table["kosten"] / parts).explode("buurtcode").explode("jaar")
    table["gebied"] = table["buurtcode"].map(area).fillna("overig")
    table["jaar"] = table["jaar"].astype(int)
    keys = ["plan", "gebied", "jaar", "partner", "vertrouwelijkheid"]
    summed = table.rename_axis("plan").reset_index().groupby(keys, sort=True)["kosten"].sum()
    return summed.reset_index().set_index("plan")


def publications(earlier: pd.DataFrame | None, base: pd.DataFrame) -> pd.DataFrame:
    """Return what every publication so far was made from: ``nummer`` counts from 1.

    Parameters
    ----------
    earlier : DataFrame or None
        As this function returned it for the last publication.
    base : DataFrame, index ``plan``
        See `spending`. The same as the last time is the same publication.
    """
    new = base.reset_index()
    if earlier is None:
        return new.assign(nummer=1)
    last = int(earlier["nummer"].max())
    before = earlier[earlier["nummer"] == last].drop(columns="nummer").reset_index(drop=True)
    if before.equals(new[before.columns]):
        return earlier
    return pd.concat([earlier, new.assign(nummer=last + 1)], ignore_index=True)


def public_money(published: pd.DataFrame) -> pd.DataFrame:
    """Return public totals that betray no plan, also not by comparison with earlier versions.

    Parameters
    ----------
    published : DataFrame
        See `publications`.
    """
    parts = [own.set_index("plan") for _, own in published.groupby("nummer")]
    return public_totals(parts[-1], earlier=parts[:-1])


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
