"""The city as lines that a browser draws: borders, layers and ranks, as JSON values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sia.dutch import getal, rang_interval
from sia.sessie.panels import land_note
from sia.sessie.stand import Stand
from sia.viz.figure import role
from sia.viz.layers import layers
from sia.viz.outline import in_units, svg_path
from sia.viz.theme import DOMAINS, FICTIONAL, NO_DATA


def drawing(stand: Stand) -> dict[str, Any]:
    """Return everything about the city that map, chart and table of the session show.

    JSON values; lists run in the order of ``codes``, which is the order of names.
    """
    c = stand.cijfers
    areas = c.gebieden.loc[c.naam.sort_values(kind="stable").index]
    lines = in_units(areas, c.deelbuurten)
    scores = c.scores.reindex(areas.index)
    low, high = (scores.get(f"rang_p{q}", scores["rang"] * np.nan) for q in ("05", "95"))
    ranked = scores["gerangschikt"].fillna(False).to_numpy(dtype=bool)
    return {
        "gemeente": c.gemeente,
        "jaar": c.jaar,
        "fictief": FICTIONAL if stand.theme.fictief else "",
        "methode": c.methode,
        "kleur": stand.theme.primair,
        "leeg": role(NO_DATA),
        "codes": list(map(str, areas.index)),
        "namen": list(areas["naam"].astype(str)),
        "wijken": list(areas["wijknaam"].astype(str)),
        "paden": [lines.path(code) for code in areas.index],
        "deelbuurten": [svg_path(rings) for rings in lines.deelbuurten],
        "maat": list(lines.size),
        "lagen": [laag.as_json(areas.index, role) for laag in layers(c)],
        "rang": _numbers(scores["rang"].where(ranked)),
        "laag": _numbers(low.where(ranked)),
        "hoog": _numbers(high.where(ranked)),
        "marge": [rang_interval(*ends) for ends in zip(low, high, strict=True)],
        "urgentie": [getal(value, 1) for value in scores["urgentie"]],
        "reden": list(scores["reden"].fillna("").astype(str).where(~ranked, "")),
        "domeinen": [
            {"id": key, "naam": DOMAINS[key], "gewicht": stand.run.methode.weging.weights[key]}
            for key in c.domeinen
        ],
        "land": land_note(stand),
    }


def _numbers(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in column]
