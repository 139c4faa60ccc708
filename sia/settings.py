"""Where things are: the project folder and the folders of one municipality and year."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sia.errors import InputError

Openness = Literal["intern", "partners", "openbaar"]
"""For whom something is; each has its own folder in the reports of a year."""

RECORD = "duiding.sqlite"
"""File of one municipality's judgements, of all years, beside its processed years."""

LAST_RUN = "laatste-run.json"
"""In the folder of a municipality's reports, and in that of a batch of several."""

PLANS = "plannen"
"""Folder within a raw folder with what partners deliver: only the agenda reads it."""

_CODE = re.compile(r"GM\d{4}")


def project_root(start: Path | None = None) -> Path:
    """Return the folder that holds ``gemeenten/`` and ``data/``.

    `start`: Where to look from, upward; default the working folder. The environment variable
        ``SIA_HOME`` wins when it is set.
    Raises `InputError` when no folder upward holds ``gemeenten/``.
    """
    named = os.environ.get("SIA_HOME")
    if named:
        return Path(named).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "gemeenten").is_dir():
            return folder
    raise InputError.one(
        bestand=str(here),
        wat="Geen map `gemeenten/` gevonden, hier niet en hogerop niet.",
        oplossing="Ga in de map van het project staan, of zet SIA_HOME op die map.",
    )


def portable(text: str, root: Path, folders: Iterable[Path] = ()) -> str:
    """Return a text without absolute paths: no output tells where it was made, or by whom.

    `text`: The project's folder becomes ``.``, that of the user ``~``; also inside JSON.
    `root`: Folder of the project.
    `folders`: Other folders that may be named in it; they become relative to `root`.
    """
    home = Path.home()
    named = {str(folder): _relative(folder, root, home) for folder in (*folders, root)}
    named |= {str(home): "~"} if home != Path(home.anchor) else {}
    told = {
        form: name
        for whole, name in named.items()
        for form in (whole, whole.replace("\\", "/"), json.dumps(whole)[1:-1])
    }
    # in one go, the longest first: a relative path may hold the absolute path of another folder
    found = "|".join(map(re.escape, sorted(told, key=len, reverse=True)))
    return re.sub(rf"({found})(?![\w-])", lambda match: told[match[1]], text)


def _relative(folder: Path, root: Path, home: Path) -> str:
    if folder.is_relative_to(home) and not folder.is_relative_to(root):
        return f"~/{folder.relative_to(home).as_posix()}"
    try:
        return Path(os.path.relpath(folder, root)).as_posix()
    except ValueError:
        return folder.name  # another drive of Windows


@dataclass(frozen=True)
class Folders:
    """The folders of one run.

    `processed`, `reports`: Roots under which a municipality and year get their own folder.
    """

    processed: Path
    reports: Path

    @classmethod
    def of(cls, root: Path) -> Folders:
        """Return the default folders of a project."""
        return cls(processed=root / "data" / "processed", reports=root / "reports")

    def record(self, gemeentecode: str) -> Path:
        """Return ``processed/<gemeentecode>/duiding.sqlite``, whether it is there or not."""
        return self.processed / checked_code(gemeentecode) / RECORD

    def year(self, gemeentecode: str, jaar: int) -> Path:
        """Return ``processed/<gemeentecode>/<jaar>``; refuses anything that is not a code."""
        return self.processed / checked_code(gemeentecode) / str(int(jaar))

    def report(self, gemeentecode: str, jaar: int) -> Path:
        """Return ``reports/<gemeentecode>/<jaar>``; refuses anything that is not a code."""
        return self.reports / checked_code(gemeentecode) / str(int(jaar))

    def edition(self, gemeentecode: str, jaar: int, voor: Openness = "openbaar") -> Path:
        """Return the folder of a year's reports with only what is for these readers."""
        return self.report(gemeentecode, jaar) / voor


def checked_code(gemeentecode: str) -> str:
    """Return the code of a municipality; refuses anything else."""
    if not _CODE.fullmatch(gemeentecode):
        raise InputError.one(
            wat=f"`{gemeentecode}` is geen gemeentecode.",
            oplossing="Gebruik GM met vier cijfers, bijvoorbeeld GM0153.",
        )
    return gemeentecode
