"""Kill -9 at random moments: kernels, the warm server, workers of a cluster and the batch itself.

After every round: each failure is one that the summary explains, every file under its own name is
whole, no process is left, and a second start finishes all of it. ``SIA_KILLS`` sets how many of
each kind; the first thing that is not so ends the benchmark with an error.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil

from sia import batch
from sia.batch.advice import advice
from sia.store import read_manifest, sha256_file

ROOT = Path(__file__).resolve().parents[1]
KILLS = 100
YEARS = 6
NOTEBOOKS = ("01_a", "02_b")
SIZE = 200_000
_TOKEN = "SIA_FAULTS"
_PATIENCE = 60.0
"""Seconds in which everything that a killed process started must be gone.

A warm server that is still importing ends when it is done, which takes long on a busy machine.
"""

_CELLS = (
    'jaar = 2020\nverwerkt = ""\nnaam = ""',
    "import os, time\nfrom pathlib import Path\n"
    "from sia.store import sha256_file, update_manifest, write_text\n"
    'write_text(Path(verwerkt) / "kernels" / str(os.getpid()), "")\n'
    "time.sleep(0.2)",
    'folder = Path(verwerkt) / "GM9999" / str(jaar)\ntable = folder / f"{naam}.txt"\n'
    f'write_text(table, "x" * {SIZE})',
    'update_manifest(folder, naam, {"uitvoer": {table.name: sha256_file(table)}})\ntime.sleep(0.2)',
)
_START = """
import sys
from dataclasses import asdict
from pathlib import Path
from benchmarks.batch_faults import tasks
from sia import batch
from sia.store import write_json
folder = Path(sys.argv[1])
result = batch.run_batch(tasks(folder), workers=2, scheduler=sys.argv[2] or None)
write_json(folder / "uitkomsten.json", {"lijst": [asdict(o) for o in result.outcomes]})
sys.exit(result.exit_code())
"""


Round = Callable[[Path, "Tally"], None]


@dataclass
class Tally:
    """What a series of kills led to.

    Parameters
    ----------
    kills, rounds : int
    outcomes : Counter of str
        Statuses of the tasks in the rounds with a kill.
    with_cell : int
        Failures that name the cell.
    seconds : float
    """

    kills: int = 0
    rounds: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    with_cell: int = 0
    seconds: float = 0.0


def make_project(folder: Path, years: int) -> Path:
    """Write two small notebooks that each write a table and note it in the manifest."""
    cells = [nbformat.v4.new_code_cell(source) for source in _CELLS]  # type: ignore[no-untyped-call]
    cells[0].metadata["tags"] = ["parameters"]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=cells, metadata={"kernelspec": kernel}
    )
    (folder / "notebooks").mkdir(parents=True)
    for name in NOTEBOOKS:
        nbformat.write(book, folder / "notebooks" / f"{name}.ipynb")  # type: ignore[no-untyped-call]
    (folder / "jaren.txt").write_text(str(years), encoding="utf-8")
    return folder


def tasks(folder: Path) -> list[batch.Task]:
    """Return the batch of a project: per year both notebooks, one after the other."""
    listed = []
    for year in range(2000, 2000 + int((folder / "jaren.txt").read_text(encoding="utf-8"))):
        output = folder / "reports" / "GM9999" / str(year) / "intern" / "notebooks"
        listed += [
            batch.Task(
                folder / "notebooks" / f"{name}.ipynb",
                "GM9999",
                year,
                {"jaar": year, "verwerkt": str(folder / "verwerkt"), "naam": name},
                output / f"{name}.ipynb",
                stages=(name,),
                fingerprint=f"{name} {year}",
                after=tuple((earlier, year) for earlier in NOTEBOOKS[:place]),
            )
            for place, name in enumerate(NOTEBOOKS)
        ]
    return listed


def start(folder: Path, scheduler: str = "") -> subprocess.Popen[bytes]:
    """Start the batch of a project in a process of its own."""
    own = _temporary(folder)
    own.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), _TOKEN: str(folder), "TMPDIR": str(own)}
    with (folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", _START, str(folder), scheduler],
            env=environment,
            stdout=log,
            stderr=log,
        )


def _temporary(folder: Path) -> Path:
    """Return where the batch of a project puts its sockets, whose paths must stay short."""
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"proef-{name}"


def started_by(token: str) -> list[psutil.Process]:
    """Return the living processes that were started for a project, whoever their parent is now."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            marked = process.environ().get(_TOKEN) == token
            if marked and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def is_server(process: psutil.Process) -> bool:
    """Tell whether a process is a warm server itself, not a kernel forked from one."""
    return "forkserver" in " ".join(process.cmdline()) and not _forked(process)


