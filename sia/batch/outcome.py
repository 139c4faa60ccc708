"""What came of a task and of a whole batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sia.batch.tasks import Task

DONE, FAILED, SKIPPED, UNCHANGED = "klaar", "mislukt", "overgeslagen", "ongewijzigd"
STOPPED = "niet gedraaid"

INTERRUPTED = 130


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    `status` is ``klaar``, ``ongewijzigd`` (nothing changed since it last went well), ``mislukt``,
    ``overgeslagen`` (what it needs of that year failed) or ``niet gedraaid`` (the batch was
    stopped); `cell` is the one that failed, as Jupyter numbers it: ``[3]``. `memory` is the
    kernel's peak in bytes, `cpu` its processor time in seconds, where known. `outputs` has the
    SHA-256 of what the stages wrote.
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


def skipped(task: Task, status: str = SKIPPED, reason: str = "") -> Outcome:
    """Return the outcome of a task that did not run: an earlier one failed or it was stopped."""
    return Outcome(task.gemeente, task.jaar, task.notebook.stem, status, message=reason)


@dataclass(frozen=True)
class BatchResult:
    """All outcomes of one batch, in a fixed order, and whether somebody stopped it."""

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
