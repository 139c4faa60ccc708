"""Where a plan is: a shape in RD and its buurten, from codes or a geometry in RD or WGS84."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

import geopandas as gpd
import numpy as np
import shapely

from sia.agenda.reading.cells import doubt, fault, plain
from sia.agenda.wording import percent
from sia.errors import Problem

RD = "EPSG:28992"
_RD_BOUNDS = (-7_000.0, 289_000.0, 300_000.0, 629_000.0)
_TOUCH_M = 1.0
_NEAR = 0.88
_RANGE = re.compile(r"\bt/m\b|\btot en met\b", re.I)
_WHOLE = ("stadsbreed", "hele stad", "hele gemeente", "gemeentebreed", "alle buurten")
_SEPARATED = re.compile(r"/|&|\||\ben\b|\+|(?<=\d)\s+(?=(?:BU|WK)\d)", re.I)
_MOSTLY = 0.9
"""With a smaller share inside the municipality it is asked what the cost is of."""


Names = Mapping[str, frozenset[str]]
"""Codes of the buurten that a name or code of a buurt or wijk stands for; see `names_of`."""


def locate(row: dict[str, object], buurten: gpd.GeoDataFrame, names: Names) -> list[Problem]:
    """Find the place of one row; fill ``geometry``, ``plaats`` and ``buurtcodes`` in place.

    `row`: With ``buurtcodes`` (codes or names of buurten and wijken), ``wkt``, ``stelsel`` and
        perhaps a ``geometry`` in RD.
    `buurten`: EPSG:28992, index ``buurtcode``.
    `names`: See `names_of`.
    Returns: Why the place cannot be known, or what is doubtful about it.
    """
    shape, wrong = _shape(row)
    if wrong:
        return [wrong]
    codes, unknown, guessed = named_buurten(str(row["buurtcodes"]), names)
    if unknown:
        return [fault("buurtcodes", f"Onbekende buurt of wijk: {', '.join(unknown)}.",
                      "Kijk de code of naam na in de lijst van deze gemeente.")]  # fmt: skip
    asked = [
        doubt(
            "buurtcodes", f"`{piece}` is gelezen als `{name}`.", "Schrijf de naam zo, of de code."
        )
        for piece, name in guessed.items()
    ]
    return asked + _placed(row, shape, codes, buurten)


def _placed(
    row: dict[str, object],
    shape: shapely.Geometry | None,
    codes: list[str],
    buurten: gpd.GeoDataFrame,
) -> list[Problem]:
    if shape is None and not codes:
        return [fault("buurtcodes", "Er is geen plaats: geen buurtcode en geen geometrie.",
                      "Vul buurtcodes of een geometrie in.")]  # fmt: skip
    if shape is None:
        row["geometry"] = shapely.union_all(buurten.geometry.loc[codes].to_numpy())
        row["plaats"] = "buurt"
        row["buurtcodes"] = ";".join(codes)
        return []
    row["geometry"] = shape
    row["plaats"] = {0: "punt", 1: "straat", 2: "vlak"}[int(shapely.get_dimensions(shape))]
    touched, inside = _touched(shape, buurten)
    if not touched:
        return [fault("wkt", "De geometrie ligt buiten de gemeente.",
                      "Controleer de coördinaten en het stelsel (RD of WGS84).")]  # fmt: skip
    if codes and not set(codes) & set(touched):
        return [fault("wkt", "De geometrie ligt niet in de genoemde buurten.",
                      f"De geometrie ligt in {', '.join(touched)}.")]  # fmt: skip
    row["buurtcodes"] = ";".join(touched)
    if inside < _MOSTLY:
        wat = f"{percent(1 - inside, 0)} van dit plan ligt buiten de gemeente."
        return [doubt("wkt", wat, "Geef de kosten van het deel in de gemeente.")]
    return []


def names_of(buurten: gpd.GeoDataFrame) -> Names:
    """Return under which names and codes the buurten are known."""
    known: dict[str, frozenset[str]] = {}
    # a name of a buurt goes before the same name of a wijk
    for column, word in (("wijknaam", "wijk"), ("wijkcode", ""), ("naam", "buurt")):
        if column in buurten:
            groups = buurten.index.to_series().groupby(buurten[column].map(plain))
            for name, codes in groups:
                # as statistics write it: Wijk 03 Noord
                bare = re.sub(rf"^{word}(?: \d+)? ", "", str(name)) if word else str(name)
                said = (name, bare, f"{word} {bare}") if word else (name,)
                known |= {str(one): frozenset(codes) for one in said if name}
    codes = list(map(str, buurten.index))
    everywhere = (*_WHOLE, *{f"gm{code[2:6]}" for code in codes})
    known |= dict.fromkeys(everywhere, frozenset(codes))
    return known | {plain(n): frozenset([c]) for c in codes for n in (c, c[2:])}


def named_buurten(text: str, known: Names) -> tuple[list[str], list[str], dict[str, str]]:
    """Return the buurten that a text names, what in it is no buurt, and what was a slip of a pen.

    Returns `guessed`: A piece of the text to the name or code as which it was read.
    """
    found: set[str] = set()
    unknown, guessed = [], {}
    for part in [text] if plain(text) in known else text.split(";"):
        # nobody can tell which buurten lie between the first and the last of a range
        whole = plain(part) in known or _RANGE.search(part)
        pieces = [part] if whole else _SEPARATED.split(part)
        for piece in filter(plain, pieces):
            name = _known(plain(piece), known)
            exact = plain(piece) in known
            if name and not exact:
                guessed[piece.strip()] = name
            found |= known.get(name, frozenset())
            unknown += [] if name else [piece.strip()]
    return sorted(found), unknown, guessed


def _known(piece: str, known: Names) -> str:
    """Return the name as which a piece is read, whole or nearly so; empty when none is near."""
    if piece in known:
        return piece
    bare = re.sub(r"\s+(?:deels?|gedeeltelijk)$", "", piece)
    if bare in known or piece.replace(" ", "") in known:
        return bare if bare in known else piece.replace(" ", "")
    near = [name for name in get_close_matches(bare, known, n=9, cutoff=_NEAR)
            if re.findall(r"\d", name) == re.findall(r"\d", bare)]  # fmt: skip
    return near[0] if len({known[name] for name in near}) == 1 else ""


def _shape(row: dict[str, object]) -> tuple[shapely.Geometry | None, Problem | None]:
    given = row.get("geometry")
    if isinstance(given, shapely.Geometry) and not given.is_empty:
        return _valid(shapely.force_2d(given)), None
    text = str(row["wkt"])
    if not text:
        return None, None
    try:
        shape = shapely.force_2d(shapely.from_wkt(text))
    except shapely.errors.GEOSException:
        wat = "De geometrie is geen leesbare WKT."
        return None, fault("wkt", wat, "Kopieer de WKT opnieuw uit uw GIS.")
    if shape is None or shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
        return None, fault("wkt", "De geometrie is leeg.", "Laat de cel leeg of vul WKT in.")
    if row["stelsel"] == "WGS84":
        shape = gpd.GeoSeries([shape], crs="EPSG:4326").to_crs(RD).iloc[0]
    if not shapely.box(*_RD_BOUNDS).covers(shape):
        return None, fault("wkt", "De coördinaten liggen buiten Nederland.",
                           "Kies het juiste stelsel: RD of WGS84 (lengte eerst).")  # fmt: skip
    return _valid(shape), None


def _valid(shape: shapely.Geometry) -> shapely.Geometry:
    return shape if shape.is_valid else shapely.make_valid(shape)


def _touched(shape: shapely.Geometry, buurten: gpd.GeoDataFrame) -> tuple[list[str], float]:
    """Return the buurten that a shape lies in, and which share of it lies in any."""
    hits = buurten.iloc[buurten.sindex.query(shape, predicate="intersects")]
    dimension = int(shapely.get_dimensions(shape))
    if dimension == 0:
        points = shapely.get_parts(shape)
        inside = shapely.intersects(hits.geometry.to_numpy()[:, None], points).any(axis=0)
        return sorted(hits.index), float(inside.mean())
    parts = hits.geometry.intersection(shape)
    size = parts.length if dimension == 1 else parts.area
    whole = shape.length if dimension == 1 else shape.area
    return sorted(hits.index[size > _TOUCH_M]), float(size.sum() / whole)