def is_kernel(process: psutil.Process) -> bool:
    """Tell whether a process is a kernel, not the process that clears up after one."""
    if "forkserver" not in " ".join(process.cmdline()):
        return False
    parent = process.parent()
    return parent is not None and is_server(parent)


def _forked(process: psutil.Process) -> bool:
    parent = process.parent()
    return parent is not None and "forkserver" in " ".join(parent.cmdline())


def kill_one(folder: Path, wanted: Callable[[psutil.Process], bool], chance: random.Random) -> int:
    """Kill -9 one process of a project, chosen at random; return how many that were."""
    candidates = []
    for process in started_by(str(folder)):
        with suppress(psutil.Error):
            if wanted(process):
                candidates.append(process)
    if not candidates:
        return 0
    with suppress(psutil.Error):
        chance.choice(candidates).kill()
        return 1
    return 0


def kill_parts(
    folder: Path,
    wanted: Callable[[psutil.Process], bool],
    chance: random.Random,
    tally: Tally,
    most: int,
) -> None:
    """Run a batch, kill at most `most` of its processes meanwhile, check, and run it again."""
    process, kills = start(folder), 0
    while process.poll() is None:
        time.sleep(chance.uniform(0.1, 1.5))
        if kills < most:
            kills += kill_one(folder, wanted, chance)
    tally.kills += kills
    _note(folder, tally, process.returncode)
    check_whole(folder)
    check_gone(folder)
    finish(folder)


def kill_batch(folder: Path, chance: random.Random, tally: Tally, most: int) -> None:
    """Kill a batch itself `most` times at a random moment and check; then let it finish."""
    for _ in range(most):
        process = start(folder)
        time.sleep(chance.uniform(0.3, 9.0))
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
        tally.kills += 1
        check_whole(folder)
        check_gone(folder)
    finish(folder)


def kill_workers(
    folder: Path, cluster: Any, chance: random.Random, tally: Tally, most: int
) -> None:
    """Kill workers of a cluster at random moments of a batch; the others finish their work."""
    process, kills = start(folder, cluster.scheduler_address), 0
    while process.poll() is None:
        time.sleep(chance.uniform(0.5, 6.0))
        # a local cluster gives up a worker that takes long to come back
        cluster.scale(2)
        alive = [nanny.pid for nanny in cluster.workers.values() if nanny.pid]
        if alive and kills < most and process.poll() is None:
            os.kill(chance.choice(alive), signal.SIGKILL)
            kills += 1
    tally.kills += kills
    _note(folder, tally, process.returncode)
    if process.returncode != 0:
        raise RuntimeError(f"a killed worker was not survived: see {folder}/log.txt")
    check_whole(folder)
    finish(folder, cluster.scheduler_address)
    _wait_until(lambda: not _kernels_alive(folder), f"kernels of {folder} live on")


def _note(folder: Path, tally: Tally, status: int) -> None:
    """Count what became of the tasks; every failure must be one that a reader can act on."""
    listed = json.loads((folder / "uitkomsten.json").read_text(encoding="utf-8"))["lijst"]
    outcomes = [batch.Outcome(**row) for row in listed]
    failed = [o for o in outcomes if o.status == "mislukt"]
    if status != (1 if failed else 0):
        raise RuntimeError(f"status {status} with {len(failed)} failures: see {folder}/log.txt")
    for outcome in failed:
        if "De kernel viel weg" not in advice(outcome):
            raise RuntimeError(f"a failure without a remedy: {outcome}")
        if outcome.cell is not None:
            _check_cell(folder, outcome)
    tally.outcomes.update(o.status for o in outcomes)
    tally.with_cell += sum(o.cell is not None for o in failed)


