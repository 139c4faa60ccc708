"""Which indicators take part in a year, and which buurten have enough of them to be ranked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sia.catalogue.model import DOMAIN_NAMES, DOMAINS
from sia.dutch import getal
from sia.gemeente import Gemeente
from sia.indicators.build import DENSITY, INHABITANTS, IndicatorTable, populated
from sia.indicators.cells import MISSING
from sia.sources.base import NOT_DELIVERED

_DECIMALS = 3
"""Shares are compared in thousandths, so that 0.6667 in a file means two thirds."""

BUSINESSES, ADDRESSES = "bedrijfsvestigingen", "adressendichtheid"
WOONBUURT, WERKGEBIED, BUITENGEBIED = "woonbuurt", "werkgebied", "buitengebied"
AROUND = 500.0
"""Addresses per km² in the surroundings from which a place of few people is no countryside: the
border that CBS draws between not urban and hardly urban."""

FEW, SPARSE = "Te weinig inwoners", "Dun bewoond"
"""How the reason begins of a place with too few people, and with too few of them per km²."""
PROXIES_ALONE = "Alleen benaderingen beschikbaar; die dragen een domein niet alleen."
"""Why a domain of urgentie without one direct measure drops out."""


@dataclass(frozen=True)
class Design:
    """What the score of one year is made of.

    `indicatoren`: score indicators that take part.
    `domeinen`: domains of urgentie with at least one of them, in reading order.
    `vervallen` (DataFrame, index ``indicator``): score indicators that do not take part: ``naam``,
        ``domein``, ``dekking`` (share of the woonbuurten with a value) and ``reden`` in Dutch.
    `domeinen_vervallen`: domains of urgentie without any indicator this year.
    """

    indicatoren: tuple[str, ...]
    domeinen: tuple[str, ...]
    vervallen: pd.DataFrame
    domeinen_vervallen: tuple[str, ...]


def kinds(table: IndicatorTable, gemeente: Gemeente) -> pd.Series[str]:
    """Say of every buurt what kind of place it is: where people live, work, or neither.

    A woonbuurt has at least ``drempels.inwoners`` inhabitants, at least ``drempels.dichtheid`` of
    them per km² of land, and no more than ``drempels.bedrijven`` businesses per 1,000 of them. The
    rest is a werkgebied where businesses outnumber people so or where the surroundings are built
    up (`AROUND`), else buitengebied. A density that no source gives is inhabitants by the area of
    the border map; what stays unknown does not count against a buurt. The municipality may
    overrule each by code.

    Returns Series of str, index ``buurtcode``: ``woonbuurt``, ``werkgebied`` or ``buitengebied``.
    """
    limits, values = gemeente.drempels, table.values
    unknown = pd.Series(float("nan"), index=values.index)
    people = table.areas["inwoners"].reindex(values.index)
    surface = table.areas.geometry.area.reindex(values.index).replace(0.0, float("nan")) / 1e6
    density = values.get(DENSITY, unknown).fillna(people / surface)
    busy = values.get(BUSINESSES, unknown) > limits.bedrijven
    lived_in = populated(np.asarray(people, float), np.asarray(density, float), gemeente) & ~busy
    built_up = busy | (values.get(ADDRESSES, unknown) >= AROUND)
    kind = pd.Series(BUITENGEBIED, index=values.index, name="soort", dtype="str")
    kind[built_up] = WERKGEBIED
    kind[lived_in | kind.index.isin(limits.woonbuurten)] = WOONBUURT
    kind[kind.index.isin(limits.geen_woonbuurten) & (kind == WOONBUURT)] = WERKGEBIED
    return kind


def design(table: IndicatorTable, gemeente: Gemeente) -> Design:
    """Return which score indicators take part in this year.

    A theme that the publisher did not deliver says nothing about a buurt. An indicator takes part
    when at least ``gemeente.drempels.dekking`` of the woonbuurten have a value;
    the rest is dropped for this year, with the reason, instead of making every buurt unranked.
    A domain of urgentie of which only proxies (``benadering``) are left is dropped as a whole:
    each domain weighs the same, and a stand-in may support a score but not be it.
    """
    large = kinds(table, gemeente) == WOONBUURT
    scored = [entry for entry in table.catalogue if entry.telt_mee]
    coverage = table.values.loc[large, [e.id for e in scored]].notna().mean()
    limit = gemeente.drempels.dekking
    taking, dropped = [], []
    for entry in scored:
        share = float(coverage[entry.id]) if large.any() else 0.0
        if share > 0 and round(share, _DECIMALS) >= round(limit, _DECIMALS):
            taking.append(entry)
        else:
            reason = _why_dropped(table.flags[entry.id], share, limit)
            dropped.append((entry.id, entry.naam, entry.domein, share, reason))
    carried = {e.domein for e in taking if not e.benadering or e.domein not in DOMAINS}
    alone = [e for e in taking if e.domein not in carried]
    dropped += [(e.id, e.naam, e.domein, float(coverage[e.id]), PROXIES_ALONE) for e in alone]
    taking = [e for e in taking if e.domein in carried]
    domains = {entry.domein for entry in taking}
    columns = ["indicator", "naam", "domein", "dekking", "reden"]
    return Design(
        indicatoren=tuple(entry.id for entry in taking),
        domeinen=tuple(domain for domain in DOMAINS if domain in domains),
        vervallen=pd.DataFrame(dropped, columns=columns).set_index("indicator"),
        domeinen_vervallen=tuple(domain for domain in DOMAINS if domain not in domains),
    )


def _why_dropped(flags: pd.Series[str], share: float, limit: float) -> str:
    if share == 0:
        common = flags.str.removeprefix(MISSING).value_counts()
        reason = str(common.index[0]) if len(common) else NOT_DELIVERED
        return f"Voor dit jaar in geen enkele buurt bekend ({reason})."
    percent = f"{share * 100:.0f}"
    return f"Bekend in {percent} % van de woonbuurten; nodig is {limit * 100:.0f} %."


def eligibility(
    table: IndicatorTable, gemeente: Gemeente, plan: Design | None = None
) -> pd.DataFrame:
    """Say of every buurt whether it can be ranked, and why not.

    A buurt is ranked when it is a woonbuurt (`kinds`) and has, in every domain of urgentie that
    takes part this year (`design`), at least ``drempels.aandeel_domein`` of the domain's
    indicators. Potentie does not decide on the rank of urgentie.

    Returns DataFrame, index ``buurtcode``: ``gerangschikt`` (bool) and ``reden`` (str, Dutch,
        empty when ranked). All buurten.
    """
    plan = plan or design(table, gemeente)
    counts = {
        domain: [n for n in plan.indicatoren if table.catalogue[n].domein == domain]
        for domain in plan.domeinen
    }
    kind = kinds(table, gemeente)
    present = table.values.notna().reindex(table.areas.index)
    reasons = [
        _why_unranked(code, table, gemeente, kind[code], counts, set(present.columns[known]))
        for code, known in zip(present.index, present.to_numpy(dtype=bool), strict=True)
    ]
    frame = pd.DataFrame({"reden": pd.array(reasons, dtype="str")}, index=table.areas.index)
    frame.insert(0, "gerangschikt", frame["reden"] == "")
    return frame


def _why_unranked(
    code: str,
    table: IndicatorTable,
    gemeente: Gemeente,
    kind: str,
    counts: dict[str, list[str]],
    known: set[str],
) -> str:
    if not counts:
        return "Geen enkel domein heeft cijfers voor dit jaar."
    if bool(table.areas.at[code, "water"]):
        return "Alleen water."
    people = float(table.areas.at[code, "inwoners"])
    if people != people:
        why = str(table.flags.at[code, INHABITANTS]).removeprefix(MISSING)
        return f"Het inwonertal is onbekend ({why})."
    if kind != WOONBUURT:
        return _no_woonbuurt(code, table, kind, people, gemeente)
    short = []
    for domain, names in counts.items():
        present = len(known.intersection(names))
        share = round(present / len(names), _DECIMALS)
        if share < round(gemeente.drempels.aandeel_domein, _DECIMALS):
            short.append(f"{DOMAIN_NAMES[domain].lower()} {present} van {len(names)}")
    return f"Te weinig cijfers: {'; '.join(short)}." if short else ""


def _no_woonbuurt(
    code: str, table: IndicatorTable, kind: str, people: float, gemeente: Gemeente
) -> str:
    """Return the bound that a place passes; what kind of place it is only where that is known."""
    limits = gemeente.drempels
    if code in limits.geen_woonbuurten:
        return f"Geen woonbuurt volgens de gemeente ({getal(people)} inwoners)."
    if people < limits.inwoners:
        return f"{FEW}: {getal(people)}, minder dan {getal(limits.inwoners)}."
    if BUSINESSES in table.values and bool(table.values[BUSINESSES][code] > limits.bedrijven):
        return (
            f"Werkgebied met {getal(people)} inwoners, geen woonbuurt: meer dan "
            f"{getal(limits.bedrijven)} bedrijven per 1.000 inwoners."
        )
    what = "" if kind == WERKGEBIED else f" in {kind}"
    return (
        f"{SPARSE}{what}: minder dan {getal(limits.dichtheid)} inwoners per km² "
        f"({getal(people)} inwoners)."
    )
