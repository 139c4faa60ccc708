"""What is known of one buurt, as HTML that a room reads together; every text is escaped."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd

from sia.catalogue.refused import is_origin
from sia.dutch import MISSING, getal, met_teken, opsomming
from sia.report import overview
from sia.report.overview import standing
from sia.sessie.stand import Stand
from sia.viz.buurt_charts import buurt_charts
from sia.viz.dataset import period
from sia.viz.figure import Chart
from sia.viz.tables import html_table
from sia.viz.theme import DOMAINS

FURTHEST = 12
"""Figures that a comparison shows beside the scores."""
NEAR = 1.0
"""Metres between two borders up to which buurten are neighbours; drawn borders leave slivers."""


def panel(stand: Stand, code: str) -> str:
    """Return everything about one buurt: facts, charts, deel-buurten and plans; made once."""
    if code not in stand.panelen:
        c, land = stand.cijfers, stand.land
        drawn = buurt_charts(c, stand.jaren, code, land=land)
        parts = (
            facts(stand, code),
            *(_figure(chart) for chart in drawn),
            _pockets(stand, code),
            _plans(stand, code),
        )
        stand.panelen[code] = "".join(parts)
    return stand.panelen[code]


def facts(stand: Stand, code: str) -> str:
    """Return name, rank with interval, aanpak and type of one buurt."""
    place = stand.cijfers.gebieden.loc[code]
    where = ", ".join(str(place[name]) for name in ("wijknaam", "stadsdeel") if place[name])
    rows = "".join(
        f"<div{' class=kern' if one.kern else ''}><dt>{escape(one.naam)}</dt>"
        f"<dd>{escape(one.waarde)}</dd></div>"
        for one in standing(stand.cijfers, code)
    )
    heading = f"<h3>{escape(str(place['naam']))}</h3><p>{escape(where)}</p>"
    return f"{heading}<dl class='feiten'>{rows}</dl>"


def difference(stand: Stand, one: str, other: str) -> str:
    """Return what sets two buurten apart: is their order sure, and which figures differ most.

    A difference counts by the middle distance of a ranked buurt to the middle one.
    """
    c = stand.cijfers
    points = {"urgentie": "Urgentie", "potentie": "Potentie", **DOMAINS}
    told = {name: (points[name], "punten", 1) for name in points if name in c.scores}
    figures = {
        name: (str(row["naam"]), str(row["eenheid"]), int(row["decimalen"]))
        for name, row in c.ingangen.items()
        if name in c.toonbaar and not is_origin(name) and not is_origin(str(row["naam"]))
    }
    values = pd.concat([c.scores[list(told)], c.toonbaar[list(figures)]], axis=1).astype(float)
    ranked, told = values.loc[c.gerangschikt.index], told | figures
    spread = (ranked - ranked.median()).abs().median().replace(0.0, np.nan)
    apart = pd.Series(values.loc[one] - values.loc[other])
    far = (apart / spread).abs()[list(figures)].dropna().nlargest(FURTHEST)
    rows = [*(name for name in told if name in points), *map(str, far.index)]
    names = [str(c.naam[code]) for code in (one, other)]
    names = names if names[0] != names[1] else [f"{c.naam[code]} ({code})" for code in (one, other)]
    table = pd.DataFrame({"Cijfer": [f"{told[name][0]} ({told[name][1]})" for name in rows]})
    for head, code in zip(names, (one, other), strict=True):
        table[head] = [getal(values.at[code, name], told[name][2]) for name in rows]
    table["Verschil"] = [met_teken(apart[name], told[name][2]) for name in rows]
    title = f"{names[0]} naast {names[1]}: de scores, en de cijfers die het meest verschillen"
    beside = html_table(table, title, getallen=[*names, "Verschil"])
    return f"<p>{escape(_sure(stand, one, other))}</p>{beside}"


def _sure(stand: Stand, one: str, other: str) -> str:
    """Say whether it is sure which of two buurten goes first."""
    c = stand.cijfers
    both = c.scores.loc[[one, other]]
    if not c.heeft_intervallen or both["rang_p05"].isna().any():
        return "Welke van de twee voorgaat, is niet doorgerekend."
    first = str(both["rang"].astype(float).idxmin())
    if both["rang_p05"].max() <= both["rang_p95"].min():
        return "De marges overlappen: wie van de twee voorgaat op urgentie, is niet zeker."
    return f"De marges overlappen niet: {c.naam[first]} gaat voor op urgentie."


def _figure(chart: Chart) -> str:
    table = html_table(chart.data, chart.title)
    return (
        f"<figure><h4>{escape(chart.title)}</h4>{chart.on_page()}"
        f"<figcaption>{escape(chart.text)}</figcaption>"
        f"<details><summary>Als tabel</summary>{table}</details></figure>"
    )


def land_note(stand: Stand) -> str:
    """Say which domains have a national figure to compare with."""
    missing = [DOMAINS[key] for key in stand.cijfers.domeinen if key not in stand.land]
    if not stand.land:
        return "Een landelijke vergelijking ontbreekt: de bronnen hebben alleen de eigen gemeente."
    if missing:
        named = opsomming([f"‘{name}’" for name in missing])
        return f"Een landelijke vergelijking ontbreekt voor {named}."
    return ""


def _pockets(stand: Stand, code: str) -> str:
    c = stand.cijfers
    none = "Geen plek gevonden die duidelijk afwijkt van de rest van de buurt."
    if c.deelbuurten is None:
        none = f"Er is niet gezocht naar plekken binnen buurten. {escape(c.niet_gezocht)}"
    return f"<h4>Deel-buurten</h4>{overview.pockets(c.alleen([code]), c.naam) or f'<p>{none}</p>'}"


def neighbours(stand: Stand, code: str) -> list[str]:
    """Return the codes of the buurten that touch a buurt."""
    areas = stand.cijfers.gebieden
    near = areas.geometry.distance(areas.geometry[code]) <= NEAR
    return [str(other) for other in areas.index[near] if other != code]


def _plans(stand: Stand, code: str) -> str:
    heading = "<h4>Plannen in en naast deze buurt</h4>"
    plans = stand.plannen
    if plans.empty:
        return f"{heading}<p>Er is voor dit jaar geen gezamenlijke agenda.</p>"
    places = [code, *neighbours(stand, code)]
    own = plans[plans["buurtcode"].isin(places)].copy()
    if own.empty:
        return f"{heading}<p>Geen plannen in de agenda.</p>"
    own["plek"] = own["buurtcode"].map(places.index)
    own = own.sort_values(["plek", "start", "titel"], kind="stable", na_position="last")
    own = own.drop_duplicates(["titel", "partner"])
    table = pd.DataFrame(
        {
            "Plan": own["titel"].astype(str),
            "Waar": [
                "hier" if where == code else f"naast: {stand.cijfers.naam[where]}"
                for where in own["buurtcode"]
            ],
            "Partner": own["partner"].astype(str),
            "Jaren": [
                period(a, b) or MISSING for a, b in zip(own["start"], own["eind"], strict=True)
            ],
            "Status": own["status"].astype(str),
        }
    )
    return heading + html_table(table, "Plannen in en naast deze buurt")
