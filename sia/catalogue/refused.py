"""What may never enter a score, and what may be shown but not scored.

The equal-treatment rules are enforced here and not left to habit: an indicator is refused on what
it measures (the names of its measures, numerators and denominators) and on what it is called, so
that renaming one of the two does not get it through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

HERKOMST = "herkomst"
ALLEEN_CONTEXT = "alleen context"
ALLEEN_KANS = "alleen kans"
ALLEEN_TOETS = "alleen toets"

BLOCKS: tuple[str, ...] = (HERKOMST, ALLEEN_CONTEXT, ALLEEN_KANS, ALLEEN_TOETS)
"""The blocks that a named decision can lift."""

_SHORT = re.compile(
    r"a_(w_all|nw_all|antaru|suri|tur|ov_nw|nl_all|eur_al|neu_al)"
    r"|p_(n_w_al|w_all|nw_all|west_al|ant_aru|over_nw)"
)
"""Measures of origin under the short names of the editions of the CBS table."""

_ORIGIN = re.compile(
    r"herkomst|afkomst|migra|allochto|autochto|etni[cs]|nationalit|staatsburger|paspoort"
    r"|geboorteland|geboorteplaats|geb_(in|buiten)_(nl|neder)|(in_het_)?buitenland_geboren"
    r"|nederlanders|westers|marok|turk(?!oois)|surinam|antill|aruba|syri|somali|eritre|(^|_)pools(e)?(_|$)"
    r"|asiel|vluchteling|statushouder|inburger|vreemdeling|buitenlander|derdelander"
    r"|religi|geloof|godsdienst|kerkelijk|kerkbezoek|moskee|synagoge|islam|moslim|christ(en|elijk)"
    r"|katholi|protestant|hindoe|jood[s_]|joden"
    r"|thuistaal|moedertaal|anderstalig|tweede_taal|(^|_)nt2(_|$)|taal_thuis|niet_nederlandstalig"
    r"|origin|ethnic|religio|nationality|birth_?(place|country)|(home|mother)_?(language|tongue)"
    r"|huidskleur|(^|_)ras(_|$)|achternaam|voornaam"
)

_CONTEXT = re.compile(
    r"(^|_)mannen(_|$)|(^|_)vrouwen(_|$)|geslacht|(^|_)sekse"
    r"|(personen|inwoners|bewoners|mensen|volwassenen)_([a-z]+_)*\d+_(jaar|tot)"
    r"|\d+_jaar_(en|of)_ouder|leeftijd"
    r"|(^|_)(65|75|80)_?(plus|min)(_|$)|vergrijz|ouderen|jeugdigen|(^|_)kinderen"
    r"|ongehuwd|(^|_)gehuwd|gescheid|verweduw|burgerlijke_staat"
    r"|huishoudens_(met|zonder)_kinderen|eenpersoons|eenouder|huishoudsgrootte"
    r"|huishoudensgrootte|samenstelling_huishoud"
    r"|eengezinswoning|meergezinswoning|woningtype|hoekwoning|tussenwoning|vrijstaande"
    r"|geboorte_totaal|geboortes_per|sterfte"
)

_CORPORATION = re.compile(r"corporatie|sociale_huur|p_wcorp")

_EXTERNAL = re.compile(r"leefbaarometer|ses_?woa|ses_score")


@dataclass(frozen=True)
class Refusal:
    """Why an indicator may not have the role it asks for.

    `blokkade`: one of `BLOCKS`.
    `naam`: the name that gave the block away.
    `reden`: Dutch sentence.
    """

    blokkade: str
    naam: str
    reden: str


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def is_origin(name: str) -> bool:
    """Tell whether a measure, column or indicator name speaks of origin, belief or a proxy.

    `name`: any spelling; compared in lower case with every other sign as an underscore.
    """
    plain = _plain(name)
    return bool(_SHORT.fullmatch(plain) or _ORIGIN.search(plain))


def _first(names: Iterable[str], pattern: re.Pattern[str]) -> str:
    return next((name for name in names if pattern.search(_plain(name))), "")


def refusal(
    rol: str, names: Iterable[str], denominators: Iterable[str], sources: Iterable[str]
) -> Refusal | None:
    """Return why an indicator with these names may not have this role, or None when it may.

    Context and validation are never refused; they stay outside every score.

    `rol`: ``opgave``, ``kans``, ``context`` or ``toets``.
    `names`: id, Dutch name, measures and numerators.
    `denominators`: measures that it is divided by. Only origin is refused here: benefits per
        resident of working age do not score age.
    `sources`: dotted source names.
    """
    if rol not in ("opgave", "kans"):
        return None
    listed = list(names)
    for name in (*listed, *denominators):
        if is_origin(name):
            reason = "Herkomst, nationaliteit, geboorteland, geloof en wat daarvoor in de plaats "
            return Refusal(HERKOMST, name, reason + "komt, tellen nooit mee in een score.")
    if name := _first((*listed, *sources), _EXTERNAL):
        reason = "Leefbaarometer en SES-WOA staan buiten de score: zij toetsen de uitkomst."
        return Refusal(ALLEEN_TOETS, name, reason)
    if name := _first(listed, _CONTEXT):
        reason = "Leeftijd, geslacht, burgerlijke staat, huishoudens- en woningtype zijn context."
        return Refusal(ALLEEN_CONTEXT, name, reason)
    if rol == "opgave" and (name := _first(listed, _CORPORATION)):
        reason = "Corporatiebezit zegt wie er kan handelen; het is een kans en nooit een opgave."
        return Refusal(ALLEEN_KANS, name, reason)
    return None
