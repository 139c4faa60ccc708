"""Read the catalogue files and refuse what may not be in them, all problems at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sia.catalogue.fields import Fields
from sia.catalogue.model import (
    ALL_DOMAINS,
    DOMAINS,
    ROLES,
    SOURCES,
    Besluit,
    Bron,
    Catalogue,
    Indicator,
)
from sia.catalogue.refused import Refusal, refusal
from sia.errors import InputError, Problem, suggestion
from sia.toml import read_toml

FOLDER = Path(__file__).parent
"""Where the entries stand, one file per domain."""

_ID = re.compile(r"[a-z][a-z0-9_]*")


def _parse_bron(fields: Fields) -> tuple[Bron, ...]:
    """Read one source; a list of names stands for the same measure in several publications."""
    namen = fields.texts("naam", needed=True)
    for naam in namen:
        if naam not in SOURCES:
            fields.complain("naam", f"Bron `{naam}` is onbekend.", suggestion(naam, SOURCES))
    bron = Bron(
        naam="",
        maat=fields.text("maat"),
        teller=fields.texts("teller"),
        noemer=fields.texts("noemer"),
        noemer_deel_van=fields.text("noemer_deel_van"),
        noemer_bronnen=fields.texts("noemer_bronnen"),
        schaal=fields.real("schaal", 1.0),
        van=fields.optional_year("van"),
        tot=fields.optional_year("tot"),
        methode=fields.text("methode"),
    )
    fields.finish()
    _check_bron(bron, fields)
    return tuple(replace(bron, naam=naam) for naam in namen)


def _check_bron(bron: Bron, fields: Fields) -> None:
    if bool(bron.maat) == bool(bron.teller):
        fields.complain("maat", "Geef of een maat, of een teller.", "Vul er precies één van in.")
    if bron.teller and not bron.noemer:
        fields.complain("noemer", "Een teller zonder noemer is geen maat.", "Vul de noemer in.")
    if bron.maat and bron.noemer:
        fields.complain("noemer", "Een gepubliceerde maat heeft hier geen noemer.", "Haal hem weg.")
    if bron.van is not None and bron.tot is not None and bron.van > bron.tot:
        fields.complain("van", f"{bron.van} ligt na {bron.tot}.", "Draai `van` en `tot` om.")
    for name in bron.noemer_bronnen:
        if name not in SOURCES:
            fields.complain(
                "noemer_bronnen", f"Bron `{name}` is onbekend.", suggestion(name, SOURCES)
            )


def _parse_bronnen(
    fields: Fields, bestand: str, where: str, problems: list[Problem]
) -> tuple[Bron, ...]:
    return tuple(
        bron
        for number, content in enumerate(fields.tables("bron", needed=True), start=1)
        for bron in _parse_bron(Fields(content, bestand, f"{where}, bron {number}", problems))
    )


def parse_indicator(
    content: Mapping[str, Any], bestand: str, plaats: str, problems: list[Problem]
) -> Indicator:
    """Turn one TOML table into an `Indicator`, and keep what is wrong with it in `problems`.

    Parameters
    ----------
    content : mapping
        One ``[[indicator]]`` table.
    bestand, plaats : str
        For the problems: the file, and which entry of it.
    problems : list of Problem
        Is appended to.
    """
    name = content.get("id")
    where = f"{plaats} ({name})" if isinstance(name, str) else plaats
    fields = Fields(content, bestand, where, problems)
    entry = Indicator(
        id=fields.text("id", needed=True),
        naam=fields.text("naam", needed=True),
        domein=fields.choice("domein", ALL_DOMAINS),
        rol=fields.choice("rol", ROLES),
        richting=fields.whole("richting", 0, low=-1, high=1),
        eenheid=fields.text("eenheid", needed=True),
        bronnen=_parse_bronnen(fields, bestand, where, problems),
        waarom=fields.text("waarom", needed=True),
        noemer=fields.texts("noemer"),
        noemer_eenheid=fields.text("noemer_eenheid"),
        schaal=fields.real("schaal", 0.0, low=0.0),
        minimum_noemer=fields.real("minimum_noemer", 0.0, low=0.0),
        publicatiedrempel=fields.real("publicatiedrempel", 0.0, low=0.0),
        meenemen=fields.whole("meenemen", 0, low=0, high=10),
        minimum=fields.optional_real("minimum"),
        maximum=fields.optional_real("maximum"),
        gemodelleerd=fields.flag("gemodelleerd"),
        benadering=fields.flag("benadering"),
        alleen_buurt=fields.flag("alleen_buurt"),
        decimalen=fields.whole("decimalen", 1, low=0, high=4),
    )
    fields.finish()
    _check_indicator(entry, fields)
    return entry


def _check_indicator(entry: Indicator, fields: Fields) -> None:
    if entry.id and not _ID.fullmatch(entry.id):
        fields.complain(
            "id", f"`{entry.id}` is geen id.", "Gebruik kleine letters, cijfers en _, letter eerst."
        )
    if entry.telt_mee and entry.richting == 0:
        fields.complain("richting", "Wat meetelt, heeft een richting.", "Vul 1 of -1 in.")
    if not entry.telt_mee and entry.richting != 0:
        fields.complain("richting", "Context en toets hebben geen richting.", "Vul 0 in.")
    homes = {"opgave": DOMAINS, "kans": ("potentie",)}.get(entry.rol, ("context",))
    if entry.rol in ROLES and entry.domein in ALL_DOMAINS and entry.domein not in homes:
        fields.complain(
            "domein",
            f"Rol `{entry.rol}` hoort niet in domein `{entry.domein}`.",
            "Kies " + ", ".join(f"`{home}`" for home in homes) + ".",
        )
    if entry.schaal and not (entry.noemer or any(bron.berekend for bron in entry.bronnen)):
        fields.complain("schaal", "Een verhoudingsgetal zonder noemer.", "Vul `noemer` in.")
    limited = entry.minimum_noemer or entry.publicatiedrempel
    if limited and not (entry.noemer or any(bron.berekend for bron in entry.bronnen)):
        fields.complain("noemer", "Een drempel zonder noemer werkt niet.", "Vul `noemer` in.")


def why_refused(entry: Indicator) -> Refusal | None:
    """Return why the fairness rules refuse this entry in its role, or None when they do not.

    Parameters
    ----------
    entry : Indicator
    """
    names = [entry.id, entry.naam]
    denominators = list(entry.noemer)
    for bron in entry.bronnen:
        names.extend(bron.maten())
        denominators.extend((*bron.noemer, bron.noemer_deel_van))
    return refusal(entry.rol, names, denominators, [bron.naam for bron in entry.bronnen])


def parse_file(path: Path, problems: list[Problem]) -> list[Indicator]:
    """Read the ``[[indicator]]`` tables of one catalogue file."""
    fields = Fields(read_toml(path), path.name, "", problems)
    entries = [
        parse_indicator(content, path.name, f"indicator {number}", problems)
        for number, content in enumerate(fields.tables("indicator", needed=True), start=1)
    ]
    fields.finish()
    return entries


def check_catalogue(
    entries: Iterable[Indicator], besluiten: Iterable[Besluit] = ()
) -> list[Problem]:
    """Return what is wrong with a set of entries together: double ids and refused entries.

    Parameters
    ----------
    entries : iterable of Indicator
    besluiten : iterable of Besluit
        Decisions that lift a block. A decision about an unknown indicator, or one that lifts
        nothing, is a problem too: it would be printed without effect.
    """
    listed = list(entries)
    problems = [
        Problem(rij=name, kolom="id", wat="Dit id komt vaker voor.", oplossing="Maak ids uniek.")
        for name, count in Counter(entry.id for entry in listed).items()
        if count > 1
    ]
    decided = {(besluit.indicator, besluit.blokkade) for besluit in besluiten}
    used = set()
    for entry in listed:
        refused = why_refused(entry)
        if refused is None:
            continue
        if (entry.id, refused.blokkade) in decided:
            used.add((entry.id, refused.blokkade))
            continue
        problems.append(_refusal_problem(entry, refused))
    problems.extend(_idle_decision(*pair) for pair in sorted(decided - used))
    return problems


def _refusal_problem(entry: Indicator, refused: Refusal) -> Problem:
    return Problem(
        rij=entry.id,
        kolom="rol",
        wat=f"Geweigerd als {entry.rol} vanwege `{refused.naam}`. {refused.reden}",
        oplossing=(
            "Geef de indicator de rol `context`. Wie hier bewust van afwijkt, legt in het "
            "gemeentebestand een [[besluit]] vast met "
            f'`blokkade = "{refused.blokkade}"`, wie, datum en reden.'
        ),
    )


def _idle_decision(indicator: str, blokkade: str) -> Problem:
    return Problem(
        rij=indicator,
        kolom="besluit",
        wat=f"Dit besluit heft niets op: geen indicator stuit hier op blokkade `{blokkade}`.",
        oplossing="Controleer het id en de blokkade, of haal het besluit weg.",
    )


@cache
def _read_folder(folder: Path) -> tuple[Indicator, ...]:
    problems: list[Problem] = []
    entries: list[Indicator] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            entries.extend(parse_file(path, problems))
        except InputError as error:
            problems.extend(error.problems)
    if not entries and not problems:
        wat = "Hier staat geen enkel catalogusbestand."
        problems.append(Problem(bestand=str(folder), wat=wat, oplossing="Wijs een andere map aan."))
    if problems:
        raise InputError(problems)
    return tuple(entries)


def load_catalogue(
    folder: Path = FOLDER,
    extra: Iterable[Indicator] = (),
    besluiten: Iterable[Besluit] = (),
) -> Catalogue:
    """Return the validated catalogue.

    Parameters
    ----------
    folder : pathlib.Path
        Holds one TOML file per domain; default the package's own.
    extra : iterable of Indicator
        Entries of one municipality. An entry with a known id replaces the package's own.
    besluiten : iterable of Besluit
        Named decisions of that municipality that lift a block.

    Returns
    -------
    Catalogue
        Ordered by domain, then as the files list them.

    Raises
    ------
    InputError
        Every problem of every file at once, in Dutch: unknown fields with what was meant, wrong
        types, double ids, and indicators that may not be scored.
    """
    added = tuple(extra)
    decided = tuple(besluiten)
    replaced = {entry.id for entry in added}
    entries = [entry for entry in _read_folder(folder) if entry.id not in replaced]
    entries.extend(added)
    problems = check_catalogue(entries, decided)
    if problems:
        raise InputError(problems)
    order = {domain: number for number, domain in enumerate(ALL_DOMAINS)}
    entries.sort(key=lambda entry: order[entry.domein])
    return Catalogue(indicators=tuple(entries), besluiten=decided)
