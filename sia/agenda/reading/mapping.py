"""How one partner's own export is read: its headings, fixed values and words, kept in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from sia.agenda.reading.cells import plain
from sia.agenda.reading.fields import BY_NAME
from sia.errors import InputError, Problem, refuse, suggestion
from sia.toml import Tekst, Teksten, read_toml, validate

FOLDER = "leveringen"
"""Folder beside the deliveries that holds a file per partner."""


@dataclass(frozen=True)
class Export:
    """What one file in `FOLDER` says.

    `partner` (str): Whose plans these are, where the delivery does not say it itself.
    `bestanden` (tuple of str): Names of files, with ``*``, as they lie below the folder of the
        deliveries.
    `kolommen`: Heading in the export to column of the template (``Projectnr = "plan"``).
    `vast`: Column of the template to the value of every row that leaves it empty.
    `woorden`: Per column of the template a word of the export to what it means.
    `gelijk`: Column of the template to the column whose value it takes where it is empty.
    `negeer` (tuple of str): Headings that are no column of the template, though they sound like
        one.
    """

    partner: Tekst
    bestanden: Teksten
    kolommen: Mapping[str, Tekst] = field(default_factory=dict)
    vast: Mapping[str, str] = field(default_factory=dict)
    woorden: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    gelijk: Mapping[str, Tekst] = field(default_factory=dict)
    negeer: Teksten = ()

    @property
    def gives(self) -> set[str]:
        """Columns of the template that a row has, whatever its headings."""
        return {"partner", *self.vast, *self.gelijk}

    def filled(self, cells: dict[str, object]) -> dict[str, object]:
        """Return the cells of a row with its words replaced and its gaps filled."""
        row = dict(cells)
        for name, words in self.woorden.items():
            known = {plain(word): meant for word, meant in words.items()}
            row[name] = known.get(plain(row.get(name) or ""), row.get(name))
        copied = {name: row.get(other) for name, other in self.gelijk.items()}
        for name, value in {"partner": self.partner, **copied, **self.vast}.items():
            if not plain(row.get(name) or ""):
                row[name] = value
        return row


def read_mappings(folders: Sequence[Path]) -> tuple[list[Export], list[Problem]]:
    """Read the files of all partners, and what is wrong in them."""
    found: list[Export] = []
    problems: list[Problem] = []
    for path in (p for folder in folders for p in sorted((folder / FOLDER).glob("*.toml"))):
        try:
            mapping = validate(Export, read_toml(path), path.name)
            named = [*mapping.kolommen.values(), *mapping.vast, *mapping.woorden]
            named += [*mapping.gelijk, *mapping.gelijk.values()]
            refuse(
                Problem(f"`{n}` is geen kolom van het sjabloon.", suggestion(n, BY_NAME), path.name)
                for n in named if n not in BY_NAME
            )  # fmt: skip
            found.append(mapping)
        except InputError as error:
            problems += error.problems
    return found, problems


def mapping_for(name: str, mappings: Sequence[Export]) -> Export | None:
    """Return the mapping of a file, by its path below the folder of the deliveries."""
    fits = [m for m in mappings if any(fnmatch(name.lower(), p.lower()) for p in m.bestanden)]
    return fits[0] if fits else None
