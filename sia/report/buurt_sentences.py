"""Sentences about one buurt, each with the figures that it rests on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sia.approach import NIET_GERANGSCHIKT
from sia.dutch import getal, kans, rang_interval
from sia.report.judgements import said_of
from sia.report.sentences import (
    NO_QUARTER,
    Grond,
    Zin,
    conditional,
    data_gaps,
    named,
    one_building,
    without_quarter,
)
from sia.viz.dataset import Cijfers
from sia.viz.theme import DOMAINS
from sia.weighing.ranking import MAYBE, words


def buurt_things(stad: Cijfers, code: str) -> tuple[Zin, ...]:
    """Return the three things to know about one buurt."""
    return (_buurt_rank(stad, code), _buurt_domains(stad, code), _buurt_approach(stad, code))


def _buurt_rank(stad: Cijfers, code: str) -> Zin:
    row, naam = stad.scores.loc[code], str(stad.naam[code])
    title = named([naam], "Kerncijfers")
    if not bool(row["gerangschikt"]):
        reden = str(row["reden"]).rstrip(".")
        return Zin(
            f"{naam} is niet gerangschikt: {reden}.",
            *title,
            Grond("reden", reden, "Kerncijfers"),
        )
    total, place = getal(len(stad.gerangschikt)), getal(row["rang"])
    grounds = (
        *title,
        Grond("plaats op urgentie", place, "Kerncijfers"),
        Grond("gerangschikte buurten in de stad", total, "Kerncijfers"),
    )
    if pd.isna(row.get("kans_kwart")):
        text = f"{naam} staat op plaats {place} van {total}. De marge is nog niet berekend."
        return Zin(text, *grounds)
    if without_quarter(stad.gerangschikt):
        return Zin(f"{naam} staat op plaats {place} van {total}. {NO_QUARTER}", *grounds)
    word, margin = words(stad.scores.loc[[code]])[code], _margin(row)
    wide = f"met marge {margin}" if margin != place else "in bijna elke doorrekening"
    where = f"plaats {place} van {total}, {wide}"
    grounds = (*grounds, Grond("marge van de plaats (90 %)", margin, "Kerncijfers"))
    text = f"{naam} hoort {word} bij het meest urgente kwart: {where}."
    if word == MAYBE:
        shown = kans(row["kans_kwart"])
        text = text.replace("kwart:", f"kwart, met een kans van {shown}:", 1)
        grounds = (*grounds, Grond("kans op het hoogste kwart", shown, "Kerncijfers"))
    return Zin(text, *grounds)


def _margin(row: pd.Series[Any] | pd.DataFrame) -> str:
    return rang_interval(row.get("rang_p05"), row.get("rang_p95"), row["rang"])


def _buurt_domains(stad: Cijfers, code: str) -> Zin:
    naam, domains = str(stad.naam[code]), list(stad.domeinen)
    own = stad.scores.loc[code, domains].astype(float)
    title = named([naam], "Kerncijfers")
    if not own.notna().any():
        return Zin(f"Voor {naam} is geen enkele domeinscore berekend.", *title)
    higher = own - stad.scores[domains].astype(float).median()
    best = str(higher.idxmax())
    # a lead that the page does not show is none
    if not higher.round(1)[best] > 0:
        return Zin(f"{naam} scoort op geen enkel domein urgenter dan de middelste buurt.", *title)
    score = getal(own[best], 1)
    return Zin(
        f"Vergeleken met de middelste buurt van de stad is {naam} het urgentst op "
        f"{DOMAINS[best].lower()}: score {score}.",
        *title,
        Grond(f"score {DOMAINS[best].lower()}", score, "Kerncijfers"),
    )


def _buurt_approach(stad: Cijfers, code: str) -> Zin:
    naam = str(stad.naam[code])
    if code not in stad.aanpak.index:
        return Zin("Er is nog geen aanpak voorgesteld.")
    kind = str(stad.aanpak.loc[code, "aanpak"])
    if kind.startswith(NIET_GERANGSCHIKT):
        return Zin("Voor deze buurt doen de cijfers geen voorstel voor een aanpak.")
    grounds = (*named([naam], "Kerncijfers"), Grond("voorstel", kind, "Kerncijfers"))
    proviso, more = conditional(stad, pd.Index([code]))
    text = f"Voorgestelde aanpak voor {naam}: {kind}.{proviso}"
    grounds = (*grounds, *more)
    if (stad.buurt_van_deelbuurt == code).any():
        text += " Een plek in deze buurt wijkt duidelijk af van de rest."
    said = said_of(stad, code)
    if said is not None and said["aanpak_na_duiding"] != said["aanpak"]:
        text += f" In de duiding is dat {said['effect']}: {said['aanpak_na_duiding']}."
        what = Grond("aanpak na duiding", str(said["aanpak_na_duiding"]), "Kerncijfers")
        grounds = (*grounds, what)
    return Zin(text, *grounds)


def buurt_certainty(stad: Cijfers, code: str) -> tuple[Zin, ...]:
    """Say of one buurt what is certain and what is not."""
    found = (
        _rank_certain(stad, code),
        one_building(stad.alleen([code])),
        data_gaps(stad, code),
        _judged(stad, code),
    )
    return tuple(zin for zin in found if zin is not None)


def _rank_certain(stad: Cijfers, code: str) -> Zin | None:
    row = stad.scores.loc[code]
    if not bool(row["gerangschikt"]) or without_quarter(stad.gerangschikt):
        return None
    if pd.isna(row.get("kans_kwart")):
        return Zin("Onzeker: de marge rond de plaats is nog niet berekend.")
    word, margin = words(stad.scores.loc[[code]])[code], _margin(row)
    how, _, no = word.partition(" ")
    text = f"{how.capitalize()}: deze buurt hoort {no and 'niet '}bij het meest urgente kwart."
    if word == MAYBE:
        text = "Onzeker: of deze buurt bij het meest urgente kwart hoort, kan beide kanten op."
    what = Grond("marge van de plaats (90 %)", margin, "Kerncijfers")
    return Zin(f"{text} Haar plaats is niet exact; in 90 % van de gevallen: {margin}.", what)


def _judged(stad: Cijfers, code: str) -> Zin | None:
    if stad.aanpak.empty:
        return None
    said = said_of(stad, code)
    if said is None:
        return Zin("Over deze buurt is nog geen duiding vastgelegd.")
    text = "Over deze buurt is een duiding vastgelegd. Zij staat bij de kerncijfers."
    if not said["let_op"]:
        return Zin(text)
    note = Grond("let op bij de duiding", str(said["let_op"]), "Kerncijfers")
    return Zin(f"{text} {said['let_op']}", note)
