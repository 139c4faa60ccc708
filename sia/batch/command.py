"""One request from beginning to end: who and when, run, and what is left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sia.base_year import base_year, base_year_text, record
from sia.batch.advice import advice, first_line, where
from sia.batch.cluster import open_to_others
from sia.batch.display import Level, display
from sia.batch.outcome import BatchResult
from sia.batch.prune import prune_stores
from sia.batch.record import Start, begin, write_record
from sia.batch.run import default_workers, run_batch
from sia.batch.summary import cost_text, unknown_text, write_summary
from sia.batch.tasks import TIME_LIMIT, Task, plan
from sia.errors import InputError, Problem, refuse
from sia.fingerprint import hand_down, raw_hash
from sia.gemeente import FICTIEF, Gemeente
from sia.request import (
    ALL,
    MUNICIPALITIES,
    Known,
    check_folders_and_years,
    configure,
    known_municipalities,
    misspelt,
    store_folder,
    unknown_files,
    years_present,
)
from sia.settings import LAST_RUN, Folders
from sia.stages.in_force import method_facts, method_of
from sia.stages.run import Run
from sia.toml import read_toml

Say = Callable[[str], None]
SUMMARY = "overzicht.html"
_SHOWN = 12


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line.

    Municipalities are names, codes or ``alle``; 0 `werkers` is the number of cores; `tijdslimiet`
    is in seconds per cell; `methode` is a TOML file that goes over the municipalities' own choices;
    `vertrouwd` says that only who is trusted reaches the network of the scheduler.
    """

    gemeenten: tuple[str, ...]
    jaren: tuple[int, ...]
    bron: tuple[Path, ...]
    basisjaar: int | None = None
    werkers: int = 0
    opnieuw: bool = False
    reeks: bool = False
    scheduler: str | None = None
    vertrouwd: bool = False
    tijdslimiet: int = TIME_LIMIT
    methode: Path | None = None

    def facts(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "gemeenten": list(self.gemeenten),
            "jaren": list(self.jaren),
            "bron": [str(folder.resolve()) for folder in self.bron],
            "basisjaar": self.basisjaar,
            "werkers": self.werkers,
            "opnieuw": self.opnieuw,
            "reeks": self.reeks,
            "scheduler": self.scheduler,
            "tijdslimiet": self.tijdslimiet,
            "methode": None if self.methode is None else str(self.methode.resolve()),
        }


@dataclass(frozen=True)
class Choice:
    """A municipality and the years in which it is run."""

    gemeente: Gemeente
    jaren: tuple[int, ...]


def choose(request: Request, known: Callable[[], Mapping[str, Known]]) -> list[Choice]:
    """Return the municipalities and years of a request, or refuse it with all that is wrong.

    `known` is called only when a file in ``gemeenten/`` does not do. With ``alle`` a municipality
    gets the years in which it existed, and invented ones are left out when there are real ones.
    """
    problems = check_folders_and_years(request.jaren, request.bron)
    try:
        method_of(None, request.methode)
    except InputError as error:
        problems += error.problems
    if not request.gemeenten:
        problems.append(Problem(wat="Geen gemeente opgegeven.", oplossing="Geef --gemeente op."))
    refuse(problems)
    chosen: dict[str, Choice] = {}
    for which in request.gemeenten:
        try:
            found = (
                _all(request, known()) if which.casefold() == ALL else [_one(request, which, known)]
            )
        except InputError as error:
            problems += error.problems
            continue
        for choice in found:
            chosen.setdefault(choice.gemeente.code, choice)
    refuse(problems)
    return [chosen[code] for code in sorted(chosen)]


def _one(request: Request, which: str, known: Callable[[], Mapping[str, Known]]) -> Choice:
    return Choice(configure(which, known), tuple(sorted(request.jaren)))


def _all(request: Request, known: Mapping[str, Known]) -> list[Choice]:
    real = [code for code in known if not code.startswith(FICTIEF)]
    pairs = [(code, years_present(code, request.jaren, known)) for code in real or known]
    chosen = [
        Choice(configure(code, lambda: known), tuple(years)) for code, years in pairs if years
    ]
    if not chosen:
        wat = "Geen enkel bronbestand bevat buurten van een gemeente in deze jaren."
        oplossing = "Controleer --bron en --jaar, of haal de bronnen op met `sia fetch`."
        raise InputError.one(wat=wat, oplossing=oplossing)
    return chosen


