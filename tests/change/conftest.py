"""Two years of a city of thirty buurten, made by hand, each with its index."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sia.catalogue.load import load_catalogue
from sia.change.base_year import YearFigures
from sia.indicators import IndicatorTable
from sia.indicators.norms import norm_row, norms_frame
from sia.weighing import WeighingSettings, weigh

CATALOGUE = load_catalogue()
CODES = pd.Index([f"BU0001{n // 10:02d}{n % 10:02d}" for n in range(30)], name="buurtcode")
NAMES = tuple(
    e.id
    for domain in ("sociaal", "veiligheid")
    for e in [e for e in CATALOGUE if e.domein == domain and e.rol == "opgave" and e.schaal][:3]
)
"""Rates with a denominator, so that their error is known."""


def areas(year: int, edge: float = 100.0) -> gpd.GeoDataFrame:
    """Draw three wijken of ten squares; `edge` is where the first ends and the second begins."""
    left = np.array([100.0 * n for n in range(30)])
    right = left + 100
    right[0] = left[1] = edge
    return gpd.GeoDataFrame(
        {
            "naam": [f"Buurt {n}" for n in range(30)],
            "wijkcode": [f"WK{code[2:8]}" for code in CODES],
            "wijknaam": [f"Wijk {code[6:8]}" for code in CODES],
            "stadsdeel": "",
            "gemeentecode": "GM0001",
            "inwoners": 1000.0,
            "huishoudens": 500.0,
            "water": False,
            "borders_year": year,
        },
        index=CODES,
        geometry=[shapely.box(a, 0, b, 100) for a, b in zip(left, right, strict=True)],
        crs=28992,
    )


def year_of(
    jaar: int,
    values: pd.DataFrame,
    scale: pd.DataFrame,
    edge: float = 100.0,
    base: pd.DataFrame | None = None,
) -> YearFigures:
    """Return a year with these values, weighed on its own scale or that of a base year."""
    no_margins = pd.DataFrame(np.nan, values.index, values.columns)
    table = IndicatorTable(
        gemeentecode="GM0001",
        jaar=jaar,
        areas=areas(jaar, edge),
        values=values,
        flags=values.astype(object),
        years=pd.DataFrame(jaar, values.index, values.columns).astype("Int64"),
        denominators=pd.DataFrame(1000.0, values.index, values.columns),
        norms=scale,
        provenance=pd.DataFrame(
            {
                "indicator": list(values.columns),
                "bron": "cbs.kwb",
                "tabel": f"tabel van {jaar}",
                "peiljaar": jaar,
                "methode": "",
            }
        ),
        verantwoording=pd.DataFrame(),
        catalogue=CATALOGUE,
        lower=no_margins,
        upper=no_margins,
    )
    ranked = pd.DataFrame({"gerangschikt": True, "reden": ""}, index=values.index)
    how = WeighingSettings(draws=0)
    index = weigh(
        values, ranked, tuple(values), CATALOGUE, norms=scale, base_norms=base, settings=how
    ).urgentie
    assert index is not None
    return YearFigures(table, index)


@pytest.fixture(scope="session")
def values() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    return pd.DataFrame(rng.uniform(10, 60, (30, len(NAMES))), CODES, list(NAMES))


@pytest.fixture(scope="session")
def scale(values: pd.DataFrame) -> pd.DataFrame:
    people = np.full(30, 1000.0)
    rows = {c: norm_row(values[c].to_numpy(), people >= 100, 30) for c in values}
    return norms_frame(rows)


@pytest.fixture(scope="session")
def then(values: pd.DataFrame, scale: pd.DataFrame) -> YearFigures:
    return year_of(2020, values, scale)


def worsened(values: pd.DataFrame, code: str, by: float) -> pd.DataFrame:
    """Return the values with one buurt worse (or better) on every indicator."""
    changed = values.copy()
    for name in NAMES:
        changed.loc[code, name] = changed.loc[code, name] + by * CATALOGUE[name].richting
    return changed
