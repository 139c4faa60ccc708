"""Types and converted counts on Voorbeeldstad (fictief), through the product, against the truth.

Every city is written as its publishers would, read back, and put through indicators, weighing and
typology with the product's own settings: the types are found in published, rounded and partly
secret figures. The counts of redrawn buurten are converted from the borders of 2020 to those of
2022, weighted with the inhabitants of published squares, and held against the planted pieces of
land that no border cuts.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

import voorbeeldstad
from sia.areas import Measure, convert
from sia.catalogue.model import DOMAINS
from sia.clustering.number import choose_k
from sia.clustering.typology import Typology
from sia.dutch import getal
from sia.gemeente import load_gemeente
from sia.indicators import build_indicators, design, eligibility
from sia.methode import TypologySettings, WeighingSettings
from sia.sources.base import AreaLayer, Intake
from sia.sources.registry import read_folder
from sia.viz.figure import PLAIN, SOFT, STRONG, Chart, canvas, dutch_axis, finish
from sia.weighing import weigh
from voorbeeldstad import DemoTruth

BEFORE, AFTER = 2020, 2022
COUNTS = ("aantal_inwoners", "aantal_huishoudens")
LIMIT = 0.02
SEPARATIONS = (1.0, 0.5)
TARGET = 0.85


def city(seed: int, separation: float) -> tuple[Intake, DemoTruth]:
    """Write and read one city."""
    with tempfile.TemporaryDirectory() as folder:
        truth = voorbeeldstad.generate(
            Path(folder), seed=seed, jaren=(BEFORE, AFTER), separation=separation
        )
        return read_folder(Path(folder), gemeente=voorbeeldstad.GEMEENTECODE), truth


def published_scores(found: Intake) -> pd.DataFrame:
    """Return the domain scores that the product gives the ranked buurten."""
    gemeente = load_gemeente(voorbeeldstad.GEMEENTECODE)
    table = build_indicators(found, gemeente, AFTER)
    weighed = weigh(
        table.values,
        eligibility(table, gemeente),
        design(table, gemeente).indicatoren,
        table.catalogue,
        norms=table.norms,
        denominators=table.denominators,
        settings=WeighingSettings(draws=0),
    )
    return weighed.scores[[d for d in DOMAINS if d in weighed.scores]]


def types(scores: pd.DataFrame, truth: DemoTruth) -> dict[str, float]:
    """Return the chosen number and the adjusted Rand index against the planted types.

    Beside all typed buurten also those of one planted type: some buurten are redrawn from pieces
    of two types, and have none that is theirs alone.
    """
    planted = pd.DataFrame(truth.buurten.loc[AFTER])["type"].reindex(scores.index)
    k = choose_k(scores).k
    number = int(planted[scores.notna().all(axis=1)].nunique())
    row = {"k": float(k), "planted": float(number)}
    for name, count in (("chosen", k), ("known", number)):
        found = Typology(TypologySettings(n_types=count)).fit(scores).table_["type"]
        both = found.notna() & planted.notna()
        row[name] = adjusted_rand_score(planted[both], found[both])
    return row


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


def recover(seeds: Sequence[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return recovery of types (a row per city and separation) and errors of converted counts."""
    rows, errors = [], []
    for separation in SEPARATIONS:
        for seed in seeds:
            found, truth = city(seed, separation)
            found_types = types(published_scores(found), truth)
            rows.append({"separation": separation, "seed": seed, **found_types})
            if separation == 1.0:
                errors.append(conversion(found, truth).assign(seed=seed))
    return pd.DataFrame(rows), pd.concat(errors)


def draw(rows: pd.DataFrame) -> Chart:
    """Draw the adjusted Rand index of every city, beside the target.

    Parameters
    ----------
    rows : DataFrame
        As `recover` returns them.
    """
    ways = {"chosen": "aantal gekozen", "known": "aantal gegeven"}
    with canvas(7.5, 2.6) as figure:
        axes = figure.add_axes((0.3, 0.2, 0.67, 0.75))
        axes.axvline(TARGET, color=SOFT, linewidth=0.9, linestyle="--")
        labels = []
        for separation in SEPARATIONS:
            for way, name in ways.items():
                values = rows.loc[rows["separation"] == separation, way].to_numpy()
                height = len(labels) + np.linspace(-0.25, 0.25, len(values))
                axes.plot(values, height, "o", color=PLAIN, alpha=0.6, markersize=4)
                axes.plot(values.mean(), len(labels), "D", color=STRONG, markersize=7)
                labels.append(f"scheiding {getal(separation, 1)}, {name}")
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.set_xlim(0, 1.02)
        axes.set_xlabel("aangepaste Rand-index met de geplante typen")
        dutch_axis(axes, "x", 1)
        text = (
            f"Elke stip is een van {rows['seed'].nunique()} verzonnen steden, de ruit hun "
            f"gemiddelde; de streeplijn is het doel van {getal(TARGET, 2)} voor goed te scheiden "
            "typen."
        )
        return finish(figure, "Teruggevonden typen in Voorbeeldstad (fictief)", text, rows)


def main(quick: bool) -> str:
    """Return recovery of types and of counts over seeds, as Markdown."""
    return _report(*recover(range(1) if quick else range(20)))


def _report(rows: pd.DataFrame, errors: pd.DataFrame) -> str:
    lines = [
        f"Voorbeeldstad (fictief), {rows['seed'].nunique()} seeds, through the product; types of "
        f"{AFTER}.",
        "",
        "| types | ARI, chosen k | lowest | ARI, planted k | lowest | chosen k = planted |",
        "|---|---|---|---|---|---|",
    ]
    for separation, table in rows.groupby("separation", sort=False):
        right = int((table["k"] == table["planted"]).sum())
        lines.append(
            f"| separation {separation:g} | {table['chosen'].mean():.2f} "
            f"| {table['chosen'].min():.2f} | {table['known'].mean():.2f} "
            f"| {table['known'].min():.2f} | {right} of {len(table)} |"
        )
    return "\n".join([*lines, "", *_conversion_lines(errors)])


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
    found_rows, found_errors = recover(range(1) if "--quick" in sys.argv else range(20))
    print(_report(found_rows, found_errors))
    for path in [argument for argument in sys.argv[1:] if argument.endswith(".svg")]:
        Path(path).write_text(draw(found_rows).svg(), encoding="utf-8")
