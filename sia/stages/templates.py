"""The workbook and tables that partners fill in, with what is known of the municipality."""

from __future__ import annotations

from pathlib import Path

from sia.agenda.output.template import delivery_files
from sia.errors import Problem, refuse
from sia.settings import Folders
from sia.stages.agenda import FOLDER
from sia.store import read_table, read_tables, write_bytes

_SHOWN = ("register", "acties", "status")


def write_templates(
    gemeente: str, folder: Path, folders: Folders, partner: str | None = None
) -> list[Path]:
    """Write the workbook for a partner and the empty tables that go beside it.

    `gemeente`: code, ``GM0153``.
    `folder`: where they go.
    `folders`: of the project: codes of buurten, numbers of koppelkansen, and the partner's own
        plans are taken from the newest year that was processed, as far as they are there.
    `partner`: see `sia.agenda.output.template.delivery_files`.
    Raises InputError when one of the files is there already, or the partner is not known.
    """
    root = folders.year(gemeente, 0).parent
    areas, register = _newest(root, "gebieden.parquet"), _newest(root, f"{FOLDER}/register.parquet")
    buurten = None if areas is None else read_table(areas)[["naam"]]
    agenda = {} if register is None else read_tables(register.parent, _SHOWN)
    made = {folder / name: content for name, content in
            delivery_files(agenda, buurten, partner).items()}  # fmt: skip
    refuse(
        Problem("Dit bestand is er al.", "Kies een andere map.", bestand=path.name)
        for path in made
        if path.exists()
    )
    for path, content in made.items():
        write_bytes(path, content)
    return list(made)


def _newest(root: Path, name: str) -> Path | None:
    found = [p for p in root.glob(f"*/{name}") if p.relative_to(root).parts[0].isdigit()]
    return max(found, key=lambda p: int(p.relative_to(root).parts[0]), default=None)
