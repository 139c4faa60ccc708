"""Joint programme: time to a proven gap, and worth against no coordination and a greedy planner."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd

from sia.agenda.parameters import ProgrammeSettings, default_parameters
from sia.agenda.programme.baselines import alone, greedy
from sia.agenda.programme.check import violations
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.optimise import optimise
from sia.agenda.programme.worth import worth

PARTNERS = 8
YEARS = (2025, 2034)


def instance(n: int, seed: int = 1, margin: float = 1.2) -> Agenda:
    """Return n works of 8 partners: windows, money, people, places, order, links, commitments."""
    rng = np.random.default_rng(seed)
    names = [f"W{i:04d}" for i in range(n)]
    partner = rng.choice([f"Partner {k + 1}" for k in range(PARTNERS)], n)
    first = rng.integers(YEARS[0], YEARS[1] - 2, n)
    last = np.minimum(first + rng.integers(1, 6, n), YEARS[1])
    cost = np.round(np.exp(rng.normal(12.8, 0.7, n)), -3)
    duration = rng.choice([1, 2, 3], n, p=[0.75, 0.2, 0.05])
    people = np.round((0.3 + 0.7 * cost / cost.mean()) * rng.uniform(0.8, 1.2, n), 1)
    plans = pd.DataFrame(
        {
            "partner": partner, "titel": names, "soort": "riolering", "kosten": cost,
            "eigen": cost * rng.choice([1.0, 0.7], n), "fte": people, "duur": duration,
            "eerste": first, "laatste": last,
            "voorkeur": first + (rng.random(n) * (last - first + 1)).astype(int),
            "verplicht": rng.random(n) < 0.05, "urgentie": rng.beta(2, 2, n),
            "urgentie_bekend": True, "vertrouwelijkheid": "partners",
            "zekerheid": rng.choice([0.6, 0.8, 1.0], n),
            "hernieuwt": rng.random(n) < 0.6, "geluid": rng.choice([0.0, 0.5], n, p=[0.7, 0.3]),
        },
        index=pd.Index(names, name="plan"),
    )  # fmt: skip
    digs = rng.random(n) < 0.7
    place = rng.integers(0, max(int(digs.sum()) // 3, 1), n)
    buurt = place % max(n // 14, 1)
    share = default_parameters().shared("midden")
    openings = pd.DataFrame(
        {"plek": [f"plek {p}" for p in place], "plan": names, "opening": cost * share}
    )[digs]
    pairs = rng.choice(n, (n // 10, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    order = rng.choice(n, (n // 20, 2))
    order = np.sort(order[order[:, 0] != order[:, 1]], axis=1)
    agreed = np.unique(openings.groupby("plek")["plan"].agg("first").to_numpy())[: n // 50]
    mates = [
        openings.loc[openings["plek"] == p, "plan"].iloc[:2]
        for p in openings.set_index("plan").loc[agreed, "plek"]
    ]
    groups = [(f"A{i}", plan) for i, pair in enumerate(mates) if _can(plans, pair)
              for plan in pair]  # fmt: skip
    span = np.arange(YEARS[0], YEARS[1] + 1)
    own = plans["eigen"].groupby(plans["partner"]).sum()
    work = (plans["fte"] * plans["duur"]).groupby(plans["partner"]).sum()
    largest = (plans["eigen"] / plans["duur"]).groupby(plans["partner"]).max() * 1.2
    budgets = pd.DataFrame(
        [(k, t, max(own[k] / 10 * margin, largest[k]), max(work[k] / 10 * margin, 3.0))
         for k in own.index for t in span],
        columns=["partner", "jaar", "budget", "fte"],
    )  # fmt: skip
    places = pd.DataFrame({"plek": openings["plek"], "buurtcode": buurt[digs].astype(str)})
    return Agenda(
        plans=plans, openings=openings.reset_index(drop=True),
        plek_buurt=places.drop_duplicates(),
        plan_buurt=pd.DataFrame({"plan": names, "buurtcode": buurt.astype(str)}),
        links=pd.DataFrame({"kans": "K", "a": [names[i] for i in pairs[:, 0]],
                            "b": [names[i] for i in pairs[:, 1]], "waardering": 5_000.0}),
        voorgangers=pd.DataFrame({"plan": [names[i] for i in order[:, 1]],
                                  "voorganger": [names[i] for i in order[:, 0]], "marge": 0}),
        afspraken=pd.DataFrame(groups, columns=["groep", "plan"], dtype=str),
        budgets=budgets.set_index(["partner", "jaar"]),
        settings=ProgrammeSettings(*YEARS, straten_open=4, graafrust=5, doorschuiven=0.25),
    )  # fmt: skip


def _can(plans: pd.DataFrame, pair: pd.Series) -> bool:
    chosen = plans.loc[pair]
    return len(pair) == 2 and chosen["eerste"].max() <= chosen["laatste"].min()


def _net(parts: pd.Series | None) -> str:
    """Return saved openings less delay and early replacement, in million euro."""
    if parts is None:
        return "-"
    return f"{(parts['besparing'] - parts['uitstel'] - parts['vervroeging']) / 1e6:.2f}"


def _row(n: int, margin: float) -> str:
    agenda = instance(n, margin=margin)
    times = {}
    for gap in (0.01, 0.005):
        wanted = replace(agenda, settings=agenda.settings.but(gat=gap, tijd=60.0))
        began, worked = time.perf_counter(), time.process_time()
        programme = optimise(wanted)
        spent = time.perf_counter() - began, time.process_time() - worked
        times[gap] = f"{spent[0]:.1f} / {spent[1]:.1f} ({100 * programme.gap:.2f} %)"
    broken = len(violations(agenda, programme.starts))
    apart, first = alone(agenda), greedy(agenda)
    separate = worth(agenda, apart)
    taken = worth(agenda, first) if first is not None else None
    total = programme.worth["totaal"]
    greedy_ratio = f"{total / taken['totaal']:.3f}" if taken is not None else "-"
    return (
        f"| {n} | {margin:.1f} | {times[0.01]} | {times[0.005]} | {greedy_ratio} "
        f"| {total / separate['totaal']:.3f} | {_net(programme.worth)} / {_net(taken)} "
        f"/ {_net(separate)} "
        f"| {len(violations(agenda, apart))} | {broken} |"
    )


def main(quick: bool) -> str:
    """Return the measured table as Markdown."""
    sizes = (50, 150) if quick else (50, 150, 400, 1000)
    columns = (
        "plannen", "ruimte in budget en fte", "s wand / s processor tot 1 % (bewezen gat)",
        "s wand / s processor tot 0,5 % (bewezen gat)", "waarde / gulzige planner",
        "waarde / ieder alleen", "besparing - verlies: samen / gulzig / alleen (mln euro)",
        "regels gebroken door ieder alleen", "door het programma",
    )  # fmt: skip
    heading = (
        "### Gezamenlijk programma (10 jaar, 8 partners, alle regels aan)\n\n"
        f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    )
    cases = [(n, 1.2) for n in sizes] + [(n, 1.0) for n in sizes[1:]]
    return heading + "\n".join(_row(n, margin) for n, margin in cases) + "\n"
