"""Decisions, actions and the state of every koppelkans: what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from sia.agenda.reading.fields import CHOICES, MANDATE_FIELDS
from sia.agenda.reading.tables import FILE, ROW
from sia.agenda.wording import count, day
from sia.dutch import opsomming
from sia.errors import Problem

*FASEN, VERVALLEN = CHOICES["fase"]
NEXT: dict[str, tuple[str, ...]] = {
    "kans": ("afspraak", VERVALLEN),
    "afspraak": ("in programma", "kans", VERVALLEN),
    "in programma": ("uitvoering", "afspraak", VERVALLEN),
    "uitvoering": ("klaar", "in programma"),
    "klaar": (),
    VERVALLEN: ("kans",),
}
"""From each phase to where it may go: forward one step, back one step, or off the table."""
TOGETHER = ("afspraak", "in programma", "uitvoering")
"""Phases in which the works of a koppelkans are bound to be done together."""
_UNKNOWN = (
    "Neem een nummer of plannummers uit de lijst met koppelkansen; is een plan ingetrokken of "
    "verschoven, leg dan vast dat de kans is vervallen of verruim het venster."
)


@dataclass(frozen=True, eq=False)
class Organisation:
    """What was decided and who does what; each row says where it stood (`FILE`, `ROW`).

    `steps`: Decisions: ``kans``, ``fase`` (that it enters), ``datum`` (date), ``wie`` (role or
        meeting, no personal name), ``besluit`` (what, and why).
    `actions`: ``kans``, ``actie``, ``wie`` (role), ``partner``, ``voor`` (date), ``klaar`` (date,
        None while it is open).
    `mandates`: ``partner``, ``wie`` (role), ``soorten`` (kinds of work, ``;``-joined; empty is
        all), ``tot`` (euro, NaN no limit), ``commitment``, ``voorwaarde``.
    """

    steps: pd.DataFrame
    actions: pd.DataFrame
    mandates: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=[f.name for f in MANDATE_FIELDS])
    )


def deciders(mandates: pd.DataFrame, plans: pd.DataFrame) -> pd.Series:
    """Return per plan the role that decides: of those whose mandate holds it the smallest.

    `plans`: ``partner``, ``soort``, ``kosten``.
    Returns (str, index ``plan``): Empty where the partner did not say.
    """
    rows = mandates.assign(tot=mandates["tot"].astype(float).fillna(np.inf))
    known = rows.sort_values("tot", kind="stable").to_dict("records")
    found = [
        next(
            (
                str(row["wie"])
                for row in known
                if row["partner"] == partner
                and cost <= row["tot"]
                and (not row["soorten"] or kind in row["soorten"].split(";"))
            ),
            "",
        )
        for partner, kind, cost in plans[["partner", "soort", "kosten"]].itertuples(
            index=False, name=None
        )
    ]
    return pd.Series(found, index=plans.index, dtype=str)


def sift_steps(steps: pd.DataFrame, kansen: Iterable[str]) -> tuple[pd.DataFrame, list[Problem]]:
    """Keep the decisions that follow each other in order.

    `steps`: As in `Organisation`, in any order; read by date, and in the given order within a day.
    `kansen`: Known numbers.
    Returns `kept`: By date.
    Returns `problems`: Unknown koppelkans and steps that skip a phase, with file, row and column.
    """
    known = set(kansen)
    state: dict[str, str] = {}
    ordered = steps.sort_values("datum", kind="stable")
    fits, problems = [], []
    for row in ordered.to_dict("records"):
        kans, fase = row["kans"], row["fase"]
        before = state.get(kans, "kans")
        # another year is a decision also when the phase stays what it is
        again = fase == before and (fase == "kans" or not pd.isna(row.get("jaar")))
        fits.append(kans in known and (fase in NEXT[before] or again))
        if fits[-1]:
            state[kans] = fase
            continue
        where = ", ".join(NEXT[before]) or "geen vervolg"
        kolom, wat, oplossing = (
            ("Fase", f"kan niet van {before} naar {fase}", f"Mogelijk: {where}.")
            if kans in known
            else ("Koppelkans", "is geen bekende koppelkans", _UNKNOWN)
        )
        wat = f"{kans} {wat} ({day(row['datum'])})."
        problems.append(Problem(wat, oplossing, row[FILE], str(row[ROW]), kolom))
    return ordered[np.array(fits, dtype=bool)], problems


def sift_actions(
    actions: pd.DataFrame, kansen: Iterable[str]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Keep the actions on a known koppelkans, as `sift_steps` does for decisions."""
    known = actions["kans"].isin(list(kansen))
    problems = [
        Problem(f"Actie bij onbekende koppelkans {row['kans']}.", _UNKNOWN, row[FILE],
                str(row[ROW]), "Koppelkans")
        for row in actions[~known].to_dict("records")
    ]  # fmt: skip
    return actions[known], problems


