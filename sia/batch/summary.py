"""The page for people: what became of every municipality and year, and what to do about it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from sia.batch.advice import advice, where
from sia.batch.outcome import DONE, FAILED, STOPPED, UNCHANGED, BatchResult, Outcome
from sia.batch.record import Start, now
from sia.dutch import meervoud, opsomming
from sia.settings import Folders
from sia.stages.in_force import deviations, headline
from sia.store import write_text

NONE = "–"
_SHOWN = 10
_PAGES = (
    ("atlas", "openbaar/atlas.html"),
    ("rapport", "openbaar/rapport.html"),
    ("kaart", "openbaar/kaart.html"),
    ("notebooks", "intern/notebooks"),
)
_WORST = (FAILED, STOPPED, DONE, UNCHANGED)


def write_summary(
    result: BatchResult,
    target: Path,
    *,
    names: Mapping[str, str],
    folders: Folders,
    start: Start,
    onbekend: Sequence[str] = (),
) -> None:
    """Write the page: status, duration, memory and warnings of every municipality and year.

    One HTML file without anything from outside; its links go to the reports beside it. `names` are
    by code, `onbekend` are raw files that no source knows.
    """
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
    )
    listed = sorted(result.outcomes, key=lambda o: (names[o.gemeente], o.jaar, o.notebook))
    one = len({o.gemeente for o in listed}) == 1
    links = _Links(target.parent, folders)
    page = environment.get_template("overzicht.html.j2").render(
        titel=f"Overzicht van de run: {_title(listed, names)}",
        **_headline(result),
        begin=_clock(start.begin),
        einde=_clock(now()),
        tellingen=_counts(listed),
        kosten=cost_text(result),
        mislukt=[_failure(o, names, links) for o in listed if o.status == FAILED],
        runs=[_run(list(own), names, links) for _, own in groupby(listed, _place)],
        methoden=_methods(start.methode, names),
        waarschuwingen=_warnings(listed, names),
        onbekend=unknown_text(onbekend),
        notebooks=[_notebook(o, links) for o in listed] if one else [],
    )
    write_text(target, page)


def unknown_text(names: Sequence[str]) -> str:
    """Say in Dutch which raw files no source knows, and how to have them read."""
    if not names:
        return ""
    return (
        f"{meervoud(len(names), 'bestand', 'bestanden')} van geen bekende bron: "
        f"{_some(names)}. Gebruikt wordt daar niets van; een eigen tabel (CSV of xlsx) heeft "
        "een kolom `buurtcode` en een kolom per cijfer, met het jaar in de bestandsnaam."
    )


class _Links:
    """Addresses of what was made, relative to the page."""

    def __init__(self, base: Path, folders: Folders) -> None:
        self._base, self._folders = base, folders

    def to(self, outcome: Outcome, name: str) -> str:
        """Return the address of a file of a municipality and year; empty when it is not there."""
        path = self._folders.report(outcome.gemeente, outcome.jaar) / name
        return Path(os.path.relpath(path, self._base)).as_posix() if path.exists() else ""


def _place(outcome: Outcome) -> tuple[str, int]:
    return outcome.gemeente, outcome.jaar


def _title(outcomes: Sequence[Outcome], names: Mapping[str, str]) -> str:
    codes = sorted({o.gemeente for o in outcomes})
    years = sorted({o.jaar for o in outcomes})
    place = names[codes[0]] if len(codes) == 1 else f"{len(codes)} gemeenten"
    if not years:
        return place
    return (
        f"{place}, {years[0]}" if len(years) == 1 else f"{place}, {years[0]} tot en met {years[-1]}"
    )


def _headline(result: BatchResult) -> dict[str, str]:
    runs = {_place(o) for o in result.outcomes}
    failed = {_place(o) for o in result.failed}
    if result.afgebroken:
        text = "Afgebroken. Start dezelfde opdracht opnieuw: wat klaar is, wordt overgeslagen."
        return {"stand": "afgebroken", "kop": text}
    if failed:
        text = f"{len(failed)} van de {len(runs)} runs (gemeente en jaar) mislukt."
        return {"stand": "mislukt", "kop": text}
    return {"stand": "goed", "kop": f"Alle {len(runs)} runs (gemeente en jaar) zijn gelukt."}


def _counts(outcomes: Iterable[Outcome]) -> str:
    counts = Counter(o.status for o in outcomes)
    return "Notebooks: " + ", ".join(f"{counts[s]} {s}" for s in sorted(counts))


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone().strftime("%d-%m-%Y %H:%M")


def _seconds(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _megabytes(value: int | None) -> str:
    return NONE if value is None else str(round(value / 1e6))


def _cost(own: Sequence[Outcome]) -> tuple[float | None, int | None]:
    """Return the processor time and the highest memory of what ran; None where nothing is known."""
    seconds = [o.cpu for o in own if o.cpu is not None]
    peak = max((o.memory for o in own if o.memory is not None), default=None)
    return (sum(seconds) if seconds else None), peak


def cost_text(result: BatchResult) -> str:
    """Say what a municipality and year cost of this computer; empty when none of them ran."""
    ran = [o for o in result.outcomes if o.cpu is not None]
    places = groupby(sorted(ran, key=_place), _place)
    seconds = [sum(o.cpu or 0.0 for o in own) for _, own in places]
    if not seconds:
        return ""
    return (
        f"Kosten per gemeente en jaar ({len(seconds)}): middelste {_seconds(median(seconds))} s "
        f"rekentijd, hoogste {_seconds(max(seconds))} s; hooguit {_megabytes(_cost(ran)[1])} MB."
    )


def _failure(outcome: Outcome, names: Mapping[str, str], links: _Links) -> dict[str, Any]:
    return {
        "gemeente": names[outcome.gemeente],
        "jaar": outcome.jaar,
        "notebook": outcome.notebook,
        "kopie": links.to(outcome, f"intern/notebooks/{outcome.notebook}.ipynb"),
        "waar": where(outcome),
        "melding": outcome.message,
        "advies": advice(outcome),
    }


def _run(own: Sequence[Outcome], names: Mapping[str, str], links: _Links) -> dict[str, Any]:
    statuses = {o.status for o in own}
    status = next((s for s in _WORST if s in statuses), own[0].status)
    seconds, peak = _cost(own)
    addresses = [(name, links.to(own[0], file)) for name, file in _PAGES]
    return {
        "gemeente": names[own[0].gemeente],
        "jaar": own[0].jaar,
        "status": status,
        "klasse": status.replace(" ", "-"),
        "duur": _seconds(sum(o.seconds for o in own)),
        "rekentijd": NONE if seconds is None else _seconds(seconds),
        "geheugen": _megabytes(peak),
        "waarschuwingen": sum(len(o.warnings) for o in own),
        "adressen": [(name, address) for name, address in addresses if address],
        "oud": "" if all(o.good for o in own) else " (misschien van een vorige run)",
    }


def _notebook(outcome: Outcome, links: _Links) -> dict[str, Any]:
    return {
        "jaar": outcome.jaar,
        "notebook": outcome.notebook,
        "kopie": links.to(outcome, f"intern/notebooks/{outcome.notebook}.ipynb"),
        "status": outcome.status,
        "klasse": outcome.status.replace(" ", "-"),
        "duur": _seconds(outcome.seconds),
        "geheugen": _megabytes(outcome.memory),
    }


def _methods(
    methods: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return every method that was in force, with whom; without names when all have the same."""
    used: dict[str, list[str]] = {}
    for code, facts in methods.items():
        used.setdefault(facts["label"], []).append(code)
    return [
        {
            "kop": headline(methods[codes[0]]),
            "wie": _some([names[code] for code in codes]) if len(used) > 1 else "",
            "anders": deviations(methods[codes[0]]),
        }
        for codes in used.values()
    ]


def _some(names: Sequence[str]) -> str:
    more = [f"nog {len(names) - _SHOWN}"] if len(names) > _SHOWN else []
    return opsomming([*names[:_SHOWN], *more])


def _warnings(outcomes: Sequence[Outcome], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"naam": f"{names[o.gemeente]} {o.jaar}, {o.notebook}", "regels": o.warnings}
        for o in outcomes
        if o.warnings
    ]
