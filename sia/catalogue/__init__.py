"""What is measured: one declarative entry per indicator, validated when it is read."""

from sia.catalogue.load import load_catalogue as load_catalogue
from sia.catalogue.model import DOMAIN_NAMES as DOMAIN_NAMES
from sia.catalogue.model import DOMAINS as DOMAINS
from sia.catalogue.model import Besluit as Besluit
from sia.catalogue.model import Bron as Bron
from sia.catalogue.model import Catalogue as Catalogue
from sia.catalogue.page import catalogue_page as catalogue_page
