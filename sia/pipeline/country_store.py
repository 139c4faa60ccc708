"""What the country reads: one store of all municipalities, and of the borders what a year needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sia.errors import InputError, Problem
from sia.settings import Folders
from sia.sources.base import AreaLayer, Intake
from sia.sources.store import KeptLayer, kept_layers, load_intake, open_store
from sia.sources.wish import Wish

NEARLY_ALL = 0.5
"""Least share of the buurten of the fullest border layer for a layer to count as national."""


@dataclass(frozen=True)
class CountryStore:
    """One intake of all municipalities, kept as Parquet in order of region code.

    Parameters
    ----------
    folder : pathlib.Path
    jaar : int
    key : str
        Hash of the raw files and the readers.
    """

    folder: Path
    jaar: int
    key: str

    def whole(self) -> Intake:
        """Return all that this year needs: no squares, and of the borders only `layers_for`."""
        wanted = layers_for(kept_layers(self.folder), self.jaar)
        found = load_intake(self.folder, jaren=[self.jaar], grenzen=wanted)
        if found is None:
            raise InputError([_absent(self.folder)])
        return found


def country_intake(bron: Sequence[Path], jaar: int, folders: Folders) -> CountryStore:
    """Read every raw file once for all municipalities, or find what was read before.

    Parameters
    ----------
    bron : sequence of pathlib.Path
    jaar : int
    folders : Folders

    Returns
    -------
    CountryStore
        Read anew when a raw file or a reader changed. Squares are left out: they have no region
        code and belong to the search for deel-buurten within one municipality.

    Raises
    ------
    InputError
        When no file holds a buurt.
    """
    folder = open_store(bron, folders.processed)
    return CountryStore(folder, jaar, folder.name)


def read_intake_of(store: CountryStore, gemeentecode: str) -> Intake:
    """Return what the store holds of one municipality, without reading the rest of it.

    Parameters
    ----------
    store : CountryStore
    gemeentecode : str

    Raises
    ------
    InputError
        When there is no such store.
    """
    found = load_intake(store.folder, gemeentecode, [store.jaar])
    if found is None:
        raise InputError([_absent(store.folder)])
    return found


def _absent(folder: Path) -> Problem:
    return Problem(
        bestand=str(folder),
        wat="De ingelezen bestanden van het hele land zijn er niet.",
        oplossing="Draai `sia land` opnieuw; dat leest de bronmappen in.",
    )


def layers_for(layers: Sequence[KeptLayer], jaar: int) -> frozenset[int]:
    """Return the numbers of the border layers that the country of one year needs.

    Parameters
    ----------
    layers : sequence of KeptLayer
    jaar : int

    Returns
    -------
    frozenset of int
        Of the national layers (`national_layers`) those of the year nearest to `jaar`, later ones
        first, and the buurten of years whose figures may still be carried forward: their codes
        are compared with those of now.
    """
    most = _fullest((one.level, one.areas) for one in layers)
    national = [one for one in layers if one.areas >= NEARLY_ALL * most[one.level]]
    wish = Wish(years=(jaar,))
    nearest = {
        level: min(
            (one.year for one in national if one.level == level),
            key=lambda year: (abs(year - jaar), -year),
        )
        for level in most
    }
    return frozenset(
        one.nummer
        for one in national
        if one.year == nearest[one.level] or (one.level == "buurt" and wish.wants_year(one.year))
    )


def _fullest(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the number of areas of the fullest layer per level."""
    most: dict[str, int] = {}
    for level, count in counts:
        most[level] = max(count, most.get(level, 0))
    return most


def national_layers(areas: Iterable[AreaLayer]) -> tuple[AreaLayer, ...]:
    """Return the border layers that cover the country.

    A layer of one province in the year itself must not go before national borders of a year
    earlier: then the rest of the country would have no shape.

    Parameters
    ----------
    areas : iterable of AreaLayer
    """
    layers = tuple(areas)
    most = _fullest((one.level, len(one.frame)) for one in layers)
    return tuple(one for one in layers if len(one.frame) >= NEARLY_ALL * most[one.level])
