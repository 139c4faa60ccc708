"""What came of a whole batch."""

from __future__ import annotations

from dataclasses import dataclass, field

from sia.batch.execute import FAILED, Outcome

INTERRUPTED = 130


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
