"""The fictional partners: gain of the joint programme, and what a slip sets in motion."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from benchmarks.agenda_linkages import town
from sia.agenda.fields import OPGAVEN
from sia.agenda.inputs import Agenda, ProgrammeSettings, prepare
from sia.agenda.investments import combine, validate
from sia.agenda.linkages import find_linkages
from sia.agenda.programme import gain_over_alone, optimise
from sia.agenda.scenarios import replan
from sia.agenda.streets import Places
from sia.agenda.whatif import with_slips
from sia.agenda.worth import moved_years
from sia.demo.plans import demo_plans


def demo_agenda(seed: int) -> tuple[Agenda, Places]:
    """Return the agenda of 150 fictional plans, and its places with all bands."""
    buurten = town(6)
    rng = np.random.default_rng(seed)
    demo = demo_plans(buurten, rng)
    plans = combine(validate(rows, buurten) for rows in demo.deliveries.values()).plans
    columns = ["urgentie", *OPGAVEN]
    values = rng.uniform(0, 100, (len(buurten), len(columns)))
    scores = pd.DataFrame(values, index=buurten.index, columns=columns)
    linkages = find_linkages(plans, scores)
    settings = ProgrammeSettings(2025, 2034, gat=0.001)
    return prepare(plans, linkages, scores, demo.budgets, settings), linkages.places


def _moved(agenda: Agenda, starts: pd.Series, seed: int) -> dict[float, int]:
    rng = np.random.default_rng(seed)
    soon = starts.dropna()
    soon = soon[(soon < agenda.settings.eind - 1) & ~agenda.plans.loc[soon.index, "verplicht"]]
    slips = {str(p): 1 for p in rng.choice(soon.index, 5, replace=False)}
    after = with_slips(agenda, starts, slips)
    others = after.plans.index.difference(list(slips))
    return {
        weight: int(
            (moved_years(replan(after, starts, weight).starts[others], starts[others]) > 0).sum()
        )
        for weight in (0.0, 0.05)
    }


def main(quick: bool) -> str:
    """Return the measured table as Markdown."""
    rows = []
    for seed in range(1 if quick else 3):
        agenda, places = demo_agenda(seed)
        began = time.perf_counter()
        programme = optimise(agenda)
        seconds = time.perf_counter() - began
        gain = gain_over_alone(agenda, programme.starts, places.openings)
        net = " / ".join(f"{gain.loc[b, 'netto'] / 1e6:.2f}" for b in gain.index)
        saved = " / ".join(f"{gain.loc[b, 'besparing'] / 1e6:.2f}" for b in gain.index)
        moved = _moved(agenda, programme.starts, seed)
        rows.append(
            f"| {seed} | {seconds:.1f} | {100 * programme.gap:.2f} % | {saved} | {net} "
            f"| {moved[0.0]} | {moved[0.05]} |"
        )
    columns = (
        "zaad", "s", "bewezen gat", "besparing laag / midden / hoog (mln euro)",
        "netto boven ieder alleen (mln euro)", "na 5x uitloop verschoven, gewicht 0",
        "gewicht 0,05",
    )  # fmt: skip
    heading = f"### Voorbeeldstad: 150 fictieve plannen\n\n| {' | '.join(columns)} |\n"
    return heading + f"|{'---|' * len(columns)}\n" + "\n".join(rows) + "\n"
