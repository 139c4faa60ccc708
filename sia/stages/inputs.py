"""What a stage may read: exactly what the table of stages says that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sia.gemeente import Gemeente
from sia.indicators import IndicatorTable
from sia.indicators.build import TABLES
from sia.stages import graph
from sia.stages.graph import Stage
from sia.stages.run import Run

if TYPE_CHECKING:
    from sia.sources.base import Intake


class UndeclaredError(AssertionError):
    """A stage reads what the table of stages does not say that it needs."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """The tables, the part of the method and what comes from outside, for one stage."""

    run: Run
    stage: Stage

    @property
    def jaar(self) -> int:
        """The SIA year."""
        return self.run.jaar

    @property
    def basisjaar(self) -> int:
        """The year whose norms fix the scale."""
        return self.run.basisjaar

    def years(self, stage: str) -> tuple[int, ...]:
        """Return the years of a stage that may be read, sorted."""
        found = {
            jaar
            for need in self.stage.needs
            if need.stage == stage
            for jaar in self.run.years(need.years)
        }
        return tuple(sorted(found))

    def with_scores(self) -> tuple[int, ...]:
        """Return the years that may be read and in which buurten have a score."""
        return tuple(jaar for jaar in self.years("weging") if self.run.of_year(jaar).can("weging"))

    def table(self, name: str, jaar: int | None = None) -> pd.DataFrame:
        """Return a table of a stage that is needed, of this year or another one.

        Raises UndeclaredError.
        """
        return self._declared(graph.maker(name).name, jaar).table(name)

    def result(self, stage: str) -> Any:
        """Return the whole result of a stage of this year that is needed.

        Raises UndeclaredError.
        """
        return self._declared(stage).made(stage).result

    def parameters(self, stage: str) -> Mapping[str, Any]:
        """Return what a stage of this year noted beside its tables."""
        return self._declared(stage).parameters(stage)

    def method(self, section: str) -> Any:
        """Return a section of the method that the stage depends on.

        Raises UndeclaredError.
        """
        self._check(section in self.stage.method, f"method.{section}")
        return getattr(self.run.methode, section)

    def outside(self, name: graph.Outside) -> Run:
        """Return the run, for what it says of something that comes from outside.

        Raises UndeclaredError.
        """
        self._check(name in self.stage.outside, name)
        return self.run

    def intake(self, *, tabellen: tuple[str, ...] | None = None) -> Intake:
        """Return what the raw files hold for this municipality and its years.

        `tabellen`: sources of which the tables are wanted; none for borders and squares alone.
        """
        from sia.stages.intake import read

        return read(self.outside("open data"), tabellen)

    @property
    def gemeente(self) -> Gemeente:
        """Code, name, thresholds and catalogue: the rest only where the stage needs the file."""
        return self.run.gemeente

    def indicators(self, jaar: int | None = None) -> IndicatorTable:
        """Return the indicator table of this year or another one that is needed."""
        return indicator_table(self._declared("indicatoren", jaar))

    def _declared(self, stage: str, jaar: int | None = None) -> Run:
        """Return the run of a year, this one by default, of which a stage may be read."""
        year = self.jaar if jaar is None else jaar
        self._check(year in self.years(stage), f"{stage} of {year}")
        return self.run.of_year(year)

    def _check(self, declared: bool, what: str) -> None:
        if not declared:
            raise UndeclaredError(f"{self.stage.name} reads {what}: not declared")


def indicator_table(run: Run) -> IndicatorTable:
    """Return the indicator table of a run, put together from its tables."""
    listed = run.catalogue
    return IndicatorTable(
        gemeentecode=run.gemeente.code,
        jaar=run.jaar,
        catalogue=listed,
        besluiten=tuple(decision.zin() for decision in listed.besluiten),
        **{field: run.table(name) for name, field in TABLES.items()},
    )
