"""All sources, and the intake of a folder: every file recognised, read or explained."""

from __future__ import annotations

import logging
import os
import queue
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from logging.handlers import QueueHandler
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from sia.errors import InputError, Problem, refuse
from sia.settings import PLANS, checked_code
from sia.sources import (
    cbs,
    geofile,
    leefbaarometer,
    nabijheid,
    own,
    pbl,
    pdok,
    politie,
    rivm,
    ses,
    vierkanten,
    woonikveilig,
)
from sia.sources.base import (
    AreaLayer,
    Found,
    Intake,
    Publisher,
    Record,
    SourceTable,
    SquareLayer,
)
from sia.sources.delivery import PROBED, REGISTER, answer_problems, companion, table_id
from sia.sources.tabular import pages, peek, read, unusable
from sia.sources.wish import Wish, describe, municipalities_in, unwanted
from sia.store import legible, sha256_file

Keep = Callable[[str, Record], Record]
"""Gets the file name and a record as soon as it is read; returns what stays in memory of it."""


class Source(Protocol):
    """What every publisher's module offers."""

    NAME: str
    PUBLISHER: Publisher

    def recognise(self, path: Path, /) -> Found | None:
        """Tell cheaply whether a file is of this source."""

    def read(self, found: Found, /) -> Record | tuple[Record, ...]:
        """Read a recognised file."""


SOURCES: tuple[Source, ...] = (
    cbs,
    nabijheid,
    rivm,
    politie,
    leefbaarometer,
    ses,
    pbl,
    woonikveilig,
    pdok,
    vierkanten,
    own,
)
"""In order of asking; a municipality's own table comes last, because any CSV may be one."""

READ, SKIPPED, FAULT = "gelezen", "overgeslagen", "fout"
COLUMNS = ("bestand", "bron", "tabel", "jaar", "niveau", "vorm", "status", "opmerking", "sha256")
SQUARES_LATER = "vierkanten: gelezen voor de gemeente die erom vraagt"

