"""OData as CBS, RIVM and the police serve it: v3 (padded codes, numbered keys) and v4."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sia.store import write_text
from voorbeeldstad.measures import Measure, of
from voorbeeldstad.observe import Observed, Regions

HOST = "https://voorbeeld.invalid/fictief"
"""No such host can exist: these files are written, not fetched."""
PAGE = 400
"""Rows per page; CBS uses 10,000, which our 500 regions would never fill."""

Row = dict[str, Any]


def write_kwb3(folder: Path, table: str, observed: Observed, regions: Regions) -> None:
    """Write one year of the Kerncijfers as an OData v3 table of several files.

    Parameters
    ----------
    folder : pathlib.Path
    table : str
        CBS table id whose layout is followed.
    observed : Observed
    regions : Regions
        Of the same year.
    """
    jaar = observed.jaar
    stem = f"voorbeeldstad-fictief-{table}-{jaar}"
    columns = kwb_columns(jaar)
    keys = {m.naam: f"{m.label('v3', jaar)}_{place}" for place, m in enumerate(columns, start=5)}
    lines = observed.lines(columns)
    rows = [
        {
            "ID": number,
            "WijkenEnBuurten": region.code.ljust(10),
            "Gemeentenaam_1": region.gemeente.ljust(40),
            "SoortRegio_2": region.soort.ljust(10),
            "Codering_3": region.code.ljust(10),
            "IndelingswijzigingWijkenEnBuurten_4": region.wijziging,
            **{
                keys[m.naam]: _number(value, m)
                for m, value in zip(columns, lines[region.code], strict=True)
            },
        }
        for number, region in enumerate(regions)
    ]
    _pages(folder, f"{stem}-TypedDataSet", table, "TypedDataSet", rows)
    properties = _properties(columns, jaar)
    _envelope(folder / f"{stem}-DataProperties.json", table, "DataProperties", properties)
    _envelope(folder / f"{stem}-WijkenEnBuurten.json", table, "WijkenEnBuurten", _list3(regions))
    info = [_table_info(table, f"Kerncijfers wijken en buurten {jaar}", jaar)]
    _envelope(folder / f"{stem}-TableInfos.json", table, "TableInfos", info)


def write_kwb4(folder: Path, table: str, observed: Observed, regions: Regions) -> None:
    """Write one year of the Kerncijfers as OData v4: one observation per region and measure."""
    jaar = observed.jaar
    stem = f"voorbeeldstad-fictief-{table}-{jaar}"
    columns = [m for m in kwb_columns(jaar) if m.get("v4")]
    observations: list[Row] = []
    for code, line in observed.lines(columns).items():
        for m, cell in zip(columns, line, strict=True):
            value = _number(cell, m)
            observations.append(
                {
                    "Id": len(observations),
                    "Measure": m.get("v4"),
                    "ValueAttribute": "Impossible" if value is None else "None",
                    "Value": None if value is None else float(value),
                    "StringValue": None,
                    "WijkenEnBuurten": code,
                }
            )
    _envelope4(folder / f"{stem}-Observations.json", table, "Observations", observations)
    groups, measures = _measure_codes(columns, jaar)
    _envelope4(folder / f"{stem}-MeasureCodes.json", table, "MeasureCodes", measures)
    _envelope4(folder / f"{stem}-MeasureGroups.json", table, "MeasureGroups", groups)
    codes = [
        {
            "Identifier": region.code,
            "Index": place,
            "Title": region.naam,
            "Description": "",
            "DimensionGroupId": (
                region.gemeentecode if region.niveau in ("wijk", "buurt") else region.code[:2]
            ),
            "DetailRegionCode": None if region.niveau == "land" else region.code,
        }
        for place, region in enumerate(regions, start=1)
    ]
    name = "WijkenEnBuurtenCodes"
    _envelope4(folder / f"{stem}-{name}.json", table, name, codes)


def write_crime(folder: Path, observed: Observed, regions: Regions) -> None:
    """Write the police figures of one year (layout of table 47018NED)."""
    table, jaar = "47018NED", observed.jaar
    stem = f"voorbeeldstad-fictief-{table}-{jaar}"
    kinds = of("politie")
    lines = observed.lines(kinds)
    rows = [
        {
            "SoortMisdrijf": str(kind.get("code")).ljust(6),
            "WijkenEnBuurten": region.code.ljust(10),
            "Perioden": f"{jaar}JJ00",
            "GeregistreerdeMisdrijven_1": int(lines[region.code][place]),
        }
        for place, kind in enumerate(kinds)
        for region in regions
    ]
    rows = [{"ID": number, **row} for number, row in enumerate(rows)]
    _envelope(folder / f"{stem}-TypedDataSet.json", table, "TypedDataSet", rows)
    names = [
        {
            "Key": str(kind.get("code")).ljust(6),
            "Title": _crime_title(kind),
            "Description": "Fictieve aantallen",
            "CategoryGroupID": None,
        }
        for kind in kinds
    ]
    _envelope(folder / f"{stem}-SoortMisdrijf.json", table, "SoortMisdrijf", names)
    info = [_table_info(table, "Geregistreerde misdrijven; wijken en buurten", jaar)]
    _envelope(folder / f"{stem}-TableInfos.json", table, "TableInfos", info)


def write_health(folder: Path, observed: Observed, regions: Regions) -> None:
    """Write RIVM estimates of one year with their 95 % margins (layout of table 50150NED)."""
    table, jaar = "50150NED", observed.jaar
    stem = f"voorbeeldstad-fictief-{table}-{jaar}"
    kinds = of("rivm")
    values = observed.published[[m.naam for m in kinds]]
    half = 1.96 * 0.045 * values
    sets = {
        ("20300", "MW00000"): values,
        ("20300", "MOG0095"): (values - half).clip(lower=0).round(1),
        ("20300", "MBG0095"): (values + half).clip(upper=100).round(1),
        ("80200", "MW00000"): (0.95 * values).round(1),
    }
    rows: list[Row] = []
    for (age, margin), frame in sets.items():
        for region, line in zip(regions, frame.to_numpy().tolist(), strict=True):
            rows.append(
                {
                    "ID": len(rows),
                    "Leeftijd": age,
                    "Marges": margin,
                    "WijkenEnBuurten": region.code.ljust(10),
                    "Perioden": f"{jaar}JJ00",
                    "Gemeentenaam_1": region.gemeente.ljust(40),
                    "SoortRegio_2": region.soort.ljust(10),
                    "Codering_3": region.code.ljust(20),
                    **{
                        f"{m.get('v3')}_{place}": _number(cell, m)
                        for place, (m, cell) in enumerate(zip(kinds, line, strict=True), start=4)
                    },
                }
            )
    _envelope(folder / f"{stem}-TypedDataSet.json", table, "TypedDataSet", rows)
    info = [_table_info(table, "Gezondheid per wijk en buurt", jaar)]
    _envelope(folder / f"{stem}-TableInfos.json", table, "TableInfos", info)


def kwb_columns(jaar: int) -> list[Measure]:
    """Return the measures in the Kerncijfers of a year, in the order of the table."""
    return [m for m in of("kwb") if m.present(jaar) and m.get("v3")]


def _number(value: float, measure: Measure) -> int | float | None:
    if not math.isfinite(value):
        return None
    return round(float(value), measure.decimalen) if measure.decimalen else round(value)


def _crime_title(kind: Measure) -> str:
    code = str(kind.get("code"))
    return str(kind.get("titel")) if code == "0.0.0" else f"{code} {kind.get('titel')}"


def _properties(columns: Sequence[Measure], jaar: int) -> list[Row]:
    """Describe the columns as CBS does: topics under nested topic groups."""
    rows: list[Row] = [_property(0, None, "GeoDetail", "WijkenEnBuurten", "Wijken en buurten")]
    groups: dict[tuple[str, ...], int] = {}

    def group(path: tuple[str, ...]) -> int | None:
        if not path:
            return None
        if path not in groups:
            parent = group(path[:-1])
            groups[path] = len(rows)
            rows.append(_property(len(rows), parent, "TopicGroup", "", path[-1]))
        return groups[path]

    for place, (key, title) in enumerate(_REGION_COLUMNS, start=1):
        parent = group(("Regioaanduiding",))
        rows.append(_topic(len(rows), parent, f"{key}_{place}", title, "code", "String", 0, place))
    for place, m in enumerate(columns, start=5):
        parent = group(tuple(m.get("thema").split("/")))
        kind = "Double" if m.decimalen else "Long"
        key, title = f"{m.label('v3', jaar)}_{place}", m.label("titel", jaar)
        rows.append(_topic(len(rows), parent, key, title, unit(m), kind, m.decimalen, place))
    return rows


_REGION_COLUMNS = (
    ("Gemeentenaam", "Gemeentenaam"),
    ("SoortRegio", "Soort regio"),
    ("Codering", "Codering"),
    ("IndelingswijzigingWijkenEnBuurten", "Indelingswijziging wijken en buurten"),
)


def unit(measure: Measure) -> str:
    """Return the unit of a measure as CBS writes it."""
    by_kind = {"aandeel": "%", "som": "%", "oppervlakte": "ha"}
    return str(measure.get("eenheid", by_kind.get(measure.soort, "aantal")))


def _property(number: int, parent: int | None, kind: str, key: str, title: str) -> Row:
    return {
        "odata.type": f"Cbs.OData.{kind}",
        "ID": number,
        "Position": None,
        "ParentID": parent,
        "Type": kind,
        "Key": key,
        "Title": title,
        "Description": "Fictieve gegevens van Voorbeeldstad (fictief)",
    }


def _topic(
    number: int,
    parent: int | None,
    key: str,
    title: str,
    eenheid: str,
    datatype: str,
    decimals: int,
    position: int,
) -> Row:
    return {
        **_property(number, parent, "Topic", key, title),
        "Position": position,
        "Datatype": datatype,
        "Unit": eenheid,
        "Decimals": decimals,
        "Default": "Impossible",
    }


def _measure_codes(columns: Sequence[Measure], jaar: int) -> tuple[list[Row], list[Row]]:
    groups: dict[tuple[str, ...], Row] = {}
    measures: list[Row] = []
    for place, m in enumerate(columns, start=1):
        path = tuple(m.get("thema").split("/"))
        for depth in range(1, len(path) + 1):
            parent = groups.get(path[: depth - 1])
            row = {
                "Id": f"FG{len(groups):04d}",
                "Index": place,
                "Title": path[depth - 1],
                "Description": "Fictief",
                "ParentId": parent["Id"] if parent else None,
            }
            groups.setdefault(path[:depth], row)
        measures.append(
            {
                "Identifier": m.get("v4"),
                "Index": place,
                "Title": m.label("titel", jaar),
                "Description": "Fictieve gegevens van Voorbeeldstad (fictief)",
                "MeasureGroupId": groups[path]["Id"],
                "DataType": "Double" if m.decimalen else "Long",
                "Unit": unit(m),
                "Format": None,
                "Decimals": m.decimalen,
                "PresentationType": "Relative" if unit(m) == "%" else "Absolute",
            }
        )
    return list(groups.values()), measures


def _list3(regions: Regions) -> list[Row]:
    return [
        {
            "Key": region.code.ljust(10),
            "Title": region.naam,
            "Description": "Fictief",
            "Municipality": region.gemeentecode,
            "DetailRegionCode": "" if region.niveau == "land" else region.code,
        }
        for region in regions
    ]


def _table_info(table: str, title: str, jaar: int) -> Row:
    return {
        "ID": 0,
        "Title": f"{title} (fictief)",
        "ShortTitle": f"{title} (fictief)",
        "Identifier": table,
        "Summary": "Fictieve gegevens van Voorbeeldstad (fictief); geen cijfers van het CBS",
        "Modified": f"{jaar + 1}-03-31T02:00:00",
        "Period": str(jaar),
        "Catalog": "Fictief",
    }


def _pages(folder: Path, stem: str, table: str, entity: str, rows: list[Row]) -> None:
    for number, start in enumerate(range(0, len(rows), PAGE)):
        name = f"{stem}.json" if number == 0 else f"{stem}_{number}.json"
        _envelope(folder / name, table, entity, rows[start : start + PAGE])


def _envelope(path: Path, table: str, entity: str, rows: Sequence[Row]) -> None:
    service = f"{HOST}/ODataApi/odata/{table}/$metadata#Cbs.OData.WebAPI.{entity}"
    write_text(path, json.dumps({"odata.metadata": service, "value": rows}, ensure_ascii=False))


def _envelope4(path: Path, table: str, entity: str, rows: Sequence[Row]) -> None:
    service = f"{HOST}/odata4/CBS/{table}/$metadata#{entity}"
    write_text(path, json.dumps({"@odata.context": service, "value": rows}, ensure_ascii=False))
