"""Voorbeeldstad (fictief): a municipality that does not exist, in the publishers' real formats.

`generate` writes raw data as CBS, RIVM, the police and PDOK would, so that the whole line runs
without any download; what was hidden in it is returned, and kept apart, as `DemoTruth`.
"""

from __future__ import annotations

from sia.demo.generate import HEALTH_YEARS, TRUTH_FOLDER, YEARS, generate, plant
from sia.demo.noiseless import noiseless
from sia.demo.places import (
    CHANGE_YEAR,
    CORPORATIES,
    GEMEENTECODE,
    GEMEENTENAAM,
    corporaties,
    stadsdelen,
)
from sia.demo.truth import DemoTruth

__all__ = [
    "CHANGE_YEAR",
    "CORPORATIES",
    "GEMEENTECODE",
    "GEMEENTENAAM",
    "HEALTH_YEARS",
    "TRUTH_FOLDER",
    "YEARS",
    "DemoTruth",
    "corporaties",
    "generate",
    "noiseless",
    "plant",
    "stadsdelen",
]
