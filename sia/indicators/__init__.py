"""From tidy sources to the indicator table of one municipality and year."""

from sia.indicators.build import IndicatorTable as IndicatorTable
from sia.indicators.build import build_indicators as build_indicators
from sia.indicators.cells import CARRIED as CARRIED
from sia.indicators.cells import MISSING as MISSING
from sia.indicators.cells import MODELLED as MODELLED
from sia.indicators.cells import OBSERVED as OBSERVED
from sia.indicators.eligibility import Design as Design
from sia.indicators.eligibility import design as design
from sia.indicators.eligibility import eligibility as eligibility
