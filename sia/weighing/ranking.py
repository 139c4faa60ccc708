"""The ranking as a reader sees it: rank, interval and chance, and how sure the order is."""

from __future__ import annotations

import pandas as pd

from sia.catalogue.model import SCORE_NAMES
from sia.dutch import CERTAIN, LIKELY, getal, kans, meervoud, rang_interval
from sia.weighing.axes import Weighing, beyond_interval
from sia.weighing.order import places


def ranking(scores: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return the ranked buurten, most urgent first, with interval and chances."""
    ranked = scores[scores["gerangschikt"]].sort_values("rang")
    bounds = zip(ranked["rang_p05"], ranked["rang_p95"], ranked["rang"], strict=True)
    return pd.DataFrame(
        {
            "buurt": names.reindex(ranked.index),
            "rang": ranked["rang"],
            "rang in 90 % van de doorrekeningen": [rang_interval(*bound) for bound in bounds],
            "kans op hoogste kwart": [kans(value) for value in ranked["kans_kwart"]],
            "plaats bij andere gewichten": [places(row) for _, row in ranked.iterrows()],
            "urgentie": ranked["urgentie"],
            "urgentie binnen de stad": ranked["urgentie_stad"],
            "potentie": ranked["potentie"],
            "stapeling": ranked.get("stapeling", pd.NA),
        }
    )


def ranking_text(scores: pd.DataFrame) -> str:
    """Say how sure the ranking is."""
    ranked = scores[scores["gerangschikt"]]
    sure, likely = (int((ranked["kans_kwart"] >= p).sum()) for p in (CERTAIN, LIKELY))
    return (
        f"In orde: {len(ranked)} van {len(scores)} buurten gerangschikt. Bij het meest urgente "
        f"kwart: {sure} zeker (kans ten minste {getal(100 * CERTAIN)} %) en {likely - sure} "
        f"waarschijnlijk (ten minste {getal(100 * LIKELY)} %)."
        + beyond_text(int(beyond_interval(ranked).sum()))
    )


def beyond_text(count: int) -> str:
    """Say how many ranks lie outside their own interval; nothing when none does."""
    if not count:
        return ""
    return (
        f" Van {meervoud(count, 'buurt', 'buurten')} ligt de rang buiten het eigen interval: die "
        "rang is gevoelig voor de methode, en dat staat erbij."
    )


def domain_points(weging: Weighing, meeste: int = 20) -> pd.DataFrame:
    """Return points of urgentie per domain that has any, for the buurten ranked first."""
    first = weging.scores["rang"].dropna().astype(int).sort_values(kind="stable").index[:meeste]
    points = weging.contributions.loc[first]
    by_domain = points.T.groupby([weging.catalogue[str(n)].domein for n in points.columns]).sum().T
    return by_domain.reindex(columns=[d for d in SCORE_NAMES if d in by_domain])
