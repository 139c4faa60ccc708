"""The agenda and every answer as the page draws them: JSON values, and tables as escaped HTML."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import geopandas as gpd
import pandas as pd

from sia.agenda.dia import Dia
from sia.agenda.insight.area_agenda import titles_of
from sia.agenda.insight.funding import shares
from sia.agenda.insight.gaps import missing_partners, unfunded_people, works_of_people
from sia.agenda.insight.views import (
    conflict_table,
    decision_problem_table,
    delivery_change_text,
    delivery_text,
    mandate_table,
    means_table,
    problem_table,
    status_table,
    version_difference_table,
    waiting_table,
)
from sia.agenda.insight.whatif import without_secrets
from sia.agenda.programme.agreements import decided_years
from sia.agenda.programme.optimise import use_of_means
from sia.agenda.programme.reasons import DEAR, why_left_out, why_moved
from sia.agenda.programme.versions import differences
from sia.agenda.reading.deliveries import REFUSED
from sia.agenda.reading.openness import without_people
from sia.agenda.reading.organisation import NEXT
from sia.agenda.wording import count, day, euro, number
from sia.dutch import opsomming
from sia.tafel.asking import Answer, Ask, done_together
from sia.viz.outline import in_units
from sia.viz.tables import html_table
from sia.viz.theme import QUALITATIVE, contrast

PARTNERS = (
    "Per partner: plannen met een jaar, wat zij minder betaalt voor openbreken, geld en mensen in "
    "de looptijd, koppelkansen erbij en eraf; tussen haakjes het verschil"
)
_INKS = ("#000000", "#ffffff")
STILL = (
    "{wie}: budget alleen om mee te rekenen. Hun plannen blijven hier staan tot de tafel ze zelf "
    "verzet; of er dan geld en mensen voor zijn, zegt de partner. Het volgende programma rekent "
    "het na."
)

NOT_SHARED = "niet gedeeld"


def city(dia: Dia, areas: gpd.GeoDataFrame, closed: Collection[str]) -> dict[str, Any]:
    """Return what does not change while the table tries things; plans in the order of `dia`."""
    drawn = in_units(areas)
    partners = sorted(set(dia.agenda.plans["partner"]))
    plans, told = dia.agenda.plans, without_people(dia.plans, closed)
    main = _main_link(dia)
    place = dict(zip(plans.index, range(len(plans)), strict=True))
    points = dia.plans.geometry.reindex(plans.index).representative_point()
    west, north, unit = drawn.kader
    codes = dia.plans["buurtcodes"].reindex(plans.index).str.split(";").str[0]
    names = areas["naam"].astype(str)
    held = decided_years(dia.agreed.organisation.steps)
    windows = dia.windows[["eerste", "laatste"]].astype(int).itertuples(name=None)
    span = {str(plan): (first, last) for plan, first, last in windows}
    return {
        "jaren": list(dia.agenda.settings.jaren),
        "versie": f"versie {dia.versions['versie'].iloc[-1]}, geleverd {day(dia.taken.edition)}",
        "paden": [drawn.path(code) for code in areas.index],
        "maat": list(drawn.size),
        "namen": list(names),
        "partners": [
            {
                "naam": name,
                "kleur": QUALITATIVE[n % len(QUALITATIVE)],
                "letter": max(
                    _INKS, key=lambda ink: contrast(ink, QUALITATIVE[n % len(QUALITATIVE)])
                ),
                "open": name not in closed,
            }
            for n, name in enumerate(partners)
        ],
        "rollen": sorted(set(dia.agreed.organisation.mandates["wie"])),
        "subsidies": [
            {"id": str(key), "naam": f"{row['naam']} ({row['status']})"}
            for key, row in dia.delivered.subsidies.iterrows()
            if row["status"] != REFUSED and key in set(dia.agenda.bijdragen["bron"])
        ],
        "werken": [
            {
                "plan": str(plan),
                "titel": str(row["titel"]),
                "partner": partners.index(row["partner"]),
                "gebied": str(dia.gebieden.get(codes[plan], "overig")),
                "buurt": str(names.get(codes[plan], "buiten de gemeente")),
                "eerste": span[str(plan)][0],
                "laatste": span[str(plan)][1],
                "besloten": held.get(str(plan)),
                "voorkeur": int(row["voorkeur"]),
                "duur": int(row["duur"]),
                "kosten": euro(row["kosten"]),
                "mensen": _people(told.loc[plan]),
                "soort": str(row["soort"]),
                "status": str(dia.plans["status"][plan]),
                "kans": main.get(str(plan), -1),
                "x": round((points[plan].x - west) / unit, 1),
                "y": round((north - points[plan].y) / unit, 1),
            }
            for plan, row in plans.iterrows()
        ],
        "kansen": [
            {
                "kans": str(kans),
                "soort": str(row["soort_kans"]),
                "fase": str(row["fase"]),
                "kan": list(NEXT[str(row["fase"])]),
                "zin": str(dia.linkages.kansen["zin"][str(kans)]),
                "beslis": day(row["beslis_voor"]),
                "werken": [place[p] for p in row["plannen"].split(";") if p in place],
            }
            for kans, row in dia.agreed.state.iterrows()
        ],
    }


def _people(plan: pd.Series) -> str:
    """Say what a plan asks of people and whom it reaches, as far as its partner told."""
    units = {"fte": "fte per jaar", "vrijwilligers": "vrijwilligers te werven en op te leiden",
             "huishoudens": "huishoudens bereikt"}  # fmt: skip
    told = [(name, plan[name]) for name in units if not pd.isna(plan[name])]
    return "; ".join(f"{number(n, int(name == 'fte'))} {units[name]}" for name, n in told)


def lacking(dia: Dia, unserved: pd.DataFrame, closed: Collection[str]) -> str:
    """Return what was delivered and does not count, and what the agenda lacks.

    `unserved`: Opgaven of candidate areas without a plan, see `sia.agenda.insight.gaps`.
    """
    rejected = dia.delivered.reading.rejected
    wrong = problem_table(dia.delivered)
    people = unfunded_people(dia)
    said = f"{delivery_text(dia.delivered)} {delivery_change_text(dia)}"
    if rejected:
        said += f" Plannen waarvan geen rij meetelt: {opsomming(sorted(rejected))}."
    columns = {"wat": "Wat", "oplossing": "Wat te doen", "bestand": "Bestand", "rij": "Rij"}
    tables = {
        "Wat de partners moeten verbeteren": wrong[list(columns)].rename(columns=columns),
        "Partners die aan tafel ontbreken": missing_partners(dia)[["zin"]],
        "Werk zonder toegezegde mensen": people.loc[~people["partner"].isin(list(closed)), ["zin"]],
        "Opgaven van kandidaatgebieden zonder plan": unserved.reindex(columns=["zin"]),
        "Veranderd sinds de vorige versie": version_difference_table(dia, closed)[["zin", "reden"]],
    }
    parts = [
        html_table(table.rename(columns={"zin": "Wat", "reden": "Waarom"}).astype(str), caption)
        for caption, table in tables.items() if len(table)
    ]  # fmt: skip
    return f"<p>{escape(said)}</p>" + "".join(parts)


def _main_link(dia: Dia) -> dict[str, int]:
    """Return per plan the koppelkans under which it stands: streets first, by what they save."""
    state, saved = dia.agreed.state, dia.linkages.kansen["besparing_midden"]
    order = sorted(
        range(len(state)),
        key=lambda k: (state["soort_kans"].iloc[k] != "straat", -saved[state.index[k]]),
    )
    found: dict[str, int] = {}
    for k in order:
        for plan in state["plannen"].iloc[k].split(";"):
            found.setdefault(plan, k)
    return found


def shown(dia: Dia, given: Answer, ask: Ask, closed: Collection[str]) -> dict[str, Any]:
    """Return one answer: years, koppelkansen, a sentence and the tables under the subjects."""
    now, (before, joined) = done_together(dia, given.starts), _joined(dia, given)
    changed = _changes(dia, given)
    return {
        "start": [None if pd.isna(year) else int(year) for year in given.starts],
        "samen": joined.tolist(),
        "van": now["van"].tolist(),
        "was": before.tolist(),
        "jaar": [None if pd.isna(year) else int(year) for year in now["jaar"]],
        "zin": _sentence(dia, given, ask, changed, closed),
        "verschil": _differences(dia, given, changed, closed)
        + (_still(given, closed) if ask else ""),
        "knelt": _tight(dia, given, closed, bool(ask)),
        "geld": _means(dia, given, closed),
    }


def _changes(dia: Dia, given: Answer) -> pd.DataFrame:
    there = dia.starts.drop(given.gone)
    changed = differences(there, given.starts.drop(given.gone), dia.plans)
    moved = given.starts.reindex(given.agenda.plans.index)
    reasons = why_moved(given.agenda, moved, dia.starts, dia.windows)
    return changed.assign(reden=reasons.reindex(changed.index).fillna("").to_numpy())


def _sentence(
    dia: Dia, given: Answer, ask: Ask, changed: pd.DataFrame, closed: Collection[str]
) -> str:
    before, now = _joined(dia, given)
    was, money = (euro(float(_saved(a, s).sum())) for a, s in _both(dia, given))
    saved = f"Bespaard op openbreken: {money}"
    clash = len(_clashes(given, closed))
    told = f"zo past het niet: {count(clash, 'punt botst', 'punten botsen')}"
    if not ask:
        inside, n = int(given.starts.notna().sum()), len(given.starts)
        joined = count(int((now > 0).sum()), "koppelkans gaat", "koppelkansen gaan")
        tail = f"; {told}" if clash else ""
        return (
            f"Het programma: {inside} van de {n} plannen hebben een jaar; {joined} samen{tail}. "
            f"{saved}."
        )
    others = len(changed.index.difference(list(ask.jaren)))
    parts = [
        count(others, "ander plan verandert", "andere plannen veranderen")
        if others else "Geen ander plan verandert",
        count(len(given.gone), "plan doet niet mee", "plannen doen niet mee"),
        told,
    ]  # fmt: skip
    said = [text for text, n in zip(parts, (1, len(given.gone), clash), strict=True) if n]
    won, lost = int((now > before).sum()), int((now < before).sum())
    return f"{'; '.join(said)}. Koppelkansen: {won} erbij, {lost} eraf. {saved} (was {was})."


def _both(dia: Dia, given: Answer) -> list[tuple[Any, pd.Series]]:
    asked = given.starts.reindex(given.agenda.plans.index)
    return [(dia.agenda, dia.starts), (given.agenda, asked)]


def _joined(dia: Dia, given: Answer) -> list[pd.Series]:
    return [done_together(dia, starts)["samen"] for starts in (dia.starts, given.starts)]


def _saved(agenda: Any, starts: pd.Series) -> pd.Series:
    return shares(agenda, starts).groupby("partner")["bespaart"].sum()


def partner_table(dia: Dia, given: Answer, closed: Collection[str] = ()) -> pd.DataFrame:
    """Return per partner plans, money, people and koppelkansen, and how they differ.

    Returns: Texts: ``Partner``, ``Plannen`` (with a year), ``Bespaart`` (on opening streets),
        ``Eigen geld``, ``Fte-jaren`` (both within the horizon), ``Koppelkansen`` (won and lost).
        Every figure is the answer, with the difference from the agreed programme behind it; what
        people the plans of a partner with closed books ask is not told (`without_people`).
    """
    both = []
    for agenda, starts in _both(dia, given):
        use = use_of_means(agenda, starts).groupby("partner")[["gebruik", "fte_gebruik"]].sum()
        placed = agenda.plans.loc[starts.dropna().index].groupby("partner").size()
        both.append(pd.DataFrame({"plannen": placed, "bespaart": _saved(agenda, starts), **use}))
    partners = sorted(set(dia.agenda.plans["partner"]))
    was, now = (one.reindex(partners).fillna(0.0) for one in both)
    won, lost = _links(dia, given)
    shows = {
        "plannen": partial(number, decimals=0),
        "fte_gebruik": number,
        "bespaart": euro,
        "gebruik": euro,
    }
    texts = {
        column: [_beside(show, *pair) for pair in zip(now[column], was[column], strict=True)]
        for column, show in shows.items()
    }
    people = [
        NOT_SHARED if partner in closed else text
        for partner, text in zip(partners, texts["fte_gebruik"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Partner": partners,
            "Plannen": texts["plannen"],
            "Bespaart": texts["bespaart"],
            "Eigen geld": texts["gebruik"],
            "Fte-jaren": people,
            "Koppel\u00adkansen": [f"+{won.get(p, 0)} −{lost.get(p, 0)}" for p in partners],
        }
    )


def _beside(show: Any, now: float, was: float) -> str:
    shift = show(now - was)
    same = show(now) == show(was) or shift == show(0.0)
    text = show(now) if same else f"{show(now)} ({'' if shift.startswith('-') else '+'}{shift})"
    return text.replace("€ ", "€\u00a0").replace(" mln", "\u00a0mln")


def _links(dia: Dia, given: Answer) -> tuple[dict[str, int], dict[str, int]]:
    before, now = _joined(dia, given)
    names = dia.agreed.state["partners"].str.split(";")
    counted = [names[hit].explode().value_counts() for hit in (now > before, now < before)]
    return tuple({str(p): int(n) for p, n in one.items()} for one in counted)  # type: ignore[return-value]


def _differences(dia: Dia, given: Answer, changed: pd.DataFrame, closed: Collection[str]) -> str:
    before, now = _joined(dia, given)
    parts = [html_table(partner_table(dia, given, closed), PARTNERS)]
    if not changed.empty:
        table = pd.DataFrame({"Wat": changed["zin"], "Waarom": changed["reden"]})
        parts.append(html_table(table, "Plannen die veranderen"))
    for hit, what in ((now > before, "erbij"), (now < before, "eraf")):
        kansen = dia.linkages.kansen["zin"].reindex(before.index[hit])
        if len(kansen):
            table = pd.DataFrame({"Koppelkans": kansen.index, "Wat": kansen.to_numpy()})
            parts.append(html_table(table, f"Koppelkansen {what}"))
    return "".join(parts)


def _still(given: Answer, closed: Collection[str]) -> str:
    held = sorted(set(closed) & set(given.agenda.plans["partner"]))
    return f"<p class='klein'>{escape(STILL.format(wie=opsomming(held)))}</p>" if held else ""


def _clashes(given: Answer, closed: Collection[str]) -> pd.DataFrame:
    return _open_only(given.programme.conflicten, closed)


def _open_only(table: pd.DataFrame, closed: Collection[str]) -> pd.DataFrame:
    """Leave out what tells of the money or people of partners with closed books."""
    return table[~(table["soort"].isin(["budget", "fte"]) & table["wie"].isin(list(closed)))]


def _tight(dia: Dia, given: Answer, closed: Collection[str], asked: bool) -> str:
    """Say what clashes, what holds plans back and why plans have no place, nothing of a budget."""
    parts = []
    told = replace(given.programme, conflicten=_clashes(given, closed))
    if not told.conflicten.empty:
        parts.append(html_table(conflict_table(told), "Toezeggingen die botsen"))
    agenda = without_secrets(dia.agenda, closed) if not asked else given.agenda
    starts = given.starts.reindex(agenda.plans.index)
    reasons = why_left_out(agenda, starts)
    out = dia.agenda.plans.loc[given.starts.index[given.starts.isna()].difference(given.gone)]
    why = [
        f"Of er geld en mensen voor zijn, zegt {partner} zelf."
        if partner in closed and reasons.get(plan, DEAR) == DEAR
        else reasons.get(plan, "")
        for plan, partner in out["partner"].items()
    ]
    table = pd.DataFrame({"Plan": out["titel"], "Partner": out["partner"], "Waarom": why})
    parts.append(html_table(table, "Plannen zonder jaar") if len(table) else "")
    tight = _open_only(given.programme.knelpunten, closed)
    if len(tight):
        parts.append(html_table(tight[["zin"]].rename(columns={"zin": "Wat knelt"}), "Wat knelt"))
    return "".join(parts) or "<p>Er botst niets, en elk plan heeft een jaar.</p>"


def _means(dia: Dia, given: Answer, closed: Collection[str]) -> str:
    """Show own money and people per year; what there is only of who shares it."""
    agenda, starts = given.agenda, given.starts.reindex(given.agenda.plans.index)
    years = [str(year) for year in agenda.settings.jaren]
    tables = [
        html_table(table, f"{what} per jaar", getallen=years)
        for column, what in (("budget", "Eigen geld (× € 1.000)"), ("fte", "Mensen (fte)"))
        if len(table := means_table(agenda, starts, column, closed))
    ]
    people = works_of_people(without_people(dia.plans, closed), given.starts)
    if len(people):
        shown = people.drop(columns="plan").astype(object)
        shown = shown.where(shown.notna(), "onbekend").rename(columns=str.capitalize)
        tables.append(html_table(shown.astype(str), "Werk van mensen: wie het vraagt en bereikt"))
    return "".join(tables)


def compared(dia: Dia, columns: Mapping[str, Answer | str], closed: Collection[str]) -> str:
    """Return variants side by side; one that no longer fits says why."""
    rows: dict[str, list[str]] = {}
    for given in columns.values():
        for label, text in _measures(dia, given, closed):
            rows.setdefault(label, []).append(text)
    table = pd.DataFrame([[k, *v] for k, v in rows.items()], columns=["", *columns])
    return html_table(table, "Varianten naast elkaar")


_PER_PARTNER = ("Plannen", "Bespaart", "Fte-jaren")


def _measures(dia: Dia, given: Answer | str, closed: Collection[str]) -> list[tuple[str, str]]:
    partners = sorted(set(dia.agenda.plans["partner"]))
    labels = ["Plannen met een jaar", "Plannen die veranderen", "Bespaard op openbreken",
              "Koppelkansen erbij", "Koppelkansen eraf", "Punten die botsen"]  # fmt: skip
    own = [f"{partner}: plannen; bespaart; fte-jaren" for partner in partners]
    if isinstance(given, str):
        return [(label, given if n == 0 else "–") for n, label in enumerate([*labels, *own])]
    before, now = _joined(dia, given)
    figures = [
        int(given.starts.notna().sum()), len(_changes(dia, given)),
        euro(float(_saved(*_both(dia, given)[1]).sum())), int((now > before).sum()),
        int((now < before).sum()), len(_clashes(given, closed)),
    ]  # fmt: skip
    table = partner_table(dia, given, closed)
    each = ["; ".join(row) for row in table[list(_PER_PARTNER)].to_numpy().tolist()]
    return [(a, str(b)) for a, b in zip([*labels, *own], [*figures, *each], strict=True)]


def decided(dia: Dia) -> str:
    """Return the decisions on plans and koppelkansen, and those that do not count."""
    steps = dia.agreed.organisation.steps
    plans = steps[steps["jaar"].notna()].drop_duplicates("kans", keep="last")
    works = plans["kans"].map(lambda kans: dia.agreed.state["plannen"].get(kans, kans))
    titles = titles_of(works, dia.plans["titel"]).to_numpy()
    years = pd.DataFrame(
        {"Werken": titles, "Begint in": plans["jaar"].astype(str), "Fase": plans["fase"],
         "Sinds": [day(moment) for moment in plans["datum"]], "Wie": plans["wie"],
         "Besluit": plans["besluit"]}
    )  # fmt: skip
    first, of = waiting_table(dia), len(dia.waits)
    more = f" (de eerste {len(first)} van {of}; alle staan in agenda.xlsx)"
    named = ((f"Wie moet wat besluiten, vóór wanneer{more if of > len(first) else ''}", first),
             ("Mandaat en commitment per bestuurder", mandate_table(dia)),
             ("Besluiten over een startjaar", years),
             ("Besluiten over koppelkansen", status_table(dia)),
             ("Besluiten en afspraken die niet kloppen", decision_problem_table(dia)))  # fmt: skip
    parts = [html_table(table.astype(str), what) for what, table in named if len(table)]
    return "".join(parts) or "<p>Er is nog niets besloten.</p>"