def _check_cell(folder: Path, outcome: batch.Outcome) -> None:
    """Raise unless the executed notebook shows the failure in the cell that is named."""
    place = folder / "reports" / "GM9999" / str(outcome.jaar) / "intern" / "notebooks"
    book = nbformat.read(place / f"{outcome.notebook}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    cells = [c for c in book.cells if c.get("execution_count") == outcome.cell]
    if not any(o.output_type == "error" for c in cells for o in c.outputs):
        raise RuntimeError(f"the failed cell does not show it: {outcome}")


def check_whole(folder: Path) -> None:
    """Raise unless every file that stands under its own name is whole."""
    for path in folder.rglob("*"):
        if not path.is_file() or ".part" in path.name:
            continue
        if path.suffix == ".ipynb":
            book = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
            nbformat.validate(book)
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.parent.parent.name == "GM9999" and path.stat().st_size not in (0, SIZE):
            raise RuntimeError(f"half written: {path}")


def check_gone(folder: Path) -> None:
    """Raise unless everything that was started for a project has ended."""
    _wait_until(lambda: not started_by(str(folder)), f"processes of {folder} live on")
    own = _temporary(folder)
    _wait_until(lambda: not list(own.glob("sia-*-[0-9]")), f"sockets of kernels stay in {own}")


def _kernels_alive(folder: Path) -> list[int]:
    pids = [int(path.name) for path in (folder / "verwerkt" / "kernels").glob("[0-9]*")]
    return [pid for pid in pids if psutil.pid_exists(pid) and _is_kernel_pid(pid)]


def _is_kernel_pid(pid: int) -> bool:
    try:
        return is_kernel(psutil.Process(pid))
    except psutil.Error:
        return False


def _wait_until(good: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not good():
        if time.monotonic() > deadline:
            raise RuntimeError(otherwise)
        time.sleep(0.2)


def finish(folder: Path, scheduler: str = "") -> None:
    """Start the same batch again; raise unless it completes all and leaves nothing behind."""
    status = start(folder, scheduler).wait()
    listed = json.loads((folder / "uitkomsten.json").read_text(encoding="utf-8"))["lijst"]
    if status != 0 or {row["status"] for row in listed} - {"klaar", "ongewijzigd"}:
        raise RuntimeError(f"the second start ended with {status}: see {folder}/log.txt")
    check_whole(folder)
    if list(folder.rglob("*.part*")):
        raise RuntimeError(f"left over in {folder}")
    for task in tasks(folder):
        written = read_manifest(task.processed)["stappen"]
        for name, expected in written[task.notebook.stem]["uitvoer"].items():
            if sha256_file(task.processed / name) != expected:
                raise RuntimeError(f"not what the manifest says: {name}")
    shutil.rmtree(_temporary(folder))


def _left(token: str) -> list[psutil.Process]:
    """Return what a cluster left; the tracker of this very process ends when it does."""
    own = psutil.Process().children()
    return [process for process in started_by(token) if process not in own]


@contextmanager
def local_cluster(token: str) -> Iterator[Any]:
    """Give a cluster of two worker processes on this machine."""
    from distributed import LocalCluster

    os.environ[_TOKEN] = token
    try:
        with LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster:
            yield cluster
    finally:
        del os.environ[_TOKEN]


def series(kills: int, years: int, run_round: Round, where: Path) -> Tally:
    """Repeat a round in a fresh project of so many years until there were so many kills."""
    tally, started = Tally(), time.perf_counter()
    while tally.kills < kills:
        tally.rounds += 1
        # a round that goes wrong leaves its folder for whoever looks into it
        project = make_project(where / f"{where.name}-{os.getpid()}-{tally.rounds}", years)
        run_round(project, tally)
        shutil.rmtree(project)
        print(tally, file=sys.stderr, flush=True)
    tally.seconds = time.perf_counter() - started
    return tally


def kinds(chance: random.Random) -> dict[str, tuple[int, Round]]:
    """Return years and round per kind that needs no cluster; a start is what takes the time."""
    return {
        "kernel": (
            40,
            lambda folder, tally: kill_parts(folder, is_kernel, chance, tally, 40),
        ),
        "warm server (local)": (
            12,
            lambda folder, tally: kill_parts(folder, is_server, chance, tally, 6),
        ),
        "batch": (YEARS, lambda folder, tally: kill_batch(folder, chance, tally, 5)),
    }


def main(quick: bool) -> str:
    """Return how many kills of each kind were survived, as Markdown.

    Parameters
    ----------
    quick : bool
        Two kills of each kind. ``SIA_KILLS`` sets another number, ``SIA_KILL_KIND`` a part of the
        name of the only kind to try, ``SIA_KILL_SEED`` other moments.
    """
    # a kernel or worker can be killed only while there is work, so a round may overshoot a little
    kills = int(os.environ.get("SIA_KILLS", "2" if quick else str(KILLS)))
    only = os.environ.get("SIA_KILL_KIND", "")
    chance, lines = random.Random(int(os.environ.get("SIA_KILL_SEED", "7"))), []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for kind, (years, run_round) in kinds(chance).items():
            if only in kind:
                lines.append(_line(kind, series(kills, years, run_round, folder)))
        if only in "worker (Dask)":
            with local_cluster(temporary) as cluster:
                tally = series(
                    kills, 12, lambda f, t: kill_workers(f, cluster, chance, t, 4), folder
                )
            _wait_until(lambda: not _left(temporary), "the cluster left processes")
            lines.append(_line("worker (Dask)", tally))
    head = "| killed | kills | rounds | tasks | of which failed | with the cell | s |"
    return "\n".join([head, "|---|" + "---:|" * 6, *lines])


def _line(kind: str, tally: Tally) -> str:
    cells = (
        tally.kills,
        tally.rounds,
        sum(tally.outcomes.values()),
        tally.outcomes["mislukt"],
        tally.with_cell,
        round(tally.seconds),
    )
    return f"| {kind} | " + " | ".join(map(str, cells)) + " |"
