"""Every column that partners deliver or the agenda makes, read from ``fields.toml``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sia.settings import Openness
from sia.toml import of_package

OPENNESS: tuple[Openness, ...] = ("intern", "partners", "openbaar")
"""From most to least closed: of its partner alone, of the partners, of everybody."""


@dataclass(frozen=True)
class Field:
    """One column of a table that partners fill in.

    `name`: Column name in every table.
    `label`: Heading in the workbook, Dutch.
    `kind`: How a cell is read: tekst, keuze, keuzes, jaar, geheel, bedrag, getal, procent, lijst,
        plaats or datum.
    `level`: Who may see the field at most.
    `uitleg`: Dutch explanation for whoever fills it in.
    `choices`: Allowed values of ``keuze`` and ``keuzes``.
    `words`: Other words for a choice.
    `ook`: Other headings.
    `voorbeeld`: A filled-in cell.
    """

    name: str
    label: str
    kind: str
    level: Openness
    uitleg: str
    required: bool = False
    choices: tuple[str, ...] = ()
    words: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    ook: tuple[str, ...] = ()
    voorbeeld: str = ""

    @property
    def numeric(self) -> bool:
        """Whether a cell holds a number."""
        return self.whole or self.kind in ("bedrag", "getal", "procent")

    @property
    def whole(self) -> bool:
        """Whether a cell holds a whole number."""
        return self.kind in ("jaar", "geheel")


_TABLE = of_package("agenda/reading/fields.toml")
CHOICES: dict[str, tuple[str, ...]] = {k: tuple(v) for k, v in _TABLE["keuzes"].items()}
OPGAVEN = CHOICES["opgaven"]
IDEA = "idee"
"""Status of a plan of which nothing is published that names a year."""


def _fields(table: str) -> tuple[Field, ...]:
    return tuple(
        Field(
            name,
            entry.get("label", name),
            entry["soort"],
            entry["niveau"],
            entry["uitleg"],
            entry.get("verplicht", False),
            CHOICES[entry["keuzes"]] if "keuzes" in entry else (),
            _TABLE["woorden"].get(entry.get("keuzes"), {}),
            tuple(entry.get("ook", ())),
            entry.get("voorbeeld", ""),
        )
        for name, entry in _TABLE[table].items()
    )


FIELDS = _fields("plannen")
BUDGET_FIELDS, SUBSIDY_FIELDS = _fields("budgetten"), _fields("subsidies")
DECISION_FIELDS, ACTION_FIELDS = _fields("besluiten"), _fields("acties")
MANDATE_FIELDS = _fields("mandaten")
TABLES: dict[str, tuple[Field, ...]] = {
    "plannen": FIELDS,
    "budgetten": BUDGET_FIELDS,
    "subsidies": SUBSIDY_FIELDS,
    "besluiten": DECISION_FIELDS,
    "acties": ACTION_FIELDS,
    "mandaten": MANDATE_FIELDS,
}
"""What partners deliver, by the name of its sheet or file."""
WITHDRAWN = "ingetrokken"
"""Status by which a partner takes a plan away; a plan that is absent is a question."""
BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
_MADE: dict[str, dict[str, str]] = _TABLE["kolommen"]
FIELD_LEVELS: dict[str, Openness] = {f.name: f.level for f in FIELDS} | {
    name: cast(Openness, level) for level, labels in _MADE.items() for name in labels
}
"""Level of every column that may leave; a column that is not listed never leaves."""
LABELS: dict[str, str] = {f.name: f.label for f in FIELDS} | {
    name: label for labels in _MADE.values() for name, label in labels.items()
}
"""Dutch heading of every column that may leave."""
EXAMPLES: list[dict[str, str]] = [
    {field.name: field.voorbeeld for field in FIELDS},
    *_TABLE["voorbeelden"],
]
"""Filled-in rows of plans."""
