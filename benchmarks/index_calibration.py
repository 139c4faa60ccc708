"""Rank intervals and aanpak on Voorbeeldstad (fictief), held against what was planted.

Every city goes through the product: files written and read, indicator table, `weigh_table` with its
own settings, deel-buurten, aanpak. Three truths are asked of the 90 % rank interval, because an
interval over method and data together can be held against more than one:

- the product's own method on exact data: what noise in the figures does to the published rank;
- a defensible method drawn at random, on exact data: the statement that the interval makes;
- the planted index, made of other indicators and another scale: what no interval promises.

Beside them the interval of data error alone, with the product's own method on exact data.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import voorbeeldstad
from benchmarks._noiseless import noiseless
from sia.approach import AANPAKKEN, decide, trend_from_years
from sia.change.noise import drawn_scores
from sia.gemeente import Gemeente, load_gemeente
from sia.index import Choices, build_index, uncertainty
from sia.index.choices import prepare_noise
from sia.indicators import IndicatorTable, build_indicators
from sia.methode import PocketSettings, WeighingSettings
from sia.pockets import find_pockets, squares_frame
from sia.sources.base import Intake
from sia.sources.registry import read_folder
from sia.weighing import URGENTIE, Weighing, choices_of, known_error, margins_of, weigh_table

YEARS = (2021, 2022, 2023, 2024)
METHODS = 40
ALONE = 600
CORPORATION = "corporatiebezit"


@dataclass(frozen=True)
class City:
    """One Voorbeeldstad: what the product sees, the same figures exact, and what was planted."""

    seen: IndicatorTable
    earlier: dict[int, IndicatorTable]
    exact: IndicatorTable
    planted: pd.DataFrame
    intake: Intake
    gemeente: Gemeente


def city(seed: int) -> City:
    """Generate and read one city."""
    gemeente = load_gemeente(voorbeeldstad.GEMEENTECODE)
    with tempfile.TemporaryDirectory() as folder:
        truth = voorbeeldstad.generate(Path(folder), seed=seed, jaren=YEARS)
        intake = read_folder(Path(folder), gemeente=gemeente.code)
    exact = noiseless(intake, truth, YEARS[-1])
    return City(
        build_indicators(intake, gemeente, YEARS[-1]),
        {year: build_indicators(intake, gemeente, year) for year in YEARS[:-1]},
        build_indicators(exact, gemeente, YEARS[-1]),
        pd.DataFrame(truth.buurten.loc[YEARS[-1]]),
        intake,
        gemeente,
    )


def inside(rank: pd.Series[float], low: pd.Series[float], high: pd.Series[float]) -> float:
    """Return the share of buurten whose rank lies in the interval, ends included."""
    return float(((low <= rank) & (rank <= high)).mean())


def coverage(made: City, found: Weighing) -> dict[str, float]:
    """Return how often the intervals hold each truth, with their mean widths in ranks."""
    result, catalogue = found.urgentie, found.catalogue
    if result is None:
        raise ValueError("the city has no index")
    scores = found.scores.loc[result.values.index]
    low, high = scores["rang_p05"], scores["rang_p95"]
    exact = made.exact.scored.loc[result.values.index, list(result.values.columns)]
    own = build_index(exact, result.design).ranks[URGENTIE].astype(float)
    known, error = known_error(result, catalogue, made.seen.denominators, margins_of(made.seen))
    alone = uncertainty(
        result.values,
        result.design,
        draws=ALONE,
        choices=Choices.none(),
        denominators=known,
        error=error,
    ).units
    choices = choices_of(result.design, WeighingSettings())
    drawn = [
        uncertainty(exact, result.design, draws=1, seed=number, choices=choices).units["rank_p50"]
        for number in range(METHODS)
    ]
    planted = made.planted[URGENTIE].reindex(scores.index).rank(ascending=False, method="min")
    return {
        "own": inside(own, low, high),
        "drawn": float(np.mean([inside(rank, low, high) for rank in drawn])),
        "planted": inside(planted, low, high),
        "alone": inside(own, alone["rank_p05"], alone["rank_p95"]),
        "width": float((high - low).mean()),
        "width_alone": float((alone["rank_p95"] - alone["rank_p05"]).mean()),
    }


def spread_of(found: Weighing, table: IndicatorTable) -> pd.Series[float]:
    """Return the standard error of urgentie by the noise in the figures, as the pipeline does."""
    result = found.urgentie
    if result is None:
        raise ValueError("the city has no index")
    known, error = known_error(result, found.catalogue, table.denominators, margins_of(table))
    rng = np.random.default_rng(1)
    source = prepare_noise(error, result.values, known)
    noise = drawn_scores(result.values, result.design, source, [URGENTIE], 200, rng)
    return pd.Series(noise[:, :, 0].std(axis=0), index=result.values.index)


def approach(made: City, found: Weighing) -> pd.DataFrame:
    """Return per buurt the planted aanpak and that of the product, with its rule."""
    norms = made.earlier[YEARS[0]].norms
    years = {
        y: weigh_table(table, made.gemeente, WeighingSettings(draws=0), norms)
        for y, table in made.earlier.items()
    }
    years[YEARS[-1]] = found
    tables = {**made.earlier, YEARS[-1]: made.seen}
    spread = {y: spread_of(w, tables[y]) for y, w in years.items()}
    rows = found.scores.index
    layer = max((s for s in made.intake.squares if s.size == 100), key=lambda s: s.year)
    pockets = find_pockets(squares_frame(layer), made.seen.areas, PocketSettings(seed=2024)).pockets
    scores = pd.DataFrame({y: w.scores[URGENTIE] for y, w in years.items()}).reindex(rows)
    trend = trend_from_years(scores, pd.DataFrame(spread).reindex(rows))
    decided = decide(found.scores, made.seen.values[CORPORATION], pockets, trend)
    return pd.DataFrame(
        {
            "planted": made.planted["aanpak"].reindex(decided.index),
            "found": decided["aanpak"],
            "regel": decided["regel"],
        }
    )


def one_city(seed: int) -> tuple[dict[str, float], pd.DataFrame]:
    """Return coverage and aanpak of one city."""
    made = city(seed)
    norms = made.earlier[YEARS[0]].norms
    found = weigh_table(made.seen, made.gemeente, WeighingSettings(), norms)
    return coverage(made, found), approach(made, found)


def coverage_rows(cities: pd.DataFrame) -> list[str]:
    """Return the coverage table as Markdown."""
    labels = {
        "own": "own method, exact data",
        "drawn": f"method drawn at random ({METHODS} a city), exact data",
        "planted": "planted index (other indicators, other scale)",
        "alone": "interval of data error alone: own method, exact data",
    }
    return [
        "| truth | inside the 90 % interval | lowest and highest city |",
        "|---|---|---|",
        *(
            f"| {label} | {cities[key].mean():.1%} | {cities[key].min():.0%} - "
            f"{cities[key].max():.0%} |"
            for key, label in labels.items()
        ),
    ]


def confusion_rows(pairs: pd.DataFrame) -> list[str]:
    """Return the confusion table as Markdown, planted in rows, found in columns."""
    order = list(AANPAKKEN)
    table = pd.crosstab(pairs["planted"], pairs["found"]).reindex(
        index=order, columns=order, fill_value=0
    )
    lines = ["| planted / found | " + " | ".join(order) + " | found back |"]
    lines.append("|---" * (len(order) + 2) + "|")
    for name in order:
        row = table.loc[name].astype(int)
        back = row[name] / row.sum() if row.sum() else float("nan")
        lines.append(f"| {name} | " + " | ".join(map(str, row)) + f" | {back:.0%} |")
    return lines


def main(quick: bool) -> str:
    """Return the tables as Markdown."""
    seeds = range(1, 3 if quick else 13)
    made = [one_city(seed) for seed in seeds]
    cities = pd.DataFrame([first for first, _ in made])
    pairs = pd.concat([second for _, second in made])
    same = (pairs["planted"] == pairs["found"]).mean()
    return "\n".join(
        [
            f"{len(cities)} cities, {len(pairs)} buurten, {YEARS[-1]}, "
            f"{WeighingSettings().draws} draws.",
            "",
            *coverage_rows(cities),
            "",
            f"Mean width {cities['width'].mean():.1f} ranks; of data error alone "
            f"{cities['width_alone'].mean():.1f}.",
            "",
            f"Aanpak: {same:.0%} as planted.",
            "",
            *confusion_rows(pairs),
        ]
    )
