"""Types over three RIVM years in Enschede, and deel-buurten on Groningen's squares: real files.

The files are not part of this repository: they are looked for where ``SIA_REAL_DATA`` says, or in
``../shared/data`` beside the project. Without them there is nothing to report.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from sia.catalogue.load import load_catalogue
from sia.change.types import transitions
from sia.clustering.doubt import doubtful
from sia.clustering.number import choose_k
from sia.clustering.typology import Typology
from sia.methode import PocketSettings, TypologySettings
from sia.pockets import PocketResult, find_pockets, squares_frame
from sia.sources.registry import read_folder

HEALTH = "rivm-gezondheid-buurt-2012-2016-2020"
SHAPES = "cbs-groningen-2014-2017-shapes"
SEEDS = (2024, 1, 2)


def real_data() -> Path | None:
    """Return the folder with real files, or None."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
    folder = Path(os.environ.get("SIA_REAL_DATA", str(beside)))
    return folder if (folder / HEALTH).is_dir() else None


def health_panel(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the scored RIVM figures of Enschede, higher is worse, and the country's mean.

    Returns
    -------
    DataFrame, index ``(jaar, buurtcode)``
        One column per indicator of the catalogue, in percent; only complete rows.
    DataFrame, index ``jaar``
        Mean over the buurten of the whole file.
    """
    wanted = {
        maat: entry
        for entry in load_catalogue()
        if entry.telt_mee and entry.rol == "opgave"
        for bron in entry.bronnen
        if bron.naam == "rivm.gezondheid"
        for maat in bron.maten()
    }
    own, country = {}, {}
    for table in read_folder(folder / HEALTH, gemeente="GM0153").tables:
        figures = pd.DataFrame(
            {entry.id: entry.richting * table.values[maat] for maat, entry in wanted.items()}
        )
        buurten = figures[figures.index.str.startswith("BU")]
        own[table.year] = buurten[buurten.index.str.startswith("BU0153")]
        country[table.year] = buurten.mean()
    means = pd.DataFrame(country).T.rename_axis("jaar")
    # a figure that one of the years lacks says nothing about change
    shared = list(means.columns[means.notna().all()])
    rows = pd.concat(own, names=["jaar", "buurtcode"])[shared].dropna()
    return rows, means[shared]


def typed(panel: pd.DataFrame) -> tuple[Typology, str]:
    """Return the types of a panel with the number that the product would choose, and why."""
    choice = choose_k(panel)
    return Typology(TypologySettings(n_types=choice.k)).fit(panel), choice.reden


def enschede(folder: Path) -> list[str]:
    """Type Enschede's health figures of 2012, 2016 and 2020 as one panel."""
    panel, country = health_panel(folder)
    years = [int(jaar) for jaar in country.index]
    means = country.reindex(panel.index.get_level_values("jaar")).set_axis(panel.index)
    lines = [
        f"Enschede, RIVM {', '.join(map(str, years))}: {panel.shape[1]} scored health figures, "
        f"{len(panel)} buurt-years, all on the borders of 2020.",
        "",
        "| scores | k | silhouette | doubtful | "
        + " | ".join(f"other type {a}-{b}" for a, b in itertools.pairwise(years))
        + " |",
        "|---|---|---|---|" + "---|" * (len(years) - 1),
    ]
    for name, scores in (("as published", panel), ("against the country's mean", panel - means)):
        model, _ = typed(scores)
        table = model.table_
        moved = []
        for a, b in itertools.pairwise(years):
            counts = transitions(table["type"], a, b).drop(index="geen type", columns="geen type")
            cells = counts.to_numpy(dtype=int)
            moved.append(f"{cells.sum() - cells.trace()} of {cells.sum()}")
        unsure = doubtful(table).mean()
        lines.append(
            f"| {name} | {model.settings.n_types} | {table['silhouet'].mean():.2f} "
            f"| {100 * unsure:.0f} % | {' | '.join(moved)} |"
        )
    return lines


def groningen(folder: Path, seeds: tuple[int, ...]) -> list[str]:
    """Search Groningen's 100 m squares of 2014 on the buurten of 2017."""
    found = read_folder(folder / SHAPES, gemeente="GM0014")
    squares = squares_frame(next(s for s in found.squares if s.size == 100))
    buurten = gpd.GeoDataFrame(next(a for a in found.areas if a.level == "buurt").frame)
    start = time.process_time()
    results = [find_pockets(squares, buurten, PocketSettings(seed=seed)) for seed in seeds]
    seconds = (time.process_time() - start) / len(seeds)
    first = results[0]
    people, inside = first.pockets["inwoners"], first.vierkanten["deelbuurt"] != ""
    both = first.pockets["buurtcodes"].str.contains(" ").sum()
    agreement = [_agreement(first, other) for other in results[1:]]
    figures = first.indicatoren.assign(
        share=first.indicatoren["deel_buurt"] / first.indicatoren["rest_van_buurt"]
    )
    lines = [
        f"Groningen, squares of 2014 on buurten of 2017: {len(squares)} squares, "
        f"{int(first.buurten['getoetst'].sum())} of {len(first.buurten)} buurten searched, "
        f"{seconds:.1f} s of processor time.",
        "",
        "| figure | |",
        "|---|---|",
        f"| indicators used | {', '.join(first.gebruikt)} |",
        f"| smallest p of a buurt | {first.buurten['p'].min():.4f} |",
        f"| resemblance of neighbouring squares | {first.noise.rho:.2f} |",
        f"| deel-buurten found (q <= 0.10) | {len(first.pockets)}, {both} over a border |",
    ]
    if len(people):
        lines += [
            f"| inhabitants: median, smallest, largest | {people.median():.0f}, "
            f"{people.min():.0f}, {people.max():.0f} |",
            f"| squares in one | {int(inside.sum())} of {len(inside)} |",
        ]
    for name, part in figures.groupby("indicator"):
        lines.append(f"| {name}, deel-buurt / rest: median | {part['share'].median():.2f} |")
    for seed, value in zip(seeds[1:], agreement, strict=True):
        lines.append(f"| same squares with seed {seed} (adjusted Rand) | {value:.2f} |")
    return lines


def _agreement(one: PocketResult, other: PocketResult) -> float:
    labels = [result.vierkanten["deelbuurt"] != "" for result in (one, other)]
    return float(adjusted_rand_score(*labels))


def main(quick: bool) -> str:
    """Return the figures on real files as Markdown, or say that they are absent."""
    folder = real_data()
    if folder is None:
        return "No real files: set SIA_REAL_DATA to the folder that holds them."
    return "\n".join([*enschede(folder), "", *groningen(folder, SEEDS[:1] if quick else SEEDS)])


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
