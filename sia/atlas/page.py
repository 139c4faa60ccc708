"""The atlas as one HTML file that asks nothing of anyone, and what it shows as one JSON value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from sia.approach import CONDITIONAL
from sia.catalogue.refused import is_origin
from sia.clustering.doubt import certainty_text
from sia.dutch import MISSING
from sia.methode import WeighingSettings
from sia.report.build import environment, finished
from sia.report.material import Editie, Materiaal
from sia.report.sentences import own_scale
from sia.viz.dataset import MISSING_PREFIX, WITHHELD, Cijfers, period
from sia.viz.judgement import full_text, known, one_row, short_text
from sia.viz.leaflet import dump
from sia.viz.outline import in_units
from sia.viz.theme import DOMAINS, FICTIONAL, static_text
from sia.weighing.order import order_text, places, turn_text
from sia.weighing.what_if import scored_domains


def atlas_page(atlas: Atlas, editie: Editie, rapporten: Mapping[str, str]) -> str:
    """Return the atlas of one municipality and year as a whole page.

    `rapporten` has the address of every report that is there, relative to the page: ``rapport``,
    ``reeks`` and by code of the buurt. Refused when something would be fetched from elsewhere.
    """
    made = content(atlas, editie)
    page = (
        environment("sia.atlas", "static")
        .get_template("atlas.html.j2")
        .render(
            gemeente=made["gemeente"],
            jaar=made["jaar"],
            editie=editie,
            theme=atlas.materiaal.theme,
            fictief=FICTIONAL if made["fictief"] else "",
            rapporten=rapporten,
            bron=made["bron"],
            versie=made["versie"],
            css=Markup(static_text("viz/tokens.css", "atlas/atlas.css")),  # noqa: S704 - ours
            js=Markup(static_text("viz/samen.js", "viz/zoek.js", "atlas/atlas.js")),  # noqa: S704 - ours
            data=Markup(dump({**made, "rapporten": dict(rapporten)})),  # noqa: S704 - escaped by dump
        )
    )
    return finished(page)


POWERS: Mapping[str, float] = {
    "rekenkundig": 1.0,
    "macht 2": 2.0,
    "meetkundig": 0.0,
    "harmonisch": -1.0,
}
"""Ways to join the domains that the page can repeat: power means, with their power."""

_COLUMNS = {
    "rang": "r",
    "rang_p05": "lo",
    "rang_p95": "hi",
    "kans_kwart": "k",
    "kans_samen": "ks",
    "stapeling": "st",
}


@dataclass(frozen=True)
class Jaargang:
    """One year of the municipality; `indicatoren` holds only what may be shown."""

    scores: pd.DataFrame
    indicatoren: pd.DataFrame


@dataclass(frozen=True)
class Atlas:
    """Everything that the atlas of one municipality and year draws on.

    `materiaal`: Of the reports of this year.
    `jaren`: Every year with scores, this one too.
    `normen`: index ``indicator``.
    `weging`: What the scores were made with.
    `anderen`: Other municipalities of this year by code: name, and the middle ranked buurt by
        indicator.
    """

    materiaal: Materiaal
    jaren: Mapping[int, Jaargang]
    normen: pd.DataFrame = field(default_factory=pd.DataFrame)
    weging: WeighingSettings = field(default_factory=WeighingSettings)
    anderen: Mapping[str, tuple[str, pd.Series[float]]] = field(default_factory=dict)


def content(atlas: Atlas, editie: Editie) -> dict[str, Any]:
    """Return what the page of an edition shows, as JSON values.

    `editie` (str): ``openbaar`` leaves out plans that only partners may see, what a partner pays,
        what is there to test the outcome with, and who said what.
    """
    stuff = atlas.materiaal
    cijfers = stuff.cijfers
    places = list(cijfers.gebieden.index)
    drawn = in_units(cijfers.gebieden, cijfers.deelbuurten)
    return {
        "gemeente": cijfers.gemeente,
        "jaar": cijfers.jaar,
        "jaren": sorted(atlas.jaren),
        "editie": editie,
        "fictief": stuff.theme.fictief,
        "buurten": [
            {**place, "g": drawn.ringen.get(place["c"], []), "p": drawn.midden.get(place["c"])}
            for place in _places(stuff, editie)
        ],
        "deelbuurten": drawn.deelbuurten,
        "domeinen": {key: DOMAINS[key] for key in scored_domains(cijfers.scores)},
        "scores": {jaar: _scores(own.scores, places) for jaar, own in atlas.jaren.items()},
        "indicatoren": _indicators(atlas, editie),
        "anderen": {code: name for code, (name, _) in atlas.anderen.items()},
        "weging": _weighing(atlas),
        "bewijs": order_text(cijfers.scores, cijfers.naam, cijfers.gewichtsruis),
        "maat": told.tekst if (told := own_scale(cijfers)) else "",
        "verandering": _change(cijfers),
        "geld": _money(stuff, editie),
        "bron": [line for line in (*stuff.bronregels, cijfers.bron_grenzen) if line],
        "versie": stuff.versie,
    }


def _places(stuff: Materiaal, editie: Editie) -> list[dict[str, Any]]:
    cijfers = stuff.cijfers
    table = cijfers.gebieden
    plans = _plans(stuff.investeringen, editie)
    whole = editie == "intern"
    said = {
        code: full_text(row) if whole else short_text(row)
        for code, row in known(cijfers.duiding).iterrows()
    }
    reasons = (
        cijfers.scores["reden"].astype("string").fillna("").reindex(table.index, fill_value="")
    )
    area = cijfers.indeling["naam"] if not cijfers.indeling.empty else pd.Series(dtype="str")
    pockets = cijfers.buurt_van_deelbuurt
    return [
        {
            "c": code,
            "n": str(row["naam"]),
            "w": str(row["wijknaam"]),
            "s": str(row["stadsdeel"]).strip(),
            "inw": _number(row["inwoners"]),
            "water": bool(row["water"]),
            "reden": reasons[code],
            "dia": str(area.get(code, "")),
            "deel": [
                str(cijfers.deelbuurten.loc[d, "naam"]) for d in pockets.index[pockets == code]
            ]
            if cijfers.deelbuurten is not None
            else [],
            "plannen": plans.get(code, []),
            "duiding": said.get(code, ""),
            **_proposal(cijfers, code),
            **_order(cijfers, code),
        }
        for code, row in table.iterrows()
    ]


def _proposal(cijfers: Cijfers, code: str) -> dict[str, Any]:
    """Return the type and the proposed aanpak of a buurt, as far as there are any."""
    made: dict[str, Any] = {"type": None, "aanpak": "", "waarom": ""}
    types, ways = cijfers.typologie, cijfers.aanpak
    if code in types.index and pd.notna(types["type"][code]):
        made["type"] = [int(types["type"][code]), str(types["typenaam"][code])]
        made["zeker"] = certainty_text(types, code)
    if code in ways.index:
        made |= {
            "aanpak": str(ways.at[code, "aanpak"]),
            "waarom": str(ways.at[code, "toelichting"]),
            "mits": "regel" in ways and str(ways.at[code, "regel"]) == CONDITIONAL,
        }
    return made


def _order(cijfers: Cijfers, code: str) -> dict[str, str]:
    """Return which places other weights allow a buurt, and what turns it round; else nothing."""
    if code not in cijfers.scores.index:
        return {}
    row = one_row(cijfers.scores, code)
    shown = places(row)
    return {} if shown == MISSING else {"anders": shown, "omslag": turn_text(row, cijfers.naam)}


def _plans(table: pd.DataFrame, editie: Editie) -> dict[str, list[list[Any]]]:
    if table.empty:
        return {}
    shown = table if editie == "intern" else table[table["vertrouwelijkheid"] == "openbaar"]
    shown = shown[shown["vertrouwelijkheid"] != "intern"].dropna(subset=["start", "eind"])
    shown = shown.sort_values(["start", "titel"])
    columns = ["titel", "partner", "start", "eind", "status"]
    rows = shown.assign(start=shown["start"].astype(int), eind=shown["eind"].astype(int))
    return {
        str(code): own[columns].astype(object).values.tolist()
        for code, own in rows.groupby("buurtcode")
    }


def _money(stuff: Materiaal, editie: Editie) -> dict[str, Any]:
    """Return euros per area and year; in the internal edition per partner too.

    Public totals are those that betray no plan; a hidden one is None and counted as hidden.
    """
    areas = {name: own["geld"] for name, own in stuff.agenda.get(editie, {}).items()}
    areas = {name: table for name, table in areas.items() if not table.empty}
    if not areas:
        return {"jaren": [], "gebieden": {}, "partners": {}}
    whole = pd.concat(areas, names=["gebied", "rij"]).reset_index("gebied")
    years = list(range(int(whole["jaar"].min()), int(whole["jaar"].max()) + 1))
    if "totaal" in whole:
        cells = whole.pivot(index="gebied", columns="jaar", values="totaal")
        there = whole.assign(er=True).pivot(index="gebied", columns="jaar", values="er")
        hidden = cells.isna() & there.notna()
        cells = cells.reindex(columns=years).fillna(0.0).mask(hidden.reindex(columns=years) == True)  # noqa: E712
        return {"jaren": years, "gebieden": _rows(cells), "partners": {}}
    tables = (whole.pivot_table("bedrag", by, "jaar", "sum") for by in ("gebied", "partner"))
    both = [_rows(table.reindex(columns=years).fillna(0.0)) for table in tables]
    return {"jaren": years, "gebieden": both[0], "partners": both[1]}


def _rows(table: pd.DataFrame) -> dict[str, list[float | None]]:
    return {str(name): _numbers(row, 0) for name, row in table.iterrows()}


def _scores(scores: pd.DataFrame, places: list[str]) -> dict[str, Any]:
    """Return the scores of a year beside `places`; domains in full, for the weights."""
    own = scores.reindex(places)
    ranked = own["gerangschikt"].astype("boolean").fillna(False)
    made: dict[str, Any] = {
        "u": _numbers(own["urgentie"].where(ranked), 1),
        "p": _numbers(own["potentie"], 1),
        "d": {key: _numbers(own[key]) for key in scored_domains(scores)},
    }
    for name, key in _COLUMNS.items():
        # a year that an earlier version published lacks what came later
        column = own[name] if name in own else pd.Series(np.nan, index=own.index)
        made[key] = _numbers(column.where(ranked), 4 if key in ("k", "ks") else 0)
    return made


def _indicators(atlas: Atlas, editie: Editie) -> list[dict[str, Any]]:
    cijfers = atlas.materiaal.cijfers
    places = cijfers.gebieden.index
    made = []
    for key, entry in cijfers.catalogus.iterrows():
        closed = entry["rol"] == "toets" or is_origin(str(key)) or is_origin(str(entry["naam"]))
        if str(key) not in cijfers.toonbaar or (closed and editie == "openbaar"):
            continue
        digits = int(entry.get("decimalen", 1))
        values = {
            jaar: _numbers(own.indicatoren[key].reindex(places), digits)
            for jaar, own in atlas.jaren.items()
            if key in own.indicatoren
        }
        if all(value is None for column in values.values() for value in column):
            continue
        made.append(
            {
                "id": str(key),
                "n": str(entry["naam"]),
                "d": str(entry["domein"]),
                "e": str(entry["eenheid"]),
                "dec": digits,
                "r": int(entry.get("richting", 0)),
                "bron": str(entry["bron"]),
                "peil": _period(cijfers, str(key)),
                "land": _country(atlas.normen, str(key), digits),
                "a": {
                    code: _number(middles.get(str(key)), digits)
                    for code, (_, middles) in atlas.anderen.items()
                },
                "v": values,
                "vlag": _flags(cijfers, str(key)),
            }
        )
    return made


def _flags(cijfers: Cijfers, key: str) -> dict[str, list[int]]:
    """Return what there is to know about figures of this year, and of which buurten."""
    flags = cijfers.vlaggen[key].reindex(cijfers.gebieden.index).astype(str)
    withheld = cijfers.achtergehouden[key].reindex(flags.index, fill_value=False)
    flags = flags.mask(withheld, f"{MISSING_PREFIX}: {WITHHELD}")
    told = flags.reset_index(drop=True)
    return {
        str(flag): [int(place) for place in own.index]
        for flag, own in told.groupby(told)
        if flag not in ("waargenomen", "nan")
    }


def _period(cijfers: Cijfers, key: str) -> str:
    years = (
        cijfers.peiljaren[key].dropna() if key in cijfers.peiljaren else pd.Series(dtype="Int64")
    )
    return period(years.min(), years.max()) if len(years) else ""


def _country(normen: pd.DataFrame, key: str, digits: int) -> float | None:
    """Return the middle woonbuurt of the country, where the norms are those of the country."""
    if key not in normen.index or normen.at[key, "bron"] != "land":
        return None
    return _number(normen.at[key, "p50"], digits)


def _weighing(atlas: Atlas) -> dict[str, Any]:
    how = atlas.weging
    return {
        "gewichten": {
            key: how.weights[key] for key in scored_domains(atlas.materiaal.cijfers.scores)
        },
        "alle": sum(how.weights.values()),
        "macht": POWERS.get(how.aggregate),
        "aandeel": how.minimum_share,
        "hoe": how.aggregate,
    }


def _change(cijfers: Cijfers) -> dict[str, Any] | None:
    found = cijfers.verandering
    if found is None:
        return None
    rows = found.buurten.reindex(cijfers.gebieden.index)
    return {
        "sinds": found.basisjaar,
        "oordeel": [text if isinstance(text, str) else "" for text in rows["oordeel"]],
        "echt": _numbers(rows["echte verandering"], 1),
        "laag": _numbers(rows["laag"], 1),
        "hoog": _numbers(rows["hoog"], 1),
    }


def _number(value: Any, digits: int | None = 0) -> float | int | None:
    if value is None or value is pd.NA or value != value:
        return None
    kept = float(value) if digits is None else round(float(value), digits)
    return int(kept) if kept == int(kept) else kept


def _numbers(values: pd.Series[Any], digits: int | None = None) -> list[float | int | None]:
    return [_number(value, digits) for value in values.tolist()]
