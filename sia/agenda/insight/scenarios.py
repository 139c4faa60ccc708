"""How firm a programme is: the same agenda under other budgets, savings and slips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sia.agenda.dia import Dia
from sia.agenda.insight.whatif import with_budget, with_refused, with_saving, with_slips
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.optimise import Programme, optimise
from sia.agenda.programme.streets import Places
from sia.agenda.reading.deliveries import GRANTED
from sia.agenda.wording import percent

NO_SUBSIDY = "subsidies afgewezen"
_SLIPPING = 0.1
"""Chance that a placed plan that is not under way slips by one (70 %) or two years."""


@dataclass(frozen=True)
class Scenarios:
    """Programmes under other assumptions.

    `starts` (DataFrame of Int64, index ``plan``): One column per scenario, NA where left out.
    `overzicht` (index ``scenario``): ``haalbaar`` (bool), ``in_programma``, ``besparing``,
        ``waarde`` (euro), ``gat``, ``toelichting`` (what lacks when not feasible).
    """

    starts: pd.DataFrame
    overzicht: pd.DataFrame


def standard_scenarios(
    agenda: Agenda,
    starts: pd.Series,
    places: Places,
    rng: np.random.Generator,
    slips: int = 10,
) -> dict[str, Agenda]:
    """Return the scenarios that every programme should stand: less money, less saving, slips.

    `starts`: The programme.
    `places`: With all bands of the opening shares.
    `slips`: Number of sampled slips.
    Returns: ``budget -20 %``, ``lage besparing``, ``hoge besparing`` and ``uitloop 1`` onward.
    """
    found = {
        "budget -20 %": with_budget(agenda, factor=0.8),
        "lage besparing": with_saving(agenda, places, "laag"),
        "hoge besparing": with_saving(agenda, places, "hoog"),
    }
    placed = starts.dropna().index
    for n in range(1, slips + 1):
        hit = placed[rng.random(len(placed)) < _SLIPPING]
        years = rng.choice([1, 2], len(hit), p=[0.7, 0.3])
        sampled = {str(p): int(y) for p, y in zip(hit, years, strict=True)}
        found[f"uitloop {n}"] = with_slips(agenda, starts, sampled)
    return found


def run_scenarios(
    scenarios: Mapping[str, Agenda], starts: pd.Series, tie_break: float = 0.005
) -> Scenarios:
    """Make the programme of every scenario.

    `starts`: The programme they are compared with.
    `tie_break`: Stability weight in the scenarios: small, so that a plan only moves for a reason
        and not because two years are equally good.
    Returns: Of a scenario whose commitments do not fit the overview says what lacks.
    """
    columns: dict[str, pd.Series] = {}
    rows: dict[str, dict[str, object]] = {}
    for name, agenda in scenarios.items():
        here = replace(agenda, settings=agenda.settings.but(stabiliteit=tie_break))
        programme = optimise(here, starts)
        columns[name] = programme.starts.reindex(starts.index)
        rows[name] = _summary(programme)
    overview = pd.DataFrame.from_dict(rows, orient="index").rename_axis("scenario")
    return Scenarios(pd.DataFrame(columns, index=starts.index).astype("Int64"), overview)


def _summary(programme: Programme) -> dict[str, object]:
    return {
        "haalbaar": programme.conflicten.empty,
        "in_programma": int(programme.starts.notna().sum()),
        "besparing": float(programme.worth["besparing"]),
        "waarde": float(programme.worth["totaal"]),
        "gat": programme.gap,
        "toelichting": " ".join(programme.conflicten["zin"]),
    }


def same_year(starts: pd.Series, scenarios: Scenarios) -> pd.DataFrame:
    """Return for every placed plan how often it keeps its year.

    Returns (index ``plan``): ``start`` (int), ``aandeel`` (0-1, over all scenarios), ``zin``
        ("zelfde jaar in 85 % van de scenario's").
    """
    placed = starts.dropna().astype(int)
    n = len(scenarios.overzicht)
    runs = scenarios.starts.loc[placed.index]
    kept = runs.eq(placed, axis=0).fillna(False).sum(axis=1).astype(float)
    share = kept / n if n else pd.Series(np.nan, index=placed.index)
    sentences = [f"zelfde jaar in {percent(float(s), 0)} van de scenario's" for s in share]
    return pd.DataFrame({"start": placed, "aandeel": share, "zin": sentences})


def replan(agenda: Agenda, current: pd.Series, stabiliteit: float | None = None) -> Programme:
    """Make a new programme that changes as little as is sensible.

    `agenda`: After the slip, the new budget or the new plan.
    `current`: The agreed schedule.
    `stabiliteit`: Cost of moving a plan by one year, fraction of its cost; default that of the
        settings.
    """
    if stabiliteit is None:
        return optimise(agenda, current)
    settings = agenda.settings.but(stabiliteit=stabiliteit)
    return optimise(replace(agenda, settings=settings), current)


def scenarios_of(dia: Dia, *, zaad: int = 2024, uitloop: int = 2) -> dict[str, Agenda]:
    """Return the agenda under less money, other savings, refusals and random slips.

    `uitloop`: Number of scenarios with slips.
    """
    rng = np.random.default_rng(zaad)
    others = standard_scenarios(dia.agenda, dia.starts, dia.linkages.places, rng, slips=uitloop)
    funds = dia.delivered.subsidies
    unsure = list(funds.index[funds["status"] != GRANTED])
    if dia.plans[["bron_1", "bron_2"]].isin(unsure).to_numpy().any():
        others[NO_SUBSIDY] = with_refused(dia.agenda, dia.plans, unsure)
    # a scenario asks whether a plan keeps its year; that needs no last tenth of a percent
    return {
        name: replace(agenda, settings=agenda.settings.but(gat=max(agenda.settings.gat, 0.01)))
        for name, agenda in others.items()
    }


def firmness(dia: Dia) -> Scenarios:
    """Make the programme of every scenario, see `scenarios_of`."""
    return run_scenarios(scenarios_of(dia), dia.starts)
