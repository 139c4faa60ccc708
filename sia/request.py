"""What was asked for: municipalities, years and folders, checked before anything starts.

Nothing here needs pandas: a batch in which nothing changed must be over at once.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sia.errors import InputError, Problem, refuse, suggestion
from sia.fingerprint import digest, raw_hash, tree_hash
from sia.gemeente import FICTIEF, Gemeente, file_of, load_gemeente, names_with_a_file
from sia.gemeente.model import CODE

ALL = "alle"
MUNICIPALITIES, UNKNOWN = "gemeenten.json", "onbekend.json"
FIRST_YEAR, LAST_YEAR = 2013, 2100
_YEARS = re.compile(r"\d{4}(-\d{4})?", re.ASCII)
_ALMOST = 0.8
"""Least likeness (`difflib`) of a name to a known one to be taken for it, misspelt."""

_READERS = ("sources", "areas", "store.py")


@dataclass
class Known:
    """A municipality as the raw files know it.

    `naam`: In the newest file that names it, else the code.
    `jaren`: Years of the borders and CBS tables that hold a buurt of it.
    `andere`: Years of other tables that do; publishers give old figures in new borders.
    """

    code: str
    naam: str = ""
    jaren: set[int] = field(default_factory=set)
    andere: set[int] = field(default_factory=set)
    named: int = 0

    def meet(self, year: int, own_year: bool) -> None:
        """Note that a file of this year holds a buurt of it."""
        (self.jaren if own_year else self.andere).add(year)

    def call(self, year: int, name: str) -> None:
        """Note how a file of this year calls it; names in capitals only when there is no other."""
        plain = name.strip()
        better = year >= self.named or self.naam.isupper()
        if plain and plain != self.code and (not self.naam or (better and not plain.isupper())):
            self.naam, self.named = plain, year

    def facts(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "naam": self.naam or self.code,
            "jaren": sorted(self.jaren),
            "andere": sorted(self.andere),
        }


def store_folder(bron: Sequence[Path], processed: Path) -> Path:
    """Return where what was read from raw folders is kept.

    ``processed/NL/intake/<hash>``; the hash changes with the readers and with any raw
    file but the plans of partners, which the intake does not read.
    """
    package = Path(__file__).resolve().parent
    readers = [tree_hash(package / name, (".py", ".toml")) for name in _READERS]
    return processed / "NL" / "intake" / digest([raw_hash(bron).open, *readers])[:16]


def known_municipalities(folder: Path) -> dict[str, Known]:
    """Return the municipalities of a store by their code.

    `folder`: From `store_folder`, made by ``sia.sources.store.open_store``.
    """
    listed = json.loads((folder / MUNICIPALITIES).read_text(encoding="utf-8"))
    return {
        code: Known(code, row["naam"], set(row["jaren"]), set(row["andere"]))
        for code, row in listed.items()
    }


def unknown_files(folder: Path) -> list[str]:
    """Return the raw files of a store that no source knows; empty when there is no store."""
    path = folder / UNKNOWN
    if not path.exists():
        return []
    return list(json.loads(path.read_text(encoding="utf-8"))["bestanden"])


def parse_years(given: Iterable[str]) -> list[int]:
    """Return the years in ``["2017-2019", "2024"]`` as a sorted list without doubles."""
    years: set[int] = set()
    problems = []
    for part in given:
        first, _, last = part.partition("-") if _YEARS.fullmatch(part) else ("1", "", "0")
        span = range(int(first), int(last or first) + 1)
        if len(span) == 0 or span[0] < 2000 or span[-1] > LAST_YEAR:
            wat = f"`{part}` is geen jaar of reeks van jaren."
            oplossing = "Schrijf bijvoorbeeld --jaar 2020 of --jaar 2017-2024."
            problems.append(Problem(wat, oplossing, kolom="--jaar"))
        years.update(span)
    refuse(problems)
    return sorted(years)


def misspelt(gemeenten: Iterable[str], processed: Path) -> list[Problem]:
    """Return what looks like a slip of the pen, before raw files are read to look it up.

    With a suggestion for every name that nobody knows yet and that is almost the name of a
    municipality with a file, or of one that was read or processed before.

    `gemeenten`: Names or codes.
    """
    known = _known_before(processed)
    exact = {word for one in known.values() for word in _words(one)} | {ALL}
    names = {one.naam.casefold(): one.naam for one in known.values()}
    problems = []
    for which in gemeenten:
        wanted = which.strip().casefold()
        near = difflib.get_close_matches(wanted, names, n=1, cutoff=_ALMOST)
        if near and wanted not in exact and not file_of(which) and not CODE.fullmatch(which):
            oplossing = (
                f"Bedoelde u {names[near[0]]}? Bedoelt u echt een andere gemeente, geef dan de "
                "code (GM met vier cijfers)."
            )
            wat = f"Gemeente `{which}` is niet bekend."
            problems.append(Problem(wat, oplossing, kolom="--gemeente"))
    return problems


def _known_before(processed: Path) -> dict[str, Known]:
    """Return the municipalities with a file, and those that were read or processed before."""
    met = {folder.name: Known(folder.name, folder.name) for folder in processed.glob("GM[0-9]*")}
    lists = processed.glob(f"NL/intake/*/{MUNICIPALITIES}")
    for path in sorted(lists, key=lambda one: one.stat().st_mtime):
        met |= known_municipalities(path.parent)
    return met | _with_a_file()


def _with_a_file() -> dict[str, Known]:
    return {code: Known(code, naam) for code, naam in names_with_a_file().items()}


def _words(one: Known) -> set[str]:
    """Return what a municipality may be called: its code, its name, its name without addition."""
    name = one.naam.casefold()
    return {one.code.casefold(), name, name.split(" (")[0]}


def find_code(which: str, known: Mapping[str, Known]) -> str:
    """Return the code of the municipality that a name or code means.

    `which`: A name without its addition in brackets will do: ``Hengelo`` for ``Hengelo (O.)``.
    """
    found = [code for code, one in known.items() if which.strip().casefold() in _words(one)]
    if len(found) == 1:
        return found[0]
    if found:
        wat = f"`{which}` is de naam van meer gemeenten: {', '.join(sorted(found))}."
        oplossing = "Geef de code in plaats van de naam."
    else:
        wat = f"Gemeente `{which}` heeft geen bestand in gemeenten/ en staat in geen bronbestand."
        oplossing = _hint(which, [one.naam for one in known.values()])
    raise InputError.one(wat=wat, oplossing=oplossing)


def _hint(which: str, names: list[str]) -> str:
    """Name what was perhaps meant; never list a country of names."""
    alike = {name.casefold()[:3] for name in names}
    if len(names) <= 20 or which.casefold()[:3] in alike:
        return suggestion(which, names)
    return "Controleer de naam, of geef de code (GM met vier cijfers)."


def configure(which: str, known: Callable[[], Mapping[str, Known]]) -> Gemeente:
    """Return the configuration of a municipality, or the defaults when it has no file.

    Without a file: no stadsdelen, no partners, no own tables, and the thresholds of
    docs/explanation/methode.md.

    `known`: Gives the municipalities of the raw files; called only when there is no file.
    """
    path = file_of(which)
    if path is not None:
        return load_gemeente(path)
    met = dict(known())
    code = find_code(which, _with_a_file() | met)
    path = file_of(code)
    if path is not None:
        return load_gemeente(path)
    return Gemeente(code=code, naam=met[code].naam, fictief=code.startswith(FICTIEF))


def configure_processed(which: str, processed: Path) -> Gemeente:
    """Return the configuration of a municipality that was run, without asking its raw files.

    As `configure`; its name is that of the newest intake that is kept, else its code.

    `processed`: Folder with the tables of all municipalities.
    """
    return configure(which, lambda: _known_before(processed))


def code_of(which: str, processed: Path) -> str:
    """Return the code of a municipality; a code of what has yet to be fetched need not be known."""
    code = which.strip().upper()
    return code if CODE.fullmatch(code) else configure_processed(which, processed).code


def years_present(code: str, jaren: Iterable[int], known: Mapping[str, Known]) -> list[int]:
    """Return the years in which a municipality existed, as far as the raw files tell.

    A year counts when borders or CBS table of that year, or else the national ones of the
    nearest year, hold a buurt of it. A municipality that only other tables hold keeps all.
    """
    if not known[code].jaren:
        return sorted(jaren)
    sizes: dict[int, int] = {}
    for one in known.values():
        for year in one.jaren:
            sizes[year] = sizes.get(year, 0) + 1
    national = [year for year, count in sizes.items() if 2 * count >= max(sizes.values())]

    def nearest(year: int) -> int:
        return min(national, key=lambda other: (abs(other - year), -other))

    return [y for y in sorted(jaren) if y in known[code].jaren or nearest(y) in known[code].jaren]


def check_request(
    gemeente: str,
    jaren: Sequence[int],
    bron: Sequence[Path],
    known: Callable[[], Mapping[str, Known]],
) -> Gemeente:
    """Check municipality, years and folders before anything starts.

    `known`: As for `configure`.
    """
    problems = check_folders_and_years(jaren, bron)
    unread = bool(problems)
    try:
        found = load_gemeente(gemeente) if unread else configure(gemeente, known)
    except InputError as error:
        problems = [*error.problems, *problems]
    refuse(problems)
    return found


def check_folders_and_years(jaren: Sequence[int], bron: Sequence[Path]) -> list[Problem]:
    """Return what is wrong with years and raw folders."""
    problems = [
        Problem(
            wat=f"{jaar} is geen jaar waarvoor er wijk- en buurtcijfers bestaan.",
            oplossing=f"Kies een jaar vanaf {FIRST_YEAR}.",
        )
        for jaar in jaren
        if not FIRST_YEAR <= jaar <= LAST_YEAR
    ]
    problems += [_absent_folder(folder) for folder in bron if not folder.is_dir()]
    if not jaren:
        problems.append(Problem(wat="Geen jaar opgegeven.", oplossing="Geef --jaar op."))
    if not bron:
        problems.append(Problem(wat="Geen bronmap opgegeven.", oplossing="Geef --bron op."))
    return problems


def _absent_folder(folder: Path) -> Problem:
    near = ""
    if folder.parent.is_dir():
        names = [p.name for p in folder.parent.iterdir() if p.is_dir()]
        close = difflib.get_close_matches(folder.name, names, n=1)
        near = f" Bedoelde u `{folder.parent / close[0]}`?" if close else ""
    return Problem(
        bestand=str(folder),
        wat="Deze bronmap bestaat niet.",
        oplossing=f"Controleer het pad, of haal de bronnen op met `sia fetch`.{near}",
    )
