"""The layers of the map: what each buurt is in it, in which class, and what to know about that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sia.change.words import FALLS, NOISE, RISES, UNKNOWN
from sia.clustering.doubt import certainty_text
from sia.dutch import MISSING, getal, kans, meervoud, met_teken, rang_interval
from sia.schemas import AANPAKKEN
from sia.viz.dataset import Cijfers, data_notes
from sia.viz.theme import APPROACH, CHANGE, DOMAINS, NO_DATA, POTENTIE, QUALITATIVE, URGENTIE
from sia.weighing.order import places

if TYPE_CHECKING:
    from sia.change.since_base import Verandering

_APPROACHES = dict(zip(AANPAKKEN, zip("IKDVB", APPROACH, strict=True), strict=False))
"""Start of an aanpak's name -> letter on the map, colour; what is not ranked has none."""


@dataclass(frozen=True)
class Klasse:
    """One class of a layer: what the legend says and how it is painted."""

    label: str
    kleur: str
    teken: str = ""


@dataclass(frozen=True)
class Laag:
    """One layer of the map.

    `id`, `titel`, `uitleg`: Key, name in the list, one sentence for the legend.
    `klasse` (index ``buurtcode``): Position in `klassen`; -1 where there is no value.
    `tekst`, `noot` (index ``buurtcode``): Value as readers see it, and what to know about it.
    """

    id: str
    titel: str
    uitleg: str
    klassen: tuple[Klasse, ...]
    klasse: pd.Series[int]
    tekst: pd.Series[str]
    noot: pd.Series[str]

    def as_json(self, index: pd.Index[Any], paint: Callable[[str], str] = str) -> dict[str, Any]:
        """Return what a script draws of some buurten; `paint` says how it names a colour."""
        return {
            "id": self.id,
            "titel": self.titel,
            "uitleg": self.uitleg,
            "klassen": [{**vars(one), "kleur": paint(one.kleur)} for one in self.klassen],
            "klasse": [int(place) for place in self.klasse.reindex(index).fillna(-1)],
            "tekst": [str(text) for text in self.tekst.reindex(index).fillna(MISSING)],
        }


def score_layer(
    id: str,
    titel: str,
    uitleg: str,
    values: pd.Series[float],
    *,
    colours: Sequence[str] = URGENTIE,
    decimalen: int = 1,
    noot: pd.Series[str] | None = None,
) -> Laag:
    """Make a layer of a number, in classes that hold about as many buurten each.

    Values that read the same are never in different classes; fewer classes where they are few.

    `values` (index ``buurtcode``): NaN where there is no value.
    `colours`: ``#rrggbb`` per class, low to high.
    """
    shown = values.astype(float).round(decimalen)
    known = shown.dropna().to_numpy()
    limits = _limits(known, len(colours))
    place = np.where(shown.isna(), -1, np.searchsorted(limits, shown.to_numpy(), "right"))
    labels = _labels([getal(limit, decimalen) for limit in limits]) if len(limits) else []
    labels = labels or [getal(value, decimalen) for value in known[:1]]
    steps = np.round(np.linspace(0, len(colours) - 1, len(limits) + 1)).astype(int)
    klassen = tuple(
        Klasse(label=label, kleur=colours[step], teken=str(number))
        for number, (label, step) in enumerate(zip(labels, steps, strict=False), start=1)
    )
    return Laag(
        id=id,
        titel=titel,
        uitleg=uitleg,
        klassen=klassen,
        klasse=pd.Series(place.astype(int), index=values.index),
        tekst=values.map(lambda value: getal(value, decimalen)),
        noot=_notes(noot, values.index),
    )


def _limits(values: np.ndarray[Any, Any], wanted: int) -> np.ndarray[Any, Any]:
    """Return where one class ends and the next begins; no class is empty."""
    if not len(values):
        return values
    inner = np.linspace(0, 1, wanted + 1)[1:-1]
    limits: np.ndarray[Any, Any] = np.unique(np.quantile(values, inner, method="higher"))
    inside: np.ndarray[Any, Any] = limits[limits > values.min()]
    second: np.ndarray[Any, Any] = np.unique(values)[1:2]
    return inside if len(inside) else second


def _labels(limits: Sequence[str]) -> list[str]:
    """Say the classes: neighbours share their limit, so that no value lies between two."""
    between = [f"{low} tot {high}" for low, high in pairwise(limits)]
    return [f"tot {limits[0]}", *between, f"vanaf {limits[-1]}"]


def _notes(noot: pd.Series[str] | None, index: pd.Index[Any]) -> pd.Series[str]:
    return pd.Series("", index=index) if noot is None else noot.reindex(index).fillna("")


