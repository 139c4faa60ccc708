"""The tables of an agenda: those that are made anew every time, and those that are remembered."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sia.agenda.dia import Dia
from sia.agenda.insight.funding import cover, money, shares
from sia.agenda.insight.mandates import mandates
from sia.agenda.insight.publication import publications, spending
from sia.agenda.programme.inputs import payable
from sia.agenda.programme.optimise import timeline
from sia.agenda.reading.decisions import decision_log, every_number, task_list
from sia.agenda.reading.fields import IDEA
from sia.agenda.reading.openness import with_levels, without_people

TABLES = {
    "plannen": "Alle plannen die de partners delen, zoals geleverd.",
    "koppelkansen": "Werk dat samen kan: wat het bespaart, en vóór wanneer u moet beslissen.",
    "status": "De fase van elke koppelkans, met het laatste besluit.",
    "wachtlijst": "Wie wat moet doen, en vóór wanneer: het dringendste eerst.",
    "mandaten": "Wie bij elke partner waarover besluit, tot welk bedrag, en met welk commitment.",
    "besluiten": "Alle besluiten, het oudste eerst.",
    "acties": "Alle acties, ook die klaar zijn.",
    "wijzigingen": "Wat er in de laatste levering nieuw, gewijzigd of ingetrokken is.",
    "programma": "Welk plan in welk jaar begint, en met welke plannen het de straat deelt.",
    "geld": "Geld per gebied, jaar, partner en bron.",
    "dekking": "Hoe zeker het geld van anderen is: gedekt, voorwaardelijk of open.",
    "aandelen": "Wie wat betaalt en bespaart als werken een straat delen.",
    "knelpunten": "Wat plannen tegenhoudt: geld, mensen of het aantal open straten.",
}
"""What each table holds that is made anew by every run, for who gets the workbook."""
MEMORY = ("register", "historie", "nummers", "versies", "publicaties")
"""Tables that only grow or follow the partners."""


def agenda_tables(dia: Dia) -> dict[str, pd.DataFrame]:
    """Return the `TABLES` of the agenda, each row that names a plan with its level."""
    agenda, starts, plans = dia.agenda, dia.starts, dia.plans
    levels, kansen = plans["vertrouwelijkheid"], dia.linkages.kansen
    funds, organisation = dia.delivered.subsidies, dia.agreed.organisation
    decided = pd.concat([kansen["vertrouwelijkheid"], levels])
    return {
        "plannen": without_people(plans, set(plans["partner"]) - dia.delivered.open_books),
        "koppelkansen": kansen,
        "status": dia.agreed.state,
        "wachtlijst": dia.waits,
        "mandaten": mandates(dia),
        "besluiten": decision_log(organisation, decided),
        "acties": task_list(organisation, kansen["vertrouwelijkheid"]),
        "wijzigingen": dia.taken.changes,
        "programma": timeline(agenda, starts),
        "geld": money(agenda, payable(plans, funds), starts, dia.gebieden),
        "dekking": with_levels(cover(agenda, plans, starts, funds), levels),
        "aandelen": with_levels(shares(agenda, starts), levels),
        "knelpunten": _shared_bottlenecks(dia),
    }


def _shared_bottlenecks(dia: Dia) -> pd.DataFrame:
    """Return the bottlenecks; what tells the budget of a partner that did not share it is internal.

    Room and use together are the budget, and so is which plan no longer fits.
    """
    table = dia.programme.knelpunten.rename(columns={"soort": "knelt"})
    levelled = with_levels(table, dia.plans["vertrouwelijkheid"])
    closed = table["knelt"].isin(["budget", "fte"]) & ~table["wie"].isin(dia.delivered.open_books)
    return levelled.assign(vertrouwelijkheid=levelled["vertrouwelijkheid"].mask(closed, "intern"))


def kept_tables(dia: Dia, memory: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of `MEMORY` after this round; `memory` is how they were before it."""
    works = timeline(dia.agenda, dia.starts)
    firm = dia.plans["status"].reindex(works.index) != IDEA
    base = spending(works[firm], dia.gebieden)
    return {
        "register": dia.taken.register.plans,
        "historie": dia.taken.register.history,
        "nummers": every_number(dia.linkages.kansen, memory.get("nummers")),
        "versies": dia.versions,
        "publicaties": publications(memory.get("publicaties"), base),
    }
