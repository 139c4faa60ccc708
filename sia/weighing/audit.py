"""The checks of the OECD/JRC handbook on the index of one year, in a reader's words."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from sia.catalogue.model import SCORE_NAMES, Catalogue, Indicator
from sia.catalogue.refused import is_origin
from sia.index import Audit, IndexResult, audit
from sia.indicators import IndicatorTable

TITLES = {
    "availability": "Beschikbaarheid per indicator",
    "distribution": "Scheefheid voor en na behandeling",
    "correlations": "Samenhang binnen een domein of binnen de index",
    "between": "Samenhang tussen domeinen",
    "consistency": "Betrouwbaarheid per domein (Cronbachs alfa)",
    "components": "Hoofdcomponenten per domein",
    "parents": "Samenhang van indicator met domein en index",
    "influence": "Invloed naast gewicht",
    "external": "Samenhang met externe indexen (buiten de score)",
    "ranks": "Rang tegenover het eigen interval",
}
"""Checks that any reader may see; the test against origin is for researchers."""
LIGHTS = ("groen", "oranje", "rood", "grijs")
# the engine numbers the levels of any hierarchy; in SIA's the domains are the second
_AGGREGATES = {"urgentie": "Urgentie", "potentie": "Potentie", "niveau 2": "Domeinen"}


def audit_of(
    result: IndexResult, table: IndicatorTable, scores: pd.DataFrame, names: pd.Series[str]
) -> Audit:
    """Return every check of an index, beside indices that stay outside it and beside origin."""
    ranks = {"rang": "rank", "rang_p05": "rank_p05", "rang_p95": "rank_p95"}
    called = scores.set_axis(names.reindex(scores.index).rename("buurt"))

    def outside(wanted: list[Indicator]) -> pd.DataFrame | None:
        known = [e.id for e in wanted if table.values[e.id].notna().any()]
        return table.values.loc[result.scores.index, known] if known else None

    return audit(
        result,
        external=outside([e for e in table.catalogue if e.rol == "toets"]),
        origin=outside([e for e in table.catalogue if any(map(is_origin, e.maten()))]),
        ranks=called[list(ranks)].rename(columns=ranks),
    )


def audit_tables(found: Audit, catalogue: Catalogue) -> dict[str, pd.DataFrame]:
    """Return the checks by their Dutch title, with names for readers."""
    return {
        title: named(table, catalogue)
        for name, title in TITLES.items()
        if len(table := getattr(found, name))
    }


def audit_table(found: Audit) -> pd.DataFrame:
    """Return how many lights of each colour every check has, with the rule."""
    rows = []
    for name, title in TITLES.items():
        table = getattr(found, name)
        if len(table):
            counts = table["licht"].value_counts()
            lights = {light: int(counts.get(light, 0)) for light in LIGHTS}
            rows.append({"controle": title, **lights, "regel": table["regel"].iloc[0]})
    return pd.DataFrame(rows)


def audit_annex(found: Audit, catalogue: Catalogue) -> dict[str, pd.DataFrame]:
    """Return the audit for a reader of the report: every check with its rule, and what is red.

    Notebook 03 has every row; a report of hundreds of correlations is read by nobody.
    """
    pages = {"Uitkomst van elke controle, met haar regel": audit_table(found)}
    for title, table in audit_tables(found, catalogue).items():
        red = table[table["licht"] == "rood"].drop(columns=["licht", "regel"])
        if len(red):
            pages[f"{title}: wat rood is"] = red
    return pages


def named(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return a table of an audit, with Dutch names for indicators and aggregates, index first.

    ``named(found.proxy, ...)`` is the rank correlation of each score with origin, for researchers
    only; ``named(found.external, ...)`` that with indices which stay outside the scores.
    """
    if table.empty:
        return pd.DataFrame()
    names = {**catalogue.names, **SCORE_NAMES, **_AGGREGATES}
    flat = table.reset_index(drop=table.index.name is None)
    texts = [c for c in flat if not pd.api.types.is_numeric_dtype(flat[c].dtype)]
    for column in texts:
        flat[column] = [names.get(str(cell), cell) for cell in flat[column]]
    return flat.rename(columns=lambda name: str(name).replace("_", " "))


COLUMNS = ("controle", "kolom", "index", "soort", "rij", "getal", "tekst")


def audit_frame(found: Audit) -> pd.DataFrame:
    """Return every check as rows of one table."""
    parts = [
        part
        for one in fields(Audit)
        if len(table := getattr(found, one.name))
        for part in _cells(one.name, table)
    ]
    empty = {name: pd.Series(dtype=kind) for name, kind in zip(COLUMNS, _KINDS, strict=True)}
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(empty)
    return whole.astype(dict(zip(COLUMNS, _KINDS, strict=True)))


_KINDS = ("str", "str", "bool", "str", "int64", "float64", "str")


def _cells(check: str, table: pd.DataFrame) -> list[pd.DataFrame]:
    levels = [(name, table.index.get_level_values(i)) for i, name in enumerate(table.index.names)]
    index = [("" if name is None else str(name), True, pd.Series(v)) for name, v in levels]
    columns = [(str(name), False, column) for name, column in table.items()]
    made = []
    for name, of_index, column in [*index, *columns]:
        kind = str(column.dtype)
        number = pd.api.types.is_numeric_dtype(column.dtype)
        made.append(
            pd.DataFrame(
                {
                    "controle": check,
                    "kolom": name,
                    "index": of_index,
                    "soort": kind if number else "str",
                    "rij": np.arange(len(column)),
                    "getal": column.to_numpy(dtype=float, na_value=np.nan) if number else np.nan,
                    "tekst": None if number else column.astype("str").to_numpy(),
                }
            )
        )
    return made


def audit_from(frame: pd.DataFrame) -> Audit:
    """Return the audit that `audit_frame` laid down; a check without rows is an empty table."""
    tables = {str(check): _table(rows) for check, rows in frame.groupby("controle", sort=False)}
    return Audit(**{one.name: tables.get(one.name, pd.DataFrame()) for one in fields(Audit)})


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    columns: dict[tuple[bool, str], pd.Series] = {}
    for (name, of_index), cells in rows.groupby(["kolom", "index"], sort=False):
        kind: Any = cells["soort"].iloc[0]
        values = cells["tekst"] if kind == "str" else cells["getal"].astype(kind)
        columns[bool(of_index), str(name)] = values.reset_index(drop=True)
    index = [values.rename(name or None) for (own, name), values in columns.items() if own]
    table = pd.DataFrame({name: values for (own, name), values in columns.items() if not own})
    if len(index) == 1:
        return table.set_axis(pd.Index(index[0], name=index[0].name))
    return table.set_axis(pd.MultiIndex.from_arrays(index, names=[one.name for one in index]))
