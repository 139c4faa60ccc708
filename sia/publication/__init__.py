"""What leaves the house: a folder with only what is for its readers, after a test on its files."""

from sia.publication.folder import publish
from sia.publication.leaks import Secrets, leaks, secrets_of
from sia.publication.rebuild import rebuild

__all__ = ["Secrets", "leaks", "publish", "rebuild", "secrets_of"]
