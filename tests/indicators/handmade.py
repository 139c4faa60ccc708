"""Small sources made by hand: a municipality of a few buurten and, when asked, a country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sia.catalogue.model import Bron, Catalogue, Indicator
from sia.gemeente import Gemeente
from sia.sources.base import (
    PRESENT,
    SECRET,
    AreaLayer,
    Intake,
    Origin,
    Publisher,
    SourceTable,
)

PUBLISHER = Publisher("CBS", "CC BY 4.0", "Bron: CBS, {table}, {year}.")
GEMEENTE = Gemeente(code="GM0001", naam="Proef")
CODES = tuple(f"BU0001000{number}" for number in range(4))
NAN = float("nan")


def origin(table: str, year: int) -> Origin:
    return Origin(Path(f"{table}-{year}.csv"), f"sha-{table}-{year}", PUBLISHER, table, year)


def table(
    year: int,
    columns: Mapping[str, Sequence[float]],
    *,
    codes: Sequence[str] = CODES,
    source: str = "cbs.kwb",
    names: Sequence[str] | None = None,
    reason: str = SECRET,
    peiljaren: Mapping[str, int] | None = None,
    modelled: bool = False,
    margin: float | None = None,
) -> SourceTable:
    """Make a table; NaN is missing for `reason`; `margin` lies on both sides of every value."""
    index = pd.Index(codes, name="code")
    values = pd.DataFrame(dict(columns), index=index, dtype=float)
    reasons = pd.DataFrame(PRESENT, index=index, columns=values.columns).mask(values.isna(), reason)
    regions = pd.DataFrame(
        {
            "niveau": ["buurt" if code.startswith("BU") else "wijk" for code in codes],
            "naam": list(names or [f"Buurt {code[-2:]}" for code in codes]),
            "gemeentecode": ["GM" + code[2:6] for code in codes],
            "gemeentenaam": "Proef",
        },
        index=index,
    )
    measures = pd.DataFrame(
        {
            "column": values.columns,
            "title": values.columns,
            "unit": "",
            "peiljaar": [(peiljaren or {}).get(name, year) for name in values.columns],
            "modelled": modelled,
        },
        index=pd.Index(values.columns, name="measure"),
    )
    bounds = (None, None) if margin is None else (values - margin, values + margin)
    made = (values, reasons, regions, measures, origin(f"{source}", year))
    return SourceTable(source, year, *made, *bounds)


def layer(
    year: int,
    codes: Sequence[str] = CODES,
    *,
    names: Sequence[str] | None = None,
    shift: Mapping[str, float] | None = None,
    water: Sequence[bool] | None = None,
) -> AreaLayer:
    """Make squares of 100 m side by side; `shift` moves a buurt so many metres north."""
    moved = shift or {}
    shapes = [
        shapely.box(i * 100, moved.get(code, 0), i * 100 + 100, moved.get(code, 0) + 100)
        for i, code in enumerate(codes)
    ]
    frame = gpd.GeoDataFrame(
        {
            "naam": list(names or [f"Buurt {code[-2:]}" for code in codes]),
            "wijkcode": ["WK" + code[2:8] for code in codes],
            "gemeentecode": ["GM" + code[2:6] for code in codes],
            "gemeentenaam": "Proef",
            "water": list(water or [False] * len(codes)),
            "indelingswijziging": pd.array([pd.NA] * len(codes), dtype="Int64"),
        },
        index=pd.Index(codes, name="code"),
        geometry=shapes,
        crs=28992,
    )
    return AreaLayer("buurt", year, frame, origin("grenzen", year))


def intake(*records: SourceTable | AreaLayer) -> Intake:
    return Intake(
        tuple(r for r in records if isinstance(r, SourceTable)),
        tuple(r for r in records if isinstance(r, AreaLayer)),
        (),
        pd.DataFrame(),
    )


def indicator(name: str, *bronnen: Bron, **changes: object) -> Indicator:
    base: dict[str, object] = {
        "id": name,
        "naam": name.capitalize(),
        "domein": "sociaal",
        "rol": "opgave",
        "richting": 1,
        "eenheid": "%",
        "waarom": "Proef.",
        "bronnen": bronnen or (Bron("cbs.kwb", maat=name),),
    }
    return Indicator(**(base | changes))  # type: ignore[arg-type]


PEOPLE = indicator(
    "inwoners",
    Bron("cbs.kwb", maat="aantal_inwoners"),
    domein="context",
    rol="context",
    richting=0,
    meenemen=2,
)


def catalogue(*entries: Indicator) -> Catalogue:
    return Catalogue((*entries, PEOPLE))


def people(year: int, *numbers: float, codes: Sequence[str] = CODES) -> SourceTable:
    filled = list(numbers) or [500.0] * len(codes)
    return table(year, {"aantal_inwoners": filled}, codes=codes)


def country(year: int, n: int, rng: np.random.Generator) -> SourceTable:
    """Make a national table of `n` buurten elsewhere, with figures for `x` and inhabitants."""
    codes = [f"BU{1000 + i // 100:04d}{i % 100:04d}" for i in range(n)]
    return table(
        year,
        {"aantal_inwoners": [1000.0] * n, "x": list(rng.normal(50, 10, n))},
        codes=codes,
    )
