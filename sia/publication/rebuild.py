"""Make a published set again from its recipe and the same raw files, and compare byte by byte."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sia import __version__
from sia.agenda.output.tables import MEMORY
from sia.duiding.chain import witness_of
from sia.errors import InputError, Problem, refuse
from sia.publication.crate import RECIPE, inputs_of
from sia.publication.folder import root_of
from sia.settings import Folders, project_root
from sia.stages import graph
from sia.stages.opening import checked_run
from sia.stages.run import Run, code_hash
from sia.store import sha256_file

_WHOLE = {"kaart", "rapport", "agenda"}
"""Stages that write no tables for other years: made for the year of the set alone."""


def rebuild(place: Path, bron: Sequence[Path]) -> list[Problem]:
    """Make a published set again in a folder of its own and say which files are not the same.

    Refused when there is no recipe, or a raw file is missing or not the same.
    """
    asked = _recipe(place)
    refuse(other_inputs(asked, bron))
    with tempfile.TemporaryDirectory(prefix="sia-herbouw-") as made:
        root = Path(made)
        run = checked_run(
            asked["gemeente"],
            asked["jaar"],
            list(bron),
            jaren=asked["jaren"],
            basisjaar=asked["basisjaar"],
            methode=asked["methode"],
            verwerkt=root / "verwerkt",
            rapporten=root / "rapporten",
        )
        _take_record(run)
        for one in graph.STAGES:
            years = (run.jaar,) if one.name in _WHOLE else run.jaren
            options = {"reeks": asked["reeks"]} if one.name == "rapport" else {}
            for jaar in years:
                run.of_year(jaar).publish(one.name, **options)
        return compared(asked, run)


def _recipe(place: Path) -> dict[str, Any]:
    path = place / RECIPE
    if not path.exists():
        raise InputError.one(
            bestand=str(path),
            wat="Hier staat geen recept van een gepubliceerde set.",
            oplossing="Kies een map die `sia publiceer` maakte.",
        )
    asked: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return asked


def other_inputs(asked: dict[str, Any], bron: Sequence[Path]) -> list[Problem]:
    """Say which raw files are not those that the set was made from."""
    here = inputs_of(bron)
    return [
        Problem(
            "Dit ruwe bestand is anders dan toen."
            if name in here
            else "Dit ruwe bestand ontbreekt.",
            "Zet het bestand terug waarvan de set is gemaakt, of haal weg wat erbij kwam.",
            bestand=name,
        )
        for name in sorted({**here, **asked["invoer"]})
        if here.get(name) != asked["invoer"].get(name)
    ]


def _take_record(run: Run) -> None:
    """Lay beside the new tables what is no raw file.

    Judgements, what agendas remember, and what the atlas shows of municipalities beside this one.
    """
    processed = Folders.of(project_root()).processed
    own = Folders.of(project_root()).record(run.gemeente.code)
    remembered = [path for name in MEMORY for path in own.parent.glob(f"*/agenda/{name}.parquet")]
    others = [
        path
        for name in ("indicatoren", "noemers", "scores")
        for path in processed.glob(f"GM[0-9]*/{run.jaar}/{name}.parquet")
        if path.parents[1] != own.parent
    ]
    for path in (own, witness_of(own), *remembered, *others):
        if path.exists():
            copy = run.folders.processed / path.relative_to(processed)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def compared(asked: dict[str, Any], run: Run) -> list[Problem]:
    """Say which files of a set were not made again with the same bytes."""
    root = root_of(run, asked["voor"])
    made = {name: root / name for name in asked["uitvoer"]}
    differ = [
        name
        for name, known in sorted(asked["uitvoer"].items())
        if not made[name].exists() or sha256_file(made[name]) != known
    ]
    why = "Kijk of het logboek van duidingen en wat de agenda onthield hier hetzelfde zijn."
    if asked["code"] != code_hash():
        why = f"Gemaakt met SIA {asked['sia']} (code {asked['code'][:12]}); hier is {__version__}."
    return [Problem("Dit bestand werd niet hetzelfde.", why, bestand=name) for name in differ]
