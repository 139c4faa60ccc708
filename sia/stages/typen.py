"""Stage typen: what kinds of buurten there are: those of the country, or of this city alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from sia.clustering.typenset import Typenset
from sia.clustering.types import NAMING, ONLY_HERE, Types, find_types, national_types
from sia.indicators.eligibility import WOONBUURT, kinds
from sia.methode import TypologySettings
from sia.stages.inputs import Inputs
from sia.stages.kept_choice import RememberedChoice
from sia.stages.run import Made, Run


def make(inputs: Inputs) -> Made:
    """Give every buurt its national type; a number of types in the method asks for own ones."""
    settings, known = inputs.method("typen"), Typenset.standaard()
    if not settings.n_types:
        table = inputs.indicators()
        place = kinds(table, inputs.gemeente)
        national = national_types(table.values, place, WOONBUURT, known)
        if national is not None:
            noted = {"typenset": known.versie, "k": national.k, "reden": national.reden}
            return _made(national, noted)
    return _own(inputs, settings)


def _made(found: Types, noted: dict[str, Any]) -> Made:
    tables = {"typologie": found.buurten, "typeprofielen": found.profiles.round(9)}
    return Made(tables, found, noted)


def _own(inputs: Inputs, settings: TypologySettings) -> Made:
    """Find types of this city alone, over all years together, and those of this year's buurten."""
    choice = RememberedChoice(inputs.run.folder.parent / "typen")
    found: Types = find_types(
        inputs.domain_scores(), _context(inputs), inputs.jaar, settings, choice
    )
    asked = settings.n_types > 0
    why = "zelf gekozen" if asked else "te weinig bekend voor de landelijke typen"
    told = f"{ONLY_HERE} ({why}). {found.reden}"
    noted = {"typenset": "", "zaad": settings.seed, "k": found.k, "reden": told}
    return _made(replace(found, choice=choice, reden=told), noted)


def publish(run: Run, made: Made) -> Made:
    """Keep the choice of the number of types for the other years."""
    del run
    if made.result.choice is not None:
        made.result.choice.keep()
    return made


def _context(inputs: Inputs) -> pd.DataFrame:
    """Return what a type's name may speak of beside its scores, over all years."""
    parts = {}
    for jaar in inputs.with_scores():
        values = inputs.table("indicatoren", jaar)
        people = inputs.table("gebieden", jaar)["inwoners"]
        parts[jaar] = values[[name for name in NAMING if name in values]].assign(inwoners=people)
    return pd.concat(parts, names=["jaar", "buurtcode"])
