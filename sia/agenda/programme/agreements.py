"""What was agreed binds the programme: works of one shared opening start in one year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from sia.agenda.programme.inputs import Agenda
from sia.agenda.reading.organisation import TOGETHER
from sia.dutch import opsomming
from sia.errors import Problem


def bound_together(agenda: Agenda, state: pd.DataFrame) -> tuple[Agenda, list[Problem]]:
    """Return the agenda in which agreed works start in the same year.

    Parameters
    ----------
    agenda : Agenda
    state : DataFrame, index ``kans``
        As `sia.agenda.reading.organisation.status` returns it.

    Returns
    -------
    agenda : Agenda
        Every koppelkans of kind ``straat`` in a phase of `TOGETHER` is in ``afspraken``; two that
        share a plan are one group. A plan that takes no part in the programme is left out of it.
    problems : list of Problem
        Agreements that the windows of their plans no longer allow; they bind nothing.
    """
    agreed = state[(state["soort_kans"] == "straat") & state["fase"].isin(TOGETHER)]
    groups = {str(kans): plans.split(";") for kans, plans in agreed["plannen"].items()}
    rows: list[tuple[str, str]] = []
    problems = []
    for names, members in _merged(groups.items()):
        window = agenda.plans.loc[[p for p in members if p in agenda.plans.index]]
        if window["eerste"].max() > window["laatste"].min():
            problems.append(_apart(names, window))
        elif len(window) > 1:
            rows += [(";".join(names), str(plan)) for plan in window.index]
    added = pd.DataFrame(rows, columns=["groep", "plan"], dtype=str)
    return replace(
        agenda, afspraken=pd.concat([agenda.afspraken, added], ignore_index=True)
    ), problems


def _merged(groups: Iterable[tuple[str, list[str]]]) -> list[tuple[list[str], list[str]]]:
    """Return names and members of groups, those that share a member put together."""
    merged: list[tuple[list[str], set[str]]] = []
    for name, members in groups:
        touching = [group for group in merged if group[1] & set(members)]
        names = [n for group in touching for n in group[0]]
        together = set(members).union(*(group[1] for group in touching))
        merged = [g for g in merged if not g[1] & set(members)] + [([*names, name], together)]
    return [(sorted(names), sorted(members)) for names, members in merged]


def _apart(names: list[str], window: pd.DataFrame) -> Problem:
    years = opsomming(
        [f"{plan} ({row['eerste']}-{row['laatste']})" for plan, row in window.iterrows()]
    )
    return Problem(
        f"De afspraak {opsomming(names)} past niet meer in de vensters: {years}.",
        "Verruim een venster, of leg vast dat de koppelkans terug is naar kans of vervallen.",
        rij=names[0],
        kolom="Fase",
    )
