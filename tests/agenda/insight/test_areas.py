from __future__ import annotations

import geopandas as gpd

from sia.agenda.insight.areas import in_area, linkage_layer
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.linkages import Linkages
from sia.agenda.programme.optimise import Programme, timeline
from sia.agenda.reading.investments import Reading
from voorbeeldstad.plans import DemoPlans


def test_area_holds_exactly_what_touches_it(
    agenda: Agenda, programme: Programme, demo: DemoPlans
) -> None:
    rows = timeline(agenda, programme.starts)
    codes = next(iter(demo.pilots.values()))
    inside = in_area(rows, codes)
    for plan, text in rows["buurtcodes"].items():
        assert (plan in inside.index) == any(code in text for code in codes)
    assert 0 < len(inside) < len(rows)
    assert in_area(rows, []).empty


def test_koppelkansen_lie_where_their_plans_lie(reading: Reading, linkages: Linkages) -> None:
    layer = linkage_layer(linkages.kansen, reading.plans)
    assert isinstance(layer, gpd.GeoDataFrame)
    assert layer.crs == "EPSG:28992"
    for kans, row in layer.iterrows():
        for plan in row["plannen"].split(";"):
            assert row.geometry.buffer(0.01).covers(reading.plans.geometry[plan]), kans
