"""The record of interpretation sessions: judgements stand beside the figures, never instead."""

from sia.duiding.entry import EFFECTS as EFFECTS
from sia.duiding.entry import FOLLOW_UPS as FOLLOW_UPS
from sia.duiding.entry import KINDS as KINDS
from sia.duiding.entry import LIMITS as LIMITS
from sia.duiding.entry import ROLES as ROLES
from sia.duiding.entry import Entry as Entry
from sia.duiding.entry import check_entry as check_entry
from sia.duiding.figures import beside as beside
from sia.duiding.figures import figures_version as figures_version
from sia.duiding.personal import personal_data_warnings as personal_data_warnings
from sia.duiding.place import network_warning as network_warning
from sia.duiding.record import Record as Record
