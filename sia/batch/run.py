"""Run chains of notebooks phase by phase, on this machine or on a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from sia.batch.execute import FAILED, Outcome, run_notebook, skipped
from sia.batch.resume import (
    base_fingerprint,
    mark_done,
    remove_left_overs,
    task_fingerprint,
    unchanged,
)
from sia.batch.tasks import Task
from sia.batch.warm import warm_kernels

Chain = Sequence[Task]
Progress = Callable[[Outcome], None]


@dataclass(frozen=True)
class BatchResult:
    """All outcomes of one batch, in a fixed order."""

    outcomes: tuple[Outcome, ...] = field(default=())

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Outcomes of tasks that ran and failed."""
        return tuple(o for o in self.outcomes if o.status == FAILED)

    def exit_code(self) -> int:
        """Return 0 when every task went well, 1 when at least one failed."""
        return 1 if self.failed else 0


def run_chain(chain: Chain, before: Sequence[str], force: bool = False) -> list[Outcome]:
    """Run the notebooks of one municipality and year in one phase, one after the other.

    Parameters
    ----------
    chain : sequence of Task
    before : sequence of str
        Fingerprints of everything that the first task may read.
    force : bool
        Run also what did not change.

    Returns
    -------
    list of Outcome
        One per task; after a failure the rest is skipped.
    """
    outcomes: list[Outcome] = []
    trail = list(before)
    for task in chain:
        if outcomes and not outcomes[-1].good:
            outcomes.append(skipped(task))
            continue
        fingerprint = task_fingerprint(task, trail)
        outcome = None if force else unchanged(task, fingerprint)
        if outcome is None:
            outcome = run_notebook(task, fingerprint)
            if outcome.good:
                mark_done(task, outcome)
        outcomes.append(outcome)
        trail.append(fingerprint)
    return outcomes


def verified_chain(
    chain: Chain,
    base: str,
    before: Sequence[str],
    bron: Sequence[Path],
    config: Sequence[Path],
    force: bool,
) -> list[Outcome]:
    """Run a chain on a worker elsewhere, after checking that it sees the same code and inputs.

    Parameters
    ----------
    chain, before, force
        As in `run_chain`.
    base : str
        Base fingerprint on the machine that sends the work.
    bron, config : sequence of pathlib.Path
        What the fingerprint is made of.

    Returns
    -------
    list of Outcome
        All failed, with the reason, when the worker has other files.
    """
    if base_fingerprint(bron, config) != base:
        reason = (
            "Deze werker ziet andere bronbestanden of andere code dan de opdrachtgever; "
            "geef hem dezelfde gedeelde map en dezelfde versie."
        )
        first = chain[0]
        failed = Outcome(first.gemeente, first.jaar, first.notebook.stem, FAILED, message=reason)
        return [failed, *map(skipped, chain[1:])]
    with warm_kernels():
        return run_chain(chain, before, force)


Submit = Callable[[Sequence[tuple[Chain, list[str]]]], Iterator[list[Outcome]]]


def run_batch(
    phases: Sequence[Sequence[Chain]],
    *,
    bron: Sequence[Path] = (),
    config: Sequence[Path] = (),
    workers: int = 2,
    warm: bool = True,
    force: bool = False,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> BatchResult:
    """Run chains of notebooks, phase by phase, the chains of a phase side by side.

    Parameters
    ----------
    phases : sequence of (sequence of chains)
        A chain is the list of tasks of one municipality and year in one phase. When a task of a
        chain fails, the rest of that municipality and year is skipped, all others go on.
    bron, config : sequence of pathlib.Path
        Raw data and settings; a change of them makes every task run again.
    workers : int
        Number of chains side by side; the work itself is done in kernels, one process each.
    warm : bool
        Fork kernels from a warm server where the platform can; else start each one anew.
    force : bool
        Run also what did not change since it last went well.
    scheduler : str, optional
        Address of a Dask scheduler (``tcp://...``) whose workers share the project folder.
    progress : callable, optional
        Called with every outcome as it comes in.

    Returns
    -------
    BatchResult
        Outcomes sorted by municipality, year and notebook.
    """
    base = base_fingerprint(bron, config)
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        for lock in _locks(phases):
            stack.enter_context(lock)
        remove_left_overs(_folders(phases))
        if scheduler is None:
            submit = stack.enter_context(_local(workers, warm, force))
        else:
            submit = stack.enter_context(_cluster(scheduler, base, bron, config, force))
        for chains in phases:
            broken = {(o.gemeente, o.jaar) for o in outcomes if not o.good}
            alive = [c for c in chains if (c[0].gemeente, c[0].jaar) not in broken]
            dead = [skipped(t) for c in chains if c not in alive for t in c]
            jobs = [(chain, [base, *_known(outcomes, chain[0].gemeente)]) for chain in alive]
            outcomes.extend(dead)
            for finished in submit(jobs):
                outcomes.extend(finished)
                for outcome in finished:
                    if progress is not None:
                        progress(outcome)
    return BatchResult(tuple(sorted(outcomes, key=lambda o: (o.gemeente, o.jaar, o.notebook))))


def _known(outcomes: Iterable[Outcome], gemeente: str) -> list[str]:
    """Return the fingerprints that a later phase of a municipality rests on."""
    return sorted(o.fingerprint for o in outcomes if o.gemeente == gemeente and o.good)


def _folders(phases: Sequence[Sequence[Chain]]) -> list[Path]:
    tasks = [task for chains in phases for chain in chains for task in chain]
    return sorted({t.output.parents[1] for t in tasks} | {t.processed for t in tasks})


def _locks(phases: Sequence[Sequence[Chain]]) -> list[FileLock]:
    """Return one lock per municipality, so that two batches never write the same folder."""
    roots = sorted({t.processed.parent for chains in phases for chain in chains for t in chain})
    for root in roots:
        root.mkdir(parents=True, exist_ok=True)
    return [FileLock(root / ".slot") for root in roots]


@contextmanager
def _local(workers: int, warm: bool, force: bool) -> Iterator[Submit]:
    with warm_kernels(warm), ThreadPoolExecutor(max_workers=workers) as pool:

        def submit(jobs: Sequence[tuple[Chain, list[str]]]) -> Iterator[list[Outcome]]:
            futures = [pool.submit(run_chain, chain, before, force) for chain, before in jobs]
            for future in as_completed(futures):
                yield future.result()

        yield submit


@contextmanager
def _cluster(
    scheduler: str, base: str, bron: Sequence[Path], config: Sequence[Path], force: bool
) -> Iterator[Submit]:
    from distributed import Client
    from distributed import as_completed as completed

    with Client(scheduler) as client:  # type: ignore[no-untyped-call]

        def submit(jobs: Sequence[tuple[Chain, list[str]]]) -> Iterator[list[Outcome]]:
            futures = {
                client.submit(
                    verified_chain,
                    list(chain),
                    base,
                    before,
                    list(bron),
                    list(config),
                    force,
                    pure=False,
                    retries=2,
                ): chain
                for chain, before in jobs
            }
            for future in completed(list(futures)):  # type: ignore[no-untyped-call]
                if future.status == "finished":
                    yield future.result()
                    continue
                chain = futures[future]
                first = chain[0]
                reason = f"{type(future.exception()).__name__}: {future.exception()}"
                yield [
                    Outcome(
                        first.gemeente, first.jaar, first.notebook.stem, FAILED, message=reason
                    ),
                    *map(skipped, chain[1:]),
                ]

        yield submit


def default_workers() -> int:
    """Return the number of years that run side by side: the cores of this machine, at most 8."""
    return max(1, min(8, os.cpu_count() or 1))
