"""Find the deel-buurten of a municipality: check, search, search again, describe, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from sia.clustering.noise import Noise
from sia.dutch import opsomming
from sia.errors import InputError, Problem, refuse
from sia.methode import PocketSettings
from sia.pockets.city import INHABITANTS, City, has_data
from sia.pockets.description import (
    buurt_table,
    describe,
    explain,
    indicator_table,
    square_table,
)
from sia.pockets.search import search_all
from sia.sources.base import SquareLayer

_MISSING_CODES = -90000


@dataclass(frozen=True)
class PocketResult:
    """The deel-buurten and all that a reader needs to judge them.

    `pockets` (index ``deelbuurt``): ``naam``, ``buurtcode`` (over a border the first of both),
        ``buurtcodes`` (all, joined by a space), ``richting``, ``inwoners``, ``vierkanten`` (int),
        ``score`` and ``verschil`` (with the rest of its buurten; in spreads of squares within a
        buurt), ``p``, ``q``, ``geometry``.
    `indicatoren`: One row per deel-buurt and indicator: ``deelbuurt``, ``indicator``, ``eenheid``,
        ``deel_buurt``, ``rest_van_buurt`` (means over inhabitants, in the unit of the indicator;
        NaN where fewer inhabitants than the minimum are behind it, or could be computed from it).
    `vierkanten` (index as the squares): ``buurtcode`` and ``deelbuurt`` (empty outside any). Never
        a value.
    `buurten` (index ``buurtcode``): Every buurt: ``vierkanten`` and ``inwoners`` that took part,
        ``score`` (mean over them, as that of a deel-buurt; NaN under the minimum), ``getoetst``
        (bool), ``reden`` (why not), ``p`` of its best candidate.
    `gebruikt`: Dutch names of the indicators that were used.
    `toelichting`: Dutch: on what this rests, how many tests were done, and what that means.
    `noise`: Estimated noise and resemblance of neighbouring squares.
    """

    pockets: gpd.GeoDataFrame
    indicatoren: pd.DataFrame
    vierkanten: pd.DataFrame
    buurten: pd.DataFrame
    gebruikt: tuple[str, ...]
    toelichting: str
    noise: Noise


def squares_frame(layer: SquareLayer) -> gpd.GeoDataFrame:
    """Return a layer of squares as one table with geometry and values."""
    return gpd.GeoDataFrame(layer.values, geometry=layer.frame.geometry, crs=layer.frame.crs)


def find_pockets(
    squares: gpd.GeoDataFrame,
    buurten: gpd.GeoDataFrame,
    settings: PocketSettings | None = None,
    eerder: Sequence[gpd.GeoDataFrame] = (),
) -> PocketResult:
    """Find the deel-buurten of a municipality.

    Every buurt with enough squares is searched for the connected group that differs most from
    the rest of the buurt; so is every pair of neighbouring buurten, for a group that lies on
    both sides of their border. Differing from the rest is not enough: every square of a
    deel-buurt is worse than the rest *and* than the municipality. The p-values are those of the
    whole search (see `sia.clustering.scan`); over all searches together the false discovery rate
    is bounded (Benjamini & Hochberg 1995). Where one is found, the rest of the buurt is searched
    again. When anything was found, the noise is estimated anew without it and the search repeated
    (step-down, as in Westfall & Young 1993), because strong pockets otherwise hide weaker ones.

    `squares`: Squares of 100 m, or PC6 polygons, in metres; unique index; column
        ``aantal_inwoners`` and the columns of the indicators, NaN where missing or secret.
    `buurten` (index ``buurtcode``): ``naam`` and geometry, same reference system; optional
        ``water`` (bool).
    `eerder` (index ``deelbuurt``): Deel-buurten of earlier years, the latest first: a place that is
        still there keeps its id.
    Returns: The same for the same input, in any order of rows.
    Raises `InputError` when columns or reference systems do not fit, or none of the indicators has
        data.
    """
    how = settings or PocketSettings()
    _check(squares, buurten, how)
    city = City.of(squares.sort_index(), buurten.sort_index(), how)
    signs = {"ongunstig": (1,), "gunstig": (-1,), "beide": (1, -1)}[how.richting]
    found = search_all(city, signs, how)
    if found:
        # Step-down: what was found no longer counts as noise for what was not found yet.
        city.learn_noise(how, [row for hit in found for row in hit.rows])
        found = search_all(city, signs, how)
    pockets = describe(found, city, eerder)
    return PocketResult(
        pockets=pockets,
        indicatoren=indicator_table(pockets, found, city, how.minimum),
        vierkanten=square_table(squares, pockets, found, city),
        buurten=buurt_table(city, how.minimum),
        gebruikt=tuple(one.naam for one in city.used),
        toelichting=explain(pockets, city, how),
        noise=city.noise,
    )


def _check(squares: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame, how: PocketSettings) -> None:
    peopled = INHABITANTS in squares.columns
    numbers = squares.select_dtypes("number")
    coded = [str(name) for name in numbers if (numbers[name] < _MISSING_CODES).any()]
    tests = (
        (
            peopled,
            INHABITANTS,
            "De vierkanten hebben geen aantal inwoners.",
            "Gebruik een levering van de CBS-vierkanten met inwoners.",
        ),
        (
            not peopled or any(has_data(squares, one) for one in how.indicators),
            ", ".join(one.kolom for one in how.indicators),
            "Geen van de indicatoren voor deel-buurten heeft cijfers op vierkanten.",
            "Gebruik een andere levering, of pas de instellingen aan.",
        ),
        (
            not coded,
            ", ".join(coded),
            "In deze kolommen staan nog codes voor ontbrekende waarden (zoals -99997).",
            "Lees de vierkanten met de bronlezer; die maakt ze leeg, met de reden.",
        ),
        (
            squares.crs == buurten.crs
            and squares.crs is not None
            and not squares.crs.is_geographic,
            "",
            "Vierkanten en buurten staan niet in hetzelfde stelsel in meters.",
            "Zet beide om naar EPSG:28992.",
        ),
        ("naam" in buurten.columns, "naam", "De buurten hebben geen naam.", "Voeg `naam` toe."),
        *(
            (index.is_unique, "", f"In de {name} staan codes dubbel.", "Geef elke code één rij.")
            for name, index in (("vierkanten", squares.index), ("buurten", buurten.index))
        ),
    )
    refuse(Problem(wat, do, kolom=kolom) for good, kolom, wat, do in tests if not good)


SIZES = {
    100: "Vierkanten van {}.",
    0: "Postcodegebieden (PC6) van {}, die hieronder vierkanten heten.",
}
"""Side of the squares in metres (0: postcode areas); larger ones hide what is looked for."""


@dataclass(frozen=True, eq=False)
class Pockets:
    """The deel-buurten of one year, for tables.

    `tabel`: As ``deelbuurten.parquet``.
    `indicatoren`: One row per deel-buurt and indicator, in and outside it
        (`sia.pockets.PocketResult`).
    `gemiddelden` (index ``buurtcode``): Mean score of the squares of every buurt, in the unit of
        ``score``; empty without a search.
    `toelichting`: On which figures this rests, or why there was no search.
    """

    tabel: gpd.GeoDataFrame
    indicatoren: pd.DataFrame
    gemiddelden: pd.Series[float]
    toelichting: str
    gezocht: bool


def search_squares(
    squares: Iterable[SquareLayer],
    buurten: gpd.GeoDataFrame,
    jaar: int,
    settings: PocketSettings | None = None,
    eerder: Sequence[gpd.GeoDataFrame] = (),
) -> Pockets:
    """Find the deel-buurten on the newest squares that are not later than a year.

    Postcode areas serve only where no squares were delivered.

    `squares`: All that was delivered.
    `buurten` (index ``buurtcode``): As ``gebieden.parquet``.
    `eerder`: Deel-buurten of earlier years, the latest first.
    """
    layers = [one for one in squares if one.size in SIZES and one.year <= jaar]
    if not layers:
        return _not_searched("Er zijn geen vierkanten van 100 meter geleverd.")
    layer = max(layers, key=lambda one: (one.size, one.year))
    try:
        found = find_pockets(squares_frame(layer), buurten, settings, eerder)
    except InputError as error:
        return _not_searched(f"Niet gezocht: {error.problems[0].wat}")
    return Pockets(
        tabel=found.pockets if len(found.pockets) else no_pockets(),
        indicatoren=found.indicatoren,
        gemiddelden=found.buurten["score"],
        toelichting=f"{SIZES[layer.size].format(layer.year)} {found.toelichting}",
        gezocht=True,
    )


def _not_searched(why: str) -> Pockets:
    return Pockets(no_pockets(), pd.DataFrame(), pd.Series(dtype=float), why, gezocht=False)


def no_pockets() -> gpd.GeoDataFrame:
    """Return the table of deel-buurten without rows."""
    texts = ("naam", "buurtcode", "buurtcodes", "richting")
    kinds = dict.fromkeys(texts, "str") | {"inwoners": "float64", "vierkanten": "int64"}
    kinds |= dict.fromkeys(("score", "verschil", "p", "q"), "float64")
    columns = {name: pd.Series(dtype=kind) for name, kind in kinds.items()}
    table = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=28992), crs=28992)
    table.index = pd.Index([], name="deelbuurt", dtype="str")
    return table


def pocket_table(pockets: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return the deel-buurten with the buurten that hide them.

    `pockets` (index ``deelbuurt``): As ``deelbuurten.parquet``.
    """
    return pd.DataFrame(
        {
            "deel-buurt": pockets["naam"],
            "in buurt": [
                opsomming([str(names[code]) for code in codes.split()])
                for codes in pockets["buurtcodes"]
            ],
            "inwoners": pockets["inwoners"],
            "vierkanten": pockets["vierkanten"],
            "verschil met de rest": pockets["verschil"],
            "q": pockets["q"],
        }
    )


def pocket_figures(figures: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return what each deel-buurt rests on: the figures inside it and in the rest of its buurt.

    `figures`: As `sia.pockets.PocketResult.indicatoren`.
    `names`: index ``deelbuurt``.
    """
    if figures.empty:
        return figures
    return pd.DataFrame(
        {
            "deel-buurt": figures["deelbuurt"].map(names),
            "cijfer": figures["indicator"],
            "eenheid": figures["eenheid"],
            "in de deel-buurt": figures["deel_buurt"],
            "in de rest van de buurt": figures["rest_van_buurt"],
        }
    )
