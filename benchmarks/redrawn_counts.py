"""Converted counts of redrawn buurten of Voorbeeldstad (fictief), against the truth.

Every city is written as its publishers would, and read back. The counts of redrawn buurten are
converted from the borders of 2020 to those of
2022, weighted with the inhabitants of published squares, and held against the planted pieces of
land that no border cuts.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

import voorbeeldstad
from sia.areas import Measure, convert
from sia.sources.base import AreaLayer, Intake
from sia.sources.registry import read_folder
from voorbeeldstad import DemoTruth

BEFORE, AFTER = 2020, 2022
COUNTS = ("aantal_inwoners", "aantal_huishoudens")
LIMIT = 0.02


def city(seed: int) -> tuple[Intake, DemoTruth]:
    """Write and read one city."""
    with tempfile.TemporaryDirectory() as folder:
        truth = voorbeeldstad.generate(Path(folder), seed=seed, jaren=(BEFORE, AFTER))
        return read_folder(Path(folder), gemeente=voorbeeldstad.GEMEENTECODE), truth


def conversion(found: Intake, truth: DemoTruth) -> pd.DataFrame:
    """Return relative errors of converted counts of redrawn buurten, in three ways.

    People at the middle of their square, as the product has it and as this city was made; the
    squares along a border divided by surface; and the surface of the buurten alone.
    """
    prefix = f"BU{voorbeeldstad.GEMEENTECODE[2:]}"
    layers = {a.year: a for a in found.areas if a.level == "buurt"}
    old, new = (_own(layers[year], prefix) for year in (BEFORE, AFTER))
    table = next(t for t in found.tables if t.source == "cbs.kwb" and t.year == BEFORE)
    values = table.values.reindex(old.frame.index)[list(COUNTS)]
    squares = next(s for s in found.squares if s.size == 100 and s.year == BEFORE)
    weights = squares.frame[["geometry"]].assign(gewicht=squares.values["aantal_inwoners"])
    kinds = {name: Measure("aantal") for name in COUNTS}
    pieces = pd.DataFrame(truth.delen.loc[BEFORE])
    true = pieces.groupby("code_nieuw")[list(COUNTS)].sum()
    moved = _redrawn(pieces)
    rows = []
    middles = weights.set_geometry(weights.geometry.centroid)
    ways = (("middle of squares", middles), ("squares divided", weights), ("surface", None))
    for way, weight in ways:
        done = convert(values, kinds, old, new, weights=weight).values
        for name in COUNTS:
            error = done.loc[moved, name] / true.loc[moved, name] - 1
            rows.append(pd.DataFrame({"way": way, "count": name, "error": error}))
    return pd.concat(rows)


def _own(layer: AreaLayer, prefix: str) -> AreaLayer:
    frame = layer.frame[layer.frame.index.str.startswith(prefix)]
    return AreaLayer(layer.level, layer.year, frame, layer.origin)


def _redrawn(pieces: pd.DataFrame) -> list[str]:
    """Return new codes that are made of another set of pieces than any old code."""
    old = {frozenset(rows) for rows in pieces.groupby("code_oud").groups.values()}
    new = pieces.groupby("code_nieuw").groups
    return sorted(str(code) for code, rows in new.items() if frozenset(rows) not in old)


def recover(seeds: Sequence[int]) -> pd.DataFrame:
    """Return errors of converted counts."""
    return pd.concat([conversion(*city(seed)).assign(seed=seed) for seed in seeds])


def main(quick: bool) -> str:
    """Return errors of converted counts over seeds, as Markdown."""
    seeds = range(1) if quick else range(20)
    lines = [f"Voorbeeldstad (fictief), {len(seeds)} seeds.", ""]
    return "\n".join([*lines, *_conversion_lines(recover(seeds))])


def _conversion_lines(errors: pd.DataFrame) -> list[str]:
    lines = [
        f"Counts of redrawn buurten, {BEFORE} on the borders of {AFTER}: relative error.",
        "",
        "| weights | count | buurten | median | 95 % below | largest | within 2 % |",
        "|---|---|---|---|---|---|---|",
    ]
    for (way, name), part in errors.groupby(["way", "count"]):
        size = part["error"].abs()
        lines.append(
            f"| {way} | {name} | {len(part)} | {100 * size.median():.2f} % "
            f"| {100 * size.quantile(0.95):.2f} % | {100 * size.max():.2f} % "
            f"| {100 * (size <= LIMIT).mean():.0f} % |"
        )
    return lines


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
