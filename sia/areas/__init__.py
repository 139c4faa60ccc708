"""Buurt, wijk and gemeente: their codes, and what becomes of them when borders change."""

from sia.areas.codes import gemeente_of as gemeente_of
from sia.areas.codes import level_of as level_of
from sia.areas.codes import normalise_codes as normalise_codes
from sia.areas.codes import wijk_of as wijk_of
from sia.areas.comparison import CHANGES as CHANGES
from sia.areas.comparison import ENDED as ENDED
from sia.areas.comparison import RECODED as RECODED
from sia.areas.comparison import RENAMED as RENAMED
from sia.areas.comparison import SAME as SAME
from sia.areas.comparison import compare as compare
from sia.areas.comparison import name_similarity as name_similarity
from sia.areas.conversion import MISSING_IN_SOURCE as MISSING_IN_SOURCE
from sia.areas.conversion import NO_DENOMINATOR as NO_DENOMINATOR
from sia.areas.conversion import NO_SOURCE as NO_SOURCE
from sia.areas.conversion import NOT_ADDITIVE as NOT_ADDITIVE
from sia.areas.conversion import Conversion as Conversion
from sia.areas.conversion import Measure as Measure
from sia.areas.conversion import convert as convert
from sia.areas.conversion import overlap_shares as overlap_shares
from sia.areas.outlines import has_border as has_border
