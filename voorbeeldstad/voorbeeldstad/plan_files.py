"""What Voorbeeldstad's partners deliver, written the way real partners would."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from sia.agenda.output.exports import geopackage_bytes
from sia.agenda.output.template import template
from sia.agenda.reading.decisions import ACTIONS, DECISIONS, MANDATES
from sia.agenda.reading.deliveries import write_means
from sia.agenda.reading.location import RD
from sia.store import write_bytes
from voorbeeldstad.partners import CORPORATIES, FICTIONAL, GAS, STROOM
from voorbeeldstad.plans import DemoPlans

KEEPS_OWN_ACTIONS = CORPORATIES[0]


def write_deliveries(folder: Path, demo: DemoPlans, buurten: gpd.GeoDataFrame) -> list[Path]:
    """Write what every partner delivers: workbooks, one CSV and one GeoPackage in WGS84.

    Budgets, subsidies, decisions, actions and mandates are written beside them, see
    `sia.agenda.reading.deliveries`; one partner keeps its own actions in its workbook.

    Parameters
    ----------
    folder : pathlib.Path
    demo : DemoPlans
    buurten : GeoDataFrame, EPSG:28992, index ``buurtcode``

    Returns
    -------
    list of pathlib.Path
        One file per partner, sorted. The planted truth is not among them.
    """
    written = []
    for partner, rows in demo.deliveries.items():
        name = partner.removesuffix(FICTIONAL).strip().lower().replace(" ", "-")
        if partner == GAS:
            target = folder / f"{name}.csv"
            text = rows.to_csv(sep=";", index=False, lineterminator="\r\n")
            write_bytes(target, text.encode("utf-8"))
        elif partner == STROOM:
            target = folder / f"{name}.gpkg"
            _write_layer(target, rows)
        else:
            target = folder / f"{name}.xlsx"
            own = demo.acties[demo.acties["partner"] == partner]
            kept = own if partner == KEEPS_OWN_ACTIONS else None
            write_bytes(target, template(rows, buurten, acties=kept))
        written.append(target)
    write_means(folder, demo.budgets, demo.subsidies)
    elsewhere = demo.acties["partner"] == KEEPS_OWN_ACTIONS
    _write_table(folder / DECISIONS, demo.besluiten)
    _write_table(folder / MANDATES, demo.mandaten)
    _write_table(folder / ACTIONS, demo.acties[~elsewhere])
    return sorted(written)


def _write_layer(target: Path, rows: pd.DataFrame) -> None:
    shapes = gpd.GeoSeries.from_wkt(rows["wkt"], crs=RD).to_crs("EPSG:4326")
    layer = gpd.GeoDataFrame(rows.drop(columns=["wkt", "stelsel"]), geometry=shapes)
    # Mixed empty text and numbers in a column: as text, the way a partner's GIS would hold it.
    for column in layer.columns.drop("geometry"):
        layer[column] = layer[column].astype(str)
    write_bytes(target, geopackage_bytes(target.stem, layer))


def _write_table(target: Path, table: pd.DataFrame) -> None:
    text = table.to_csv(sep=";", index=False, lineterminator="\r\n")
    write_bytes(target, text.encode("utf-8"))
