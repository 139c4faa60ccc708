"""Sentences that follow from the figures by rule, each with the figures that it rests on."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser

import pandas as pd

from sia.approach import CONDITIONAL, NIET_GERANGSCHIKT
from sia.dutch import (
    LIKELY,
    OUT,
    UNLIKELY,
    getal,
    kans,
    meervoud,
    met_teken,
    opsomming,
    procent,
)
from sia.indicators.eligibility import FEW, SPARSE, WERKGEBIED
from sia.viz.dataset import MISSING_PREFIX, Cijfers
from sia.viz.judgement import known
from sia.viz.theme import DOMAINS
from sia.weighing.axes import SMALLEST
from sia.weighing.order import open_places, order_text
from sia.weighing.ranking import MAYBE, SURE, SURE_NOT, words

LEAST_SHOWN = 0.1
_LISTED = 5

ALONE, ONE_BUILDING = "eenpersoonshuishoudens", (80.0, 1000.0)
"""Share of one-person households (%) from which, and inhabitants up to which one complex may decide
on the figures of a buurt."""

NO_QUARTER = "Bij minder dan vier gerangschikte buurten is er geen meest urgente kwart."

TOGETHER = "in ten minste 95 % van de doorrekeningen samen"
OWN_TABLE = "deze tabel"
"""Stands for a figure that is counted from other tables and shown among the grounds itself."""


@dataclass(frozen=True)
class Grond:
    """One figure under a sentence: what it is, its value as printed, the table that shows it."""

    wat: str
    waarde: str
    tabel: str = OWN_TABLE


@dataclass(frozen=True, init=False)
class Zin:
    """A sentence with the figures that it rests on.

    `*gronden`: Must account for every number in `tekst`, those in names of buurten included.
    Raises `ValueError` for a number in `tekst` that no `Grond` shows: a fault in the rule that made
        it.
    """

    tekst: str
    gronden: tuple[Grond, ...]

    def __init__(self, tekst: str, *gronden: Grond) -> None:
        # a name may end with a full stop of its own, as Columbusplein e.o. does
        object.__setattr__(self, "tekst", re.sub(r"(?<!\.)\.\.(?!\.)", ".", tekst))
        object.__setattr__(self, "gronden", gronden)
        shown = {n for g in gronden for n in numbers_in(f"{g.waarde} {g.wat}")}
        loose = [n for n in numbers_in(self.tekst) if n not in shown]
        if loose:
            raise ValueError(f"numbers without ground {loose} in: {self.tekst}")


def _names(cijfers: Cijfers, codes: pd.Index[str]) -> list[str]:
    return [str(cijfers.naam[code]) for code in codes]


def listed(names: list[str]) -> str:
    """Name all when there are few; the first few when there are many."""
    if len(names) <= _LISTED:
        return opsomming(names)
    return f"onder meer {opsomming(names[:_LISTED])}"


def count(number: int, wat: str, tabel: str = OWN_TABLE) -> Grond:
    """Return a number of places as ground of a sentence."""
    return Grond(wat, getal(number), tabel)


def named(names: list[str], tabel: str) -> tuple[Grond, ...]:
    """Return the names that a sentence lists as its grounds."""
    return tuple(Grond(f"naam: {naam}", naam, tabel) for naam in names[:_LISTED])


def urgency(cijfers: Cijfers) -> Zin:
    """Say which buurten need most, as far as that is certain."""
    ranked = cijfers.gerangschikt
    if ranked.empty:
        return Zin(
            "Geen enkele buurt heeft hier een plaats in de volgorde. Waarom, staat bij elke buurt."
        )
    if not cijfers.heeft_intervallen:
        return _urgency_without_intervals(cijfers, ranked)
    if without_quarter(ranked):
        return Zin(f"{NO_QUARTER} Kijk naar de scores en naar de cijfers zelf.")
    chance = ranked["kans_kwart"].astype(float)
    sure, likely = int((words(ranked) == SURE).sum()), int((chance >= LIKELY).sum())
    if not likely:
        return _nobody_urgent(chance, cijfers.naam)
    names = _names(cijfers, ranked.index[chance >= LIKELY])
    if len(names) == 1:
        shown = kans(chance.max())
        return Zin(
            f"Alleen {names[0]} hoort {SURE if sure else 'waarschijnlijk'} bij het meest urgente "
            f"kwart van de stad: in {shown} van de doorrekeningen.",
            Grond("kans op het hoogste kwart", shown, "Rangorde"),
            *named(names, "Rangorde"),
        )
    doubt = (1 - chance[chance >= LIKELY]).sum()
    wrong = getal(doubt, 1) if doubt >= LEAST_SHOWN else f"minder dan {getal(LEAST_SHOWN, 1)}"
    parts = [f"{_belong(sure)} zeker"] if sure else []
    parts += [f"{_belong(likely - sure)} waarschijnlijk"] if likely > sure else []
    return Zin(
        f"{' en '.join(parts)} bij het meest urgente kwart van de stad: {listed(names)}. "
        f"Van deze {getal(likely)} hoort er naar verwachting {wrong} niet bij dat kwart.",
        count(sure, f"buurten die {TOGETHER} bij het kwart horen"),
        count(likely - sure, "andere buurten met een kans van ten minste 80 %"),
        count(likely, "genoemde buurten"),
        Grond("som van de kansen dat een genoemde buurt er niet bij hoort", wrong),
        *named(names, "Rangorde"),
    )


def without_quarter(ranked: pd.DataFrame) -> bool:
    """Tell whether these are the ranked buurten of a city that has too few of them for a quarter.

    In any other city a buurt with a place before `SMALLEST` is in its quarter now and then.
    """
    return bool((ranked["rang"] < SMALLEST).all() and not ranked["kans_kwart"].any())


def _nobody_urgent(chance: pd.Series[float], naam: pd.Series[str]) -> Zin:
    # that none of several belongs to it is less sure than of each alone: their chances add up
    for word, most in (("zeker", OUT), ("waarschijnlijk", UNLIKELY)):
        if chance.sum() <= most:
            return Zin(
                f"Hier hoort {word} geen enkele buurt bij het meest urgente kwart van de stad."
            )
    if (chance <= UNLIKELY).all():
        return Zin(
            "Van elke buurt hier apart is het niet waarschijnlijk dat zij bij het meest urgente "
            "kwart van de stad hoort."
        )
    maybe = [str(name) for name in naam[chance.index[chance > UNLIKELY]]]
    return Zin(
        "Van geen enkele buurt is het zeker of waarschijnlijk dat zij bij het meest urgente kwart "
        f"van de stad hoort; van {listed(maybe)} kan het wel.",
        *named(maybe, "Rangorde"),
    )


def _urgency_without_intervals(cijfers: Cijfers, ranked: pd.DataFrame) -> Zin:
    first = ranked.index[ranked["rang"] == ranked["rang"].min()]
    names = _names(cijfers, first)
    if len(names) > 1:
        return Zin(
            f"{listed(names)[0].upper()}{listed(names)[1:]} staan samen bovenaan op urgentie. "
            "Hoe zeker dat is, is nog niet doorgerekend.",
            *named(names, "Rangorde"),
        )
    if len(ranked) == 1:
        return Zin(
            f"Alleen {names[0]} is gerangschikt. Er valt dus niets te vergelijken.",
            *named(names, "Rangorde"),
        )
    top = _names(cijfers, ranked.index[:3])
    return Zin(
        f"{opsomming(top)} hebben de hoogste urgentie. Hoe zeker die volgorde is, is nog niet "
        "doorgerekend.",
        *named(top, "Rangorde"),
    )


def approach(cijfers: Cijfers) -> Zin:
    """Say where a joint area approach is proposed."""
    if cijfers.aanpak.empty:
        return Zin("Er is nog geen aanpak per buurt voorgesteld.")
    order = cijfers.gerangschikt.index.intersection(cijfers.aanpak.index, sort=False)
    kinds = cijfers.aanpak.loc[order, "aanpak"].astype(str)
    for start, what in (
        ("integrale gebiedsaanpak", "een integrale gebiedsaanpak"),
        ("gerichte koppelkansen", "gerichte koppelkansen"),
        ("deel-buurtaanpak", "een aanpak van een deel van de buurt"),
    ):
        names = _names(cijfers, kinds.index[kinds.str.startswith(start)])
        if names:
            whom = "Voor één buurt" if len(names) == 1 else f"Voor {getal(len(names))} buurten"
            grounds = named(names, "Aanpak per buurt")
            if len(names) > 1:
                grounds = (count(len(names), f"buurten met {what}"), *grounds)
            proviso, more = conditional(cijfers, kinds.index[kinds.str.startswith(start)])
            text = f"{whom} is het voorstel {what}: {listed(names)}.{proviso}"
            return Zin(text, *grounds, *more)
    return Zin("Voor geen enkele buurt wordt nu een aanpak voorgesteld die verder gaat dan volgen.")


def conditional(cijfers: Cijfers, codes: pd.Index) -> tuple[str, tuple[Grond, ...]]:
    """Say of how many proposals the condition is unknown; empty when of none."""
    ways = cijfers.aanpak
    rule = ways["regel"].reindex(codes) if "regel" in ways else pd.Series(dtype=str)
    number = int((rule == CONDITIONAL).sum())
    if not number:
        return "", ()
    which = "Daarvoor" if number == len(codes) else f"Voor {getal(number)} daarvan"
    what = "voorstellen waarvan het corporatiebezit onbekend is"
    text = f" {which} is nog nodig: het corporatiebezit. Dat is onbekend, en bepaalt of dit past."
    return text, (count(number, what, "Aanpak per buurt"),)


def pockets(cijfers: Cijfers) -> Zin:
    """Say where a part of a buurt is hidden in its average."""
    found = cijfers.deelbuurten
    if found is None:
        return Zin("Er is nog niet gekeken naar plekken binnen buurten.")
    if found.empty:
        return Zin("Binnen de buurten zijn geen plekken gevonden die duidelijk afwijken.")
    places = set(cijfers.buurt_van_deelbuurt)
    names = [str(naam) for code, naam in cijfers.naam.items() if code in places]
    heavier = bool((found["verschil"].astype(float) > 0).all())
    what = "het duidelijk zwaarder heeft dan" if heavier else "duidelijk afwijkt van"
    if len(names) == 1:
        return Zin(
            f"In {names[0]} ligt een plek die {what} de rest van de buurt. In het gemiddelde is "
            "dat niet te zien.",
            *named(names, "Deel-buurten"),
        )
    return Zin(
        f"In {getal(len(names))} buurten ligt een plek die {what} de rest van de buurt: "
        f"{listed(names)}. In het gemiddelde is dat niet te zien.",
        count(len(names), "buurten met een deel-buurt"),
        *named(names, "Deel-buurten"),
    )


def heaviest_domain(cijfers: Cijfers, stad: Cijfers | None = None) -> Zin:
    """Say on which domain the ranked buurten of an area lie most above those of the city.

    Domains spread differently, so that a mean of one is never held against that of another: a
    city itself gets its means and no superlative.
    """
    keys = list(cijfers.domeinen)
    means = cijfers.gerangschikt[keys].astype(float).mean().dropna()
    if means.empty:
        return Zin("Voor geen enkel domein is een score berekend.")
    if stad is None or len(stad.gerangschikt) == len(cijfers.gerangschikt):
        names = {key: f"{DOMAINS[str(key)].lower()} {getal(v, 1)}" for key, v in means.items()}
        return Zin(
            "De gemiddelde score per domein, van 0 (gunstigst) tot 100 (ongunstigst): "
            f"{opsomming(list(names.values()))}.",
            Grond("schaal van 0 tot 100", "0 tot 100", "Begrippen"),
            *(Grond("gemiddelde score", name) for name in names.values()),
        )
    above = means - stad.gerangschikt[keys].astype(float).mean()
    best = str(above.idxmax())
    what, shown = DOMAINS[best].lower(), met_teken(above[best], 1)
    figures, more = _rests_on(cijfers, best)
    if not above[best] > 0:
        return Zin("Op geen enkel domein scoren de buurten hier gemiddeld hoger dan de stad.")
    return Zin(
        f"Vergeleken met het gemiddelde van de stad is de opgave hier het grootst op {what}: "
        f"{shown} {'punt' if shown == '+1,0' else 'punten'}.{figures}",
        Grond(f"gemiddelde score {what}, min die van de stad", shown),
        *more,
    )


def _rests_on(cijfers: Cijfers, domein: str) -> tuple[str, tuple[Grond, ...]]:
    """Name the figures under a domain that rests on one or two; empty where there are more."""
    names = [
        str(cijfers.catalogus.at[key, "naam"])
        for key in cijfers.indicatoren_van(domein)
        if key in cijfers.bijdragen and cijfers.bijdragen[key].notna().any()
    ]
    if len(names) not in (1, 2):
        return "", ()
    how_many = "één cijfer" if len(names) == 1 else "twee cijfers"
    return f" Dat rust op {how_many}: {opsomming(names)}.", named(names, "De cijfers")


def three_things(cijfers: Cijfers, stad: Cijfers | None = None) -> tuple[Zin, ...]:
    """Return the three things to know about a city, or about an area of several buurten in it."""
    some = cijfers.deelbuurten is not None and not cijfers.deelbuurten.empty
    last = pockets(cijfers) if some else heaviest_domain(cijfers, stad)
    return (urgency(cijfers), approach(cijfers), last)


def domain_things(cijfers: Cijfers, domein: str) -> tuple[Zin, ...]:
    """Return the three things to know about one domain."""
    return (highest_on(cijfers, domein), urgency(cijfers), approach(cijfers))


def highest_on(cijfers: Cijfers, domein: str) -> Zin:
    """Say which ranked buurten score highest on a domain."""
    what = DOMAINS[domein].lower()
    known = cijfers.gerangschikt[domein].astype(float).dropna().round(1)
    # of buurten with the same score not one is left out
    top = known.nlargest(min(_LISTED, max(1, len(known) // 2)), keep="all")
    if len(top) > 2 * _LISTED and (top > top.min()).any():
        top = top[top > top.min()]
    some = "onder meer " if len(top) > 2 * _LISTED else ""
    top = top.iloc[:_LISTED] if some else top
    if top.empty:
        return Zin(f"Voor {what} is van geen enkele buurt een score berekend.")
    names, scores = _names(cijfers, top.index), [getal(score, 1) for score in top]
    figures, more = _rests_on(cijfers, domein)
    told = [f"{name} ({score})" for name, score in zip(names, scores, strict=True)]
    return Zin(
        f"Op {what} is de opgave het grootst in {some}{opsomming(told)}, op een schaal van 0 tot "
        f"100.{figures}",
        *more,
        *(Grond(f"naam: {name}", name, "Rangorde") for name in names),
        *(Grond(f"score {what}", score, "Rangorde") for score in scores),
        Grond("schaal van 0 tot 100", "0 tot 100", "Begrippen"),
    )


def certainty(cijfers: Cijfers) -> tuple[Zin, ...]:
    """Say what is certain and what is not."""
    return tuple(
        zin
        for rule in (
            *(_ranks_certain, one_building, _interval_width, _order, data_gaps, own_scale),
            *(_not_ranked, _borderless, _judged),
        )
        if (zin := rule(cijfers)) is not None
    )


def _ranks_certain(cijfers: Cijfers) -> Zin | None:
    ranked = cijfers.gerangschikt
    if ranked.empty:
        return None
    if not cijfers.heeft_intervallen:
        return Zin(
            "Onzeker: de marges rond de volgorde zijn nog niet berekend. Buurten die dicht bij "
            "elkaar staan, kunnen van plaats wisselen."
        )
    if without_quarter(ranked):
        return None
    said = words(ranked).value_counts()
    sure, maybe, between, maybe_not, out = (
        int(said.get(word, 0))
        for word in (SURE, "waarschijnlijk", MAYBE, "waarschijnlijk niet", SURE_NOT)
    )
    texts = [
        f"{word}: {opsomming([f'{_belong(n)} {where}' for n, where in told])}."
        for word, pairs in (
            ("Zeker", ((sure, "bij het meest urgente kwart"), (out, "niet bij dat kwart"))),
            ("Waarschijnlijk", ((maybe, "bij dat kwart"), (maybe_not, "niet bij dat kwart"))),
        )
        if (told := [(n, where) for n, where in pairs if n])
    ]
    texts += [f"Onzeker: voor {_whom(between)} kan het beide kanten op."] if between else []
    return Zin(
        " ".join(texts),
        count(sure, f"buurten die {TOGETHER} bij het kwart horen"),
        count(out, f"buurten die {TOGETHER} niet bij het kwart horen"),
        count(maybe, "andere buurten met een kans van ten minste 80 %"),
        count(maybe_not, "andere buurten met een kans van hooguit 20 %"),
        count(between, "buurten daartussen"),
    )


def one_building(cijfers: Cijfers) -> Zin | None:
    """Name the ranked buurten that are so small and live so alone that one building may decide.

    In Utrecht and Groningen these are complexes of students or of temporary dwellings. Of a whole
    city or area only those that go first are named.
    """
    ranked, values = cijfers.gerangschikt, cijfers.toonbaar
    if ALONE not in values:
        return None
    alone = values[ALONE].reindex(ranked.index).astype(float)
    people = cijfers.gebieden["inwoners"].reindex(ranked.index).astype(float)
    found = ranked.index[(alone >= ONE_BUILDING[0]) & (people <= ONE_BUILDING[1])]
    if len(ranked) > 1:
        chance = (
            ranked.loc[found, "kans_kwart"] if "kans_kwart" in ranked else pd.Series(dtype=float)
        )
        found = chance.index[chance.astype(float) >= LIKELY]
    names = _names(cijfers, found)
    if not names:
        return None
    share, most = procent(ONE_BUILDING[0]), getal(ONE_BUILDING[1])
    return Zin(
        f"Let op bij {listed(names)}: hooguit {most} inwoners, en ten minste {share} van de "
        "huishoudens is één persoon. Eén gebouw, zoals een complex voor studenten of tijdelijke "
        "bewoners, kan daar de cijfers bepalen. Vraag dat na.",
        *named(names, "Rangorde"),
        Grond("grens: inwoners", most),
        Grond("grens: huishoudens van één persoon", share),
    )


def _whom(number: int) -> str:
    return meervoud(number, "buurt", "buurten")


def _belong(number: int) -> str:
    return f"{_whom(number)} {'horen' if number > 1 else 'hoort'}"


def _interval_width(cijfers: Cijfers) -> Zin | None:
    ranked = cijfers.gerangschikt
    if not cijfers.heeft_intervallen or len(ranked) < 2:
        return None
    width = 1 + ranked["rang_p95"].astype(float) - ranked["rang_p05"].astype(float)
    shown = getal(width.median())
    return Zin(
        "De plaats van een buurt is niet exact. De middelste marge loopt over "
        f"{shown} {'plaats' if shown == '1' else 'plaatsen'}.",
        Grond("plaatsen in de middelste marge", shown),
    )


def _order(cijfers: Cijfers) -> Zin | None:
    ranked = cijfers.gerangschikt["rang"]
    # of a part of the city the quarter is not known from its own rows
    whole = len(ranked) > 0 and ranked.max() <= len(ranked)
    found = open_places(cijfers.scores) if whole else None
    if found is None:
        return None
    inside, leaves, enters = found
    shown = f"{getal(100 * cijfers.gewichtsruis)} %"
    names = [str(cijfers.naam[code]) for code in (*leaves, *enters)]
    return Zin(
        order_text(cijfers.scores, cijfers.naam, cijfers.gewichtsruis, found),
        Grond("grootste verandering van een gewicht", shown),
        count(inside, "buurten in het meest urgente kwart"),
        count(inside - len(leaves), "buurten die er bij elk gewicht in blijven"),
        *(Grond(f"naam: {name}", name) for name in names),
    )


def flag_counts(cijfers: Cijfers, code: str | None = None) -> dict[str, int]:
    """Count the figures under the scores by flag: of a buurt, else of all that are ranked, if any.

    ``verborgen`` are those of the buurt that are known and may not be shown.
    """
    names = [key for key in cijfers.vlaggen if scored(cijfers, str(key))]
    ranked = cijfers.vlaggen.index.intersection(cijfers.gerangschikt.index)
    rows = cijfers.vlaggen.loc[ranked] if len(ranked) else cijfers.vlaggen
    hidden = 0
    if code is not None:
        rows = cijfers.vlaggen.loc[[code]]
        withheld = cijfers.achtergehouden
        hidden = sum(bool(withheld.at[code, name]) for name in names if name in withheld)
    columns = [[str(f).partition(":")[0] for f in rows[name].tolist()] for name in names]
    known = [kinds for kinds in columns if any(kind != MISSING_PREFIX for kind in kinds)]
    return {
        "gevraagd": len(names),
        "bekend": len(known),
        "totaal": sum(map(len, known)),
        "verborgen": hidden,
        MISSING_PREFIX: 0,
        "overgenomen": 0,
        **Counter(kind for kinds in known for kind in kinds),
    }


def scored(cijfers: Cijfers, key: str) -> bool:
    """Return whether an indicator counts in urgentie or potentie."""
    return key in cijfers.catalogus.index and cijfers.catalogus.at[key, "rol"] in ("opgave", "kans")


def data_gaps(cijfers: Cijfers, code: str | None = None) -> Zin | None:
    """Say on how many figures the scores, or a buurt's, rest, and how many are missing or older."""
    counts = flag_counts(cijfers, code)
    asked, known, total = (counts[key] for key in ("gevraagd", "bekend", "totaal"))
    if not asked:
        return None
    if not known:
        return Zin("Alle cijfers ontbreken. Er kan dus niets worden berekend.")
    known_here = f"{'is' if known == 1 else 'zijn'} er hier {getal(known)} bekend"
    text = f"Van de {getal(asked)} cijfers die de methode vraagt, {known_here}"
    grounds = [
        count(asked, "cijfers die de methode vraagt"),
        count(known, "cijfers die bekend zijn"),
    ]
    if hidden := counts["verborgen"]:
        verb = "wordt" if hidden == 1 else "worden"
        text += f"; {getal(hidden)} daarvan {verb} niet getoond"
        grounds.append(count(hidden, "cijfers die niet worden getoond"))
    text += "."
    clauses = []
    for flag, clause, what in (
        (MISSING_PREFIX, "ontbreekt {}", "aandeel ontbrekende waarden"),
        ("overgenomen", "komt {} uit een eerder jaar", "aandeel uit een eerder jaar"),
    ):
        if counts[flag]:
            share = procent(100 * counts[flag] / total, 1)
            clauses.append(clause.format(share))
            grounds.append(Grond(what, share))
    if clauses:
        city = code is None and not cijfers.gerangschikt.empty
        whose = " van gerangschikte buurten" if city else ""
        text += f" Van de waarden daarin{whose} {' en '.join(clauses)}."
    return Zin(text, *grounds)


