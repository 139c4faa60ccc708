"""The map of all buurten: many layers over one set of borders, in one page without a network."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import Element
from folium.template import Template

from sia.viz.dataset import Cijfers, data_notes
from sia.viz.leaflet import Page, dump, leaflet_css, leaflet_js, map_js, static_text
from sia.viz.theme import (
    DOMAINS,
    FICTIONAL,
    MISSING,
    NO_DATA,
    PATTERNS,
    POTENTIE,
    QUALITATIVE,
    URGENTIE,
    Theme,
    getal,
    kans,
    meervoud,
    rang_interval,
)

BRT_TILES = "https://service.pdok.nl/brt/achtergrondkaart/wmts/v2_0/grijs/EPSG:3857/{z}/{x}/{y}.png"
BRT_HOST = "https://service.pdok.nl"
BRT_ATTRIBUTION = "Achtergrond: Kadaster / PDOK, BRT Achtergrondkaart (CC BY 4.0)"

AANPAKKEN: Mapping[str, tuple[str, str, str]] = {
    "integrale gebiedsaanpak": ("I", "#d55e00", "vlak"),
    "gerichte koppelkansen": ("K", "#e69f00", "schuin"),
    "deel-buurtaanpak": ("D", "#cc79a7", "stip"),
    "volgen": ("V", "#56b4e9", "horizontaal"),
    "basis": ("B", "#e8eef1", "vlak"),
}
"""Start of an aanpak's name -> letter on the map, colour, hatching."""


@dataclass(frozen=True)
class Klasse:
    """One class of a layer: what the legend says and how it is painted."""

    label: str
    kleur: str
    patroon: str = "vlak"
    teken: str = ""


@dataclass(frozen=True)
class Laag:
    """One layer of the map.

    Parameters
    ----------
    id, titel, uitleg : str
        Key, name in the list, one sentence for the legend.
    klassen : tuple of Klasse
    klasse : Series of int, index ``buurtcode``
        Position in `klassen`; -1 where there is no value.
    tekst, noot : Series of str, index ``buurtcode``
        Value as readers see it, and what to know about it.
    """

    id: str
    titel: str
    uitleg: str
    klassen: tuple[Klasse, ...]
    klasse: pd.Series[int]
    tekst: pd.Series[str]
    noot: pd.Series[str]


def score_layer(
    id: str,
    titel: str,
    uitleg: str,
    values: pd.Series[float],
    *,
    colours: Sequence[str] = URGENTIE,
    decimalen: int = 1,
    noot: pd.Series[str] | None = None,
) -> Laag:
    """Make a layer of a number, in classes that hold about as many buurten each.

    Parameters
    ----------
    id, titel, uitleg : str
    values : Series of float, index ``buurtcode``
        NaN where there is no value.
    colours : sequence of str
        ``#rrggbb`` per class, low to high.
    decimalen : int
    noot : Series of str, optional

    Returns
    -------
    Laag
        Equal values are never in different classes; fewer classes where values are few.
    """
    known = values.dropna().astype(float)
    edges = _edges(known.to_numpy(), len(colours))
    place = np.searchsorted(edges[1:-1], values.to_numpy(dtype=float, na_value=np.nan), "left")
    place = np.where(values.isna(), -1, place)
    steps = np.round(np.linspace(0, len(colours) - 1, len(edges) - 1)).astype(int)
    klassen = tuple(
        Klasse(
            label=_range(known[place[values.notna()] == number], decimalen),
            kleur=colours[step],
            teken=str(number + 1),
        )
        for number, step in enumerate(steps if len(known) else [])
    )
    return Laag(
        id=id,
        titel=titel,
        uitleg=uitleg,
        klassen=klassen,
        klasse=pd.Series(place, index=values.index),
        tekst=values.map(lambda value: getal(value, decimalen)),
        noot=_notes(noot, values.index),
    )


