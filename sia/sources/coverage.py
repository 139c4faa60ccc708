"""What the raw files gave one municipality: files per source, buurten per table."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sia.errors import InputError
from sia.sources.base import Intake

STATUSES = ("gelezen", "overgeslagen", "fout")
NAMED = 10
"""Codes without a row that are named; of the others there are too many to read."""


def intake_counts(files: pd.DataFrame) -> pd.DataFrame:
    """Return how many files of each source were read, passed over, or at fault."""
    named = files["bron"].replace("", "(geen bekende bron)")
    counts = pd.crosstab(named, files["status"])
    return counts.reindex(columns=list(STATUSES), fill_value=0).reset_index()


def coverage(found: Intake, gemeentecode: str) -> pd.DataFrame:
    """Return per table and border layer how many buurten of a municipality it has, and lacks.

    ``bron``, ``tabel``, ``jaar``, ``buurten``, ``zonder rij`` (codes, at most ten named).
    Compared with all codes of that same year's borders or, without those, of any source.
    """
    own = [row for row in _codes(found, "BU" + gemeentecode[2:]) if row[-1]]
    everything = set().union(*(codes for *_, codes in own))
    borders = {year: codes for source, _, year, codes in own if source == "grenzen"}
    rows = []
    for source, table, year, codes in own:
        lacking = sorted(borders.get(year, everything) - codes)
        named = ", ".join(lacking[:NAMED]) + (" ..." if len(lacking) > NAMED else "")
        rows.append((source, table, year, len(codes), named))
    names = ["bron", "tabel", "jaar", "buurten", "zonder rij"]
    return pd.DataFrame(rows, columns=names).sort_values(["bron", "jaar"], ignore_index=True)


def _codes(found: Intake, prefix: str) -> Iterator[tuple[str, str, int, set[str]]]:
    """Give source, table, year and buurtcodes of every table and map of buurten."""
    for table in found.tables:
        yield table.source, table.origin.table, table.year, _starting(table.values, prefix)
    for layer in found.areas:
        if layer.level == "buurt":
            yield "grenzen", layer.origin.table, layer.year, _starting(layer.frame, prefix)


def _starting(frame: pd.DataFrame, prefix: str) -> set[str]:
    return {str(code) for code in frame.index if str(code).startswith(prefix)}


def intake_text(found: Intake, gemeentecode: str, naam: str) -> str:
    """Say what was found for a municipality."""
    covered = coverage(found, gemeentecode)
    if covered.empty:
        raise InputError.one(
            f"Geen enkel bestand heeft buurten van {naam}.",
            "Controleer de bronmappen, of haal de bronnen op met `sia fetch`.",
        )
    status = found.files["status"]
    faults, read = (int((status == one).sum()) for one in ("fout", "gelezen"))
    note = "geen bestand met fouten" if faults == 0 else f"LET OP: {faults} met fouten"
    buurten = int(covered["buurten"].max())
    return f"In orde: {read} bestanden gelezen, {note}; {buurten} buurten gevonden."
