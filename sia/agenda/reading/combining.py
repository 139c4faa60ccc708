"""The deliveries of all partners together, and what only shows between them."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from sia.agenda.reading.fields import BY_NAME
from sia.agenda.reading.investments import Reading, no_plans, predecessors
from sia.agenda.reading.location import RD
from sia.agenda.reading.openness import view
from sia.errors import Problem


def combine(readings: Iterable[Reading]) -> Reading:
    """Put the deliveries of all partners together and check what only shows between them.

    Parameters
    ----------
    readings : iterable of Reading

    Returns
    -------
    Reading
        Problems of the parts plus: the same plan number at two partners, predecessors that
        nobody has, and plans that wait for each other in a circle. Plans in such trouble are
        kept only where a programme can still be made of them: the second of two equal numbers
        and the members of a circle drop out; an unknown predecessor is dropped from its plan.
    """
    parts = list(readings)
    problems = [p for part in parts for p in part.problems]
    plans = pd.concat([part.plans for part in parts]) if parts else no_plans()
    label = BY_NAME["voorgangers"].label
    for plan in sorted(set(plans.index[plans.index.duplicated()])):
        owners = ", ".join(plans.loc[[plan], "partner"])
        problems.append(
            Problem(
                f"Plannummer `{plan}` komt van meer dan één levering ({owners}).",
                "Spreek af wie dit nummer gebruikt; alleen het eerste telt nu mee.",
                rij=str(plan),
                kolom=BY_NAME["plan"].label,
            )
        )
    plans = plans[~plans.index.duplicated()].sort_index()
    plans, unknown = _drop_unknown_predecessors(plans)
    problems += [
        Problem(
            f"Voorganger `{before}` van plan `{plan}` is bij niemand bekend.",
            "Verbeter het nummer of vraag de partner om het plan te leveren.",
            rij=plan,
            kolom=label,
        )
        for plan, before in unknown
    ]
    circle = _in_circle(plans)
    problems += [
        Problem(
            f"Plan `{plan}` wacht via zijn voorgangers op zichzelf.",
            "Haal een van de voorgangers in de kring weg.",
            rij=plan,
            kolom=label,
        )
        for plan in circle
    ]
    kept, _ = _drop_unknown_predecessors(plans.drop(index=circle))
    rejected = sorted({plan for part in parts for plan in part.rejected} | set(circle))
    rows = sum(part.rows for part in parts)
    return Reading(gpd.GeoDataFrame(kept, crs=RD), tuple(problems), rows, tuple(rejected))


def at_the_table(plans: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the plans as the partners' table may see them.

    Parameters
    ----------
    plans : GeoDataFrame, index ``plan``
        Of every level.

    Returns
    -------
    GeoDataFrame
        As `view`; an internal plan is nobody's predecessor here, because its number would leave
        with the plan that names it.
    """
    shared, _ = _drop_unknown_predecessors(gpd.GeoDataFrame(view(plans, "partners")))
    return shared


def _drop_unknown_predecessors(
    plans: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, list[tuple[str, str]]]:
    unknown = []
    texts = plans["voorgangers"].copy()
    for plan, text in texts[texts != ""].items():
        pairs = predecessors(text)
        unknown += [(str(plan), before) for before, _ in pairs if before not in plans.index]
        kept = [f"{b}+{g}" if g else b for b, g in pairs if b in plans.index]
        texts[plan] = ";".join(kept)
    return plans.assign(voorgangers=texts), unknown


def _in_circle(plans: gpd.GeoDataFrame) -> list[str]:
    waiting = {str(p): {b for b, _ in predecessors(t)} for p, t in plans["voorgangers"].items()}
    free = True
    while free:
        free = False
        for plan in [p for p, before in waiting.items() if not before & waiting.keys()]:
            del waiting[plan]
            free = True
    # What remains waits for a circle or is in one; only members reach themselves.
    return sorted(p for p in waiting if _reaches(p, p, waiting))


def _reaches(start: str, goal: str, waiting: dict[str, set[str]]) -> bool:
    seen: set[str] = set()
    todo = list(waiting[start])
    while todo:
        plan = todo.pop()
        if plan == goal:
            return True
        if plan not in seen:
            seen.add(plan)
            todo += waiting.get(plan, set())
    return False
