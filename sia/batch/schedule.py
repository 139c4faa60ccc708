"""Which task runs when: municipality by municipality, after what it needs, while there is room."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from graphlib import TopologicalSorter
from typing import Any

from filelock import FileLock, Timeout

from sia.batch.outcome import FAILED, Outcome, skipped
from sia.batch.resume import remove_left_overs
from sia.batch.tasks import Key, Task

_RETRY = 0.5
"""Seconds between two tries for a municipality that another batch works on."""


@dataclass(frozen=True)
class Pool:
    """Where jobs run: how many `places` there are, and what to call while nothing comes in."""

    submit: Callable[[Task], Any]
    places: int
    look: Callable[[], None] = lambda: None


@dataclass
class Line:
    """The tasks of one municipality.

    Of those that may start the one goes first behind which the longest row of others waits, and of
    equals the one that is listed first.
    """

    gemeente: str
    tasks: Sequence[Task]
    outcomes: dict[Key, Outcome] = field(default_factory=dict)
    lock: FileLock | None = None
    waiting: list[Task] = field(default_factory=list)
    under_way: int = 0

    def __post_init__(self) -> None:
        listed = {task.key for task in self.tasks}
        needs = {task.key: listed.intersection(task.after) for task in self.tasks}
        self._order = TopologicalSorter(needs)
        behind = dict.fromkeys(listed, 0)
        for key in reversed(tuple(TopologicalSorter(needs).static_order())):
            for before in needs[key]:
                behind[before] = max(behind[before], behind[key] + 1)
        first = sorted(self.tasks, key=lambda task: -behind[task.key])
        self._turn = {task.key: number for number, task in enumerate(first)}
        self._order.prepare()

    def done(self) -> bool:
        """Whether there is nothing left to run."""
        return len(self.outcomes) == len(self.tasks)

    def take_lock(self) -> bool:
        """Try to be the only batch that writes this municipality; tell whether it worked."""
        root = self.tasks[0].processed.parent
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / ".slot")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return False
        self.lock = lock
        folders = {t.output.parents[2] for t in self.tasks} | {t.processed for t in self.tasks}
        remove_left_overs(sorted(folders | {root / "intake"}))
        return True

    def end(self, task: Task, outcome: Outcome) -> None:
        """Take in what became of a task."""
        self.outcomes[task.key] = outcome
        self._order.done(task.key)

    def advance(self) -> list[Outcome]:
        """Let wait for room what may start now; return what is skipped.

        A year in which something fails does not take the other years down: a task is skipped for
        what went wrong in its own year alone.
        """
        dropped: list[Outcome] = []
        while free := self._order.get_ready():
            for task in (task for task in self.tasks if task.key in free):
                before = (self.outcomes.get(key) for key in task.after if key[1] == task.jaar)
                if all(one is None or one.good for one in before):
                    self.waiting.append(task)
                else:
                    dropped.append(skipped(task))
                    self.end(task, dropped[-1])
        self.waiting.sort(key=lambda task: self._turn[task.key])
        return dropped

    def release(self) -> None:
        """Let other batches have this municipality."""
        if self.lock is not None:
            self.lock.release()
            self.lock = None


Finished = queue.SimpleQueue[tuple[Any, Line, Task]]


def _put(finished: Finished, line: Line, task: Task, future: Any) -> None:
    finished.put((future, line, task))


def lines_of(tasks: Sequence[Task]) -> list[Line]:
    """Return the municipalities of a batch, in the order of their code."""
    codes = sorted({task.gemeente for task in tasks})
    return [Line(code, [task for task in tasks if task.gemeente == code]) for code in codes]


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
            for line, task in _next(lines, room, progress):
                line.under_way += 1
                future = pool.submit(task)
                future.add_done_callback(partial(_put, finished, line, task))
            if all(line.done() for line in lines):
                break
            _tell(lines, told, say)
            try:
                future, line, task = finished.get(timeout=_RETRY)
            except queue.Empty:
                pool.look()
                continue
            line.under_way -= 1
            outcome = _outcome(future, task)
            line.end(task, outcome)
            progress(outcome)
    finally:
        for line in lines:
            line.release()


def _next(
    lines: Sequence[Line], room: int, progress: Callable[[Outcome], None]
) -> Iterator[tuple[Line, Task]]:
    """Yield at most `room` tasks that may run now; release the municipalities that are done."""
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


def _outcome(future: Any, task: Task) -> Outcome:
    """Return what became of a task, also of one that could not be begun."""
    if future.cancelled():
        return skipped(task)
    error = future.exception()
    if error is not None:
        return skipped(task, FAILED, f"{type(error).__name__}: {error}")
    outcome: Outcome = future.result()
    return outcome
