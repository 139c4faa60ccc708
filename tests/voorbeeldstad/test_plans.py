from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sia.agenda.programme.linkages import find_linkages
from sia.agenda.reading.combining import combine
from sia.agenda.reading.investments import read_plans, validate
from voorbeeldstad.partners import FICTIONAL
from voorbeeldstad.plan_files import write_deliveries
from voorbeeldstad.plans import demo_plans


def _town(side: int = 6, size: float = 700.0) -> gpd.GeoDataFrame:
    squares = [
        shapely.box(250_000 + c * size, 470_000 + r * size, 250_000 + (c + 1) * size,
                    470_000 + (r + 1) * size)
        for r in range(side) for c in range(side)
    ]  # fmt: skip
    index = pd.Index([f"BU9999{i:04d}" for i in range(side * side)], name="buurtcode")
    names = [f"Buurt {i}" for i in range(side * side)]
    return gpd.GeoDataFrame({"naam": names}, geometry=squares, crs="EPSG:28992", index=index)


TOWN = _town()
DOMAINS = ("urgentie", "sociaal", "wonen", "veiligheid", "voorzieningen", "klimaat", "energie")
SCORES = pd.DataFrame(50.0, index=TOWN.index, columns=list(DOMAINS))


@pytest.mark.parametrize("seed", range(5))
def test_planted_koppelkansen_are_found_and_nothing_else(seed: int) -> None:
    demo = demo_plans(TOWN, np.random.default_rng(seed))
    reading = combine(validate(rows, TOWN) for rows in demo.deliveries.values())
    assert reading.problems == ()
    kansen = find_linkages(reading.plans, SCORES).kansen
    found = {
        (kind, frozenset(plans.split(";")))
        for kind, plans in kansen[["soort_kans", "plannen"]].itertuples(index=False)
    }
    planted = {
        (g["soort_kans"].iloc[0], frozenset(g["plan"])) for _, g in demo.truth.groupby("groep")
    }
    assert len(planted) == 30
    recall = len(found & planted) / len(planted)
    precision = len(found & planted) / len(found)
    assert recall == 1.0
    assert precision >= 0.95


def test_same_generator_gives_same_plans() -> None:
    one, other = (demo_plans(TOWN, np.random.default_rng(3)) for _ in range(2))
    for partner, rows in one.deliveries.items():
        pd.testing.assert_frame_equal(rows, other.deliveries[partner])
    pd.testing.assert_frame_equal(one.budgets, other.budgets)


def test_everything_is_clearly_fictional_and_spread_over_partners_and_pilots() -> None:
    demo = demo_plans(TOWN, np.random.default_rng(1))
    rows = pd.concat(demo.deliveries.values())
    assert len(rows) == 150
    assert rows["titel"].str.endswith(FICTIONAL).all()
    assert rows["partner"].str.endswith(FICTIONAL).all()
    assert rows["partner"].nunique() >= 10
    assert set(rows["vertrouwelijkheid"]) == {"openbaar", "partners", "intern"}
    assert len(demo.pilots) == 3
    assert len({c for codes in demo.pilots.values() for c in codes}) == 9
    assert set(demo.budgets["partner"]) == set(rows["partner"])
    years = demo.budgets["jaar"]
    assert (years.min(), years.max()) == (2025, 2034)


def test_too_few_buurten_or_plans_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 12 buurten"):
        demo_plans(TOWN.iloc[:5], np.random.default_rng(1))
    with pytest.raises(ValueError, match="110 plans"):
        demo_plans(TOWN, np.random.default_rng(1), n=40)


def test_deliveries_read_back_through_every_format(tmp_path: Path) -> None:
    demo = demo_plans(TOWN, np.random.default_rng(1))
    files = write_deliveries(tmp_path, demo, TOWN)
    assert {f.suffix for f in files} == {".xlsx", ".csv", ".gpkg"}
    direct = combine(validate(rows, TOWN) for rows in demo.deliveries.values()).plans
    reading = combine(read_plans(f, TOWN) for f in files)
    assert reading.problems == ()
    shapes = reading.plans.geometry.hausdorff_distance(direct.geometry)
    assert shapes.max() < 0.2
    columns = direct.columns.drop("geometry")
    pd.testing.assert_frame_equal(
        pd.DataFrame(reading.plans[columns]), pd.DataFrame(direct[columns])
    )


def test_same_plans_give_the_same_bytes(tmp_path: Path) -> None:
    demo = demo_plans(TOWN, np.random.default_rng(1))
    (tmp_path / "een").mkdir()
    (tmp_path / "twee").mkdir()
    for one, other in zip(
        write_deliveries(tmp_path / "een", demo, TOWN),
        write_deliveries(tmp_path / "twee", demo, TOWN),
        strict=True,
    ):
        assert one.read_bytes() == other.read_bytes(), one.name
