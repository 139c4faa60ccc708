"""The choices of the method that the agenda weighs and plans with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from sia.methode import AgendaValues, Band, Methode

BANDS: tuple[Band, ...] = get_args(Band)


def of_the_method(name: str) -> Callable[[], Any]:
    """Return what gives the choice of this name under ``[agenda]`` of the method."""
    return lambda: getattr(Methode.standaard().agenda, name)


def default_parameters() -> AgendaValues:
    """Return the values of the method as it stands in ``methode.toml``."""
    return Methode.standaard().agenda.waarden
