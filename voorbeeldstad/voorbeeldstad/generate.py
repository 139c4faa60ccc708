"""Write the fictional municipality in the publishers' formats, and return its truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from sia.store import write_text as store_text
from voorbeeldstad import (
    geography,
    latent,
    model,
    observe,
    places,
    regions,
    truth,
    write_maps,
    write_odata,
    write_sheets,
    write_text,
)
from voorbeeldstad import pockets as pocket_maker
from voorbeeldstad.observe import Observed, Regions
from voorbeeldstad.truth import DemoTruth

N_CONTEXT = 400
YEARS = range(2017, 2025)
HEALTH_YEARS = (2016, 2020, 2022, 2024)
STARTANALYSE_YEAR = 2020

_README = """Voorbeeldstad (fictief)

Alle bestanden in deze map zijn verzonnen. Voorbeeldstad, haar buurten, bewoners, cijfers en
corporaties bestaan niet; de kaart ligt midden in het IJsselmeer. De bestanden hebben de vorm van
die van CBS, RIVM, politie en PDOK, zodat de software ermee geoefend kan worden.
"""


@dataclass(frozen=True)
class _City:
    """Everything that does not depend on the year."""

    pieces: tuple[places.Atom, ...]
    map: geography.Geography
    state: latent.Latent
    residuals: model.Residuals
    world: pocket_maker.SquareWorld
    land: np.ndarray
    seed: int

    def rng(self, purpose: int, jaar: int) -> np.random.Generator:
        """Return a generator of its own for each purpose and year, whatever else is asked."""
        return np.random.default_rng([self.seed, purpose, jaar])

    def real(self, jaar: int) -> model.Reality:
        """Return the true state of a year."""
        return model.reality(self.state, self.residuals, self.land, jaar)

    def regions(self, jaar: int) -> Regions:
        """Return the regions of a year."""
        return regions.regions(self.pieces, N_CONTEXT, jaar)

    def observed(self, jaar: int, borders: int | None = None) -> tuple[Observed, Regions]:
        """Return what is seen of a year, in the borders of that or of another year."""
        where = self.regions(borders or jaar)
        return observe.observe(self.real(jaar), where, self.rng(2, jaar)), where


def generate(
    folder: Path,
    *,
    seed: int = 2024,
    jaren: Iterable[int] = YEARS,
    pockets: bool = True,
    separation: float = 1.0,
) -> DemoTruth:
    """Write Voorbeeldstad (fictief) as raw data, and return what was planted.

    Parameters
    ----------
    folder : pathlib.Path
        Raw-data folder; files of an earlier run are overwritten.
    seed : int
        The same seed gives the same bytes. Codes and names do not depend on it.
    jaren : iterable of int
        Years from 2017 to 2024. A year's files do not depend on which other years are asked.
    pockets : bool
        False for a city without deel-buurten.
    separation : float
        How far the planted types lie apart: 1 = clearly, 0 = not at all.

    Returns
    -------
    DemoTruth

    Raises
    ------
    ValueError
        For years outside the range.
    """
    city = _build(seed, pockets, separation)
    seen, counted = _look(city, jaren)
    for jaar, (observed, where) in seen.items():
        _write_year(folder, city, jaar, observed, where)
        write_maps.write_squares(folder, city.world, jaar, counted[jaar], city.rng(4, jaar))
    write_text.write_own(folder, list(seen.values()))
    for jaar in (y for y in HEALTH_YEARS if min(seen) - 4 <= y <= max(seen)):
        _write_health(folder, city, jaar)
    if min(seen) - 4 <= STARTANALYSE_YEAR <= max(seen):
        write_text.write_startanalyse(folder, *city.observed(STARTANALYSE_YEAR))
    store_text(folder / "LEESMIJ-fictief.txt", _README)
    return _truth(city, seen, counted)


def plant(
    *,
    seed: int = 2024,
    jaren: Iterable[int] = YEARS,
    pockets: bool = True,
    separation: float = 1.0,
) -> DemoTruth:
    """Return the truth that `generate` would plant, without writing anything.

    Parameters
    ----------
    seed, jaren, pockets, separation
        As for `generate`.

    Returns
    -------
    DemoTruth
        Equal to what `generate` returns for the same arguments.
    """
    city = _build(seed, pockets, separation)
    return _truth(city, *_look(city, jaren))


def _look(
    city: _City, jaren: Iterable[int]
) -> tuple[dict[int, tuple[Observed, Regions]], dict[int, pd.DataFrame]]:
    years = sorted(set(jaren))
    if not years or not set(years) <= set(YEARS):
        raise ValueError(f"jaren moeten liggen van {YEARS.start} tot en met {YEARS.stop - 1}.")
    seen = {jaar: city.observed(jaar) for jaar in years}
    counted = {
        jaar: write_maps.square_counts(city.world, city.real(jaar), city.rng(3, jaar))
        for jaar in years
    }
    return seen, counted


def _build(seed: int, with_pockets: bool, separation: float) -> _City:
    def stream(purpose: int) -> np.random.Generator:
        return np.random.default_rng([seed, 1, purpose])

    pieces = places.atoms()
    land = geography.build(pieces, stream(0))
    middles = shapely.get_coordinates(land.atoms.geometry.centroid.to_numpy())
    state = latent.build(pieces, middles, stream(1), separation=separation, n_context=N_CONTEXT)
    residuals = model.Residuals.draw(len(state.units), stream(2), latent.twins(pieces))
    world = pocket_maker.build(land, state, stream(3), pockets=with_pockets)
    density = {1: 55.0, 2: 90.0, 3: 60.0, 4: 38.0, 5: 22.0, 6: 1.5}
    elsewhere = state.units.iloc[len(pieces) :]
    context = elsewhere["inwoners"] / elsewhere["type"].map(density)
    hectares = np.concatenate([land.atoms.area.to_numpy() / 10_000, np.maximum(context, 5)])
    return _City(pieces, land, state, residuals, world, hectares, seed)


def _write_year(folder: Path, city: _City, jaar: int, observed: Observed, where: Regions) -> None:
    _KWB[jaar](folder, observed, where)
    _BORDERS.get(jaar, write_maps.write_geopackage)(folder, city.map, observed, where)
    write_odata.write_crime(folder, observed, where)
    if jaar in _SES:
        write_text.write_ses(folder, _SES[jaar], observed, where)
    if jaar in (2018, 2020, 2022, 2024):
        write_text.write_leefbaarometer(folder, observed, where)


def _odata3(table: str) -> Callable[[Path, Observed, Regions], None]:
    return lambda folder, seen, where: write_odata.write_kwb3(folder, table, seen, where)


def _odata4(table: str) -> Callable[[Path, Observed, Regions], None]:
    return lambda folder, seen, where: write_odata.write_kwb4(folder, table, seen, where)


_KWB: dict[int, Callable[[Path, Observed, Regions], None]] = {
    2017: _odata4("83765NED"),
    2018: _odata3("84286NED"),
    2019: write_text.write_statline,
    2020: _odata3("84799NED"),
    2021: write_sheets.write_kwb,
    2022: _odata3("85318NED"),
    2023: write_sheets.write_kwb,
    2024: _odata3("85984NED"),
}
"""The format in which each year's Kerncijfers are written: all four that exist."""