def start(request: Request, root: Path, say: Say, level: Level = "gewoon") -> BatchResult:
    """Run a request and leave record, summary page and executed notebooks.

    `say` gets the Dutch lines before and after the run. What cannot be run at all is refused before
    anything starts.
    """
    folders = Folders.of(root)
    bron = tuple(folder.resolve() for folder in request.bron)
    wrong = check_folders_and_years(request.jaren, bron)
    wrong += open_to_others(request.scheduler, request.vertrouwd)
    refuse([*(wrong or _without_files(bron)), *misspelt(request.gemeenten, folders.processed)])
    remark = say if level != "stil" else _ignore
    with hand_down(bron, raw_hash(bron)):
        chosen = choose(request, cache(lambda: _read(bron, folders, remark)))
        runs = _runs(request, chosen, bron, folders)
        tasks = _plans(request, runs, root)
        _tell_base_years(request, chosen, folders, say if request.basisjaar else remark)
        starts = _starts(request, runs, bron, folders)
        with _terminate_as_interrupt(), display(len(tasks), level) as shown:
            result = run_batch(
                tasks,
                bron=bron,
                workers=request.werkers or default_workers(),
                force=request.opnieuw,
                scheduler=request.scheduler,
                progress=shown.outcome,
                say=shown.say,
            )
        for run in runs:
            record(folders, run.gemeente.code, run.basisjaar)
        unknown = unknown_files(store_folder(bron, folders.processed))
        if result.exit_code() == 0:
            _prune(bron, folders, remark)
    names = {one.gemeente.code: one.gemeente.naam for one in chosen}
    for place, begun in starts.items():
        own = result if place == folders.reports else result.of(place.name)
        write_record(begun, place / LAST_RUN, own)
        write_summary(
            own, place / SUMMARY, names=names, folders=folders, start=begun, onbekend=unknown
        )
    _keep(begun, folders, result)
    quiet = level == "stil" and result.exit_code() == 0
    _tell(result, folders, names, place / SUMMARY, _ignore if quiet else say)
    if unknown:
        say(unknown_text(unknown))
    return result


def _without_files(bron: Sequence[Path]) -> list[Problem]:
    """Return the problem of folders that hold nothing, before a kernel starts to find out."""
    if any(path.is_file() for folder in bron for path in folder.rglob("*")):
        return []
    wat = "In de bronmappen staan geen bestanden."
    oplossing = "Haal de bronnen op met `sia fetch`, of zet uw bestanden in deze map."
    return [Problem(wat, oplossing, bestand=", ".join(map(str, bron)))]


def _ignore(text: str) -> None:
    del text


def _runs(
    request: Request, chosen: Sequence[Choice], bron: tuple[Path, ...], folders: Folders
) -> list[Run]:
    """Return the run of every municipality, or raise with what is wrong for any of them."""
    runs: list[Run] = []
    problems: list[Problem] = []
    for one in chosen:
        try:
            method = method_of(one.gemeente, request.methode)
            base = base_year(one.gemeente.code, one.jaren, request.basisjaar, folders)
        except InputError as error:
            problems += error.problems
            continue
        own = one.gemeente.with_thresholds(method.drempels)
        runs.append(Run(own, one.jaren[-1], one.jaren, base, bron, folders, method))
    refuse(dict.fromkeys(problems))
    return runs


def _plans(request: Request, runs: Sequence[Run], root: Path) -> list[Task]:
    """Lay out the whole batch."""
    choices = read_toml(request.methode) if request.methode else {}
    # only where it is asked for: a project of other notebooks need not know the word
    extra = {"reeks": True} if request.reeks else {}
    limit = request.tijdslimiet
    plans = (plan(run, root, methode=choices, extra=extra, timeout=limit) for run in runs)
    return [task for one in plans for task in one]


