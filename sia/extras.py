"""What is not in a small installation, and how a reader gets it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sia.errors import InputError

_INSTALLS = {"voorbeeldstad": "pip install sia-voorbeeldstad"}


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Stand around an import that a small installation may lack, and say what to install.

    Parameters
    ----------
    name : str
        An extra of pyproject.toml, or ``voorbeeldstad``, a distribution of its own.

    Raises
    ------
    InputError
        When what is imported inside is not installed.

    Examples
    --------
    >>> with extra("agenda"):
    ...     import highspy
    """
    try:
        yield
    except ImportError as error:
        install = _INSTALLS.get(name, f'pip install "sia-dia[{name}]"')
        what = error.name or name
        raise InputError.one(
            wat=f"Hiervoor is meer nodig dan de kleine installatie: `{what}` ontbreekt.",
            oplossing=f"Installeer het met `{install}`.",
        ) from error
