"""What can be chosen in a session: the municipalities and years that have been run."""

from __future__ import annotations

from dataclasses import dataclass

from sia.errors import InputError
from sia.request import configure_processed
from sia.settings import Folders
from sia.stages.in_force import method_of
from sia.stages.run import Run
from sia.store import read_manifest

NEEDED = ("gebieden", "indicatoren", "scores", "bijdragen")
WEIGHED = "weging"


@dataclass(frozen=True)
class Keuze:
    """A municipality with the years that have been run, newest first."""

    code: str
    naam: str
    jaren: tuple[int, ...]


def available(folders: Folders) -> tuple[Keuze, ...]:
    """Return what can be opened, in order of name; refuses when nothing has been run yet."""
    years: dict[str, list[int]] = {}
    for folder in sorted(folders.processed.glob("GM[0-9]*/[0-9]*")):
        if all((folder / f"{name}.parquet").exists() for name in NEEDED):
            years.setdefault(folder.parent.name, []).append(int(folder.name))
    found = [
        Keuze(
            code,
            configure_processed(code, folders.processed).naam,
            tuple(sorted(listed, reverse=True)),
        )
        for code, listed in years.items()
    ]
    if not found:
        raise InputError.one(
            bestand=str(folders.processed),
            wat="Er is nog geen gemeente doorgerekend; er valt niets te duiden.",
            oplossing="Draai eerst `sia demo` of `sia run`.",
        )
    return tuple(sorted(found, key=lambda keuze: keuze.naam))


def opened(folders: Folders, code: str, jaar: int) -> Run:
    """Open one municipality and year from what was written, without its raw files."""
    _check(folders, code, jaar)
    asked = read_manifest(folders.year(code, jaar)).get("stappen", {}).get(WEIGHED, {})
    asked = asked.get("parameters", {})
    jaren = tuple(sorted({*map(int, asked.get("jaren", ())), jaar}))
    basisjaar = int(asked.get("basisjaar", jaren[0]))
    gemeente = configure_processed(code, folders.processed)
    return Run(gemeente, jaar, jaren, basisjaar, (), folders, method_of(gemeente))


def _check(folders: Folders, code: str, jaar: int) -> None:
    found = available(folders)
    if any(one.code == code and jaar in one.jaren for one in found):
        return
    have = "; ".join(f"{one.naam}: {', '.join(map(str, one.jaren))}" for one in found)
    wat = f"{code} {jaar or ''} is niet doorgerekend.".replace("  ", " ")
    oplossing = f"Kies uit wat er is ({have}), of draai `sia run`."
    raise InputError.one(wat, oplossing)


def chosen(folders: Folders, gemeente: str, jaar: int) -> tuple[str, int]:
    """Return the code and year to open: an empty name is the first, 0 the newest.

    Raises `InputError` when that has not been run.
    """
    found = available(folders)
    code = configure_processed(gemeente, folders.processed).code if gemeente else found[0].code
    newest = next((one.jaren[0] for one in found if one.code == code), 0)
    _check(folders, code, jaar or newest)
    return code, jaar or newest
