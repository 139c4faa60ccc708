"""The tables of a report, as texts that a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from sia.dutch import (
    CERTAIN,
    LIKELY,
    MISSING,
    OUT,
    UNLIKELY,
    getal,
    kans,
    opsomming,
    procent,
    rang_interval,
)
from sia.report.judgements import with_judgement
from sia.report.sentences import Zin
from sia.viz.dataset import MISSING_PREFIX, Cijfers, period
from sia.viz.judgement import one_row
from sia.viz.tables import html_table
from sia.viz.theme import DOMAINS

DEFINITIONS: Mapping[str, str] = {
    "Urgentie": "Hoe groot de opgaven in een buurt samen zijn, op een schaal van 0 tot 100.",
    "Potentie": "Hoeveel er te winnen valt door samen op te trekken, op een schaal van 0 tot 100.",
    "Doorrekening": "Eén keer alles opnieuw berekenen met andere, ook redelijke keuzes.",
    "Marge": "De plaatsen waar een buurt op uitkomt in 90 % van de doorrekeningen.",
    "Hoogste kwart": "De 25 % van de gerangschikte buurten met de hoogste urgentie.",
    "Zeker": f"In ten minste {procent(100 * CERTAIN)} van de doorrekeningen. Zeker niet: in "
    f"hooguit {procent(100 * OUT)}.",
    "Waarschijnlijk": f"In ten minste {procent(100 * LIKELY)} van de doorrekeningen. "
    f"Waarschijnlijk niet: in hooguit {procent(100 * UNLIKELY)}.",
    "Deel-buurt": "Een plek in een buurt die duidelijk afwijkt van de rest van die buurt.",
    "Peiljaar": "Het jaar waarover een cijfer gaat. Dat is niet voor elk cijfer hetzelfde jaar.",
}


def ranking(cijfers: Cijfers, *, domein: str = "") -> str:
    """Return the ranked buurten; by urgentie, or by one domain."""
    ranked = cijfers.gerangschikt
    if domein:
        ranked = ranked.sort_values(domein, ascending=False, kind="stable")
    places = cijfers.gebieden.loc[ranked.index]
    low, high, chance = (
        ranked.get(name, pd.Series(float("nan"), ranked.index)).astype(float)
        for name in ("rang_p05", "rang_p95", "kans_kwart")
    )
    raw: dict[str, pd.Series[float]] = {}
    columns = {"Buurt": places["naam"].astype(str), "Wijk": places["wijknaam"].astype(str)}
    if domein:
        raw[f"Score {DOMAINS[domein].lower()}"] = ranked[domein].astype(float)
    raw["Urgentie"] = ranked["urgentie"].astype(float)
    if "potentie" in ranked:
        raw["Potentie"] = ranked["potentie"].astype(float)
    columns["Plaats"] = ranked["rang"].map(getal)
    table = pd.DataFrame(columns)
    if cijfers.heeft_intervallen:
        table["Marge"] = [
            rang_interval(a, b, rank) for rank, a, b in zip(ranked["rang"], low, high, strict=True)
        ]
        table["Kans op hoogste kwart"] = chance.map(kans)
        raw["Kans op hoogste kwart"] = chance
    for name in raw:
        if name not in table:
            table[name] = raw[name].map(lambda value: getal(value, 1))
    if not cijfers.aanpak.empty:
        table["Aanpak"] = cijfers.aanpak["aanpak"].reindex(ranked.index).fillna(MISSING)
    table = with_judgement(table, cijfers)
    numbers = {name: list(values) for name, values in raw.items()}
    sortable = {"Buurt": (), "Wijk": (), "Plaats": list(ranked["rang"].astype(float)), **numbers}
    return html_table(
        table,
        f"Gerangschikte buurten naar {DOMAINS[domein].lower() if domein else 'urgentie'}",
        getallen=("Plaats", "Marge", *raw),
        sorteer=sortable,
        noten=_flag_notes(cijfers, ranked.index),
        naam="rangorde",
    )


def _flag_notes(cijfers: Cijfers, codes: pd.Index[str]) -> dict[tuple[int, str], str]:
    """Footnote the buurten whose scores rest on figures that were not simply observed."""
    names = [key for key in cijfers.vlaggen if _counts(cijfers, str(key))]
    notes = {}
    flags = cijfers.vlaggen[names]
    for row, code in enumerate(codes):
        if not names or code not in flags.index:
            continue
        kinds = {str(flag).partition(":")[0] for flag in flags.loc[code]}
        text = [word for kind, word in _FLAG_NOTES.items() if kind in kinds]
        if text:
            notes[row, "Buurt"] = f"Onder de scores van deze buurt: {', '.join(text)}."
    return notes


_FLAG_NOTES = {
    MISSING_PREFIX: "een of meer cijfers ontbreken",
    "overgenomen": "een of meer cijfers zijn uit een eerder jaar",
    "geschat": "een of meer cijfers zijn geschat",
    "model": "een of meer cijfers komen uit een model van de uitgever",
}


def _counts(cijfers: Cijfers, key: str) -> bool:
    return key in cijfers.catalogus.index and cijfers.catalogus.at[key, "rol"] in ("opgave", "kans")


def not_ranked(cijfers: Cijfers) -> str:
    """Return the buurten that are not ranked, with the reason; empty when there are none."""
    rest = cijfers.niet_gerangschikt
    if rest.empty:
        return ""
    places = cijfers.gebieden.loc[rest.index]
    table = pd.DataFrame(
        {
            "Buurt": places["naam"].astype(str),
            "Wijk": places["wijknaam"].astype(str),
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
            "Buurten": ", ".join(sorted(cijfers.naam.reindex(group.index))),
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
            "Score": ordered["score"].map(lambda value: getal(value, 1)),
            "Verschil met rest van de buurt": ordered["verschil"].map(lambda v: getal(v, 1)),
            "Kans op toeval (q)": ordered["q"].map(lambda value: getal(value, 2)),
        }
    )
    numbers = ("Inwoners", "Score", "Verschil met rest van de buurt", "Kans op toeval (q)")
    return html_table(with_judgement(table, cijfers), "Deel-buurten", getallen=numbers)


NO_SOURCE = "geen cijfers dit jaar"
"""Source of an indicator of the catalogue that nobody delivered for this year."""


def source_numbers(bron: str, bronregels: Sequence[str]) -> str:
    """Return the numbers of source lines in the list of a report; the text where one is not in it.

    Parameters
    ----------
    bron : str
        Source lines, joined by ``; ``.
    bronregels : sequence of str
        The list, numbered from 1.
    """
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


def _weightiest(stad: Cijfers, code: str, keys: Sequence[str]) -> set[int]:
    """Return the places in `keys` of the figures that move the urgentie of a buurt most."""
    if code not in stad.bijdragen.index:
        return set(range(min(PRINTED, len(keys))))
    size = {
        str(key): abs(float(value)) for key, value in one_row(stad.bijdragen, code).dropna().items()
    }
    order = sorted(range(len(keys)), key=lambda k: size.get(keys[k], -1.0), reverse=True)
    return set(order[:PRINTED])


def buurt_indicators(stad: Cijfers, code: str, bronregels: Sequence[str] = ()) -> str:
    """Return every figure of one buurt with its reference year, flag and the city's middle.

    On paper the table has those that move its urgentie most.
    """
    if code not in stad.indicatoren.index:
        return ""
    values, flags = stad.indicatoren.loc[code].to_dict(), stad.vlaggen.loc[code].to_dict()
    shown, years = stad.toonbaar.loc[code].to_dict(), stad.peiljaren.loc[code].to_dict()
    rows: list[dict[str, str]] = []
    keys: list[str] = []
    notes: dict[tuple[int, str], str] = {}
    for key, entry in stad.ingangen.items():
        if key not in values:
            continue
        flag, digits = str(flags[key]), int(entry.get("decimalen", 1))
        withheld = pd.notna(values[key]) and pd.isna(shown[key])
        reason = "te weinig om te tonen" if withheld else flag.partition(":")[2].strip()
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


def area_members(cijfers: Cijfers) -> str:
    """Return the buurten of a DIA area with where they lie, their people and their rank."""
    places = cijfers.gebieden
    scores = cijfers.scores.reindex(places.index)
    table = pd.DataFrame(
        {
            "Buurt": places["naam"].astype(str),
            "Wijk": places["wijknaam"].astype(str),
            "Stadsdeel": places["stadsdeel"].replace("", MISSING).astype(str),
            "Inwoners": places["inwoners"].map(getal),
            "Plaats op urgentie": scores["rang"].map(getal),
        }
    ).sort_values("Buurt", kind="stable")
    return html_table(
        with_judgement(table, cijfers),
        "Buurten in dit gebied",
        getallen=("Inwoners", "Plaats op urgentie"),
    )


def investments(plannen: pd.DataFrame, cijfers: Cijfers, meeste: int = 0) -> str:
    """Return the plans in the buurten of a report; empty when there are none.

    At most `meeste` of them are printed; 0 prints all.
    """
    papier = range(meeste) if meeste else None
    if plannen.empty:
        return ""
    own = plannen[plannen["buurtcode"].isin(cijfers.gebieden.index)]
    if own.empty:
        return ""
    own = own.sort_values(["start", "titel"], kind="stable")
    table = pd.DataFrame(
        {
            "Plan": own["titel"].astype(str),
            "Buurt": [str(cijfers.naam.get(code, code)) for code in own["buurtcode"]],
            "Partner": own["partner"].astype(str),
            "Jaren": [
                period(a, b) or MISSING for a, b in zip(own["start"], own["eind"], strict=True)
            ],
            "Status": own["status"].astype(str),
        }
    )
    return html_table(
        table,
        "Plannen in dit gebied",
        sorteer={"Plan": (), "Buurt": (), "Partner": ()},
        papier=papier,
    )


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