def _edges(values: np.ndarray[Any, Any], wanted: int) -> np.ndarray[Any, Any]:
    if not len(values):
        return np.array([0.0, 1.0])
    edges = np.unique(np.quantile(values, np.linspace(0, 1, wanted + 1), method="lower"))
    if len(edges) == 1:
        return np.array([edges[0], edges[0]])
    return edges


def _range(values: pd.Series[float], decimalen: int) -> str:
    low, high = getal(values.min(), decimalen), getal(values.max(), decimalen)
    return low if low == high else f"{low} tot en met {high}"


def _notes(noot: pd.Series[str] | None, index: pd.Index[Any]) -> pd.Series[str]:
    return pd.Series("", index=index) if noot is None else noot.reindex(index).fillna("")


def category_layer(
    id: str,
    titel: str,
    uitleg: str,
    values: pd.Series[str],
    klassen: Mapping[str, Klasse],
    *,
    noot: pd.Series[str] | None = None,
) -> Laag:
    """Make a layer of names.

    Parameters
    ----------
    id, titel, uitleg : str
    values : Series of str, index ``buurtcode``
        Missing where there is no name.
    klassen : mapping of str to Klasse
        Value -> class, in the order of the legend; must name every value.
    noot : Series of str, optional

    Raises
    ------
    KeyError
        A value that `klassen` does not name.
    """
    places = {value: number for number, value in enumerate(klassen)}
    klasse = values.map(lambda value: -1 if pd.isna(value) else places[value]).astype(int)
    return Laag(
        id=id,
        titel=titel,
        uitleg=uitleg,
        klassen=tuple(klassen.values()),
        klasse=klasse,
        tekst=values.fillna(MISSING).astype(str),
        noot=_notes(noot, values.index),
    )


def _urgency_layer(cijfers: Cijfers) -> Laag:
    scores = cijfers.scores.reindex(cijfers.gebieden.index)
    values = scores["urgentie"].where(scores["gerangschikt"].astype("boolean").fillna(False))
    uitleg = "Score van 0 tot 100. Hoger is urgenter. Elke klasse telt ongeveer evenveel buurten."
    return score_layer("urgentie", "Urgentie", uitleg, values, noot=_rank_notes(cijfers))


def _rank_notes(cijfers: Cijfers) -> pd.Series[str]:
    total = len(cijfers.gerangschikt)
    return cijfers.scores.reindex(cijfers.gebieden.index).apply(
        lambda row: rank_note(row, total), axis=1
    )


def rank_note(row: pd.Series[Any], total: int) -> str:
    """Say the rank of one buurt with its interval, as far as they are known.

    Parameters
    ----------
    row : Series
        A row of ``scores``.
    total : int
        How many buurten are ranked.
    """
    if pd.isna(row["rang"]):
        return ""
    text = f"Plaats {getal(row['rang'])} van {getal(total)}"
    interval = rang_interval(row.get("rang_p05"), row.get("rang_p95"))
    if interval != MISSING:
        text += f"; in 90 % van de doorrekeningen plaats {interval}"
    if getal(row.get("kans_kwart"), 2) != MISSING:
        text += f"; kans op het hoogste kwart: {kans(row['kans_kwart'])}"
    return text


def _domain_layers(cijfers: Cijfers) -> list[Laag]:
    scores = cijfers.scores.reindex(cijfers.gebieden.index)
    uitleg = "Score van 0 tot 100. Hoger is urgenter. Elke klasse telt ongeveer evenveel buurten."
    return [
        score_layer(
            domain, DOMAINS[domain], uitleg, scores[domain], noot=data_notes(cijfers, domain)
        )
        for domain in cijfers.domeinen
    ]


def _potential_layer(cijfers: Cijfers) -> Laag:
    values = cijfers.scores.reindex(cijfers.gebieden.index)["potentie"]
    uitleg = "Score van 0 tot 100. Hoger: er valt meer te winnen door samen op te trekken."
    notes = data_notes(cijfers, "potentie")
    return score_layer("potentie", "Potentie", uitleg, values, colours=POTENTIE, noot=notes)