def own_scale(cijfers: Cijfers) -> Zin | None:
    """Say which figures are scaled on the municipality itself; None where all are on the country.

    Without it a reader takes a score of 80 for the worst fifth of the country.
    """
    counted = [str(key) for key in cijfers.bijdragen if key in cijfers.vlaggen]
    own = [key for key in counted if key in cijfers.eigen_maat]
    if not own:
        return None
    domain = cijfers.catalogus["domein"]
    every, some = (Counter(domain[key] for key in keys) for keys in (counted, own))
    told, grounds = [], []
    for key in sorted(some, key=list(DOMAINS).index):
        told.append(f"{some[key]} van de {every[key]} cijfers onder {DOMAINS[key].lower()}")
        grounds.append(count(some[key], f"{DOMAINS[key]}: cijfers op de schaal van de gemeente"))
        grounds.append(count(every[key], f"{DOMAINS[key]}: cijfers die meetellen"))
    return Zin(
        f"Niet overal is het land de maat: van {'; van '.join(told)} kennen de bronnen te weinig "
        "buurten van elders. Daar vergelijkt de score de buurten van deze gemeente met elkaar.",
        *grounds,
    )


def _not_ranked(cijfers: Cijfers) -> Zin:
    reasons = cijfers.niet_gerangschikt["reden"].astype(str)
    number, table = len(reasons), "Niet gerangschikt, en waarom"
    if not number:
        return Zin("Alle buurten zijn gerangschikt.")
    kinds = {
        said: int(reasons.str.startswith(start).sum())
        for start, said in (
            (FEW, "met te weinig inwoners"),
            (SPARSE, "dun bewoond"),
            (WERKGEBIED.capitalize(), "met vooral bedrijven"),
            ("Het inwonertal is onbekend", "met een onbekend inwonertal"),
            ("Te weinig cijfers", "met te weinig cijfers"),
        )
    }
    kinds["om een andere reden"] = number - sum(kinds.values())
    parts = [f"{getal(found)} {kind}" for kind, found in kinds.items() if found]
    verb = "is" if number == 1 else "zijn"
    return Zin(
        f"{meervoud(number, 'buurt', 'buurten')} {verb} niet gerangschikt: {opsomming(parts)}. "
        f"{'Zij staat' if number == 1 else 'Zij staan'} in een eigen lijst.",
        count(number, "niet gerangschikte buurten", table),
        *(count(found, kind) for kind, found in kinds.items() if found),
    )


