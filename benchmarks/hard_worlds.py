"""Types and deel-buurten on worlds of rising difficulty, beside other ways to find them.

``--quick`` tries one city per point; names that end in ``.svg`` after the module get the charts:
``python -m benchmarks.hard_worlds herkenning.svg deelbuurten.svg``. geosnap takes part where it is
installed; it needs an environment of its own, because it brings along a hundred packages.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sia.clustering.typenset import best_number
from sia.clustering.typology import Typology
from sia.errors import InputError
from sia.methode import PocketSettings, ScanSettings, TypologySettings
from sia.pockets import find_pockets, neighbours
from sia.viz.figure import PLAIN, SOFT, STRONG, Chart, canvas, finish
from voorbeeldstad.worlds import PocketWorld, pocket_world, types_world

try:
    from geosnap.analyze import cluster as geosnap_cluster
except ImportError:
    geosnap_cluster = None

SWEEPS: Mapping[str, tuple[float, ...]] = {
    "separation": (0.5, 0.75, 1.0, 1.5, 2.0, 3.0),
    "noise": (0.0, 0.5, 1.0, 1.5),
    "gaps": (0.0, 0.05, 0.1, 0.2, 0.3),
    "buurten": (30, 60, 120, 300),
    "unequal": (0, 1),
}
"""Dials of a world of types, turned one at a time; the others stay as in `BASE`."""
BASE: Mapping[str, float] = {"separation": 1.5, "buurten": 60}
STRENGTHS = (0.5, 1.0, 1.5, 2.0, 3.0)
POCKET_WORLDS: Mapping[str, Mapping[str, float]] = {
    "no noise": {},
    "noise 1": {"noise": 1.0},
    "resemblance 0.4": {"resemblance": 0.4},
}
EMPTY: Mapping[str, Mapping[str, float]] = {
    **POCKET_WORLDS,
    "noise 1, resemblance 0.4": {"noise": 1.0, "resemblance": 0.4},
}
PERMUTATIONS = 999
QPV_PEOPLE, QPV_BELOW = 1000.0, 0.60
"""Least inhabitants, and part of the median of the city under which a place is poor: the two
conditions of the *quartiers prioritaires* (décret 2014-767), here on the value of dwellings."""


def typed(figures: pd.DataFrame, count: int) -> pd.Series[int]:
    """Return the types that SIA gives the buurten; none where it refuses, for want of full rows."""
    try:
        fitted = Typology(TypologySettings(n_types=count)).fit(figures)
    except InputError:
        return pd.Series(pd.NA, figures.index, dtype="Int64")
    return fitted.predict(figures)


def own_number(figures: pd.DataFrame, count: int) -> pd.Series[int]:
    """Return the types that SIA gives when nobody says how many there are."""
    del count
    return typed(figures, best_number(figures, TypologySettings()))


def complete_rows(figures: pd.DataFrame, count: int) -> pd.Series[int]:
    """Return the types of scikit-learn's k-means on the rows without a gap; the rest has none."""
    return _complete(figures, count, KMeans(count, n_init=100, random_state=2024).fit_predict)


def geosnap_ward(figures: pd.DataFrame, count: int) -> pd.Series[int]:
    """Return the Ward types of geosnap on the rows without a gap, as it leaves the rest out."""

    def fitted(z: np.ndarray) -> Any:
        points = gpd.GeoDataFrame(
            pd.DataFrame(z).add_prefix("f").assign(year=2024, geoid=range(len(z))),
            geometry=gpd.points_from_xy(range(len(z)), range(len(z))),
            crs=28992,
        )
        names = [name for name in points if str(name).startswith("f")]
        found = geosnap_cluster(points, n_clusters=count, method="ward", columns=names)
        return found.set_index("geoid").sort_index().iloc[:, -1].astype(int)

    return _complete(figures, count, fitted)


def _complete(
    figures: pd.DataFrame, count: int, fit: Callable[[np.ndarray], Any]
) -> pd.Series[int]:
    rows = figures.dropna()
    found = pd.Series(pd.NA, figures.index, dtype="Int64")
    if len(rows) > count:
        z = (rows - rows.mean()) / rows.std(ddof=0)
        with threadpool_limits(limits=1):
            found[rows.index] = np.asarray(fit(z.to_numpy()))
    return found


TYPE_WAYS: dict[str, Callable[[pd.DataFrame, int], pd.Series[int]]] = {
    "sia, own number": own_number,
    "sia": typed,
    "k-means": complete_rows,
}
if geosnap_cluster is not None:
    TYPE_WAYS["geosnap ward"] = geosnap_ward


