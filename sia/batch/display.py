"""Show how far a batch is: a bar for people, plain lines for a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from sia.batch.advice import first_line, where
from sia.batch.outcome import FAILED, SKIPPED, UNCHANGED, Outcome

Level = Literal["stil", "gewoon", "uitgebreid"]


@dataclass(frozen=True)
class Display:
    """Where outcomes and remarks go while a batch runs."""

    outcome: Callable[[Outcome], None]
    say: Callable[[str], None]


@contextmanager
def display(total: int, level: Level = "gewoon") -> Iterator[Display]:
    """Show the progress of a batch of `total` notebooks on stderr within the block.

    On a terminal a bar with counts, the last notebook and the time left, and only failures as
    lines; elsewhere one line per notebook that ran, and one for the others of a municipality and
    year together. Quiet: failures only. Verbose: a line per notebook, with what it asks attention
    for.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("verstreken"),
        TimeElapsedColumn(),
        TextColumn("nog"),
        TimeRemainingColumn(),
    )

    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    hidden = level == "stil" or not console.is_terminal
    with Progress(*columns, console=console, disable=hidden) as bar:
        running = bar.add_task("notebooks", total=total)
        teller = Teller(total, level, every=level == "uitgebreid" or not console.is_terminal)

        def show(outcome: Outcome) -> None:
            for text in teller.lines(outcome):
                say(text)
            bar.update(running, advance=1, description=teller.described(outcome))

        yield Display(show, say if level != "stil" else _ignore)


def _ignore(text: str) -> None:
    del text


@dataclass
class Teller:
    """Counts outcomes, and says of each what a reader of a log wants to know.

    With `every` also what went well gets a line; `now` is a clock in seconds.
    """

    total: int
    level: Level
    every: bool
    now: Callable[[], float] = time.monotonic
    done: int = 0
    failures: int = 0
    ran: int = 0
    said: set[tuple[str, int, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._began = self.now()

    def lines(self, outcome: Outcome) -> Iterator[str]:
        """Count an outcome and yield what is said of it."""
        self.done += 1
        self.failures += outcome.status == FAILED
        passed_over = outcome.status in (UNCHANGED, SKIPPED)
        self.ran += not passed_over
        if outcome.status == FAILED:
            yield f"{self._counted()}{line(outcome)}"
        elif self.level == "stil" or not self.every:
            return
        elif not passed_over or self.level == "uitgebreid":
            yield f"{self._counted()}{line(outcome)}{self._left()}"
        elif (key := (outcome.gemeente, outcome.jaar, outcome.status)) not in self.said:
            self.said.add(key)
            yield f"{self._counted()}{outcome.gemeente} {outcome.jaar}: {outcome.status}"
        if self.level == "uitgebreid":
            yield from (f"  {warning}" for warning in outcome.warnings)

    def _counted(self) -> str:
        return f"{self.done}/{self.total} · "

    def _left(self) -> str:
        """Say how long the rest will take if it goes as what ran before it."""
        rest = self.total - self.done
        minutes = round(rest * (self.now() - self._began) / self.ran / 60) if self.ran else 0
        return f"; nog ongeveer {minutes} min" if rest and minutes else ""

    def described(self, outcome: Outcome) -> str:
        """Return what stands before the bar."""
        name = f"{outcome.gemeente} {outcome.jaar} {outcome.notebook}"
        return f"{name} ({self.failures} mislukt)" if self.failures else name


def line(outcome: Outcome) -> str:
    """Return an outcome as one line of a log."""
    parts = [f"{outcome.gemeente} {outcome.jaar} {outcome.notebook}: {outcome.status}"]
    if outcome.seconds:
        parts.append(f"{outcome.seconds:.1f} s".replace(".", ","))
    if outcome.status == FAILED:
        parts += [where(outcome), first_line(outcome.message)]
    if outcome.warnings:
        parts.append(f"{len(outcome.warnings)} waarschuwing(en)")
    return ", ".join(part for part in parts if part)
