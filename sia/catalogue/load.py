"""Read the catalogue files and refuse what may not be in them, all problems at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from sia.catalogue.model import ALL_DOMAINS, Besluit, Catalogue, Indicator
from sia.catalogue.refused import Refusal
from sia.errors import InputError, Problem, refuse
from sia.toml import read_toml, validate

FOLDER = Path(__file__).parent
"""Where the entries stand, one file per domain."""


@dataclass(frozen=True)
class _File:
    indicator: Annotated[tuple[Indicator, ...], Field(min_length=1)]


def check_catalogue(
    entries: Iterable[Indicator], besluiten: Iterable[Besluit] = ()
) -> list[Problem]:
    """Return what is wrong with a set of entries together: double ids and refused entries.

    `besluiten`: decisions that lift a block. A decision about an unknown indicator, or one that
        lifts nothing, is a problem too: it would be printed without effect.
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
        refused = entry.refusal()
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
            entries.extend(validate(_File, read_toml(path), path.name).indicator)
        except InputError as error:
            problems.extend(error.problems)
    if not entries and not problems:
        wat = "Hier staat geen enkel catalogusbestand."
        problems.append(Problem(bestand=str(folder), wat=wat, oplossing="Wijs een andere map aan."))
    refuse(problems)
    return tuple(entries)


def load_catalogue(
    folder: Path = FOLDER,
    extra: Iterable[Indicator] = (),
    besluiten: Iterable[Besluit] = (),
) -> Catalogue:
    """Return the validated catalogue.

    Ordered by domain, then as the files list them.

    `folder`: holds one TOML file per domain; default the package's own.
    `extra`: entries of one municipality. An entry with a known id replaces the package's own.
    `besluiten`: named decisions of that municipality that lift a block.
    Raises InputError: every problem of every file at once, in Dutch: unknown fields with what was
        meant, wrong types, double ids, and indicators that may not be scored.
    """
    added = tuple(extra)
    decided = tuple(besluiten)
    replaced = {entry.id for entry in added}
    entries = [entry for entry in _read_folder(folder) if entry.id not in replaced]
    entries.extend(added)
    refuse(check_catalogue(entries, decided))
    order = {domain: number for number, domain in enumerate(ALL_DOMAINS)}
    entries.sort(key=lambda entry: order[entry.domein])
    return Catalogue(indicators=tuple(entries), besluiten=decided)
