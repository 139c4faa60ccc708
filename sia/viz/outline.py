"""Borders for drawing: with fewer points, and as paths of Matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.path import Path

from sia.areas import has_border

WIDTH = 1600
"""Whole units along the longest side of a map: a border of 15 km is drawn to about 10 m."""

Ring = list[int]
"""First point of a ring, x and y, and the steps from each point to the next."""


def simplified(shapes: npt.NDArray[np.object_], tolerance: float) -> npt.NDArray[Any]:
    """Simplify borders so that neighbours keep one shared line.

    `shapes`: array of polygons, shape (n,).
    `tolerance`: In the units of the shapes.
    Returns (array of polygons, shape (n,)): A shape that would vanish keeps its own form. Holes run
        against their outside: a drawing fills by the turns of a path, and would cover the place
        that lies in the hole.
    """
    simple = shapely.coverage_simplify(shapes, tolerance)
    return np.asarray(shapely.orient_polygons(np.where(shapely.is_empty(simple), shapes, simple)))


def map_path(shape: Any) -> Path:
    """Return one path of all rings of a shape; an empty path for a shape without surface."""
    rings = [
        np.asarray(ring.coords)[:, :2]
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    if not rings:
        return Path(np.empty((0, 2)))
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))


@dataclass(frozen=True)
class Drawn:
    """Borders in whole units; north is up.

    Neighbours keep the same corners, so that the line between them can be left out.

    `ringen`: By code; without the places that have no border.
    `midden`: Where a name stands: x and y of the point that lies furthest from the border.
    `kader`: West and north in metres (Rijksdriehoek), and the metres of a unit.
    """

    ringen: Mapping[str, list[Ring]]
    midden: Mapping[str, list[int]]
    deelbuurten: list[list[Ring]]
    kader: tuple[float, float, float] = (0.0, 0.0, 1.0)

    def path(self, code: str) -> str:
        """Return a place as the path of an SVG; empty without a border."""
        return svg_path(self.ringen.get(code, []))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the drawing."""
        corners = [place for code in self.ringen for place in self.corners(code)] or [(1, 1)]
        return max(x for x, _ in corners), max(y for _, y in corners)

    def corners(self, code: str) -> list[tuple[int, int]]:
        """Return every corner of a place."""
        rings = (np.reshape(ring, (-1, 2)).cumsum(axis=0) for ring in self.ringen.get(code, []))
        return [(int(x), int(y)) for ring in rings for x, y in ring]


def svg_path(rings: list[Ring]) -> str:
    """Return rings as the path of an SVG."""
    return "".join(f"M{ring[0]} {ring[1]}l{' '.join(map(str, ring[2:]))}z" for ring in rings)


def in_units(gebieden: gpd.GeoDataFrame, deelbuurten: gpd.GeoDataFrame | None = None) -> Drawn:
    """Return the borders of places, simplified, in `WIDTH` units along the longest side."""
    own = gebieden.geometry[has_border(gebieden.geometry)]
    if own.empty:
        return Drawn({}, {}, [])
    west, south, east, north = own.total_bounds
    unit = max(east - west, north - south) / WIDTH
    drawn = dict(zip(own.index, simplified(own.to_numpy(), unit * 1.2), strict=True))
    middles = {str(code): _middle(shape) for code, shape in drawn.items()}
    inner = [] if deelbuurten is None else deelbuurten.geometry.to_numpy()
    return Drawn(
        {str(code): _rings(shape, west, north, unit) for code, shape in drawn.items()},
        {
            code: [round((place.x - west) / unit), round((north - place.y) / unit)]
            for code, place in middles.items()
        },
        [_rings(shape, west, north, unit) for shape in inner],
        (float(west), float(north), float(unit)),
    )


def _rings(shape: Any, west: float, north: float, unit: float) -> list[Ring]:
    return [
        ring
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for line in (part.exterior, *part.interiors)
        if len(ring := _steps(shapely.get_coordinates(line), west, north, unit)) > 6
    ]


def _middle(shape: Any) -> Any:
    """Return the point of a shape that lies furthest from its border."""
    circle = shapely.maximum_inscribed_circle(shape, tolerance=shape.area**0.5 / 50)
    return shapely.get_point(circle, 0)


def _steps(points: Any, west: float, north: float, unit: float) -> Ring:
    """Return a ring as its first point and the steps to the next ones, without steps of nothing."""
    units = np.round((points - (west, north)) / (unit, -unit)).astype(int)
    steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), dtype=int))
    keep = np.any(steps != 0, axis=1)
    keep[0] = True
    return [int(n) for n in steps[keep].ravel()]
