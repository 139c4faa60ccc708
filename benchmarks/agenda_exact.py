"""Joint programme against every schedule that can be tried, and large ones against the checker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks._tiny_agendas import best_by_trying, random_agenda
from benchmarks.agenda_programme import instance
from sia.agenda.programme.agreements import frozen
from sia.agenda.programme.check import violations
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.optimise import optimise

_TINY, _LARGE = 300, 30


def agreed_years(agenda: Agenda, seed: int) -> dict[str, int | None]:
    """Return an agreed schedule that knows most plans and leaves some of them out."""
    rng = np.random.default_rng(seed)
    return {
        str(plan): 2025 + int(rng.integers(0, 3)) if rng.random() < 0.8 else None
        for plan in agenda.plans.index
        if rng.random() < 0.9
    }


def _tiny(count: int) -> tuple[int, int, int]:
    """Return how many instances equal the best, how many clash, and how many of those say so."""
    equal = clash = told = 0
    for seed in range(1000, 1000 + count):
        agenda = random_agenda(seed, most=5, years=3)
        current = agreed_years(agenda, seed) if seed % 2 else None
        best = best_by_trying(agenda, current)
        agreed = None if current is None else pd.Series(current, dtype="Int64")
        found = optimise(agenda, agreed)
        if best is None:
            clash += 1
            told += len(found.conflicten) > 0
        else:
            equal += found.conflicten.empty and abs(found.worth["totaal"] - best) <= 1.0
    return equal, clash, told


def _large(count: int) -> tuple[int, int]:
    """Return how many programmes break no rule, and how many clash and say every broken rule."""
    clean = told = 0
    for seed in range(count):
        agenda = random_agenda(seed, most=40, years=10, committed=0.05)
        agenda = replace(agenda, settings=agenda.settings.but(gat=0.01))
        if seed % 2:
            agenda = instance(60, seed)
        first = optimise(agenda).starts if seed % 3 == 0 else None
        found = optimise(agenda, first)
        broken = violations(agenda if first is None else frozen(agenda, first), found.starts)
        clean += not broken
        told += bool(broken) and len(found.conflicten) == len(broken)
    return clean, told


def main(quick: bool) -> str:
    """Return the measured table as Markdown."""
    tiny, large = (20, 3) if quick else (_TINY, _LARGE)
    equal, clash, told = _tiny(tiny)
    clean, named = _large(large)
    rows = (
        ("klein: gelijk aan de beste van alle programma's", f"{equal} van {tiny - clash}"),
        ("klein: toezeggingen botsen, en dat staat erbij", f"{told} van {clash}"),
        ("groot: geen regel gebroken", f"{clean} van {large}"),
        ("groot: elke gebroken regel is een genoemde botsing", f"{named} van {large - clean}"),
    )
    heading = "### Programma tegen alles proberen\n\n| meting | uitkomst |\n|---|---|\n"
    return heading + "\n".join(f"| {what} | {found} |" for what, found in rows) + "\n"
