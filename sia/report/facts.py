"""What is known of one buurt in short: one list of facts, for its profile and for the session."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sia.dutch import MISSING, getal, kans, procent, rang_interval
from sia.report.judgements import after, said_of
from sia.viz.city_map import short_wijk
from sia.viz.dataset import Cijfers
from sia.viz.judgement import full_text, one_row
from sia.viz.layers import change_note
from sia.viz.tables import html_table
from sia.viz.theme import DOMAINS
from sia.viz.type_words import type_text
from sia.weighing.order import places, turn_text


@dataclass(frozen=True)
class Feit:
    """One fact about a buurt.

    Parameters
    ----------
    waarde : str
        As readers see it.
    midden : str
        The same of the middle buurt of the city, where that says something.
    kern : bool
        Whether it is one of the few that a room reads first.
    """

    naam: str
    waarde: str
    midden: str = MISSING
    kern: bool = False


def standing(stad: Cijfers, code: str) -> list[Feit]:
    """Return where one buurt stands: people, rank with interval, scores, change, type, proposal."""
    return [
        Feit(
            "Inwoners",
            getal(stad.gebieden["inwoners"][code]),
            getal(stad.gebieden["inwoners"].reindex(stad.gerangschikt.index).median()),
        ),
        *_rank(stad, code),
        *_change(stad, code),
        *_type(stad.typologie, code),
        *_approach(stad, code),
    ]


def _rank(stad: Cijfers, code: str) -> list[Feit]:
    row = stad.scores.loc[code]
    potential = [Feit("Potentie", getal(row["potentie"], 1), _middle(stad, "potentie"))]
    potential = potential if "potentie" in stad.scores else []
    if not bool(row["gerangschikt"]):
        return [Feit("Niet gerangschikt", str(row["reden"]), kern=True), *potential]
    place = f"{getal(row['rang'])} van {getal(len(stad.gerangschikt))}"
    margin = rang_interval(row.get("rang_p05"), row.get("rang_p95"), row["rang"])
    return [
        Feit("Plaats op urgentie", place, kern=True),
        Feit("Marge van de plaats (90 %)", margin, kern=True),
        Feit("Kans op het hoogste kwart", kans(row.get("kans_kwart"))),
        *_order(stad, code),
        Feit("Urgentie", getal(row["urgentie"], 1), _middle(stad, "urgentie"), kern=True),
        *potential,
    ]


def _order(stad: Cijfers, code: str) -> list[Feit]:
    row = one_row(stad.scores, code)
    if places(row) == MISSING:
        return []
    turned = turn_text(row, stad.naam)
    border = [Feit("In of uit het hoogste kwart bij", turned)] if turned else []
    return [Feit("Plaats bij andere gewichten", places(row)), *border]


def _middle(stad: Cijfers, name: str) -> str:
    return getal(stad.scores[name].astype(float).median(), 1)


def _change(stad: Cijfers, code: str) -> list[Feit]:
    found = stad.verandering
    if found is None or code not in found.buurten.index:
        return []
    changed = one_row(found.buurten, code)
    what = f"Verandering sinds {found.basisjaar}"
    return [Feit(what, f"{changed['oordeel']}. {change_note(changed)}")]


def _type(typologie: pd.DataFrame, code: str) -> list[Feit]:
    return [] if typologie.empty else [Feit("Type", type_text(typologie, code) or "geen type")]


def _approach(stad: Cijfers, code: str) -> list[Feit]:
    if code not in stad.aanpak.index:
        return []
    own = stad.aanpak.loc[code]
    return [
        Feit("Voorstel uit de cijfers", str(own["aanpak"]), kern=True),
        Feit("Waarom", str(own["toelichting"])),
        Feit("Corporatiebezit", procent(own["corporatiebezit"])),
    ]


def key_figures(stad: Cijfers, code: str) -> str:
    """Return the key figures of one buurt beside those of the middle buurt, as a table."""
    place, row = stad.gebieden.loc[code], stad.scores.loc[code]
    shown = [
        Feit("Buurt", str(place["naam"])),
        Feit(
            "Wijk en stadsdeel",
            ", ".join(filter(None, (short_wijk(place["wijknaam"]), place["stadsdeel"]))),
        ),
        *standing(stad, code),
        *(Feit(DOMAINS[key], getal(row[key], 1), _middle(stad, key)) for key in stad.domeinen),
        *_judgement(stad, code),
    ]
    rows = [(one.naam, one.waarde, one.midden) for one in shown]
    table = pd.DataFrame(rows, columns=["Wat", "Deze buurt", "Middelste buurt"])
    return html_table(table, "Kerncijfers", getallen=("Middelste buurt",))


def _judgement(stad: Cijfers, code: str) -> list[Feit]:
    said = said_of(stad, code)
    if said is None:
        return []
    return [Feit("Aanpak na duiding", after(said)), Feit("Duiding", full_text(said))]
