"""Run notebooks side by side, on this machine or on a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sia.batch.execute import run_notebook
from sia.batch.outcome import FAILED, STOPPED, BatchResult, Outcome, skipped
from sia.batch.resume import mark_done, unchanged
from sia.batch.schedule import Pool, lines_of, work
from sia.batch.tasks import Task, base_fingerprint
from sia.batch.warm import stopped, warm_kernels
from sia.extras import extra
from sia.fingerprint import RawHash, hand_down, raw_hash

Progress = Callable[[Outcome], None]
Say = Callable[[str], None]

_checked: dict[str, RawHash] = {}
"""Base fingerprint that this worker of a cluster found to be its own -> that of the raw files."""


def run_task(task: Task, force: bool = False) -> Outcome:
    """Run a notebook, unless nothing that it rests on has changed."""
    outcome = None if force else unchanged(task)
    if outcome is None:
        outcome = run_notebook(task)
        if outcome.good:
            mark_done(task, outcome)
    return outcome


def verified_task(task: Task, base: str, bron: Sequence[Path], force: bool) -> Outcome:
    """Run a task on a worker elsewhere, when it sees the code and inputs that made `base`.

    `base` is the base fingerprint on the machine that sends the work, `bron` what it is made of
    beside the package; else it failed, with the reason.
    """
    there = all(folder.is_dir() for folder in bron)
    raw = _checked.get(base) or (raw_hash(bron) if there else RawHash("", ""))
    if base_fingerprint(raw) != base:
        reason = (
            "Deze werker ziet andere bronbestanden of andere code dan de opdrachtgever; "
            "geef hem dezelfde gedeelde map en dezelfde versie."
        )
        return skipped(task, FAILED, reason)
    _checked[base] = raw
    with hand_down(bron, raw), warm_kernels():
        return run_task(task, force)


def run_batch(
    tasks: Sequence[Task],
    *,
    bron: Sequence[Path] = (),
    workers: int = 2,
    warm: bool = True,
    force: bool = False,
    scheduler: str | None = None,
    progress: Progress | None = None,
    say: Say | None = None,
) -> BatchResult:
    """Run notebooks, as many side by side as there are workers, each after those that it needs.

    When a task fails, what needs it in that municipality and year is skipped; nothing else is.
    Outcomes are sorted by municipality, year and notebook; after Ctrl-C they are those of what was
    done.

    `workers`: notebooks side by side; the work itself is done in kernels, one process each.
    `warm`: fork kernels from a warm server where the platform can; else start each one anew.
    `scheduler`: address of a Dask scheduler whose workers share the project folder.
    `say`: gets a Dutch line when the batch has to wait for another one.
    """
    raw = raw_hash(bron)
    base = base_fingerprint(raw)
    lines = lines_of(tasks)
    interrupted = False
    with hand_down(bron, raw):
        place = (
            _local(workers, warm, force)
            if scheduler is None
            else _cluster(scheduler, base, bron, force)
        )
        with place as pool:
            try:
                work(lines, pool, progress or _ignore, say or _ignore)
            except KeyboardInterrupt:
                interrupted = True
    outcomes = [
        line.outcomes.get(task.key) or skipped(task, STOPPED)
        for line in lines
        for task in line.tasks
    ]
    ordered = sorted(outcomes, key=lambda o: (o.gemeente, o.jaar, o.notebook))
    return BatchResult(tuple(ordered), interrupted)


def _ignore(_: object) -> None:
    """Take what nobody asked to hear."""


@contextmanager
def _local(workers: int, warm: bool, force: bool) -> Iterator[Pool]:
    threads = ThreadPoolExecutor(max_workers=workers)

    def submit(task: Task) -> Future[Outcome]:
        return threads.submit(run_task, task, force)

    with warm_kernels(warm):
        try:
            yield Pool(submit, workers)
        finally:
            # when all went well nothing runs any more; else these are kernels nobody waits for
            with stopped():
                threads.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _cluster(scheduler: str, base: str, bron: Sequence[Path], force: bool) -> Iterator[Pool]:
    with extra("cluster"):
        from distributed import Client

    from sia.batch.cluster import Remote

    def send(client: Any, task: Task) -> Any:
        # a worker that dies takes its work with it: that is given to another one
        return client.submit(verified_task, task, base, list(bron), force, pure=False, retries=2)

    remote = Remote(partial(Client, scheduler), send)
    try:
        places = sum(remote.client.nthreads().values())
        yield Pool(remote.submit, max(1, places), remote.look)
    finally:
        remote.client.close()


def default_workers() -> int:
    """Return how many notebooks run side by side: one more than there are cores, at most 8.

    A kernel that starts or ends waits a while, and keeps no core busy then.
    """
    return min(8, (os.cpu_count() or 1) + 1)
