"""Voorbeeldstad as far as a session needs it: one year run, and the same figures as last year's."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import box

import voorbeeldstad
from sia.approach import decide
from sia.change.since_base import change_tables, year_scores
from sia.settings import Folders
from sia.stages import graph
from sia.stages.opening import checked_run
from sia.stages.run import Made, Run
from sia.store import read_manifest, sha256_file, update_manifest, write_json, write_table

CODE, YEAR, EARLIER = "GM9999", 2024, 2023
POCKET_IN = "BU99990301"
POCKET = f"{POCKET_IN}-D1"


def small_city(root: Path) -> None:
    """Write the tables of a session under `root`; SIA_HOME must name the repository."""
    voorbeeldstad.generate(root / "ruw", jaren=(YEAR,))
    folders = Folders.of(root)
    run = checked_run(
        CODE,
        YEAR,
        root / "ruw",
        methode={"weging": {"doorrekeningen": 40}},
        verwerkt=folders.processed,
        rapporten=folders.reports,
    )
    for stage in ("intake", "indicatoren", "weging", "gebieden"):
        run.publish(stage)
    pockets, scores = _pockets(run), run.table("scores")
    proposed = decide(scores, run.table("indicatoren")["corporatiebezit"], pockets, None)
    years = year_scores({EARLIER: scores, YEAR: scores}, scores.index)
    profiles = pd.DataFrame({"sociaal": [0.0, 1.0]}, pd.Index([1, 2], name="type"))
    written(run, "deelbuurten", {"deelbuurten": pockets}, gezocht=True)
    written(run, "typen", {"typologie": _types(scores), "typeprofielen": profiles})
    written(run, "aanpak", {"aanpak": proposed})
    written(run, "verandering", {**change_tables(None), "jaarscores": years})
    manifest = read_manifest(run.folder)
    manifest["stappen"]["weging"]["parameters"]["jaren"] = [EARLIER, YEAR]
    write_json(run.folder / "manifest.json", manifest)
    shutil.copytree(run.folder, folders.year(CODE, EARLIER))


def rewritten(run: Run, stage: str, name: str, table: pd.DataFrame) -> None:
    """Write another table in the place of a published one, and note it as such."""
    target = run.folder / f"{name}.parquet"
    write_table(target, table)
    noted = read_manifest(run.folder)["stappen"][stage]
    noted["tabellen"][name] = sha256_file(target)
    update_manifest(run.folder, stage, noted)


def written(run: Run, stage: str, tables: dict[str, pd.DataFrame], **noted: object) -> None:
    """Write tables as if a stage had made them."""
    for name, table in tables.items():
        write_table(run.folder / f"{name}.parquet", table)
    run.note(graph.stage(stage), Made(tables, None, noted))


def _pockets(run: Run) -> gpd.GeoDataFrame:
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
