"""Stage 01: read every raw file once, and account for every buurt."""

from __future__ import annotations

import pandas as pd

from sia.errors import InputError, Problem
from sia.pipeline.run import Run
from sia.request import store_folder
from sia.sources import reading
from sia.sources.base import Intake
from sia.store import write_table

STAGE = "01_intake"


def read_intake(run: Run, *, tabellen: tuple[str, ...] | None = None) -> Intake:
    """Return everything that the raw folders hold for this municipality and its years."""
    where = run.gemeente.code, run.jaren, run.bron, run.folders.processed
    return reading.read_intake(*where, tabellen=tabellen)


def intake_step(run: Run) -> Intake:
    """Read the raw folders and write ``bestanden.parquet``: every file and what became of it."""
    found = read_intake(run)
    target = run.folder / "bestanden.parquet"
    write_table(target, found.files.astype(str))
    run.note(STAGE, [target], invoer=store_folder(run.bron, run.folders.processed).name)
    return found


def intake_counts(found: Intake) -> pd.DataFrame:
    """Return how many files of each source were read, passed over, or at fault."""
    named = found.files.assign(bron=found.files["bron"].replace("", "(geen bekende bron)"))
    counts = pd.crosstab(named["bron"], named["status"])
    for status in ("gelezen", "overgeslagen", "fout"):
        if status not in counts:
            counts[status] = 0
    return counts[["gelezen", "overgeslagen", "fout"]].reset_index()


def coverage(run: Run, found: Intake) -> pd.DataFrame:
    """Return per table and border layer how many buurten of the municipality it has, and lacks.

    Parameters
    ----------
    run : Run
    found : Intake

    Returns
    -------
    DataFrame
        ``bron``, ``tabel``, ``jaar``, ``buurten``, ``zonder rij`` (codes, at most ten named).
        Compared with all codes of that same year's borders or, without those, of any source.
    """
    prefix = "BU" + run.gemeente.code[2:]
    own: list[tuple[str, str, int, set[str]]] = []
    for table in found.tables:
        codes = {str(c) for c in table.values.index if str(c).startswith(prefix)}
        own.append((table.source, table.origin.table, table.year, codes))
    for layer in found.areas:
        if layer.level == "buurt":
            codes = {str(c) for c in layer.frame.index if str(c).startswith(prefix)}
            own.append(("grenzen", layer.origin.table, layer.year, codes))
    everything = set().union(*(codes for *_, codes in own)) if own else set()
    borders = {year: codes for source, _, year, codes in own if source == "grenzen" and codes}
    rows = []
    for source, table_id, year, codes in own:
        if codes:
            lacking = sorted(borders.get(year, everything) - codes)
            named = ", ".join(lacking[:10]) + (" ..." if len(lacking) > 10 else "")
            rows.append((source, table_id, year, len(codes), named))
    names = ["bron", "tabel", "jaar", "buurten", "zonder rij"]
    return pd.DataFrame(rows, columns=names).sort_values(["bron", "jaar"], ignore_index=True)


def check_intake(run: Run, found: Intake) -> str:
    """Say what was found, or stop when there is nothing to go on with.

    Raises
    ------
    InputError
        When no table or border layer holds a buurt of the municipality.
    """
    counts = coverage(run, found)
    if counts.empty:
        raise InputError(
            [
                Problem(
                    bestand=", ".join(map(str, run.bron)),
                    wat=f"Geen enkel bestand heeft buurten van {run.gemeente.naam}.",
                    oplossing="Controleer de bronmappen, of haal de bronnen op met `sia fetch`.",
                )
            ]
        )
    faults = int((found.files["status"] == "fout").sum())
    read = int((found.files["status"] == "gelezen").sum())
    buurten = int(counts["buurten"].max())
    note = "geen bestand met fouten" if faults == 0 else f"LET OP: {faults} met fouten"
    return f"In orde: {read} bestanden gelezen, {note}; {buurten} buurten gevonden."
