"""The indicator table as a reader sees it: every indicator, every buurt without a rank."""

from __future__ import annotations

import pandas as pd

from sia.catalogue.model import DOMAIN_NAMES
from sia.gemeente import Gemeente
from sia.indicators.build import IndicatorTable
from sia.indicators.eligibility import design, eligibility


def indicator_summary(table: IndicatorTable, gemeente: Gemeente) -> pd.DataFrame:
    """Return per indicator its reference year, the buurten with a value and their spread."""
    plan = design(table, gemeente)
    rows = []
    for entry in table.catalogue:
        column = table.values[entry.id]
        dropped = str(plan.vervallen["reden"].get(entry.id, ""))
        rows.append(
            {
                "domein": DOMAIN_NAMES[entry.domein],
                "indicator": entry.naam,
                "eenheid": entry.eenheid,
                "peiljaar van-tot": _years(table.years[entry.id]),
                "buurten met cijfer": int(column.notna().sum()),
                "laagste": column.min(),
                "middelste": column.median(),
                "hoogste": column.max(),
                "telt mee": "ja" if entry.id in plan.indicatoren else "nee",
                "waarom niet": dropped if entry.telt_mee else "alleen ter informatie",
            }
        )
    return pd.DataFrame(rows)


def _years(column: pd.Series) -> str:
    known = column.dropna()
    if known.empty:
        return ""
    first, last = int(known.min()), int(known.max())
    return str(first) if first == last else f"{first}-{last}"


def not_ranked(table: IndicatorTable, gemeente: Gemeente) -> pd.DataFrame:
    """Return the buurten that get no rank, with the reason; nobody disappears."""
    verdict = eligibility(table, gemeente)
    out = verdict[~verdict["gerangschikt"]]
    return pd.DataFrame(
        {
            "buurt": table.areas["naam"].reindex(out.index),
            "inwoners": table.areas["inwoners"].reindex(out.index),
            "reden": out["reden"],
        }
    )


def indicators_text(table: IndicatorTable, gemeente: Gemeente) -> str:
    """Say how many buurten there are and how they are accounted for."""
    plan = design(table, gemeente)
    verdict = eligibility(table, gemeente)
    total, ranked = len(verdict), int(verdict["gerangschikt"].sum())
    absent = [DOMAIN_NAMES[d].lower() for d in plan.domeinen_vervallen]
    gaps = f" Zonder cijfers dit jaar: {', '.join(absent)}." if absent else ""
    return (
        f"In orde: {total} buurten, waarvan {ranked} in de rangorde en {total - ranked} in de "
        f"lijst 'niet gerangschikt'; {len(plan.indicatoren)} indicatoren tellen mee.{gaps}"
    )
