"""Stage gebieden: DIA areas round the buurten that ask for an integral approach."""

from __future__ import annotations

import geopandas as gpd

from sia.approach import INTEGRAAL
from sia.clustering.areas import find_areas
from sia.stages.inputs import Inputs
from sia.stages.run import Made


def make(inputs: Inputs) -> Made:
    """Propose DIA areas; none where no buurt is a candidate and nobody named one."""
    bounds = inputs.method("gebieden")
    areas = gpd.GeoDataFrame(inputs.table("gebieden"))
    proposed = inputs.table("aanpak")["aanpak"]
    found = find_areas(
        areas,
        inputs.table("scores")["urgentie"],
        list(proposed.index[proposed == INTEGRAAL]),
        {one.naam: one.buurten for one in inputs.outside("gemeente").gemeente.gebieden},
        bounds,
    )
    noted = {
        "gebied_minimum": bounds.minimum,
        "gebied_maximum": bounds.maximum,
        "gebieden": len(found.gebieden),
    }
    return Made({"gebiedsindeling": found.buurten}, found, noted)
