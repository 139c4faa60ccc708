"""Borders with fewer points, for drawing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely


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
