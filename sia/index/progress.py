"""Progress of long runs: a bar, a callback or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[int, int], None]


@contextmanager
def show(progress: Report | bool, total: int) -> Iterator[Report | None]:
    """Yield what a run should call with (done, total), or None.

    Parameters
    ----------
    progress : bool or callable
        True draws a bar on standard error and removes it at the end.
    """
    if callable(progress):
        yield progress
        return
    if not progress:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("doorrekeningen", total=total)
        yield lambda done, _: bar.update(task, completed=done)
