"""What is not in a small installation, and how a reader gets it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sia.errors import InputError

GENERATOR = "voorbeeldstad"


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Stand around an import that a small installation may lack, and say what to install.

    `name`: An extra of pyproject.toml, or ``voorbeeldstad``, a distribution of its own.
    Raises `InputError` when what is imported inside is not installed.

    Examples
    --------
    >>> with extra("agenda"):
    ...     import highspy
    """
    try:
        yield
    except ImportError as error:
        what = error.name or name
        published = f"sia-{GENERATOR}" if name == GENERATOR else f"sia-dia[{name}]"
        checkout = f"./{GENERATOR}" if name == GENERATOR else f".[{name}]"
        raise InputError.one(
            wat=f"Hiervoor is meer nodig dan de kleine installatie: `{what}` ontbreekt.",
            oplossing=(
                f"Installeer het met `pip install '{published}'`, of in een kopie van de broncode "
                f"met `pip install -e '{checkout}'`."
            ),
        ) from error
