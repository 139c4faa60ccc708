"""Voorbeeldstad (fictief): a municipality that does not exist, in the publishers' real formats.

`generate` writes raw data as CBS, RIVM, the police and PDOK would, so that the whole line runs
without any download; what was hidden in it is returned, and kept apart, as `DemoTruth`. `ensure`
is what ``sia demo`` calls: the same files once, with the plans of fictional partners.
"""

from __future__ import annotations

from voorbeeldstad.ensure import ensure, write_plans
from voorbeeldstad.generate import YEARS, generate, plant
from voorbeeldstad.places import (
    CHANGE_YEAR,
    GEMEENTECODE,
    GEMEENTENAAM,
)
from voorbeeldstad.truth import DemoTruth

__all__ = [
    "CHANGE_YEAR",
    "GEMEENTECODE",
    "GEMEENTENAAM",
    "YEARS",
    "DemoTruth",
    "ensure",
    "generate",
    "plant",
    "write_plans",
]