_SEVERAL_YEARS = frozenset(
    module.NAME for module in (rivm, politie, leefbaarometer, ses, woonikveilig, own)
)
_PLANS = f"{PLANS}/"
_PLANS_REASON = "investeringsplannen, gelezen door notebook 07"
_DATA_SUFFIXES = {".csv", ".tsv", ".json", ".parquet", ".xlsx", ".xlsm", ".xls", ".ods"}
_BOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_SHAPE_PARTS = {".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".xml"}
_TEXTS = {".md", ".txt", ".pdf", ".html", ".docx"}
_TABLES = frozenset((*cbs.TABLES, *nabijheid.TABLES, *rivm.TABLES, *politie.TABLES, *ses.TABLES))
_FIGURES = re.compile(r"TypedDataSet|Observations")
_ENTITY = re.compile(
    r"(TableInfos|DataProperties|CategoryGroups|SoortMisdrijf|WijkenEnBuurten|RegioS|Perioden"
    r"|Leeftijd|Marges|Metadata|ColDescriptions|Dimensions|[A-Za-z]+Codes|[A-Za-z]+Groups)$"
)
"""Descriptions that CBS delivers beside the figures of a table."""

_PROCESSES, _MUCH = 4, 60_000_000
"""Most processes that read side by side, and the bytes from which that is worth their start."""

_TOLD = 5
_LONG = 300
"""Problems of one file in the table of files; the rest is counted."""

_NOBODY = "van geen bekende bron"
_STRANGE = "bestandssoort "


@dataclass
class _Harvest:
    """What has been read so far, and the row of every file."""

    keep: Keep = lambda name, record: record
    records: list[tuple[str, Record]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def pass_over_plans(self, path: Path) -> None:
        """Account for the folder with plans in one row: what is in it changes no figure here."""
        if not any(row["bestand"] == _PLANS for row in self.rows):
            row = _row(path, _PLANS, None, SKIPPED, _PLANS_REASON)
            self.rows.append(row | {"sha256": ""})

    def add(self, other: _Harvest) -> None:
        """Take in what was read apart."""
        self.rows += other.rows
        self.problems += other.problems
        self.records += [(name, self.keep(name, record)) for name, record in other.records]

    def areas(self) -> list[AreaLayer]:
        return [record for _, record in self.records if isinstance(record, AreaLayer)]


def recognise(path: Path) -> Found | None:
    """Ask every source, in order, whether a file is its own."""
    answers = (source.recognise(path) for source in SOURCES)
    return next((found for found in answers if found is not None), None)


def read_folder(
    bron: Path | Sequence[Path],
    *,
    gemeente: str | None = None,
    jaren: Sequence[int] | None = None,
    streng: bool = False,
    vierkanten_ook: bool = True,
    bewaar: Keep = lambda name, record: record,
) -> Intake:
    """Read everything in one or more folders that can serve a municipality and some years.

    `bron`: folders (searched downward) or files.
    `gemeente`: gemeentecode ("GM0153"). National tables are kept whole, because norms need the
        country; files that hold nothing about this gemeente are passed over.
    `jaren`: years of the SIA. Figures of later years and of more than five years earlier are
        passed over; borders are always read.
    `streng`: raise instead of reporting when any file is at fault.
    `vierkanten_ook`: False leaves squares to `read_squares`.
    `bewaar`: lets a caller store a record at once, so that a country need not be in memory as a
        whole.
    Returns: ``files`` has a row for every file, also for those that were not read, with the
        reason.
    Raises InputError when a folder does not exist, `gemeente` is no code, or (`streng`) with the
        problems of all files together.
    """
    wish = Wish(
        checked_code(gemeente) if gemeente is not None else "", tuple(jaren or ()), vierkanten_ook
    )
    harvest = _Harvest(bewaar)
    single: dict[str, tuple[Path, str]] = {}
    twins: list[tuple[Path, str]] = []
    for root, path in _files(bron):
        name = _named(root, path)
        barred = _barred(path)
        if name.startswith(_PLANS):
            harvest.pass_over_plans(path)
        elif barred is not None:
            _fault(path, name, None, InputError([barred]), harvest)
        elif single.setdefault(sha256_file(path), (path, name)) != (path, name):
            twins.append((path, name))
    known: list[Found] = []
    later: list[tuple[Path, str, Found]] = []
    for path, name, alone, found in _side_by_side(list(single.values()), wish):
        harvest.add(alone)
        if found is not None:
            known.append(found)
            if not alone.rows:
                later.append((path, name, found))
    for path, name in twins:
        found = _recognise_safely(path, name, harvest)
        if found is not None:
            known.append(found)
            later.append((path, name, found))
    # squares are cut out of the national file with the borders, so the borders are read first
    kwb = [found.year for found in known if found.source == cbs.NAME]
    dated = max(wish.years or kwb or (found.year for found in known), default=0)
    for path, name, found in sorted(later, key=lambda item: item[2].source == vierkanten.NAME):
        _take(path, name, _dated(found, dated), wish, harvest)
    if streng and harvest.problems:
        raise InputError(harvest.problems)
    return _intake(harvest)


def _side_by_side(
    files: Sequence[tuple[Path, str]], wish: Wish
) -> Iterator[tuple[Path, str, _Harvest, Found | None]]:
    """Yield of every file what it is and holds; much is read in several processes, big ones first.

    What depends on other files is left to who asks: it is recognised and has no row yet.
    """
    sizes = {path: path.stat().st_size for path, _ in files}
    ordered = sorted(files, key=lambda file: -sizes[file[0]])
    processes = min(_PROCESSES, os.cpu_count() or 1, len(files))
    if sum(sizes.values()) < _MUCH or processes == 1:
        yield from ((path, name, *_alone(path, name, wish)) for path, name in ordered)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor

    work = Parallel(processes, backend="loky", return_as="generator")
    try:
        read = work(delayed(_elsewhere)(path, name, wish) for path, name in ordered)
        for (path, name), (alone, found, told) in zip(ordered, read, strict=True):
            for record in told:
                logging.getLogger(record.name).handle(record)
            yield path, name, alone, found
    finally:
        get_reusable_executor().shutdown()


def _alone(path: Path, name: str, wish: Wish) -> tuple[_Harvest, Found | None]:
    """Read one file, as far as that goes without the others."""
    harvest = _Harvest()
    found = _recognise_safely(path, name, harvest)
    # squares, and a map of no known year, can only be read when others were
    others = (vierkanten.NAME, "" if found is None or found.year else pdok.NAME)
    if found is not None and found.source not in others:
        _take(path, name, found, wish, harvest)
    return harvest, found


def _elsewhere(
    path: Path, name: str, wish: Wish
) -> tuple[_Harvest, Found | None, list[logging.LogRecord]]:
    """Do the same in another process; what is logged there is for who asked."""
    told: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    handler = QueueHandler(told)
    logging.getLogger().addHandler(handler)
    try:
        harvest, found = _alone(path, name, wish)
    finally:
        logging.getLogger().removeHandler(handler)
    return harvest, found, [told.get() for _ in range(told.qsize())]


def _dated(found: Found, year: int) -> Found:
    """Take a map that does not say of which year it is as that of the newest year there is."""
    if found.source != pdok.NAME or found.year or not year:
        return found
    note = f"Het jaar staat niet in het bestand en niet in de naam; gelezen als kaart van {year}."
    return replace(found, year=year, note=note)


def read_squares(
    files: Mapping[str, Path], gemeente: str, jaren: Sequence[int], grenzen: Sequence[AreaLayer]
) -> Intake:
    """Read the squares of one municipality out of files that hold squares.

    Squares, and a row for every file.

    `files`: by the name that stands in the table of files.
    `grenzen`: the newest that holds the municipality says which squares are looked for; a
        GeoPackage gives them without reading the rest of the country.
    """
    harvest = _Harvest(records=[("", layer) for layer in grenzen])
    for name, path in files.items():
        found = _recognise_safely(path, name, harvest)
        if found is not None:
            _take(path, name, found, Wish(gemeente, tuple(jaren)), harvest)
    return replace(_intake(harvest), areas=())


def _files(bron: Path | Sequence[Path]) -> Iterable[tuple[Path, Path]]:
    """Yield every file once, with its folder; sorted, hidden files left out."""
    roots = [bron] if isinstance(bron, Path) else list(bron)
    oplossing = "Controleer het pad bij `--bron`, of haal de bronnen op met `sia fetch`."
    refuse(
        Problem("Deze map of dit bestand bestaat niet.", oplossing, bestand=str(root))
        for root in roots
        if not root.exists()
    )
    seen: set[Path] = set()
    for root in roots:
        paths = [root] if root.is_file() else [p for p in root.rglob("*") if p.is_file()]
        # of two files with one content the first is read: rather the one with a legible name
        for path in sorted(paths, key=lambda one: (legible(str(one)) != str(one), one)):
            hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
            if not hidden and path.resolve() not in seen:
                seen.add(path.resolve())
                yield root, path


def _named(root: Path, path: Path) -> str:
    return legible(path.relative_to(root).as_posix() if path != root else path.name)


def by_name(bron: Sequence[Path]) -> dict[str, Path]:
    """Return the raw files by the name that they have in the table of files."""
    files: dict[str, Path] = {}
    for root, path in _files(bron):
        files.setdefault(_named(root, path), path)
    return files


def _recognise_safely(path: Path, name: str, harvest: _Harvest) -> Found | None:
    """Recognise one file; when that fails or nobody knows it, write down why."""
    try:
        hit = recognise(path)
        if hit is None:
            _refuse_damaged(path)
            harvest.rows.append(_row(path, name, None, SKIPPED, _why_unknown(path)))
    except Exception as error:
        _fault(path, name, None, error, harvest)
        return None
    return hit


def _barred(path: Path) -> Problem | None:
    """Return the problem of a file that this user may not read or that the disk does not give."""
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        wat = f"Dit bestand is niet te openen ({error.strerror})."
        oplossing = "Geef uzelf leesrecht, of zet het bestand opnieuw neer."
        return Problem(wat, oplossing)
    return None


def _refuse_damaged(path: Path) -> None:
    """Refuse a file that is named as data but holds something else."""
    kind = peek(path).kind
    refused = '"odata.error"' in peek(path).head
    # named as the figures of a table of CBS, and not as what explains them
    known = _FIGURES.search(path.stem) or table_id(path, _TABLES, "")
    figures = refused or (known and not _ENTITY.search(path.stem))
    if path.suffix.lower() == ".json" and kind != "html" and figures:
        refuse(answer_problems(path))
    if path.suffix.lower() in _DATA_SUFFIXES and kind in ("html", "leeg"):
        raise InputError([unusable(path, kind)])
    if path.suffix.lower() in (*_BOOKS, ".parquet") and not peek(path).columns:
        read(path)
        raise InputError([unusable(path, "anders")])


def _why_unknown(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix in _SHAPE_PARTS and path.with_suffix(".shp").exists():
        return f"hoort bij {path.with_suffix('.shp').name}"
    first = pages(path)[0]
    if first != path and recognise(first) is not None:
        return f"vervolgpagina van {first.name}"
    entity = _ENTITY.search(path.stem)
    table = table_id(path, _TABLES, peek(path).head)
    if table is not None and (entity or suffix in (".json", ".parquet")):
        return f"hoort bij tabel {table}"
    if entity is not None and suffix in _DATA_SUFFIXES:
        # the data file in the same folder that this description was delivered with
        beside = sorted(one for one in path.parent.iterdir() if _FIGURES.search(one.stem))
        names = (one.name for one in beside if companion(one, entity[0]) == path)
        return f"hoort bij {next(names, f'cijfers ({entity[0]})')}"
    if path.name in (REGISTER, PROBED):
        return "aantekening van `sia fetch`"
    if suffix in _TEXTS:
        return "toelichting, geen gegevens"
    if suffix == ".dbf":
        return f"hoort bij {path.with_suffix('.shp').name}, dat ontbreekt"
    reason = pdok.why_unknown(path) if suffix in geofile.SUFFIXES else ""
    if reason:
        return f"{_NOBODY}: {reason}"
    if suffix == ".zip":
        return f"{_NOBODY}: een zip zonder kaart van buurten; pak het bestand uit in de bronmap"
    if suffix not in _DATA_SUFFIXES:
        return f"{_STRANGE}{suffix or 'zonder extensie'} kennen we niet"
    columns = ", ".join(column[:40] for column in peek(path).columns[:4])
    reason = own.near_miss(path)
    told = f" (kolommen: {columns}, ...)" if columns else ""
    return f"{_NOBODY}{told}{f': {reason}' if reason else ''}"


def of_no_source(files: pd.DataFrame) -> list[str]:
    """Return which files of a table of files are known to nobody, and explain no other file."""
    return list(files.loc[files["opmerking"].str.startswith((_NOBODY, _STRANGE)), "bestand"])


def _take(path: Path, name: str, found: Found, wish: Wish, harvest: _Harvest) -> None:
    """Read one file into the harvest, or write down why not."""
    reason = _not_needed(path, found, wish, harvest)
    if reason:
        harvest.rows.append(_row(path, name, found, SKIPPED, reason))
        return
    try:
        if found.source == vierkanten.NAME:
            records: tuple[Record, ...] = vierkanten.read(found, bbox=_bounds(wish, harvest))
        else:
            read = next(source for source in SOURCES if found.source == source.NAME).read(found)
            records = read if isinstance(read, tuple) else (read,)
    except Exception as error:
        _fault(path, name, found, error, harvest)
        return
    kept, remark = _wanted(records, found, wish)
    status = READ if kept else SKIPPED
    harvest.rows.append(_row(path, name, found, status, remark, kept))
    harvest.records += [(name, harvest.keep(name, record)) for record in kept]


def _not_needed(path: Path, found: Found, wish: Wish, harvest: _Harvest) -> str:
    # the first that is read is nobody's twin: its bytes need not be gone through for that
    digest = sha256_file(path) if harvest.rows else ""
    twin = next((r for r in harvest.rows if r["sha256"] == digest and r["status"] == READ), None)
    if twin is not None:
        return f"zelfde inhoud als {twin['bestand']}"
    if found.source == woonikveilig.NAME and wish.gemeente and found.table != wish.gemeente:
        return f"gaat over {found.table}, gevraagd is {wish.gemeente}"
    if found.source == vierkanten.NAME and not wish.squares:
        return SQUARES_LATER
    borders = found.source == pdok.NAME
    if not borders and found.source not in _SEVERAL_YEARS and not wish.wants_year(found.year):
        return f"jaar {found.year} is niet bruikbaar voor {wish.span()}"
    return ""


def _bounds(wish: Wish, harvest: _Harvest) -> tuple[float, float, float, float] | None:
    """Return the box around the gemeente in the newest borders, or None when there are none."""
    if not wish.gemeente:
        return None
    for layer in sorted(harvest.areas(), key=lambda layer: -layer.year):
        own_areas = layer.frame[layer.frame["gemeentecode"] == wish.gemeente]
        if len(own_areas):
            minx, miny, maxx, maxy = (float(edge) for edge in own_areas.total_bounds)
            return minx, miny, maxx, maxy
    return None


def _wanted(records: Sequence[Record], found: Found, wish: Wish) -> tuple[tuple[Record, ...], str]:
    """Keep the records of years and places asked for, and say what happened to the rest."""
    remarks = [found.note] if found.note else []
    kept = []
    for record in records:
        if isinstance(record, SquareLayer):
            about = len(record.frame) > 0
        else:
            about = wish.gemeente in municipalities_in(record)
        about = about or not wish.gemeente
        reason = unwanted(found.source, record.year, isinstance(record, AreaLayer), about, wish)
        if not reason:
            kept.append(record)
        remarks.append(reason or describe(record))
    if not records:
        remarks.append("niets bruikbaars gevonden")
    return tuple(kept), "; ".join(dict.fromkeys(remarks))


def _fault(path: Path, name: str, found: Found | None, error: Exception, harvest: _Harvest) -> None:
    """Write down what is wrong with a file; a fault of ours must not take the others down."""
    wat = f"Onverwachte fout bij het lezen ({type(error).__name__}: {error})."
    own = (Problem(wat, "Meld dit met het bestand erbij."),)
    problems = error.problems if isinstance(error, InputError) else own
    harvest.problems += [replace(one, bestand=one.bestand or str(path)) for one in problems]
    remark = " ".join(_sentence(problem) for problem in problems[:_TOLD])
    if len(problems) > _TOLD:
        remark += f" En nog {len(problems) - _TOLD} meldingen."
    harvest.rows.append(_row(path, name, found, FAULT, remark))


def _sentence(problem: Problem) -> str:
    where = ", ".join(
        f"{word} {cell}" for word, cell in (("rij", problem.rij), ("kolom", problem.kolom)) if cell
    )
    return f"{where + ': ' if where else ''}{problem.wat[:_LONG]} {problem.oplossing[:_LONG]}"


def _row(
    path: Path,
    name: str,
    found: Found | None,
    status: str,
    remark: str,
    records: Sequence[Record] = (),
) -> dict[str, Any]:
    years = sorted({record.year for record in records}) or ([found.year] if found else [])
    return {
        "bestand": name,
        "bron": found.source if found else "",
        "tabel": legible(found.table) if found else "",
        "jaar": ", ".join(str(year) for year in years if year),
        "niveau": found.level if found else "",
        "vorm": found.shape if found else "",
        "status": status,
        "opmerking": legible(remark),
        "sha256": "" if _barred(path) else sha256_file(path),
    }


def _intake(harvest: _Harvest) -> Intake:
    """Put the records in an order that depends on their content alone."""
    records = sorted(harvest.records, key=lambda item: (item[1].year, item[0]))
    tables = [record for _, record in records if isinstance(record, SourceTable)]
    files = pd.DataFrame(harvest.rows, columns=list(COLUMNS), dtype="str")
    return Intake(
        tables=tuple(sorted(tables, key=lambda table: table.source)),
        areas=tuple(record for _, record in records if isinstance(record, AreaLayer)),
        squares=tuple(record for _, record in records if isinstance(record, SquareLayer)),
        files=files.sort_values("bestand", ignore_index=True),
    )
