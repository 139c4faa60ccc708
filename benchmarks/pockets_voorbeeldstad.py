"""Deel-buurten and types on Voorbeeldstad (fictief): what was planted against what was found."""

from __future__ import annotations

import sys
import time
from typing import get_args

import geopandas as gpd
import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from sia.clustering.number import choose_k
from sia.clustering.typology import Typology
from sia.methode import TypeMethod, TypologySettings
from sia.pockets import PocketResult, find_pockets
from sia.sources.vierkanten import square_geometry
from voorbeeldstad import DemoTruth, plant

_YEAR = 2022
_DOMAINS = ["sociaal", "wonen", "veiligheid", "voorzieningen", "klimaat", "energie"]
_NOISE = 3.0
_LAAG = "percentage_laag_inkomen_huishouden"
_UITKERING = "aantal_personen_met_uitkering_onder_aowlft"


def squares_of(truth: DemoTruth, seed: int) -> gpd.GeoDataFrame:
    """Return the squares as CBS would let them through: people by lot to fives, few is secret."""
    counted = truth.vierkanten.xs(_YEAR, level="jaar")
    people = counted["aantal_inwoners"].to_numpy(dtype=float)
    rng = np.random.default_rng([seed, 77])
    whole = np.floor(people / 5)
    up = rng.random(len(people)) < people / 5 - whole
    households = counted["aantal_part_huishoudens"].astype(float)
    frame = pd.DataFrame(
        {
            "aantal_inwoners": 5 * (whole + up),
            "gemiddelde_woz_waarde_woning": counted["gemiddelde_woz_waarde_woning"],
            "gemiddeld_gasverbruik_woning": counted["gemiddeld_gasverbruik_woning"],
            _LAAG: (100 * counted[_LAAG] / households).where(households >= 10),
            _UITKERING: counted[_UITKERING].where(counted[_UITKERING] >= 5),
        },
        index=counted.index,
    )
    frame = frame.where(frame["aantal_inwoners"] >= 5)
    shapes = square_geometry([str(code) for code in counted.index], 100)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:28992")


def buurten_of(truth: DemoTruth, squares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return buurten as the union of their squares; the truth has no other borders."""
    codes = truth.vierkanten.xs(_YEAR, level="jaar")["buurtcode"]
    areas = squares[["geometry"]].assign(code=codes).dissolve("code")
    return areas.assign(naam=areas.index)


def score(result: PocketResult, truth: DemoTruth, squares: gpd.GeoDataFrame) -> dict[str, float]:
    """Match found and planted pockets on at least half of the people of their union."""
    planted = truth.vierkanten.xs(_YEAR, level="jaar")["deelbuurt"].reindex(squares.index)
    people, inside = squares["aantal_inwoners"].fillna(0), result.vierkanten["deelbuurt"]
    names = [name for name in planted.unique() if name]
    hit, right = set(), 0
    for found in result.pockets.index:
        group = inside == found
        share = {
            name: people[group & (planted == name)].sum() / people[group | (planted == name)].sum()
            for name in names
        }
        best = max(share, key=lambda name: share[name], default="")
        if best and share[best] >= 0.5:
            hit.add(best)
            right += 1
    both = people[(inside != "") & (planted != "")].sum()
    return {
        "planted": len(names),
        "hit": len(hit),
        "found": len(result.pockets),
        "right": right,
        "people_both": both,
        "people_found": people[inside != ""].sum(),
        "people_planted": people[planted != ""].sum(),
    }


def pockets(seeds: range, *, planted: bool) -> tuple[pd.DataFrame, float]:
    """Return one row of counts per seed, and seconds per municipality."""
    rows, seconds = [], 0.0
    for seed in seeds:
        truth = plant(seed=seed, jaren=(_YEAR,), pockets=planted)
        squares = squares_of(truth, seed)
        start = time.perf_counter()
        result = find_pockets(squares, buurten_of(truth, squares))
        seconds += time.perf_counter() - start
        rows.append(score(result, truth, squares))
    return pd.DataFrame(rows), seconds / len(seeds)


def types(seeds: range) -> pd.DataFrame:
    """Return per seed the chosen number and the adjusted Rand index, per method, with noise."""
    rows = []
    for seed in seeds:
        buurten = plant(seed=seed, jaren=(_YEAR,)).buurten.xs(_YEAR, level="jaar")
        kept = buurten[buurten["gerangschikt"]]
        noise = np.random.default_rng([seed, 5]).normal(0, _NOISE, (len(kept), len(_DOMAINS)))
        scores = kept[_DOMAINS] + noise
        k = choose_k(scores).k
        row = {"k": float(k)}
        for method in get_args(TypeMethod):
            for name, number in (("chosen", k), ("planted", kept["type"].nunique())):
                found = Typology(TypologySettings(int(number), method)).fit(scores)
                row[f"{method}, k {name}"] = adjusted_rand_score(kept["type"], found.table_["type"])
        rows.append(row)
    return pd.DataFrame(rows)


def main(quick: bool) -> str:
    """Return recovery of the planted truth over seeds, as Markdown."""
    seeds = range(2) if quick else range(20)
    table, seconds = pockets(seeds, planted=True)
    total = table.sum()
    empty, _ = pockets(seeds, planted=False)
    found = types(seeds)
    lines = [
        f"Voorbeeldstad (fictief), {len(seeds)} seeds, {_YEAR}; {seconds:.1f} s per municipality.",
        "",
        "| deel-buurten | figure |",
        "|---|---|",
        f"| recall | {total['hit'] / total['planted']:.2f} |",
        f"| precision | {total['right'] / max(total['found'], 1):.2f} |",
        f"| recall, by people | {total['people_both'] / total['people_planted']:.2f} |",
        f"| precision, by people | {total['people_both'] / max(total['people_found'], 1):.2f} |",
        f"| runs with a false alarm, without pockets | {(empty['found'] > 0).mean():.2f} |",
        "",
        f"Types, on true domain scores with {_NOISE:g} points of noise: adjusted Rand index.",
        "",
        "| | mean | lowest |",
        "|---|---|---|",
    ]
    for name in found.columns:
        lines.append(f"| {name} | {found[name].mean():.2f} | {found[name].min():.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
