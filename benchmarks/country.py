"""The country in one index: time and memory by number of buurten, and fifty municipalities.

On the published national files when they are there (``SIA_REAL_DATA``), which are only read.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks._memory import measured

YEAR = 2020
SIZES = (70, 1000, 14_052)
MUNICIPALITIES = 50
SQUARES = (50_000, 200_000, 800_000)
DRAWS = 200

_COUNTRY = """
import resource, sys, time
from pathlib import Path
from sia import country
from sia.settings import Folders
from sia.methode import WeighingSettings
root, raw, jaar, draws = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
folders = Folders(root / "processed", root / "reports")
wall, cpu = time.perf_counter(), time.process_time()
made = country.country_step([raw], jaar, folders, WeighingSettings(draws=draws))
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
steps = [made.seconden[n] for n in ("inlezen", "indicatoren", "wegen", "typen", "kaart")]
ranked = int(made.tabel["gerangschikt"].sum())
print(len(made.tabel), ranked, wall, cpu, peak, *steps, made.rapport.stat().st_size / 1e6)
"""

_PART = """
import resource, sys, time
from dataclasses import replace
from pathlib import Path
import numpy as np
from sia.country import index, land
from sia.settings import Folders
from sia.sources.store import open_store
from sia.methode import WeighingSettings
from sia.weighing import weigh_table
root, raw, jaar, n, draws = Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:6])
folders = Folders(root / "processed", root / "reports")
found = land.whole_intake(open_store([raw], folders.processed), jaar)
codes = sorted({c for t in found.tables for c in t.values.index if str(c).startswith("BU")})
kept = set(np.random.default_rng(1).permutation(codes)[:n])
def some(index):
    return [c for c in index if not str(c).startswith("BU") or c in kept]
def cut(t):
    rows = some(t.values.index)
    names = ("values", "reasons", "regions", "lower", "upper")
    frames = {k: getattr(t, k) for k in names}
    return replace(t, **{k: f.loc[rows] for k, f in frames.items() if f is not None})
