"""Open data of every publisher: `intake` reads a folder and leaves nothing out.

The modules of the publishers need pandas and geopandas; they are loaded when a folder is read, so
that the records in `sia.sources.base` stay cheap to import.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sia.sources.registry import read_folder as intake

__all__ = ["intake"]


def __getattr__(name: str) -> Any:
    """Load the reader when it is first used."""
    if name != "intake":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sia.sources.registry import read_folder

    return read_folder
