"""Stage samenhang: where urgentie and its change lie together in space."""

from __future__ import annotations

import geopandas as gpd

from sia.clustering.association import find_association
from sia.stages.inputs import Inputs
from sia.stages.run import Made


def make(inputs: Inputs) -> Made:
    """Measure how urgentie and its change lie together, and say it per buurt.

    The change is that of comparable urgentie between the first and the last year of the panel,
    for places whose border did not move.
    """
    areas, urgentie = inputs.table("gebieden"), inputs.table("scores")["urgentie"]
    years = inputs.result("jaren").urgentie()
    found = find_association(gpd.GeoDataFrame(areas), urgentie, years, inputs.method("samenhang"))
    noted = {
        "moran": {str(v): round(float(i), 6) for v, i in found.globaal["I"].items()},
        "verandering_van_tot": list(found.van_tot),
    }
    return Made({"ruimte": found.buurten}, found, noted)