def category_layer(
    id: str,
    titel: str,
    uitleg: str,
    values: pd.Series[str],
    klassen: Mapping[str, Klasse],
    *,
    noot: pd.Series[str] | None = None,
) -> Laag:
    """Make a layer of names.

    `values` (index ``buurtcode``): Missing where there is no name.
    `klassen`: Value -> class, in the order of the legend; must name every value.
    Raises `KeyError` for a value that `klassen` does not name.
    """
    places = {value: number for number, value in enumerate(klassen)}
    klasse = values.map(lambda value: -1 if pd.isna(value) else places[value]).astype(int)
    return Laag(
        id=id,
        titel=titel,
        uitleg=uitleg,
        klassen=tuple(klassen.values()),
        klasse=klasse,
        tekst=values.fillna(MISSING).astype(str),
        noot=_notes(noot, values.index),
    )


def _rank_notes(cijfers: Cijfers) -> pd.Series[str]:
    total = len(cijfers.gerangschikt)
    return cijfers.scores.reindex(cijfers.gebieden.index).apply(
        lambda row: rank_note(row, total), axis=1
    )


def rank_note(row: pd.Series[Any], total: int) -> str:
    """Say the rank of one buurt with its interval, as far as they are known."""
    if pd.isna(row["rang"]):
        return ""
    text = f"Plaats {getal(row['rang'])} van {getal(total)}"
    interval = rang_interval(row.get("rang_p05"), row.get("rang_p95"), row["rang"])
    if interval != MISSING:
        text += f"; in 90 % van de doorrekeningen plaats {interval}"
    if getal(row.get("kans_kwart"), 2) != MISSING:
        text += f"; kans op het hoogste kwart: {kans(row['kans_kwart'])}"
    if places(row) != MISSING:
        text += f"; met andere gewichten plaats {places(row)}"
    return text


_URGENT = "Score van 0 tot 100. Hoger is urgenter. Elke klasse telt ongeveer evenveel buurten."
_TOGETHER = "Score van 0 tot 100. Hoger: er valt meer te winnen door samen op te trekken."


def _score_layers(cijfers: Cijfers) -> list[Laag]:
    scores = cijfers.scores.reindex(cijfers.gebieden.index)
    urgent = scores["urgentie"].where(scores["gerangschikt"].astype("boolean").fillna(False))
    made = [score_layer("urgentie", "Urgentie", _URGENT, urgent, noot=_rank_notes(cijfers))]
    shown = {"potentie": ("Potentie", _TOGETHER, POTENTIE)} if "potentie" in scores else {}
    for key, (name, text, colours) in {
        **shown,
        **{domain: (DOMAINS[domain], _URGENT, URGENTIE) for domain in cijfers.domeinen},
    }.items():
        notes = data_notes(cijfers, key)
        made.append(score_layer(key, name, text, scores[key], colours=colours, noot=notes))
    return made


def _numbered(number: int, name: str, place: int) -> Klasse:
    """Return how the `place`-th (from 0) of things with a number is painted."""
    return Klasse(f"{number}. {name}", QUALITATIVE[place % len(QUALITATIVE)], str(number))


def type_classes(typologie: pd.DataFrame) -> dict[str, Klasse]:
    """Return one class per type; a type's number fixes its colour in every year."""
    known = typologie.dropna(subset=["type"]).sort_values("type")
    unique = known.drop_duplicates("type")
    names = zip(unique["type"].astype(int), unique["typenaam"].astype(str), strict=True)
    classes = (_numbered(number, name, number - 1) for number, name in names)
    return {one.label: one for one in classes}


def _type_layer(cijfers: Cijfers) -> Laag:
    types = cijfers.typologie.reindex(cijfers.gebieden.index)
    named = types["type"].astype("string") + ". " + types["typenaam"].astype("string")
    sure = pd.Series("", index=types.index)
    for code in types.index[types["type"].notna()]:
        sure[code] = f"Type met {certainty_text(types, str(code))}"
    uitleg = "Buurten van één type zijn hetzelfde soort plek. Een type is geen oordeel."
    classes = type_classes(cijfers.typologie)
    return category_layer("type", "Type buurt", uitleg, named, classes, noot=sure)


def approach_class(naam: str) -> Klasse:
    """Return how an aanpak is painted; one that the method does not know gets grey and its name."""
    for start, (sign, colour) in _APPROACHES.items():
        if naam.lower().startswith(start):
            return Klasse(label=naam, kleur=colour, teken=sign)
    return Klasse(label=naam, kleur=NO_DATA, teken=naam[:1].upper())


