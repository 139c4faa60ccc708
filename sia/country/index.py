"""All buurten of the country as one place: figures, scores, types and the table of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from sia.catalogue.model import DOMAIN_NAMES, DOMAINS
from sia.clustering.typenset import Typenset
from sia.clustering.types import types_of
from sia.gemeente import Gemeente
from sia.indicators import IndicatorTable, build_indicators, design
from sia.indicators.eligibility import kinds
from sia.indicators.roster import names_of
from sia.sources.base import AreaLayer, Intake
from sia.sources.store import KeptLayer
from sia.sources.wish import Wish
from sia.weighing import beyond_interval

COUNTRY = Gemeente(code="NL", naam="Nederland")
"""All buurten taken as one place, with the default thresholds and without stadsdelen."""

INDEX_ONLY = ("urgentie", "potentie", *DOMAINS)


def country_indicators(found: Intake, jaar: int) -> tuple[IndicatorTable, pd.Series[str]]:
    """Return the indicator table of all buurten and the names of their municipalities.

    Returns: ``gemeentecode`` of its areas is that of each buurt.
    Returns: index ``gemeentecode``.
    """
    covering = replace(found, areas=national_layers(found.areas))
    table = build_indicators(covering, COUNTRY, jaar)
    codes = pd.Series("GM" + table.areas.index.str[2:6], index=table.areas.index, dtype="str")
    unique = pd.Index(sorted(codes.unique()), name="gemeentecode", dtype="str")
    names = names_of(unique, found, jaar, "gemeente")
    return replace(table, areas=table.areas.assign(gemeentecode=codes)), names


def country_types(table: IndicatorTable) -> pd.DataFrame:
    """Return the national type of every buurt, as ``typologie.parquet``."""
    return types_of(table.values, kinds(table, COUNTRY), Typenset.standaard()).buurten


def flat_table(
    areas: pd.DataFrame, scores: pd.DataFrame, types: pd.DataFrame, names: pd.Series[str]
) -> pd.DataFrame:
    """Return one row per buurt, also per buurt without a rank, with all that readers ask for.

    `names`: index ``gemeentecode``.
    """
    flat = pd.DataFrame(
        {
            "buurt": areas["naam"],
            "wijkcode": areas["wijkcode"],
            "gemeentecode": areas["gemeentecode"],
            "gemeente": areas["gemeentecode"].map(names),
            "inwoners": areas["inwoners"],
            "grenzen_van": areas["borders_year"],
        }
    )
    ordered = ("rang", "rang_p05", "rang_p95", "kans_kwart")
    for name in (*(n for n in INDEX_ONLY if n in scores), *ordered):
        flat[name] = scores[name]
    for name in ("type", "typenaam", "zekerheid"):
        flat[name] = types[name].reindex(flat.index)
    flat["gevoelig_voor_methode"] = beyond_interval(scores)
    return flat.assign(gerangschikt=scores["gerangschikt"], reden=scores["reden"])


def explanation(table: IndicatorTable) -> str:
    """Say in Dutch on which domains the index rests, what is absent, and whose figures they are."""
    plan = design(table, COUNTRY)
    absent = _domains(plan.domeinen_vervallen)
    used = table.provenance[table.provenance["indicator"].isin(plan.indicatoren)]
    lines = "; ".join(sorted(set(used["bronvermelding"].astype(str))))
    text = f"De urgentie rust op {len(plan.indicatoren)} indicatoren uit: "
    text += f"{_domains(plan.domeinen) or 'geen enkel domein'}."
    text += f" Zonder landelijke cijfers, dus niet meegeteld: {absent}." if absent else ""
    return text + (f" {lines}." if lines else "")


def _domains(codes: Sequence[str]) -> str:
    return ", ".join(DOMAIN_NAMES[code].lower() for code in codes)


NEARLY_ALL = 0.5
"""Least share of the buurten of the fullest border layer for a layer to count as national."""


def layers_for(layers: Sequence[KeptLayer], jaar: int) -> frozenset[int]:
    """Return the numbers of the border layers that the country of one year needs.

    Of the layers that cover the country those of the year nearest to `jaar`, later ones first,
    and the buurten of years whose figures may still be carried forward: their codes are compared
    with those of now.
    """
    most = _fullest((one.level, one.areas) for one in layers)
    national = [one for one in layers if one.areas >= NEARLY_ALL * most[one.level]]
    wish = Wish(years=(jaar,))
    nearest = {
        level: min(
            (one.year for one in national if one.level == level),
            key=lambda year: (abs(year - jaar), -year),
        )
        for level in most
    }
    return frozenset(
        one.nummer
        for one in national
        if one.year == nearest[one.level] or (one.level == "buurt" and wish.wants_year(one.year))
    )


def national_layers(areas: Iterable[AreaLayer]) -> tuple[AreaLayer, ...]:
    """Return the border layers that cover the country.

    A layer of one province in the year itself must not go before national borders of a year
    earlier: then the rest of the country would have no shape.
    """
    layers = tuple(areas)
    most = _fullest((one.level, len(one.frame)) for one in layers)
    return tuple(one for one in layers if len(one.frame) >= NEARLY_ALL * most[one.level])


def _fullest(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the number of areas of the fullest layer per level."""
    most: dict[str, int] = {}
    for level, count in counts:
        most[level] = max(count, most.get(level, 0))
    return most
