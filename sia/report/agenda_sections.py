"""The agenda in a report: money, years, partners, plans, and what must be decided before when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from sia.agenda.insight.gaps import opgaven_without_plan
from sia.agenda.wording import day
from sia.dutch import MISSING, NBSP, euro, getal, meervoud
from sia.report.first_screen import urgent
from sia.report.marks import drawn, link, partner_grid, span_bar, year_bars
from sia.report.parts import PLAN, Blok, Onderwerp, Sectie, paper_note, table_block
from sia.report.sentences import Grond, Zin, count
from sia.viz.dataset import period
from sia.viz.tables import html_table
from sia.viz.theme import DOMAINS

MOST = 6
"""Decisions and joint works that a report lists; the others stand in the annex."""
MOST_PLANS = 14
PLANS_ON_PAPER = 4
"""Plans of a buurt that fit on its two pages."""
_CLOSED = (
    "Bedragen staan hier alleen per DIA-gebied en jaar, en alleen waar daaruit niet is af te "
    "leiden wat één partner betaalt."
)
_INSIDE = "Wie wat vóór wanneer beslist, is van de partners en staat in de interne editie."


def agenda(o: Onderwerp) -> Sectie | None:
    """Show what is planned in the buurten of a report: money, years, partners and decisions."""
    plans = plans_of(o)
    if plans.empty:
        return None
    city = o.selectie.soort == "stad"
    blocks = [Blok(zinnen=tuple(_sentences(o, plans))), Blok(html=_money_bars(o))]
    works = plan_table(plans, o, 0 if city else MOST_PLANS)
    if city or len(plans) > MOST_PLANS:
        blocks.append(table_block(_partners(o, plans)))
    if not city:
        blocks.append(table_block(works))
    blocks.append(table_block(_unserved(o)))
    blocks += _decisions(o)
    return Sectie("agenda", "De agenda", *(b for b in blocks if b != Blok()), vorm="agenda")


def _once(codes: pd.Series[str]) -> list[str]:
    return list(dict.fromkeys(codes))


def plans_of(o: Onderwerp) -> pd.DataFrame:
    """Return the plans of a report, one row each, with the buurten that they are in."""
    plans = o.plannen
    if plans.empty:
        return plans
    own = plans[plans["buurtcode"].isin(o.selectie.codes)]
    if o.selectie.soort == "domein" and "opgaven" in own:
        own = own[[o.selectie.sleutel in str(text).split(";") for text in own["opgaven"]]]
    rest = [name for name in ("status", "opgaven") if name in own]
    grouped = own.groupby(PLAN, sort=False, dropna=False)
    joined = grouped.agg({"buurtcode": _once, **dict.fromkeys(rest, "first")})
    return joined.reset_index().sort_values(["start", "titel"], kind="stable")


def _sentences(o: Onderwerp, plans: pd.DataFrame) -> Iterator[Zin]:
    number, partners = len(plans), plans["partner"].nunique()
    years = period(plans["start"].min(), plans["eind"].max())
    kind = ("openbaar plan", "openbare plannen") if o.editie == "openbaar" else ("plan", "plannen")
    what = meervoud(number, *kind)
    whom = meervoud(partners, "partner", "partners")
    yield Zin(
        f"{what} van {whom}, in {years}.",
        count(number, kind[1]),
        count(partners, "partners"),
        Grond("jaren van deze plannen", years),
    )
    yield from _money(o)


@dataclass(frozen=True)
class Geld:
    """Euros per year.

    `voor`: Of them, in the buurten that go first; None where that may not be told.
    `verborgen`: Amounts per year that would betray a partner, and are in no sum.
    """

    samen: pd.Series[float]
    voor: pd.Series[float] | None
    verborgen: pd.Series[int]


_NO_MONEY = Geld(pd.Series(dtype=float), None, pd.Series(dtype=int))


def per_year(o: Onderwerp) -> Geld:
    """Return euros per year in the buurten of a report, as far as its edition may say them."""
    inside = o.selectie.codes
    if o.editie == "intern":
        spent = o.materiaal.bedragen
        spent = spent[spent["buurtcode"].isin(inside)] if len(spent) else spent
        if spent.empty:
            return _NO_MONEY
        chosen = spent[spent["buurtcode"].isin(urgent(o.stad).index)]
        whole, part = (t.groupby("jaar")["kosten"].sum() for t in (spent, chosen))
        years = range(int(whole.index.min()), int(whole.index.max()) + 1)
        whole, part = (table.reindex(years).fillna(0.0) for table in (whole, part))
        return Geld(whole, part if o.selectie.soort == "stad" else None, pd.Series(dtype=int))
    areas = o.materiaal.agenda.get(o.editie, {})
    names = [o.selectie.naam] if o.selectie.soort == "dia" else list(areas)
    tables = [areas[name]["geld"] for name in names if name in areas]
    tables = [table for table in tables if not table.empty]
    if o.selectie.soort not in ("stad", "dia") or not tables:
        return _NO_MONEY
    sums = pd.concat(tables).set_index("jaar")["totaal"].astype(float)
    whole = sums.groupby(level=0).sum()
    years = range(int(whole.index.min()), int(whole.index.max()) + 1)
    hidden = sums.isna().groupby(level=0).sum()
    return Geld(whole.reindex(years).fillna(0.0), None, hidden[hidden > 0].astype(int))


def _money(o: Onderwerp) -> Iterator[Zin]:
    money = per_year(o)
    whole, part, hidden = money.samen, money.voor, int(money.verborgen.sum())
    if not whole.sum() > 0:
        if o.editie == "openbaar" and o.materiaal.agenda.get(o.editie):
            yield Zin(_CLOSED)
        return
    total, first, last = euro(whole.sum()), str(whole.index[0]), str(whole.index[-1])
    grounds = [
        Grond("geld in het programma, zover het te tonen is", total),
        Grond("eerste jaar van het programma", first),
        Grond("laatste jaar van het programma", last),
    ]
    text = f"{'Ten minste ' if hidden else ''}{total} in {first}–{last}"
    if part is not None and part.sum() > 0:
        own = euro(part.sum())
        text += f", waarvan {own} in de buurten die voorgaan"
        grounds.append(Grond("waarvan in de buurten die voorgaan", own))
    text += "."
    if hidden:
        text += (
            f" {getal(hidden)} bedragen per gebied en jaar tellen niet mee: zij zouden iets van "
            "één partner verraden."
        )
        grounds.append(count(hidden, "bedragen die niet te tonen zijn"))
    yield Zin(text, *grounds)


def _money_bars(o: Onderwerp) -> Markup:
    money = per_year(o)
    text = "Miljoen euro per jaar"
    if len(money.verborgen):
        text += " (≥: een deel is niet te tonen; ?: geen enkel bedrag is te tonen)"
    if money.voor is not None:
        text += "; donker: in de buurten die voorgaan"
    shown = None if money.voor is None else _by_year(money.voor)
    years = {int(str(year)) for year in money.verborgen.index}
    return year_bars(_by_year(money.samen), shown, text, minstens=years)


def _by_year(amounts: pd.Series[float]) -> dict[int, float]:
    return {int(str(year)): float(value) for year, value in amounts.items()}


def _partners(o: Onderwerp, plans: pd.DataFrame) -> str:
    """Return who works when: works that run in a year, or euros in the internal edition."""
    known = plans.dropna(subset=["start", "eind"])
    if known.empty:
        return ""
    years = range(int(known["start"].min()), int(known["eind"].max()) + 1)
    spent = o.materiaal.bedragen if o.editie == "intern" else pd.DataFrame()
    if len(spent) and o.selectie.soort != "domein":
        own = spent[spent["buurtcode"].isin(o.selectie.codes)]
        sums = own.pivot_table(index="partner", columns="jaar", values="kosten", aggfunc="sum")
        cells = sums.reindex(index=sorted(known["partner"].unique()), columns=years).fillna(0.0)
        cells, what = cells / 1e6, "Miljoen euro per partner en jaar"
        shown = {value: getal(value, 1) for value in cells.to_numpy().ravel()}
    else:
        spans = zip(known["start"], known["eind"], strict=True)
        running = [list(range(int(a), int(b) + 1)) for a, b in spans]
        rows = known.assign(jaar=pd.Series(running, known.index, dtype=object))
        rows = rows.explode("jaar").astype({"jaar": int})
        cells = pd.crosstab(rows["partner"], rows["jaar"]).reindex(columns=years, fill_value=0)
        what, shown = "Werken per partner en jaar", {}
    grid = partner_grid(cells, shown)
    table = pd.DataFrame(grid, columns=[str(year) for year in years], dtype=object)
    table.insert(0, "Partner", [o.kort(name) for name in cells.index])
    counts = known["partner"].value_counts()
    table.insert(1, "Plannen", [getal(counts[name]) for name in cells.index])
    return html_table(table, what, getallen=tuple(table.columns[1:]), breed=["Plannen"])


def _unserved(o: Onderwerp) -> str:
    """Return the opgaven of every DIA area in a report for which no plan is known yet."""
    indeling = o.stad.indeling
    asked = o.selectie.soort in ("stad", "stadsdeel", "dia")
    if indeling.empty or not asked or "opgaven" not in o.plannen:
        return ""
    area = indeling.loc[indeling["dia_gebied"].notna(), "naam"].astype(str)
    whole = area.groupby(area).transform(lambda rows: rows.index.isin(o.selectie.codes).all())
    found = opgaven_without_plan(o.plannen, area, o.stad.scores)
    found = found[found["gebied"].isin(set(area[whole.astype(bool)]))]
    named = found["opgave"].map(DOMAINS).groupby(found["gebied"], sort=True).agg(list)
    table = pd.DataFrame(
        {
            "DIA-gebied": [o.kort(name) for name in named.index],
            "Opgaven, de grootste eerst": [", ".join(names).capitalize() for names in named],
        }
    )
    public = "openbaar " if o.editie == "openbaar" else ""
    return html_table(table, f"Opgaven waarvoor nog geen {public}plan is") if len(table) else ""


def plan_table(plans: pd.DataFrame, o: Onderwerp, most: int = 0, papier: int = 0) -> str:
    """Return plans with their years as bars; at most `most` of them, and `papier` in print."""
    if plans.empty:
        return ""
    shown = plans.head(most) if most else plans
    known = plans.dropna(subset=["start", "eind"])
    first, last = (int(known["start"].min()), int(known["eind"].max())) if len(known) else (0, 0)
    table = pd.DataFrame({"Plan": [o.kort(name) for name in shown["titel"]]})
    if o.selectie.soort != "buurt":
        table["Buurt"] = drawn([_where(o, codes) for codes in shown["buurtcode"]], table)
    table["Partner"] = [o.kort(name) for name in shown["partner"]]
    spans = zip(shown["start"], shown["eind"], strict=True)
    table["Jaren"] = drawn([span_bar(a, b, first, last) for a, b in spans], table)
    table["Status"] = list(shown["status"].astype(str))
    title = "Plannen van partners"
    if len(shown) < len(plans):
        title += f" (de eerste {getal(len(shown))} van {getal(len(plans))})"
    printed = range(papier) if papier else None
    return html_table(table, title, papier=printed, breed=["Status"])


def _where(o: Onderwerp, codes: list[str]) -> Markup:
    names = [link(o.buren, "buurt", c, str(o.stad.naam.get(c, c))) for c in codes[:3]]
    more = f" en nog {getal(len(codes) - 3)}" if len(codes) > 3 else ""
    return Markup(", ").join(names) + more


def plannen(o: Onderwerp) -> Sectie | None:
    """Show the plans in one buurt, or in the annex all of them."""
    table = plans_of(o)
    paper = PLANS_ON_PAPER if o.selectie.soort == "buurt" else 0
    html = plan_table(table, o, papier=paper)
    if not html:
        return None
    blocks = [table_block(html)]
    if paper and len(table) > paper:
        blocks.append(paper_note("Op papier staan alleen de eerste plannen."))
    return Sectie("plannen", "Plannen van partners", *blocks)


def _decisions(o: Onderwerp, most: int = MOST) -> list[Blok]:
    """Return what works go together and, for partners, who decides what before when."""
    kansen, waits = (_of_selection(o, name) for name in ("koppelkansen", "wacht"))
    blocks = []
    if len(waits):
        waits = waits.sort_values("voor", kind="stable")
        blocks.append(table_block(_waiting(o, waits, most)))
    if len(kansen):
        blocks.append(table_block(_kansen(o, kansen, most)))
    if o.editie == "openbaar" and o.materiaal.agenda.get("openbaar"):
        blocks.append(Blok(alinea=_INSIDE))
    return blocks


def besluiten(o: Onderwerp) -> Sectie | None:
    """Show every koppelkans and everything that waits for somebody, for the annex."""
    blocks = _decisions(o, 0)
    return Sectie("besluiten", "Koppelkansen en besluiten", *blocks) if blocks else None


def _of_selection(o: Onderwerp, name: str) -> pd.DataFrame:
    """Return the rows of a table of the agenda that lie in the buurten of a report."""
    inside, found = set(o.selectie.codes), []
    titles = set(plans_of(o)["titel"]) if o.selectie.soort == "domein" else None
    for area, tables in o.materiaal.agenda.get(o.editie, {}).items():
        table = tables[name]
        if table.empty or (o.selectie.soort == "dia" and area != o.selectie.naam):
            continue
        if o.selectie.soort != "dia":
            table = table[[not inside.isdisjoint(c.split(";")) for c in table["buurtcodes"]]]
        if titles is not None:
            table = table[[not titles.isdisjoint(text.split("; ")) for text in table["werken"]]]
        found.append(table)
    return pd.concat(found).drop_duplicates() if found else pd.DataFrame()


def _kansen(o: Onderwerp, kansen: pd.DataFrame, most: int) -> str:
    year = (
        kansen["jaar"].map(lambda y: f"samen{NBSP}in{NBSP}{y}", na_action="ignore").astype(object)
    )
    # that works are not done together is for the table, not for residents
    apart = "niet samen" if "fase" in kansen else MISSING
    table = pd.DataFrame(
        {
            "Werken die samen kunnen": [o.kort(text) for text in kansen["werken"]],
            "Partners": [o.kort(text.replace(";", ", ")) for text in kansen["partners"]],
            "Programma": list(year.where(kansen["jaar"].notna(), apart)),
        }
    )
    if "fase" in kansen:
        table["Stand"] = list(kansen["fase"])
        table["Beslis vóór"] = _days(kansen["beslis_voor"])
        decided = kansen["besluit"].fillna("").replace("", MISSING)
        if (decided != MISSING).any():
            table["Besluit"] = list(decided)
    return _first("Koppelkansen", table, most)


def _waiting(o: Onderwerp, waits: pd.DataFrame, most: int) -> str:
    who = waits["wie"] + " (" + waits["partner"].str.replace(";", ", ") + ")"
    table = pd.DataFrame(
        {
            "Vóór": _days(waits["voor"]),
            "Wie": [o.kort(text) for text in who],
            "Wat": list(waits["actie"]),
            "Werken": [o.kort(text) for text in waits["werken"]],
        }
    )
    return _first("Wie beslist wat", table, most)


def _first(text: str, table: pd.DataFrame, most: int) -> str:
    if most and len(table) > most:
        text += f" (de eerste {getal(most)} van {getal(len(table))}; alles staat in de bijlage)"
        table = table.head(most)
    return html_table(table, text)


def _days(moments: pd.Series) -> list[str]:
    return [day(moment.date()).replace(" ", NBSP) for moment in pd.to_datetime(moments)]
