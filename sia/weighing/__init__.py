"""SIA on top of the index engine: urgentie and potentie as two axes, with the doubt about ranks."""

from sia.methode import WeighingSettings as WeighingSettings
from sia.weighing.axes import CBS_ROUNDING as CBS_ROUNDING
from sia.weighing.axes import POTENTIE as POTENTIE
from sia.weighing.axes import SCORE_COLUMNS as SCORE_COLUMNS
from sia.weighing.axes import URGENTIE as URGENTIE
from sia.weighing.axes import Weighing as Weighing
from sia.weighing.axes import beyond_interval as beyond_interval
from sia.weighing.axes import choices_of as choices_of
from sia.weighing.axes import data_error as data_error
from sia.weighing.axes import goalposts as goalposts
from sia.weighing.axes import in_euros_of as in_euros_of
from sia.weighing.axes import index_of_urgentie as index_of_urgentie
from sia.weighing.axes import known_error as known_error
from sia.weighing.axes import margins_of as margins_of
from sia.weighing.axes import money_growth as money_growth
from sia.weighing.axes import nobody_scored as nobody_scored
from sia.weighing.axes import printed_unit as printed_unit
from sia.weighing.axes import rank_of as rank_of
from sia.weighing.axes import too_thin as too_thin
from sia.weighing.axes import usable_norms as usable_norms
from sia.weighing.axes import weigh as weigh
from sia.weighing.axes import weigh_table as weigh_table
