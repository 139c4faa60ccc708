"""The console script ``sia``: parses, calls, prints. No logic lives here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sia import __version__
from sia.errors import InputError, refuse

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="sia",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "SIA/DIA: weeg per buurt af waar investeren nodig is en waar het samen kan.\n\n"
        "Eindstatus: 0 = alles gelukt, 1 = minstens één onderdeel mislukt, "
        "2 = invoer of opdracht klopt niet, 130 = afgebroken."
    ),
)

Gemeente = Annotated[
    str, typer.Option("--gemeente", "-g", help="Naam of code, bijvoorbeeld Enschede of GM0153.")
]
Jaren = Annotated[
    list[str],
    typer.Option("--jaar", "-j", help="Jaar of reeks (2020 of 2017-2024); mag vaker."),
]
Bron = Annotated[
    list[Path],
    typer.Option(
        "--bron",
        "-b",
        help="Map met ruwe gegevens; mag vaker. Standaard data/raw.",
        file_okay=False,
    ),
]
Basisjaar = Annotated[
    int | None, typer.Option(help="Jaar dat de schaal vastlegt; standaard het eerste jaar.")
]
Werkers = Annotated[
    int, typer.Option("--werkers", help="Aantal jaren tegelijk; 0 = aantal processorkernen.")
]
Tijdslimiet = Annotated[
    int, typer.Option("--tijdslimiet", min=1, help="Seconden die een cel mag duren.")
]
Opnieuw = Annotated[
    bool, typer.Option("--opnieuw", help="Draai ook wat sinds de vorige keer niet veranderd is.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(help="Adres van een Dask-scheduler (tcp://...); standaard deze computer."),
]

Methode = Annotated[
    Path | None,
    typer.Option(
        "--methode",
        help="TOML-bestand met keuzes die afwijken van sia/methode.toml; gaat voor de gemeente.",
        dir_okay=False,
    ),
]
AlsJson = Annotated[bool, typer.Option("--json", help="Geef JSON, voor andere programma's.")]


def _say(text: str) -> None:
    typer.echo(text)


def parse_years(given: list[str]) -> list[int]:
    """Return the years in ``["2017-2019", "2024"]`` as a sorted list without doubles.

    Raises
    ------
    InputError
        When a part is not a year or a range of years between 2000 and 2100.
    """
    from sia.errors import Problem

    years: set[int] = set()
    problems = []
    for part in given:
        first, _, last = part.partition("-")
        if not (first.isdigit() and (last.isdigit() or "-" not in part)):
            span = range(0)
        else:
            span = range(int(first), int(last or first) + 1)
        if len(span) == 0 or span[0] < 2000 or span[-1] > 2100:
            problems.append(
                Problem(
                    kolom="--jaar",
                    wat=f"`{part}` is geen jaar of reeks van jaren.",
                    oplossing="Schrijf bijvoorbeeld --jaar 2020 of --jaar 2017-2024.",
                )
            )
        years.update(span)
    refuse(problems)
    return sorted(years)


def _start(
    gemeenten: list[str],
    jaren: list[str],
    bron: list[Path],
    basisjaar: int | None,
    *,
    werkers: int,
    opnieuw: bool,
    scheduler: str | None = None,
    tijdslimiet: int = 900,
) -> None:
    """Run a request and end with its exit status."""
    from sia import batch
    from sia.settings import project_root

    root = project_root()
    request = batch.Request(
        gemeenten=tuple(gemeenten),
        jaren=tuple(parse_years(jaren)),
        bron=tuple(bron or [root / "data" / "raw"]),
        basisjaar=basisjaar,
        werkers=werkers,
        opnieuw=opnieuw,
        scheduler=scheduler,
        tijdslimiet=tijdslimiet,
    )
    raise typer.Exit(batch.start(request, root, _say).exit_code())


@app.command()
def run(
    gemeente: Gemeente,
    jaar: Jaren,
    bron: Bron = [],  # noqa: B006 - typer copies it
    basisjaar: Basisjaar = None,
    werkers: Werkers = 0,
    opnieuw: Opnieuw = False,
    scheduler: Scheduler = None,
    tijdslimiet: Tijdslimiet = 900,
) -> None:
    """Draai de hele lijn voor een gemeente: notebooks, kaart en rapport per jaar."""
    _start(
        [gemeente],
        jaar,
        bron,
        basisjaar,
        werkers=werkers,
        opnieuw=opnieuw,
        scheduler=scheduler,
        tijdslimiet=tijdslimiet,
    )


@app.command("batch")
def many(
    gemeente: Annotated[
        list[str],
        typer.Option(
            "--gemeente", "-g", help="Naam of code; mag vaker. `alle`: elke gemeente in de bronnen."
        ),
    ],
    jaar: Jaren,
    bron: Bron = [],  # noqa: B006 - typer copies it
    basisjaar: Basisjaar = None,
    werkers: Werkers = 0,
    opnieuw: Opnieuw = False,
    scheduler: Scheduler = None,
    tijdslimiet: Tijdslimiet = 900,
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
        basisjaar,
        werkers=werkers,
        opnieuw=opnieuw,
        scheduler=scheduler,
        tijdslimiet=tijdslimiet,
    )


@app.command()
def demo(
    jaar: Jaren = ["2021-2024"],  # noqa: B006 - typer copies it
    werkers: Werkers = 0,
    opnieuw: Opnieuw = False,
) -> None:
    """Maak de fictieve gemeente Voorbeeldstad en draai er de hele lijn op."""
    from sia.extras import extra
    from sia.settings import project_root

    with extra("voorbeeldstad"):
        from voorbeeldstad import ensure

    raw = project_root() / "data" / "raw" / "voorbeeldstad"
    _say("Voorbeeldstad (fictief): ruwe bestanden schrijven ...")
    ensure(raw)
    _start(["GM9999"], jaar, [raw], None, werkers=werkers, opnieuw=opnieuw)


@app.command()
def fetch(
    gemeente: Gemeente,
    jaar: Jaren,
    naar: Annotated[
        Path | None, typer.Option(help="Map voor de bestanden; standaard data/raw.")
    ] = None,
) -> None:
    """Haal de openbare bronbestanden op: de enige stap die het internet gebruikt."""
    from sia import pipeline
    from sia.settings import project_root

    folder = naar or project_root() / "data" / "raw"
    failed = pipeline.fetch_sources(gemeente, parse_years(jaar), folder, say=_say)
    raise typer.Exit(FAILED if failed else OK)


@app.command()
def land(
    jaar: Annotated[int, typer.Option("--jaar", "-j", help="Jaar, bijvoorbeeld 2020.")],
    bron: Annotated[
        list[Path],
        typer.Option("--bron", "-b", help="Map met ruwe gegevens; mag vaker.", file_okay=False),
    ],
    doorrekeningen: Annotated[
        int, typer.Option(min=0, help="Aantal doorrekeningen van de rangorde.")
    ] = 200,
    gemeenten: Annotated[
        bool, typer.Option("--gemeenten", help="Maak daarna ook de tabellen per gemeente.")
    ] = False,
) -> None:
    """Zet alle buurten van het land in een index, typologie en kaart."""
    from sia import country
    from sia.methode import WeighingSettings
    from sia.settings import Folders, project_root

    folders, settings = Folders.of(project_root()), WeighingSettings(draws=doorrekeningen)
    made = country.country_step(
        [folder.resolve() for folder in bron], jaar, folders, settings, _say
    )
    _say(f"Kaart: {made.rapport}\nTabel: {made.map / 'buurten.csv'}")
    if gemeenten:
        done = country.municipalities(made.maatstaf, folders, settings, say=_say)
        raise typer.Exit(FAILED if (done["fout"] != "").any() else OK)


@app.command()
def sessie(
    gemeente: Annotated[
        str, typer.Option("--gemeente", "-g", help="Naam of code; standaard de eerste die er is.")
    ] = "",
    jaar: Annotated[
        int, typer.Option("--jaar", "-j", help="SIA-jaar; standaard het nieuwste dat er is.")
    ] = 0,
    partners: Annotated[
        bool, typer.Option("--partners", help="Toon ook plannen die niet openbaar zijn.")
    ] = False,
    poort: Annotated[int, typer.Option(min=1, max=65535, help="Poort op deze computer.")] = 8866,
    browser: Annotated[
        bool, typer.Option("--browser/--geen-browser", help="Open de pagina in de browser.")
    ] = True,
) -> None:
    """Open de duidingssessie als app: zonder code en zonder internet. Stoppen: Ctrl+C."""
    from sia.sessie.serve import serve
    from sia.settings import project_root

    serve(
        project_root(),
        gemeente,
        jaar,
        editie="partners" if partners else "openbaar",
        poort=poort,
        browser=browser,
        say=_say,
    )


@app.command()
def status(
    gemeente: Annotated[
        str | None,
        typer.Option("--gemeente", "-g", help="Alleen deze gemeente; NL voor het hele land."),
    ] = None,
) -> None:
    """Laat zien welke gemeenten en jaren verwerkt zijn, en wat eraan schort."""
    from sia.pipeline.status import status_text
    from sia.settings import Folders, project_root

    _say(status_text(Folders.of(project_root()), gemeente))


@app.command("methode")
def method(
    gemeente: Annotated[
        str | None,
        typer.Option("--gemeente", "-g", help="Met de keuzes van deze gemeente (naam of code)."),
    ] = None,
    methode: Methode = None,
    als_json: AlsJson = False,
) -> None:
    """Laat zien welke methode geldt, en wat daarin anders is dan de standaard."""
    from sia.request import configure_processed
    from sia.settings import Folders, project_root
    from sia.stages import in_force

    processed = Folders.of(project_root()).processed if gemeente else Path()
    own = configure_processed(gemeente, processed) if gemeente else None
    _say(in_force.method_text(in_force.method_of(own, methode), als_json))


@app.command()
def init(
    code: Annotated[str, typer.Argument(help="Gemeentecode, bijvoorbeeld GM0164.")],
    naam: Annotated[str, typer.Option(help="Naam van de gemeente.")] = "",
) -> None:
    """Begin een configuratie voor een andere gemeente in de map gemeenten/."""
    from sia.gemeente import init_gemeente
    from sia.settings import project_root

    _say(f"Gemaakt: {init_gemeente(code, naam, folder=project_root() / 'gemeenten')}")


@app.command()
def sjabloon(
    gemeente: Gemeente,
    naar: Annotated[Path, typer.Option(help="Map waar het sjabloon komt.", file_okay=False)],
    partner: Annotated[
        str | None,
        typer.Option(help="Vul de plannen en acties van deze partner vast in; alleen voor hem."),
    ] = None,
) -> None:
    """Maak wat partners invullen: werkmap voor plannen, en tabellen voor geld en besluiten."""
    from sia import pipeline
    from sia.gemeente import load_gemeente
    from sia.settings import Folders, project_root

    code = load_gemeente(gemeente).code
    made = pipeline.write_templates(code, naar, Folders.of(project_root()), partner)
    _say("\n".join(f"Gemaakt: {path}" for path in made))


@app.command()
def version() -> None:
    """Laat de versie zien."""
    _say(__version__)


def main() -> None:
    """Entry point: turns bad input into a Dutch message and exit status 2."""
    try:
        app()
    except InputError as error:
        typer.echo(str(error), err=True)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        typer.echo("Afgebroken.", err=True)
        sys.exit(INTERRUPTED)
