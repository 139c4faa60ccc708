"""The console script ``sia``: parses, calls, prints. No logic lives here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.models import CommandFunctionType

from sia import __version__
from sia.parser import FAILED, OK, Command, Group
from sia.request import code_of, configure_processed, parse_years
from sia.settings import Folders, project_root

app = typer.Typer(
    name="sia",
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    options_metavar="[OPTIES]",
    subcommand_metavar="OPDRACHT ...",
    help=(
        "SIA/DIA: weeg per buurt af waar investeren nodig is en waar het samen kan.\n\n"
        "Eindstatus: 0 = alles gelukt, 1 = minstens één onderdeel mislukt, "
        "2 = invoer of opdracht klopt niet, 130 = afgebroken."
    ),
)


def _option(names: str, text: str, metavar: str | None = None, **more: Any) -> Any:
    """Return an option; without names it is called as its parameter."""
    return typer.Option(*names.split(), metavar=metavar, help=text, **more)


_OF, _IN, _FROM = "--gemeente -g", "--jaar -j", "--bron -b"
Gemeente = Annotated[str, _option(_OF, "Naam of code, bijvoorbeeld Enschede of GM0153.", "NAAM")]
Gemeenten = Annotated[
    list[str], _option(_OF, "Naam of code; mag vaker. `alle`: elke gemeente in de bronnen.", "NAAM")
]
Eerste = Annotated[
    str, _option(_OF, "Naam of code; standaard de eerste die er is.", "NAAM", show_default=False)
]
Jaren = Annotated[list[str], _option(_IN, "Jaar of reeks (2020 of 2017-2024); mag vaker.", "JAAR")]
SiaJaar = Annotated[int, _option(_IN, "SIA-jaar, bijvoorbeeld 2024.", "JAAR")]
Nieuwste = Annotated[
    int, _option(_IN, "SIA-jaar; standaard het nieuwste dat er is.", "JAAR", show_default=False)
]
_BRON = "Map met ruwe gegevens; mag vaker. Standaard data/raw."
Bron = Annotated[list[Path], _option(_FROM, _BRON, "MAP", show_default=False)]
_BASIS = "Jaar dat de schaal vastlegt; standaard dat van eerdere runs, of het eerste jaar."
Basisjaar = Annotated[int | None, _option("", _BASIS, "JAAR")]
Werkers = Annotated[
    int, _option("", "Jaren tegelijk; 0 = aantal processorkernen.", "AANTAL", min=0)
]
Tijdslimiet = Annotated[int, _option("", "Hoe lang een cel mag duren.", "SECONDEN", min=1)]
Opnieuw = Annotated[
    bool, _option("--opnieuw", "Draai ook wat sinds de vorige keer niet veranderd is.")
]
_REEKS = "Maak ook een rapport per stadsdeel, wijk, domein en buurt, en open data."
Reeks = Annotated[bool, _option("--reeks", _REEKS)]
_DASK = "Dask-scheduler (tls://...); standaard rekent deze computer."
Scheduler = Annotated[str | None, _option("", _DASK, "ADRES")]
_TRUST = "Alleen wie u vertrouwt kan bij dit netwerk: TLS hoeft niet."
Vertrouwd = Annotated[bool, _option("--vertrouwd", _TRUST)]
_METHODE = "TOML-bestand met keuzes die afwijken van sia/methode.toml; gaat voor de gemeente."
Methode = Annotated[Path | None, _option("--methode", _METHODE, "BESTAND")]
AlsJson = Annotated[bool, _option("--json", "Geef JSON, voor andere programma's.")]
Stil = Annotated[bool, _option("--stil -q", "Zeg alleen wat mislukt of aandacht vraagt.")]
Uitgebreid = Annotated[bool, _option("--uitgebreid -v", "Zeg van elk notebook hoe het ging.")]
Poort = Annotated[int, _option("", "Poort op deze computer.", "NUMMER", min=1, max=65535)]
Browser = Annotated[bool, _option("--browser/--geen-browser", "Open de pagina in de browser.")]


def _command(
    name: str | None = None, **more: Any
) -> Callable[[CommandFunctionType], CommandFunctionType]:
    """Return the decorator of a command."""
    return app.command(name, cls=Command, options_metavar="[OPTIES]", **more)


def _say(text: str) -> None:
    typer.echo(text)


def _unless(stil: bool) -> Callable[[str], None]:
    return (lambda text: None) if stil else _say


def _version(asked: bool) -> None:
    if asked:
        _say(__version__)
        raise typer.Exit(OK)


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Toon de versie en stop."),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def _start(
    gemeenten: list[str],
    jaren: list[str],
    bron: list[Path],
    *,
    stil: bool,
    uitgebreid: bool,
    **asked: Any,
) -> None:
    """Run a request and end with its exit status."""
    from sia import batch

    root = project_root()
    request = batch.Request(
        gemeenten=tuple(gemeenten),
        jaren=tuple(parse_years(jaren)),
        bron=tuple(bron or [root / "data" / "raw"]),
        **asked,
    )
    level: batch.Level = "stil" if stil else "uitgebreid" if uitgebreid else "gewoon"
    raise typer.Exit(batch.start(request, root, _say, level).exit_code())


@_command("run", help="Draai de hele lijn voor een gemeente: notebooks, kaart en rapport per jaar.")
@_command("batch")
def many(
    gemeente: Gemeenten,
    jaar: Jaren,
    bron: Bron = [],  # noqa: B006 - typer copies it
    basisjaar: Basisjaar = None,
    werkers: Werkers = 0,
    opnieuw: Opnieuw = False,
    reeks: Reeks = False,
    scheduler: Scheduler = None,
    vertrouwd: Vertrouwd = False,
    tijdslimiet: Tijdslimiet = 900,
    methode: Methode = None,
    stil: Stil = False,
    uitgebreid: Uitgebreid = False,
) -> None:
    """Draai de hele lijn voor veel gemeenten en jaren, naast elkaar en zonder toezicht.

    Wat sinds de vorige keer niet veranderd is (op inhoud, niet op datum) wordt overgeslagen; een
    afgebroken run gaat verder waar hij was. Mislukt een gemeente of jaar, dan gaan de andere door:
    de eindstatus is dan 1 en reports/overzicht.html zegt welke cel van welk notebook het was en
    wat u kunt doen. Een gemeente zonder bestand in gemeenten/ krijgt de standaardinstellingen.
    """
    _start(
        gemeente,
        jaar,
        bron,
        basisjaar=basisjaar,
        werkers=werkers,
        opnieuw=opnieuw,
        reeks=reeks,
        scheduler=scheduler,
        vertrouwd=vertrouwd,
        tijdslimiet=tijdslimiet,
        methode=methode,
        stil=stil,
        uitgebreid=uitgebreid,
    )


@_command()
def demo(
    jaar: Jaren = ["2021-2024"],  # noqa: B006 - typer copies it
    werkers: Werkers = 0,
    opnieuw: Opnieuw = False,
    reeks: Reeks = False,
    stil: Stil = False,
    uitgebreid: Uitgebreid = False,
) -> None:
    """Maak de fictieve gemeente Voorbeeldstad en draai er de hele lijn op."""
    from sia.extras import extra

    with extra("voorbeeldstad"):
        from voorbeeldstad import ensure

    raw = project_root() / "data" / "raw" / "voorbeeldstad"
    _unless(stil)("Voorbeeldstad (fictief): ruwe bestanden schrijven ...")
    ensure(raw)
    _start(
        ["GM9999"],
        jaar,
        [raw],
        werkers=werkers,
        opnieuw=opnieuw,
        reeks=reeks,
        stil=stil,
        uitgebreid=uitgebreid,
    )


@_command()
def fetch(
    gemeente: Gemeente = "",
    jaar: Jaren = [],  # noqa: B006 - typer copies it
    naar: Annotated[
        Path | None, _option("", "Voor de bestanden; standaard data/raw.", "MAP")
    ] = None,
    vierkanten: Annotated[
        bool,
        _option("--vierkanten", "Ook de vierkanten van 100 m (groot landelijk bestand)."),
    ] = False,
    opnieuw: Annotated[
        bool, _option("--opnieuw", "Haal ook op wat er al is; CBS vult tabellen aan.")
    ] = False,
    proef: Annotated[
        bool,
        _option("--proef", "Haal niets op: stel elke dienst één kleine vraag, en zeg."),
    ] = False,
    stil: Stil = False,
) -> None:
    """Haal de openbare bronbestanden op: de enige stap die het internet gebruikt."""
    from sia.sources import fetch as web

    root = project_root()
    folder = naar or root / "data" / "raw"
    if proef:
        from sia.sources.proef import probe

        outcomes = probe(folder, progress=_unless(stil))
        _say(outcomes.to_string(index=False))
        raise typer.Exit(OK if outcomes["status"].eq("werkt").all() else FAILED)
    if not gemeente or not jaar:
        raise typer.BadParameter("Geef --gemeente en --jaar, of --proef.")
    years = parse_years(jaar)
    wanted = web.plan(
        code_of(gemeente, Folders.of(root).processed),
        years,
        vierkanten=vierkanten,
        tabellen=web.known_tables(years),
    )
    report = web.fetch(wanted, folder, progress=_unless(stil), opnieuw=opnieuw)
    good = len(report.results) - len(report.failed)
    _say(f"{good} van {len(report.results)} bestanden binnen in {folder}.")
    for result in report.failed if stil else ():
        _say(f"- {result.name}: {result.message}")
    raise typer.Exit(FAILED if report.failed else OK)


@_command()
def land(
    jaar: Annotated[int, _option(_IN, "Jaar, bijvoorbeeld 2020.", "JAAR")],
    bron: Annotated[
        list[Path],
        _option(_FROM, "Map met ruwe gegevens; mag vaker.", "MAP"),
    ],
    doorrekeningen: Annotated[
        int, _option("", "Doorrekeningen van de rangorde.", "AANTAL", min=0)
    ] = 200,
    gemeenten: Annotated[
        bool, _option("--gemeenten", "Maak daarna ook de tabellen per gemeente.")
    ] = False,
    stil: Stil = False,
) -> None:
    """Zet alle buurten van het land in een index, typologie en kaart."""
    from sia import country
    from sia.methode import WeighingSettings

    folders, settings = Folders.of(project_root()), WeighingSettings(draws=doorrekeningen)
    raw = [folder.resolve() for folder in bron]
    made = country.country_step(raw, jaar, folders, settings, _unless(stil))
    _unless(stil)(f"Kaart: {made.rapport}\nTabel: {made.map / 'buurten.csv'}")
    if gemeenten:
        done = country.municipalities(made.maatstaf, folders, settings, say=_unless(stil))
        failed = done.loc[done["fout"] != "", "fout"]
        _unless(not stil)("\n".join(f"{code}: {fault}" for code, fault in failed.items()))
        raise typer.Exit(FAILED if len(failed) else OK)


@_command()
def typen(
    wat: Annotated[
        Literal["tonen", "maken", "vergelijken"],
        typer.Argument(metavar="WAT", help="tonen, maken of vergelijken."),
    ] = "tonen",
    bron: Bron = [],  # noqa: B006 - typer copies it
    jaar: Annotated[
        list[str],
        _option(_IN, "Jaren die samen de typen geven.", "JAAR"),
    ] = [],  # noqa: B006 - typer copies it
    bestand: Annotated[
        Path | None,
        _option("", "Typenset; standaard die van deze versie van SIA.", "BESTAND"),
    ] = None,
    aantal: Annotated[int, _option("", "Typen bij maken.", "AANTAL", min=2)] = 7,
    versie: Annotated[str, _option("", "Versie bij maken.", "TEKST")] = "eigen",
) -> None:
    """Toon, maak of vergelijk de landelijke typen buurten (de typenset)."""
    from sia.country import typen as sets

    if wat == "tonen":
        _say(sets.set_text(sets.opened(bestand)))
        return
    folders, years = Folders.of(project_root()), parse_years(jaar)
    raw = [folder.resolve() for folder in bron] or [project_root() / "data" / "raw"]
    if wat == "vergelijken":
        panel = sets.woonbuurten(raw, years, folders)
        _say(sets.agreement_text(sets.opened(bestand), panel))
        return
    naar = bestand or project_root() / "typenset.json"
    made = sets.make_file(raw, years, aantal, versie, naar, folders)
    _say(f"{sets.set_text(made)}\n\nGeschreven: {naar}")


def _serve(
    notebook: str,
    titel: str,
    gemeente: str,
    jaar: int,
    asked: dict[str, Any],
    poort: int,
    browser: bool,
) -> None:
    """Serve the app of a notebook; what cannot be opened is said before its server is loaded."""
    from sia.sessie.choices import chosen

    root = project_root()
    code, year = chosen(Folders.of(root), gemeente, jaar)
    from sia.sessie.serve import serve

    given = {"gemeente": code, "jaar": year, **asked}
    serve(root, notebook, given, titel, poort=poort, browser=browser, say=_say)


@_command()
def sessie(
    gemeente: Eerste = "",
    jaar: Nieuwste = 0,
    partners: Annotated[
        bool, _option("--partners", "Toon ook plannen die niet openbaar zijn.")
    ] = False,
    poort: Poort = 8866,
    browser: Browser = True,
) -> None:
    """Open de duidingssessie als app: zonder code en zonder internet. Stoppen: Ctrl+C."""
    asked = {"editie": "partners" if partners else "openbaar"}
    _serve("06_duiding.ipynb", "Duidingssessie", gemeente, jaar, asked, poort, browser)


@_command()
def tafel(
    gemeente: Eerste = "",
    jaar: Nieuwste = 0,
    bron: Annotated[
        list[Path],
        _option(
            _FROM,
            "Map met de map plannen; mag vaker. Standaard die van de laatste run, anders de map in "
            "data/raw die naar de gemeente heet, anders data/raw zelf.",
            "MAP",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - typer copies it
    samen: Annotated[
        list[str],
        _option(
            "--samen",
            "Partner met wier budget deze tafel mag rekenen; mag vaker. `alle` is voor wie de "
            "ronde leidt, op een scherm dat niemand anders ziet.",
            "PARTNER",
        ),
    ] = [],  # noqa: B006 - typer copies it
    poort: Poort = 8867,
    browser: Browser = True,
) -> None:
    """Open de agendatafel als app: schuiven, vergelijken en besluiten. Stoppen: Ctrl+C."""
    asked = {"bron": [str(one.resolve()) for one in bron], "samen": samen, "verwerkt": ""}
    _serve("07_agenda.ipynb", "Agendatafel", gemeente, jaar, asked, poort, browser)


@_command()
def status(
    gemeente: Annotated[
        str,
        _option(_OF, "Alleen deze gemeente; NL voor het hele land.", "NAAM", show_default=False),
    ] = "",
    als_json: AlsJson = False,
) -> None:
    """Laat zien welke gemeenten en jaren verwerkt zijn, en wat eraan schort."""
    from sia.batch.status import processed_years, status_text

    rows = processed_years(Folders.of(project_root()), gemeente)
    _say(json.dumps(rows, ensure_ascii=False, indent=2) if als_json else status_text(rows))


@_command("methode")
def method(
    gemeente: Annotated[
        str | None,
        _option(_OF, "Met de keuzes van deze gemeente (naam of code).", "NAAM"),
    ] = None,
    methode: Methode = None,
    als_json: AlsJson = False,
) -> None:
    """Laat zien welke methode geldt, en wat daarin anders is dan de standaard."""
    from sia.stages import in_force

    processed = Folders.of(project_root()).processed if gemeente else Path()
    own = configure_processed(gemeente, processed) if gemeente else None
    _say(in_force.method_text(in_force.method_of(own, methode), als_json))


@_command()
def rapport(
    gemeente: Gemeente,
    jaar: SiaJaar,
    over: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAAM ...]",
            help="Buurt, wijk, stadsdeel, DIA-gebied, domein of gemeente; standaard alles.",
            show_default=False,
        ),
    ] = None,
    editie: Annotated[
        Literal["openbaar", "intern"], _option("", "`openbaar` of `intern`.")
    ] = "openbaar",
    bron: Bron = [],  # noqa: B006 - typer copies it
) -> None:
    """Maak alle rapporten en de atlas opnieuw, of alleen die over wat u noemt.

    Wat al berekend is, wordt gelezen; er draait geen notebook.
    """
    from sia.stages import opening, rapport

    made = rapport.write(opening.checked_run(gemeente, jaar, bron), over or (), editie=editie)
    _say("\n".join(f"Gemaakt: {path}" for path in made))


@_command()
def publiceer(
    gemeente: Gemeente,
    jaar: SiaJaar,
    voor: Annotated[
        Literal["publiek", "partners"],
        _option("", "`publiek` of `partners`.", "LEZERS"),
    ] = "publiek",
    naar: Annotated[Path, _option("", "Map die een map per soort lezers krijgt.", "MAP")] = Path(
        "publicatie"
    ),
    bron: Bron = [],  # noqa: B006 - typer copies it
    nagekeken: Annotated[
        bool,
        _option("--nagekeken", "Iemand heeft de duidingen nagekeken op persoonsgegevens."),
    ] = False,
) -> None:
    """Zet alleen wat voor deze lezers is in een eigen map, na een test op geheimen."""
    from sia.publication import publish
    from sia.stages.opening import checked_run

    made = publish(checked_run(gemeente, jaar, bron), naar, voor, checked=nagekeken)
    count = sum(path.is_file() for path in made.rglob("*"))
    _say(f"Gepubliceerd: {count} bestanden in {made}. Er staat niets vertrouwelijks in.")


@_command()
def herbouw(
    map_: Annotated[
        Path, typer.Argument(metavar="MAP", help="Een map die `sia publiceer` maakte.")
    ],
    bron: Bron = [],  # noqa: B006 - typer copies it
) -> None:
    """Maak een gepubliceerde set opnieuw, en vergelijk elk bestand tot op de byte."""
    from sia.publication import rebuild

    problems = rebuild(map_, bron or [Path("data/raw")])
    for one in problems:
        _say(f"{one.bestand}: {one.wat} {one.oplossing}")
    if problems:
        raise typer.Exit(FAILED)
    _say("Herbouwd: elk bestand is tot op de byte hetzelfde.")


@_command()
def duiding(
    wat: Annotated[Literal["controleer"], typer.Argument(metavar="WAT", help="`controleer`.")],
    gemeente: Gemeente,
    kop: Annotated[
        str,
        _option(
            "",
            "Kop van het logboek die ooit in een rapport of verslag is gedrukt.",
            "KOP",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Controleert of het logboek van duidingen nog is wat er is vastgelegd."""
    from sia.duiding import Record, network_warning

    del wat
    folders = Folders.of(project_root())
    record = Record(folders.record(code_of(gemeente, folders.processed)))
    if told := network_warning(record.path):
        _say(told)
    problems = record.check(kop)
    for one in problems:
        _say(" ".join(filter(None, (f"{one.bestand}:", one.rij, one.wat, one.oplossing))))
    if problems:
        raise typer.Exit(FAILED)
    head = record.head()
    _say(f"In orde: kop van het logboek {head}." if head else "Er zijn nog geen duidingen.")


