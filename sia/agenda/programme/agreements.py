"""What was agreed binds the programme, and what is decided or running stays where it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from sia.agenda.programme.inputs import Agenda, tied_plans
from sia.agenda.reading.organisation import TOGETHER
from sia.agenda.reading.tables import FILE, ROW
from sia.dutch import opsomming
from sia.errors import Problem


def frozen(agenda: Agenda, current: pd.Series) -> Agenda:
    """Return the agenda in which commitments keep the year of the agreed programme.

    Returns: A commitment whose window no longer holds its agreed year is free within that window,
        and so is one that has to move to keep an agreement with others.
    """
    plans = agenda.plans
    year = current.reindex(plans.index).astype("Float64").astype(float)
    hold = plans["verplicht"] & year.between(plans["eerste"], plans["laatste"])
    hold &= ~plans.index.isin([plan for group in tied_plans(agenda) for plan in group])
    fixed = {c: plans[c].where(~hold, year).astype(int) for c in ("eerste", "laatste")}
    return replace(agenda, plans=plans.assign(**fixed))


def held_to_year(
    agenda: Agenda, steps: pd.DataFrame, state: pd.DataFrame
) -> tuple[Agenda, list[Problem]]:
    """Return the agenda in which works have the year that was decided for them, and what cannot.

    `steps`: Decisions in order; one on a plan, or on a koppelkans in one street, has its number in
        ``kans`` and a ``jaar``. The last one counts; in a phase before or after those of `TOGETHER`
        it lets the works go.
    `state` (index ``kans``): ``soort_kans``, ``plannen`` and ``fase`` of the koppelkansen.
    """
    plans, problems = agenda.plans.copy(), []
    about = steps[steps["jaar"].notna()] if "jaar" in steps else steps.iloc[:0]
    phase = state["fase"].to_dict()
    for row in about.drop_duplicates("kans", keep="last").to_dict("records"):
        name, year = str(row["kans"]), int(row["jaar"])
        if phase.get(name, row["fase"]) not in TOGETHER:
            continue
        found = _works_of_year(plans, state, name, year)
        if isinstance(found, list):
            plans.loc[found, ["eerste", "laatste"]] = year
            plans.loc[found, "verplicht"] = True
        else:
            problems.append(Problem(*found, row[FILE], str(row[ROW]), "Startjaar"))
    return replace(agenda, plans=plans), problems


def decided_years(steps: pd.DataFrame) -> dict[str, int]:
    """Return the start years that decisions hold now, by number of plan or koppelkans."""
    about = steps[steps["jaar"].notna()].drop_duplicates("kans", keep="last")
    held = about[about["fase"].isin(TOGETHER)]
    return {str(k): int(y) for k, y in zip(held["kans"], held["jaar"], strict=True)}


def _works_of_year(
    plans: pd.DataFrame, state: pd.DataFrame, name: str, year: int
) -> list[str] | tuple[str, str]:
    """Return the works that a decided year holds, or what is wrong with it and what to do."""
    works = [name]
    if name in state.index:
        if state["soort_kans"][name] != "straat":
            wat = f"Koppelkans {name} is geen werk in één straat: zij heeft geen eigen startjaar."
            return wat, "Leg het startjaar vast bij elk plan, met het plannummer bij Koppelkans."
        works = [plan for plan in state["plannen"][name].split(";") if plan in plans.index]
    span = plans.reindex(works)
    late = [p for p in works if not span["eerste"][p] <= year <= span["laatste"][p]]
    if not late and works:
        return works
    wat = f"Plan {opsomming(late or [name])} kan niet beginnen in {year}, het jaar waartoe is "
    return f"{wat}besloten.", "Leg een ander jaar vast, of dat dit besluit vervalt."


def bound_together(agenda: Agenda, state: pd.DataFrame) -> tuple[Agenda, list[Problem]]:
    """Return the agenda in which agreed works are done together.

    Returns `agenda`: Every koppelkans in a phase of `TOGETHER` binds. Of kind ``straat``: its plans
        are in ``afspraken`` and start in one year; two that share a plan are one group. Of another
        kind: the first plan is under way together with each of the others, a ``links`` that
        ``bindt``. A plan that takes no part in the programme is left out of it.
    Returns `problems`: Agreements that the windows of their plans no longer allow; they bind
        nothing.
    """
    agreed = state[state["fase"].isin(TOGETHER)]
    street = agreed["soort_kans"] == "straat"
    groups = {str(kans): plans.split(";") for kans, plans in agreed.loc[street, "plannen"].items()}
    rows: list[tuple[str, str]] = []
    problems = []
    for names, members in _merged(groups.items()):
        window = agenda.plans.loc[[p for p in members if p in agenda.plans.index]]
        if window["eerste"].max() > window["laatste"].min():
            problems.append(_apart(names, window))
        elif len(window) > 1:
            rows += [(";".join(names), str(plan)) for plan in window.index]
    added = pd.DataFrame(rows, columns=["groep", "plan"], dtype=str)
    links, unkept = _binding(agenda, agreed.loc[~street, "plannen"])
    groups_of = pd.concat([agenda.afspraken, added], ignore_index=True)
    return replace(agenda, afspraken=groups_of, links=links), [*problems, *unkept]


def _binding(agenda: Agenda, decided: pd.Series) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the links, the decided ones binding, and the pairs that no year allows."""
    pairs, problems = [], []
    for kans, plannen in decided.items():
        known = [p for p in plannen.split(";") if p in agenda.plans.index]
        if len(known) < 2 or known[0] != plannen.split(";")[0]:
            continue
        held, gone = _reachable(agenda.plans, known[0], known[1:])
        pairs += [(str(kans), known[0], plan) for plan in held]
        problems += [_apart([str(kans)], agenda.plans.loc[[known[0], plan]]) for plan in gone]
    bound = pd.DataFrame(pairs, columns=["kans", "a", "b"], dtype=str).assign(bindt=True)
    links = agenda.links.drop(columns="bindt", errors="ignore")
    links = links.merge(bound, how="outer", on=["kans", "a", "b"], sort=False)
    links["bindt"] = links["bindt"].eq(True)
    return links.fillna({"waardering": 0.0}), problems


def _reachable(plans: pd.DataFrame, hub: str, others: list[str]) -> tuple[list[str], list[str]]:
    """Return with which others a plan can be under way, in the start year that allows most."""
    span = plans[["eerste", "laatste", "duur"]].astype(int).to_dict("index")
    first, last, years = (span[hub][c] for c in ("eerste", "laatste", "duur"))
    best: list[str] = []
    for t in range(first, last + 1):
        with_it = [
            p
            for p in others
            if span[p]["eerste"] < t + years and t < span[p]["laatste"] + span[p]["duur"]
        ]
        best = max(best, with_it, key=len)
    return best, [p for p in others if p not in best]


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
