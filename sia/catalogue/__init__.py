"""What is measured: one declarative entry per indicator, validated when it is read."""

from sia.catalogue.load import load_catalogue
from sia.catalogue.model import (
    ALL_DOMAINS,
    DOMAIN_NAMES,
    DOMAINS,
    ROLES,
    Besluit,
    Bron,
    Catalogue,
    Indicator,
)
from sia.catalogue.page import catalogue_page

__all__ = [
    "ALL_DOMAINS",
    "DOMAINS",
    "DOMAIN_NAMES",
    "ROLES",
    "Besluit",
    "Bron",
    "Catalogue",
    "Indicator",
    "catalogue_page",
    "load_catalogue",
]
