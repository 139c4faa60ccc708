"""The first screen of a report: the answer in one line, one figure, a map, and what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

import pandas as pd
from markupsafe import Markup

from sia.change.words import FALLS, NOISE, RISES
from sia.dutch import LIKELY, UNLIKELY, euro, getal, kans, opsomming, procent
from sia.report import change
from sia.report.buurt_sentences import buurt_certainty, buurt_things
from sia.report.change import type_sentence
from sia.report.marks import MAP_CLASSES, two_bars
from sia.report.parts import PLAN, Onderwerp
from sia.report.sentences import (
    Grond,
    Zin,
    certainty,
    conditional,
    count,
    dia_things,
    domain_things,
    questions,
    three_things,
    without_quarter,
)
from sia.viz.city_map import score_class
from sia.viz.dataset import Cijfers
from sia.viz.judgement import short_texts
from sia.viz.theme import DOMAINS
from sia.weighing.axes import rank_of
from sia.weighing.ranking import SURE, words

WORDS = (
    *("geen", "één", "twee", "drie", "vier", "vijf", "zes"),
    *("zeven", "acht", "negen", "tien", "elf", "twaalf"),
)
FOLLOWS, ALIKE = 1.25, 0.8
"""Per inhabitant in the urgent buurten against the rest: from this it follows, from that alike."""
ROUNDED = 1 / 3
"""Part of the ranked buurten above which the quarter, rounded up, is no quarter to a reader."""
_CHANGES = {RISES: ("v3", "▲"), FALLS: ("v1", "▼"), NOISE: ("v2", "")}


@dataclass(frozen=True)
class Volgt:
    """What is planned per inhabitant in some buurten, and in the rest.

    `kort`: Whether it follows the urgency, in a few words for the headline.
    `vraag`: Heading over the bars.
    """

    kort: str
    vraag: str
    zin: Zin
    staven: Markup


@dataclass(frozen=True)
class Eerste:
    """What the first screen of a report holds.

    `kop`: The answer in one line.
    `cijfer`: The one big figure; empty where no number is the message.
    `zinnen`, `vragen`, `zeker`: What there is to know, the first beside the figure; what is asked;
        what is certain.
    `legenda`: Class of the style sheet, and what it means.
    """

    kop: Zin
    cijfer: str
    zinnen: tuple[Zin, ...]
    zeker: tuple[Zin, ...]
    vragen: tuple[Zin, ...]
    volgt: Volgt | None
    kaart: Markup
    kaartkop: str
    legenda: tuple[tuple[str, str], ...]


def first_screen(o: Onderwerp) -> Eerste:
    """Return the first screen of a report."""
    chosen = urgent(o.cijfers)
    city = o.selectie.soort == "stad"
    told, follows = things(o), planned(o)
    figure = city and not chosen.empty
    title, picture, legend = _map(o, chosen)
    return Eerste(
        kop=headline(o, follows),
        cijfer=getal(len(chosen)) if figure else "",
        zinnen=told,
        zeker=() if city else sure(o),
        vragen=questions(o.selectie.soort, o.cijfers),
        volgt=follows,
        kaart=picture,
        kaartkop=title,
        legenda=legend,
    )


def urgent(cijfers: Cijfers) -> pd.DataFrame:
    """Return the ranked buurten that belong to the most urgent quarter, certainly or likely."""
    ranked = cijfers.gerangschikt
    if ranked.empty or not cijfers.heeft_intervallen:
        return ranked.iloc[:0]
    return ranked[ranked["kans_kwart"].astype(float) >= LIKELY]


def things(o: Onderwerp) -> tuple[Zin, ...]:
    """Return what there is to know first, by kind of report."""
    kind, own = o.selectie.soort, o.cijfers
    if kind == "stad":
        return tuple(_of_city(o)) or three_things(own, o.stad)
    if kind == "buurt":
        return buurt_things(o.stad, o.code)
    if kind == "verandering":
        return change.things(o.gebied)
    if kind == "dia":
        return dia_things(own, o.selectie.naam)
    if kind == "domein":
        return domain_things(own, o.selectie.sleutel)
    return three_things(own, o.stad)


def sure(o: Onderwerp) -> tuple[Zin, ...]:
    """Return what is certain and what is not, by kind of report."""
    if o.selectie.soort == "buurt":
        return buurt_certainty(o.stad, o.code)
    if o.selectie.soort == "verandering":
        moved = type_sentence(o.materiaal.trajecten, o.cijfers.naam)
        return (*change.certainty(o.gebied), *([moved] if moved else []))
    if o.selectie.soort == "domein":
        own = o.cijfers.indicatoren_van(o.selectie.sleutel)
        return certainty(replace(o.cijfers, vlaggen=o.cijfers.vlaggen[own]))
    return certainty(o.cijfers)


def word(number: int) -> str:
    """Return a number as it stands in a headline: in letters up to twelve."""
    return WORDS[number] if number < len(WORDS) else getal(number)


def headline(o: Onderwerp, follows: Volgt | None = None) -> Zin:
    """Say in one line which buurten go first, and whether what is planned follows."""
    kind, name = o.selectie.soort, o.selectie.naam
    if kind in ("verandering", "buurt", "domein"):
        title = DOMAINS[o.selectie.sleutel] if kind == "domein" else o.selectie.titel
        return Zin(title, Grond("titel", title))
    ranked, chosen = o.cijfers.gerangschikt, urgent(o.cijfers)
    number, total = len(chosen), len(ranked)
    whole = total == len(o.cijfers.gebieden)
    grounds = (
        Grond("naam", name),
        count(number, "buurten die zeker of waarschijnlijk bij het kwart horen"),
        count(total, "gerangschikte buurten"),
    )
    if not total:
        text = "hier heeft geen buurt een plaats in de volgorde"
    elif kind == "stad" and without_quarter(ranked):
        text = "te weinig buurten voor een volgorde"
    elif not o.cijfers.heeft_intervallen:
        text = "hoe zeker de volgorde is, is nog niet doorgerekend"
    elif not number:
        sure_none = bool(ranked["kans_kwart"].astype(float).sum() <= UNLIKELY)
        text = "geen buurt gaat voor" if sure_none else "geen buurt gaat met zekerheid voor"
    elif kind == "stad":
        text = f"{word(number)} {'buurten gaan' if number > 1 else 'buurt gaat'} voor"
    elif number == total:
        all_of = "beide buurten" if total == 2 else f"alle {word(total)} buurten"
        all_of = all_of if whole else f"{all_of} met een plaats"
        text = f"{'de buurt' if whole else 'de enige buurt met een plaats'} gaat voor"
        text = text if total == 1 else f"{all_of} gaan voor"
    else:
        verb = "gaan" if number > 1 else "gaat"
        which = "buurten" if whole else "buurten met een plaats"
        text = f"{word(number)} van de {word(total)} {which} {verb} voor"
    if kind != "stad":
        return Zin(f"{name}: {text}", *grounds)
    more = f" {follows.kort}" if follows and number else ""
    # a sentence begins with Eén: the marks are on the small letters only
    begin = text[0].upper() if number != 1 else "E"
    return Zin(f"{begin}{text[1:]}.{more}", *grounds)


def _of_city(o: Onderwerp) -> Iterator[Zin]:
    chosen = urgent(o.stad)
    if chosen.empty:
        return
    number, total = len(chosen), len(o.stad.gerangschikt)
    certain = int((words(chosen) == SURE).sum())
    how = "zeker of waarschijnlijk" if certain else "waarschijnlijk"
    how = "zeker" if certain == number else how
    quarter, where = ceil(total / 4), "het meest urgente kwart van de stad"
    if quarter > total * ROUNDED:
        where = f"de {quarter} meest urgente (een kwart, naar boven afgerond)"
    yield Zin(
        f"{number} van de {total} gerangschikte buurten {'hoort' if number == 1 else 'horen'} "
        f"{how} bij {where}.",
        count(quarter, "buurten in het kwart, naar boven afgerond"),
        count(number, f"buurten die {how} bij het kwart horen"),
        count(total, "gerangschikte buurten"),
    )
    yield _doubt((1 - chosen["kans_kwart"].astype(float)).sum())
    people = o.stad.gebieden["inwoners"].astype(float)
    if people.sum() > 0:
        share = kans(people.reindex(chosen.index).sum() / people.sum())
        what = Grond("aandeel van de inwoners in deze buurten", share)
        yield Zin(f"Daar woont {share} van de inwoners.", what)
    ways = o.stad.aanpak["aanpak"].reindex(chosen.index).dropna() if len(o.stad.aanpak) else None
    if ways is not None and len(ways):
        counts = {str(way): getal(n) for way, n in ways.value_counts().items()}
        proviso, more = conditional(o.stad, ways.index)
        grounds = (Grond(f"van deze buurten: {way}", n) for way, n in counts.items())
        yield Zin(
            f"Voorstel: {opsomming([f'{n} keer {way}' for way, n in counts.items()])}.{proviso}",
            *grounds,
            *more,
        )


def _doubt(wrong: float) -> Zin:
    """Say how many names are wrong: by a bound on the chance of any, where that says something."""
    what = "som van de kansen op een onterechte naam"
    if wrong < 0.5:
        shown = procent(max(1, ceil(100 * wrong - 1e-9)))
        text = f"De kans dat er ten minste één ten onrechte bij staat, is hooguit {shown}."
    else:
        shown = getal(wrong, 1)
        text = f"Naar verwachting staan er {shown} ten onrechte bij."
    return Zin(text, Grond(what, shown))


def planned(o: Onderwerp) -> Volgt | None:
    """Say what is planned per inhabitant: in the urgent buurten and the rest, or here and there.

    In euros in the internal edition; in public plans in the other, because what one partner pays
    follows from sums over few buurten.
    """
    kind, euros = o.selectie.soort, o.editie == "intern"
    codes = urgent(o.stad).index if kind == "stad" else o.cijfers.gebieden.index
    people = o.stad.gebieden["inwoners"].astype(float).fillna(0.0)
    inside = people.index.isin(codes)
    here, there = people[inside].sum(), people[~inside].sum()
    sums = _planned_sums(o, codes)
    if kind in ("buurt", "domein", "verandering") or not here > 0 or not there > 0 or not sum(sums):
        return None
    rates = sums[0] / here, sums[1] / there
    shown = [_rate(r, euros) for r in rates]
    names = ("In deze buurten", "In de rest") if kind == "stad" else ("Hier", "In de rest")
    what = "per inwoner gepland" if euros else "openbare plannen per 10.000 inwoners"
    verb = "is" if euros else "liggen"
    follows = _follows(rates, euros)
    text = f"{names[0]} {verb} {shown[0]} {what}, in de rest van de stad {shown[1]}."
    if kind == "stad" and follows.endswith("nog niet."):
        text += " Dat is bijna gelijk, terwijl de opgave in deze buurten het grootst is."
    grounds = (
        Grond("gepland in deze buurten", shown[0]),
        Grond("gepland in de rest van de stad", shown[1]),
        Grond("plannen zijn geteld per aantal inwoners", "10.000"),
    )
    rows = list(zip(names, rates, shown, strict=True))
    asked = "Wat is hier gepland?"
    if kind == "stad":
        what = "Gaat het geld" if euros else "Gaan de plannen"
        asked = f"{what} naar de urgente buurten?"
    return Volgt(follows, asked, Zin(text, *grounds), two_bars(rows))


def _rate(rate: float, euros: bool) -> str:
    """Return a rate per inhabitant as it is printed; what is little is never printed as nothing."""
    least = 1.0 if euros else 1e-5
    if 0 < rate < least:
        return f"minder dan {_rate(least, euros)}"
    if euros:
        return euro(round(rate, -1) if rate >= 100 else rate)
    return getal(10_000 * rate, 1)


def _planned_sums(o: Onderwerp, codes: pd.Index[str]) -> tuple[float, float]:
    """Return euros or the number of plans inside and outside some buurten."""
    table = o.materiaal.bedragen if o.editie == "intern" else o.plannen
    if table.empty:
        return 0.0, 0.0
    inside = table["buurtcode"].isin(codes)
    if o.editie == "intern":
        return float(table["kosten"][inside].sum()), float(table["kosten"][~inside].sum())
    here, there = (table[part].drop_duplicates(PLAN) for part in (inside, ~inside))
    return float(len(here)), float(len(there))


def _follows(rates: tuple[float, float], euros: bool) -> str:
    ratio = rates[0] / rates[1] if rates[1] else FOLLOWS
    subject = "Het geld" if euros else "De plannen"
    if ratio < ALIKE:
        return f"{subject} {'gaat' if euros else 'gaan'} vooral naar elders."
    return f"{subject} {'volgt' if euros else 'volgen'}{'' if ratio >= FOLLOWS else ' nog niet'}."


_TOLD = 5
"""Places of a subject that its map numbers."""


def _map(o: Onderwerp, chosen: pd.DataFrame) -> tuple[str, Markup, tuple[tuple[str, str], ...]]:
    """Return the question that the map answers, the map, and its legend."""
    kind, city = o.selectie.soort, o.stad
    inside = o.selectie.codes if len(o.selectie.codes) < len(city.gebieden) else ()
    said = short_texts(city.duiding, city.gebieden.index)
    classes: dict[str, str]
    legend: tuple[tuple[str, str], ...]
    outlined, without = list(chosen.index), "geen plaats"
    if kind == "buurt":
        text = f"Ligging van {o.selectie.naam} in de gemeente"
        picture = o.kaart.svg(text, {o.code: "hier"}, {}, omlijnd=(o.code,), namen=False)
        return "", picture, ()
    if kind == "verandering":
        found = o.gebied.buurten["oordeel"].astype(str)
        classes = {str(c): _CHANGES[v][0] for c, v in found.items() if v in _CHANGES}
        signs = {str(c): _CHANGES[v][1] for c, v in found.items() if v in _CHANGES}
        titles = {c: f"{city.naam[c]}: {found[c]}" for c in classes}
        text = f"Waar veranderde de urgentie sinds {o.selectie.sinds}?"
        legend = (("v3", "▲ stijgt"), ("v1", "▼ daalt"), ("v2", "binnen de ruis"))
        outlined, without = [], "niet te vergelijken"
    else:
        column = o.selectie.sleutel if kind == "domein" else "urgentie"
        ranked = city.scores["gerangschikt"].astype(bool)
        scores = city.scores[column].astype(float).where(ranked).dropna()
        classes = {str(c): f"u{score_class(v)}" for c, v in scores.items()}
        places, what = city.scores["rang"].reindex(scores.index), "de urgentie"
        if kind == "domein":
            # the places of this subject, not those of urgentie
            places, what = rank_of(scores), DOMAINS[column].lower()
            what, without = f"de opgave {what}", "geen score"
            outlined = [str(c) for c in places.index[places <= _TOLD]]
        titles = {
            str(c): f"{city.naam[str(c)]}: {getal(v, 1)}, plaats {getal(places[str(c)])}"
            for c, v in scores.items()
        }
        signs = {c: getal(places[c]) for c in outlined}
        text = f"Waar is {what} het grootst?"
        legend = tuple((f"u{n}", label) for n, label in enumerate(MAP_CLASSES, start=1))
    judged = {str(c): t for c, t in said.items() if t}
    titles |= {c: f"{titles.get(c, city.naam[c])}. Duiding: {t}" for c, t in judged.items()}
    picture = o.kaart.svg(
        f"Kaart: {text}", classes, titles, binnen=inside, omlijnd=outlined, tekens=signs
    )
    what = "de eerste vijf" if kind == "domein" else "zeker of waarschijnlijk urgent"
    edge = (("rand", f"dikke rand: {what}, met plaats waar die past"),) if outlined else ()
    return text, picture, (*legend, ("geen", without), *edge)