def _borderless(cijfers: Cijfers) -> Zin | None:
    """Say which buurten are on no map: no border of this year, nor an earlier one that fits."""
    areas = cijfers.gebieden
    absent = areas.loc[areas.geometry.is_empty, "naam"].astype(str)
    number = len(absent)
    if not number:
        return None
    rest = number - _LISTED
    shown = [] if number == len(areas) else [*absent[:_LISTED]]
    more = [f"nog {getal(rest)}"] if shown and rest > 0 else []
    who = f" ({opsomming([*shown, *more])})" if shown else ""
    verb = "heeft" if number == 1 else "hebben"
    known = cijfers.indicatoren.get("bevolkingsdichtheid", pd.Series(dtype=float))
    counted = absent.index.intersection(cijfers.gerangschikt.index)
    unknown = known.reindex(counted).isna().any()
    rural = " Of zij landelijk gebied is, is dan niet te zien." if unknown else ""
    return Zin(
        f"{meervoud(number, 'buurt', 'buurten')}{who} {verb} geen passende grens van dit jaar. "
        f"Zo'n buurt staat in de tabellen, niet op de kaart.{rural}",
        count(number, "buurten zonder grens"),
        *named(shown, OWN_TABLE),
        *([count(rest, "andere buurten zonder grens")] if more else []),
    )


