"""Stage 01: read every raw file once, and account for every buurt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pandas as pd
from filelock import FileLock

from sia.errors import InputError, Problem
from sia.fingerprint import digest
from sia.pipeline.intake_store import load_intake, mark_used, open_store, save_intake
from sia.pipeline.run import Run
from sia.request import store_folder
from sia.sources.base import Intake
from sia.sources.registry import SQUARES_LATER, read_squares
from sia.store import write_table

STAGE = "01_intake"


def read_intake(run: Run, *, tabellen: tuple[str, ...] | None = None) -> Intake:
    """Return everything that the raw folders hold for this municipality and its years.

    The files are read once for all municipalities and years; what was read is kept under the hash
    of the files and of the readers, so that a changed file is read anew.

    Parameters
    ----------
    run : Run
    tabellen : tuple of str, optional
        Sources of which the tables are wanted, by default all; they are most of the work, so who
        needs only borders and squares asks for none.
    """
    where = run.gemeente.code, run.jaren, run.bron, tabellen
    store = open_store(run.bron, run.folders.processed)
    try:
        return _load(store, *where)
    except (FileNotFoundError, InputError):
        if store.exists():
            raise
        # another run cleared it away while it was read; the raw files are still there
        return _load(open_store(run.bron, run.folders.processed), *where)


@lru_cache(maxsize=1)
def _load(
    store: Path,
    code: str,
    jaren: tuple[int, ...],
    bron: tuple[Path, ...],
    tabellen: tuple[str, ...] | None,
) -> Intake:
    """Load a part of a store; the name of a store is the hash of what is in it."""
    found = load_intake(store, code, jaren, normen=True, tabellen=tabellen)
    if found is None:
        raise InputError([_vanished(store)])
    later = found.files.loc[found.files["opmerking"] == SQUARES_LATER, "bestand"]
    if later.empty:
        return found
    files = {str(name): _path_of(str(name), bron) for name in later}
    own = _squares(store, code, jaren, files, found)
    rest = found.files[~found.files["bestand"].isin(own.files["bestand"])]
    both = pd.concat([rest, own.files]).sort_values("bestand", ignore_index=True)
    return replace(found, squares=own.squares, files=both)


def _vanished(folder: Path) -> Problem:
    return Problem(
        bestand=str(folder),
        wat="De ingelezen bestanden zijn tijdens het lezen weggehaald.",
        oplossing="Draai dit notebook opnieuw; dan worden de bronmappen opnieuw ingelezen.",
    )


def _squares(
    store: Path, code: str, jaren: tuple[int, ...], files: Mapping[str, Path], found: Intake
) -> Intake:
    """Return the squares of a municipality, which are kept in its own folder once read."""
    # the name says of which store they are, so that they go when it goes
    key = f"{store.name}-{digest(map(str, jaren))[:8]}"
    # the store is processed/NL/intake/<hash>
    folder = store.parents[2] / code / "intake" / key
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{key}.slot"):
        own = load_intake(folder)
        if own is None:
            own = read_squares(files, code, jaren, found.areas)
            save_intake(folder, own)
        mark_used(folder)
    return own


def _path_of(name: str, bron: Sequence[Path]) -> Path:
    """Return where a file of the table of files stands."""
    return next(root / name for root in bron if (root / name).is_file())


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
