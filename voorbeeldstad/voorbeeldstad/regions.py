"""Buurten, wijken, municipalities and the country of one year, as sets of pieces of land."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from voorbeeldstad.observe import Regions
from voorbeeldstad.places import (
    CHANGE_YEAR,
    CONTEXT_GEMEENTEN,
    GEMEENTECODE,
    GEMEENTENAAM,
    LAND_CODE,
    LAND_NAAM,
    Atom,
)

_PER_WIJK = 8


@dataclass(frozen=True)
class _Unit:
    buurt: str
    buurtnaam: str
    wijk: str
    wijknaam: str
    gemeente: str
    gemeentenaam: str
    wijziging: int


def regions(pieces: Sequence[Atom], n_context: int, jaar: int) -> Regions:
    """List every region of one year.

    Parameters
    ----------
    pieces : sequence of Atom
        Pieces of the city, which come first among the units.
    n_context : int
        Number of buurten elsewhere, which come after them.
    jaar : int

    Returns
    -------
    Regions
        The country first, then per municipality itself, its wijken and their buurten.
    """
    units = [_own(piece, pieces, jaar) for piece in pieces] + _context(n_context)
    rows = [(LAND_CODE, "land", LAND_NAAM, "", "", 0)]
    members = [np.ones(len(units), dtype=bool)]
    for level, code, name in (
        ("gemeente", "gemeente", "gemeentenaam"),
        ("wijk", "wijk", "wijknaam"),
        ("buurt", "buurt", "buurtnaam"),
    ):
        codes = np.array([getattr(unit, code) for unit in units])
        for here in sorted(set(codes)):
            first = units[int(np.argmax(codes == here))]
            change = first.wijziging if level == "buurt" else 1
            rows.append(
                (here, level, getattr(first, name), first.gemeente, first.gemeentenaam, change)
            )
            members.append(codes == here)
    columns = ["code", "niveau", "naam", "gemeentecode", "gemeentenaam", "indelingswijziging"]
    table = pd.DataFrame(rows, columns=columns).set_index("code")
    order = sorted(range(len(rows)), key=lambda row: _place(rows[row][0], rows[row][3]))
    return Regions(table.iloc[order], np.stack(members)[order])


def _place(code: str, gemeente: str) -> tuple[int, str, str]:
    """Order as StatLine does: country, then each municipality with its wijken and buurten."""
    if code == LAND_CODE:
        return (0, "", "")
    return (1, gemeente, "" if code.startswith("GM") else code[2:8] + code[8:].rjust(2, " "))


def _own(piece: Atom, pieces: Sequence[Atom], jaar: int) -> _Unit:
    code, name = piece.buurt(jaar)
    wijk = piece.wijk
    change = _change(piece, pieces) if jaar == CHANGE_YEAR else 1
    return _Unit(code, name, wijk.code, wijk.naam, GEMEENTECODE, GEMEENTENAAM, change)


def _change(piece: Atom, pieces: Sequence[Atom]) -> int:
    """Return the CBS code of change: 1 the same, 2 recoded, 3 redrawn."""
    before = {p for p in pieces if p.oud[0] == piece.oud[0]}
    after = {p for p in pieces if p.nieuw[0] == piece.nieuw[0]}
    if before != after:
        return 3
    return 1 if piece.oud[0] == piece.nieuw[0] else 2


def _context(count: int) -> list[_Unit]:
    units = []
    for row in range(count):
        which = row * len(CONTEXT_GEMEENTEN) // max(count, 1)
        gemeente, naam = CONTEXT_GEMEENTEN[which]
        first = -(-which * count // len(CONTEXT_GEMEENTEN))
        wijk, place = divmod(row - first, _PER_WIJK)
        code = f"{gemeente[2:]}{wijk:02d}"
        units.append(
            _Unit(
                f"BU{code}{place:02d}",
                f"Buurt {wijk + 1}.{place + 1}",
                f"WK{code}",
                f"Wijk {wijk + 1}",
                gemeente,
                naam,
                1,
            )
        )
    return units
