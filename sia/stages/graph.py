"""The one table of stages: what each needs, makes and depends on, and which notebook shows it.

Order, fingerprints, what to run again, the contract page and the tests are derived from `STAGES`;
no other place names an order. Loads no pandas.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

Years = Literal["dit", "basis", "alle", "tot", "eerder"]
"""This year, the base year, every year that is looked at, those up to this one or before it."""

Outside = Literal["open data", "plannen", "gemeente", "huisstijl", "duiding"]
"""What does not come from another stage: raw files, the municipality's file (what is counted with,
apart from how outputs look), the record of judgements."""


@dataclass(frozen=True)
class Need:
    """A stage that another one reads.

    `years`: of which years.
    """

    stage: str
    years: Years = "dit"


@dataclass(frozen=True)
class Stage:
    """One stage of the line.

    `what`: what it does, for readers.
    `notebook`: the notebook that shows it, and that makes it in a batch.
    `makes`: tables in ``data/processed/<gemeente>/<jaar>/``.
    `method`: sections of the method that it depends on.
    """

    name: str
    what: str
    notebook: str
    makes: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    method: tuple[str, ...] = ()
    outside: tuple[Outside, ...] = ()


def _needs(*named: str) -> tuple[Need, ...]:
    """Return what is needed: the name of a stage, and of which years where not of this one."""
    return tuple(Need(*one.split()) for one in named)  # type: ignore[arg-type]


STAGES: tuple[Stage, ...] = (
    Stage(
        "intake",
        "elk ruw bestand, en wat ermee gebeurde",
        "01_intake",
        makes=("bestanden",),
        outside=("open data", "gemeente"),
    ),
    Stage(
        "indicatoren",
        "één tabel: elke buurt, elk cijfer, met jaar, vlag, noemer en marge",
        "02_indicatoren",
        makes=(
            "gebieden",
            "indicatoren",
            "vlaggen",
            "peiljaren",
            "noemers",
            "marges_laag",
            "marges_hoog",
            "normen",
            "herkomst",
            "verantwoording",
        ),
        needs=_needs("intake"),
        outside=("open data", "gemeente"),
    ),
    Stage(
        "deelbuurten",
        "deel-buurten die een gemiddelde verbergt",
        "02_indicatoren",
        makes=("deelbuurten",),
        needs=_needs("intake", "indicatoren", "deelbuurten eerder"),
        method=("deelbuurten",),
        outside=("open data",),
    ),
    Stage(
        "weging",
        "urgentie en potentie, met de marge van elke rang",
        "03_robuustheid",
        makes=("scores", "bijdragen"),
        needs=_needs("indicatoren", "indicatoren basis"),
        method=("indicatoren", "drempels", "weging"),
    ),
    Stage(
        "audit",
        "het onderzoek van de index zelf: de controlelijst van OESO en JRC",
        "03_robuustheid",
        makes=("audit",),
        needs=_needs("indicatoren", "weging"),
        method=("gevoeligheid",),
    ),
    Stage(
        "typen",
        "soorten buurten: die van het hele land, of op verzoek die van de stad alleen",
        "04_clustering",
        makes=("typologie", "typeprofielen"),
        needs=_needs("indicatoren", "indicatoren alle"),
        method=("typen",),
    ),
    Stage(
        "jaren",
        "de jaren naast elkaar: dezelfde plekken, dezelfde cijfers, één schaal",
        "04_clustering",
        needs=_needs("intake", "indicatoren basis", "indicatoren tot", "weging tot"),
        method=("indicatoren", "drempels", "weging", "verandering"),
        outside=("open data",),
    ),
    Stage(
        "samenhang",
        "waar urgentie en haar verandering bij elkaar liggen",
        "04_clustering",
        makes=("ruimte",),
        needs=_needs("indicatoren", "weging", "jaren"),
        method=("samenhang",),
    ),
    Stage(
        "aanpak",
        "de voorgestelde aanpak per buurt, met de reden",
        "04_clustering",
        makes=("aanpak",),
        needs=_needs("indicatoren", "weging", "deelbuurten", "jaren"),
        method=("aanpak", "verandering"),
    ),
    Stage(
        "gebieden",
        "voorgestelde DIA-gebieden: rond kandidaten, en zoals de gemeente ze noemde",
        "04_clustering",
        makes=("gebiedsindeling",),
        needs=_needs("indicatoren", "weging", "aanpak"),
        method=("gebieden",),
        outside=("gemeente",),
    ),
    Stage(
        "trajecten",
        "wat er over de jaren van het type van elke buurt werd",
        "05_verandering",
        makes=("trajecten",),
        needs=_needs("typen", "typen tot", "jaren"),
        method=("verandering",),
    ),
    Stage(
        "verandering",
        "wat er sinds het basisjaar echt veranderde, en wat ruis kan zijn",
        "05_verandering",
        makes=("verandering", "verandering_gebieden", "jaarscores"),
        needs=_needs("indicatoren", "indicatoren basis", "weging alle", "gebieden"),
        method=("indicatoren", "drempels", "weging", "verandering"),
    ),
    Stage(
        "agenda",
        "koppelkansen en programma uit de plannen van de partners",
        "07_agenda",
        needs=_needs("indicatoren", "weging", "gebieden", "aanpak"),
        method=("agenda",),
        outside=("plannen", "gemeente", "huisstijl"),
    ),
    Stage(
        "kaart",
        "de stad op één kaart",
        "08_kaarten",
        needs=_needs(
            "intake", "indicatoren", "weging", "typen", "deelbuurten", "gebieden", "aanpak"
        ),
        outside=("gemeente", "huisstijl", "duiding"),
    ),
    Stage(
        "rapport",
        "het rapport voor de wethouder, en de reeks",
        "09_rapport",
        needs=_needs(
            "intake",
            "indicatoren",
            "weging",
            "audit",
            "typen",
            "deelbuurten",
            "gebieden",
            "aanpak",
            "trajecten",
            "verandering",
            "agenda",
        ),
        method=("drempels", "aanpak"),
        outside=("gemeente", "huisstijl", "duiding"),
    ),
    Stage(
        "atlas",
        "de stad op één pagina: kaart, rangorde, buurten, gewichten en geld",
        "09_rapport",
        needs=_needs("rapport", "indicatoren alle", "weging alle"),
        method=("weging",),
    ),
)


@cache
def stage(name: str) -> Stage:
    """Return a stage by its name."""
    return next(one for one in STAGES if one.name == name)


@cache
def maker(table: str) -> Stage:
    """Return the stage that makes a table.

    Raises KeyError when no stage does.
    """
    for one in STAGES:
        if table in one.makes:
            return one
    raise KeyError(table)


@cache
def of_notebook(notebook: str) -> tuple[Stage, ...]:
    """Return the stages that a notebook makes, in order."""
    return tuple(one for one in STAGES if one.notebook == notebook)


def notebooks() -> tuple[str, ...]:
    """Return the notebooks of a batch, in the order in which they run."""
    return tuple(dict.fromkeys(one.notebook for one in STAGES))


@cache
def waits(notebook: str) -> tuple[tuple[str, Years], ...]:
    """Return which notebooks of which years a notebook waits for; of its own, only other years."""
    found = {
        (stage(need.stage).notebook, need.years)
        for one in of_notebook(notebook)
        for need in one.needs
    }
    return tuple(sorted(found - {(notebook, "dit")}))
