"""SIA and DIA: weigh where to invest in a city, buurt by buurt, from open data.

``sia.open("Enschede", 2024)`` opens a city. Importing the package loads no heavy library: each
name is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sia import index
    from sia.errors import InputError
    from sia.methode import Methode
    from sia.sources.registry import read_folder as lees
    from sia.stad import Stad, open, verkenner
    from sia.viz.display import show as toon

__version__ = "0.2.0"

_PLACES = {
    "InputError": ("sia.errors", "InputError"),
    "Methode": ("sia.methode", "Methode"),
    "Stad": ("sia.stad", "Stad"),
    "index": ("sia.index", ""),
    "lees": ("sia.sources.registry", "read_folder"),
    "open": ("sia.stad", "open"),
    "toon": ("sia.viz.display", "show"),
    "verkenner": ("sia.stad", "verkenner"),
}

__all__ = ["InputError", "Methode", "Stad", "index", "lees", "open", "toon", "verkenner"]


def __getattr__(name: str) -> Any:
    """Load a name of the door when it is first used."""
    if name not in _PLACES:
        raise AttributeError(f"module 'sia' has no attribute {name!r}")
    module, attribute = _PLACES[name]
    found = import_module(module)
    return getattr(found, attribute) if attribute else found


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