def agreement(truth: pd.Series[int], found: pd.Series[int]) -> float:
    """Return the adjusted Rand index over all buurten; those without a type are a group."""
    return float(adjusted_rand_score(truth, found.fillna(-1).astype(int)))


def type_rows(seeds: Sequence[int]) -> pd.DataFrame:
    """Return a row per dial, value, seed and way."""
    rows = []
    for dial, values in SWEEPS.items():
        for value, seed in product(values, seeds):
            dials: dict[str, Any] = {**BASE, dial: value}
            figures, truth = types_world(seed, **dials)
            for way, find in TYPE_WAYS.items():
                found = find(figures, int(truth.nunique()))
                row = {"dial": dial, "value": float(value), "way": way}
                row |= {"ari": agreement(truth, found), "typed": found.notna().mean()}
                rows.append({**row, "number": found.nunique()})
    return pd.DataFrame(rows)


def searched(world: PocketWorld) -> pd.Series[str]:
    """Return the deel-buurt of every square as SIA finds them."""
    settings = PocketSettings(scan=ScanSettings(permutations=PERMUTATIONS))
    return find_pockets(world.squares, world.buurten, settings).vierkanten["deelbuurt"]


def plain_criterion(world: PocketWorld, least: float = QPV_PEOPLE) -> pd.Series[str]:
    """Return the connected groups of squares under one bound with enough people (QPV)."""
    value = world.squares["gemiddelde_woz_waarde_woning"]
    poor = (value < QPV_BELOW * value.median()).to_numpy()
    edges = neighbours(world.squares.geometry)
    inside, n = edges[poor[edges].all(axis=1)], len(poor)
    network = sparse.csr_array((np.ones(len(inside)), tuple(inside.T)), shape=(n, n))
    group = pd.Series(connected_components(network, directed=False)[1], world.squares.index)
    people = world.squares["aantal_inwoners"].where(poor, 0.0).groupby(group).transform("sum")
    return group.astype(str).where(poor & (people >= least), "")


def score(world: PocketWorld, found: pd.Series[str]) -> dict[str, int]:
    """Count pockets that were planted, found, and right: half of the people of the union."""
    people, planted = world.squares["aantal_inwoners"], world.planted
    names = [name for name in planted.unique() if name]
    groups = [name for name in found.unique() if name]
    hit = {
        (one, name)
        for one in groups
        for name in names
        if people[(found == one) & (planted == name)].sum()
        >= 0.5 * people[(found == one) | (planted == name)].sum()
    }
    return {
        "planted": len(names),
        "found": len(groups),
        "right": len({one for one, _ in hit}),
        "hit": len({name for _, name in hit}),
    }


WAYS: Mapping[str, Callable[[PocketWorld], pd.Series[str]]] = {
    "sia": searched,
    "plain criterion": plain_criterion,
    "its bound, 100 people": partial(plain_criterion, least=100.0),
}


def pocket_rows(seeds: Sequence[int]) -> pd.DataFrame:
    """Return a row per world, strength (0: nothing planted), way and seed."""
    rows = []
    for name, dials in EMPTY.items():
        strengths = (0.0, *STRENGTHS) if name in POCKET_WORLDS else (0.0,)
        for strength in strengths:
            for seed in seeds:
                pockets = 6 if strength else 0
                world = pocket_world(seed, pockets=pockets, strength=strength, **dials)
                for way, find in WAYS.items():
                    row = {"world": name, "strength": strength, "way": way}
                    rows.append({**row, **score(world, find(world))})
    return pd.DataFrame(rows)


def draw_types(rows: pd.DataFrame) -> Chart:
    """Draw the agreement with the planted types while one dial is turned, per way."""
    styles = {
        "sia": ("-", STRONG),
        "sia, own number": (":", STRONG),
        "k-means": ("-", SOFT),
        "geosnap ward": ("--", PLAIN),
    }
    mean = rows.groupby(["way", "dial", "value"])["ari"].mean()
    drawn = [dial for dial in SWEEPS if dial != "unequal"]
    with canvas(7.5, 2.6) as figure:
        grid = figure.subplots(1, len(drawn), sharey=True)
        figure.subplots_adjust(0.06, 0.17, 0.99, 0.76, 0.08)
        for axes, dial in zip(grid, drawn, strict=True):
            for way, (line, colour) in styles.items():
                if way in TYPE_WAYS:
                    part = mean.loc[way, dial]
                    axes.plot(part.index, part, line, marker=".", color=colour, label=way)
            axes.set_title(dial, fontsize=9, loc="left")
            axes.set_ylim(-0.03, 1.03)
        grid[-1].set_xscale("log")
        grid[-1].set_xticks(SWEEPS["buurten"], [f"{n:g}" for n in SWEEPS["buurten"]], minor=False)
        grid[-1].minorticks_off()
        handles, labels = grid[0].get_legend_handles_labels()
        figure.legend(handles, labels, ncols=4, loc="upper left", frameon=False, fontsize=8)
        text = "Adjusted Rand index with the planted types; one dial is turned at a time."
        return finish(figure, "Types found in worlds of rising difficulty", text, rows)


