"""The agenda per area and per buurt: what is planned, agreed, waited for and paid there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from sia.agenda.insight.publication import public_money
from sia.agenda.reading.areas import area_of, in_area
from sia.agenda.reading.fields import IDEA
from sia.agenda.reading.openness import view
from sia.settings import Openness

INVESTMENT_COLUMNS = (
    "buurtcode", "titel", "partner", "start", "eind", "status", "opgaven", "vertrouwelijkheid",
)  # fmt: skip
_WORKS = ("titel", "partner", "start", "eind", "status", "samen")
_KANSEN = (
    "soort_kans", "werken", "partners", "buurtcodes", "fase", "jaar", "beslis_voor", "besluit",
)  # fmt: skip
_MONEY = ("jaar", "partner", "bron", "bedrag", "totaal", "reden")
_WAITS = ("wie", "partner", "actie", "voor", "werken", "buurtcodes")


def public_investments(agenda: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the programmed plans per buurt, for the report.

    Returns: `INVESTMENT_COLUMNS`, a row per buurt and plan; ``vertrouwelijkheid`` is ``openbaar``
        or ``partners``, so that the report's editions can choose. Nothing in it is above the level
        of its row but the level itself. Empty when there is no agenda.
    """
    if not agenda:
        return pd.DataFrame(columns=list(INVESTMENT_COLUMNS))
    works = _works(agenda)
    table = works.assign(buurtcode=works["buurtcodes"].str.split(";")).explode("buurtcode")
    return table[list(INVESTMENT_COLUMNS)].reset_index(drop=True)


def _works(agenda: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the programmed plans; an idea with a year is the partners' business, not public."""
    programma = agenda["programma"]
    told = agenda["plannen"].reindex(programma.index)
    works = programma.assign(status=told["status"], opgaven=told["opgaven"])
    early = (works["status"] == IDEA) & (works["vertrouwelijkheid"] == "openbaar")
    return works.assign(vertrouwelijkheid=works["vertrouwelijkheid"].mask(early, "partners"))


def _without_ideas(kansen: pd.DataFrame, status: pd.Series) -> pd.DataFrame:
    """Return the koppelkansen of plans that all are more than an idea."""
    ideas = set(status.index[status == IDEA])
    firm = [ideas.isdisjoint(plans.split(";")) for plans in kansen["plannen"]]
    return kansen[pd.Series(firm, index=kansen.index, dtype=bool)]


def area_agenda(
    agenda: Mapping[str, pd.DataFrame], niveau: Openness
) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the agenda of every area that has one, made for a level of openness.

    Returns (dict of area name to dict of DataFrame): ``werken``: programmed plans (``titel``,
        ``partner``, ``start``, ``eind``, ``status``; for partners also ``samen``).
        ``koppelkansen``: ``soort_kans``, ``werken`` (titles), ``partners``, ``buurtcodes``; for
        partners also ``fase``, ``jaar`` (in which the programme does it together, NA else),
        ``beslis_voor``, ``besluit``. ``geld``: for partners ``jaar``, ``partner``, ``bron``,
        ``bedrag`` (euro); public ``jaar``, ``totaal`` (euro, NaN hidden), ``reden``. ``wacht``:
        partners only, ``wie``, ``partner``, ``actie``, ``voor``, ``werken``, ``buurtcodes``. Areas
        are sorted by name; empty when there is no agenda.
    """
    if not agenda:
        return {}
    area, public = agenda["gebieden"]["gebied"], niveau == "openbaar"
    titles, state = agenda["plannen"]["titel"], agenda["status"]
    waits = agenda["wachtlijst"].merge(
        state[["plannen", "buurtcodes"]], left_on="kans", right_index=True
    )
    works = view(_works(agenda), niveau)
    if public:
        state = _without_ideas(state, agenda["plannen"]["status"])
    kansen, waits = (
        view(table.assign(werken=titles_of(table["plannen"], titles)), niveau)
        for table in (state, waits.iloc[:0] if public else waits)
    )
    money = public_money(agenda["publicaties"]) if public else agenda["geld"]
    made = {}
    for name in sorted(set(area)):
        codes = area.index[area == name]
        parts = {
            "werken": _cut(in_area(works, codes), _WORKS),
            "koppelkansen": _cut(in_area(kansen, codes), _KANSEN),
            "geld": _cut(money[money["gebied"] == name], _MONEY),
            "wacht": pd.DataFrame() if public else _cut(in_area(waits, codes), _WAITS),
        }
        if len(parts["werken"]) or len(parts["koppelkansen"]):
            made[str(name)] = parts
    return made


def report_agendas(
    agenda: Mapping[str, pd.DataFrame], city: Mapping[str, pd.DataFrame]
) -> dict[str, dict[str, dict[str, pd.DataFrame]]]:
    """Return the agenda per DIA area for each edition of the report.

    Returns (dict of edition to dict of area name to dict of DataFrame): As `area_agenda` makes
        them: the internal edition shows what partners share. Empty when there is no agenda, or when
        it was made for wijken.
    """
    if not agenda or "gebiedsindeling" not in city:
        return {}
    if not agenda["gebieden"]["gebied"].equals(area_of(city)):
        return {}
    return {"openbaar": area_agenda(agenda, "openbaar"), "intern": area_agenda(agenda, "partners")}


def titles_of(plannen: pd.Series, titles: pd.Series) -> pd.Series:
    """Replace ``;``-joined plan numbers by titles."""
    return plannen.map(lambda text: "; ".join(str(titles.get(p, p)) for p in text.split(";")))


def _cut(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    return table[[c for c in columns if c in table]].reset_index(drop=True)
