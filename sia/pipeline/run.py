"""One run: which municipality and year, from which folders, into which folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from sia import __version__, schemas
from sia.gemeente import Gemeente
from sia.request import check_request, known_municipalities
from sia.schemas import validate
from sia.settings import Folders, project_root
from sia.sources.store import open_store
from sia.store import read_manifest, read_table, sha256_file, update_manifest, write_table


@dataclass(frozen=True)
class Run:
    """Everything that a stage needs to know about where it is.

    Parameters
    ----------
    gemeente : Gemeente
    jaar : int
        SIA year.
    jaren : tuple of int
        All years that are looked at together, sorted; holds `jaar`.
    basisjaar : int
        Year whose norms fix the scale of the scores.
    bron : tuple of pathlib.Path
        Folders with raw data.
    folders : Folders
    """

    gemeente: Gemeente
    jaar: int
    jaren: tuple[int, ...]
    basisjaar: int
    bron: tuple[Path, ...]
    folders: Folders

    def __str__(self) -> str:
        years = ", ".join(map(str, self.jaren))
        return (
            f"{self.gemeente.naam} ({self.gemeente.code}), SIA-jaar {self.jaar}; "
            f"schaal vastgelegd op {self.basisjaar}; samen bekeken: {years}."
        )

    @property
    def folder(self) -> Path:
        """Folder with the tables of this municipality and year."""
        return self.folders.year(self.gemeente.code, self.jaar)

    @property
    def reports(self) -> Path:
        """Folder with the outputs of this municipality and year."""
        return self.folders.report(self.gemeente.code, self.jaar)

    def of_year(self, jaar: int) -> Run:
        """Return the same run for another year."""
        return Run(self.gemeente, jaar, self.jaren, self.basisjaar, self.bron, self.folders)

    def has(self, name: str) -> bool:
        """Tell whether a stage has written this table."""
        return (self.folder / f"{name}.parquet").exists()

    def table(self, name: str) -> pd.DataFrame:
        """Return a table that an earlier stage wrote, checked against its schema.

        A file that is to the byte what a stage wrote was checked by that stage, against the same
        schemas: it is not checked again.

        Raises
        ------
        InputError
            When it is absent or does not have its schema; says what to run.
        """
        path = self.folder / f"{name}.parquet"
        table = read_table(path)
        return table if _written_whole(path) else validate(name, table)

    def write(self, stage: str, tables: dict[str, pd.DataFrame], **parameters: object) -> None:
        """Write tables, each whole or not at all, and note the stage in the manifest.

        Parameters
        ----------
        stage : str
            Name of the notebook that the stage belongs to.
        tables : dict of name to DataFrame
            Checked against their schemas first: either all are fit to be written or none is.
        **parameters
            Settings that the tables depend on; JSON values.
        """
        checked = {name: validate(name, table) for name, table in tables.items()}
        for name, table in checked.items():
            write_table(self.folder / f"{name}.parquet", table)
        paths = [self.folder / f"{name}.parquet" for name in checked]
        self.note(stage, paths, **parameters)

    def note(self, stage: str, outputs: Sequence[Path], **parameters: object) -> None:
        """Note in the manifest what a stage wrote: file hashes, parameters and version."""
        update_manifest(
            self.folder,
            stage,
            {
                "sia": __version__,
                "schemas": _schemas(),
                "parameters": {
                    "jaar": self.jaar,
                    "jaren": list(self.jaren),
                    "basisjaar": self.basisjaar,
                    **parameters,
                },
                "uitvoer": {str(path): sha256_file(path) for path in outputs},
            },
        )


@cache
def _schemas() -> str:
    """Return the hash of the contracts that tables are checked against."""
    return sha256_file(Path(schemas.__file__))


def _written_whole(path: Path) -> bool:
    """Tell whether a file is what a stage wrote after checking it against these schemas."""
    stages = read_manifest(path.parent).get("stappen", {}).values()
    known = [
        stage["uitvoer"][str(path)]
        for stage in stages
        if stage.get("schemas") == _schemas() and str(path) in stage.get("uitvoer", {})
    ]
    return bool(known) and sha256_file(path) in known


def open_run(
    gemeente: str,
    jaar: int,
    bron: Sequence[str],
    jaren: Sequence[int] = (),
    basisjaar: int | None = None,
    verwerkt: str = "",
    rapporten: str = "",
) -> Run:
    """Open a run from notebook parameters and check them.

    Parameters
    ----------
    gemeente : str
        Name or code.
    jaar : int
    bron : sequence of str
        Folders with raw data, relative to the working folder.
    jaren : sequence of int
        Years that are looked at together; `jaar` is added when it is not among them.
    basisjaar : int, optional
        Default the first of `jaren`.
    verwerkt, rapporten : str
        Folders for tables and reports; default those of the project.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        With every problem of the parameters at once.
    """
    root = project_root()
    default = Folders.of(root)
    raw = tuple(Path(os.path.normpath(Path.cwd() / folder)) for folder in bron)
    years = tuple(sorted({*jaren, jaar}))
    folders = Folders(
        processed=_folder(verwerkt, default.processed), reports=_folder(rapporten, default.reports)
    )
    config = check_request(
        gemeente, years, raw, lambda: known_municipalities(open_store(raw, folders.processed))
    )
    return Run(config, jaar, years, basisjaar or years[0], raw, folders)


def _folder(given: str, default: Path) -> Path:
    return Path(os.path.normpath(Path.cwd() / given)) if given else default
