"""One value per buurt and indicator: which source, which year, and why not when there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sia.catalogue.model import Bron, Indicator
from sia.indicators.lookup import Floats, Lookup
from sia.sources.base import NO_ROW, NOT_DELIVERED, PRESENT, SourceTable

OBSERVED = "waargenomen"
CARRIED = "overgenomen"
MODELLED = "model"
MISSING = "ontbreekt: "
"""Start of the flag of a missing value; the reason follows."""

OTHER_METHOD = "alleen volgens een andere methode bekend"
OTHER_AREA = "de code hoorde toen bij een ander gebied"
IMPOSSIBLE = "onmogelijke waarde in de bron"

DWELLINGS, HOUSEHOLDS = "woningen", ("aantal_huishoudens",)

NEARLY = 0.9
"""Least share of the best known method's buurten for a newer method to go before it."""

Comparable = Callable[[SourceTable], "npt.NDArray[np.bool_]"]
"""Per roster buurt: does its code mean the same area in this table."""


@dataclass(frozen=True)
class Candidate:
    """One table that may give an indicator its values.

    `rank`: place in the catalogue's order of preference.
    `peiljaar`: reference year of the values.
    `values`, `denominators` (ndarray of float, shape (n_codes,)): on the codes of the lookup; NaN
        where missing.
    """

    table: SourceTable
    bron: Bron
    rank: int
    peiljaar: int
    values: Floats
    denominators: Floats

    def order(self) -> tuple[int, int, int]:
        """Return the sort key: newest reference year, preferred source, newest delivery."""
        return (-self.peiljaar, self.rank, -self.table.year)


@dataclass(frozen=True)
class Column:
    """One indicator, resolved.

    `values` (ndarray of float, shape (n_codes,)): for the whole country; the roster first.
    `years`, `denominators` (ndarray, shape (n_roster,)): reference year (0 where missing) and
        denominator.
    `flags`: list of str, length n_roster
    `lower`, `upper` (ndarray of float, shape (n_roster,)): 95 % margins that the publisher gives
        with exactly the chosen value; NaN where it gives none.
    `used`: what gave values, with the number of roster cells.
    """

    values: Floats
    years: npt.NDArray[np.int64]
    denominators: Floats
    flags: list[str]
    lower: Floats
    upper: Floats
    used: tuple[tuple[Candidate, int], ...]


def candidates(entry: Indicator, lookup: Lookup, jaar: int) -> list[Candidate]:
    """Return every table that may give `entry` a value in year `jaar`, best first.

    `jaar`: nothing later is used, and nothing older than ``entry.meenemen`` years.
    """
    found = []
    for rank, bron in enumerate(entry.bronnen):
        for table, peiljaar in lookup.holders(bron.maten()):
            if table.source != bron.naam:
                continue
            if not bron.geldt(peiljaar) or not 0 <= jaar - peiljaar <= entry.meenemen:
                continue
            values, bottom = lookup.value(table, bron, peiljaar)
            other = lookup.denominator(table, entry.noemer, peiljaar)
            bottom = np.where(np.isnan(bottom), other, bottom)
            if entry.noemer_eenheid == DWELLINGS:
                # nearly as many, and known in years whose stock of dwellings is not out yet
                homes = lookup.denominator(table, HOUSEHOLDS, peiljaar)
                bottom = np.where(np.isnan(bottom), homes, bottom)
            found.append(Candidate(table, bron, rank, peiljaar, values, bottom))
    return sorted(found, key=Candidate.order)


def withheld(entry: Indicator, candidate: Candidate) -> npt.NDArray[np.int8]:
    """Return per code why a value may not be used: 0 it may, else an index of `rule_reasons`.

    An unknown denominator withholds nothing from a published value: the publisher applied its own
    threshold. A computed value has no number without its denominator.
    """
    rule = np.zeros(len(candidate.values), dtype=np.int8)
    with np.errstate(invalid="ignore"):
        bottom, values = candidate.denominators, candidate.values
        if entry.minimum is not None:
            rule[values < entry.minimum] = 3
        if entry.maximum is not None:
            rule[values > entry.maximum] = 3
        rule[bottom < entry.minimum_noemer] = 2
        rule[bottom < entry.publicatiedrempel] = 1
    return rule


def rule_reasons(entry: Indicator) -> tuple[str, str, str, str]:
    """Return the Dutch reasons that belong to the numbers of `withheld`."""
    unit = entry.noemer_eenheid or "eenheden"
    return (
        PRESENT,
        f"onder de publicatiedrempel (minder dan {entry.publicatiedrempel:.0f} {unit})",
        f"noemer te klein (minder dan {entry.minimum_noemer:.0f} {unit})",
        IMPOSSIBLE,
    )


def choose_method(found: Sequence[Candidate], n_roster: int) -> str:
    """Return the newest method that knows nearly as many buurten as any (`NEARLY`).

    Figures by different methods are never put side by side in one column: an order of buurten
    would then partly be an order of methods. A few secret cells must not bring back last year's
    method for all; a method that has barely begun must not drive out one that knows the city.
    Of equally new methods the one that knows most goes first, then the preferred one.
    """
    ranked = []
    for method in dict.fromkeys(candidate.bron.methode for candidate in found):
        own = [candidate for candidate in found if candidate.bron.methode == method]
        known = np.zeros(n_roster, dtype=bool)
        for candidate in own:
            known |= ~np.isnan(candidate.values[:n_roster])
        filled = [c.peiljaar for c in own if not np.isnan(c.values[:n_roster]).all()]
        newest = max(filled, default=0)
        ranked.append((newest, int(known.sum()), -min(c.rank for c in own), method))
    enough = NEARLY * max((count for _, count, _, _ in ranked), default=0)
    usable = [entry for entry in ranked if entry[1] >= enough]
    return max(usable, key=lambda entry: entry[:3])[3] if usable else ""


