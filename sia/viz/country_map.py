"""The map of the whole country: one page without a network, drawn on a canvas."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sia.areas import has_border
from sia.dutch import getal
from sia.viz.layers import category_layer, score_layer, type_classes
from sia.viz.leaflet import content_security_policy, dump, leaflet_css, leaflet_js
from sia.viz.maps import simplify
from sia.viz.theme import FICTIONAL, NO_DATA, static_text

STEPS = 10_000
"""Steps per degree of the coordinates in the page: about 11 m north-south, 7 m east-west."""

TOLERANCE = 12.0
"""Metres by which borders may move; neighbours keep one shared line."""

URGENTIE_TEXT = (
    "Score van 0 tot 100 op de schaal van het land. Hoger is urgenter. Elke klasse telt ongeveer "
    "evenveel buurten."
)
TYPE_TEXT = "Een type zegt wat voor plek het is (bewoners, ligging), niet hoe groot de opgave is."


@dataclass(frozen=True, eq=False)
class CountryFacts:
    """What the map shows.

    `buurten` (index ``buurtcode``): ``buurt``, ``gemeente``, ``inwoners``, ``urgentie``, ``rang``,
        ``rang_p05``, ``rang_p95``, ``type``, ``typenaam``, ``zekerheid``, ``reden``.
    `grenzen` (EPSG:28992, same index): Empty where no border is known.
    `toelichting`: On which figures the scores rest; stands under the map.
    `fictief`: The page says that the country is invented.
    `bron_grenzen`: Source line of the borders.
    """

    jaar: int
    buurten: pd.DataFrame
    grenzen: gpd.GeoSeries
    toelichting: str = ""
    fictief: bool = False
    bron_grenzen: str = ""


def encode(shape: Any) -> list[list[list[int]]]:
    """Return the polygons of a shape in whole steps, every point as the step from the one before.

    Rings are ``[x0, y0, dx1, dy1, ...]`` without the closing point. One that has fewer than three
    different points on this grid is left out.
    """
    polygons = []
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type != "Polygon" or polygon.is_empty:
            continue
        rings = [_ring(ring) for ring in (polygon.exterior, *polygon.interiors)]
        if len(rings[0]) >= 6:
            polygons.append([ring for ring in rings if len(ring) >= 6])
    return polygons


def _ring(ring: Any) -> list[int]:
    points = np.rint(shapely.get_coordinates(ring)[:-1] * STEPS).astype(np.int64)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    moved = steps.any(axis=1)
    moved[:1] = True
    numbers: list[int] = steps[moved].ravel().tolist()
    return numbers


def _layers(buurten: pd.DataFrame) -> list[dict[str, Any]]:
    urgent = buurten["urgentie"].where(buurten["rang"].notna()).astype(float)
    made = [score_layer("urgentie", "Urgentie", URGENTIE_TEXT, urgent)]
    if buurten["type"].notna().any():
        types = (
            buurten["type"].astype("Int64").astype("string")
            + ". "
            + buurten["typenaam"].astype("string")
        )
        made.append(category_layer("type", "Type buurt", TYPE_TEXT, types, type_classes(buurten)))
    return [
        {
            "id": one.id,
            "titel": one.titel,
            "uitleg": one.uitleg,
            "klassen": [[klasse.label, klasse.kleur] for klasse in one.klassen],
            "klasse": [int(number) for number in one.klasse],
        }
        for one in made
    ]


def _numbers(column: pd.Series[float], digits: int) -> list[float | int | None]:
    """Return numbers for JSON; None where unknown."""
    values = column.astype(float).round(digits)
    return [None if np.isnan(value) else (int(value) if digits == 0 else value) for value in values]


def _codes(column: pd.Series[str]) -> tuple[list[str], list[int]]:
    """Return the different texts once, and for every row which of them it has."""
    places, texts = pd.factorize(column.fillna("").astype(str), sort=True)
    return [str(text) for text in texts], [int(place) for place in places]


def page_data(facts: CountryFacts) -> dict[str, Any]:
    """Return what the page's script draws, every repeated text once.

    JSON-serialisable; keys are those that ``land.js`` reads.
    """
    table = facts.buurten
    shapes = _degrees(facts.grenzen)
    towns, town = _codes(table["gemeente"])
    reasons, reason = _codes(table["reden"])
    west, south, east, north = shapes.total_bounds
    return {
        "stap": STEPS,
        "codes": list(table.index),
        "namen": [str(name) for name in table["buurt"]],
        "gemeenten": towns,
        "gemeente": town,
        "redenen": reasons,
        "reden": reason,
        "vlakken": [encode(shape) for shape in shapes],
        "lagen": _layers(table),
        "inwoners": _numbers(table["inwoners"], 0),
        "urgentie": _numbers(table["urgentie"].where(table["rang"].notna()), 1),
        "rang": _numbers(table["rang"], 0),
        "laag": _numbers(table["rang_p05"], 0),
        "hoog": _numbers(table["rang_p95"], 0),
        "zekerheid": _numbers(table["zekerheid"], 2),
        "aantal": int(table["rang"].notna().sum()),
        "bron": html.escape(facts.bron_grenzen),
        "leeg": NO_DATA,
        "kader": [[round(south, 4), round(west, 4)], [round(north, 4), round(east, 4)]],
    }


def _degrees(borders: gpd.GeoSeries) -> gpd.GeoSeries:
    """Simplify the borders that exist; the others stay empty."""
    drawn = borders[has_border(borders)]
    return simplify(drawn, TOLERANCE).reindex(borders.index).fillna(shapely.Polygon())


def country_page(facts: CountryFacts) -> str:
    """Return the map as one HTML page that asks nothing of any host."""
    title = f"Kaart van alle buurten, {facts.jaar}" + (" (fictief)" if facts.fictief else "")
    drawn = int(has_border(facts.grenzen).sum())
    table = facts.buurten
    body = (
        static_text("viz/land.html")
        .replace("%TITEL%", html.escape(title))
        .replace("%FICTIEF%", f'<p class="fictief">{FICTIONAL}</p>' if facts.fictief else "")
        .replace("%TELLING%", html.escape(_counts(table, drawn)))
        .replace("%TOELICHTING%", html.escape(facts.toelichting))
        .replace("%DATA%", dump(page_data(facts)))
        .replace("%LAND_JS%", static_text("viz/samen.js", "viz/zoek.js", "viz/land.js"))
        .replace("%LEAFLET_JS%", leaflet_js())
        .replace("%CSS%", leaflet_css() + static_text("viz/kaart.css"))
    )
    policy = html.escape(content_security_policy(body), quote=True)
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return body.replace("%POLICY%", tag, 1)


def _counts(table: pd.DataFrame, drawn: int) -> str:
    ranked = int(table["rang"].notna().sum())
    return (
        f"{getal(len(table))} buurten: {getal(ranked)} gerangschikt, "
        f"{getal(len(table) - ranked)} niet gerangschikt (grijs, met reden). "
        f"{getal(len(table) - drawn)} buurten hebben geen grens en staan alleen in de tabel "
        "en het zoekveld."
    )