areas = [replace(a, frame=a.frame.loc[some(a.frame.index)]) for a in found.areas]
found = replace(found, tables=tuple(map(cut, found.tables)), areas=tuple(areas))
wall, cpu = time.perf_counter(), time.process_time()
table, names = index.country_indicators(found, jaar)
first = time.perf_counter()
made = weigh_table(table, index.COUNTRY, WeighingSettings(draws=draws))
second = time.perf_counter()
index.country_types(table)
third = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
cpu = time.process_time() - cpu
print(len(table.areas), first - wall, second - first, third - second, cpu, peak)
"""

_MUNICIPALITIES = """
import resource, sys, time
from pathlib import Path
from sia.country import land
from sia.settings import Folders
from sia.sources.store import open_store
from sia.store import read_table
from sia.methode import WeighingSettings
root, raw, jaar, n, draws = Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:6])
folders = Folders(root / "processed", root / "reports")
store = open_store([raw], folders.processed)
folder = folders.processed / "NL" / str(jaar)
names = read_table(folder / "buurten.parquet").groupby("gemeentecode")["gemeente"].first()
made = land.Yardstick(store, jaar, read_table(folder / "normen.parquet"), names)
codes = list(made.gemeenten.index[:: max(len(made.gemeenten) // n, 1)])[:n]
wall, cpu = time.perf_counter(), time.process_time()
done = land.municipalities(made, folders, WeighingSettings(draws=draws), codes)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
read = time.perf_counter()
for code in codes:
    land.intake_of(store, code, jaar)
read = time.perf_counter() - read
print(len(done), int((done["fout"] != "").sum()), done["buurten"].sum(), wall, cpu, peak, read)
"""

_SQUARES = """
import resource, sys, tempfile, time
from pathlib import Path
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
n, columns = int(sys.argv[1]), 30
rng = np.random.default_rng(1)
side = int(np.ceil(np.sqrt(n / 0.12)))
cells = np.sort(rng.choice(side * side, n, replace=False))
x, y = cells % side, cells // side
tile = (y // 100) * 10_000 + x // 100
order = np.lexsort((x, y, tile))
values = np.round(np.exp(rng.normal(3, 1, (n, columns))) / 5).astype(np.float32) * 5
values[rng.random((n, columns)) < 0.4] = np.nan
frame = pd.DataFrame(values, columns=[f"m{k:02d}" for k in range(columns)])
frame.insert(0, "tegel", tile.astype(np.int32))
frame.insert(1, "cel", cells.astype(np.int64))
frame = frame.iloc[order]
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "jaar.parquet"
    started = time.perf_counter()
    frame.to_parquet(path, index=False, compression="zstd", row_group_size=20_000)
    wrote = time.perf_counter() - started
    one = int(frame["tegel"].iloc[n // 2])
    del frame, values
    started = time.perf_counter()
    pd.read_parquet(path, filters=[("tegel", "==", one)])
    tile_read = time.perf_counter() - started
    started = time.perf_counter()
    pd.read_parquet(path, columns=[f"m{k:02d}" for k in range(6)]).rank(pct=True)
    scan = time.perf_counter() - started
    size = path.stat().st_size / 1e6
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(n, size, wrote, tile_read, scan, peak)
"""


def real_data() -> Path | None:
    """Return the folder with the published files, or None when it is not there."""
    named = os.environ.get("SIA_REAL_DATA")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(named) if named else beside
    return folder if (folder / "README.md").exists() else None


def main(quick: bool = False) -> str:
    """Measure, each in a process of its own, and return Markdown.

    Parameters
    ----------
    quick : bool
        Fewer draws and municipalities.
    """
    return f"{_national(quick)}\n\n{_squares(SQUARES[:1] if quick else SQUARES)}"


def _national(quick: bool) -> str:
    raw = real_data()
    if raw is None:
        return "Not measured: the national files are not there (set SIA_REAL_DATA)."
    draws, places = (20, 5) if quick else (DRAWS, MUNICIPALITIES)
    with tempfile.TemporaryDirectory() as folder:
        return "\n\n".join(
            [
                _whole(folder, raw, draws),
                _growth(folder, raw, draws),
                _places(folder, raw, places, draws),
            ]
        )


def _whole(folder: str, raw: Path, draws: int) -> str:
    rows = []
    for label in ("raw files", "second start"):
        n, ranked, wall, cpu, peak, *steps, size = measured(_COUNTRY, folder, raw, YEAR, draws)
        cells = " | ".join(f"{one:.1f}" for one in (wall, cpu, *steps))
        rows.append(f"| {label} | {n:.0f} | {ranked:.0f} | {cells} | {peak:.0f} | {size:.1f} |")
    head = (
        "| from | buurten | ranked | wall s | CPU s | intake | indicators | weighing | types | map "
        "| peak MB | page MB |"
    )
    return "\n".join([head, "|---|" + "---:|" * 11, *rows])


def _growth(folder: str, raw: Path, draws: int) -> str:
    rows = []
    for n in SIZES:
        count, *times, peak = measured(_PART, folder, raw, YEAR, n, draws)
        cells = " | ".join(f"{one:.1f}" for one in times)
        rows.append(f"| {count:.0f} | {cells} | {peak:.0f} |")
    head = "| buurten | indicators s | weighing s | types s | CPU s | peak MB |"
    return "\n".join([head, "|---:" * 6 + "|", *rows])


def _places(folder: str, raw: Path, places: int, draws: int) -> str:
    found = measured(_MUNICIPALITIES, folder, raw, YEAR, places, draws)
    n, failed, buurten, wall, cpu, peak, read = found
    return (
        f"{n:.0f} municipalities ({buurten:.0f} buurten) from one intake: {wall:.1f} s wall, "
        f"{cpu:.1f} s CPU, peak {peak:.0f} MB, {failed:.0f} failed; reading their part of the "
        f"intake alone: {read:.1f} s."
    )


def _squares(sizes: tuple[int, ...]) -> str:
    """Return how one year of invented 100 m squares grows: 30 measures, 40 % not published."""
    rows = []
    for n in sizes:
        _, size, wrote, tile, scan, peak = measured(_SQUARES, n)
        rows.append(f"| {n} | {size:.1f} | {wrote:.2f} | {tile:.3f} | {scan:.2f} | {peak:.0f} |")
    head = "| squares | MB | write s | one 10 km tile s | rank six measures s | peak MB |"
    return "\n".join([head, "|---:" * 6 + "|", *rows])
