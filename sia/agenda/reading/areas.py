"""What the SIA puts forward: areas, and the buurten in them that ask for a joint approach."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

import numpy as np
import pandas as pd

Division = Literal["dia", "wijk"]
OUTSIDE = "Buiten de DIA-gebieden"


def area_of(city: Mapping[str, pd.DataFrame], indeling: Division = "dia") -> pd.Series:
    """Return the name of the area of every buurt.

    `city` (index ``buurtcode``): ``gebieden``, and ``gebiedsindeling`` where the typology stage
        proposed areas.
    `indeling`: ``dia``: the areas that were proposed; where there are none, the wijken. A buurt
        without a wijk name is an area of its own.
    Returns (str, index ``buurtcode``): Buurten in no DIA area carry `OUTSIDE`.
    """
    areas = city["gebieden"]
    if indeling == "dia" and "gebiedsindeling" in city:
        proposed = city["gebiedsindeling"]["naam"].reindex(areas.index).fillna("")
        return proposed.where(proposed != "", OUTSIDE).rename("gebied")
    return areas["wijknaam"].where(areas["wijknaam"] != "", areas["naam"]).rename("gebied")


def division_text(city: Mapping[str, pd.DataFrame], indeling: Division = "dia") -> str:
    """Say in Dutch what an area is here."""
    if indeling == "dia" and "gebiedsindeling" in city:
        return "Een gebied is hier een DIA-gebied uit de gebiedsindeling van notebook 04."
    if indeling == "dia":
        return "Er is nog geen gebiedsindeling uit notebook 04; een gebied is hier daarom een wijk."
    return "Een gebied is hier een wijk."


def candidates(city: Mapping[str, pd.DataFrame], indeling: Division = "dia") -> pd.DataFrame:
    """Return the buurten that the SIA puts forward for a joint area approach, most urgent first."""
    table, scores = city["aanpak"], city["scores"]
    chosen = table.index[table["aanpak"] == "integrale gebiedsaanpak"]
    shown = pd.DataFrame(
        {
            "buurt": city["gebieden"]["naam"].reindex(chosen),
            "gebied": area_of(city, indeling).reindex(chosen),
            "urgentie": scores["urgentie"].reindex(chosen),
            "potentie": scores["potentie"].reindex(chosen),
            "reden": table["toelichting"].reindex(chosen),
        }
    )
    return shown.sort_values("urgentie", ascending=False, kind="stable")


def candidate_areas(city: Mapping[str, pd.DataFrame], indeling: Division = "dia") -> pd.Index:
    """Return the buurten of the areas that hold a candidate: an area is more than one buurt."""
    area, found = area_of(city, indeling), candidates(city, indeling)
    inside = area.isin(set(found["gebied"]) - {OUTSIDE})
    return area.index[inside | area.index.isin(found.index)]


def candidate_area_table(
    city: Mapping[str, pd.DataFrame], indeling: Division = "dia"
) -> pd.DataFrame:
    """Return one row per area that holds a candidate, the area with the most urgent one first.

    Returns: ``gebied``, ``buurten`` (in the area), ``inwoners``, ``kandidaten`` (names), ``hoogste
        urgentie``, ``gemiddelde urgentie`` (weighted by inhabitants, NaN unknown).
    """
    found, area = candidates(city, indeling), area_of(city, indeling)
    people, urgency = city["gebieden"]["inwoners"], city["scores"]["urgentie"]
    rows = []
    for name, own in found.groupby("gebied", sort=False):
        codes = area.index[area == name] if name != OUTSIDE else own.index
        known = codes[urgency[codes].notna().to_numpy() & (people[codes] > 0).to_numpy()]
        mean = np.average(urgency[known], weights=people[known]) if len(known) else np.nan
        rows.append(
            (name, len(codes), people[codes].sum(min_count=1), ", ".join(own["buurt"]),
             own["urgentie"].max(), mean)
        )  # fmt: skip
    columns = ["gebied", "buurten", "inwoners", "kandidaten", "hoogste urgentie"]
    return pd.DataFrame(rows, columns=[*columns, "gemiddelde urgentie"])


def in_area(table: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Return the rows that touch an area."""
    wanted = set(codes)
    touches = [bool(wanted.intersection(text.split(";"))) for text in table["buurtcodes"]]
    return table[pd.Series(touches, index=table.index, dtype=bool)]