@_command()
def init(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Gemeentecode, bijvoorbeeld GM0164.")],
    naam: Annotated[str, _option("", "Naam van de gemeente.", "NAAM", show_default=False)] = "",
) -> None:
    """Begin een configuratie voor een andere gemeente in de map gemeenten/."""
    from sia.gemeente import init_gemeente

    _say(f"Gemaakt: {init_gemeente(code, naam, folder=project_root() / 'gemeenten')}")


@_command()
def agenda(
    gemeente: Gemeente,
    jaar: SiaJaar,
    bron: Bron = [],  # noqa: B006 - typer copies it
    methode: Methode = None,
) -> None:
    """Houd een ronde van de agenda: lees de plannen, antwoord elke partner, maak het programma.

    Draait geen notebook en maakt de SIA niet opnieuw: buurten en scores worden gelezen zoals zij
    er liggen. Is er nog geen SIA van dit jaar, dan rekent de ronde met de plannen en de kaart.
    Zonder --bron: de mappen van de laatste run, anders de map in data/raw die naar de gemeente
    heet, anders data/raw zelf.
    """
    from sia.stages.agenda_round import hold
    from sia.stages.opening import checked_run
    from sia.toml import read_toml

    chosen = read_toml(methode) if methode else None
    _say(hold(checked_run(gemeente, jaar, bron, methode=chosen)).tekst)


@_command()
def sjabloon(
    gemeente: Gemeente,
    naar: Annotated[Path, _option("", "Map waar het sjabloon komt.", "MAP")],
    partner: Annotated[
        str | None,
        _option("", "Vul de plannen en acties van deze partner vast in; alleen voor hem.", "NAAM"),
    ] = None,
) -> None:
    """Maak wat partners invullen: werkmap voor plannen, en tabellen voor geld en besluiten."""
    from sia.stages.templates import write_templates

    folders = Folders.of(project_root())
    made = write_templates(code_of(gemeente, folders.processed), naar, folders, partner)
    _say("\n".join(f"Gemaakt: {path}" for path in made))


@_command()
def version() -> None:
    """Laat de versie zien."""
    _say(__version__)


def main() -> None:
    """Run the command line; bad input ends with a Dutch message and status 2."""
    app()