def _approach_layer(cijfers: Cijfers) -> Laag:
    table = cijfers.aanpak.reindex(cijfers.gebieden.index)
    ranked = cijfers.scores.reindex(table.index)["gerangschikt"].astype("boolean").fillna(False)
    values = table["aanpak"].astype("string").where(ranked)
    starts = list(_APPROACHES)

    def order(naam: str) -> tuple[int, str]:
        fits = (n for n, start in enumerate(starts) if naam.lower().startswith(start))
        return (next(fits, len(starts)), naam)

    classes = {naam: approach_class(naam) for naam in sorted(values.dropna().unique(), key=order)}
    uitleg = "Voorstel op grond van urgentie, potentie en corporatiebezit."
    notes = table["toelichting"].astype("string").fillna("") if "toelichting" in table else None
    return category_layer("aanpak", "Aanpak", uitleg, values, classes, noot=notes)


def _pocket_layer(cijfers: Cijfers) -> Laag:
    places = cijfers.buurt_van_deelbuurt
    counts = places.value_counts().reindex(cijfers.gebieden.index).fillna(0).astype(int)
    some = Klasse("Een of meer deel-buurten", QUALITATIVE[6], "D")
    none = Klasse("Geen deel-buurt gevonden", APPROACH[3])
    values = counts.map(lambda n: some.label if n else none.label).astype("string")
    notes = counts.map(lambda n: f"{meervoud(n, 'deel-buurt', 'deel-buurten')}" if n else "")
    uitleg = "Plekken die duidelijk afwijken van de rest van hun buurt (gestippeld)."
    classes = {some.label: some, none.label: none}
    return category_layer("deelbuurten", "Deel-buurten", uitleg, values, classes, noot=notes)


def _area_layer(cijfers: Cijfers) -> Laag:
    table = cijfers.indeling.reindex(cijfers.gebieden.index)
    numbers = sorted(table["dia_gebied"].dropna().astype(int).unique())
    named = {n: str(table.loc[table["dia_gebied"] == n, "naam"].iloc[0]) for n in numbers}
    classes = {name: _numbered(n, name, place) for place, (n, name) in enumerate(named.items())}
    values = table["naam"].astype("string").where(table["dia_gebied"].notna())
    uitleg = "Voorstel rond buurten met een integrale gebiedsaanpak. De partners stellen het vast."
    return category_layer("dia", "Voorgesteld DIA-gebied", uitleg, values, classes)


CHANGES: Mapping[str, tuple[str, str]] = {
    RISES: ("▲", CHANGE[2]),
    NOISE: ("", CHANGE[1]),
    UNKNOWN: ("?", NO_DATA),
    FALLS: ("▼", CHANGE[0]),
}
"""Judgement on a change -> sign on the map, colour."""


def change_layer(verandering: Verandering, index: pd.Index[Any]) -> Laag:
    """Make the layer of what rose and what fell since the base year."""
    table = verandering.buurten.reindex(index)
    values = table["oordeel"].astype("string").where(table["oordeel"].isin(list(CHANGES)))
    there = [name for name in CHANGES if (values == name).any()]
    classes = {
        name: Klasse(label=name, kleur=CHANGES[name][1], teken=CHANGES[name][0]) for name in there
    }
    notes = [change_note(row) if pd.notna(row["oordeel"]) else "" for _, row in table.iterrows()]
    return category_layer(
        "verandering",
        f"Verandering sinds {verandering.basisjaar}",
        "Een stijging of daling telt alleen als zij groter is dan de ruis in de cijfers.",
        values,
        classes,
        noot=pd.Series(notes, index=index),
    )


def change_note(row: pd.Series[Any]) -> str:
    """Say the real change of one buurt with its interval, or why there is none."""
    if pd.isna(row["echte verandering"]):
        return str(row["toelichting"])
    text = f"Echte verandering: {met_teken(row['echte verandering'], 1)} punten"
    if row["laag"] != row["hoog"]:
        text += f" (90 %: {met_teken(row['laag'], 1)} tot {met_teken(row['hoog'], 1)})"
    return f"{text}. {row['toelichting']}".strip()


def layers(cijfers: Cijfers) -> tuple[Laag, ...]:
    """Return the layers that the tables allow, in reading order."""
    made = _score_layers(cijfers)
    if not cijfers.typologie.empty:
        made.append(_type_layer(cijfers))
    if not cijfers.aanpak.empty:
        made.append(_approach_layer(cijfers))
    if cijfers.deelbuurten is not None:
        made.append(_pocket_layer(cijfers))
    if not cijfers.indeling.empty and cijfers.indeling["dia_gebied"].notna().any():
        made.append(_area_layer(cijfers))
    if cijfers.verandering is not None:
        made.append(change_layer(cijfers.verandering, cijfers.gebieden.index))
    return tuple(made)
