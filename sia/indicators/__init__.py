"""From tidy sources to the indicator table of one municipality and year."""

from sia.indicators.build import IndicatorTable, build_indicators
from sia.indicators.cells import CARRIED, MISSING, MODELLED, OBSERVED
from sia.indicators.eligibility import Design, design, eligibility

__all__ = [
    "CARRIED",
    "MISSING",
    "MODELLED",
    "OBSERVED",
    "Design",
    "IndicatorTable",
    "build_indicators",
    "design",
    "eligibility",
]
