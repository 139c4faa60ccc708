"""Stage gebieden: connected buurten that resemble each other, proposed as DIA areas."""

from __future__ import annotations

import geopandas as gpd

from sia.clustering.areas import find_areas
from sia.stages.inputs import Inputs
from sia.stages.run import Made


def make(inputs: Inputs) -> Made:
    """Propose DIA areas on the domain scores."""
    bounds = inputs.method("gebieden")
    areas = gpd.GeoDataFrame(inputs.table("gebieden"))
    found = find_areas(areas, inputs.table("scores"), bounds)
    noted = {
        "gebied_minimum": bounds.minimum,
        "gebied_maximum": bounds.maximum,
        "gebieden_overeenkomst": {k: round(v, 6) for k, v in found.overeenkomst.items()},
    }
    return Made({"gebiedsindeling": found.buurten}, found, noted)
