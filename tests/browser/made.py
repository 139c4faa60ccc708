"""A page of every kind that a reader opens, each made once in a test process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from atlasstad import atlas_of
from voronoistad import city, everything, material

from sia.agenda.output.files import public_files
from sia.agenda.reading.combining import combine
from sia.agenda.reading.investments import validate
from sia.atlas.page import atlas_page
from sia.batch import BatchResult, Outcome, write_summary
from sia.batch.record import Start
from sia.methode import Methode
from sia.report.build import Renderer
from sia.report.material import Buren, Soort, selections
from sia.settings import Folders
from sia.stages.in_force import method_facts
from sia.viz.country_map import CountryFacts, country_page
from sia.viz.maps import buurt_map
from sia.viz.theme import Theme
from voorbeeldstad.plans import demo_buurten, demo_plans

REPORTS = (*get_args(Soort), "start", "bijlage", "register", "toegankelijkheid")
HOSTILE = "<img src=x onerror=alert(1)>"
MESSAGE = f"InputError: De invoer klopt niet: 1 probleem.\n- bestand: {HOSTILE}"
REASON = "Minder dan 100 inwoners."
SIDE = 20
"""Buurten along a side of the made-up country."""


@cache
def reports() -> Mapping[str, str]:
    """Return every kind of report by name, of a city with hostile names."""
    stad = everything(city(40, bad_names=True))
    made = selections(stad)
    buren = Buren("rapport.html", "bijlage.html", "atlas.html", "")
    renderer = Renderer(material(stad), "intern", buren=buren)
    chosen = {kind: next(one for one in made if one.soort == kind) for kind in get_args(Soort)}
    return {kind: renderer.report(one) for kind, one in chosen.items()} | {
        "start": renderer.start_page(),
        "bijlage": renderer.annex(),
        "register": renderer.register_page(),
        "toegankelijkheid": renderer.access_page(),
    }


@cache
def atlas() -> str:
    """Return the atlas of a city with hostile names; the first buurt has a profile."""
    made = atlas_of()
    first = str(made.materiaal.cijfers.scores["rang"].idxmin())
    return atlas_page(made, "openbaar", {"rapport": "rapport.html", first: "profiel.html"})


@cache
def buurtkaart() -> str:
    """Return the page of the map."""
    return buurt_map(city(40), Theme("Teststad", fictief=True)).get_root().render()


@cache
def residents() -> Mapping[str, str]:
    """Return the residents' pages of Voorbeeldstad: ``index`` and the buurt with most works."""
    buurten = demo_buurten()
    given = demo_plans(buurten, np.random.default_rng(1)).deliveries
    plans = combine(validate(rows, buurten, name) for name, rows in given.items()).plans
    theme = asdict(Theme("Voorbeeldstad", fictief=True))
    made = public_files(plans, plans["vroegst"], buurten["naam"], date(2025, 2, 3), theme)
    pages = {name: page.decode() for name, page in made.items() if name.endswith(".html")}
    return {"index": pages.pop("index.html"), "buurt": max(pages.values(), key=len)}


@cache
def overview() -> str:
    """Return the summary of a batch in which one part failed."""
    outcomes = [
        Outcome(code, year, name, "klaar", 12.3, memory=310_000_000, warnings=("LET OP: iets",))
        for code in ("GM0153", "GM0164")
        for year in (2023, 2024)
        for name in ("01_intake", "09_rapport")
    ]
    outcomes[-1] = Outcome("GM0164", 2024, "09_rapport", "mislukt", 2.0, 4, MESSAGE)
    methods = {code: method_facts(Methode.standaard()) for code in ("GM0153", "GM0164")}
    with TemporaryDirectory() as name:
        root = Path(name)
        folders = Folders(root / "verwerkt", root)
        report = folders.edition("GM0153", 2023) / "rapport.html"
        report.parent.mkdir(parents=True)
        report.write_text("rapport", encoding="utf-8")
        write_summary(
            BatchResult(tuple(outcomes)),
            root / "overzicht.html",
            names={"GM0153": "Enschede", "GM0164": "Hengelo"},
            folders=folders,
            start=Start({}, "2026-11-24T02:00:00+00:00", {}, "", methods),
        )
        return (root / "overzicht.html").read_text(encoding="utf-8")


@cache
def country() -> str:
    """A country of 400 square buurten in four municipalities; some not ranked, one not drawn."""
    n = SIDE * SIDE
    rng = np.random.default_rng(3)
    codes = [f"BU{9990 + k // 100}{k % 100:04d}" for k in range(n)]
    index = pd.Index(codes, name="buurtcode", dtype="str")
    score = pd.Series(np.round(rng.uniform(0, 100, n), 1), index=index)
    ranked = pd.Series(np.arange(n) % 10 != 0, index=index)
    rank = score.where(ranked).rank(ascending=False, method="first").astype("Int64")
    kind = pd.Series(np.arange(n) % 3 + 1, index=index).astype("Int64").where(ranked)
    names = pd.Series([f"Buurt {k:03d}" for k in range(n)], index=index)
    names.iloc[7] = HOSTILE
    table = pd.DataFrame(
        {
            "buurt": names,
            "gemeente": [f"Gemeente {code[4:6]}" for code in codes],
            "inwoners": 1000.0,
            "urgentie": score,
            "rang": rank,
            "rang_p05": (rank - 3).clip(lower=1),
            "rang_p95": rank + 3,
            "type": kind,
            "typenaam": kind.map({1: "Rustig", 2: "Gemengd", 3: "Druk"}),
            "zekerheid": 0.9,
            "reden": np.where(ranked, "", REASON),
        },
        index=index,
    )
    column, row = np.arange(n) % SIDE, np.arange(n) // SIDE
    x, y = 150_000 + 3000 * column, 420_000 + 3000 * row
    shapes = gpd.GeoSeries(shapely.box(x, y, x + 3000, y + 3000), index=index, crs=28992)
    shapes.iloc[n - 1] = shapely.Polygon()
    return country_page(CountryFacts(2024, table, shapes, "Proefcijfers.", fictief=True))


PAGES: Mapping[str, Callable[[], str]] = {
    **{kind: lambda kind=kind: reports()[kind] for kind in REPORTS},
    "atlas": atlas,
    "kaart": buurtkaart,
    "bewoners": lambda: residents()["index"],
    "bewoners van een buurt": lambda: residents()["buurt"],
    "overzicht": overview,
    "land": country,
}
