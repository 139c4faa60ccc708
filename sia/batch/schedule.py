"""Which chain runs when: municipality by municipality, phase by phase, as many as there is room."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sia.batch.outcome import Outcome, not_run, skipped
from sia.batch.resume import remove_left_overs
from sia.batch.tasks import Chain, Phases

_RETRY = 0.5
"""Seconds between two tries for a municipality that another batch works on."""


@dataclass(frozen=True)
class Pool:
    """Where jobs run: how many `places` there are, and what to call while nothing comes in."""

    submit: Callable[[Chain], Any]
    places: int
    look: Callable[[], None] = lambda: None


@dataclass
class Line:
    """One municipality on its way through its own phases."""

    gemeente: str
    phases: Phases
    outcomes: list[Outcome] = field(default_factory=list)
    lock: FileLock | None = None
    phase: int = -1
    waiting: list[Chain] = field(default_factory=list)
    under_way: int = 0

    def done(self) -> bool:
        """Whether there is nothing left to run."""
        return self.phase >= len(self.phases)

    def take_lock(self) -> bool:
        """Try to be the only batch that writes this municipality; tell whether it worked."""
        tasks = [task for chains in self.phases for chain in chains for task in chain]
        root = tasks[0].processed.parent
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / ".slot")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return False
        self.lock = lock
        folders: set[Path] = {t.output.parents[2] for t in tasks} | {t.processed for t in tasks}
        remove_left_overs(sorted(folders | {root / "intake"}))
        return True

    def advance(self) -> list[Outcome]:
        """Go on to the next phase when this one is over; return what is skipped by that."""
        dropped: list[Outcome] = []
        while not self.done() and not self.waiting and not self.under_way:
            self.phase += 1
            if self.done():
                break
            broken = {o.jaar for o in self.outcomes if not o.good}
            for chain in self.phases[self.phase]:
                if chain[0].jaar in broken:
                    dropped += map(skipped, chain)
                else:
                    self.waiting.append(chain)
            self.outcomes += [o for o in dropped if o not in self.outcomes]
        return dropped

    def release(self) -> None:
        """Let other batches have this municipality."""
        if self.lock is not None:
            self.lock.release()
            self.lock = None


Finished = queue.SimpleQueue[tuple[Any, Line, Chain]]


def _put(finished: Finished, line: Line, chain: Chain, future: Any) -> None:
    finished.put((future, line, chain))


def lines_of(phases: Phases) -> list[Line]:
    """Return the municipalities of a batch, in the order of their code."""
    codes = sorted({chain[0].gemeente for chains in phases for chain in chains})
    return [
        Line(code, [[chain for chain in chains if chain[0].gemeente == code] for chains in phases])
        for code in codes
    ]


def work(
    lines: Sequence[Line],
    pool: Pool,
    progress: Callable[[Outcome], None],
    say: Callable[[str], None],
) -> None:
    """Run all lines to their end and fill in their outcomes.

    A municipality that was begun goes before one that was not, so that reports come early. One that
    another batch works on is passed over until that batch has done with it; `say` is told.
    """
    finished: Finished = queue.SimpleQueue()
    told: set[str] = set()
    try:
        while True:
            room = pool.places - sum(line.under_way for line in lines)
            for line, chain in _next(lines, room, progress):
                line.under_way += 1
                future = pool.submit(chain)
                future.add_done_callback(partial(_put, finished, line, chain))
            if all(line.done() for line in lines):
                break
            _tell(lines, told, say)
            try:
                future, line, chain = finished.get(timeout=_RETRY)
            except queue.Empty:
                pool.look()
                continue
            line.under_way -= 1
            outcomes = _outcomes(future, chain)
            line.outcomes += outcomes
            for outcome in outcomes:
                progress(outcome)
    finally:
        for line in lines:
            line.release()


def _next(
    lines: Sequence[Line], room: int, progress: Callable[[Outcome], None]
) -> Iterator[tuple[Line, Chain]]:
    """Yield at most `room` chains that may run now; release the municipalities that are done."""
    for line in lines:
        if line.done():
            continue
        if line.lock is None and (room <= 0 or not line.take_lock()):
            continue
        for outcome in line.advance():
            progress(outcome)
        if line.done():
            line.release()
        while room > 0 and line.waiting:
            room -= 1
            yield line, line.waiting.pop(0)


def _tell(lines: Sequence[Line], told: set[str], say: Callable[[str], None]) -> None:
    """Say once of each municipality that it is waited for, when there is nothing else to do."""
    if any(line.under_way for line in lines):
        return
    for line in lines:
        if line.lock is None and not line.done() and line.gemeente not in told:
            told.add(line.gemeente)
            say(f"{line.gemeente}: een andere run is hiermee bezig; wachten tot die klaar is.")


def _outcomes(future: Any, chain: Chain) -> list[Outcome]:
    """Return what became of a chain, also of one that could not be begun."""
    if future.cancelled():
        return [skipped(task) for task in chain]
    error = future.exception()
    if error is not None:
        return not_run(chain, f"{type(error).__name__}: {error}")
    listed: list[Outcome] = future.result()
    return listed
