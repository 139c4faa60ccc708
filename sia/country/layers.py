"""Which border layers the country of one year needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sia.sources.base import AreaLayer
from sia.sources.store import KeptLayer
from sia.sources.wish import Wish

NEARLY_ALL = 0.5
"""Least share of the buurten of the fullest border layer for a layer to count as national."""


def layers_for(layers: Sequence[KeptLayer], jaar: int) -> frozenset[int]:
    """Return the numbers of the border layers that the country of one year needs.

    Of the layers that cover the country those of the year nearest to `jaar`, later ones first,
    and the buurten of years whose figures may still be carried forward: their codes are compared
    with those of now.
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


def national_layers(areas: Iterable[AreaLayer]) -> tuple[AreaLayer, ...]:
    """Return the border layers that cover the country.

    A layer of one province in the year itself must not go before national borders of a year
    earlier: then the rest of the country would have no shape.
    """
    layers = tuple(areas)
    most = _fullest((one.level, len(one.frame)) for one in layers)
    return tuple(one for one in layers if len(one.frame) >= NEARLY_ALL * most[one.level])


def _fullest(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the number of areas of the fullest layer per level."""
    most: dict[str, int] = {}
    for level, count in counts:
        most[level] = max(count, most.get(level, 0))
    return most
