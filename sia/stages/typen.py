"""Stage typen: what kinds of buurten there are: those of the country, or of this city alone."""

from __future__ import annotations

import pandas as pd

from sia.clustering.typenset import FEATURES, Typenset, city_set
from sia.clustering.types import Types, enough, no_types, types_of
from sia.errors import InputError
from sia.indicators import IndicatorTable
from sia.indicators.eligibility import WOONBUURT, kinds
from sia.stages.inputs import Inputs
from sia.stages.run import Made


def make(inputs: Inputs) -> Made:
    """Give every buurt its national type; a number of types in the method asks for own ones."""
    table, own = inputs.indicators(), inputs.method("typen").n_types > 0
    soort = kinds(table, inputs.gemeente)
    found = types_of(table.values, soort, Typenset.standaard())
    if own or not enough(found, soort):
        found = _of_city(inputs, table, soort)
    national = found.typenset is Typenset.standaard()
    noted = {
        "typenset": Typenset.standaard().versie if national else "",
        "k": len(found.names),
        "reden": found.reden,
    }
    tables = {"typologie": found.buurten, "typeprofielen": found.profiles.round(9)}
    return Made(tables, found, noted)


def _of_city(inputs: Inputs, table: IndicatorTable, soort: pd.Series[str]) -> Types:
    """Find types of this city alone, over all years together."""
    parts = {}
    for jaar in inputs.years("indicatoren"):
        one = inputs.indicators(jaar)
        known = [name for name in FEATURES if name in one.values]
        parts[jaar] = one.values.loc[kinds(one, inputs.gemeente) == WOONBUURT, known]
    panel = pd.concat(parts, names=["jaar", "buurtcode"])
    try:
        return types_of(table.values, soort, city_set(panel, inputs.method("typen")))
    except InputError as error:
        return no_types(table.values.index, error)
