"""Show how far a batch is: a bar for people, plain lines for a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sia.batch.advice import first_line, where
from sia.batch.execute import FAILED, SKIPPED, UNCHANGED, Outcome


@dataclass(frozen=True)
class Display:
    """Where outcomes and remarks go while a batch runs.

    Parameters
    ----------
    say : callable
        Gets a Dutch line.
    """

    outcome: Callable[[Outcome], None]
    say: Callable[[str], None]


@contextmanager
def display(total: int) -> Iterator[Display]:
    """Show the progress of a batch on stderr within the block.

    Yields
    ------
    Display
        On a terminal a bar with counts, the last notebook and the time left, and only failures as
        lines; elsewhere one line per notebook that ran, and one for the others of a municipality
        and year together.
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

    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        running = bar.add_task("notebooks", total=total)
        failures = 0
        said: set[tuple[str, int, str]] = set()

        def show(outcome: Outcome) -> None:
            nonlocal failures
            failures += outcome.status == FAILED
            name = f"{outcome.gemeente} {outcome.jaar} {outcome.notebook}"
            bar.update(running, advance=1, description=_described(name, failures))
            if outcome.status == FAILED:
                say(line(outcome))
            elif console.is_terminal:
                return
            elif outcome.status not in (UNCHANGED, SKIPPED):
                say(line(outcome))
            elif (key := (outcome.gemeente, outcome.jaar, outcome.status)) not in said:
                said.add(key)
                say(f"{outcome.gemeente} {outcome.jaar}: {outcome.status}")

        yield Display(show, say)


def _described(name: str, failures: int) -> str:
    return f"{name} ({failures} mislukt)" if failures else name


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
