"""Proof of order: which places other weights of the domains allow, and what would turn them."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from sia.dutch import getal, meervoud, opsomming, rang_interval
from sia.index import IndexResult, order_proof
from sia.methode import WeighingSettings

PLACES = {"best": "plaats_best", "worst": "plaats_slechtst", "turn": "omslag"}
"""Columns of the proof in ``scores.parquet``; ``ruilt_met`` beside them."""
PROVABLE = ("rekenkundig", "macht 2")
"""Ways of joining domains in which the order is linear in the weights."""


def with_order(
    scores: pd.DataFrame, result: IndexResult, settings: WeighingSettings
) -> pd.DataFrame:
    """Return scores with the places that other weights of the domains allow.

    `result`: Urgentie, as `scores` were made from.
    Returns: With ``plaats_best`` and ``plaats_slechtst`` (places when every weight moves by at most
        ``gewichtsruis``), ``omslag`` (smallest relative change of weights, at most a half, that
        moves the buurt into or out of the most urgent quarter) and ``ruilt_met`` (the code of who
        takes or gives that place). NaN and "" where there is no rank, or nothing to weigh.
    """
    table = scores.assign(**dict.fromkeys(PLACES.values(), np.nan), ruilt_met="")
    if settings.aggregate not in PROVABLE or scores["rang"].notna().sum() < 2:
        return table
    found = order_proof(result, share=settings.weight_noise)
    for name, column in PLACES.items():
        table.loc[found.index, column] = found[name].astype(float)
    table.loc[found.index, "ruilt_met"] = found["instead"]
    return table


def order_table(scores: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return the proof for the ranked buurten as a researcher reads it, most urgent first."""
    ranked = scores[scores["gerangschikt"]].sort_values("rang")
    return pd.DataFrame(
        {
            "buurt": names.reindex(ranked.index),
            "rang": ranked["rang"],
            "plaats bij andere gewichten": [places(row) for _, row in ranked.iterrows()],
            "omslag (% andere gewichten)": 100 * ranked["omslag"],
            "ruilt dan met": names.reindex(ranked["ruilt_met"]).fillna("").to_numpy(),
        }
    )


def places(row: pd.Series) -> str:
    """Return the places of one buurt under other weights: ``11–16``; a dash where unknown."""
    best, worst = row.get("plaats_best"), row.get("plaats_slechtst")
    return rang_interval(best, worst, row["rang"])


def open_places(scores: pd.DataFrame) -> tuple[int, pd.Index, pd.Index] | None:
    """Return the size of the most urgent quarter, and who can leave and enter it."""
    ranked = scores[scores["gerangschikt"]].sort_values("rang")
    if "plaats_best" not in ranked or len(ranked) < 2 or ranked["plaats_best"].isna().any():
        return None
    quarter = int(np.ceil(len(ranked) / 4))
    inside = ranked["rang"] <= quarter
    leaves = ranked.index[inside & (ranked["plaats_slechtst"] > quarter)]
    enters = ranked.index[~inside & (ranked["plaats_best"] <= quarter)]
    return int(inside.sum()), leaves, enters


def order_text(
    scores: pd.DataFrame,
    names: pd.Series[str],
    share: float,
    found: tuple[int, pd.Index, pd.Index] | None = None,
) -> str:
    """Say who keeps a place in the most urgent quarter under other weights; "" without a proof.

    `found` is of `open_places`, where it is known already.
    """
    found = found or open_places(scores)
    if found is None:
        return ""
    inside, leaves, enters = found
    stay = inside - len(leaves)
    text = (
        f"Met gewichten van domeinen die elk tot {getal(100 * share)} % hoger of lager zijn, "
        f"{'blijven' if stay > 1 else 'blijft'} {getal(stay) if stay else 'geen'} van de "
        f"{meervoud(inside, 'buurt', 'buurten')} bij al die gewichten in het meest urgente kwart."
    )
    for codes, what in ((leaves, "eruit"), (enters, "erbij")):
        if len(codes):
            who = opsomming([str(names[code]) for code in codes])
            text += f" {who} {'kan' if len(codes) == 1 else 'kunnen'} {what}."
    return text


def turn_text(row: pd.Series, names: pd.Series[str]) -> str:
    """Say what change of weights moves a buurt over the border of the quarter; "" if none does."""
    if pd.isna(row.get("omslag")):
        return ""
    who = str(row["ruilt_met"])
    swap = f", dan ruilt zij met {names[who]}" if who in names.index else ""
    return f"{getal(100 * cast('float', row['omslag']), 1)} % andere gewichten{swap}"
