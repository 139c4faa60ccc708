"""What became of every buurt code, and old figures on the borders of today."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from sia.areas import CHANGES, SAME, Conversion, Measure, compare, convert
from sia.change.borders import border_layer
from sia.sources.base import AreaLayer, Intake, SourceTable
from sia.sources.cbs import NAME as KWB

SQUARE = 100
PEOPLE = "aantal_inwoners"
MEASURES: dict[str, Measure] = {
    PEOPLE: Measure("aantal"),
    "aantal_huishoudens": Measure("aantal"),
    "woningvoorraad": Measure("aantal"),
    "percentage_huishoudens_met_laag_inkomen": Measure("aandeel", "aantal_huishoudens"),
    "gemiddelde_woningwaarde": Measure("aandeel", "woningvoorraad"),
    "mediaan_vermogen_van_particuliere_huish": Measure("niet optelbaar"),
}
"""Figures that the conversion report follows: counts, shares with their denominator, a median."""


@dataclass(frozen=True, eq=False)
class BorderHistory:
    """The border maps before this year against the map of this year.

    `jaar`: Year of the newest map, to which the others are compared.
    `vergeleken`: Per earlier year, as `sia.areas.compare`.
    `omgerekend`: The newest earlier year in which a border moved, when its figures were delivered.
    `gewogen`: Whether inhabitants of squares divided the figures (else surface).
    """

    jaar: int
    vergeleken: dict[int, pd.DataFrame]
    omgerekend: dict[int, Conversion]
    gewogen: dict[int, bool]


def border_history(areas: pd.DataFrame, found: Intake) -> BorderHistory:
    """Compare every earlier border map that was delivered with that of a year.

    The figures of the newest year with other borders are converted to those of this year,
    weighted with the inhabitants of 100 m squares where those were delivered.

    `areas`: ``gebieden`` of the year.
    `found`: With the key figures of CBS and the squares.
    """
    now = border_layer(areas, found.areas)
    prefix = f"BU{areas['gemeentecode'].iloc[0][2:]}"
    earlier = {}
    for layer in found.areas:
        own = layer.frame.index.str.startswith(prefix)
        if layer.level == "buurt" and layer.year < now.year and own.any():
            earlier[layer.year] = replace(layer, frame=layer.frame[own])
    compared = {jaar: compare(earlier[jaar], now) for jaar in sorted(earlier)}
    moved = [j for j, table in compared.items() if (table["soort"] != SAME).any()]
    converted, weighted = {}, {}
    for jaar in moved[-1:]:
        weights = _weights(found, jaar)
        tables = (t for t in found.tables if t.source == KWB and t.year == jaar)
        table = next((t for t in tables if PEOPLE in t.values), None)
        if table is not None:
            converted[jaar] = _convert(table, earlier[jaar], now, weights)
            weighted[jaar] = weights is not None
    return BorderHistory(now.year, compared, converted, weighted)


def _weights(found: Intake, jaar: int) -> gpd.GeoDataFrame | None:
    layers = [s for s in found.squares if s.size == SQUARE and s.year == jaar]
    if not layers or PEOPLE not in layers[0].values:
        return None
    people = layers[0].values[PEOPLE].astype(float)
    squares = layers[0].frame[["geometry"]].assign(gewicht=people)
    # a square lies where its middle lies, as in the search for deel-buurten
    return squares.set_geometry(squares.geometry.centroid)


def _convert(
    table: SourceTable, then: AreaLayer, now: AreaLayer, weights: gpd.GeoDataFrame | None
) -> Conversion:
    kinds = {
        name: kind
        for name, kind in MEASURES.items()
        if name in table.values and (not kind.denominator or kind.denominator in table.values)
    }
    values = table.values.reindex(then.frame.index)[list(kinds)]
    return convert(values, kinds, then, now, weights=weights)


def kind_table(history: BorderHistory) -> pd.DataFrame:
    """Return per earlier map how many codes stayed the same, were recoded, redrawn, reused, ..."""
    rows = []
    for jaar, table in history.vergeleken.items():
        counts = table["soort"].value_counts()
        rows.append({"jaar": jaar, **{kind: int(counts.get(kind, 0)) for kind in CHANGES}})
    return pd.DataFrame(rows)


def border_table(history: BorderHistory) -> pd.DataFrame:
    """Return every code that did not simply stay the same, per spell of years, in words."""
    parts = []
    for jaar, table in history.vergeleken.items():
        moved = table[table["soort"] != SAME]
        parts.append(moved.assign(jaar=jaar).reset_index())
    if not parts:
        return pd.DataFrame()
    every = pd.concat(parts, ignore_index=True)
    keys = ["code", "soort", "naam_oud", "naam_nieuw", "toelichting"]
    grouped = every.groupby(keys, sort=False)["jaar"].agg(["min", "max"]).reset_index()
    spell = [
        str(a) if a == b else f"{a}-{b}"
        for a, b in zip(grouped["min"], grouped["max"], strict=True)
    ]
    return pd.DataFrame(
        {
            "code": grouped["code"],
            "kaart van": spell,
            "wat er gebeurde": grouped["soort"],
            "naam toen": grouped["naam_oud"],
            "naam nu": grouped["naam_nieuw"],
            "toelichting": grouped["toelichting"],
        }
    ).sort_values("code", kind="stable", ignore_index=True)


def conversion_table(history: BorderHistory) -> pd.DataFrame:
    """Return the account of every converted count: before, after, and where the rest went."""
    rows = []
    for jaar, done in history.omgerekend.items():
        for name, row in done.totals.iterrows():
            rows.append(
                {
                    "jaar": jaar,
                    "maat": str(name).replace("_", " "),
                    "vóór": float(row["voor"]),
                    "op de nieuwe grenzen": float(row["na"]),
                    "buiten de kaart": float(row["buiten_de_kaart"]),
                    "door ontbrekende delen": float(row["door_ontbrekend"]),
                    "verdeeld naar": "inwoners" if history.gewogen[jaar] else "oppervlakte",
                }
            )
    return pd.DataFrame(rows)


def loss_table(history: BorderHistory) -> pd.DataFrame:
    """Return per measure how many buurten have a converted figure, and why others have none."""
    rows = []
    for jaar, done in history.omgerekend.items():
        for name in done.values.columns:
            reasons = done.reasons[name].replace("", pd.NA).dropna().value_counts()
            rows.append(
                {
                    "jaar": jaar,
                    "maat": str(name).replace("_", " "),
                    "buurten met cijfer": int(done.values[name].notna().sum()),
                    "zonder": int(done.values[name].isna().sum()),
                    "waarom": ", ".join(f"{why} ({n})" for why, n in reasons.items()),
                }
            )
    return pd.DataFrame(rows)


def history_text(history: BorderHistory) -> str:
    """Say how many earlier maps there are and how many codes may not be read on by code alone."""
    if not history.vergeleken:
        return f"Er is geen kaart van vóór {history.jaar}; grenzen zijn niet te vergelijken."
    counts = {j: int((t["soort"] != SAME).sum()) for j, t in history.vergeleken.items()}
    moved = {j: n for j, n in counts.items() if n}
    if not moved:
        years = ", ".join(map(str, counts))
        return f"De kaart van {years} heeft dezelfde grenzen en namen als die van {history.jaar}."
    listed = ", ".join(f"{jaar} ({n})" for jaar, n in moved.items())
    return (
        f"Vergeleken met de kaart van {history.jaar}: {', '.join(map(str, counts))}. Codes "
        f"waarvan plaats, naam of bestaan veranderde, per kaart: {listed}."
    )
