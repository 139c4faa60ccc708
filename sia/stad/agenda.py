"""The joint investment agenda, as a researcher and a programme leader look at it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from sia.stages import agenda as stage
from sia.stages.run import Run

if TYPE_CHECKING:
    from sia.agenda.dia import Dia
    from sia.agenda.programme.optimise import Programme
    from sia.agenda.reading.deliveries import Deliveries


class Agenda:
    """Plans, koppelkansen and programme; falsy where no partner delivered plans.

    The tables of `sia.agenda.insight.views` take ``stad.agenda.dia``.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    def __bool__(self) -> bool:
        return self.dia is not None

    @cached_property
    def geleverd(self) -> Deliveries | None:
        """What the partners delivered, with every problem of every file; None without plans."""
        return stage.read(self._run) if self.dia is None else self.dia.delivered

    @cached_property
    def dia(self) -> Dia | None:
        """The programme with everything that it rests on; None without plans."""
        found: Dia | None = self._run.made("agenda").result
        return found

    @property
    def stad(self) -> Mapping[str, pd.DataFrame]:
        """Tables of the SIA that the agenda takes."""
        return {name: self._run.table(name) for name in stage.CITY}

    @property
    def plannen(self) -> pd.DataFrame:
        """The plans as the partners' table may see them; index ``plan``."""
        return pd.DataFrame() if self.dia is None else self.dia.plans.copy()

    @property
    def programma(self) -> pd.Series:
        """Start year of every plan, NA where left out."""
        return pd.Series(dtype="Int64") if self.dia is None else self.dia.starts.copy()

    def kandidaten(self) -> pd.DataFrame:
        """Return the buurten that the SIA puts forward for a joint area approach."""
        from sia.agenda.reading.areas import candidates

        return candidates(self.stad, self._run.methode.agenda.indeling)

    def gebieden(self) -> pd.DataFrame:
        """Return one row per area that holds a candidate."""
        from sia.agenda.reading.areas import candidate_area_table

        return candidate_area_table(self.stad, self._run.methode.agenda.indeling)

    def zonder_plan(self) -> pd.DataFrame:
        """Return the opgaven of the candidate areas that no plan serves yet, most urgent first."""
        from sia.agenda.insight.gaps import unserved

        dia = self.dia
        return pd.DataFrame() if dia is None else unserved(dia, self._run.table("scores"))

    def indeling(self) -> str:
        """Say what an area is here."""
        from sia.agenda.reading.areas import division_text

        return division_text(self.stad, self._run.methode.agenda.indeling)

    def verplaats(self, **jaren: int) -> Programme:
        """Return the programme that follows when plans are fixed to a year.

        Parameters
        ----------
        **jaren
            ``verplaats(P012=2028)``; a plan number with signs: ``verplaats(**{"p-1": 2028})``.

        Raises
        ------
        InputError
            When there is no agenda or no such plan, or it does not fit.
        """
        from sia.agenda.insight.scenarios import replan
        from sia.agenda.insight.whatif import with_fixed
        from sia.errors import InputError, Problem, suggestion

        dia = self.dia
        if dia is None:
            raise InputError([Problem("Er is geen agenda.", "Lever plannen van partners aan.")])
        known = list(map(str, dia.plans.index))
        wrong = [name for name in jaren if name not in known]
        if wrong:
            raise InputError(
                [Problem(f"Er is geen plan `{n}`.", suggestion(n, known), kolom=n) for n in wrong]
            )
        return replan(with_fixed(dia.agenda, jaren), dia.starts)

    def __repr__(self) -> str:
        if self.dia is None:
            return "Geen agenda: er zijn voor dit jaar geen plannen van partners."
        return self.dia.programme.sentence()
