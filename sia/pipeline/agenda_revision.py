"""The programme under other assumptions: scenarios, slips, and the versions that were kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from sia.agenda.insight import scenarios as what
from sia.agenda.insight.funding import GRANTED
from sia.agenda.insight.versions import differences, version_summary
from sia.agenda.insight.whatif import with_refused, with_slips
from sia.agenda.programme.inputs import Agenda
from sia.agenda.programme.optimise import Programme
from sia.agenda.programme.worth import moved_years
from sia.pipeline.agenda import Dia
from sia.pipeline.agenda_record import since_last_version

NO_SUBSIDY = "subsidies afgewezen"


def scenarios_of(dia: Dia, *, zaad: int = 2024, uitloop: int = 3) -> dict[str, Agenda]:
    """Return the agenda under less money, other savings, refusals and random slips.

    Parameters
    ----------
    dia : Dia
    zaad : int
    uitloop : int
        Number of scenarios with slips.
    """
    rng = np.random.default_rng(zaad)
    others = what.standard_scenarios(
        dia.agenda, dia.starts, dia.linkages.places, rng, slips=uitloop
    )
    funds = dia.delivered.subsidies
    unsure = list(funds.index[funds["status"] != GRANTED])
    if dia.plans[["bron_1", "bron_2"]].isin(unsure).to_numpy().any():
        others[NO_SUBSIDY] = with_refused(dia.agenda, dia.plans, unsure)
    # a scenario asks whether a plan keeps its year; that needs no last tenth of a percent
    return {
        name: replace(agenda, settings=replace(agenda.settings, gat=max(agenda.settings.gat, 0.01)))
        for name, agenda in others.items()
    }


def firmness(dia: Dia) -> what.Scenarios:
    """Make the programme of every scenario, see `scenarios_of`."""
    return what.run_scenarios(scenarios_of(dia), dia.starts)


def scenario_table(found: what.Scenarios) -> pd.DataFrame:
    """Return one row per scenario: does it fit, how many plans are in, and what lacks."""
    table = found.overzicht.reset_index()
    return pd.DataFrame(
        {
            "scenario": table["scenario"],
            "past": table["haalbaar"].astype(bool),
            "in programma": table["in_programma"].astype("int64"),
            "bespaart (mln €)": table["besparing"].astype(float) / 1e6,
            "toelichting": table["toelichting"].astype(str),
        }
    )


def firmness_table(dia: Dia, found: what.Scenarios, aantal: int = 20) -> pd.DataFrame:
    """Return the plans whose year is least firm."""
    kept = what.same_year(dia.starts, found).sort_values("aandeel", kind="stable").head(aantal)
    return pd.DataFrame(
        {
            "plan": kept.index,
            "titel": dia.plans["titel"].reindex(kept.index),
            "jaar": kept["start"],
            "hoe hard": kept["zin"],
        }
    )


def random_slips(dia: Dia, *, aantal: int = 5, zaad: int = 2024) -> dict[str, int]:
    """Return plans that slip by a year, drawn from those that start within the horizon."""
    soon = dia.starts.dropna()
    soon = soon[soon < dia.agenda.settings.eind - 1]
    rng = np.random.default_rng(zaad)
    drawn = rng.choice(soon.index.to_numpy(), min(aantal, len(soon)), replace=False)
    return {str(plan): 1 for plan in sorted(drawn)}


def replan_after(dia: Dia, slips: Mapping[str, int], stabiliteit: float) -> Programme:
    """Make the programme again after slips, with a price on moving other plans."""
    return what.replan(with_slips(dia.agenda, dia.starts, slips), dia.starts, stabiliteit)


def moved_text(dia: Dia, slips: Mapping[str, int], programmes: Mapping[str, Programme]) -> str:
    """Say how many plans move that did not slip themselves, for each programme."""
    others = dia.agenda.plans.index.difference(list(slips))
    parts = [
        f"{name}: {int((moved_years(p.starts.reindex(others), dia.starts[others]) > 0).sum())}"
        for name, p in programmes.items()
    ]
    return f"Andere plannen die verschuiven na {len(slips)} keer uitloop: {'; '.join(parts)}."


def difference_table(dia: Dia, programme: Programme) -> pd.DataFrame:
    """Return what changes between the programme and another one, as sentences."""
    changed = differences(dia.starts, programme.starts, dia.plans)
    return changed.reset_index()[["partner", "wijziging", "zin"]]


def version_table(dia: Dia) -> pd.DataFrame:
    """Return all versions of the programme that were kept."""
    summary = version_summary(dia.versions).reset_index()
    return pd.DataFrame(
        {
            "versie": summary["versie"],
            "datum": summary["datum"],
            "in programma": summary["in_programma"].astype("int64"),
            "erbuiten": summary["erbuiten"].astype("int64"),
            "kosten (mln €)": summary["kosten"].astype(float) / 1e6,
            "samenvatting": summary["zin"],
        }
    )


def version_difference_table(dia: Dia) -> pd.DataFrame:
    """Return what changed between the last two versions that were kept, as sentences."""
    changed = since_last_version(dia.versions)
    return changed.reset_index()[["partner", "wijziging", "zin"]]
