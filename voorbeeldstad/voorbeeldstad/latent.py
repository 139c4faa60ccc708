"""The hidden state of every piece of land: factors, their change, and the number of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voorbeeldstad.measures import FACTORS
from voorbeeldstad.places import CONTEXT_GEMEENTEN, GEMEENTECODE, SMALL, Atom

FIRST_YEAR, LAST_YEAR = 2016, 2024
MIDDLE_YEAR = 2020

TYPES: dict[int, str] = {
    1: "corporatiebuurt met stapeling van opgaven",
    2: "druk stadscentrum",
    3: "vooroorlogse buurt met slechte woningen",
    4: "gezinsbuurt uit de jaren zeventig en tachtig",
    5: "ruime, jonge buurt",
    6: "buitengebied en bedrijventerrein",
}

_CENTRES: dict[int, tuple[float, ...]] = {
    #   K     O     S     V     C     U     A     E     P
    1: (1.6, 0.5, 0.5, -0.2, 0.2, 1.0, -0.4, 0.1, 1.6),
    2: (0.1, 0.0, 1.9, -0.5, 1.5, 1.9, -1.3, -0.9, 0.1),
    3: (0.3, 1.7, 0.9, -0.4, 0.9, 0.2, -0.7, 1.4, -0.1),
    4: (-0.2, 0.0, -0.1, 0.4, -0.4, -0.4, 0.0, 0.0, -0.1),
    5: (-1.2, -1.4, -0.9, 0.0, -0.9, -0.9, 0.5, -1.3, -1.0),
    6: (-0.6, 0.5, -1.7, 0.7, -0.8, -0.9, 2.0, 1.0, -1.1),
}

_WITHIN = 0.26
_FIELD = 0.15
_INHABITANTS = {1: 2600.0, 2: 2300.0, 3: 2500.0, 4: 2400.0, 5: 1900.0, 6: 520.0}
_CONTEXT_SHARES = (0.14, 0.08, 0.16, 0.30, 0.20, 0.12)

#: Change per year of each factor in a buurt that really rises, and in one that really falls.
RISE = {"K": 0.17, "O": 0.10, "C": 0.08, "U": 0.17, "E": 0.08}
FALL = {"K": -0.12, "O": -0.08, "C": -0.05, "U": -0.12, "E": -0.06}
_DRIFT = 0.012
_SHOCK = 0.04


@dataclass(frozen=True)
class Latent:
    """Hidden state of all pieces of land, those of the city first.

    Parameters
    ----------
    units : DataFrame
        One row per piece; ``gemeentecode``, ``gemeentenaam``, ``type``, ``verandering``
        (stijgt, daalt, stabiel), ``inwoners`` (in the middle year), ``groei`` (per year).
    factors : ndarray, shape (n_years, n_units, n_factors)
        Factors in the order of `measures.FACTORS`, years from `FIRST_YEAR`.
    """

    units: pd.DataFrame
    factors: NDArray[np.float64]

    def year(self, jaar: int) -> dict[str, NDArray[np.float64]]:
        """Return each factor in one year, by its letter."""
        block = self.factors[jaar - FIRST_YEAR]
        return {name: block[:, column] for column, name in enumerate(FACTORS)}

    def inhabitants(self, jaar: int) -> NDArray[np.int64]:
        """Return the number of inhabitants of each piece in one year."""
        grown = self.units["inwoners"] * (1 + self.units["groei"]) ** (jaar - MIDDLE_YEAR)
        return np.asarray(np.rint(grown), dtype=np.int64)


def build(
    pieces: Sequence[Atom],
    middles: NDArray[np.float64],
    rng: np.random.Generator,
    *,
    separation: float,
    n_context: int,
) -> Latent:
    """Draw the hidden state of the city and of its fictional surroundings.

    Parameters
    ----------
    pieces : sequence of Atom
    middles : ndarray, shape (n_atoms, 2)
        Middle of each piece, in metres.
    rng : numpy.random.Generator
    separation : float
        1 = types that a good method tells apart; 0 = no types at all.
    n_context : int
        Number of buurten in other, equally fictional municipalities.

    Returns
    -------
    Latent
    """
    own = _own_units(pieces, rng)
    context = _context_units(n_context, rng)
    units = pd.concat([own, context], ignore_index=True)
    base = separation * np.array([_CENTRES[kind] for kind in units["type"]])
    base += rng.normal(0.0, _WITHIN, base.shape)
    base[: len(own)] += _smooth(middles, len(FACTORS), rng)
    drift = rng.normal(0.0, _DRIFT, base.shape)
    for change, step in (("stijgt", RISE), ("daalt", FALL)):
        rows = (units["verandering"] == change).to_numpy()
        for name, amount in step.items():
            drift[rows, FACTORS.index(name)] = amount
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1) - MIDDLE_YEAR
    factors = base[None] + years[:, None, None] * drift[None]
    factors += rng.normal(0.0, _SHOCK, factors.shape)
    for same in twins(pieces):
        factors[:, same] = factors[:, same[:1]]
    return Latent(units, factors)


def _own_units(pieces: Sequence[Atom], rng: np.random.Generator) -> pd.DataFrame:
    kinds = np.array([piece.type for piece in pieces])
    size = np.array([_INHABITANTS[int(kind)] for kind in kinds])
    inhabitants = np.rint(size * np.exp(rng.normal(0.0, 0.28, len(kinds))))
    growth = rng.normal(0.004, 0.008, len(kinds))
    for row, piece in enumerate(pieces):
        if piece.oud[0] in SMALL:
            inhabitants[row], growth[row] = SMALL[piece.oud[0]], 0.0
        elif _is_split(piece, pieces):
            inhabitants[row] *= 0.55
    change = np.full(len(kinds), "stabiel", dtype=object)
    large = (inhabitants >= 600) & np.array([piece.oud == piece.nieuw for piece in pieces])
    change[rng.choice(np.flatnonzero(large & np.isin(kinds, (3, 4, 5))), 7, False)] = "stijgt"
    falling = np.flatnonzero(large & np.isin(kinds, (1, 3)) & (change == "stabiel"))
    change[rng.choice(falling, 4, replace=False)] = "daalt"
    return pd.DataFrame(
        {
            "gemeentecode": GEMEENTECODE,
            "gemeentenaam": "Voorbeeldstad (fictief)",
            "type": kinds,
            "verandering": change,
            "inwoners": inhabitants,
            "groei": growth,
        }
    )


def _context_units(count: int, rng: np.random.Generator) -> pd.DataFrame:
    kinds = rng.choice(np.arange(1, 7), count, p=_CONTEXT_SHARES)
    size = np.array([_INHABITANTS[int(kind)] for kind in kinds])
    where = np.arange(count) * len(CONTEXT_GEMEENTEN) // max(count, 1)
    change = rng.choice(["stijgt", "daalt", "stabiel"], count, p=(0.08, 0.08, 0.84))
    # The countryside has many buurten under the thresholds of publication
    spread = np.where(kinds == 6, 1.1, 0.45)
    return pd.DataFrame(
        {
            "gemeentecode": [CONTEXT_GEMEENTEN[int(i)][0] for i in where],
            "gemeentenaam": [CONTEXT_GEMEENTEN[int(i)][1] for i in where],
            "type": kinds,
            "verandering": change.astype(object),
            "inwoners": np.rint(size * np.exp(rng.normal(0.0, spread))),
            "groei": rng.normal(0.004, 0.008, count),
        }
    )


def _smooth(
    middles: NDArray[np.float64], count: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return smooth random fields over the map: a sum of six long waves each."""
    place = (middles - middles.mean(axis=0)) / 1000.0
    fields = np.zeros((len(middles), count))
    for column in range(count):
        waves = rng.normal(0.0, 0.6, (6, 2))
        phase = rng.uniform(0.0, 2 * np.pi, 6)
        fields[:, column] = np.cos(place @ waves.T + phase).sum(axis=1) / np.sqrt(3.0)
    return _FIELD * fields


def _is_split(piece: Atom, pieces: Sequence[Atom]) -> bool:
    return sum(other.oud[0] == piece.oud[0] for other in pieces) > 1


def twins(pieces: Sequence[Atom]) -> list[list[int]]:
    """Return the rows of pieces that form one buurt in some year.

    They get one nature: a difference between them would be a deel-buurt that nobody planted.
    """
    groups: dict[str, list[int]] = {}
    for era in ("oud", "nieuw"):
        for row, piece in enumerate(pieces):
            groups.setdefault(f"{era} {getattr(piece, era)[0]}", []).append(row)
    return [rows for rows in groups.values() if len(rows) > 1]
