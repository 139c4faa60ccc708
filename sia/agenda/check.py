"""An independent check of a programme: plain loops over plans, years and places, no solver."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sia.agenda.inputs import Agenda
from sia.agenda.wording import euro, number

_CENT = 0.01


@dataclass(frozen=True, order=True)
class Violation:
    """One rule that a schedule breaks.

    Parameters
    ----------
    soort : str
        venster, verplicht, budget, fte, straten, graafrust, volgorde or afspraak.
    wie : str
        Plan, partner, buurt or place.
    jaar : int
        0 where it has no year.
    tekort : float
        How much too much: euro, fte, places, years.
    zin : str
        Dutch sentence.
    """

    soort: str
    wie: str
    jaar: int
    tekort: float
    zin: str


def violations(agenda: Agenda, starts: pd.Series) -> list[Violation]:
    """Return every rule that a schedule breaks; an empty list when it keeps them all.

    Parameters
    ----------
    agenda : Agenda
    starts : Series, index ``plan``
        Start year, NA where left out.
    """
    chosen = {str(p): int(y) for p, y in starts.dropna().items()}
    plans: dict[str, dict[str, object]] = {
        str(p): row for p, row in agenda.plans.to_dict("index").items()  # type: ignore[misc]
    }
    found = [
        *_windows(plans, chosen),
        *_means(agenda, plans, chosen),
        *_streets(agenda, plans, chosen),
        *_rest(agenda, chosen),
        *_order(agenda, chosen),
        *_agreements(agenda, chosen),
    ]
    return sorted(found)


def _windows(plans: dict[str, dict[str, object]], chosen: dict[str, int]) -> list[Violation]:
    found = []
    for plan, row in plans.items():
        year, first, last = chosen.get(plan), int(str(row["eerste"])), int(str(row["laatste"]))
        if year is None:
            if row["verplicht"]:
                found.append(Violation("verplicht", plan, 0, 1.0,
                                       f"Plan {plan} is vastgesteld maar staat er niet in."))
        elif not first <= year <= last:
            found.append(Violation("venster", plan, year, 1.0,
                                   f"Plan {plan} start in {year}, buiten {first}-{last}."))
    unknown = sorted(set(chosen) - set(plans))
    return found + [Violation("venster", p, chosen[p], 1.0, f"Plan {p} bestaat niet.")
                    for p in unknown]


def _running(plans: dict[str, dict[str, object]], plan: str, year: int, t: int) -> bool:
    return year <= t < year + int(str(plans[plan]["duur"]))


def _means(
    agenda: Agenda, plans: dict[str, dict[str, object]], chosen: dict[str, int]
) -> list[Violation]:
    found = []
    for partner in sorted({str(row["partner"]) for row in plans.values()}):
        carried = 0.0
        for t in agenda.settings.jaren:
            running = [p for p, y in chosen.items()
                       if p in plans and plans[p]["partner"] == partner
                       and _running(plans, p, y, t)]
            spent = sum(float(str(plans[p]["eigen"])) / int(str(plans[p]["duur"]))
                        for p in running)
            people = [float(str(plans[p]["fte"])) for p in running]
            work = sum(f for f in people if f == f)
            budget, fte = _limit(agenda, partner, t)
            if budget == budget:
                short = spent - budget - carried
                if short > _CENT + 1e-6 * budget:
                    found.append(Violation("budget", partner, t, short,
                                           f"{partner} komt in {t} {euro(short)} tekort."))
                carried = min(max(-short, 0.0), agenda.settings.doorschuiven * budget)
            else:
                carried = 0.0
            if fte == fte and work - fte > 1e-5:
                found.append(Violation("fte", partner, t, work - fte,
                                       f"{partner} komt in {t} {number(work - fte)} fte tekort."))
    return found


def _limit(agenda: Agenda, partner: str, t: int) -> tuple[float, float]:
    if (partner, t) not in agenda.budgets.index:
        return float("nan"), float("nan")
    row = agenda.budgets.loc[(partner, t)]
    return float(row["budget"]), float(row["fte"])


def _streets(
    agenda: Agenda, plans: dict[str, dict[str, object]], chosen: dict[str, int]
) -> list[Violation]:
    cap = agenda.settings.straten_open
    if cap is None:
        return []
    where: dict[str, list[str]] = {}
    for plek, code in agenda.plek_buurt[["plek", "buurtcode"]].itertuples(index=False, name=None):
        where.setdefault(plek, []).append(code)
    opened: dict[tuple[str, int], set[str]] = {}
    for plek, plan in agenda.openings[["plek", "plan"]].itertuples(index=False, name=None):
        for t in agenda.settings.jaren:
            if plan in chosen and _running(plans, plan, chosen[plan], t):
                for code in where[plek]:
                    opened.setdefault((code, t), set()).add(plek)
    return [
        Violation("straten", code, t, len(places) - cap,
                  f"In buurt {code} liggen in {t} {len(places)} straten open; {cap} mag.")
        for (code, t), places in sorted(opened.items()) if len(places) > cap
    ]


def _rest(agenda: Agenda, chosen: dict[str, int]) -> list[Violation]:
    years: dict[str, set[int]] = {}
    for plek, plan in agenda.openings[["plek", "plan"]].itertuples(index=False, name=None):
        if plan in chosen:
            years.setdefault(plek, set()).add(chosen[plan])
    rest = agenda.settings.graafrust
    found = []
    for plek, openings in sorted(years.items()):
        ordered = sorted(openings)
        for before, after in zip(ordered, ordered[1:], strict=False):
            if after - before < rest:
                zin = f"{plek} gaat open in {before} en weer in {after}; rust is {rest} jaar."
                found.append(Violation("graafrust", plek, after, rest - (after - before), zin))
    return found


def _order(agenda: Agenda, chosen: dict[str, int]) -> list[Violation]:
    found = []
    rows = agenda.voorgangers[["plan", "voorganger", "marge"]]
    for plan, before, gap in rows.itertuples(index=False, name=None):
        if plan in chosen and before in chosen and chosen[plan] < chosen[before] + gap:
            short = chosen[before] + gap - chosen[plan]
            zin = f"{plan} start in {chosen[plan]}, te vroeg na {before} ({chosen[before]})."
            found.append(Violation("volgorde", plan, chosen[plan], float(short), zin))
    return found


def _agreements(agenda: Agenda, chosen: dict[str, int]) -> list[Violation]:
    found = []
    for group, rows in agenda.afspraken.groupby("groep", sort=True):
        years = {chosen.get(plan) for plan in rows["plan"]}
        if len(years) > 1:
            zin = f"De plannen van afspraak {group} starten niet in hetzelfde jaar."
            found.append(Violation("afspraak", str(group), 0, float(len(years) - 1), zin))
    return found
