"""From tidy sources to the indicator table of one municipality and year."""

from sia.indicators.build import IndicatorTable as IndicatorTable
from sia.indicators.build import build_indicators as build_indicators
from sia.indicators.cells import MISSING as MISSING
from sia.indicators.eligibility import design as design
from sia.indicators.eligibility import eligibility as eligibility
