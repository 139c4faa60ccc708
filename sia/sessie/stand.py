"""Everything about one municipality and year that is on the table in a session."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from sia.agenda.insight.area_agenda import public_investments
from sia.change.since_base import JAREN
from sia.duiding import Record
from sia.sessie.reference import national_scores
from sia.stages import agenda
from sia.stages.figures import entries_of, figures, record_of, versions_of
from sia.stages.run import Run
from sia.viz.dataset import Cijfers
from sia.viz.house_style import theme_of
from sia.viz.theme import Theme


@dataclass(frozen=True, eq=False)
class Stand:
    """The figures of one municipality and year, as a session shows and judges them.

    Parameters
    ----------
    jaren : DataFrame, index ``buurtcode``, one column per processed year
        Urgentie on the scale of the base year.
    plannen : DataFrame
        Programmed plans per buurt; empty when there is no agenda.
    versies : Series of str, index ``gebied``
        Version of the present figures of every buurt and deel-buurt.
    land : dict of domain to float
        National scores, where they are known.
    panelen : dict of str to str
        HTML of the buurten that were looked at, by code; filled as they are asked for.
    """

    run: Run
    cijfers: Cijfers
    theme: Theme
    jaren: pd.DataFrame
    plannen: pd.DataFrame
    versies: pd.Series
    land: dict[str, float]
    panelen: dict[str, str] = field(default_factory=dict)

    @property
    def namen(self) -> pd.Series:
        """Name of every buurt and every deel-buurt, by its code."""
        pockets = self.cijfers.deelbuurten
        if pockets is None or pockets.empty:
            return self.cijfers.naam
        names: pd.Series = pd.concat([self.cijfers.naam, pockets["naam"].astype(str)])
        return names

    def gebieden_van(self, code: str) -> list[str]:
        """Return a buurt and its deel-buurten: the places that one can speak of."""
        c = self.cijfers
        own = [] if c.deelbuurten is None else list(map(str, c.deelbuurten.index))
        return [code, *(name for name in own if code in c.buurten_van(name))]

    def duidingen(self) -> pd.DataFrame:
        """Return every entry of this municipality, of all years; empty without a record.

        A record is made by the first entry, not by looking.
        """
        return entries_of(self.run)

    def record(self) -> Record:
        """Return the record."""
        return record_of(self.run)


def load_stand(run: Run, editie: str = "openbaar") -> Stand:
    """Read everything that a session needs of one municipality and year.

    ``openbaar`` leaves the plans out that are for the partners' table only.
    """
    plans = public_investments(agenda.published(run))
    if editie == "openbaar":
        plans = plans[plans["vertrouwelijkheid"] == "openbaar"]
    tables = figures(run, entries_of(run))
    return Stand(
        run=run,
        cijfers=tables,
        theme=theme_of(run.gemeente),
        jaren=run.table(JAREN).rename(columns=int),
        plannen=plans,
        versies=versions_of(run),
        land=national_scores(run, tuple(map(str, tables.bijdragen.columns))),
    )
