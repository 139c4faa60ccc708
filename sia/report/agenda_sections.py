"""The section on the joint agenda in the report of a DIA area."""

from __future__ import annotations

import pandas as pd

from sia.agenda.wording import day
from sia.dutch import MISSING, euro
from sia.report.parts import Blok, Onderwerp, Sectie, table_block
from sia.viz.agenda_charts import timeline
from sia.viz.tables import html_table

OWN = "eigen middelen"
PAPER_INCHES = 7.1
"""Width of a page of A4 between its margins: letters are printed in the size they are drawn."""
LINES = 30
"""Lines of a timeline that fit on a page of A4."""
_INTRO = (
    "De partners leggen hun plannen voor dit gebied naast elkaar. Werk dat samen kan, heet een "
    "koppelkans; het programma zegt in welk jaar het samen gaat. Jaren kunnen nog veranderen."
)
_BARS = (
    "Elke balk is een werk, van het jaar waarin het begint tot en met het jaar waarin het eindigt. "
    "Balken onder elkaar zijn werken van dezelfde partner."
)


def gezamenlijke_agenda(o: Onderwerp) -> Sectie | None:
    """Show the programme of a DIA area, its koppelkansen, what waits for whom, and the money."""
    areas = o.materiaal.agenda.get(o.editie, {})
    tables = areas.get(o.selectie.naam)
    if o.selectie.soort != "dia" or not tables:
        return None
    partners = {name for own in areas.values() for name in own["werken"]["partner"]}
    blocks = [
        *_programme(tables["werken"], partners),
        table_block(_kansen(tables["koppelkansen"])),
        table_block(_waiting(tables["wacht"])),
        table_block(_money(tables["geld"])),
    ]
    shown = tuple(block for block in blocks if block != Blok())
    intro = Blok(alinea=_INTRO)
    return Sectie("agenda", "De gezamenlijke agenda", (intro, *shown)) if shown else None


def _programme(werken: pd.DataFrame, partners: set[str]) -> list[Blok]:
    """Draw the programme per partner, in as many charts as pages of paper ask for."""
    if werken.empty:
        return []
    drawn = []
    pages = _pages(werken["partner"])
    years = range(int(werken["start"].min()), int(werken["eind"].max()) + 1)
    for number, names in enumerate(pages, start=1):
        own = werken[werken["partner"].isin(names)]
        part = f" (deel {number})" if len(pages) > 1 else ""
        chart = timeline(
            own.assign(gebied=own["partner"]),
            partners,
            titel=f"Wie doet wat wanneer{part}",
            tekst=_BARS,
            jaren=years,
            breedte=PAPER_INCHES,
        )
        drawn.append(Blok(figuur=chart))
    return drawn


def _pages(names: pd.Series) -> list[list[str]]:
    """Spread partners over pages; each takes a line for its name and one per work."""
    pages: list[list[str]] = []
    room = 0
    for name, works in names.value_counts().sort_index().items():
        if works + 1 > room:
            pages.append([])
            room = LINES
        pages[-1].append(str(name))
        room -= int(works) + 1
    return pages


def _kansen(kansen: pd.DataFrame) -> str:
    if kansen.empty:
        return ""
    year = kansen["jaar"].map(lambda y: f"samen in {y}", na_action="ignore").astype(object)
    # that works are not done together is for the table, not for residents
    apart = "niet samen" if "fase" in kansen else MISSING
    table = pd.DataFrame(
        {
            "Werken": kansen["werken"],
            "Partners": kansen["partners"].str.replace(";", ", "),
            "Soort": kansen["soort_kans"],
            "Programma": year.where(kansen["jaar"].notna(), apart),
        }
    )
    if "fase" in kansen:
        table["Stand"] = kansen["fase"]
        table["Beslis vóór"] = _days(kansen["beslis_voor"])
        table["Besluit"] = kansen["besluit"].replace("", MISSING)
    return html_table(table, "Koppelkansen in dit gebied")


def _waiting(waits: pd.DataFrame) -> str:
    if waits.empty:
        return ""
    table = pd.DataFrame(
        {
            "Actie": waits["actie"],
            "Wacht op": waits["wie"] + " (" + waits["partner"].str.replace(";", ", ") + ")",
            "Vóór": _days(waits["voor"]),
            "Werken": waits["werken"],
        }
    )
    return html_table(table, "Wat wacht op wie")


def _days(moments: pd.Series) -> list[str]:
    return [day(moment.date()) for moment in pd.to_datetime(moments)]


def _money(geld: pd.DataFrame) -> str:
    if geld.empty:
        return ""
    if "totaal" in geld:
        shown = geld["totaal"].map(euro).where(geld["totaal"].notna(), MISSING)
        table = pd.DataFrame(
            {"Jaar": geld["jaar"].astype(str), "Samen": shown, "Waarom niet getoond": geld["reden"]}
        )
        return html_table(table, "Geld per jaar, alle partners samen", getallen=("Samen",))
    own = geld["bron"] == OWN
    parts = {"Eigen geld": geld[own], "Geld van anderen": geld[~own], "Samen": geld}
    sums = pd.DataFrame(
        {name: part.groupby("jaar")["bedrag"].sum() for name, part in parts.items()}
    )
    years = range(int(geld["jaar"].min()), int(geld["jaar"].max()) + 1)
    table = sums.reindex(years).fillna(0.0).map(euro)
    table.insert(0, "Jaar", [str(year) for year in table.index])
    return html_table(table, "Geld per jaar", getallen=tuple(parts))
