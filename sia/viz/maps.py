"""The map of all buurten: many layers over one set of borders, in one page without a network."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import Element
from folium.template import Template

from sia.areas import has_border
from sia.dutch import MISSING, getal, meervoud, opsomming
from sia.viz.dataset import Cijfers
from sia.viz.judgement import known, short_text, short_texts
from sia.viz.layers import Laag, layers
from sia.viz.leaflet import Page, dump, leaflet_css, leaflet_js, map_js
from sia.viz.outline import simplified
from sia.viz.theme import FICTIONAL, NO_DATA, Theme, static_text

BRT_TILES = "https://service.pdok.nl/brt/achtergrondkaart/wmts/v2_0/grijs/EPSG:3857/{z}/{x}/{y}.png"
BRT_HOST = "https://service.pdok.nl"
BRT_ATTRIBUTION = "Achtergrond: Kadaster / PDOK, BRT Achtergrondkaart (CC BY 4.0)"


def simplify(geometry: gpd.GeoSeries, tolerance: float = 12.0) -> gpd.GeoSeries:
    """Simplify borders so that neighbours keep one shared line, and give them in degrees.

    `tolerance` in metres: the drawn borders of CBS are accurate to 10-50 m themselves. Five
    decimals (about 1 m). A shape that would vanish keeps its own form.
    """
    simple = simplified(geometry.to_numpy(), tolerance)
    degrees = gpd.GeoSeries(simple, index=geometry.index, crs=geometry.crs).to_crs(4326)
    rounded = shapely.transform(degrees.to_numpy(), lambda points: np.round(points, 5))
    return gpd.GeoSeries(rounded, index=geometry.index, crs=4326)


class BuurtKaart(folium.Map):
    """A folium map with one set of borders and any number of layers over it.

    `data`: What ``kaart.js`` draws; see `map_data`.
    `naam`: Distinguishes maps within one page; letters, digits and underscores.
    `titel`: Says in Dutch what the map shows; title of the page and label of the map.
    `fictief`: Says above the map that the municipality does not exist.
    `achtergrond`: Asks PDOK for a background map (then the page does use the network).
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own attribute
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    _template = Template(static_text("viz/kaart.html.j2"))

    def __repr__(self) -> str:
        """Return the same text for the same map: the default names a place in memory."""
        return f"BuurtKaart({self.get_name()})"

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        naam: str,
        titel: str,
        fictief: bool = False,
        achtergrond: bool = False,
    ) -> None:
        super().__init__(location=data["midden"], tiles=None)
        self._name, self._id = "kaart", naam
        self.json = dump(data)
        self.titel, self.fictief = titel, FICTIONAL if fictief else ""
        self.pockets = bool(data["deelbuurten"]["features"])
        page = Page(titel, images=BRT_HOST if achtergrond else "")
        page.add_child(self)
        for name, element in _resources().items():
            page.header.add_child(element, name=name)
        if achtergrond:
            tiles = folium.TileLayer(BRT_TILES, attr=BRT_ATTRIBUTION)
            tiles._id = f"{naam}_achtergrond"
            self.add_child(tiles)


def _resources() -> dict[str, Element]:
    return {
        "leaflet_css": _Verbatim(f"<style>{leaflet_css()}</style>"),
        "leaflet": _Verbatim(f"<script>{leaflet_js()}</script>"),
        "sia_kaart_css": _Verbatim(f"<style>{static_text('viz/kaart.css')}</style>"),
        "sia_kaart_js": _Verbatim(f"<script>{map_js()}</script>"),
    }


