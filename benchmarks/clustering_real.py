"""Deel-buurten on Groningen's squares: real files.

The files are not part of this repository: they are looked for where ``SIA_REAL_DATA`` says, or in
``../shared/data`` beside the project. Without them there is nothing to report.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import geopandas as gpd
from sklearn.metrics import adjusted_rand_score

from sia.methode import PocketSettings
from sia.pockets import PocketResult, find_pockets, squares_frame
from sia.sources.registry import read_folder

SHAPES = "cbs-groningen-2014-2017-shapes"
SEEDS = (2024, 1, 2)


def real_data() -> Path | None:
    """Return the folder with real files, or None."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
    folder = Path(os.environ.get("SIA_REAL_DATA", str(beside)))
    return folder if (folder / SHAPES).is_dir() else None


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
    return "\n".join(groningen(folder, SEEDS[:1] if quick else SEEDS))


if __name__ == "__main__":
    print(main("--quick" in sys.argv))
