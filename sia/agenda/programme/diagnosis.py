"""Commitments that clash: which rules give way, as little as possible, and what would solve it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sia.agenda.programme.check import Checker
from sia.agenda.programme.inputs import Agenda, tied_plans
from sia.agenda.programme.milp import Builder
from sia.agenda.programme.solver import Model, run

_PRICE = {
    "budget": 1.0,
    "plafond": 1.0,
    "fte": 100.0,
    "straten": 200.0,
    "graafrust": 1000.0,
    "volgorde": 1000.0,
    "afspraak": 1000.0,
    "regeling": 1000.0,
}
"""Price of one unit of slack, thousand euro: money gives way first, rules of the street last."""
_REMEDY = {
    "budget": "Verhoog het budget, sta doorschuiven toe of geef een van de plannen een ander jaar.",
    "plafond": "Zoek ander geld voor een van de plannen, of vraag een hoger plafond.",
    "fte": "Zoek mensen, of geef een van de plannen een ander jaar.",
    "straten": "Sta tijdelijk meer open straten toe, of geef een van de plannen een ander jaar.",
    "graafrust": "Laat de werken in hetzelfde jaar beginnen, of sta deze uitzondering toe.",
    "volgorde": "Geef een van beide plannen een ander jaar.",
    "afspraak": "Kies een jaar dat voor alle plannen van de afspraak kan, of neem haar terug.",
    "regeling": "Zoek ander geld, of geef het plan een jaar binnen de regeling.",
    "venster": "Laat de partner een nieuw jaar opgeven.",
}
CONFLICT = ["soort", "wie", "jaar", "tekort", "plannen", "partners", "zin", "oplossing"]


def conflicts(agenda: Agenda, starts: pd.Series) -> pd.DataFrame:
    """Return where commitments clash, in a programme in which only they break rules.

    Returns: ``soort``, ``wie``, ``jaar``, ``tekort`` (euro, fte, places, years), ``plannen`` and
        ``partners`` (``;``-joined), ``zin`` and ``oplossing`` (Dutch). Among them the committed
        works that should have begun before the horizon. Empty when all commitments fit.
    """
    chosen = {str(p): int(y) for p, y in starts.dropna().items()}
    checker = Checker(agenda)
    rows = [
        (v.soort, v.wie, v.jaar, v.tekort, v.plannen, v.zin) for v in checker.violations(chosen)
    ]
    plans = agenda.plans
    for plan, window in plans.get("uitgelopen", pd.Series(dtype=str)).items():
        if not window:
            continue
        zin = f"{checker.name(str(plan))} stond vast voor {window} en is niet begonnen"
        year = chosen.get(str(plan), 0)
        placed = f"; het programma zet het in {year}." if year else "."
        rows.append(("venster", str(plan), year, 0.0, (str(plan),), zin + placed))
    table = pd.DataFrame(rows, columns=["soort", "wie", "jaar", "tekort", "plannen", "zin"])
    table["partners"] = [
        ";".join(sorted(set(plans["partner"].reindex(list(names)).dropna())))
        for names in table["plannen"]
    ]
    table["plannen"] = [";".join(names) for names in table["plannen"]]
    table["oplossing"] = table["soort"].map(_REMEDY)
    texts = dict.fromkeys(("plannen", "partners", "zin", "oplossing"), "str")
    return table[CONFLICT].astype(texts)


def give_way(builder: Builder) -> Model:
    """Return the model in which rules give way where the commitments break them, and only there.

    An elastic programme over the commitments (and what has to go with them) finds the cheapest
    set of relaxations. The rows that give way do so by exactly that much, and the plans in them
    keep the years that go with it, so that no other plan profits.
    """
    strict, needed = builder.model, needed_plans(builder.agenda)
    model, slack = _elastic(strict)
    for (plan, _), column in builder.x.items():
        if plan not in needed:
            model.upper[column] = 0.0
    solved = run(model, builder.settings)
    if not solved.values.size:
        return strict
    lower, upper = list(strict.lower), list(strict.upper)
    row_lower, row_upper = list(strict.row_lower), list(strict.row_upper)
    starts = set(builder.x.values())
    for row, columns in slack.items():
        short = [float(solved.values[c]) for c in columns]
        if max(short) <= 1e-6:
            continue
        row_upper[row] += short[0] + 1e-6
        row_lower[row] -= sum(short[1:]) + 1e-6
        for column in _columns(strict, row):
            if column in starts and solved.values[column] > 0.5:
                lower[column] = 1.0
    return replace(strict, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)


def _columns(model: Model, row: int) -> list[int]:
    return model.index[model.starts[row] : model.starts[row + 1]]


def needed_plans(agenda: Agenda) -> set[str]:
    """Return the commitments, and what has to have a place because they have one."""
    found = set(agenda.plans.index[agenda.plans["verplicht"]])
    tied = tied_plans(agenda)
    order = agenda.voorgangers[["plan", "voorganger"]]
    size = -1
    while len(found) > size:
        size = len(found)
        for group in tied:
            if found & group:
                found |= group
        found |= set(order.loc[order["plan"].isin(found), "voorganger"])
    return found


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