def _tell_base_years(
    request: Request, chosen: Sequence[Choice], folders: Folders, say: Say
) -> None:
    """Say once per base year which municipalities keep or change it."""
    told: dict[str, list[str]] = {}
    for one in chosen:
        text = base_year_text(one.gemeente.code, one.jaren, request.basisjaar, folders)
        told.setdefault(text, []).append(one.gemeente.naam)
    told.pop("", None)
    for text, names in told.items():
        more = f" en nog {len(names) - _SHOWN}" if len(names) > _SHOWN else ""
        say(f"{', '.join(names[:_SHOWN])}{more}: {text[0].lower()}{text[1:]}")


def _read(bron: Sequence[Path], folders: Folders, say: Say) -> Mapping[str, Known]:
    store = store_folder(bron, folders.processed)
    if not (store / MUNICIPALITIES).exists():
        from sia.sources.store import open_store

        say("Bronmappen inlezen, eenmaal voor alle gemeenten en jaren ...")
        store = open_store(bron, folders.processed)
    return known_municipalities(store)


def _prune(bron: Sequence[Path], folders: Folders, say: Say) -> None:
    """Clear away what was read of earlier raw files, and say so."""
    gone = prune_stores(folders.processed, store_folder(bron, folders.processed))
    if gone:
        names = ", ".join(str(path.relative_to(folders.processed)) for path in gone)
        say(f"Opgeruimd, van eerdere bronbestanden en nergens meer voor nodig: {names}")


def _starts(
    request: Request, runs: Sequence[Run], bron: Sequence[Path], folders: Folders
) -> dict[Path, Start]:
    """Return the folders that get a record, begun: each municipality's, and last the batch's."""
    methods = {run.gemeente.code: method_facts(run.methode) for run in runs}
    begun = begin(request.facts(), bron, methods)
    starts = {folders.reports / code: begun.of(code) for code in methods}
    if len(runs) > 1:
        starts[folders.reports] = begun
    for place, start in starts.items():
        write_record(start, place / LAST_RUN)
    return starts


def _keep(started: Start, folders: Folders, result: BatchResult) -> None:
    """Keep the record of every run, under its start."""
    moment = started.begin.replace(":", "").replace("+0000", "Z")
    write_record(started, folders.reports / "runs" / f"{moment}-{os.getpid()}.json", result)


@contextmanager
def _terminate_as_interrupt() -> Iterator[None]:
    """Let a request to end (systemd, a job that is cancelled) stop the batch as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        del number, frame
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:
        # only the main thread may; elsewhere whoever started the thread decides
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(
    result: BatchResult, folders: Folders, names: Mapping[str, str], summary: Path, say: Say
) -> None:
    """Say where the reports are and what failed, at the end of the run."""
    stale = {(o.gemeente, o.jaar) for o in result.outcomes if not o.good}
    places = sorted({(o.gemeente, o.jaar) for o in result.outcomes})
    for what, more in (("Atlas", "atlassen"), ("Rapport", "rapporten")):
        pages = [(place, folders.edition(*place) / f"{what.lower()}.html") for place in places]
        there = [(place, path) for place, path in pages if path.exists()]
        for place, path in there[:_SHOWN]:
            say(f"{what}{' van een eerdere run' if place in stale else ''}: {path}")
        if len(there) > _SHOWN:
            say(f"... en nog {len(there) - _SHOWN} {more}; zie het overzicht.")
    if cost := cost_text(result):
        say(cost)
    say(f"Overzicht: {summary}")
    for o in result.failed[:_SHOWN]:
        copy = folders.edition(o.gemeente, o.jaar, "intern") / "notebooks" / f"{o.notebook}.ipynb"
        spot = f", {where(o)}" if o.cell else ""
        say(f"MISLUKT {names[o.gemeente]} {o.jaar}: {copy}{spot}: {first_line(o.message)}")
        say(f"  {advice(o)}")
    if len(result.failed) > _SHOWN:
        say(f"... en nog {len(result.failed) - _SHOWN} mislukt; zie het overzicht.")
    if result.afgebroken:
        say("Afgebroken. Start dezelfde opdracht opnieuw: wat klaar is, wordt overgeslagen.")
