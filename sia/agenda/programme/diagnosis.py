"""Why the commitments do not fit: the smallest amounts that would make them fit."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sia.agenda.programme.inputs import Agenda, restrict
from sia.agenda.programme.milp import EURO, Builder
from sia.agenda.programme.solver import Model, run
from sia.agenda.wording import count, euro, number
from sia.errors import Problem

_PRICE = {
    "budget": 1.0,
    "fte": 100.0,
    "straten": 200.0,
    "graafrust": 1000.0,
    "volgorde": 1000.0,
    "afspraak": 1000.0,
}
"""Price of one unit of slack, thousand euro: money gives way first, rules of the street last."""


def diagnose(agenda: Agenda) -> pd.DataFrame:
    """Return what lacks when the committed plans alone do not fit.

    Parameters
    ----------
    agenda : Agenda

    Returns
    -------
    DataFrame
        ``soort`` (budget / fte / straten / graafrust / volgorde / afspraak), ``wie`` (partner,
        buurt or place), ``jaar``, ``tekort`` (euro, fte, places), ``zin`` (Dutch). Empty when
        they do fit. The amounts are the cheapest set of relaxations (elastic programme).
    """
    builder = Builder(_committed(agenda))
    model, slack = _elastic(builder.model)
    solved = run(model, agenda.settings)
    rows = []
    for row, columns in slack.items():
        name = builder.model.names[row]
        short = float(sum(solved.values[c] for c in columns))
        if short > 1e-6:
            scale = EURO if name.soort == "budget" else 1.0
            rows.append((name.soort, name.wie, name.jaar, short / scale))
    table = pd.DataFrame(rows, columns=["soort", "wie", "jaar", "tekort"])
    table["zin"] = [_sentence(*row) for row in table.itertuples(index=False, name=None)]
    return table.sort_values(["soort", "wie", "jaar"]).reset_index(drop=True)


def _committed(agenda: Agenda) -> Agenda:
    """Return only what must be done: commitments, and whatever agreed to start with them."""
    must = agenda.plans["verplicht"].copy()
    for _, rows in agenda.afspraken.groupby("groep"):
        if must[rows["plan"]].any():
            must[rows["plan"]] = True
    return restrict(replace(agenda, plans=agenda.plans.assign(verplicht=must)), must.index[must])


def _elastic(strict: Model) -> tuple[Model, dict[int, list[int]]]:
    """Return the model with only slack in its objective, and the slack columns per row."""
    model = Model()
    for upper, whole in zip(strict.upper, strict.integer, strict=True):
        model.column(0.0, upper, whole)
    slack: dict[int, list[int]] = {}
    for i, name in enumerate(strict.names):
        span = slice(strict.starts[i], strict.starts[i + 1])
        terms = list(zip(strict.index[span], strict.value[span], strict=True))
        price = _PRICE.get(name.soort)
        if price is not None:
            # An equality may give way on both sides.
            signs = (-1.0, 1.0) if strict.row_lower[i] == strict.row_upper[i] else (-1.0,)
            slack[i] = [model.column(price, float("inf")) for _ in signs]
            terms += list(zip(slack[i], signs, strict=True))
        model.row(terms, strict.row_upper[i], name, strict.row_lower[i])
    return model, slack


def _sentence(soort: str, wie: str, jaar: int, tekort: float) -> str:
    n = round(tekort)
    return {
        "budget": f"{wie} komt in {jaar} {euro(tekort)} tekort voor wat al is toegezegd.",
        "fte": f"{wie} komt in {jaar} {number(tekort)} fte tekort voor wat al is toegezegd.",
        "straten": f"In buurt {wie} liggen in {jaar} {count(n, 'straat', 'straten')} te veel open.",
        "graafrust": f"De graafrust van {wie} wordt vanaf {jaar} doorbroken door toezeggingen.",
        "volgorde": f"De volgorde {wie} past in {jaar} niet in de vensters van de plannen.",
        "afspraak": f"De afspraak {wie} om samen te starten past in {jaar} niet.",
    }[soort]


_REMEDY = {
    "budget": "Verhoog het budget, sta doorschuiven toe of maak een toezegging minder hard.",
    "fte": "Zoek mensen, of spreid de toegezegde plannen.",
    "straten": "Sta tijdelijk meer open straten toe, of spreid de toegezegde plannen.",
    "graafrust": "Laat de werken samenvallen, of sta deze uitzondering toe.",
    "volgorde": "Verruim het venster van een van beide plannen.",
    "afspraak": "Kies een jaar dat voor alle plannen van de afspraak kan.",
}


def problems_of(shortages: pd.DataFrame) -> list[Problem]:
    """Return the shortages as problems for the reader."""
    return [
        Problem(zin, _REMEDY[soort], rij=wie, kolom=f"{soort} {jaar}")
        for soort, wie, jaar, _, zin in shortages.itertuples(index=False, name=None)
    ]
