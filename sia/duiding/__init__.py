"""The record of interpretation sessions: judgements stand beside the figures, never instead."""

from sia.duiding.entry import (
    EFFECTS,
    FOLLOW_UPS,
    KINDS,
    ROLES,
    Entry,
    check_entry,
    personal_data_warnings,
)
from sia.duiding.record import Record, beside, figures_version

__all__ = [
    "EFFECTS",
    "FOLLOW_UPS",
    "KINDS",
    "ROLES",
    "Entry",
    "Record",
    "beside",
    "check_entry",
    "figures_version",
    "personal_data_warnings",
]
