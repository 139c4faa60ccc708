"""The deliveries of all partners together, and what only shows between them."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sia.agenda.reading.cells import Question, doubt, fault, plain
from sia.agenda.reading.investments import Reading, predecessors, settled
from sia.agenda.reading.location import RD
from sia.agenda.reading.openness import view
from sia.agenda.reading.tables import Line
from sia.errors import Problem

_ALIASES = {"gem": "gemeente", "wbv": "woningbouwvereniging"}
_LEGAL = frozenset({"bv", "nv", "b", "v", "n", "stichting", "vereniging"})
_ALIKE, _SHORT = 0.9, 5
"""Names as alike as this, and longer, are asked about."""


def combine(readings: Iterable[Reading], owners: Mapping[str, str] | None = None) -> Reading:
    """Put the deliveries of all partners together and check what only shows between them.

    Returns: Every plan once, see `settled`. A predecessor that nobody has is dropped from its plan,
        and asked for; plans that wait for each other in a circle drop out.
    """
    parts = list(readings)
    tables = [table for part in parts for table in part.tables]
    lines = spelled([line for part in parts for line in part.lines], (owners or {}).values())
    reading = settled(lines, tables, owners)
    plans, unknown = _drop_unknown_predecessors(reading.plans)
    circle = _in_circle(plans)
    found: dict[str, list[Problem]] = {}
    for plan, before in unknown:
        wat = f"Voorganger `{before}` is bij niemand bekend; zij telt niet mee."
        oplossing = "Verbeter het nummer of vraag de partner om het plan te leveren."
        found.setdefault(plan, []).append(doubt("voorgangers", wat, oplossing))
    for plan in circle:
        wat = f"`{plan}` wacht via zijn voorgangers op zichzelf."
        oplossing = "Haal een van de voorgangers in de kring weg."
        found.setdefault(plan, []).append(fault("voorgangers", wat, oplossing))
    final = tuple(
        line if line.fouten or line.lot else line.with_(*found.get(line.text("plan"), ()))
        for line in reading.settled
    )
    kept, _ = _drop_unknown_predecessors(plans.drop(index=circle))
    return replace(reading, plans=gpd.GeoDataFrame(kept, crs=RD), settled=final)


def spelled(lines: Sequence[Line], known: Iterable[str] = ()) -> list[Line]:
    """Return rows in which every partner has one spelling, and is asked about another."""
    counts = Counter(name for line in lines if (name := line.text("partner")))
    earlier = set(known)
    # the spelling of earlier rounds, else the usual one, else the one with the capitals
    order = sorted(
        {*counts, *earlier},
        key=lambda n: (
            n not in earlier,
            -counts[n],
            n.isupper(),
            "(" in n or "." in n,
            -sum(map(str.isupper, n)),
            n,
        ),
    )
    chosen: dict[str, str] = {}
    for name in order:
        chosen.setdefault(_same(name), name)
    return [_respelled(line, chosen) for line in lines]


def _same(name: str) -> str:
    """Return what spellings of one organisation have in common."""
    short = re.sub(r"\([A-Z]{2,6}\)$", "", name.replace("&", " en "))
    return " ".join(_ALIASES.get(w, w) for w in plain(short).split() if w not in _LEGAL)


def _respelled(line: Line, chosen: Mapping[str, str]) -> Line:
    name = line.text("partner")
    if not name:
        return line
    held = chosen[_same(name)]
    others = [other for other in chosen.values() if other != held and len(other) > _SHORT]
    close = difflib.get_close_matches(held, others, n=1, cutoff=_ALIKE)
    if held == name and not close:
        return line
    wat, oplossing = (
        (f"Partner `{name}` is gelezen als `{held}`.", "Schrijf de naam elke keer zo.")
        if held != name
        else (f"Is partner `{name}` dezelfde als `{close[0]}`?", "Schrijf dan één naam.")
    )
    asked = line.with_(Question(wat, oplossing, kolom="Partner"))
    return replace(asked, waarden={**line.waarden, "partner": held})


def at_the_table(plans: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the plans as the partners' table may see them.

    Returns: As `view`; an internal plan is nobody's predecessor here, because its number would
        leave with the plan that names it.
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
    """Return the plans that wait for themselves, through others."""
    place = {str(plan): number for number, plan in enumerate(plans.index)}
    pairs = [
        (place[str(plan)], place[before])
        for plan, text in plans["voorgangers"].items()
        for before, _ in predecessors(text)
    ]
    if not pairs:
        return []
    waits = csr_array((np.ones(len(pairs)), np.transpose(pairs)), (len(place), len(place)))
    _, group = connected_components(waits, connection="strong")
    return sorted(plans.index[np.bincount(group)[group] > 1])