def type_classes(typologie: pd.DataFrame) -> dict[str, Klasse]:
    """Return one class per type; a type's number fixes its colour and hatching in every year."""
    known = typologie.dropna(subset=["type"]).sort_values("type")
    unique = known.drop_duplicates("type")
    names = zip(unique["type"].astype(int), unique["typenaam"].astype(str), strict=True)
    return {
        f"{number}. {name}": Klasse(
            label=f"{number}. {name}",
            kleur=QUALITATIVE[(number - 1) % len(QUALITATIVE)],
            patroon=PATTERNS[(number - 1) % len(PATTERNS)],
            teken=str(number),
        )
        for number, name in names
    }


def _type_layer(cijfers: Cijfers) -> Laag:
    types = cijfers.typologie.reindex(cijfers.gebieden.index)
    named = types["type"].astype("string") + ". " + types["typenaam"].astype("string")
    sure = (
        types["zekerheid"].map(lambda value: "" if pd.isna(value) else f"Zekerheid: {kans(value)}")
        if "zekerheid" in types
        else None
    )
    uitleg = "Buurten van één type lijken op elkaar in hun zes domeinscores."
    classes = type_classes(cijfers.typologie)
    return category_layer("type", "Type buurt", uitleg, named, classes, noot=sure)


def approach_class(naam: str) -> Klasse:
    """Return how an aanpak is painted; one that the method does not know gets grey and its name."""
    for start, (sign, colour, pattern) in AANPAKKEN.items():
        if naam.lower().startswith(start):
            return Klasse(label=naam, kleur=colour, patroon=pattern, teken=sign)
    return Klasse(label=naam, kleur="#bbbbbb", patroon="kruis", teken=naam[:1].upper())


def _approach_layer(cijfers: Cijfers) -> Laag:
    table = cijfers.aanpak.reindex(cijfers.gebieden.index)
    ranked = cijfers.scores.reindex(table.index)["gerangschikt"].astype("boolean").fillna(False)
    values = table["aanpak"].astype("string").where(ranked)
    starts = list(AANPAKKEN)

    def order(naam: str) -> tuple[int, str]:
        fits = (n for n, start in enumerate(starts) if naam.lower().startswith(start))
        return (next(fits, len(starts)), naam)

    classes = {naam: approach_class(naam) for naam in sorted(values.dropna().unique(), key=order)}
    uitleg = "Voorstel op grond van urgentie, potentie en corporatiebezit."
    notes = table["toelichting"].astype("string").fillna("") if "toelichting" in table else None
    return category_layer("aanpak", "Aanpak", uitleg, values, classes, noot=notes)


def _pocket_layer(cijfers: Cijfers) -> Laag:
    pockets = cijfers.deelbuurten
    index = cijfers.gebieden.index
    counts = (
        pd.Series(0, index=index)
        if pockets is None
        else pockets["buurtcode"].value_counts().reindex(index).fillna(0).astype(int)
    )
    some = Klasse("Een of meer deel-buurten", "#cc79a7", "vlak", "D")
    none = Klasse("Geen deel-buurt gevonden", "#e8eef1")
    values = counts.map(lambda n: some.label if n else none.label).astype("string")
    notes = counts.map(lambda n: f"{meervoud(n, 'deel-buurt', 'deel-buurten')}" if n else "")
    uitleg = "Plekken die duidelijk afwijken van de rest van hun buurt (gestippeld)."
    classes = {some.label: some, none.label: none}
    return category_layer("deelbuurten", "Deel-buurten", uitleg, values, classes, noot=notes)


