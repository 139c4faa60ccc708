"""Time and memory of `sia batch` by number of years and of municipalities, every notebook run.

On the invented country, and for many municipalities on the published files when they are there
(``SIA_REAL_DATA``), which are only read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import voorbeeldstad
from benchmarks._batch import make_home, run_sia, say
from benchmarks.country import real_data
from sia.request import known_municipalities, store_folder

YEARS = (2021, 2022, 2023, 2024)
SPANS = ((1, 1), (1, 2), (1, 4), (4, 3), (10, 3))
REAL_YEARS = (2018, 2019, 2020)
PLACES = 50
HEAD = (
    "| municipalities | years | notebooks | failed | wall s | processor s | per run "
    "| peak MB together | peak MB of a kernel |"
)


def _row(home: Path, codes: Sequence[str], years: Sequence[int], *, may_fail: bool = False) -> str:
    got = run_sia(home, codes, years, may_fail=may_fail)
    each = got.cpu / len(codes) / len(years)
    row = (
        f"| {len(codes)} | {len(years)} | {got.notebooks} | {got.failed} | {got.wall:.0f} "
        f"| {got.cpu:.0f} | {each:.1f} | {got.mb:.0f} | {got.kernel_mb:.0f} |"
    )
    say(row)
    return row


def invented(folder: Path, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Return a row per number of municipalities and years of the invented country.

    Parameters
    ----------
    folder : pathlib.Path
    spans : sequence of (municipalities, years)
        The first municipality is Voorbeeldstad; the others are smaller.
    """
    voorbeeldstad.generate(folder / "ruw", jaren=YEARS)
    codes = ["GM9999", *(f"GM{number}" for number in range(9990, 9999))]
    return [
        _row(make_home(folder / f"groei-{n}-{years}", folder / "ruw"), codes[:n], YEARS[-years:])
        for n, years in spans
    ]


def published(folder: Path, raw: Path, places: int, years: Sequence[int]) -> str:
    """Return a row for so many municipalities of the country, from one intake.

    Parameters
    ----------
    folder, raw : pathlib.Path
    places : int
        Spread over the codes.
    years : sequence of int
    """
    home = make_home(folder / "land", raw)
    # read once beforehand, to know which municipalities there are
    from sia.sources.store import open_store

    open_store([home / "ruw"], home / "data" / "processed")
    known = known_municipalities(store_folder([home / "ruw"], home / "data" / "processed"))
    codes = sorted(code for code, one in known.items() if set(years) & one.jaren)
    return _row(home, codes[:: len(codes) // places][:places], years, may_fail=True)


def main(quick: bool) -> str:
    """Return the measured growth as Markdown.

    Parameters
    ----------
    quick : bool
        One year and one municipality, and two published ones. ``SIA_PLACES`` says how many
        published municipalities are run (default fifty; 0 for none).
    """
    places = int(os.environ.get("SIA_PLACES", "2" if quick else str(PLACES)))
    years = REAL_YEARS[-1:] if quick else REAL_YEARS
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        rows = invented(folder, SPANS[:1] if quick else SPANS)
        made = "\n".join([HEAD, "|---:" * 9 + "|", *rows])
        raw = real_data()
        if raw is None or places == 0:
            return f"Invented country:\n\n{made}\n\nPublished files: not measured."
        row = published(folder, raw, places, years)
    real = "\n".join([HEAD, "|---:" * 9 + "|", row])
    return f"Invented country:\n\n{made}\n\nPublished files:\n\n{real}"
