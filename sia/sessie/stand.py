"""Everything about one municipality and year that is on the table in a session."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from sia.agenda.insight.area_agenda import public_investments
from sia.change.since_base import JAREN
from sia.duiding import Record
from sia.methode import WeighingSettings
from sia.stages import agenda
from sia.stages.figures import change_found, entries_of, figures, record_of, versions_of
from sia.stages.run import Run
from sia.viz.dataset import Cijfers
from sia.viz.figure import row_of
from sia.viz.theme import DOMAINS, Theme, theme_of
from sia.weighing import weigh
from sia.weighing.axes import norm_of


@dataclass(frozen=True, eq=False)
class Stand:
    """The figures of one municipality and year, as a session shows and judges them.

    `jaren` (index ``buurtcode``, one column per processed year): Urgentie on the scale of the base
        year.
    `plannen`: Programmed plans per buurt; empty when there is no agenda.
    `versies` (str, index ``gebied``): Version of the present figures of every buurt and deel-buurt.
    `land` (dict of domain to float): National scores, where they are known.
    `panelen`: HTML of the buurten that were looked at, by code; filled as they are asked for.
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
    tables = figures(run, entries_of(run), verandering=change_found(run))
    return Stand(
        run=run,
        cijfers=tables,
        theme=theme_of(run.gemeente),
        jaren=run.table(JAREN).rename(columns=int),
        plannen=plans,
        versies=versions_of(run),
        land=national_scores(run, tuple(map(str, tables.bijdragen.columns))),
    )


LAND = "land"


def national_scores(run: Run, indicators: tuple[str, ...]) -> dict[str, float]:
    """Return the domain scores (0-100) of a buurt with the national median on every indicator.

    `indicators` are those that the urgentie rests on. Only domains of which enough indicators have
    national norms: the share that a buurt needs for a domain score. Empty when there are none.
    """
    norms = run.table("normen")
    national = norms.loc[norms["bron"] == LAND, "p50"].astype(float)
    scored_by = [norm_of(norms, name) for name in indicators]
    known = national.reindex(scored_by).set_axis(list(indicators))
    if not known.notna().any():
        return {}
    place = pd.Index([LAND], name="buurtcode")
    weighed = weigh(
        pd.DataFrame([known], index=place),
        pd.DataFrame({"gerangschikt": [True], "reden": [""]}, index=place),
        indicators,
        run.gemeente.catalogus(),
        norms=norms,
        base_norms=run.of_year(run.basisjaar).table("normen"),
        settings=WeighingSettings(draws=0),
    )
    row = row_of(weighed.scores[[name for name in DOMAINS if name in weighed.scores]], LAND)
    return {str(name): float(value) for name, value in row.dropna().items()}
