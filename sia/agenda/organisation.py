"""Decisions, actions and the state of every koppelkans: what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from sia.agenda.wording import count, day, listing
from sia.errors import InputError, Problem

FASEN = ("kans", "afspraak", "in programma", "uitvoering", "klaar")
VERVALLEN = "vervallen"
_NEXT: dict[str, tuple[str, ...]] = {
    "": ("kans",),
    "kans": ("afspraak", VERVALLEN),
    "afspraak": ("in programma", "kans", VERVALLEN),
    "in programma": ("uitvoering", "afspraak", VERVALLEN),
    "uitvoering": ("klaar", "in programma"),
    "klaar": (),
    VERVALLEN: ("kans",),
}
"""From each phase to where it may go: forward one step, back one step, or off the table."""


@dataclass(frozen=True)
class Step:
    """One decision on one koppelkans.

    Parameters
    ----------
    kans : str
        Number of the koppelkans.
    fase : str
        Phase that it enters.
    datum : datetime.date
    wie : str
        Role that decided (no personal name).
    besluit : str
        What was decided, and why.
    """

    kans: str
    fase: str
    datum: date
    wie: str
    besluit: str


@dataclass(frozen=True)
class Action:
    """One thing that somebody does before a date.

    Parameters
    ----------
    kans : str
    actie : str
    wie : str
        Role of the owner.
    partner : str
        Partner of the owner.
    voor : datetime.date
    klaar : datetime.date, optional
        When it was done; None while it is open.
    """

    kans: str
    actie: str
    wie: str
    partner: str
    voor: date
    klaar: date | None = None


def check_steps(steps: Iterable[Step], kansen: Iterable[str]) -> None:
    """Check that every koppelkans went through its phases in order.

    Parameters
    ----------
    steps : iterable of Step
        In any order; read by date, and in the given order within a day.
    kansen : iterable of str
        Known numbers.

    Raises
    ------
    InputError
        Unknown koppelkans, unknown phase, a step that skips a phase, a decision without who or
        what; all at once.
    """
    known = set(kansen)
    state: dict[str, str] = {}
    problems = []
    for step in sorted(steps, key=lambda s: s.datum):
        before = state.get(step.kans, "kans")
        allowed = _NEXT[before]
        if step.kans not in known:
            problems.append(_problem(step, "is geen bekende koppelkans", "Kies een ander nummer."))
        elif step.fase not in (*FASEN, VERVALLEN):
            phases = ", ".join((*FASEN, VERVALLEN))
            problems.append(_problem(step, f"heeft onbekende fase `{step.fase}`",
                                     f"Kies uit: {phases}."))  # fmt: skip
        elif step.fase not in allowed and not (step.fase == before == "kans"):
            where = ", ".join(allowed) or "geen vervolg"
            problems.append(_problem(step, f"kan niet van {before} naar {step.fase}",
                                     f"Mogelijk: {where}."))  # fmt: skip
        else:
            state[step.kans] = step.fase
        if not step.wie.strip() or not step.besluit.strip():
            problems.append(_problem(step, "heeft een besluit zonder wie of wat",
                                     "Vul de rol en het besluit in."))  # fmt: skip
    if problems:
        raise InputError(problems)


def _problem(step: Step, what: str, remedy: str) -> Problem:
    return Problem(f"{step.kans} {what} ({day(step.datum)}).", remedy, rij=step.kans)


def status(steps: Iterable[Step], kansen: pd.DataFrame) -> pd.DataFrame:
    """Return the phase of every koppelkans.

    Parameters
    ----------
    steps : iterable of Step
        Checked.
    kansen : DataFrame, index ``kans``
        As `sia.agenda.linkages` gives them.

    Returns
    -------
    DataFrame, index ``kans``
        ``fase``, ``sinds`` (date, None without a decision), ``besluit``, ``partners``,
        ``vertrouwelijkheid``; sorted by phase and ``beslis_voor``.
    """
    ordered = sorted(steps, key=lambda s: s.datum)
    check_steps(ordered, kansen.index)
    last = {step.kans: step for step in ordered}
    table = kansen[["soort_kans", "partners", "beslis_voor", "vertrouwelijkheid"]].copy()
    table["fase"] = [last[k].fase if k in last else "kans" for k in table.index]
    table["sinds"] = [last[k].datum if k in last else None for k in table.index]
    table["besluit"] = [last[k].besluit if k in last else "" for k in table.index]
    rank = {fase: i for i, fase in enumerate((*FASEN, VERVALLEN))}
    order = table["fase"].map(rank)
    return table.assign(_o=order).sort_values(["_o", "beslis_voor"], kind="stable").drop(
        columns="_o"
    )  # fmt: skip


def waiting(
    steps: Iterable[Step], actions: Iterable[Action], kansen: pd.DataFrame, today: date
) -> pd.DataFrame:
    """Return what waits for whom, most pressing first.

    Parameters
    ----------
    steps : iterable of Step
    actions : iterable of Action
    kansen : DataFrame, index ``kans``
    today : datetime.date

    Returns
    -------
    DataFrame
        ``kans``, ``wie``, ``partner``, ``actie``, ``voor`` (date), ``dagen`` (left; negative is
        too late), ``vertrouwelijkheid``, ``zin``. Open actions, and for every koppelkans that
        is still a kans and has no open action: the decision itself, waiting for all its partners.

    Raises
    ------
    InputError
        For an action on an unknown koppelkans, or steps that `check_steps` refuses.
    """
    listed = list(actions)
    unknown = sorted({a.kans for a in listed} - set(kansen.index))
    if unknown:
        raise InputError([Problem(f"Actie bij onbekende koppelkans {k}.", "Verbeter het nummer.")
                          for k in unknown])  # fmt: skip
    state = status(steps, kansen)
    opened = [a for a in listed if a.klaar is None]
    rows = [(a.kans, a.wie, a.partner, a.actie, a.voor) for a in opened]
    busy = {a.kans for a in opened}
    rows += [
        (str(kans), "programmaoverleg", str(row["partners"]), "Beslis of u dit samen doet.",
         row["beslis_voor"])
        for kans, row in state[state["fase"] == "kans"].iterrows() if kans not in busy
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["kans", "wie", "partner", "actie", "voor"])
    table["dagen"] = [(voor - today).days for voor in table["voor"]]
    table["vertrouwelijkheid"] = table["kans"].map(kansen["vertrouwelijkheid"])
    table["zin"] = [
        _waiting_sentence(*row)
        for row in table[["kans", "wie", "partner", "actie", "voor", "dagen"]].itertuples(
            index=False, name=None
        )
    ]
    return table.sort_values(["voor", "kans"], kind="stable").reset_index(drop=True)


def _waiting_sentence(kans: str, wie: str, partner: str, actie: str, voor: date, dagen: int) -> str:
    who = f"{wie} ({listing(partner.split(';'))})"
    late = f"{count(-dagen, 'dag', 'dagen')} te laat" if dagen < 0 else (
        f"nog {count(dagen, 'dag', 'dagen')}"
    )  # fmt: skip
    return f"{kans}: wacht op {who}: {actie} Vóór {day(voor)}, {late}."