def resolve(
    entry: Indicator,
    lookup: Lookup,
    jaar: int,
    n_roster: int,
    comparable: Comparable,
) -> Column:
    """Return the values of one indicator with their flags, years and denominators.

    `jaar`: year of the table.
    `n_roster`: the first so many codes of `lookup` are the municipality's buurten.
    `comparable`: tells per roster buurt whether its code means the same area in a table.
    """
    found = candidates(entry, lookup, jaar)
    method = choose_method(found, n_roster)
    size = len(lookup.codes)
    refused = np.zeros(size, dtype=bool)
    values, bottoms = np.full(size, np.nan), np.full(size, np.nan)
    source = np.full(size, -1)
    for number, candidate in enumerate(found):
        if candidate.bron.methode != method:
            continue
        rule = withheld(entry, candidate)
        # of so few that its own year may not be used an older figure may not either
        refused |= ~np.isnan(candidate.values) & np.isin(rule, (1, 2))
        usable = ~np.isnan(candidate.values) & (rule == 0) & ~refused
        if candidate.peiljaar != jaar:
            usable[:n_roster] &= comparable(candidate.table)
        take = usable & (source < 0)
        values[take], source[take] = candidate.values[take], number
        bottoms[take] = candidate.denominators[take]
    own = source[:n_roster]
    years = np.array([found[n].peiljaar if n >= 0 else 0 for n in own], dtype=np.int64)
    labels = {n: _flag(entry, found[n], jaar) for n in set(own[own >= 0])}
    flags = [labels.get(n, MISSING) for n in own]
    missing = np.flatnonzero(own < 0)
    for position, reason in zip(
        missing, _reasons(entry, found, method, lookup, missing, jaar, comparable), strict=True
    ):
        flags[position] = MISSING + reason
    used = tuple((found[n], int((own == n).sum())) for n in range(len(found)) if (own == n).any())
    lower, upper = _margins(found, own, lookup.codes[:n_roster])
    return Column(values, years, bottoms[:n_roster], flags, lower, upper, used)


def _margins(
    found: Sequence[Candidate], own: npt.NDArray[np.int64], codes: pd.Index
) -> tuple[Floats, Floats]:
    """Return the published margins of the values chosen, from the same table and cell.

    A value that is computed from counts has none: margins of counts do not add up to it.
    """
    bounds = np.full((2, len(codes)), np.nan)
    for number in np.unique(own[own >= 0]):
        table, bron = found[number].table, found[number].bron
        for side, frame in enumerate((table.lower, table.upper)):
            if frame is None or bron.berekend or bron.maat not in frame:
                continue
            chosen = own == number
            cells = frame[bron.maat].reindex(codes[chosen]).to_numpy(dtype=float)
            bounds[side, chosen] = cells * bron.schaal
    return bounds[0], bounds[1]


def _flag(entry: Indicator, candidate: Candidate, jaar: int) -> str:
    if candidate.peiljaar != jaar:
        return CARRIED
    measures = candidate.table.measures
    modelled = any(bool(measures.at[m, "modelled"]) for m in candidate.bron.maten())
    return MODELLED if entry.gemodelleerd or modelled else OBSERVED


def _reasons(
    entry: Indicator,
    found: Sequence[Candidate],
    method: str,
    lookup: Lookup,
    positions: npt.NDArray[np.intp],
    jaar: int,
    comparable: Comparable,
) -> list[str]:
    """Return for each missing roster cell the most telling reason among the candidates.

    That is the first, in order of preference, that says more than that nothing was there.
    """
    if not len(positions):
        return []
    texts = np.array(rule_reasons(entry), dtype=object)
    codes = lookup.codes[positions]
    reasons = np.full(len(positions), "", dtype=object)
    without_row = np.zeros(len(positions), dtype=bool)
    for candidate in found:
        rule = withheld(entry, candidate)[positions]
        known = ~np.isnan(candidate.values[positions])
        seen = _source_reasons(entry, candidate, rule, codes)
        seen[~lookup.has_row(candidate.table)[positions]] = NO_ROW
        if candidate.peiljaar != jaar:
            seen[known & ~comparable(candidate.table)[positions]] = OTHER_AREA
        seen[known & (rule > 0)] = texts[rule[known & (rule > 0)]]
        if candidate.bron.methode != method:
            seen[known] = OTHER_METHOD
        telling = (reasons == "") & (seen != NO_ROW) & (seen != NOT_DELIVERED)
        reasons[telling] = seen[telling]
        without_row |= seen == NO_ROW
    reasons[reasons == ""] = np.where(without_row, NO_ROW, NOT_DELIVERED)[reasons == ""]
    return [str(reason) for reason in reasons]


def _source_reasons(
    entry: Indicator,
    candidate: Candidate,
    rule: npt.NDArray[np.int8],
    codes: pd.Index,
) -> npt.NDArray[np.object_]:
    """Return per code why one table gives no value: its own reason, else that of the rules.

    Says nothing about a code that the table has no row for.
    """
    table, bron = candidate.table, candidate.bron
    texts = np.array(rule_reasons(entry), dtype=object)
    texts[0] = "noemer onbekend of nul"
    reasons: npt.NDArray[np.object_] = texts[rule]
    rows = table.reasons.index.get_indexer(codes)
    for measure in reversed(bron.maten()):
        # only the rows asked for become Python strings: a national table has thousands
        own = table.reasons[measure].take(rows).to_numpy(dtype=object)
        stated = own != PRESENT
        reasons[stated] = own[stated]
    return reasons
