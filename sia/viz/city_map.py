"""The city as one drawing for reports: classes, wijken, names and signs, without a script."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

import geopandas as gpd
import numpy as np
from markupsafe import Markup

from sia.viz.outline import Drawn, in_units

LIMITS = (20.0, 40.0, 60.0, 80.0)
"""Of the classes of a score on a map: round, and the same in every year and city."""
_WIDE, _HIGH, _LETTER = 560, 464, 13.0
"""Pixels of a map and of its letters on a laptop: letters are drawn for that size."""
_SIGN_WIDE = 0.56
_SIGN = 1.6
"""How much larger letters are on a phone: signs are to be apart there too."""

_Point = tuple[int, int]
_Box = tuple[float, float, float, float]


def score_class(value: float) -> int:
    """Return the class of a score, 1 to 5."""
    return 1 + sum(value >= limit for limit in LIMITS)


def short_wijk(naam: str) -> str:
    """Return the name of a wijk without the number that CBS puts before it, if it has a name."""
    return re.sub(r"^Wijk ?\d+[\s-]+(?=\S)", "", naam)


class CityMap:
    """The borders of a municipality, drawn once for all of its reports.

    `gebieden`: EPSG:28992, index ``buurtcode``.
    """

    def __init__(self, gebieden: gpd.GeoDataFrame) -> None:
        self._areas = gebieden
        self._drawn: Drawn = in_units(gebieden)

    def svg(
        self,
        label: str,
        klassen: Mapping[str, str],
        titels: Mapping[str, str],
        *,
        binnen: Collection[str] = (),
        omlijnd: Collection[str] = (),
        tekens: Mapping[str, str] | None = None,
        namen: bool = True,
    ) -> Markup:
        """Return the map; empty when no buurt has a border.

        `label`: What a screen reader says in place of the map.
        `klassen`, `titels`, `tekens`: By code: class of the style sheet, text of the tooltip, sign
            that stands in the buurt; of two signs that would touch the first stands.
        `binnen`: Buurten to zoom to, the others are faint; empty shows all.
        `omlijnd`: Buurten that get one outline together.
        `namen`: Write the names of wijken, or of the buurten of `binnen`, where there is room.
        """
        drawn, water = self._drawn, self._areas["water"]
        whole = set(drawn.ringen)
        land = {code for code in whole if not water[code]}
        inside = whole & set(binnen) or land
        if not inside:
            return Markup("")
        # farmland around a city would make its buurten small
        told = {code for code in inside if klassen.get(code, "geen") != "geen"}
        left, top, wide, high = self._view(told if told and namen and not binnen else inside)
        size = max(wide / _WIDE, high / _HIGH) * _LETTER
        shapes = (
            Markup('<path class="{}{}" d="{}"><title>{}</title></path>').format(
                "water" if water[code] else klassen.get(code, "geen"),
                " ver" if binnen and code not in inside else "",
                drawn.path(code),
                titels.get(code, str(self._areas["naam"][code])),
            )
            for code in drawn.ringen
        )
        lines = Markup('<path class="wijk" d="{}"/><path class="groep" d="{}"/>').format(
            self._wijken, self._border({code: code in omlijnd for code in whole})
        )
        signs: dict[str, str] = {}
        for code, text in (tekens or {}).items():
            if code in inside and text and self._free(code, text, signs, size):
                signs[code] = text
        sides = (left, left + wide)
        written = self._names(inside if binnen else (), signs, size, sides) if namen else iter(())
        return Markup(
            '<svg class="kaart" viewBox="{} {} {} {}" style="--t:{}px" role="img" '
            'aria-label="{}">{}{}{}{}</svg>'
        ).format(
            *(left, top, wide, high, round(size, 1), label),
            *(Markup("").join(shapes), lines),
            Markup("").join(written),
            Markup("").join(
                Markup('<text class="{}" x="{}" y="{}">{}</text>').format(
                    f"op {klassen.get(code, 'geen')}", *drawn.midden[code], text
                )
                for code, text in signs.items()
            ),
        )

    def _view(self, codes: Collection[str]) -> tuple[int, int, int, int]:
        """Return the part of the drawing that holds some buurten, with room for their outline."""
        corners = [point for code in codes for point in self._drawn.corners(code)]
        (west, east), (north, south) = ((min(a), max(a)) for a in zip(*corners, strict=True))
        room = 8 + max(east - west, south - north) // 30
        return west - room, north - room, east - west + 2 * room, south - north + 2 * room

    @cached_property
    def _edges(self) -> dict[tuple[_Point, _Point], list[str]]:
        """Return between which buurten every piece of border lies; neighbours share corners."""
        found: dict[tuple[_Point, _Point], list[str]] = {}
        for code, rings in self._drawn.ringen.items():
            for ring in rings:
                points = [(int(x), int(y)) for x, y in np.reshape(ring, (-1, 2)).cumsum(axis=0)]
                for one, other in zip(points, [*points[1:], points[0]], strict=True):
                    found.setdefault((min(one, other), max(one, other)), []).append(code)
        return found

    def _border(self, group: Mapping[str, object]) -> str:
        """Return the lines between buurten of different groups, and around a group that is True."""
        pieces = []
        for (one, other), codes in self._edges.items():
            groups = [group[code] for code in codes]
            if len(set(groups)) > 1 or (len(groups) == 1 and groups[0] is True):
                pieces.append(f"M{one[0]} {one[1]}L{other[0]} {other[1]}")
        return "".join(pieces)

    @cached_property
    def _wijken(self) -> str:
        return self._border({code: str(wijk) for code, wijk in self._areas["wijkcode"].items()})

    def _free(self, code: str, text: str, signs: Mapping[str, str], size: float) -> bool:
        """Tell whether a sign would touch none of the others."""
        middles = self._drawn.midden
        own = _sign(middles[code], text, size)
        return all(_apart(own, _sign(middles[c], t, size)) for c, t in signs.items())

    def _names(
        self,
        inside: Collection[str],
        signs: Mapping[str, str],
        size: float,
        sides: tuple[int, int],
    ) -> Iterator[Markup]:
        """Yield names that touch no sign and no other name: of buurten inside, else of wijken.

        `sides`: of the drawing, within which a name stands whole.
        """
        middles, areas = self._drawn.midden, self._areas
        taken = [_sign(middles[code], text, size) for code, text in signs.items()]
        if inside:
            places = [
                ((x, y + round(1.4 * size) if code in signs else y), str(areas["naam"][code]))
                for code in sorted(inside)
                for x, y in [middles[code]]
            ]
        else:
            places = [
                (self._middle_of(list(own.index)), short_wijk(str(own["wijknaam"].iloc[0])))
                for _, own in areas[areas.index.isin(list(middles))].groupby("wijkcode")
                if len(own) > 1
            ]
        for (x, y), text in places:
            half = round(len(text) * size * _SIGN_WIDE / 2)
            place = (max(min(x, sides[1] - half), sides[0] + half), y)
            box = _box(place, text, size)
            if all(_apart(box, other) for other in taken):
                taken.append(box)
                yield Markup('<text class="naam" x="{}" y="{}">{}</text>').format(*place, text)

    def _middle_of(self, codes: list[str]) -> tuple[int, int]:
        """Return the middle of the buurt that lies nearest to the mean of a wijk."""
        points = np.array([self._drawn.midden[code] for code in codes])
        near = np.abs(points - points.mean(axis=0)).sum(axis=1).argmin()
        return int(points[near][0]), int(points[near][1])


def _box(place: Collection[int], text: str, size: float, high: float = 0.8) -> _Box:
    x, y = place
    half = len(text) * size * _SIGN_WIDE / 2
    return x - half, y - high * size, x + half, y + high * size


def _sign(place: Collection[int], text: str, size: float) -> _Box:
    """Return the room of a sign: of digits, so as high as a capital."""
    return _box(place, text, _SIGN * size, 0.4)


def _apart(one: _Box, other: _Box) -> bool:
    return one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
