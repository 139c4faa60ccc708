"""The map of Voorbeeldstad (fictief): buurten that fit together to the centimetre, and squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Point, Polygon, box
from shapely.ops import polygonize, split, unary_union

from voorbeeldstad.places import CHANGE_YEAR, WIJKEN, Atom

CRS = "EPSG:28992"
ORIGIN = (140_000.0, 520_000.0)
"""South-west corner in RD New: in the IJsselmeer, so that nobody takes the map for a real place."""
WIDTH, HEIGHT = 12_000.0, 10_000.0
SQUARE = 100.0

Spot = tuple[float, float]
Edge = tuple[Spot, Spot]


@dataclass(frozen=True)
class Geography:
    """The land of the city.

    Parameters
    ----------
    atoms : GeoDataFrame, EPSG:28992
        One row per `places.Atom`, in their order; columns ``wijkcode``, ``wijknaam``,
        ``stadsdeel``, ``type``, ``code_oud``, ``naam_oud``, ``code_nieuw``, ``naam_nieuw``.
    water : Polygon
        The lake beside the city, inside the municipality but in no buurt with inhabitants.
    """

    atoms: gpd.GeoDataFrame
    water: Polygon

    def codes(self, jaar: int) -> pd.Series:
        """Return the buurt code of every atom in a year."""
        column = "code_oud" if jaar < CHANGE_YEAR else "code_nieuw"
        return pd.Series(self.atoms[column].to_numpy(), index=self.atoms.index)

    def names(self, jaar: int) -> dict[str, str]:
        """Return the name of every buurt code in a year."""
        era = "oud" if jaar < CHANGE_YEAR else "nieuw"
        return dict(zip(self.atoms[f"code_{era}"], self.atoms[f"naam_{era}"], strict=True))


def build(pieces: Sequence[Atom], rng: np.random.Generator) -> Geography:
    """Draw the city.

    Parameters
    ----------
    pieces : sequence of Atom
        As `places.atoms` gives them.
    rng : numpy.random.Generator

    Returns
    -------
    Geography
        Polygons that share every vertex along their common borders.
    """
    outline = _outline(rng)
    cells = _cells(pieces, outline, rng)
    polygons = _wobble(_node(cells), rng)
    frame = gpd.GeoDataFrame(
        {
            "wijkcode": [piece.wijk.code for piece in pieces],
            "wijknaam": [piece.wijk.naam for piece in pieces],
            "stadsdeel": [piece.wijk.stadsdeel for piece in pieces],
            "type": [piece.type for piece in pieces],
            "code_oud": [piece.oud[0] for piece in pieces],
            "naam_oud": [piece.oud[1] for piece in pieces],
            "code_nieuw": [piece.nieuw[0] for piece in pieces],
            "naam_nieuw": [piece.nieuw[1] for piece in pieces],
        },
        geometry=polygons,
        crs=CRS,
    )
    land = unary_union(polygons)
    west = box(ORIGIN[0] - 1500, ORIGIN[1] + 4500, ORIGIN[0] + 2500, ORIGIN[1] + 8500)
    water = max(_parts(west.difference(land)), key=lambda part: part.area)
    return Geography(frame, shapely.set_precision(water, 0.01))


def _outline(rng: np.random.Generator) -> Polygon:
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    bump = sum(
        amplitude * np.cos(k * angles + rng.uniform(0, 2 * np.pi))
        for k, amplitude in ((2, 0.04), (3, 0.05), (5, 0.03))
    )
    x = ORIGIN[0] + WIDTH / 2 + 0.46 * WIDTH * np.cos(angles) * (0.95 + bump)
    y = ORIGIN[1] + HEIGHT / 2 + 0.46 * HEIGHT * np.sin(angles) * (0.95 + bump)
    return Polygon(np.column_stack([x, y]))


def _cells(pieces: Sequence[Atom], outline: Polygon, rng: np.random.Generator) -> list[Polygon]:
    hearts = [Point(ORIGIN[0] + 1000 * wijk.x, ORIGIN[1] + 1000 * wijk.y) for wijk in WIJKEN]
    cells: list[Polygon] = []
    for wijk, land in zip(WIJKEN, _voronoi(hearts, outline), strict=True):
        places = sorted({piece.nummer for piece in pieces if piece.wijk is wijk})
        parts = _order(_relaxed(len(places), land, rng), wijk.nummer == 6)
        for place in places:
            same = [p for p in pieces if p.wijk is wijk and p.nummer == place]
            cells.extend([parts[place]] if len(same) == 1 else _halves(parts[place]))
    return cells


def _voronoi(points: Sequence[Point], land: Polygon) -> list[Polygon]:
    diagram = shapely.voronoi_polygons(MultiPoint(points), extend_to=land.buffer(5000))
    tree = shapely.STRtree(list(diagram.geoms))
    found = [diagram.geoms[int(tree.query(point, predicate="within")[0])] for point in points]
    return [max(_parts(cell.intersection(land)), key=lambda p: p.area) for cell in found]


def _relaxed(count: int, land: Polygon, rng: np.random.Generator) -> list[Polygon]:
    west, south, east, north = land.bounds
    points: list[Point] = []
    while len(points) < count:
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if land.contains(point):
            points.append(point)
    cells = _voronoi(points, land)
    for _ in range(12):
        cells = _voronoi([cell.representative_point() for cell in cells], land)
    return cells


def _order(cells: list[Polygon], pair_last: bool) -> list[Polygon]:
    middle = unary_union(cells).centroid
    turned = sorted(
        cells, key=lambda c: np.arctan2(c.centroid.y - middle.y, c.centroid.x - middle.x)
    )
    if not pair_last:
        return turned
    # Two buurten that will be merged have to be neighbours.
    lengths = {
        (i, j): turned[i].intersection(turned[j].buffer(1)).length
        for i in range(len(turned))
        for j in range(i)
    }
    first, second = max(lengths, key=lambda key: lengths[key])
    rest = [cell for i, cell in enumerate(turned) if i not in (first, second)]
    return [*rest, turned[second], turned[first]]


def _halves(cell: Polygon) -> list[Polygon]:
    centre = cell.centroid
    west, south, east, north = cell.bounds
    upright = (north - south) < (east - west)
    ends = (
        [(centre.x + 0.1, south - 10), (centre.x - 0.1, north + 10)]
        if upright
        else [(west - 10, centre.y + 0.1), (east + 10, centre.y - 0.1)]
    )
    parts = sorted(split(cell, LineString(ends)).geoms, key=lambda p: -p.area)
    return [parts[0], unary_union(parts[1:])]


def _node(cells: list[Polygon]) -> list[Polygon]:
    """Cut all borders at their crossings, so that neighbours share vertices."""
    borders = [shapely.set_precision(cell.exterior, 1.0) for cell in cells]
    lines = shapely.unary_union(borders, grid_size=1.0)
    return _faces(lines, cells)


def _faces(lines: object, cells: Sequence[Polygon]) -> list[Polygon]:
    parts: list[list[Polygon]] = [[] for _ in cells]
    tree = shapely.STRtree(list(cells))
    for face in polygonize(lines):
        inside = face.representative_point()
        hits = tree.query(inside, predicate="within")
        # rounding leaves slivers between cells; they go to the nearest
        parts[int(hits[0] if len(hits) else tree.nearest(inside))].append(face)
    whole = [unary_union(found) for found in parts]
    for number, cell in enumerate(whole):
        *loose, whole[number] = sorted(_parts(cell), key=lambda part: part.area)
        for part in loose:  # a sliver that meets its own cell in a point only
            beside = int(np.argmax(shapely.length(shapely.intersection(whole, part))))
            whole[beside] = unary_union([whole[beside], part])
    return whole


def _wobble(cells: list[Polygon], rng: np.random.Generator) -> list[Polygon]:
    """Bend long straight borders a little; the same bend on both sides of a border."""
    edges = sorted({_edge(*pair) for cell in cells for pair in pairwise(_ring(cell))})
    draws = rng.normal(0.0, 1.0, (len(edges), 3))
    for strength in (0.05, 0.025, 0.0):
        bent = {edge: _bend(edge, strength * draw) for edge, draw in zip(edges, draws, strict=True)}
        result = [_rebuild(cell, bent) for cell in cells]
        if all(cell.is_valid for cell in result) and _no_overlap(result):
            return result
    return cells


def _bend(edge: Edge, draw: NDArray[np.float64]) -> list[Spot]:
    (x0, y0), (x1, y1) = edge
    if np.hypot(x1 - x0, y1 - y0) < 350:
        return [edge[0], edge[1]]
    inner = [
        (round(x0 + s * (x1 - x0) - d * (y1 - y0), 2), round(y0 + s * (y1 - y0) + d * (x1 - x0), 2))
        for s, d in zip((0.25, 0.5, 0.75), np.clip(draw, -0.09, 0.09), strict=True)
    ]
    return [edge[0], *inner, edge[1]]


def _ring(cell: Polygon) -> list[Spot]:
    return [(float(x), float(y)) for x, y in cell.exterior.coords]


def _edge(start: Spot, end: Spot) -> Edge:
    return (start, end) if start < end else (end, start)


def _rebuild(cell: Polygon, bent: dict[Edge, list[Spot]]) -> Polygon:
    ring: list[Spot] = []
    for start, end in pairwise(_ring(cell)):
        path = bent[_edge(start, end)]
        ring.extend((path if path[0] == start else path[::-1])[:-1])
    return Polygon(ring)


def _no_overlap(cells: Sequence[Polygon]) -> bool:
    return bool(abs(sum(cell.area for cell in cells) - unary_union(list(cells)).area) < 1.0)


def _parts(shape: object) -> list[Polygon]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]


def squares(geography: Geography) -> gpd.GeoDataFrame:
    """Lay the 100 m grid over the city.

    Parameters
    ----------
    geography : Geography

    Returns
    -------
    GeoDataFrame, EPSG:28992, index ``vierkant``
        Columns ``atom`` (row of the atom that holds the middle of the square), ``x``, ``y``
        (south-west corner), ``geometry``. Squares with their middle outside the city are left out.
    """
    west, south, east, north = geography.atoms.total_bounds
    xs = np.arange(np.floor(west / SQUARE), np.ceil(east / SQUARE)) * SQUARE
    ys = np.arange(np.floor(south / SQUARE), np.ceil(north / SQUARE)) * SQUARE
    x, y = (part.ravel() for part in np.meshgrid(xs, ys))
    middles = shapely.points(x + SQUARE / 2, y + SQUARE / 2)
    tree = shapely.STRtree(geography.atoms.geometry.to_numpy())
    which, atom = tree.query(middles, predicate="intersects")
    first = np.unique(which, return_index=True)[1]
    which, atom = which[first], atom[first]
    x, y = x[which], y[which]
    codes = [f"E{int(a // 100):04d}N{int(b // 100):04d}" for a, b in zip(x, y, strict=True)]
    return gpd.GeoDataFrame(
        {"atom": atom, "x": x, "y": y},
        geometry=shapely.box(x, y, x + SQUARE, y + SQUARE),
        index=pd.Index(codes, name="vierkant"),
        crs=CRS,
    )
