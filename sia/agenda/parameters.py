"""The choices of the method that the agenda weighs and plans with."""

from __future__ import annotations

from typing import Any, Self, get_args

from sia.methode import AgendaSettings, AgendaValues, Band, Methode

BANDS: tuple[Band, ...] = get_args(Band)


class ProgrammeSettings(AgendaSettings):
    """The choices of the method with the years of one programme.

    `start`, `eind`: First and last year of the horizon; plans start within it.
    `straten_open`: Most places open in one buurt in one year; None is no cap.
    `graafrust`: Years that a place stays closed, counted from the last year of the work (5: open
        until 2026, next from 2031); 0 is no rest.
    `hinder_drempel`: Nuisance points per buurt and year above which each extra point costs
        `AgendaValues.hinderpiek`.
    `tijd`: Seconds at most. When the gap is reached first, the answer does not depend on the
        machine.
    `stabiliteit`: Cost of moving a plan by one year from the agreed programme, fraction of its
        value.
    `zaad`, `threads`: Of the solver; fixed, so that a run can be repeated.
    """

    start: int
    eind: int
    straten_open: int | None  # type: ignore[assignment]
    threads: int = 2

    def __init__(self, start: int, eind: int, **choices: Any) -> None:
        super().__init__(start=start, eind=eind, **choices)  # type: ignore[call-arg]

    @property
    def jaren(self) -> range:
        """The years of the horizon."""
        return range(self.start, self.eind + 1)

    def but(self, **choices: Any) -> Self:
        """Return the same with other choices."""
        return self.model_copy(update=choices)


def default_parameters() -> AgendaValues:
    """Return the values of the method as it stands in ``methode.toml``."""
    return Methode.standaard().agenda.waarden
