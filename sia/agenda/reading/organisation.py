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
TOGETHER = ("afspraak", "in programma")
"""Phases in which the works of a shared opening are bound to start in one year."""
_UNKNOWN = (
    "Neem een nummer of plannummers uit de lijst met koppelkansen; is een plan ingetrokken of "
    "verschoven, leg dan vast dat de kans is vervallen of verruim het venster."
)


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
    bestand, rij : str
        Where it was written down.
    """

    kans: str
    fase: str
    datum: date
    wie: str
    besluit: str
    bestand: str = ""
    rij: str = ""


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
    bestand, rij : str
        Where it was written down.
    """

    kans: str
    actie: str
    wie: str
    partner: str
    voor: date
    klaar: date | None = None
    bestand: str = ""
    rij: str = ""


def sift_steps(steps: Iterable[Step], kansen: Iterable[str]) -> tuple[list[Step], list[Problem]]:
    """Keep the decisions that follow each other in order.

    Parameters
    ----------
    steps : iterable of Step
        In any order; read by date, and in the given order within a day.
    kansen : iterable of str
        Known numbers.

    Returns
    -------
    kept : list of Step
        By date.
    problems : list of Problem
        Unknown koppelkans, unknown phase, a step that skips a phase, a decision without who or
        what: each with its file, row and column.
    """
    known = set(kansen)
    state: dict[str, str] = {}
    kept: list[Step] = []
    problems = []
    for step in sorted(steps, key=lambda s: s.datum):
        faults = [*_step_faults(step, state.get(step.kans, "kans"), known), *_blank_faults(step)]
        problems += [
            Problem(f"{step.kans} {wat} ({day(step.datum)}).", oplossing, step.bestand,
                    step.rij or step.kans, kolom)
            for kolom, wat, oplossing in faults
        ]  # fmt: skip
        if not faults:
            state[step.kans] = step.fase
            kept.append(step)
    return kept, problems


def _step_faults(step: Step, before: str, known: set[str]) -> list[tuple[str, str, str]]:
    """Return column, what and remedy of what is wrong with one decision after a phase."""
    allowed = _NEXT[before]
    if step.kans not in known:
        return [("Koppelkans", "is geen bekende koppelkans", _UNKNOWN)]
    if step.fase not in (*FASEN, VERVALLEN):
        phases = ", ".join((*FASEN, VERVALLEN))
        return [("Fase", f"heeft onbekende fase `{step.fase}`", f"Kies uit: {phases}.")]
    if step.fase not in allowed and not (step.fase == before == "kans"):
        where = ", ".join(allowed) or "geen vervolg"
        return [("Fase", f"kan niet van {before} naar {step.fase}", f"Mogelijk: {where}.")]
    return []


def _blank_faults(step: Step) -> list[tuple[str, str, str]]:
    if step.wie.strip() and step.besluit.strip():
        return []
    return [("Besluit", "heeft een besluit zonder wie of wat", "Vul de rol en het besluit in.")]


def sift_actions(
    actions: Iterable[Action], kansen: Iterable[str]
) -> tuple[list[Action], list[Problem]]:
    """Keep the actions on a known koppelkans, as `sift_steps` does for decisions."""
    listed, known = list(actions), set(kansen)
    problems = [
        Problem(f"Actie bij onbekende koppelkans {a.kans}.", _UNKNOWN, a.bestand, a.rij or a.kans,
                "Koppelkans")
        for a in listed if a.kans not in known
    ]  # fmt: skip
    return [a for a in listed if a.kans in known], problems


def check_steps(steps: Iterable[Step], kansen: Iterable[str]) -> None:
    """Check that every koppelkans went through its phases in order.

    Parameters
    ----------
    steps : iterable of Step
    kansen : iterable of str

    Raises
    ------
    InputError
        With everything that `sift_steps` finds.
    """
    _, problems = sift_steps(steps, kansen)
    if problems:
        raise InputError(problems)


def status(steps: Iterable[Step], kansen: pd.DataFrame) -> pd.DataFrame:
    """Return the phase of every koppelkans.

    Parameters
    ----------
    steps : iterable of Step
        Checked.
    kansen : DataFrame, index ``kans``
        As `sia.agenda.programme.linkages` gives them.

    Returns
    -------
    DataFrame, index ``kans``
        ``soort_kans``, ``plannen``, ``partners``, ``buurtcodes``, ``beslis_voor``, ``fase``,
        ``sinds`` (date, None without a decision), ``besluit``, ``vertrouwelijkheid``; sorted by
        phase and ``beslis_voor``.
    """
    ordered = sorted(steps, key=lambda s: s.datum)
    check_steps(ordered, kansen.index)
    last = {step.kans: step for step in ordered}
    known = ["soort_kans", "plannen", "partners", "buurtcodes", "beslis_voor", "vertrouwelijkheid"]
    table = kansen[known].copy()
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
        is still a kans or an afspraak and has no open action: what its partners together have to
        do next, so that nothing waits for nobody.

    Raises
    ------
    InputError
        For an action on an unknown koppelkans, or steps that `check_steps` refuses.
    """
    listed, problems = sift_actions(actions, kansen.index)
    if problems:
        raise InputError(problems)
    opened = [a for a in listed if a.klaar is None]
    rows = [(a.kans, a.wie, a.partner, a.actie, a.voor) for a in opened]
    busy = {a.kans for a in opened}
    state = status(steps, kansen)
    rows += [
        (str(kans), "programmaoverleg", str(row["partners"]), _OPEN_END[str(row["fase"])],
         row["beslis_voor"])
        for kans, row in state[state["fase"].isin(list(_OPEN_END))].iterrows() if kans not in busy
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


_OPEN_END = {
    "kans": "Beslis of u dit samen doet.",
    "afspraak": "Zet de afspraak in de planning van elke partner.",
}
"""What the programmaoverleg has to do when nobody has an action."""


def _waiting_sentence(kans: str, wie: str, partner: str, actie: str, voor: date, dagen: int) -> str:
    who = f"{wie} ({listing(partner.split(';'))})"
    late = f"{count(-dagen, 'dag', 'dagen')} te laat" if dagen < 0 else (
        f"nog {count(dagen, 'dag', 'dagen')}"
    )  # fmt: skip
    return f"{kans}: wacht op {who}: {actie} Vóór {day(voor)}, {late}."
