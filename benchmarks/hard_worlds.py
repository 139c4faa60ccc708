"""Types and deel-buurten on worlds of rising difficulty, beside other ways to find them.

``--quick`` tries one city per point; names that end in ``.svg`` after the module get the charts:
``python -m benchmarks.hard_worlds herkenning.svg deelbuurten.svg``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from sia.clustering.typenset import best_number
from sia.clustering.typology import Typology
from sia.methode import PocketSettings, ScanSettings, TypologySettings
from sia.pockets import find_pockets, neighbours
from sia.viz.figure import PLAIN, SOFT, STRONG, Chart, canvas, finish
from voorbeeldstad.worlds import PocketWorld, pocket_world, types_world

TYPE_WORLDS: Mapping[str, Mapping[str, Any]] = {
    "far apart (separation 2)": {"separation": 2.0},
    "separation 1.5": {"separation": 1.5},
    "separation 1": {"separation": 1.0},
    "separation 0.5": {"separation": 0.5},
    "1.5, noise as large as the spread": {"separation": 1.5, "noise": 1.0},
    "1.5, 10 % missing": {"separation": 1.5, "gaps": 0.10},
    "1.5, 20 % missing": {"separation": 1.5, "gaps": 0.20},
    "1.5, unequal types": {"separation": 1.5, "unequal": True},
    "1.5, 30 buurten": {"separation": 1.5, "buurten": 30},
    "1.5, 300 buurten": {"separation": 1.5, "buurten": 300},
    "1, 300 unequal, noise, 10 % missing": {
        "separation": 1.0,
        "buurten": 300,
        "unequal": True,
        "noise": 0.5,
        "gaps": 0.10,
    },
}
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
    """Return the types that SIA gives the buurten."""
    return Typology(TypologySettings(n_types=count)).fit(figures).predict(figures)


def complete_rows(figures: pd.DataFrame, count: int) -> pd.Series[int]:
    """Return the types of scikit-learn's k-means on the rows without a gap; the rest has none."""
    rows = figures.dropna()
    found = pd.Series(pd.NA, figures.index, dtype="Int64")
    if len(rows) > count:
        z = (rows - rows.mean()) / rows.std(ddof=0)
        found[rows.index] = KMeans(count, n_init=100, random_state=2024).fit_predict(z)
    return found


def agreement(truth: pd.Series[int], found: pd.Series[int]) -> tuple[float, float]:
    """Return the adjusted Rand index over the typed buurten, and how many are typed (0-1)."""
    known = found.notna()
    if not known.any():
        return 0.0, 0.0
    score = float(adjusted_rand_score(truth[known], found[known].astype(int)))
    return score, float(known.mean())


def type_rows(seeds: Sequence[int]) -> pd.DataFrame:
    """Return a row per world and seed."""
    rows = []
    for name, dials in TYPE_WORLDS.items():
        for seed in seeds:
            figures, truth = types_world(seed, **dials)
            chosen, planted = best_number(figures, TypologySettings()), int(truth.nunique())
            row: dict[str, Any] = {"world": name, "k": chosen}
            row["chosen"], _ = agreement(truth, typed(figures, chosen))
            row["known"], row["typed"] = agreement(truth, typed(figures, planted))
            row["complete"], row["rows"] = agreement(truth, complete_rows(figures, planted))
            rows.append(row)
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
    """Draw the agreement with the planted types in every world, the chosen number and the given."""
    worlds = list(TYPE_WORLDS)
    with canvas(7.5, 3.6) as figure:
        axes = figure.add_axes((0.42, 0.14, 0.56, 0.84))
        for way, colour, shift in (("chosen", STRONG, -0.15), ("complete", SOFT, 0.15)):
            for place, world in enumerate(worlds):
                values = rows.loc[rows["world"] == world, way].to_numpy(dtype=float)
                axes.plot(values, [place + shift] * len(values), "o", color=colour, alpha=0.35)
                axes.plot(values.mean(), place + shift, "D", color=colour, markersize=6)
        axes.set_yticks(range(len(worlds)), worlds, fontsize=8)
        axes.set_ylim(len(worlds) - 0.5, -0.5)
        axes.set_xlim(-0.05, 1.03)
        axes.set_xlabel("adjusted Rand index with the planted types")
        text = (
            "Every dot is a made-up city, every diamond their mean: SIA with its own number of "
            "types, and in grey k-means on complete rows with the planted number."
        )
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
    return type_rows(range(1 if quick else 4)), pocket_rows(range(1 if quick else 4))


def report(types: pd.DataFrame, pockets: pd.DataFrame) -> str:
    """Write what was measured as Markdown."""
    lines = [
        f"Types: {len(types) // len(TYPE_WORLDS)} seeds per world, mean (lowest).",
        "",
        "| world | ARI, own number | number | ARI, planted number | typed "
        "| k-means on complete rows | complete |",
        "|---|---|---|---|---|---|---|",
    ]
    for world, part in types.groupby("world", sort=False):
        lines.append(
            f"| {world} | {part['chosen'].mean():.2f} ({part['chosen'].min():.2f}) "
            f"| {part['k'].mean():.1f} | {part['known'].mean():.2f} ({part['known'].min():.2f}) "
            f"| {100 * part['typed'].mean():.0f} % | {part['complete'].mean():.2f} "
            f"({part['complete'].min():.2f}) | {100 * part['rows'].mean():.0f} % |"
        )
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
