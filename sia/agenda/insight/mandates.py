"""Who decides at each partner: mandate, commitment and what is still open, per bestuurder."""

from __future__ import annotations

import pandas as pd

from sia.agenda.dia import Dia
from sia.agenda.reading.organisation import TOGETHER_AT
from sia.agenda.reading.tables import FILE, ROW
from sia.agenda.wording import count, euro
from sia.dutch import opsomming
from sia.errors import Problem

UNKNOWN, UNASKED = "niet opgegeven", "nog niet gevraagd"
_ASK = "Vraag na of het besluit geldt; tot dan telt het mee."
COLUMNS = ["partner", "wie", "mandaat", "commitment", "voorwaarde", "n", "kosten", "besluiten",
           "voor", "zin"]  # fmt: skip


def mandates(dia: Dia) -> pd.DataFrame:
    """Return a row per partner and role that decides, and one for plans of which nobody is known.

    Returns: ``partner``, ``wie`` (role, or `UNKNOWN`), ``mandaat`` (what about, up to what amount),
        ``commitment``, ``voorwaarde``, ``n`` (plans in the programme on which it decides),
        ``kosten`` (of those, euro), ``besluiten`` (that wait for it), ``voor`` (date of the first,
        None without any), ``zin``.
    """
    given = dia.agreed.organisation.mandates
    plans = dia.roles.assign(kosten=dia.plans["kosten"])
    placed = plans.loc[dia.starts.dropna().index.intersection(plans.index)]
    told = placed.groupby(["partner", "wie"])["kosten"].agg(["size", "sum"])
    per_role = {key: (int(n), float(cost)) for key, n, cost in told.itertuples(name=None)}
    rows = [
        (str(row["partner"]), str(row["wie"]), _about(row["soorten"], row["tot"]),
         row["commitment"] or UNASKED,
         row["voorwaarde"])
        for row in given.to_dict("records") if row["partner"] in set(plans["partner"])
    ]  # fmt: skip
    blank = sorted(set(plans.loc[plans["wie"] == "", "partner"]))
    rows += [(partner, "", "", UNASKED, "") for partner in blank]
    waits, made = dia.waits_of, []
    for partner, wie, about, commitment, terms in sorted(rows):
        n, cost = per_role.get((partner, wie), (0, 0.0))
        own = waits[(waits["partner"] == partner) & (waits["wie"] == (wie or TOGETHER_AT))]
        first = min(own["voor"], default=None)
        zin = _sentence(partner, wie, about, n, cost)
        row = (partner, wie or UNKNOWN, about, commitment, terms, n, cost)
        made.append((*row, len(own), first, zin))
    return pd.DataFrame(made, columns=COLUMNS)


def beyond_mandate(dia: Dia) -> list[Problem]:
    """Return the decisions of a role on a plan of its partner on which another role decides."""
    found = dia.agreed.organisation
    roles = dia.roles.assign(titel=dia.plans["titel"])
    known = set(zip(found.mandates["partner"], found.mandates["wie"], strict=True))
    members = dia.agreed.state["plannen"]
    problems = []
    for step in found.steps.to_dict("records"):
        works = roles.reindex(members.get(step["kans"], step["kans"]).split(";")).dropna()
        own = works[[(partner, step["wie"]) in known for partner in works["partner"]]]
        other = own[(own["wie"] != step["wie"]) & (own["wie"] != "")]
        # who decides on one of its partner's works in a koppelkans may speak for the others
        if len(other) and len(other) == len(own):
            wat = f"{step['wie']} besloot over {opsomming(list(other['titel']))}; volgens de "
            wat += f"mandaten besluit {opsomming(sorted(set(other['wie'])))}."
            problems.append(Problem(wat, _ASK, step[FILE], str(step[ROW]), "Wie (rol)"))
    return problems


def _about(kinds: str, limit: float) -> str:
    told = kinds.replace(";", ", ") or "alle plannen"
    return told if pd.isna(limit) else f"{told} tot {euro(limit)}"


def _sentence(partner: str, wie: str, about: str, n: int, cost: float) -> str:
    plans = count(n, "plan", "plannen")
    if not wie:
        return f"{partner} zei niet wie besluit over {plans} in het programma ({euro(cost)})."
    return f"{wie} ({partner}) besluit over {about}: {plans} in het programma ({euro(cost)})."
