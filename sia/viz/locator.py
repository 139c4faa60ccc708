"""A small map that shows where one buurt lies; the borders are drawn once for a whole set."""

from __future__ import annotations

import html
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from sia.viz.outline import simplified

_WIDTH = 320


class Locator:
    """Borders of a municipality as SVG paths, ready to have one buurt filled.

    Parameters
    ----------
    gebieden : GeoDataFrame, EPSG:28992, index ``buurtcode``
    """

    def __init__(self, gebieden: gpd.GeoDataFrame) -> None:
        shapes = gebieden.geometry.to_numpy()
        self._paths: dict[str, str] = {}
        if gebieden.geometry.is_empty.all():
            return
        west, south, east, north = gebieden.total_bounds
        scale = _WIDTH / max(east - west, 1.0)
        simple = simplified(shapes, 2 / scale)
        self._height = max(1, round((north - south) * scale))
        flip = shapely.transform(
            simple, lambda p: np.column_stack([p[:, 0] - west, north - p[:, 1]]) * scale
        )
        self._paths = {code: _path(shape) for code, shape in zip(gebieden.index, flip, strict=True)}

    def svg(self, code: str, naam: str) -> str:
        """Return the map with one buurt filled; empty when no buurt has a border."""
        if not self._paths:
            return ""
        others = "".join(path for key, path in self._paths.items() if key != code)
        return (
            f'<svg viewBox="-2 -2 {_WIDTH + 4} {self._height + 4}" role="img" '
            f'aria-label="Ligging van {html.escape(naam, quote=True)} in de gemeente" '
            f'style="width:100%;max-width:{_WIDTH}px;height:auto">'
            f'<path d="{others}" fill="#eef1f3" stroke="#777" stroke-width="0.6"/>'
            f'<path d="{self._paths[code]}" fill="#993404" stroke="#1a1a1a" stroke-width="1.6"/>'
            "</svg>"
        )


def _path(shape: Any) -> str:
    parts = []
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type == "Polygon":
            for ring in (polygon.exterior, *polygon.interiors):
                points = " ".join(f"{x:.1f},{y:.1f}" for x, y in list(ring.coords)[:-1])
                parts.append(f"M{points}Z")
    return "".join(parts)
