"""The Dutch page that lists every indicator, made from the catalogue itself."""

from __future__ import annotations

from sia.catalogue.load import load_catalogue
from sia.catalogue.model import (
    ALL_DOMAINS,
    DOMAIN_NAMES,
    ROLE_NAMES,
    SOURCES,
    Bron,
    Catalogue,
    Indicator,
)

_INTRO = """# Indicatoren

Deze pagina is gemaakt uit de bestanden in `sia/catalogue/`; pas die aan en draai
`python -m sia.catalogue`. Een test vergelijkt beide.

Hoe u de tabellen leest:

- **Richting**: ↑ hoger is urgenter (bij potentie: meer kans), ↓ lager is urgenter.
- **Bronnen** staan in volgorde van voorkeur. Een nieuwer peiljaar gaat voor; bij een gelijk
  peiljaar gaat de eerste bron voor. Cijfers van verschillende methoden komen nooit samen in één
  kolom.
- **Meenemen**: hoeveel jaar een cijfer hooguit mag worden meegenomen naar een later jaar. Zo'n
  waarde krijgt de vlag `overgenomen` en houdt haar eigen peiljaar.
- **Drempel**: onder dit aantal is het cijfer niet te berekenen of mag het niet worden getoond.
- Herkomst, nationaliteit, geboorteland, geloof en wat daarvoor in de plaats komt, tellen nooit mee.
  Leeftijd, geslacht, burgerlijke staat, huishoudens- en woningtype zijn alleen context.
  Corporatiebezit is een kans en nooit een opgave. De catalogus weigert elke indicator die hiervan
  afwijkt, tenzij het gemeentebestand een besluit met naam en reden bevat; dat besluit staat dan in
  elke uitvoer.
"""


def catalogue_page() -> str:
    """Return the content of ``docs/reference/indicatoren.md``.

    Markdown in Dutch: an explanation, a count and one table per domain.
    """
    listed = load_catalogue()
    scored = sum(entry.telt_mee for entry in listed)
    count = (
        f"De catalogus telt {len(listed)} indicatoren, waarvan {scored} meetellen in een score.\n"
    )
    sections = [_section(listed, domain) for domain in ALL_DOMAINS]
    return "\n".join([_INTRO, count, *sections])


def _section(catalogue: Catalogue, domain: str) -> str:
    entries = catalogue.of(domein=domain)
    lines = [
        f"## {DOMAIN_NAMES[domain]}",
        "",
        "| Indicator | Eenheid | Richting | Rol | Bronnen en maten | Peiljaren | Meenemen "
        "| Drempel | Waarom |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_row(entry) for entry in entries),
        "",
    ]
    return "\n".join(lines)


def _row(entry: Indicator) -> str:
    cells = (
        f"**{entry.naam}** (`{entry.id}`){_marks(entry)}",
        entry.eenheid,
        {1: "↑", -1: "↓", 0: "–"}[entry.richting],
        ROLE_NAMES[entry.rol],
        "<br>".join(dict.fromkeys(_source(bron) for bron in entry.bronnen)),
        "<br>".join(dict.fromkeys(_years(bron) for bron in entry.bronnen)),
        f"{entry.meenemen} jaar" if entry.meenemen else "nooit",
        _threshold(entry),
        entry.waarom,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _marks(entry: Indicator) -> str:
    marks = [
        word
        for word, holds in (
            ("gemodelleerd", entry.gemodelleerd),
            ("benadering", entry.benadering),
            ("alleen op buurtniveau", entry.alleen_buurt),
            ("telt naar leeftijd gestandaardiseerd", entry.leeftijd is not None),
        )
        if holds
    ]
    return f"<br>*{', '.join(marks)}*" if marks else ""


def _source(bron: Bron) -> str:
    if bron.maat:
        what = f"`{bron.maat}`"
    else:
        top = " + ".join(f"`{name}`" for name in bron.teller)
        bottom = " + ".join(f"`{name}`" for name in bron.noemer)
        if bron.noemer_deel_van:
            bottom = f"({bottom}) % van `{bron.noemer_deel_van}`"
        what = f"{top} / {bottom}"
    method = f" (methode: {bron.methode})" if bron.methode else ""
    return f"{SOURCES[bron.naam]}: {what}{method}"


def _years(bron: Bron) -> str:
    if bron.van is None and bron.tot is None:
        return "alle"
    if bron.tot is None:
        return f"vanaf {bron.van}"
    if bron.van is None:
        return f"tot en met {bron.tot}"
    return f"{bron.van}–{bron.tot}"


def _threshold(entry: Indicator) -> str:
    limit = max(entry.minimum_noemer, entry.publicatiedrempel)
    return f"{limit:.0f} {entry.noemer_eenheid}" if limit else "–"