def layers(cijfers: Cijfers) -> tuple[Laag, ...]:
    """Return the layers that the tables allow, in reading order.

    Parameters
    ----------
    cijfers : Cijfers

    Returns
    -------
    tuple of Laag
        Urgentie, potentie, the domains, then type, aanpak and deel-buurten where they exist.
    """
    made = [_urgency_layer(cijfers)]
    if "potentie" in cijfers.scores:
        made.append(_potential_layer(cijfers))
    made += _domain_layers(cijfers)
    if not cijfers.typologie.empty:
        made.append(_type_layer(cijfers))
    if not cijfers.aanpak.empty:
        made.append(_approach_layer(cijfers))
    if cijfers.deelbuurten is not None:
        made.append(_pocket_layer(cijfers))
    return tuple(made)


def simplify(geometry: gpd.GeoSeries, tolerance: float = 12.0) -> gpd.GeoSeries:
    """Simplify borders so that neighbours keep one shared line, and give them in degrees.

    Parameters
    ----------
    geometry : GeoSeries, EPSG:28992
    tolerance : float
        Metres; the drawn borders of CBS are accurate to 10-50 m themselves.

    Returns
    -------
    GeoSeries, EPSG:4326
        Coordinates of five decimals (about 1 m). A shape that would vanish keeps its own form.
    """
    shapes = geometry.to_numpy()
    simple = shapely.coverage_simplify(shapes, tolerance)
    lost = shapely.is_empty(simple)
    simple = np.where(lost, shapes, simple)
    degrees = gpd.GeoSeries(simple, index=geometry.index, crs=geometry.crs).to_crs(4326)
    rounded = shapely.transform(degrees.to_numpy(), lambda points: np.round(points, 5))
    return gpd.GeoSeries(rounded, index=geometry.index, crs=4326)


class BuurtKaart(folium.Map):
    """A folium map with one set of borders and any number of layers over it.

    Parameters
    ----------
    data : dict
        What ``kaart.js`` draws; see `map_data`.
    naam : str
        Distinguishes maps within one page; letters, digits and underscores.
    titel : str
        Says in Dutch what the map shows; title of the page and label of the map.
    fictief : bool
        Says above the map that the municipality does not exist.
    achtergrond : bool
        Asks PDOK for a background map (then the page does use the network).
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own attribute
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    _template = Template(
        """
        {% macro html(this, kwargs) %}{{ this.controls }}{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
          center: {{ this.location|tojson }}, zoom: 11, zoomSnap: 0.25, zoomControl: false,
          ...(window.matchMedia("(prefers-reduced-motion: reduce)").matches
            ? {zoomAnimation: false, fadeAnimation: false, inertia: false} : {})
        });
        SiaKaart({{ this.get_name() }}, {{ this.get_name()|tojson }}, {{ this.json }});
        {% endmacro %}
        """
    )

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
        pockets = bool(data["deelbuurten"]["features"])
        self.controls = _controls(self.get_name(), titel, pockets, fictief)
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
        "sia_kaart_css": _Verbatim(f"<style>{static_text('kaart.css')}</style>"),
        "sia_kaart_js": _Verbatim(f"<script>{map_js()}</script>"),
    }


class _Verbatim(Element):
    """Text that is put in the page as it is; a script may hold what looks like a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:
        return self.text


def _controls(id: str, titel: str, pockets: bool, fictief: bool) -> str:
    overlay = (
        f'<div class="vink"><input type="checkbox" id="{id}-pockets">'
        f'<label for="{id}-pockets">Deel-buurten tonen</label></div>'
        if pockets
        else ""
    )
    return (
        _CONTROLS.replace("%ID%", id)
        .replace("%TITEL%", html.escape(titel, quote=True))
        .replace("%DEELBUURTEN%", overlay)
        .replace("%FICTIEF%", f'<p class="fictief">{FICTIONAL}</p>' if fictief else "")
    )


