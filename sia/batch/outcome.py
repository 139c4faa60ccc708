"""What came of a task and of a whole batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sia.batch.tasks import Chain, Task

DONE, FAILED, SKIPPED, UNCHANGED = "klaar", "mislukt", "overgeslagen", "ongewijzigd"
STOPPED = "niet gedraaid"

INTERRUPTED = 130


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Parameters
    ----------
    gemeente, jaar, notebook
        Which task.
    status : str
        ``klaar``, ``ongewijzigd`` (nothing changed since it last went well), ``mislukt``,
        ``overgeslagen`` (an earlier notebook of that year failed) or ``niet gedraaid`` (the batch
        was stopped).
    seconds : float
        Wall-clock duration.
    cell : int or None
        The cell that failed: the number that Jupyter shows before it, ``[3]``.
    message : str
        Message of the failure; empty when it went well.
    memory : int or None
        Peak memory of the kernel in bytes, where it is known.
    cpu : float or None
        Processor time of the kernel in seconds, where it is known.
    fingerprint : str
        Hash of code, parameters and inputs that the outcome rests on.
    warnings : tuple of str
        What the notebook asked attention for, and warnings of libraries.
    outputs : mapping of str to str
        Files that the notebook's stage wrote, with their SHA-256.
    """

    gemeente: str
    jaar: int
    notebook: str
    status: str
    seconds: float = 0.0
    cell: int | None = None
    message: str = ""
    memory: int | None = None
    cpu: float | None = None
    fingerprint: str = ""
    warnings: tuple[str, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether the notebook's results are there."""
        return self.status in (DONE, UNCHANGED)


def skipped(task: Task, status: str = SKIPPED) -> Outcome:
    """Return the outcome of a task that did not run: an earlier one failed or it was stopped."""
    return Outcome(task.gemeente, task.jaar, task.notebook.stem, status)


def not_run(chain: Chain, reason: str) -> list[Outcome]:
    """Return the outcomes of a chain that could not even be begun: its first task failed."""
    first = chain[0]
    failed = Outcome(first.gemeente, first.jaar, first.notebook.stem, FAILED, message=reason)
    return [failed, *map(skipped, chain[1:])]


@dataclass(frozen=True)
class BatchResult:
    """All outcomes of one batch, in a fixed order.

    Parameters
    ----------
    afgebroken : bool
        Whether somebody stopped it.
    """

    outcomes: tuple[Outcome, ...] = field(default=())
    afgebroken: bool = False

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Outcomes of tasks that ran and failed."""
        return tuple(o for o in self.outcomes if o.status == FAILED)

    def exit_code(self) -> int:
        """Return 0 when every task went well, 1 when at least one failed, 130 when stopped."""
        if self.afgebroken:
            return INTERRUPTED
        return 1 if self.failed else 0

    def of(self, gemeente: str) -> BatchResult:
        """Return what belongs to one municipality."""
        own = tuple(o for o in self.outcomes if o.gemeente == gemeente)
        return BatchResult(own, self.afgebroken)
