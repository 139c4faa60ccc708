"""The sections of the report on change."""

from __future__ import annotations

from sia.change.words import LEFT_OUT
from sia.report import change, overview
from sia.report.parts import Blok, Onderwerp, Sectie, table_block
from sia.viz.city_map import short_wijk
from sia.viz.index_charts import change_bars


def veranderd(o: Onderwerp) -> Sectie:
    """Show what changed per buurt, by cause."""
    g = o.gebied
    intro = (
        f"Het verschil tussen twee gepubliceerde scores bestaat uit {len(change.PARTS)} delen. "
        "Alleen de echte verandering gaat over de buurt zelf. De marge hoort bij de echte "
        "verandering."
    )
    known = g.buurten[g.buurten["oordeel"] != LEFT_OUT]
    blocks = [Blok(alinea=intro)]
    if len(known):
        blocks.append(Blok(figuur=change_bars(known, o.cijfers.naam)))
        blocks.append(table_block(change.per_buurt(g)))
    else:
        blocks.append(Blok(alinea="Geen van deze buurten is te vergelijken."))
    return Sectie("veranderd", "Wat er veranderde", tuple(blocks))


def veranderd_gebied(o: Onderwerp) -> Sectie:
    """Show the mean change of the area, of the city and of what lies inside, and per domain."""
    g, kind = o.gebied, o.selectie.gebied[0]
    city = ("stad", o.stad.gemeentecode)
    own = o.cijfers.gebieden
    names = {city: o.stad.gemeente, o.selectie.gebied: o.selectie.naam}
    inside: list[tuple[str, str]] = []
    if kind == "stad":
        inside += [("stadsdeel", naam) for naam in sorted(set(own["stadsdeel"].str.strip()) - {""})]
    if kind in ("stad", "stadsdeel"):
        wijken = dict(zip(own["wijkcode"], own["wijknaam"].map(short_wijk), strict=True))
        inside += [("wijk", code) for code in sorted(wijken)]
        names |= {("wijk", code): str(naam) for code, naam in wijken.items()}
    keys = list(dict.fromkeys([city, o.selectie.gebied, *inside]))
    return Sectie(
        "per-gebied",
        "Per gebied en per domein",
        (table_block(change.per_area(g, names, keys)), table_block(change.per_domain(g))),
    )


def ander_type(o: Onderwerp) -> Sectie | None:
    """Show which buurten changed type, and whether that is more than noise."""
    found = o.materiaal.trajecten
    if found.empty:
        return None
    intro = (
        "Het type is voor alle jaren opnieuw bepaald met dezelfde cijfers en dezelfde schaal. "
        "Een wisseling kan ook ontstaan doordat een buurt tussen twee typen in ligt."
    )
    table = table_block(change.type_table(found, o.cijfers), "Geen enkele buurt wisselde van type.")
    return Sectie("ander-type", "Ander type buurt", (Blok(alinea=intro), table))


def niet_vergeleken(o: Onderwerp) -> Sectie:
    """Show the buurten that cannot be compared, or whose border moved, and why."""
    return Sectie(
        "niet-vergeleken",
        "Niet te vergelijken, en waarom",
        (table_block(change.left_out(o.gebied), "Alle buurten zijn te vergelijken."),),
    )


def begrippen_verandering(o: Onderwerp) -> Sectie:
    """Explain the words of a report on change."""
    table = overview.pairs(change.DEFINITIONS, "Begrippen bij verandering", ("Begrip", "Betekenis"))
    return Sectie("begrippen", "Wat de woorden betekenen", (table_block(table),))
