"""The audit as one table: a stage writes it, the report reads it, nobody computes it twice."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from sia.index import Audit

COLUMNS = ("controle", "kolom", "index", "soort", "rij", "getal", "tekst")


def audit_frame(found: Audit) -> pd.DataFrame:
    """Return every check as rows of one table.

    Returns
    -------
    DataFrame
        ``controle``, ``kolom``, ``index`` (whether the column is one of the index), ``soort``
        (dtype), ``rij``, and the cell in ``getal`` or ``tekst``. `audit_from` gives back the same
        tables to the last bit.
    """
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