_BORDERS = {2021: write_maps.write_shapefile, 2023: write_maps.write_geojson}
_SES = {2019: "85163NED", 2020: "85163NED", 2021: "85900NED", 2022: "86092NED"}


def _write_health(folder: Path, city: _City, jaar: int) -> None:
    # RIVM publishes every year up to 2020 in the borders of 2020
    observed, where = city.observed(jaar, borders=max(jaar, 2020))
    if jaar <= 2020:
        write_sheets.write_health(folder, observed, where)
    else:
        write_odata.write_health(folder, observed, where)


def _truth(
    city: _City,
    seen: dict[int, tuple[Observed, Regions]],
    counted: dict[int, pd.DataFrame],
) -> DemoTruth:
    bounds = truth.reference(*city.observed(latent.MIDDLE_YEAR))
    described = [
        truth.describe(city.map, city.state, city.world, observed, where, bounds)
        for observed, where in seen.values()
    ]
    frames = {
        name: pd.concat(
            {jaar: getattr(observed, name) for jaar, (observed, _) in seen.items()},
            names=["jaar", "code"],
        )
        for name in ("expected", "counted", "sizes")
    }
    return DemoTruth(
        buurten=pd.concat(described),
        indicatoren=frames["expected"],
        aantallen=frames["counted"],
        omvang=frames["sizes"],
        deelbuurten=truth.pockets_truth(city.map, city.state, city.world),
        vierkanten=truth.squares_truth(city.map, city.world, counted),
        delen=_pieces_truth(city, sorted(seen)),
    )


def _pieces_truth(city: _City, years: list[int]) -> pd.DataFrame:
    atoms = city.map.atoms
    tables = {}
    for jaar in years:
        sizes = city.real(jaar).sizes
        table = atoms[["code_oud", "code_nieuw"]].rename_axis("deel")
        for name in ("aantal_inwoners", "aantal_huishoudens", "woningvoorraad"):
            table = table.assign(**{name: sizes[name][: len(atoms)]})
        tables[jaar] = pd.DataFrame(table)
    return pd.concat(tables, names=["jaar"])
