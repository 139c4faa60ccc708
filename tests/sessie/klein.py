"""Voorbeeldstad as far as a session needs it: one year run, and the same figures as last year's."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import box

import voorbeeldstad
from sia import pipeline
from sia.approach import decide
from sia.change.tables import year_scores
from sia.pipeline.types import corporation_share
from sia.settings import Folders
from sia.store import read_manifest, write_json

CODE, YEAR, EARLIER = "GM9999", 2024, 2023
POCKET_IN = "BU99990301"
POCKET = f"{POCKET_IN}-D1"


def small_city(root: Path) -> Folders:
    """Write the tables of a session under `root`; SIA_HOME must name the repository."""
    voorbeeldstad.generate(root / "ruw", jaren=(YEAR,))
    folders = Folders(processed=root / "data" / "processed", reports=root / "reports")
    places = str(folders.processed), str(folders.reports)
    run = pipeline.open_run(CODE, YEAR, [str(root / "ruw")], (), None, *places)
    pipeline.intake_step(run)
    pipeline.indicators_step(run)
    pipeline.weighing_step(run, doorrekeningen=40)
    pockets, scores = _pockets(run), run.table("scores")
    proposed = decide(scores, corporation_share(run), pockets, None)
    tables = {"deelbuurten": pockets, "typologie": _types(scores), "aanpak": proposed}
    years = year_scores({EARLIER: scores, YEAR: scores}, scores.index)
    run.write("04", {**tables, "jaarscores": years})
    manifest = read_manifest(run.folder)
    manifest["stappen"]["03_robuustheid"]["parameters"]["jaren"] = [EARLIER, YEAR]
    write_json(run.folder / "manifest.json", manifest)
    shutil.copytree(run.folder, folders.year(CODE, EARLIER))
    return folders


def _pockets(run: pipeline.Run) -> gpd.GeoDataFrame:
    centre = run.table("gebieden").geometry[POCKET_IN].representative_point()
    row = {
        "naam": "Deel-buurt noord in Wilgenrijk",
        "buurtcode": POCKET_IN,
        "buurtcodes": f"{POCKET_IN} BU99990302",
        "richting": "ongunstig",
        "inwoners": 320.0,
        "vierkanten": 4,
        "score": 2.5,
        "verschil": 4.0,
        "p": 0.001,
        "q": 0.01,
    }
    square = box(centre.x - 100, centre.y - 100, centre.x + 100, centre.y + 100)
    index = pd.Index([POCKET], name="deelbuurt", dtype="str")
    return gpd.GeoDataFrame([row], index=index, geometry=[square], crs=28992)


def _types(scores: pd.DataFrame) -> pd.DataFrame:
    ranked = scores["gerangschikt"]
    high = scores["urgentie"] > scores["urgentie"].median()
    number = pd.Series(1, index=scores.index).mask(high, 2).where(ranked).astype("Int64")
    return pd.DataFrame(
        {
            "type": number,
            "zekerheid": pd.Series(0.9, index=scores.index).where(ranked),
            "tweede_type": (3 - number).astype("Int64"),
            "silhouet": pd.Series(0.4, index=scores.index).where(ranked),
            "domeinen": 6,
            "reden": scores["reden"],
            "typenaam": number.map({1: "rustige wijk", 2: "wijk met opgaven"}).astype("str"),
        }
    ).assign(typenaam=lambda t: t["typenaam"].where(t["type"].notna(), None))
