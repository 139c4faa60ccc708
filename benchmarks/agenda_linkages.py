"""Koppelkansen: time among many plans, and recall and precision on the fictional municipality."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sia.agenda.programme.linkages import find_linkages
from sia.agenda.reading.combining import combine
from sia.agenda.reading.fields import OPGAVEN
from sia.agenda.reading.investments import validate
from sia.agenda.reading.location import RD
from voorbeeldstad.plans import demo_plans

KINDS = ("riolering", "weg", "waterleiding", "warmtenet", "elektriciteitsnet", "groen",
         "renovatie", "energiecoach", "welzijn", "zorg")  # fmt: skip
STREETS_PER_PLAN = 0.25


def town(side: int, size: float = 700.0) -> gpd.GeoDataFrame:
    """Return a municipality of square buurten."""
    rows, columns = np.divmod(np.arange(side * side), side)
    squares = shapely.box(
        150_000 + columns * size, 400_000 + rows * size,
        150_000 + (columns + 1) * size, 400_000 + (rows + 1) * size,
    )  # fmt: skip
    index = pd.Index([f"BU99{i:06d}" for i in range(side * side)], name="buurtcode")
    names = [f"Buurt {i}" for i in range(side * side)]
    return gpd.GeoDataFrame({"naam": names}, geometry=squares, crs=RD, index=index)


def many_plans(n: int, seed: int = 1) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return `n` plans, four to a street on average, and the buurten they lie in."""
    rng = np.random.default_rng(seed)
    side = max(int(np.sqrt(n / 40)), 3)
    buurten = town(side)
    streets = max(int(n * STREETS_PER_PLAN), 1)
    x = 150_000 + rng.uniform(20, side * 700 - 250, streets)
    y = 400_000 + rng.uniform(20, side * 700 - 20, streets)
    street = rng.integers(0, streets, n)
    x0, y0 = x[street], y[street] + rng.uniform(-4, 4, n)
    lines = shapely.linestrings(np.stack([np.stack([x0, y0], 1), np.stack([x0 + 200, y0], 1)], 1))
    code = buurten.index[
        ((y0 - 400_000) // 700).astype(int).clip(0, side - 1) * side
        + ((x0 - 150_000) // 700).astype(int).clip(0, side - 1)
    ]
    soort = rng.choice(KINDS, n)
    first = rng.integers(2025, 2034, n)
    plans = gpd.GeoDataFrame(
        {
            "partner": rng.choice([f"Partner {k}" for k in range(8)], n),
            "titel": "werk", "soort": soort, "opgaven": rng.choice(list(OPGAVEN), n),
            "buurtcodes": code.to_numpy(), "kosten": rng.uniform(1e5, 1e6, n),
            "vroegst": first, "voorkeur": first, "laatst": first + 2,
            "middelen_tot": pd.array([pd.NA] * n, dtype="Int64"),
            "duur": 1, "flexibiliteit": "vrij", "voorgangers": "",
            "vertrouwelijkheid": "partners", "plaats": "straat",
            "graaft": np.isin(soort, KINDS[:6]),
            "hinder": np.where(np.isin(soort, KINDS[:6]), "straat open", "geen"),
        },
        geometry=lines, crs=RD, index=pd.Index([f"P{i:06d}" for i in range(n)], name="plan"),
    )  # fmt: skip
    return plans, buurten


def _scores(buurten: gpd.GeoDataFrame) -> pd.DataFrame:
    values = np.random.default_rng(2).uniform(0, 100, (len(buurten), 7))
    return pd.DataFrame(values, index=buurten.index, columns=["urgentie", *OPGAVEN])


def _timing(n: int) -> str:
    plans, buurten = many_plans(n)
    scores = _scores(buurten)
    began, worked = time.perf_counter(), time.process_time()
    kansen = find_linkages(plans, scores).kansen
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    kinds = kansen["soort_kans"].value_counts()
    parts = " / ".join(str(kinds.get(k, 0)) for k in ("straat", "nabij", "sociaal"))
    return f"| {n} | {seconds:.1f} | {cpu:.1f} | {len(kansen)} | {parts} |"


def _truth(seeds: int) -> str:
    buurten = town(6)
    scores = _scores(buurten)
    hits = planted_total = found_total = 0
    for seed in range(seeds):
        demo = demo_plans(buurten, np.random.default_rng(seed))
        reading = combine(validate(rows, buurten) for rows in demo.deliveries.values())
        kansen = find_linkages(reading.plans, scores).kansen
        found = {frozenset(p.split(";")) for p in kansen["plannen"]}
        planted = {frozenset(group["plan"]) for _, group in demo.truth.groupby("groep")}
        hits += len(found & planted)
        planted_total += len(planted)
        found_total += len(found)
    return (
        f"Geplante koppelkansen teruggevonden (exacte groepen, {seeds} steden): "
        f"recall {hits / planted_total:.3f}, precisie {hits / found_total:.3f}.\n"
    )


def main(quick: bool) -> str:
    """Return the measured table as Markdown."""
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000)
    heading = (
        "### Koppelkansen\n\n| plannen | s | s rekentijd | koppelkansen "
        "| straat / nabij / sociaal |\n"
        "|---|---|---|---|---|\n"
    )
    rows = "\n".join(_timing(n) for n in sizes)
    return f"{heading}{rows}\n\n{_truth(3 if quick else 20)}"
