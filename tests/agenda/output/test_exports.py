from __future__ import annotations

import geopandas as gpd

from sia.agenda.output.exports import linkage_layer
from sia.agenda.programme.linkages import Linkages
from sia.agenda.reading.investments import Reading


def test_koppelkansen_lie_where_their_plans_lie(reading: Reading, linkages: Linkages) -> None:
    layer = linkage_layer(linkages.kansen, reading.plans)
    assert isinstance(layer, gpd.GeoDataFrame)
    assert layer.crs == "EPSG:28992"
    for kans, row in layer.iterrows():
        for plan in row["plannen"].split(";"):
            assert row.geometry.buffer(0.01).covers(reading.plans.geometry[plan]), kans
