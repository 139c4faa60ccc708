"""Stage typen: what kinds of buurten there are, over all years together."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sia.clustering.types import NAMING, Types, find_types
from sia.stages.inputs import Inputs
from sia.stages.kept_choice import RememberedChoice
from sia.stages.run import Made, Run


def make(inputs: Inputs) -> Made:
    """Find the types over all years together, and those of this year's buurten."""
    settings = inputs.method("typen")
    choice = RememberedChoice(inputs.run.folder.parent / "typen")
    found: Types = find_types(
        inputs.domain_scores(), _context(inputs), inputs.jaar, settings, choice
    )
    tables = {"typologie": found.buurten, "typeprofielen": found.profiles.round(9)}
    noted = {"zaad": settings.seed, "k": found.k, "reden": found.reden}
    return Made(tables, replace(found, choice=choice), noted)


def publish(run: Run, made: Made) -> Made:
    """Keep the choice of the number of types for the other years."""
    del run
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
