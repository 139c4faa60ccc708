"""The report on change: sentences and tables that follow from one `Verandering` by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sia.areas import RENAMED, SAME
from sia.change.since_base import Verandering
from sia.change.words import FALLS, LEFT_OUT, NOISE, OTHER_TYPE, RISES, SAME_TYPE
from sia.dutch import MISSING, getal, kans, meervoud, met_teken, procent, small
from sia.report.judgements import with_judgement
from sia.report.sentences import Grond, Zin, count, listed, named
from sia.viz.dataset import Cijfers
from sia.viz.tables import html_table
from sia.viz.theme import DOMAINS

PARTS = {
    "herziening": "Herziening",
    "grenzen": "Grenzen",
    "methode": "Methode",
    "bron": "Bron",
    "echte verandering": "Echte verandering",
}
"""Cause of a difference -> column; together they are the whole difference."""

KINDS = {"stad": "Hele stad", "stadsdeel": "Stadsdeel", "wijk": "Wijk", "dia": "DIA-gebied"}
PER_BUURT, PER_AREA, PER_DOMAIN = (
    "Verandering per buurt",
    "Verandering per gebied",
    "Verandering per domein",
)

DEFINITIONS = {
    "Echte verandering": "Wat overblijft als methode, schaal, grenzen, bron en herziene cijfers "
    "gelijk zijn.",
    "Herziening": "De bron heeft het oude cijfer later verbeterd.",
    "Grenzen": "De buurt heeft nu een andere grens dan toen.",
    "Methode": "De score telt nu andere cijfers mee dan toen, of op een andere schaal.",
    "Bron": "Het cijfer is overgenomen van een eerder jaar, of komt nu uit een andere bron of een "
    "ander model.",
    "Ruis": "Kleine verschillen in de cijfers die ook ontstaan als er niets verandert. Van een "
    "cijfer zonder noemer of marge is de ruis niet bekend; de marge is dan eerder te smal.",
    "Lat": "Wie naar veel buurten tegelijk kijkt, ziet er altijd wel een die lijkt te veranderen. "
    "Daarom ligt de lat hoger dan de marge. Van de buurten die wij noemen, is naar verwachting "
    "hooguit 10 % door toeval genoemd (methode: Benjamini en Hochberg, 1995).",
    "Kans op toeval (q)": "Ligt q op 0,10 of lager, dan noemen wij de buurt gestegen of gedaald. "
    "De q telt mee dat alle buurten van de stad tegelijk zijn bekeken.",
}


@dataclass(frozen=True)
class Gebied:
    """One area with its change.

    `sleutel`: Kind and key in `Verandering.gebieden`.
    `cijfers`: Of the buurten of the area.
    """

    naam: str
    sleutel: tuple[str, str]
    cijfers: Cijfers
    verandering: Verandering

    @property
    def buurten(self) -> pd.DataFrame:
        """Change per buurt of the area, the largest rise first; what is unknown comes last."""
        own = self.verandering.buurten.reindex(self.cijfers.gebieden.index)
        return own.sort_values(
            "echte verandering", ascending=False, na_position="last", kind="stable"
        )

    @property
    def gemiddeld(self) -> dict[str, float]:
        """Mean change of the area, with interval, per score."""
        return _rows(self.verandering.gebieden, [self.sleutel])[self.sleutel]


def _rows(
    table: pd.DataFrame, keys: list[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, float]]:
    """Return the rows of some areas, in the order of `keys`; areas that are absent are left out."""
    found: dict[tuple[str, str], dict[str, float]]
    found = table.loc[[key for key in keys if key in table.index]].to_dict("index")  # type: ignore[assignment]
    return found


def things(g: Gebied) -> tuple[Zin, ...]:
    """Return the three things to know about the change of an area; one when none is known."""
    if not (g.buurten["oordeel"] != LEFT_OUT).any():
        return (_nothing(g),)
    return (_who_changed(g), _on_average(g), _which_domain(g))


def _nothing(g: Gebied) -> Zin:
    year = g.verandering.basisjaar
    return Zin(
        f"Geen enkele buurt is te vergelijken met {year}. Over verandering is dus niets te zeggen; "
        "de reden staat in de tabel.",
        _since(g),
    )


def _names(g: Gebied, oordeel: str) -> list[str]:
    table = g.buurten
    found = table[table["oordeel"] == oordeel]
    order = found["echte verandering"].abs().sort_values(ascending=False, kind="stable").index
    return [str(g.cijfers.naam[code]) for code in order]


def _since(g: Gebied) -> Grond:
    year = str(g.verandering.basisjaar)
    return Grond("basisjaar", year)


def _who_changed(g: Gebied) -> Zin:
    year = g.verandering.basisjaar
    if not g.verandering.ruis_bekend:
        return Zin(
            "Van geen enkel cijfer is bekend hoe groot de ruis is. Of een verschil met "
            f"{year} echt is, is dus niet te zeggen.",
            _since(g),
        )
    up, down = _names(g, RISES), _names(g, FALLS)
    if not up and not down:
        return Zin(
            f"Van geen enkele buurt is zeker genoeg dat de urgentie sinds {year} veranderde.",
            _since(g),
        )
    parts, grounds, nobody = [], [_since(g)], ""
    for names, word in ((up, "gestegen"), (down, "gedaald")):
        if not names:
            nobody = f" Van geen enkele buurt is zeker genoeg dat zij is {word}."
            continue
        parts.append(f"in {meervoud(len(names), 'buurt', 'buurten')} {word}: {listed(names)}")
        grounds += [
            count(len(names), f"buurten waar de urgentie is {word}"),
            *named(names, PER_BUURT),
        ]
    return Zin(f"Sinds {year} is de urgentie {'; '.join(parts)}.{nobody}", *grounds)


def _on_average(g: Gebied) -> Zin:
    row, year = g.gemiddeld, g.verandering.basisjaar
    mean, low, high = (float(row[f"urgentie{end}"]) for end in ("", "_laag", "_hoog"))
    shown = met_teken(mean, 1)
    margin = f"{met_teken(low, 1)} tot {met_teken(high, 1)}"
    grounds = (
        _since(g),
        Grond("gemiddelde verandering, in punten", shown, PER_AREA),
        Grond("marge van de gemiddelde verandering", margin, PER_AREA),
        Grond("naam: " + g.naam, g.naam, PER_AREA),
        Grond("een marge geldt in 90 % van de trekkingen", "90 %"),
    )
    if not g.verandering.ruis_bekend or low == high:
        text = f"Gemiddeld is het verschil in {g.naam} {shown} punten sinds {year}. "
        return Zin(f"{text}Of dat meer is dan ruis, is niet bekend.", *grounds)
    if not float(row["urgentie_q"]) <= g.verandering.fdr:
        return Zin(
            f"Gemiddeld veranderde de urgentie in {g.naam} sinds {year} niet aantoonbaar "
            f"({shown} punten; marge {margin}).",
            *grounds,
        )
    verb = "steeg" if mean > 0 else "daalde"
    return Zin(
        f"Gemiddeld {verb} de urgentie in {g.naam} sinds {year}: {shown} punten (marge {margin}).",
        *grounds,
    )


def _domain_rows(g: Gebied) -> pd.DataFrame:
    row = g.gemiddeld
    rows = [
        {
            "domein": key,
            "naam": name,
            "gemiddeld": float(row[key]),
            "laag": float(row[f"{key}_laag"]),
            "hoog": float(row[f"{key}_hoog"]),
            "q": float(row[f"{key}_q"]),
        }
        for key, name in DOMAINS.items()
        if key in row
    ]
    return pd.DataFrame(rows, columns=["domein", "naam", "gemiddeld", "laag", "hoog", "q"])


def _which_domain(g: Gebied) -> Zin:
    table = _domain_rows(g).dropna(subset=["gemiddeld"])
    sure = table[table["q"] <= g.verandering.fdr]
    if not g.verandering.ruis_bekend:
        return Zin("Ook per domein is niet te zeggen of een verschil groter is dan de ruis.")
    if sure.empty:
        return Zin("Van geen enkel domein is zeker genoeg dat het gemiddelde hier veranderde.")
    most = sure.iloc[int(sure["gemiddeld"].abs().to_numpy().argmax())]
    shown = met_teken(most["gemiddeld"], 1)
    word = "meer" if most["gemiddeld"] > 0 else "minder"
    return Zin(
        f"Het sterkst veranderde {str(most['naam']).lower()}: {shown} punten, dus {word} opgave.",
        Grond(f"verandering {str(most['naam']).lower()}", shown, PER_DOMAIN),
    )


def certainty(g: Gebied) -> tuple[Zin, ...]:
    """Say what of the difference is certain, what is noise and what has another cause."""
    return tuple(z for rule in (_noise, _causes, _left_out, _borders) if (z := rule(g)) is not None)


def _noise(g: Gebied) -> Zin | None:
    quiet = int((g.buurten["oordeel"] == NOISE).sum())
    if not quiet:
        return None
    share = procent(100 * g.verandering.fdr)
    return Zin(
        f"Voor {meervoud(quiet, 'buurt', 'buurten')} kan de verandering ook ruis zijn. Lees daar "
        "geen stijging of daling in. De lat ligt hoog, omdat wij naar veel buurten tegelijk "
        f"kijken: van alle buurten die wij in de stad noemen, is naar verwachting hooguit {share} "
        "door toeval genoemd.",
        count(quiet, "buurten waar de verandering ruis kan zijn"),
        Grond("aandeel van de genoemde buurten dat toeval mag zijn", share),
    )


def _causes(g: Gebied) -> Zin | None:
    """Say how much of the difference between published scores is no change of the buurt."""
    table = g.buurten.dropna(subset=list(PARTS))
    if table.empty:
        return None
    sizes = {part: getal(table[part].abs().mean(), 1) for part in PARTS}
    grounds = tuple(
        Grond(f"gemiddelde grootte van {part}, in punten", shown) for part, shown in sizes.items()
    )
    other = {part: shown for part, shown in sizes.items() if part != "echte verandering"}
    if all(shown == "0,0" for shown in other.values()):
        text = "Herziening, grenzen, methode en bron hebben hier geen invloed op het verschil."
        return Zin(text, *grounds)
    told = ", ".join(f"{part} {shown}" for part, shown in other.items())
    real = sizes["echte verandering"]
    return Zin(
        f"Niet elk verschil is echt. Gemiddeld per buurt: {told} en echte verandering {real} "
        "punten.",
        *grounds,
    )


def _left_out(g: Gebied) -> Zin | None:
    number = int((g.buurten["oordeel"] == LEFT_OUT).sum())
    if not number:
        return Zin("Alle buurten hier zijn te vergelijken.")
    verb = "is" if number == 1 else "zijn"
    return Zin(
        f"{meervoud(number, 'buurt', 'buurten')} {verb} niet te vergelijken. De reden staat in de "
        "tabel.",
        count(number, "buurten die niet te vergelijken zijn", "Niet te vergelijken"),
    )


def _borders(g: Gebied) -> Zin | None:
    moved = int((~g.buurten["grens"].isin([SAME, RENAMED])).sum())
    if not moved:
        return None
    whom = meervoud(moved, "buurt", "buurten")
    verb = "heeft" if moved == 1 else "hebben"
    return Zin(
        f"{whom} {verb} een andere grens of code dan toen. De oude cijfers zijn daarvoor "
        "omgerekend; dat geeft extra onzekerheid.",
        count(moved, "buurten met een andere grens of code"),
    )


def per_buurt(g: Gebied) -> str:
    """Return the change of every comparable buurt, by cause, with its interval and judgement."""
    table = g.buurten
    table = table[table["oordeel"] != LEFT_OUT]
    year = g.verandering.basisjaar
    names = {"basisjaar": f"Urgentie {year}", "dit jaar": f"Urgentie {g.cijfers.jaar}"}
    judged = table["oordeel"].astype(str)
    shown = pd.DataFrame({"Buurt": g.cijfers.naam.reindex(table.index), "Oordeel": judged})
    for key, label in names.items():
        shown[label] = table[key].map(lambda v: getal(v, 1))
    for key, label in {"verschil": "Verschil", **PARTS}.items():
        shown[label] = table[key].map(lambda v: met_teken(v, 1))
    shown["Marge (90 %)"] = [_margin(low, high) for low, high in _pairs(table)]
    shown["Kans op toeval (q)"] = table["q"].map(small)
    numbers = (*names.values(), "Verschil", *PARTS.values(), "Marge (90 %)", "Kans op toeval (q)")
    raw = {label: list(table[key].astype(float)) for key, label in PARTS.items()}
    raw["Verschil"] = list(table["verschil"].astype(float))
    raw["Kans op toeval (q)"] = list(table["q"].astype(float))
    return html_table(
        with_judgement(shown, g.cijfers),
        f"{PER_BUURT}, in punten urgentie",
        getallen=numbers,
        sorteer={"Buurt": (), "Oordeel": (), **raw},
    )


def left_out(g: Gebied) -> str:
    """Return the buurten that cannot be compared, and those whose border moved, with the reason."""
    table = g.buurten
    own = table[(table["oordeel"] == LEFT_OUT) | (table["toelichting"] != "")]
    if own.empty:
        return ""
    shown = pd.DataFrame(
        {
            "Buurt": g.cijfers.naam.reindex(own.index),
            "Te vergelijken": [
                "nee" if judged == LEFT_OUT else "ja, na omrekenen" for judged in own["oordeel"]
            ],
            "Grens": own["grens"].astype(str),
            "Toelichting": own["toelichting"].astype(str),
        }
    )
    return html_table(
        with_judgement(shown, g.cijfers), "Niet te vergelijken, of met een andere grens"
    )


def per_domain(g: Gebied) -> str:
    """Return the mean real change per domain with its interval."""
    table = _domain_rows(g)
    if table.empty:
        return ""
    shown = pd.DataFrame(
        {
            "Domein": table["naam"],
            "Gemiddelde verandering": table["gemiddeld"].map(lambda v: met_teken(v, 1)),
            "Marge (90 %)": [_margin(low, high) for low, high in _pairs(table)],
            "Kans op toeval (q)": table["q"].map(small),
        }
    )
    return html_table(
        shown,
        f"{PER_DOMAIN}, gemiddelde van de buurten in {g.naam}",
        getallen=("Gemiddelde verandering", "Marge (90 %)", "Kans op toeval (q)"),
    )


def per_area(g: Gebied, namen: dict[tuple[str, str], str], keys: list[tuple[str, str]]) -> str:
    """Return the mean real change of the area and of those around or inside it."""
    rows = list(_rows(g.verandering.gebieden, keys).items())
    shown = pd.DataFrame(
        {
            "Gebied": [namen.get(key, key[1]) for key, _ in rows],
            "Soort": [KINDS[key[0]] for key, _ in rows],
            "Buurten vergeleken": [f"{getal(r['buurten'])} van {getal(r['van'])}" for _, r in rows],
            "Gemiddelde verandering": [met_teken(r["urgentie"], 1) for _, r in rows],
            "Marge (90 %)": [_margin(r["urgentie_laag"], r["urgentie_hoog"]) for _, r in rows],
            "Kans op toeval (q)": [getal(r["urgentie_q"], 2) for _, r in rows],
        }
    )
    return html_table(
        shown,
        f"{PER_AREA}, gemiddelde van de buurten in punten urgentie",
        getallen=(
            "Buurten vergeleken",
            "Gemiddelde verandering",
            "Marge (90 %)",
            "Kans op toeval (q)",
        ),
        sorteer={"Gebied": (), "Gemiddelde verandering": [r["urgentie"] for _, r in rows]},
    )


def points_text(row: Mapping[Any, Any]) -> str:
    """Return a change in points with its margin."""
    return f"{met_teken(row['echte verandering'], 1)} ({_margin(row['laag'], row['hoog'])})"


def _pairs(table: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(table["laag"], table["hoog"], strict=True))


def _margin(low: float, high: float) -> str:
    return (
        MISSING if pd.isna(low) or low == high else f"{met_teken(low, 1)} tot {met_teken(high, 1)}"
    )


CAPTION = "Buurten met een ander type"


def moved(trajecten: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """Return the buurten of an area whose type differs, the most certain first."""
    own = trajecten.reindex(codes.intersection(trajecten.index, sort=False))
    rows = own[~own["oordeel"].isin([SAME_TYPE, LEFT_OUT])]
    return rows.sort_values("kans_anders", ascending=False, kind="stable")


def type_sentence(trajecten: pd.DataFrame, names: pd.Series[str]) -> Zin | None:
    """Say how many buurten changed type and for which that is more than noise; None if unknown."""
    if trajecten.empty:
        return None
    own = trajecten.reindex(names.index.intersection(trajecten.index, sort=False))
    compared = own[own["oordeel"] != LEFT_OUT]
    if compared.empty:
        return Zin("Van geen enkele buurt is het type door de jaren te vergelijken.")
    year = str(int(own["eerste_jaar"].iloc[0]))
    since = Grond("eerste jaar waarmee het type is vergeleken", year)
    rows = moved(trajecten, names.index)
    if rows.empty:
        return Zin(f"Elke buurt die te vergelijken is, heeft hetzelfde type als in {year}.", since)
    number = len(rows)
    verb = "heeft" if number == 1 else "hebben"
    text = f"{meervoud(number, 'buurt', 'buurten')} {verb} een ander type dan in {year}."
    sure = [str(names[code]) for code in rows.index[rows["oordeel"] == OTHER_TYPE]]
    grounds = (since, count(number, "buurten met een ander type"))
    if not sure:
        return Zin(f"{text} Geen van die wisselingen is duidelijk groter dan de ruis.", *grounds)
    text += f" Meer dan ruis is dat in {listed(sure)}."
    return Zin(text, *grounds, *named(sure, CAPTION))


def type_table(trajecten: pd.DataFrame, cijfers: Cijfers) -> str:
    """Return the buurten of an area whose type differs, with the judgement; empty when none."""
    names = cijfers.naam
    if trajecten.empty:
        return ""
    rows = moved(trajecten, names.index)
    if rows.empty:
        return ""
    first, last = int(rows["eerste_jaar"].iloc[0]), int(rows["laatste_jaar"].iloc[0])
    shown = pd.DataFrame(
        {
            "Buurt": names.reindex(rows.index),
            f"Type in {first}": _types(rows, "van"),
            f"Type in {last}": _types(rows, "naar"),
            "Kans dat het type echt anders is": rows["kans_anders"].map(kans),
            "Oordeel": rows["oordeel"].astype(str),
        }
    )
    return html_table(
        with_judgement(shown, cijfers), CAPTION, getallen=("Kans dat het type echt anders is",)
    )


def _types(rows: pd.DataFrame, side: str) -> list[str]:
    return [
        MISSING if pd.isna(number) else f"{number}. {name}"
        for number, name in zip(rows[side], rows[f"{side}_naam"], strict=True)
    ]