def draw_power(rows: pd.DataFrame) -> Chart:
    """Draw recall and precision against the strength of pockets, per world and way."""
    total = rows.groupby(["way", "world", "strength"])[["planted", "found", "right", "hit"]].sum()
    with canvas(7.5, 2.9) as figure:
        grid = figure.subplots(1, 2, sharey=True)
        figure.subplots_adjust(0.07, 0.17, 0.99, 0.72, 0.06)
        styles = zip(POCKET_WORLDS, ("-", "--", ":"), strict=True)
        for world, line in list(styles):
            for way, colour in (("sia", STRONG), ("its bound, 100 people", PLAIN)):
                part = total.loc[(way, world)].drop(index=0.0)
                recall = part["hit"] / part["planted"]
                precision = (part["right"] / part["found"]).where(part["found"] > 0)
                for axes, values in zip(grid, (recall, precision), strict=True):
                    axes.plot(
                        part.index, values, line, marker="o", color=colour, label=f"{way}, {world}"
                    )
        for axes, title in zip(grid, ("recall", "precision"), strict=True):
            axes.set_title(title, fontsize=9, loc="left")
            axes.set_xlabel("strength, in spreads within a buurt")
            axes.set_ylim(-0.03, 1.03)
        handles, labels = grid[0].get_legend_handles_labels()
        figure.legend(handles, labels, ncols=3, loc="upper left", frameon=False, fontsize=8)
        text = "How often a planted pocket is found, and how often what is found was planted."
        return finish(figure, "Power of the search for deel-buurten", text, rows)


def main(quick: bool) -> str:
    """Return both tables as Markdown."""
    return report(*measured(quick))


def measured(quick: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of types and of pockets."""
    return type_rows(range(1 if quick else 8)), pocket_rows(range(1 if quick else 4))


def report(types: pd.DataFrame, pockets: pd.DataFrame) -> str:
    """Write what was measured as Markdown."""
    ways = list(TYPE_WAYS)
    lines = [
        f"Types: 1.5 apart and 60 buurten unless said, {len(types) // len(ways)} cities in all; "
        "mean adjusted Rand index over all buurten, those without a type as a group.",
        "",
        f"| dial | value | {' | '.join(ways)} | typed: sia | k-means | own number |",
        "|---" * (len(ways) + 5) + "|",
    ]
    mean = types.groupby(["way", "dial", "value"])[["ari", "typed", "number"]].mean()
    for dial, values in SWEEPS.items():
        for value in map(float, values):
            cells = [f"{mean.at[(way, dial, value), 'ari']:.2f}" for way in ways]
            cells += [
                f"{100 * mean.at[(way, dial, value), 'typed']:.0f} %" for way in ("sia", "k-means")
            ]
            cells.append(f"{mean.at[('sia, own number', dial, value), 'number']:.1f}")
            lines.append(f"| {dial} | {value:g} | {' | '.join(cells)} |")
    lines += [
        "",
        "| pockets | strength | way | planted | recall | found | precision |",
        "|---|---|---|---|---|---|---|",
    ]
    counts = ["planted", "found", "right", "hit"]
    for key, row in (
        pockets.groupby(["world", "strength", "way"], sort=False)[counts].sum().iterrows()
    ):
        world, strength, way = key
        recall = f"{row['hit'] / row['planted']:.2f}" if row["planted"] else "-"
        precision = f"{row['right'] / row['found']:.2f}" if row["found"] else "-"
        lines.append(
            f"| {world} | {strength:g} | {way} | {row['planted']} | {recall} | {row['found']} "
            f"| {precision} |"
        )
    empty = pockets[pockets["strength"] == 0]
    for (world, way), part in empty.groupby(["world", "way"], sort=False):
        lines.append(
            f"\nNothing planted, {world}, {way}: found in {(part['found'] > 0).sum()} "
            f"of {len(part)} cities."
        )
    return "\n".join(lines)


if __name__ == "__main__":
    found = measured("--quick" in sys.argv)
    print(report(*found))
    targets = [Path(argument) for argument in sys.argv[1:] if argument.endswith(".svg")]
    for target, chart in zip(targets, (draw_types(found[0]), draw_power(found[1])), strict=False):
        target.write_text(chart.svg(), encoding="utf-8")