def _judged(cijfers: Cijfers) -> Zin | None:
    """Say what people who know the buurten made of the proposals, and what must be asked again."""
    if cijfers.aanpak.empty:
        return None
    said = (
        known(cijfers.duiding.reindex(cijfers.gebieden.index).dropna(subset=["duiding"]))
        if len(cijfers.duiding)
        else cijfers.duiding
    )
    if said.empty:
        return Zin("Over deze buurten is nog geen duiding vastgelegd.")
    other = int((said["aanpak_na_duiding"] != said["aanpak"]).sum())
    again = int((said["let_op"] != "").sum())
    spoken = meervoud(len(said), "buurt", "buurten")
    text = f"Over {spoken} is een duiding vastgelegd."
    grounds = [count(len(said), "buurten met een duiding")]
    if other:
        text += f" Voor {meervoud(other, 'buurt', 'buurten')} geldt daarna een andere aanpak."
        grounds.append(count(other, "buurten met een andere aanpak na duiding"))
    if again:
        whom = meervoud(again, "duiding", "duidingen")
        text += f" Bij {whom} is de vraag of zij nog geldt."
        grounds.append(count(again, "duidingen waarvan de vraag is of zij nog gelden"))
    return Zin(text, *grounds)


def dia_things(cijfers: Cijfers, naam: str) -> tuple[Zin, ...]:
    """Return the three things to know about a proposed DIA area."""
    people = getal(cijfers.gebieden["inwoners"].sum())
    number = len(cijfers.gebieden)
    size = Zin(
        f"Het voorgestelde gebied {naam} telt {meervoud(number, 'buurt', 'buurten')} met samen "
        f"{people} inwoners.",
        *named([naam], "Buurten in dit gebied"),
        count(number, "buurten in het gebied"),
        Grond("inwoners van het gebied", people),
    )
    return (size, urgency(cijfers), approach(cijfers))


