"""The record of interpretation sessions: judgements stand beside the figures, never instead."""

from sia.duiding.entry import (
    EFFECTS,
    FOLLOW_UPS,
    KINDS,
    LIMITS,
    ROLES,
    Entry,
    check_entry,
)
from sia.duiding.figures import beside, figures_version
from sia.duiding.personal import personal_data_warnings
from sia.duiding.place import network_warning
from sia.duiding.record import Record

__all__ = [
    "EFFECTS",
    "FOLLOW_UPS",
    "KINDS",
    "LIMITS",
    "ROLES",
    "Entry",
    "Record",
    "beside",
    "check_entry",
    "figures_version",
    "network_warning",
    "personal_data_warnings",
]
