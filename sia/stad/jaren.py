"""What changed over the years, as a researcher looks at it."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from sia.change.base_year import BaseYear, split_change, split_table
from sia.change.border_history import (
    BorderHistory,
    border_history,
    border_table,
    conversion_table,
    history_text,
    kind_table,
    loss_table,
)
from sia.change.since_base import Verandering as Since
from sia.change.since_base import judgement_table
from sia.change.trajectories import (
    Trajectories,
    change_text,
    changed_table,
    check_trajectories,
    left_out_table,
    panel_text,
    transition_table,
    trend_table,
    yearly_shares,
)
from sia.sources.cbs import NAME as KWB
from sia.stages.figures import change_found
from sia.stages.intake import read
from sia.stages.run import Run


class Trajecten:
    """What became of the kind of every buurt over the years."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def resultaat(self) -> Trajectories:
        """Types and urgentie of every buurt in every comparable year."""
        found: Trajectories = self._run.made("trajecten").result
        return found

    @property
    def tabel(self) -> pd.DataFrame:
        """Type of every buurt in the first and last comparable year; index ``buurtcode``."""
        return self._run.table("trajecten").copy()

    @property
    def typen(self) -> pd.DataFrame:
        """Type of every buurt per year; index today's ``buurtcode``."""
        return self.resultaat.typen.copy()

    @property
    def urgentie(self) -> pd.DataFrame:
        """Comparable urgentie of every buurt per year; index today's ``buurtcode``."""
        return self.resultaat.panel.urgentie()

    def overgangen(self) -> pd.DataFrame:
        """Return how many buurten went from which type to which."""
        return transition_table(self.resultaat)

    def overgangskansen(self) -> pd.DataFrame:
        """Return of every type what share (%) has which type a comparable year later."""
        return yearly_shares(self.resultaat)

    def veranderd(self) -> pd.DataFrame:
        """Return the buurten with another type, the surest first."""
        return changed_table(self.resultaat)

    def weggelaten(self) -> pd.DataFrame:
        """Return the buurten that cannot be compared, with the reason."""
        return left_out_table(self.resultaat)

    def stijgers(self) -> pd.DataFrame:
        """Return the buurten whose comparable urgentie rose or fell most."""
        return trend_table(self.resultaat)

    def uitleg(self) -> str:
        """Say which years and figures are compared."""
        return panel_text(self.resultaat)

    def zin(self) -> str:
        """Say how many buurten changed type, and how many may be noise."""
        return change_text(self.resultaat)

    def controle(self) -> str:
        """Say that every buurt is accounted for."""
        return check_trajectories(self.resultaat)

    def __repr__(self) -> str:
        return f"{self.uitleg()}\n{self.zin()}"


class Verandering:
    """What really changed since the base year, and what may be noise."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def sinds_basisjaar(self) -> Since | None:
        """Change per buurt and area with its noise; None in the base year itself."""
        return change_found(self._run)

    def lijst(self) -> pd.DataFrame:
        """Return every buurt with its real change and what is said of it."""
        found = self.sinds_basisjaar
        if found is None:
            return pd.DataFrame()
        return judgement_table(found, self._run.table("gebieden")["naam"])

    def oorzaken(self) -> pd.DataFrame:
        """Return the change of urgentie split in its causes; index ``buurtcode``."""
        base: BaseYear | None = self._run.made("verandering").result[0]
        return split_change(base)

    def oorzakenlijst(self) -> pd.DataFrame:
        """Return the same with names, the largest rise first."""
        return split_table(self.oorzaken(), self._run.table("gebieden")["naam"])

    @property
    def jaarscores(self) -> pd.DataFrame:
        """Urgentie per buurt in every year, on the scale of the base year."""
        return self._run.table("jaarscores").rename(columns=int)

    @cached_property
    def grenzen(self) -> Grenzen:
        """What became of the codes and borders of buurten over the years."""
        return Grenzen(self._run)

    def __repr__(self) -> str:
        found = self.lijst()
        if found.empty:
            return f"{self._run.jaar} is het basisjaar, of er is geen index om mee te vergelijken."
        return str(found.head(10))


class Grenzen:
    """What became of the codes and borders of buurten over the years."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def resultaat(self) -> BorderHistory:
        """Every earlier border map beside that of this year."""
        return border_history(self._run.table("gebieden"), read(self._run, (KWB,)))

    def soorten(self) -> pd.DataFrame:
        """Return per map how many codes stayed, moved, were split or joined."""
        return kind_table(self.resultaat)

    def codes(self) -> pd.DataFrame:
        """Return the codes that cannot simply be read on."""
        return border_table(self.resultaat)

    def omrekening(self) -> pd.DataFrame:
        """Return the account of old figures on the borders of now."""
        return conversion_table(self.resultaat)

    def verlies(self) -> pd.DataFrame:
        """Return what is lost in the conversion."""
        return loss_table(self.resultaat)

    def __repr__(self) -> str:
        return history_text(self.resultaat)
