"""Borders for drawing: with fewer points, and as paths of Matplotlib."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.path import Path


def simplified(shapes: npt.NDArray[np.object_], tolerance: float) -> npt.NDArray[Any]:
    """Simplify borders so that neighbours keep one shared line.

    Parameters
    ----------
    shapes : array of polygons, shape (n,)
    tolerance : float
        In the units of the shapes.

    Returns
    -------
    array of polygons, shape (n,)
        A shape that would vanish keeps its own form.
    """
    simple = shapely.coverage_simplify(shapes, tolerance)
    return np.where(shapely.is_empty(simple), shapes, simple)


def map_path(shape: Any) -> Path:
    """Return one path of all rings of a shape; an empty path for a shape without surface.

    Parameters
    ----------
    shape : shapely geometry
    """
    rings = [
        np.asarray(ring.coords)[:, :2]
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    if not rings:
        return Path(np.empty((0, 2)))
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
