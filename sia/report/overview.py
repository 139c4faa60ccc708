"""The tables of a report, as texts that a reader sees, and where one buurt stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sia.change.words import FALLS, NOISE, RISES
from sia.clustering.doubt import type_text
from sia.dutch import (
    CERTAIN,
    LIKELY,
    MISSING,
    UNLIKELY,
    getal,
    kans,
    met_teken,
    opsomming,
    procent,
    rang_interval,
    small,
)
from sia.report.judgements import after, said_of, with_judgement
from sia.report.marks import drawn, link, rank_bar
from sia.report.material import Buren
from sia.report.sentences import Grond, Zin, scored, without_quarter
from sia.viz.city_map import short_wijk
from sia.viz.dataset import MISSING_PREFIX, WITHHELD, Cijfers, period
from sia.viz.judgement import full_text, one_row
from sia.viz.layers import change_note
from sia.viz.tables import html_table
from sia.viz.theme import DOMAINS
from sia.weighing.order import places, turn_text
from sia.weighing.ranking import words

DEFINITIONS: Mapping[str, str] = {
    "Urgentie": "Hoe groot de opgaven in een buurt samen zijn, op een schaal van 0 tot 100.",
    "Potentie": "Hoeveel er te winnen valt door samen op te trekken, op een schaal van 0 tot 100.",
    "Doorrekening": "Eén keer alles opnieuw berekenen met andere, ook redelijke keuzes.",
    "Marge": "De plaatsen waar een buurt op uitkomt in 90 % van de doorrekeningen.",
    "Hoogste kwart": "De 25 % van de gerangschikte buurten met de hoogste urgentie, naar boven "
    "afgerond op hele buurten.",
    "Zeker": f"In ten minste {procent(100 * CERTAIN)} van de doorrekeningen horen deze buurt en "
    "alle buurten die nog zekerder zijn er samen bij. Zeker niet: zij horen er dan samen niet bij.",
    "Waarschijnlijk": f"In ten minste {procent(100 * LIKELY)} van de doorrekeningen. "
    f"Waarschijnlijk niet: in hooguit {procent(100 * UNLIKELY)}.",
    "Deel-buurt": "Een plek in een buurt die duidelijk afwijkt van de rest van die buurt.",
    "Peiljaar": "Het jaar waarover een cijfer gaat. Dat is niet voor elk cijfer hetzelfde jaar.",
}


def ranking(
    cijfers: Cijfers,
    buren: Buren,
    bijschrift: str,
    *,
    domein: str = "",
    volledig: bool = False,
    van: int = 0,
) -> str:
    """Return ranked buurten with their margin, urgentie, aanpak and change, sortable."""
    ranked = cijfers.gerangschikt
    if domein:
        ranked = ranked.sort_values(domein, ascending=False, kind="stable")
    places = cijfers.gebieden.loc[ranked.index]
    raw: dict[str, Sequence[float]] = {"Buurt": ()}
    table = pd.DataFrame({"Buurt": _links(places["naam"], buren)})
    if volledig:
        table["Wijk"], raw["Wijk"] = places["wijknaam"].astype(str).map(short_wijk), ()
    table["Plaats"], raw["Plaats"] = ranked["rang"].map(getal), list(ranked["rang"].astype(float))
    if cijfers.heeft_intervallen:
        total, last = van or len(ranked), int(ranked["rang_p95"].max())
        bars = [rank_bar(row, total, last) for row in ranked.to_dict("records")]
        table["Marge"] = drawn(bars, table)
        raw["Marge"] = list((ranked["rang_p95"] - ranked["rang_p05"]).astype(float))
    if cijfers.heeft_intervallen and not without_quarter(ranked):
        chance = ranked["kans_kwart"].astype(float)
        name = "Kans op hoogste kwart" if volledig else "Bij het kwart"
        table[name] = chance.map(kans) if volledig else words(ranked).replace("", MISSING)
        raw[name] = list(chance)
    scores = {f"Score {DOMAINS[domein].lower()}": domein} if domein else {}
    scores |= {"Urgentie": "urgentie"}
    if volledig and "potentie" in ranked:
        scores["Potentie"] = "potentie"
    for name, key in scores.items():
        table[name], raw[name] = (
            ranked[key].map(lambda value: getal(value, 1)),
            list(ranked[key].astype(float)),
        )
    if not cijfers.aanpak.empty:
        table["Aanpak"] = cijfers.aanpak["aanpak"].reindex(ranked.index).fillna(MISSING)
        raw["Aanpak"] = ()
    since = ""
    if cijfers.verandering is not None and _compared(cijfers).any():
        since = f"Sinds {cijfers.verandering.basisjaar}"
        rows = cijfers.verandering.buurten.reindex(ranked.index)
        table[since] = [_change(row) for row in rows.to_dict("records")]
        raw[since] = list(rows["echte verandering"].astype(float))
    return html_table(
        with_judgement(table, cijfers),
        bijschrift,
        getallen=("Plaats", "Kans op hoogste kwart", *scores, since),
        sorteer=raw,
        breed=[] if volledig else ["Bij het kwart", "Urgentie", since, "Duiding"],
    )


def buurt_index(stad: Cijfers, buren: Buren) -> str:
    """Return every buurt with what it is found by: name, wijk, place and aanpak."""
    places = stad.gebieden[~stad.gebieden["water"]].sort_values(
        "naam", kind="stable", key=lambda names: names.str.casefold()
    )
    scores = stad.scores.reindex(places.index)
    table = pd.DataFrame({"Buurt": _links(places["naam"], buren)})
    table["Wijk"] = places["wijknaam"].astype(str).map(short_wijk)
    table["Inwoners"] = places["inwoners"].map(getal)
    table["Plaats"] = scores["rang"].map(getal)
    table["Urgentie"] = scores["urgentie"].map(lambda value: getal(value, 1))
    raw: dict[str, Sequence[float]] = {"Buurt": (), "Wijk": ()}
    raw |= {
        "Inwoners": list(places["inwoners"].astype(float)),
        "Plaats": list(scores["rang"].astype(float)),
        "Urgentie": list(scores["urgentie"].astype(float)),
    }
    if not stad.aanpak.empty:
        table["Aanpak"] = stad.aanpak["aanpak"].reindex(places.index).fillna(MISSING)
    numbers = ("Inwoners", "Plaats", "Urgentie")
    return html_table(table, "Alle buurten", getallen=numbers, sorteer=raw)


def _compared(cijfers: Cijfers) -> pd.Series[bool]:
    found = cijfers.verandering
    rows = found.buurten["oordeel"] if found else pd.Series(dtype=str)
    return rows.reindex(cijfers.gerangschikt.index).isin([*_SIGNS, NOISE])


def _links(names: pd.Series, buren: Buren) -> pd.Series[Any]:
    made = [link(buren, "buurt", str(code), str(naam)) for code, naam in names.items()]
    return pd.Series(made, names.index, dtype=object)


def _change(row: Mapping[Any, Any]) -> str:
    if row["oordeel"] in _SIGNS:
        return f"{_SIGNS[row['oordeel']]} {met_teken(row['echte verandering'], 1)}"
    return "ruis" if row["oordeel"] == NOISE else MISSING


_SIGNS = {RISES: "▲", FALLS: "▼"}


def flag_sentence(cijfers: Cijfers) -> Zin | None:
    """Say how many ranked buurten rest on figures that were not simply observed; None if none."""
    names = [key for key in cijfers.vlaggen if scored(cijfers, str(key))]
    codes = cijfers.gerangschikt.index.intersection(cijfers.vlaggen.index)
    if not names or codes.empty:
        return None
    flags = cijfers.vlaggen.loc[codes, names].map(lambda flag: str(flag).partition(":")[0])
    modelled = [name for name in names if cijfers.ingangen[str(name)].get("gemodelleerd")]
    some = {kind: (flags == kind).any(axis=1) for kind in (MISSING_PREFIX, *_FLAGS)}
    # a figure that is carried forward was an estimate of a model then
    some["model"] |= (flags[modelled] == "overgenomen").any(axis=1)
    number = int(pd.DataFrame(some).any(axis=1).sum())
    if not number:
        return None
    how = " of ".join(text for kind, text in _FLAGS.items() if some[kind].any())
    told = [text for text in ("ontbreken" if some[MISSING_PREFIX].any() else "", how) if text]
    total = len(codes)
    whom = "alle buurten" if number == total else f"{number} van de {total} buurten"
    return Zin(
        f"De scores van {whom} rusten niet alleen op tellingen van dit jaar: sommige cijfers "
        f"{', andere '.join(told)}. Het profiel van een buurt zegt welke.",
        Grond("buurten met zulke cijfers", getal(number)),
        Grond("gerangschikte buurten", getal(total)),
    )


_FLAGS = {
    "overgenomen": "zijn van een eerder jaar",
    "geschat": "zijn geschat",
    "model": "komen uit een model",
}


def not_ranked(cijfers: Cijfers) -> str:
    """Return the buurten that are not ranked, with the reason; empty when there are none."""
    rest = cijfers.niet_gerangschikt
    if rest.empty:
        return ""
    places = cijfers.gebieden.loc[rest.index]
    table = pd.DataFrame(
        {
            "Buurt": places["naam"].astype(str),
            "Wijk": [short_wijk(str(naam)) for naam in places["wijknaam"]],
            "Inwoners": places["inwoners"].map(getal),
            "Reden": rest["reden"].replace("", "reden onbekend").fillna("reden onbekend"),
        }
    )
    return html_table(
        with_judgement(table, cijfers),
        "Niet gerangschikte buurten, en waarom",
        getallen=("Inwoners",),
    )


def domains(cijfers: Cijfers) -> str:
    """Return per buurt the score on every domain."""
    scores = cijfers.scores.loc[
        cijfers.naam.sort_values(kind="stable").index.intersection(cijfers.scores.index, sort=False)
    ]
    table = pd.DataFrame({"Buurt": cijfers.naam.reindex(scores.index)})
    for key in cijfers.domeinen:
        table[DOMAINS[key]] = scores[key].map(lambda value: getal(value, 1))
    numbers = {DOMAINS[key]: list(scores[key].astype(float)) for key in cijfers.domeinen}
    table = with_judgement(table, cijfers)
    return html_table(
        table, "Score per domein", getallen=tuple(numbers), sorteer={"Buurt": (), **numbers}
    )


def types(cijfers: Cijfers) -> str:
    """Return per type its buurten."""
    known = cijfers.typologie.dropna(subset=["type"])
    rows = [
        {
            "Type": f"{number}. {group['typenaam'].iloc[0]}",
            "Aantal buurten": getal(len(group)),
            "Buurten": "; ".join(sorted(cijfers.naam.reindex(group.index))),
        }
        for number, group in known.groupby("type", sort=True)
    ]
    if not rows:
        return ""
    return html_table(pd.DataFrame(rows), "Typen en hun buurten", getallen=("Aantal buurten",))


def pockets(cijfers: Cijfers, namen: Mapping[str, str] | pd.Series[str]) -> str:
    """Return the deel-buurten of some buurten; empty when there are none.

    `namen` holds the name of every buurt of the city: a deel-buurt may lie on a border.
    """
    found = cijfers.deelbuurten
    if found is None or found.empty:
        return ""
    ordered = found.sort_values("verschil", ascending=False, kind="stable")
    table = pd.DataFrame(
        {
            "Deel-buurt": ordered["naam"].astype(str),
            "Buurt": [
                opsomming([str(namen[buurt]) for buurt in cijfers.buurten_van(str(code))])
                for code in ordered.index
            ],
            "Inwoners": ordered["inwoners"].map(getal),
            _APART: ordered["verschil"].map(lambda v: getal(v, 1)),
            "Kans op toeval (q)": ordered["q"].map(small),
        }
    )
    numbers = ("Inwoners", _APART, "Kans op toeval (q)")
    return html_table(with_judgement(table, cijfers), "Deel-buurten", getallen=numbers)


_APART = "Verschil met rest van de buurt (in spreidingen binnen buurten)"

NO_SOURCE = "geen cijfers dit jaar"
"""Source of an indicator of the catalogue that nobody delivered for this year."""


def source_numbers(bron: str, bronregels: Sequence[str]) -> str:
    """Return the numbers of source lines in the list of a report; the text of one not in it."""
    places = {line: str(number) for number, line in enumerate(bronregels, start=1)}
    numbers = [places.get(line, "") for line in bron.split("; ")]
    if all(numbers):
        return ", ".join(numbers)
    return MISSING if bron == NO_SOURCE and bronregels else bron


def indicators(cijfers: Cijfers, bronregels: Sequence[str] = ()) -> str:
    """Return per indicator its unit, source, reference years and what is missing."""
    rows = []
    for key, entry in cijfers.catalogus.iterrows():
        if key not in cijfers.vlaggen:
            continue
        flags = cijfers.vlaggen[key].astype(str)
        missing = flags.str.startswith(MISSING_PREFIX)
        years = cijfers.peiljaren[key].dropna() if key in cijfers.peiljaren else pd.Series()
        rows.append(
            {
                "Cijfer": str(entry["naam"]),
                "Domein": DOMAINS.get(str(entry["domein"]), str(entry["domein"]).capitalize()),
                "Eenheid": str(entry["eenheid"]),
                "Telt mee in": _ROLES.get(str(entry["rol"]), str(entry["rol"])),
                "Bron": source_numbers(str(entry["bron"]), bronregels),
                "Peiljaar": (period(years.min(), years.max()) if len(years) else "") or MISSING,
                "Buurten met een waarde": f"{getal((~missing).sum())} van {getal(len(flags))}",
            }
        )
    if not rows:
        return ""
    return html_table(
        pd.DataFrame(rows),
        "Cijfers, met bron en peiljaar",
        getallen=("Buurten met een waarde",),
        sorteer={"Cijfer": (), "Domein": (), "Bron": ()},
    )


_ROLES = {
    "opgave": "urgentie",
    "kans": "potentie",
    "context": "geen score (toelichting)",
    "toets": "geen score (toetsing)",
}


PRINTED = 14
"""How many figures of a buurt go on its two pages of paper; the file has them all."""


def _weightiest(stad: Cijfers, code: str, keys: Sequence[str]) -> set[int] | None:
    """Return the places in `keys` of the figures that move the urgentie of a buurt most.

    None for a buurt without urgentie: of its figures none goes before another.
    """
    if code not in stad.bijdragen.index:
        return None
    size = pd.Series(one_row(stad.bijdragen, code), dtype=float).abs().dropna()
    if size.empty:
        return None
    most = set(map(str, size.nlargest(PRINTED).index))
    return {place for place, key in enumerate(keys) if key in most}


def buurt_indicators(stad: Cijfers, code: str, bronregels: Sequence[str] = ()) -> str:
    """Return every figure of one buurt with its reference year, flag and the city's middle.

    On paper the table has those that move its urgentie most.
    """
    if code not in stad.indicatoren.index:
        return ""
    shown, years = stad.toonbaar.loc[code].to_dict(), stad.peiljaren.loc[code].to_dict()
    withheld, flags = stad.achtergehouden.loc[code].to_dict(), stad.vlaggen.loc[code].to_dict()
    rows: list[dict[str, str]] = []
    keys: list[str] = []
    notes: dict[tuple[int, str], str] = {}
    for key, entry in stad.ingangen.items():
        if key not in withheld:
            continue
        flag, digits = str(flags[key]), int(entry.get("decimalen", 1))
        reason = WITHHELD if withheld[key] else flag.partition(":")[2].strip()
        if flag in _CELL_NOTES:
            notes[len(rows), "Deze buurt"] = _CELL_NOTES[flag]
        if reason:
            notes[len(rows), "Deze buurt"] = f"Ontbreekt: {reason}."
        keys.append(key)
        rows.append(
            {
                "Cijfer (eenheid)": f"{entry['naam']} ({entry['eenheid']})",
                "Deze buurt": getal(shown[key], digits),
                "Middelste buurt": getal(stad.middens[key], digits),
                "Peiljaar": period(years[key], years[key]) or MISSING,
                "Bron": source_numbers(str(entry["bron"]), bronregels),
            }
        )
    if not rows:
        return ""
    return html_table(
        pd.DataFrame(rows),
        "Alle cijfers van deze buurt",
        getallen=("Deze buurt", "Middelste buurt"),
        noten=notes,
        naam="cijfers",
        papier=_weightiest(stad, code, keys),
    )


_CELL_NOTES = {
    "overgenomen": "Overgenomen uit een eerder jaar.",
    "geschat": "Geschat, omdat de waarde ontbreekt.",
    "model": "Uit een model van de uitgever; geen telling in deze buurt.",
}


def pairs(rows: Mapping[str, str], caption: str, heads: Sequence[str]) -> str:
    """Return a table of two columns."""
    return html_table(pd.DataFrame(list(rows.items()), columns=list(heads)), caption)


def grounds(zinnen: Iterable[Zin]) -> str:
    """Return the figures under the sentences of a report, each with the table that shows it."""
    rows = dict.fromkeys(ground for zin in zinnen for ground in zin.gronden)
    if not rows:
        return ""
    table = pd.DataFrame(
        [(ground.wat, ground.waarde, ground.tabel) for ground in rows],
        columns=["Wat", "Waarde", "Staat in"],
    )
    return html_table(table, "Cijfers onder de zinnen in dit rapport")


def plain(table: pd.DataFrame, caption: str) -> str:
    """Return any table of the method annex, with its index, numbers in Dutch."""
    flat = table.reset_index() if table.index.name or table.index.dtype == object else table
    shown = flat.map(_cell)
    shown.columns = pd.Index([str(name).replace("_", " ") for name in flat.columns])
    return html_table(shown, caption)


def without_one_rule(table: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Take a rule that is the same in every row out of a table: it is said once, above it.

    The rule, empty when rows differ in theirs; and the table without it.
    """
    if "regel" not in table or table["regel"].nunique() != 1:
        return "", table
    return str(table["regel"].iloc[0]), table.drop(columns="regel")


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "ja" if value else "nee"
    text = getal(value, 3)
    return text.rstrip("0").rstrip(",") if "," in text else text


@dataclass(frozen=True)
class Feit:
    """One fact about a buurt.

    `waarde`: As readers see it.
    `midden`: The same of the middle buurt of the city, where that says something.
    `kern`: Whether it is one of the few that a room reads first.
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
        *_changed(stad, code),
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
    chance = [Feit("Kans op het hoogste kwart", kans(row.get("kans_kwart"))), *_order(stad, code)]
    return [
        Feit("Plaats op urgentie", place, kern=True),
        Feit("Marge van de plaats (90 %)", margin, kern=True),
        *([] if without_quarter(stad.gerangschikt) else chance),
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


def _changed(stad: Cijfers, code: str) -> list[Feit]:
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
