"""A round of the agenda by itself: from what earlier stages wrote, or from plans alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sia.agenda.dia import Dia
from sia.agenda.insight.views import round_text
from sia.agenda.reading.fields import OPGAVEN
from sia.indicators.roster import build_roster
from sia.sources import pdok
from sia.sources.registry import by_name, read_folder
from sia.stages import agenda, graph
from sia.stages.run import Made, Run
from sia.store import forget_stage, read_tables

_NOW = "De buurten en scores komen uit de SIA, zoals `sia run` haar nu ook zou maken."
_BEFORE = (
    "De buurten en scores komen uit de SIA zoals zij er ligt. Zij is niet volledig, of er is "
    "daarna iets veranderd aan code, keuzes of bronnen: `sia run` maakt haar opnieuw."
)
_ALONE = (
    "Er is nog geen SIA van dit jaar: gerekend is met de plannen en de kaart alleen. Urgentie telt "
    "niet mee en er zijn geen DIA-gebieden. `sia run` maakt de SIA."
)
_SHOWN = 10
"""Plans that moved, and conflicts, that are named one by one."""


@dataclass(frozen=True, eq=False)
class Held:
    """A round that was held.

    `dia`: None when of no delivery any plan could be used.
    `tekst`: what was read, answered, clashes and moved, and where all of it lies, Dutch.
    """

    dia: Dia | None
    tekst: str
    files: tuple[Path, ...]


def hold(run: Run) -> Held:
    """Make and write the agenda without making anything that it rests on.

    `run`: what its SIA left on disk is taken as it lies; where there is none, the borders are read
        from the raw folders and no buurt has a score.
    Raises InputError when the year makes no agenda, or no partner delivered a plan.
    """
    city, rests_on = _city(run)
    delivered = agenda.delivered_now(run, city["gebieden"])
    dia = agenda.assembled(run, delivered, city)
    made = agenda.publish(run, Made({}, dia), city["gebieden"])
    if rests_on == _NOW:
        run.note(graph.stage("agenda"), made)
    else:
        # a batch that meets this folder makes the agenda again, on a SIA of now
        forget_stage(run.folder, "agenda")
    told = [str(run), rests_on, *round_text(delivered, dia, _SHOWN), *_places(made.files)]
    return Held(dia, "\n".join(told), made.files)


def _places(files: Sequence[Path]) -> list[str]:
    """Say where letters, programme, residents' pages and tables lie."""
    letters = [path for path in files if path.parent.name == "antwoord"]
    named = {path.name: path for path in files}
    shown = {
        f"Brieven ({len(letters) // 2})": letters[0].parent if letters else None,
        "Programma": named.get("agenda.xlsx"),
        "Voor bewoners": named.get("index.html"),
        "Tabellen": named.get("programma.parquet"),
    }
    return [f"{what}: {path}" for what, path in shown.items() if path is not None]


def _city(run: Run) -> tuple[dict[str, pd.DataFrame], str]:
    """Return the tables of the SIA as they lie on disk, and what the reader must know of them."""
    there = read_tables(run.folder, agenda.CITY)
    if {"gebieden", "scores", "aanpak"} <= set(there):
        now = all(run.published(need.stage) for need in graph.stage("agenda").needs)
        return there, _NOW if now else _BEFORE
    maps = [path for path in by_name(run.bron).values() if pdok.recognise(path) is not None]
    intake = read_folder(maps, gemeente=run.gemeente.code, jaren=[run.jaar], vierkanten_ook=False)
    buurten = build_roster(intake, run.gemeente, run.jaar).frame
    unknown = pd.DataFrame(index=buurten.index, columns=["urgentie", "potentie", *OPGAVEN])
    approach = pd.DataFrame("", index=buurten.index, columns=["aanpak", "toelichting"])
    return {"gebieden": buurten, "scores": unknown.astype(float), "aanpak": approach}, _ALONE