def questions(soort: str, cijfers: Cijfers) -> tuple[Zin, ...]:
    """Return what is asked of the reader of a report."""
    first = {
        "stad": "Bespreek of u de volgorde herkent, en welke buurten u als eerste wilt oppakken.",
        "domein": "Bespreek of u de buurten herkent, en welke plannen van uw domein hier passen.",
        "buurt": "Vertel of u deze buurt herkent in de cijfers, en wat er ontbreekt.",
        "dia": "Bespreek of dit als één gebied is aan te pakken, en wie meedoet. De partners "
        "stellen de grens zelf vast.",
        "verandering": "Bespreek of u de verandering herkent, en wat haar kan verklaren.",
    }.get(soort, "Bespreek of u de buurten herkent, en welke u als eerste wilt oppakken.")
    if soort == "stad" and len(cijfers.gerangschikt) < 2:
        first = "Vertel of u de gemeente herkent in de cijfers, en wat er ontbreekt."
    asked = [
        Zin(first),
        Zin("Gebruik de cijfers als signaal. Zij wijzen plekken aan en geen oorzaken of mensen."),
    ]
    ways = cijfers.aanpak["aanpak"].astype(str) if len(cijfers.aanpak) else pd.Series(dtype=str)
    if soort != "verandering" and not ways.str.startswith(NIET_GERANGSCHIKT).all():
        asked.insert(1, Zin("Stel de voorgestelde aanpak vast, of pas haar aan met een reden."))
    return tuple(asked)


_NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
_OPAQUE = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL | re.I)
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "col"}


class UnsupportedNumbersError(AssertionError):
    """A sentence holds a number that no table of the same file shows: a fault in the program."""


def numbers_in(text: str) -> list[str]:
    """Return the numbers in a Dutch text, as written: ``1.234,5``, ``12``, ``0,50``.

    In order of appearance. The sign and the unit are not part of a number.
    """
    return _NUMBER.findall(text)


class _Reader(HTMLParser):
    """Collects the text of sentences (class ``zin``) and of table cells."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._stack: list[str] = []
        self.sentences: list[str] = []
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        classes = (dict(attrs).get("class") or "").split()
        if "zin" in classes:
            self._stack.append("zin")
            self.sentences.append("")
        elif tag in ("td", "th"):
            self._stack.append("cel")
            self.cells.append("")
        else:
            self._stack.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._stack and tag not in _VOID:
            self._stack.pop()

    def handle_data(self, data: str) -> None:
        if "zin" in self._stack:
            self.sentences[-1] += data
        elif "cel" in self._stack:
            self.cells[-1] += data


def numbers_in_text(page: str) -> dict[str, list[str]]:
    """Return, per sentence of a page, the numbers that no table of that page shows.

    Sentence -> numbers; empty when the page keeps the rule.
    """
    reader = _Reader()
    reader.feed(_OPAQUE.sub("", page))
    shown = {number for cell in reader.cells for number in numbers_in(cell)}
    found = {text: [n for n in numbers_in(text) if n not in shown] for text in reader.sentences}
    return {text.strip(): missing for text, missing in found.items() if missing}


def check_numbers(page: str) -> None:
    """Refuse a page that breaks the rule."""
    wrong = numbers_in_text(page)
    if wrong:
        lines = [f"{', '.join(numbers)} in: {text}" for text, numbers in wrong.items()]
        raise UnsupportedNumbersError("numbers without a table:\n" + "\n".join(lines))
