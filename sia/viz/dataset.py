"""The tables of one municipality and year, side by side, as charts, maps and reports take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from sia.change.since_base import Verandering
from sia.dutch import MISSING, getal, meervoud, opsomming
from sia.methode import Methode
from sia.viz.theme import DOMAINS

OBSERVED = "waargenomen"
MISSING_PREFIX = "ontbreekt"


_PER_BUURT = (
    "scores",
    "indicatoren",
    "vlaggen",
    "peiljaren",
    "noemers",
    "bijdragen",
    "typologie",
    "aanpak",
    "indeling",
)


def _empty() -> pd.DataFrame:
    return pd.DataFrame()


@dataclass(frozen=True)
class Cijfers:
    """The tables between the stages (docs/reference/contracts.md) for one municipality and year.

    `gebieden`: EPSG:28992, index ``buurtcode``.
    `indicatoren`, `vlaggen`, `peiljaren`, `noemers`, `bijdragen`, `typologie`, `aanpak`: Index
        ``buurtcode``; empty where a stage has not run.
    `deelbuurten`: Index ``deelbuurt``; None where there was no search.
    `niet_gezocht`: Why there was no search for deel-buurten, in Dutch; empty where there was, or
        none yet.
    `catalogus` (index ``indicator``): Columns ``naam``, ``domein`` (a key of `DOMAINS`, or
        ``potentie`` / ``context``), ``rol``, ``eenheid``, ``bron``, ``decimalen``,
        ``publicatiedrempel``; as ``Catalogue.frame`` gives them.
    `duiding` (index buurtcodes and codes of deel-buurten): As `sia.duiding.beside`; empty where
        nobody spoke yet.
    `indeling` (index ``buurtcode``): ``dia_gebied`` (Int64) and ``naam`` of the proposed DIA area;
        empty where not proposed.
    `verandering`: None in the base year, and where there is nothing to compare with.
    `bron_grenzen`: Source line of the borders.
    `methode`: Version and hash of the method that the figures rest on.
    `gewichtsruis`: By how much weights moved for the intervals and the proof of order.
    """

    gemeente: str
    gemeentecode: str
    jaar: int
    gebieden: gpd.GeoDataFrame
    scores: pd.DataFrame
    indicatoren: pd.DataFrame = field(default_factory=_empty)
    vlaggen: pd.DataFrame = field(default_factory=_empty)
    peiljaren: pd.DataFrame = field(default_factory=_empty)
    noemers: pd.DataFrame = field(default_factory=_empty)
    bijdragen: pd.DataFrame = field(default_factory=_empty)
    typologie: pd.DataFrame = field(default_factory=_empty)
    aanpak: pd.DataFrame = field(default_factory=_empty)
    deelbuurten: gpd.GeoDataFrame | None = None
    niet_gezocht: str = ""
    eigen_maat: tuple[str, ...] = ()
    catalogus: pd.DataFrame = field(default_factory=_empty)
    duiding: pd.DataFrame = field(default_factory=_empty)
    indeling: pd.DataFrame = field(default_factory=_empty)
    verandering: Verandering | None = None
    bron_grenzen: str = ""
    methode: str = ""
    gewichtsruis: float = Methode.standaard().weging.weight_noise

    @cached_property
    def toonbaar(self) -> pd.DataFrame:
        """Indicator values that may be shown (`above_threshold`), made once."""
        return above_threshold(self.indicatoren, self.noemers, self.catalogus)

    @cached_property
    def achtergehouden(self) -> pd.DataFrame:
        """Whether a value is known and may not be shown (bool), made once."""
        return self.indicatoren.notna() & self.toonbaar.isna()

    @cached_property
    def middens(self) -> dict[str, float]:
        """Middle of every indicator that may be shown over the ranked buurten, made once."""
        ranked = self.toonbaar.index.intersection(self.gerangschikt.index)
        shown = self.toonbaar.loc[ranked].astype(float)
        return {str(key): float(v) for key, v in shown.median().items()}

    @cached_property
    def ingangen(self) -> dict[str, dict[str, Any]]:
        """Catalogue entries by indicator, made once."""
        rows: dict[str, dict[str, Any]] = self.catalogus.to_dict("index")  # type: ignore[assignment]
        return rows

    @property
    def domeinen(self) -> tuple[str, ...]:
        """Domains that `scores` has a column for, in reading order."""
        return tuple(domain for domain in DOMAINS if domain in self.scores.columns)

    @property
    def heeft_intervallen(self) -> bool:
        """Whether rank intervals were computed for at least one buurt."""
        return "rang_p05" in self.scores and bool(self.scores["rang_p05"].notna().any())

    @property
    def gerangschikt(self) -> pd.DataFrame:
        """Ranked rows of `scores` in order of rank; ties in order of name."""
        ranked = self.scores[self.scores["gerangschikt"].astype(bool)]
        named = ranked.assign(_naam=self.naam.reindex(ranked.index))
        return named.sort_values(["rang", "_naam"], kind="stable").drop(columns="_naam")

    @property
    def niet_gerangschikt(self) -> pd.DataFrame:
        """Rows of `scores` that were not ranked, in order of name."""
        rest = self.scores[~self.scores["gerangschikt"].astype(bool)]
        return rest.loc[self.naam.reindex(rest.index).sort_values(kind="stable").index]

    @property
    def buurt_van_deelbuurt(self) -> pd.Series[str]:
        """Buurt of every deel-buurt, by its code; one on a border stands there once for each."""
        if self.deelbuurten is None or self.deelbuurten.empty:
            return pd.Series(dtype="str")
        places: pd.Series[str] = self.deelbuurten["buurtcodes"].str.split().explode()
        return places

    def buurten_van(self, gebied: str) -> list[str]:
        """Return the buurten that a place lies in, by code; a deel-buurt may lie on a border."""
        pockets = self.deelbuurten
        if pockets is not None and gebied in pockets.index:
            return str(pockets.at[gebied, "buurtcodes"]).split()
        return [gebied.partition("-")[0]]

    @property
    def naam(self) -> pd.Series[str]:
        """Name of every buurt."""
        names: pd.Series[str] = self.gebieden["naam"].astype(str)
        return names

    def alleen(self, codes: Sequence[str]) -> Cijfers:
        """Return the same tables for some buurten only; ranks stay those of the city."""
        kept = self.gebieden.index[self.gebieden.index.isin(codes)]
        tables = {
            name: table.loc[table.index.intersection(kept)]
            for name in _PER_BUURT
            if not (table := getattr(self, name)).empty
        }
        pockets, places = self.deelbuurten, self.buurt_van_deelbuurt
        if pockets is not None:
            pockets = pockets.loc[pockets.index.isin(places.index[places.isin(kept)])]
        return replace(self, gebieden=self.gebieden.loc[kept], deelbuurten=pockets, **tables)

    def indicatoren_van(self, domein: str) -> list[str]:
        """Return the catalogue ids of a domain (or role group) that the tables know."""
        if self.catalogus.empty:
            return []
        own = self.catalogus.index[self.catalogus["domein"] == domein]
        return [name for name in own if name in self.vlaggen.columns]


WITHHELD = "te weinig om te tonen, of onbekend hoeveel"
"""Why `above_threshold` shows nothing of a figure that is known."""


def above_threshold(
    values: pd.DataFrame, noemers: pd.DataFrame, catalogus: pd.DataFrame
) -> pd.DataFrame:
    """Return the indicator values of one year that may be shown: those above their threshold.

    Returns (shape of `values`): NaN where the denominator is below the publication threshold of the
        catalogue, or unknown while the catalogue sets one.
    """
    if "publicatiedrempel" not in catalogus:
        return values
    limits = catalogus["publicatiedrempel"].astype(float).reindex(values.columns).fillna(0)
    below = pd.DataFrame(False, index=values.index, columns=values.columns)
    for name in values.columns[limits > 0]:
        if name in noemers:
            known = noemers[name].reindex(values.index)
            below[name] = ~(known >= limits[name])
        else:
            below[name] = True
    return values.mask(below)


def data_notes(cijfers: Cijfers, domein: str) -> pd.Series[str]:
    """Say per buurt on what figures a domain score rests: flags and reference years."""
    names = cijfers.indicatoren_van(domein)
    index = cijfers.gebieden.index
    if not names:
        return pd.Series("", index=index, dtype=str)
    flags = cijfers.vlaggen.reindex(index)[names].fillna(f"{MISSING_PREFIX}: geen rij in de bron")
    years = cijfers.peiljaren.reindex(index)
    years = years[[name for name in names if name in years.columns]]
    first, last = years.min(axis=1), years.max(axis=1)
    notes = [
        _note(row, low, high)
        for row, low, high in zip(
            flags.to_numpy().tolist(), first.to_numpy(), last.to_numpy(), strict=True
        )
    ]
    return pd.Series(notes, index=index, dtype=str)


def _note(flags: Sequence[str], first: object, last: object) -> str:
    missing = [flag for flag in flags if flag.startswith(MISSING_PREFIX)]
    present = len(flags) - len(missing)
    if not present:
        return f"Geen van de {meervoud(len(flags), 'cijfer', 'cijfers')} is bekend" + _why(missing)
    years = period(first, last)
    text = f"{meervoud(present, 'cijfer', 'cijfers')}" + (f", peiljaar {years}" if years else "")
    for flag in ("overgenomen", "geschat", "model"):
        count = sum(1 for found in flags if found == flag)
        if count:
            text += f"; {getal(count)} {_FLAG_WORDS[flag]}"
    if missing:
        text += (
            f"; {getal(len(missing))} ontbreekt"
            if len(missing) == 1
            else (f"; {getal(len(missing))} ontbreken")
        )
        text += _why(missing)
    return text


_FLAG_WORDS = {
    "overgenomen": "overgenomen uit een eerder jaar",
    "geschat": "geschat",
    "model": "uit een model",
}


def _why(missing: Sequence[str]) -> str:
    reasons = sorted({flag.partition(":")[2].strip() for flag in missing} - {""})
    return f" ({opsomming(reasons)})" if reasons else ""


def period(first: object, last: object) -> str:
    """Return ``2024`` or ``2022–2024``; empty when unknown (years carry no thousands point)."""
    low, high = getal(first).replace(".", ""), getal(last).replace(".", "")
    if MISSING in (low, high):
        return ""
    return low if low == high else f"{low}–{high}"