_CONTROLS = """
<div class="sia-kaart" id="%ID%-geheel">%FICTIEF%
<div class="bediening">
<div class="veld"><label for="%ID%-laag">Kaartlaag</label><select id="%ID%-laag"></select></div>
<div class="veld"><label for="%ID%-zoek">Zoek een buurt</label>
<input type="text" id="%ID%-zoek" role="combobox" aria-autocomplete="list" aria-expanded="false"
 aria-controls="%ID%-keuzes" autocomplete="off" spellcheck="false">
<ul class="keuzes" id="%ID%-keuzes" role="listbox" aria-label="Gevonden buurten" hidden></ul></div>
<div class="vink"><input type="checkbox" id="%ID%-tekens" checked>
<label for="%ID%-tekens">Klasse op de kaart</label></div>%DEELBUURTEN%
</div>
<div class="vlak">
<div class="folium-map" id="%ID%" role="region" aria-label="%TITEL%"></div>
<div class="zij">
<div class="legenda" id="%ID%-legenda" role="group" aria-label="Legenda"></div>
<div class="gekozen" id="%ID%-gekozen" role="region" aria-live="polite" tabindex="0"
 aria-label="Gekozen buurt"><p>Kies een buurt op de kaart of met het zoekveld.
 Dan staan hier al haar scores.</p></div>
</div></div>
<p class="uitleg">Met het toetsenbord: Tab naar de kaart, pijltjes naar een volgende buurt, Enter om
 een buurt te kiezen, + en − om te zoomen. <span id="%ID%-aantal" role="status"></span></p>
</div>
"""


def map_data(
    cijfers: Cijfers,
    lagen: Sequence[Laag],
    *,
    nadruk: Sequence[str] = (),
    start: str = "urgentie",
    bron: str = "Grenzen: CBS en Kadaster",
    tolerance: float = 12.0,
) -> dict[str, Any]:
    """Gather what the page's script draws: borders once, and per layer a class per buurt.

    Parameters
    ----------
    cijfers : Cijfers
    lagen : sequence of Laag
    nadruk : sequence of str
        Codes to zoom to; the others are faded. Empty: all.
    start : str
        ``id`` of the layer to begin with.
    bron : str
        Source line of the borders.
    tolerance : float
        Metres, see `simplify`.

    Returns
    -------
    dict
        JSON-serialisable; keys are those that ``kaart.js`` reads.
    """
    gebieden = cijfers.gebieden
    scores = cijfers.scores.reindex(gebieden.index)
    shapes = simplify(gebieden.geometry, tolerance)
    notes: dict[str, int] = {}
    points = shapely.point_on_surface(shapes.to_numpy())
    west, south, east, north = shapes.total_bounds
    return {
        "codes": list(gebieden.index),
        "namen": list(cijfers.naam),
        "wijken": [str(naam) for naam in gebieden["wijknaam"]],
        "vlakken": _collection(shapes, [{"i": number} for number in range(len(shapes))]),
        "punten": [[round(point.y, 5), round(point.x, 5)] for point in points],
        "deelbuurten": _pockets(cijfers, tolerance),
        "lagen": [_layer_data(laag, gebieden.index, notes) for laag in lagen],
        "noten": list(notes),
        "feiten": _facts(cijfers),
        "reden": ["" if pd.isna(reden) else str(reden) for reden in scores["reden"]],
        "nadruk": [number for number, code in enumerate(gebieden.index) if code in set(nadruk)],
        "start": start,
        "leeg": NO_DATA,
        "leegtekst": "Niet gerangschikt of geen cijfer",
        "bron": html.escape(bron),
        "midden": [round((south + north) / 2, 5), round((west + east) / 2, 5)],
    }


