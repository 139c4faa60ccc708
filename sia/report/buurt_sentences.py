"""Sentences about one buurt, each with the figures that it rests on."""

from __future__ import annotations

import pandas as pd

from sia.report.sentences import Grond, Zin, named
from sia.viz.dataset import Cijfers
from sia.viz.theme import DOMAINS, getal, kans


def buurt_things(stad: Cijfers, code: str) -> tuple[Zin, ...]:
    """Return the three things to know about one buurt.

    Parameters
    ----------
    stad : Cijfers
        All buurten of the city.
    code : str
    """
    return (_buurt_rank(stad, code), _buurt_domains(stad, code), _buurt_approach(stad, code))


def _buurt_rank(stad: Cijfers, code: str) -> Zin:
    row, naam = stad.scores.loc[code], str(stad.naam[code])
    title = named([naam], "Kerncijfers")
    if not bool(row["gerangschikt"]):
        reden = str(row["reden"])
        return Zin(
            f"{naam} is niet gerangschikt: {reden}.",
            (*title, Grond("reden", reden, "Kerncijfers")),
        )
    total, place = getal(len(stad.gerangschikt)), getal(row["rang"])
    grounds = (
        *title,
        Grond("plaats op urgentie", place, "Kerncijfers"),
        Grond("gerangschikte buurten in de stad", total, "Kerncijfers"),
    )
    if pd.isna(row.get("kans_kwart")):
        text = f"{naam} staat op plaats {place} van {total}. De marge is nog niet berekend."
        return Zin(text, grounds)
    chance = kans(row["kans_kwart"])
    return Zin(
        f"In {chance} van de doorrekeningen hoort {naam} bij het meest urgente kwart van de "
        f"{total} buurten.",
        (*grounds, Grond("kans op het hoogste kwart", chance, "Kerncijfers")),
    )


def _buurt_domains(stad: Cijfers, code: str) -> Zin:
    naam, domains = str(stad.naam[code]), list(stad.domeinen)
    own = stad.scores.loc[code, domains].astype(float)
    title = named([naam], "Kerncijfers")
    if not own.notna().any():
        return Zin(f"Voor {naam} is geen enkele domeinscore berekend.", title)
    higher = own - stad.scores[domains].astype(float).median()
    best = str(higher.idxmax())
    if not higher[best] > 0:
        return Zin(f"{naam} scoort op geen enkel domein urgenter dan de middelste buurt.", title)
    score = getal(own[best], 1)
    return Zin(
        f"{naam} wijkt het meest af op {DOMAINS[best].lower()}: score {score}.",
        (*title, Grond(f"score {DOMAINS[best].lower()}", score, "Kerncijfers")),
    )


def _buurt_approach(stad: Cijfers, code: str) -> Zin:
    naam = str(stad.naam[code])
    if code not in stad.aanpak.index:
        return Zin("Er is nog geen aanpak voorgesteld.")
    kind = str(stad.aanpak.loc[code, "aanpak"])
    if kind.startswith("niet gerangschikt"):
        return Zin("Voor deze buurt doen de cijfers geen voorstel voor een aanpak.")
    reason = str(stad.aanpak.loc[code].get("toelichting", "") or "")
    grounds = (*named([naam], "Kerncijfers"), Grond("toelichting", reason, "Kerncijfers"))
    text = f"Voorgestelde aanpak voor {naam}: {kind}. {reason}".strip()
    if code in stad.duiding.index:
        said = stad.duiding.loc[code]
        if said["aanpak_na_duiding"] != said["aanpak"]:
            text += f" In de duiding is dat {said['effect']}: {said['aanpak_na_duiding']}."
            what = Grond("aanpak na duiding", str(said["aanpak_na_duiding"]), "Kerncijfers")
            grounds = (*grounds, what)
        elif said["let_op"]:
            text += f" {said['let_op']}"
            grounds = (*grounds, Grond("let op bij de duiding", str(said["let_op"]), "Kerncijfers"))
    return Zin(text, grounds)
