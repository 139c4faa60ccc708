"""Stage deelbuurten: pockets that the average of their buurt hides."""

from __future__ import annotations

import geopandas as gpd

from sia.pockets.find import search_squares
from sia.stages.inputs import Inputs
from sia.stages.run import Made


def make(inputs: Inputs) -> Made:
    """Search the deel-buurten; an empty table when there are no squares."""
    settings = inputs.method("deelbuurten")
    areas = gpd.GeoDataFrame(inputs.table("gebieden"))
    earlier = [
        gpd.GeoDataFrame(inputs.table("deelbuurten", jaar))
        for jaar in sorted(inputs.years("deelbuurten"), reverse=True)
        if inputs.run.of_year(jaar).can("deelbuurten")
    ]
    squares = inputs.intake(tabellen=()).squares
    found = search_squares(squares, areas, inputs.jaar, settings, earlier)
    noted = {"zaad": settings.seed, "deelbuurten": found.toelichting, "gezocht": found.gezocht}
    return Made({"deelbuurten": found.tabel}, found, noted)