class _Verbatim(Element):
    """Text that is put in the page as it is; a script may hold what looks like a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:
        return self.text


_AMERSFOORT = [52.155, 5.387]
"""The middle of the country, for a municipality without borders."""


def map_data(
    cijfers: Cijfers,
    lagen: Sequence[Laag],
    start: str = "urgentie",
) -> dict[str, Any]:
    """Gather what the page's script draws: borders once, and per layer a class per buurt.

    JSON values; keys are those that ``kaart.js`` reads. Buurten without a border
    are not in it; the source line counts them.
    """
    whole = cijfers.gebieden
    gebieden = whole[has_border(whole.geometry)]
    scores = cijfers.scores.reindex(gebieden.index)
    shapes = simplify(gebieden.geometry)
    notes: dict[str, int] = {}
    points = shapely.point_on_surface(shapes.to_numpy())
    west, south, east, north = shapes.total_bounds
    return {
        "codes": list(gebieden.index),
        "namen": list(cijfers.naam.reindex(gebieden.index)),
        "wijken": [str(naam) for naam in gebieden["wijknaam"]],
        "vlakken": _collection(shapes, [{"i": number} for number in range(len(shapes))]),
        "punten": [[round(point.y, 5), round(point.x, 5)] for point in points],
        "deelbuurten": _pockets(cijfers),
        "lagen": [
            {**one.as_json(gebieden.index), "noot": _notes(one.noot.reindex(gebieden.index), notes)}
            for one in lagen
        ],
        "noten": list(notes),
        "feiten": _facts(gebieden),
        "reden": ["" if pd.isna(reden) else str(reden) for reden in scores["reden"]],
        "start": start,
        "leeg": NO_DATA,
        "leegtekst": "Niet gerangschikt of geen cijfer",
        "duiding": list(short_texts(cijfers.duiding, gebieden.index)),
        "bron": html.escape(_attribution(cijfers, len(whole) - len(gebieden))),
        "midden": _AMERSFOORT
        if gebieden.empty
        else [round((south + north) / 2, 5), round((west + east) / 2, 5)],
    }


def _collection(shapes: gpd.GeoSeries, properties: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": dict(known), "geometry": shapely.geometry.mapping(shape)}
        for shape, known in zip(shapes, properties, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _pockets(cijfers: Cijfers) -> dict[str, Any]:
    pockets = cijfers.deelbuurten
    if pockets is None or pockets.empty:
        return {"type": "FeatureCollection", "features": []}
    names = cijfers.naam
    said = {code: short_text(row) for code, row in known(cijfers.duiding).iterrows()}
    lines = [
        {
            "regels": [
                str(row.naam),
                f"Deel-buurt in {opsomming([names[c] for c in row.buurtcodes.split()])}",
                f"Inwoners: {getal(row.inwoners)}",
                f"Score {getal(row.score, 1)}, {getal(row.verschil, 1)} punten verschil met de "
                "rest van de buurt",
                *([f"Duiding: {said[row.Index]}"] if row.Index in said else []),
            ]
        }
        for row in pockets.itertuples()
    ]
    return _collection(simplify(pockets.geometry, 6.0), lines)


def _notes(texts: pd.Series[str], known: dict[str, int]) -> list[int]:
    """Return the place of each text among those that are known, -1 without; adds what is new."""
    return [known.setdefault(text, len(known)) if text else -1 for text in texts.fillna("")]


def _attribution(cijfers: Cijfers, absent: int) -> str:
    """Return whose borders these are and which method the figures rest on."""
    text = cijfers.bron_grenzen
    if absent:
        buurten = meervoud(absent, "buurt zonder grens staat", "buurten zonder grens staan")
        text = f"{text} ({buurten} niet op de kaart)".strip()
    return f"{text} · methode {cijfers.methode}" if cijfers.methode else text


def _facts(gebieden: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    facts = [("Inwoners", [getal(value) for value in gebieden["inwoners"]])]
    stadsdelen = gebieden["stadsdeel"].astype("string").fillna(MISSING)
    if (stadsdelen.str.len() > 1).any():
        facts.insert(0, ("Stadsdeel", list(stadsdelen)))
    return [{"titel": titel, "tekst": texts} for titel, texts in facts]


def buurt_map(
    cijfers: Cijfers,
    theme: Theme | None = None,
    *,
    start: str = "urgentie",
    achtergrond: bool = False,
) -> BuurtKaart:
    """Make the map of a municipality's buurten.

    `theme`: Names the municipality, and says whether it is fictional.
    `start`: Layer to begin with.
    `achtergrond`: Background tiles of PDOK; off by default because they need the network.
    Returns: A `folium.Map`: more folium layers can be added, ``save`` writes one self-contained
        page.
    """
    fictief = theme is not None and theme.fictief
    titel = f"Kaart van de buurten van {cijfers.gemeente}, {cijfers.jaar}"
    if fictief:
        titel += " (fictief)"
    data = map_data(cijfers, layers(cijfers), start)
    return BuurtKaart(data, naam="sia", titel=titel, fictief=fictief, achtergrond=achtergrond)
