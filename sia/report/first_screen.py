"""The first screen of the report of the city: which buurten first, how sure, where, what money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import pandas as pd
from markupsafe import Markup

from sia.dutch import CERTAIN, LIKELY, euro, getal, meervoud, opsomming, procent, rang_interval
from sia.report.parts import Onderwerp
from sia.report.sentences import OWN_TABLE, Grond, Zin, conditional, count
from sia.viz.dataset import Cijfers
from sia.viz.outline import Drawn, in_units

LIMITS = (20.0, 40.0, 60.0, 80.0)
"""Of the classes of urgentie on the map: round, and the same in every year and city."""
_MOST = 14
"""Rows of the ranking that fit on one screen."""


@dataclass(frozen=True)
class Eerste:
    """What the first screen of a city holds.

    Parameters
    ----------
    zinnen : tuple of Zin
        As `answers`; the first begins with the one big figure.
    kaart : Markup
        Drawn map with the places of the buurten that go first.
    rij : tuple of dict
        Ranking of those buurten: ``plaats``, ``naam``, ``marge``, ``laag``, ``breed``, ``stip``
        (per cent of the axis), ``klasse``.
    aantal, van : int
        Buurten that go first, and ranked ones.
    geld : tuple of (int, str, float)
        Year, millions of euros as they are read, and their share (0-100) of the highest year.
    """

    zinnen: tuple[Zin, ...]
    kaart: Markup
    rij: tuple[dict[str, Any], ...]
    aantal: int
    van: int
    geld: tuple[tuple[int, str, float], ...]


def first_screen(o: Onderwerp) -> Eerste | None:
    """Return the first screen of the report of the city; None for others, or when none is sure."""
    word, first = _first(o)
    if not word:
        return None
    total, money = len(o.stad.gerangschikt), _per_year(o)
    rows = (_row(o.stad, str(code), row, total) for code, row in first.head(_MOST).iterrows())
    return Eerste(
        zinnen=answers(o),
        kaart=_map(o.stad, first),
        rij=tuple(rows),
        aantal=len(first),
        van=total,
        geld=tuple(
            (int(str(year)), getal(value / 1e6, 1) if value else "–", 100 * value / money.max())
            for year, value in money.items()
        ),
    )


def _first(o: Onderwerp) -> tuple[str, pd.DataFrame]:
    """Return the buurten that go first and how sure that is; no word when none does."""
    ranked = o.stad.gerangschikt
    if o.selectie.soort == "stad" and not ranked.empty and o.stad.heeft_intervallen:
        chance = ranked["kans_kwart"].astype(float)
        for word, least in (("zeker", CERTAIN), ("waarschijnlijk", LIKELY)):
            if (chance >= least).any():
                return word, ranked[chance >= least]
    return "", ranked.iloc[:0]


def answers(o: Onderwerp) -> tuple[Zin, ...]:
    """Return the sentences of the first screen, each with what it rests on; none without one."""
    word, first = _first(o)
    return tuple(_answers(o, word, first)) if word else ()


def _answers(o: Onderwerp, word: str, first: pd.DataFrame) -> Iterator[Zin]:
    city, number = o.stad, len(first)
    total, verb = len(city.gerangschikt), "hoort" if number == 1 else "horen"
    yield Zin(
        f"{number} van de {total} gerangschikte buurten {verb} {word} bij het meest urgente kwart "
        "van de stad.",
        (
            count(number, f"buurten die {word} bij het kwart horen", OWN_TABLE),
            count(total, "gerangschikte buurten", OWN_TABLE),
        ),
    )
    yield _doubt((1 - first["kans_kwart"].astype(float)).sum())
    yield from _people_and_plans(o, first.index)
    ways = city.aanpak["aanpak"].reindex(first.index).dropna() if len(city.aanpak) else None
    if ways is not None and len(ways):
        counts = {str(way): getal(n) for way, n in ways.value_counts().items()}
        proviso, more = conditional(city, ways.index)
        grounds = (Grond(f"van deze buurten: {way}", n, OWN_TABLE) for way, n in counts.items())
        yield Zin(
            f"Voorstel: {opsomming([f'{n} keer {way}' for way, n in counts.items()])}.{proviso}",
            (*grounds, *more),
        )
    yield from _money(o)


def _doubt(wrong: float) -> Zin:
    """Say how many names are wrong: by a bound on the chance of any, where that says something."""
    what = "som van de kansen op een onterechte naam"
    if wrong < 0.5:
        shown = procent(max(1, ceil(100 * wrong - 1e-9)))
        text = f"De kans dat er ten minste één ten onrechte bij staat, is hooguit {shown}."
    else:
        shown = getal(wrong, 1)
        text = f"Naar verwachting staan er {shown} ten onrechte bij."
    return Zin(text, (Grond(what, shown, OWN_TABLE),))


def _people_and_plans(o: Onderwerp, first: pd.Index[str]) -> Iterator[Zin]:
    people = o.stad.gebieden["inwoners"].astype(float)
    if not people.sum() > 0:
        return
    share = procent(100 * people.reindex(first).sum() / people.sum())
    grounds = [Grond("aandeel van de inwoners in deze buurten", share, OWN_TABLE)]
    text, plans = f"Daar woont {share} van de inwoners", o.materiaal.investeringen
    if o.editie == "openbaar" and not plans.empty:
        plans = plans[plans["vertrouwelijkheid"] == "openbaar"]
    if not plans.empty:
        key = ["titel", "partner", "start", "eind"]
        own = len(plans[plans["buurtcode"].isin(first)].drop_duplicates(key))
        every, kind = len(plans.drop_duplicates(key)), "plannen"
        kind = f"openbare {kind}" if o.editie == "openbaar" else kind
        there = f"{'ligt' if own == 1 else 'liggen'} {own}" if own else "ligt geen"
        text += f", en daar {there} van de {every} {kind}"
        grounds.append(count(every, f"{kind} in het programma", OWN_TABLE))
        grounds += [count(own, f"{kind} in deze buurten", OWN_TABLE)] if own else []
    yield Zin(f"{text}.", tuple(grounds))


def _spent(o: Onderwerp) -> pd.Series[float]:
    """Return euros per area and year, index year, as far as the edition may say them; else NaN."""
    tables = [own["geld"] for own in o.materiaal.agenda.get(o.editie, {}).values()]
    tables = [table for table in tables if not table.empty]
    if not tables:
        return pd.Series(dtype=float)
    whole = pd.concat(tables)
    return whole.set_index("jaar")["totaal" if "totaal" in whole else "bedrag"].astype(float)


def _per_year(o: Onderwerp) -> pd.Series[float]:
    spent = _spent(o)
    if not spent.sum() > 0:
        return pd.Series(dtype=float)
    years = range(int(spent.index.min()), int(spent.index.max()) + 1)
    return spent.groupby(level=0).sum().reindex(years).fillna(0.0)


def _money(o: Onderwerp) -> Iterator[Zin]:
    spent, years = _spent(o), _per_year(o)
    if years.empty:
        return
    total, hidden = euro(years.sum()), int(spent.isna().sum())
    first, last = str(years.index[0]), str(years.index[-1])
    grounds = [
        Grond("geld in het programma, zover het te tonen is", total, OWN_TABLE),
        Grond("eerste jaar van het programma", first, OWN_TABLE),
        Grond("laatste jaar van het programma", last, OWN_TABLE),
    ]
    text = f"{'Ten minste ' if hidden else ''}{total} in {first}–{last}."
    if hidden:
        text += (
            f" {getal(hidden)} bedragen per gebied en jaar tellen niet mee: zij zouden iets van "
            "één partner verraden."
        )
        grounds.append(count(hidden, "bedragen die niet te tonen zijn", OWN_TABLE))
    yield Zin(text, tuple(grounds))


def _row(city: Cijfers, code: str, row: pd.Series[Any], total: int) -> dict[str, Any]:
    scale = 100 / max(total - 1, 1)
    low, high, own = (float(row[name]) for name in ("rang_p05", "rang_p95", "rang"))
    return {
        "plaats": getal(own),
        "naam": str(city.naam[code]),
        "marge": rang_interval(low, high, own),
        "laag": round((low - 1) * scale, 1),
        "breed": round((high - low) * scale, 1),
        "stip": round((own - 1) * scale, 1),
        "klasse": urgency_class(float(row["urgentie"])),
    }


def urgency_class(value: float) -> int:
    """Return the class of a score, 1 to 5."""
    return 1 + sum(value >= limit for limit in LIMITS)


def _map(city: Cijfers, first: pd.DataFrame) -> Markup:
    """Draw the city: a class per buurt, and the places of those that go first."""
    drawn, water = in_units(city.gebieden), city.gebieden["water"]
    land = [code for code in drawn.ringen if not water[code]]
    if not land:
        return Markup("")
    ranked = city.scores["gerangschikt"].astype(bool)
    score = city.scores["urgentie"].astype(float).where(ranked)
    behind: list[Markup] = []
    front: list[Markup] = []
    for code in drawn.ringen:
        value = score.get(code)
        kind = "water" if water[code] else "geen"
        kind = kind if pd.isna(value) else f"u{urgency_class(float(value))}"
        goes_first = code in first.index
        shape = Markup('<path class="{}{}" d="{}"><title>{}</title></path>').format(
            kind, " voor" if goes_first else "", drawn.path(code), city.naam[code]
        )
        (front if goes_first else behind).append(shape)
    places = [
        Markup('<text class="op{}" x="{}" y="{}">{}</text>').format(
            urgency_class(float(row["urgentie"])), *drawn.midden[str(code)], getal(row["rang"])
        )
        for code, row in first.iterrows()
        if str(code) in drawn.midden
    ]
    label = f"Kaart: urgentie, met de plaats van {meervoud(len(first), 'buurt', 'buurten')}"
    return Markup('<svg viewBox="{}" role="img" aria-label="{}">{}</svg>').format(
        _view(drawn, land), label, Markup("").join([*behind, *front, *places])
    )


def _view(drawn: Drawn, land: list[str]) -> str:
    """Return the part of the drawing that holds all land, with room for its outline."""
    corners = [point for code in land for point in drawn.corners(code)]
    (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*corners, strict=True))
    return f"{left - 15} {top - 15} {right - left + 30} {bottom - top + 30}"