def status(steps: pd.DataFrame, kansen: pd.DataFrame) -> pd.DataFrame:
    """Return the phase of every koppelkans.

    Returns (index ``kans``): ``soort_kans``, ``plannen``, ``partners``, ``buurtcodes``,
        ``beslis_voor``, ``fase``, ``sinds`` (date, None without a decision), ``besluit``,
        ``vertrouwelijkheid``; sorted by phase and ``beslis_voor``.
    """
    last = {row["kans"]: row for row in steps.to_dict("records")}
    known = ["soort_kans", "plannen", "partners", "buurtcodes", "beslis_voor", "vertrouwelijkheid"]
    table = kansen[known].copy()
    table["fase"] = [last[k]["fase"] if k in last else "kans" for k in table.index]
    table["sinds"] = [last[k]["datum"] if k in last else None for k in table.index]
    table["besluit"] = [last[k]["besluit"] if k in last else "" for k in table.index]
    rank = {fase: i for i, fase in enumerate((*FASEN, VERVALLEN))}
    return table.sort_values("beslis_voor", kind="stable").sort_values(
        "fase", key=lambda fase: fase.map(rank), kind="stable"
    )


def waiting(
    actions: pd.DataFrame, state: pd.DataFrame, today: date, roles: pd.DataFrame
) -> pd.DataFrame:
    """Return what waits for whom, most pressing first.

    `roles` (index ``plan``): ``partner`` and ``wie`` (role that decides, empty unknown).
    Returns: ``kans``, ``wie``, ``partner``, ``actie``, ``voor`` (date), ``dagen`` (left; negative
        is too late), ``vertrouwelijkheid``, ``zin``. Open actions, and for every koppelkans that is
        still a kans or an afspraak and has no open action: what has to be done next by each role
        that decides on its plans, or by the partners together where they did not say who that is,
        so that nothing waits for nobody.
    """
    columns = ["kans", "wie", "partner", "actie", "voor"]
    opened = actions.loc[actions["klaar"].isna(), columns]
    rows = list(opened.itertuples(index=False, name=None))
    busy = set(opened["kans"])
    for kans, row in state[state["fase"].isin(list(_OPEN_END))].iterrows():
        if kans in busy:
            continue
        own = roles.reindex(row["plannen"].split(";")).dropna().sort_values("partner")
        who = own["wie"].where(own["wie"] != "", TOGETHER_AT)
        rows += [
            (str(kans), str(role), ";".join(dict.fromkeys(partners)),
             _OPEN_END[str(row["fase"])], row["beslis_voor"])
            for (_, role), partners in own["partner"].groupby(
                [own["partner"].where(own["wie"] != "", ""), who], sort=False
            )
        ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table["dagen"] = [(voor - today).days for voor in table["voor"]]
    table["vertrouwelijkheid"] = table["kans"].map(state["vertrouwelijkheid"])
    table["zin"] = [
        _waiting_sentence(*row)
        for row in table[[*columns, "dagen"]].itertuples(index=False, name=None)
    ]
    return table.sort_values(["voor", "kans"], kind="stable").reset_index(drop=True)


TOGETHER_AT = "programmaoverleg"
"""Where partners decide of which nobody said who does."""
_OPEN_END = {
    "kans": "Beslis of u dit samen doet.",
    "afspraak": "Zet de afspraak in de planning van elke partner.",
}
"""What the programmaoverleg has to do when nobody has an action."""


def _waiting_sentence(kans: str, wie: str, partner: str, actie: str, voor: date, dagen: int) -> str:
    who = f"{wie} ({opsomming(partner.split(';'))})"
    late = f"{count(-dagen, 'dag', 'dagen')} te laat" if dagen < 0 else (
        f"nog {count(dagen, 'dag', 'dagen')}"
    )  # fmt: skip
    return f"{kans}: wacht op {who}: {actie} Vóór {day(voor)}, {late}."
