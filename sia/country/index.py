"""All buurten of the country as one place: figures, scores, types and the table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from sia.catalogue.model import DOMAIN_NAMES, DOMAINS
from sia.clustering.number import NumberChoice, choose_k
from sia.clustering.types import NAMING, named_types, with_names
from sia.country.layers import national_layers
from sia.gemeente import Gemeente
from sia.indicators import IndicatorTable, build_indicators, design
from sia.indicators.roster import names_of
from sia.methode import TypologySettings
from sia.sources.base import Intake
from sia.weighing import beyond_interval

COUNTRY = Gemeente(code="NL", naam="Nederland")
"""All buurten taken as one place, with the default thresholds and without stadsdelen."""

INDEX_ONLY = ("urgentie", "potentie", *DOMAINS)


def country_indicators(found: Intake, jaar: int) -> tuple[IndicatorTable, pd.Series[str]]:
    """Return the indicator table of all buurten and the names of their municipalities.

    Returns
    -------
    IndicatorTable
        ``gemeentecode`` of its areas is that of each buurt.
    Series of str, index ``gemeentecode``
    """
    covering = replace(found, areas=national_layers(found.areas))
    table = build_indicators(covering, COUNTRY, jaar)
    codes = pd.Series("GM" + table.areas.index.str[2:6], index=table.areas.index, dtype="str")
    unique = pd.Index(sorted(codes.unique()), name="gemeentecode", dtype="str")
    names = names_of(unique, found, jaar, "gemeente")
    return replace(table, areas=table.areas.assign(gemeentecode=codes)), names


def country_types(
    scores: pd.DataFrame, table: IndicatorTable, seed: int
) -> tuple[pd.DataFrame, NumberChoice | None]:
    """Return the type of every buurt, and why there are so many types.

    Returns
    -------
    DataFrame, index ``buurtcode``
        As ``typologie.parquet``; empty when no domain has a score.
    NumberChoice or None
    """
    domains = scores[[d for d in DOMAINS if d in scores]].where(scores["gerangschikt"])
    if domains.empty or not domains.notna().any(axis=None):
        return pd.DataFrame(index=scores.index[:0]), None
    choice = choose_k(domains, TypologySettings(seed=seed))
    context = known_context(table.values[domains.notna().any(axis=1)]).reindex(domains.index)
    context["inwoners"] = table.areas["inwoners"]
    model, names = named_types(domains, context, TypologySettings(n_types=choice.k, seed=seed))
    return with_names(model.table(domains), names), choice


def known_context(values: pd.DataFrame) -> pd.DataFrame:
    """Return the context that names of types may speak of: what is known of enough buurten.

    A share of owner-occupied dwellings that only one municipality delivered says nothing about a
    type of buurten all over the country.
    """
    enough = [
        name
        for name in NAMING
        if name in values and values[name].notna().mean() >= COUNTRY.drempels.dekking
    ]
    return values[enough].copy()


def flat_table(
    areas: pd.DataFrame, scores: pd.DataFrame, types: pd.DataFrame, names: pd.Series[str]
) -> pd.DataFrame:
    """Return one row per buurt, also per buurt without a rank, with all that readers ask for.

    Parameters
    ----------
    areas, scores, types : DataFrame, index ``buurtcode``
    names : Series of str, index ``gemeentecode``
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
        flat[name] = types[name].reindex(flat.index) if name in types else pd.NA
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
