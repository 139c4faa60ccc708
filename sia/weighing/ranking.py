"""The ranking as a reader sees it: rank, interval and chance, and how sure the order is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sia.catalogue.model import SCORE_NAMES
from sia.dutch import CERTAIN, LIKELY, UNLIKELY, getal, kans, meervoud, rang_interval
from sia.weighing.axes import Weighing, beyond_interval
from sia.weighing.order import places

SURE, MAYBE, SURE_NOT = "zeker", "misschien", "zeker niet"


def words(scores: pd.DataFrame) -> pd.Series[str]:
    """Return in a word whether each buurt belongs to the most urgent quarter; "" if unknown.

    *Zeker* is said of several buurten at once, so it is a joint statement: a buurt has the word
    only when it and all that are surer lie together on one side in `CERTAIN` of the draws
    (``kans_samen``). Lists of names that are each 95 % sure were wrong more often than that.
    """
    chance = scores.get("kans_kwart", pd.Series(np.nan, scores.index)).astype(float)
    sure = chance.where(chance >= 0.5, 1 - chance)
    if "kans_samen" in scores:
        sure = sure.where(~(scores["kans_samen"].astype(float) < sure), scores["kans_samen"])
    word = np.select(
        [
            chance.isna(),
            (sure >= CERTAIN) & (chance >= LIKELY),
            (sure >= CERTAIN) & (chance <= UNLIKELY),
            chance >= LIKELY,
            chance <= UNLIKELY,
        ],
        ["", SURE, SURE_NOT, "waarschijnlijk", "waarschijnlijk niet"],
        MAYBE,
    )
    return pd.Series(word, scores.index, dtype=str)


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
    sure, likely = int((words(ranked) == SURE).sum()), int((ranked["kans_kwart"] >= LIKELY).sum())
    return (
        f"In orde: {len(ranked)} van {len(scores)} buurten gerangschikt. Bij het meest urgente "
        f"kwart: {sure} zeker (samen in ten minste {getal(100 * CERTAIN)} % van de "
        f"doorrekeningen) en {likely - sure} waarschijnlijk (elk in ten minste "
        f"{getal(100 * LIKELY)} %)." + beyond_text(int(beyond_interval(ranked).sum()))
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
