"""The duidingssessie: the figures on the table, and what is said about them in the record."""

from sia.sessie.app import Sessie, check_session, start
from sia.sessie.choices import Keuze, available, opened
from sia.sessie.weights import reordered

__all__ = ["Keuze", "Sessie", "available", "check_session", "opened", "reordered", "start"]