def _collection(shapes: gpd.GeoSeries, properties: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": dict(known), "geometry": shapely.geometry.mapping(shape)}
        for shape, known in zip(shapes, properties, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _pockets(cijfers: Cijfers, tolerance: float) -> dict[str, Any]:
    pockets = cijfers.deelbuurten
    if pockets is None or pockets.empty:
        return {"type": "FeatureCollection", "features": []}
    names = cijfers.naam
    lines = [
        {
            "regels": [
                str(row.naam),
                f"Deel-buurt in {names.get(row.buurtcode, row.buurtcode)}",
                f"Inwoners: {getal(row.inwoners)}",
                f"Score {getal(row.score, 1)}, {getal(row.verschil, 1)} punten verschil met de "
                "rest van de buurt",
            ]
        }
        for row in pockets.itertuples()
    ]
    return _collection(simplify(pockets.geometry, tolerance / 2), lines)


def _layer_data(laag: Laag, index: pd.Index[Any], notes: dict[str, int]) -> dict[str, Any]:
    texts = laag.noot.reindex(index).fillna("")
    return {
        "id": laag.id,
        "titel": laag.titel,
        "uitleg": laag.uitleg,
        "klassen": [vars(klasse) for klasse in laag.klassen],
        "klasse": [int(place) for place in laag.klasse.reindex(index).fillna(-1)],
        "tekst": [str(text) for text in laag.tekst.reindex(index).fillna(MISSING)],
        "noot": [notes.setdefault(text, len(notes)) if text else -1 for text in texts],
    }


def _facts(cijfers: Cijfers) -> list[dict[str, Any]]:
    gebieden = cijfers.gebieden
    facts = [("Inwoners", [getal(value) for value in gebieden["inwoners"]])]
    stadsdelen = gebieden["stadsdeel"].astype("string").fillna(MISSING)
    if (stadsdelen.str.len() > 1).any():
        facts.insert(0, ("Stadsdeel", list(stadsdelen)))
    return [{"titel": titel, "tekst": texts} for titel, texts in facts]


def buurt_map(
    cijfers: Cijfers,
    theme: Theme | None = None,
    *,
    naam: str = "sia",
    nadruk: Sequence[str] = (),
    start: str = "urgentie",
    extra: Sequence[Laag] = (),
    bron: str = "Grenzen: CBS en Kadaster",
    achtergrond: bool = False,
) -> BuurtKaart:
    """Make the map of a municipality's buurten.

    Parameters
    ----------
    cijfers : Cijfers
    theme : Theme, optional
        Names the municipality, and says whether it is fictional.
    naam : str
        Distinguishes maps within one page.
    nadruk : sequence of str
        Codes to zoom to.
    start : str
        Layer to begin with.
    extra : sequence of Laag
        More layers, after those of `layers`.
    bron : str
        Source line of the borders.
    achtergrond : bool
        Background tiles of PDOK; off by default because they need the network.

    Returns
    -------
    BuurtKaart
        A `folium.Map`: more folium layers can be added, ``save`` writes one self-contained page.
    """
    fictief = theme is not None and theme.fictief
    titel = f"Kaart van de buurten van {cijfers.gemeente}, {cijfers.jaar}"
    if fictief:
        titel += " (fictief)"
    data = map_data(cijfers, (*layers(cijfers), *extra), nadruk=nadruk, start=start, bron=bron)
    return BuurtKaart(data, naam=naam, titel=titel, fictief=fictief, achtergrond=achtergrond)


@dataclass(frozen=True)
class Fragment:
    """A map in pieces, for a page that has its own head and body."""

    css: str
    scripts: tuple[str, ...]
    html: str


def embed(kaart: BuurtKaart) -> Fragment:
    """Take a map apart for inclusion in a report.

    Parameters
    ----------
    kaart : BuurtKaart

    Returns
    -------
    Fragment
        Style sheets, the scripts in the order in which they must run, and the map's own HTML.
    """
    root = kaart.get_root()
    assert isinstance(root, Page)
    root.render()
    return Fragment(
        css=leaflet_css() + static_text("kaart.css"),
        scripts=(leaflet_js(), map_js(), str(root.script.render())),
        html=str(root.html.render()),
    )
