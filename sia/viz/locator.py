"""A small map that shows where one buurt lies; the borders are drawn once for a whole set."""

from __future__ import annotations

import html

import geopandas as gpd

from sia.viz.outline import in_units


class Locator:
    """Borders of a municipality as SVG paths, ready to have one buurt filled.

    Parameters
    ----------
    gebieden : GeoDataFrame, EPSG:28992, index ``buurtcode``
    """

    def __init__(self, gebieden: gpd.GeoDataFrame) -> None:
        drawn = in_units(gebieden)
        self._paths = {str(code): drawn.path(str(code)) for code in gebieden.index}
        corners = [place for code in self._paths for place in drawn.corners(code)]
        self._size = [max(side) + 20 for side in zip(*corners, strict=True)]

    def svg(self, code: str, naam: str) -> str:
        """Return the map with one buurt filled; empty when no buurt has a border."""
        if not self._size:
            return ""
        others = "".join(path for key, path in self._paths.items() if key != code)
        return (
            f'<svg viewBox="-10 -10 {self._size[0]} {self._size[1]}" role="img" '
            f'aria-label="Ligging van {html.escape(naam, quote=True)} in de gemeente" '
            'style="width:100%;max-width:320px;height:auto">'
            f'<path d="{others}" fill="#eef1f3" stroke="#777" stroke-width="3"/>'
            f'<path d="{self._paths[code]}" fill="#993404" stroke="#1a1a1a" stroke-width="8"/>'
            "</svg>"
        )
