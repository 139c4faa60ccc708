"""Deel-buurten: connected groups of squares that the average of their buurt hides."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from sia.catalogue.refused import refusal
from sia.clustering.fdr import q_values
from sia.clustering.scan import (
    Noise,
    Scan,
    ScanSettings,
    Zone,
    estimate_noise,
    refine,
    scan,
    scan_border,
)
from sia.errors import InputError, Problem
from sia.sources.base import SquareLayer

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

INHABITANTS = "aantal_inwoners"
_WINDS = ("oost", "noordoost", "noord", "noordwest", "west", "zuidwest", "zuid", "zuidoost")
_PLACES = (*_WINDS, "midden")
_MIN_SQUARES = 10
_TOLERANCE = 0.5
_REACH = 150.0
_LIMIT = 5.0
_MIN_KNOWN = 0.5
_MISSING_CODES = -90000
_MOST_PER_BUURT = 3


@dataclass(frozen=True)
class PocketIndicator:
    """One of the few indicators that exist on squares.

    Parameters
    ----------
    kolom : str
        Column of the squares.
    naam : str
        Dutch name.
    richting : int
        +1: higher is worse; -1: lower is worse.
    per : str
        Column that it is divided by (for counts); empty for shares and means.
    eenheid : str
        Unit of the figure, for readers.
    log : bool
        Compare logarithms: amounts such as a WOZ-waarde have a long tail upward, in whose spread
        a group of cheap dwellings would drown while one of expensive dwellings stands out.
    """

    kolom: str
    naam: str
    richting: Literal[1, -1]
    per: str = ""
    eenheid: str = ""
    log: bool = False


INDICATORS: tuple[PocketIndicator, ...] = (
    PocketIndicator(
        "aantal_personen_met_uitkering_onder_aowlft",
        "personen met een uitkering",
        1,
        INHABITANTS,
        "% van de inwoners",
    ),
    PocketIndicator(
        "percentage_laag_inkomen_huishouden", "huishoudens met een laag inkomen", 1, eenheid="%"
    ),
    PocketIndicator(
        "gemiddelde_woz_waarde_woning",
        "gemiddelde WOZ-waarde",
        -1,
        eenheid="x 1.000 euro",
        log=True,
    ),
    PocketIndicator(
        "gemiddeld_gasverbruik_woning", "gemiddeld gasverbruik", 1, eenheid="m³", log=True
    ),
)
"""Urgencies that CBS publishes per square of 100 m; a delivery may have only some of them."""


@dataclass(frozen=True)
class PocketSettings:
    """How deel-buurten are found.

    Parameters
    ----------
    indicators : tuple of PocketIndicator
        One that is known for less than half of the squares is left out, and the result says so:
        where counts are secret when small, the squares that are left are not typical.
    minimum : float
        Least number of inhabitants of a deel-buurt, and of what remains of its buurt.
    fdr : float
        Largest expected share (0-1) of false ones among the deel-buurten.
    richting : {"ongunstig", "gunstig", "beide"}
        Which differences count. The default finds what asks for investment.
    min_share : float
        A square takes part when at least this share (0-1) of the indicators is known for it.
    seed : int
    scan : ScanSettings
        Its ``minimum`` is replaced by the one above.
    """

    indicators: tuple[PocketIndicator, ...] = INDICATORS
    minimum: float = 100.0
    fdr: float = 0.10
    richting: Literal["ongunstig", "gunstig", "beide"] = "ongunstig"
    min_share: float = 0.5
    seed: int = 20240101
    scan: ScanSettings = field(default_factory=ScanSettings)

    def __post_init__(self) -> None:
        problems = []
        for one in self.indicators:
            blocked = refusal("opgave", (one.kolom, one.naam), (), ())
            if blocked is not None:
                problems.append(
                    Problem(
                        kolom=one.kolom,
                        wat=f"Deze indicator mag niet meetellen: {blocked.reden}",
                        oplossing="Haal de indicator weg uit de instellingen voor deel-buurten.",
                    )
                )
        if not 0 < self.fdr < 1:
            problems.append(
                Problem(
                    kolom="fdr",
                    wat=f"`fdr` is {self.fdr!r} en hoort tussen 0 en 1.",
                    oplossing="Gebruik bijvoorbeeld 0.10.",
                )
            )
        if self.minimum < 10:
            problems.append(
                Problem(
                    kolom="minimum",
                    wat=f"Een deel-buurt van {self.minimum:g} inwoners is te klein om te tonen.",
                    oplossing="Gebruik ten minste 10; de standaard is 100.",
                )
            )
        if problems:
            raise InputError(problems)


@dataclass(frozen=True)
class PocketResult:
    """The deel-buurten and all that a reader needs to judge them.

    Parameters
    ----------
    pockets : GeoDataFrame, index ``deelbuurt``
        ``naam``, ``buurtcode`` (where most of its people live), ``buurtcodes`` (all, joined by a
        space), ``richting``, ``inwoners``, ``vierkanten`` (int), ``score`` and ``verschil`` (with
        the rest of its buurten; in spreads of squares within a buurt), ``p``,
        ``q``, ``geometry``.
    indicatoren : DataFrame
        One row per deel-buurt and indicator: ``deelbuurt``, ``indicator``, ``eenheid``,
        ``deel_buurt``,
        ``rest_van_buurt`` (means over inhabitants, in the unit of the indicator; NaN where the
        squares that know it have fewer inhabitants than the minimum).
    vierkanten : DataFrame, index as the squares
        ``buurtcode`` and ``deelbuurt`` (empty outside any). Never a value.
    buurten : DataFrame, index ``buurtcode``
        Every buurt: ``vierkanten`` and ``inwoners`` that took part, ``score`` (mean over them, as
        that of a deel-buurt; NaN under the minimum), ``getoetst`` (bool), ``reden`` (why not),
        ``p`` of its best candidate.
    gebruikt : tuple of str
        Dutch names of the indicators that were used.
    toelichting : str
        Dutch: on what this rests, how many tests were done, and what that means.
    noise : Noise
        Estimated noise and resemblance of neighbouring squares.
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
) -> PocketResult:
    """Find the deel-buurten of a municipality.

    Every buurt with enough squares is searched for the connected group that differs most from
    the rest of the buurt; so is every pair of neighbouring buurten, for a group that lies on
    both sides of their border. The p-values are those of the whole search (see
    `sia.clustering.scan`); over all searches together the false discovery rate is bounded
    (Benjamini & Hochberg 1995). Where one is found, the rest of the buurt is searched again. When
    anything was found, the noise is estimated anew without it and the search repeated (step-down,
    as in Westfall & Young 1993), because strong pockets otherwise hide weaker ones.

    Parameters
    ----------
    squares : GeoDataFrame
        Squares of 100 m, or PC6 polygons, in metres; unique index; column ``aantal_inwoners`` and
        the columns of the indicators, NaN where missing or secret.
    buurten : GeoDataFrame, index ``buurtcode``
        ``naam`` and geometry, same reference system; optional ``water`` (bool).
    settings : PocketSettings, optional

    Returns
    -------
    PocketResult
        The same for the same input, in any order of rows.

    Raises
    ------
    InputError
        When columns or reference systems do not fit, or none of the indicators has data.
    """
    how = settings or PocketSettings()
    _check(squares, buurten, how)
    city = _City.of(squares.sort_index(), buurten.sort_index(), how)
    signs = {"ongunstig": (1,), "gunstig": (-1,), "beide": (1, -1)}[how.richting]
    found = _round(city, signs, how)
    if found:
        # Step-down: what was found no longer counts as noise for what was not found yet.
        city.learn_noise(how, [row for hit in found for row in hit.rows])
        found = _round(city, signs, how)
    pockets = _describe(found, city)
    return PocketResult(
        pockets=pockets,
        indicatoren=_indicator_table(pockets, found, city, how.minimum),
        vierkanten=_square_table(squares, pockets, found, city),
        buurten=city.buurt_table(how.minimum),
        gebruikt=tuple(one.naam for one in city.used),
        toelichting=_explain(pockets, city, how),
        noise=city.noise,
    )


@dataclass
class _City:
    """Scored squares of a municipality, with their buurt and their neighbours."""

    squares: gpd.GeoDataFrame
    buurten: gpd.GeoDataFrame
    used: tuple[PocketIndicator, ...]
    values: pd.DataFrame
    score: Array
    weight: Array
    buurt: npt.NDArray[np.object_]
    edges: Ints
    place: Array
    noise: Noise
    members: dict[str, Ints]
    reasons: dict[str, str]
    p: dict[str, float]
    tests: int = 0

    @classmethod
    def of(cls, squares: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame, how: PocketSettings) -> _City:
        """Score the squares and divide them over the buurten."""
        used = tuple(one for one in how.indicators if _has_data(squares, one))
        values = pd.DataFrame({one.naam: _value(squares, one) for one in used})
        people = squares[INHABITANTS].astype(float)
        buurt = _buurt_of(squares, buurten)
        score, share = _score(values, used, buurt)
        partakes = (people > 0) & score.notna() & (share >= how.min_share)
        keep = (partakes & (buurt != "")).to_numpy()
        chosen = squares[keep]
        city = cls(
            squares=chosen,
            buurten=buurten,
            used=used,
            values=values[keep],
            score=score[keep].to_numpy(),
            weight=people[keep].to_numpy(),
            buurt=buurt[keep].to_numpy(dtype=object),
            edges=neighbours(chosen.geometry),
            place=shapely.get_coordinates(chosen.geometry.centroid.to_numpy()),
            noise=Noise(),
            members={},
            reasons={},
            p={},
        )
        for code in buurten.index:
            city._admit(str(code), how)
        city.learn_noise(how, ())
        return city

    def learn_noise(self, how: PocketSettings, without: Iterable[int]) -> None:
        """Estimate the noise of squares, leaving out those that are known to lie in a pocket."""
        zones = [self.zone(code, without) for code in sorted(self.members)]
        self.noise = estimate_noise(zones, np.random.default_rng(how.seed))

    def _admit(self, code: str, how: PocketSettings) -> None:
        """Let a buurt take part when it can hold a deel-buurt and a rest, else say why not."""
        rows = np.flatnonzero(self.buurt == code)
        people = float(self.weight[rows].sum())
        if len(rows) < _MIN_SQUARES:
            self.reasons[code] = f"{len(rows)} bruikbare vierkanten, minder dan {_MIN_SQUARES}"
        elif people < 2 * how.minimum:
            self.reasons[code] = (
                f"{people:.0f} inwoners in bruikbare vierkanten, minder dan {2 * how.minimum:.0f}"
            )
        else:
            self.members[code] = rows

    def zone(self, code: str, without: Iterable[int] = (), sign: int = 1) -> Zone:
        """Return the squares of a buurt as a zone, in the order of `rows`."""
        rows = self.rows(code, without)
        number = np.full(len(self.score), -1)
        number[rows] = np.arange(len(rows))
        edges = number[self.edges]
        inside = (edges >= 0).all(axis=1)
        return Zone(sign * self.score[rows], self.weight[rows], edges[inside], self.place[rows])

    def rows(self, code: str, without: Iterable[int] = ()) -> Ints:
        """Return the positions of the squares of a buurt."""
        return np.setdiff1d(self.members[code], np.fromiter(without, dtype=np.int64))

    def borders(self) -> list[tuple[str, str, Ints]]:
        """Return pairs of buurten with the neighbouring squares over their border."""
        one, other = self.buurt[self.edges[:, 0]], self.buurt[self.edges[:, 1]]
        pairs: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for a, b, (i, j) in zip(one, other, self.edges, strict=True):
            if a != b and a in self.members and b in self.members:
                pair = (int(i), int(j)) if a < b else (int(j), int(i))
                pairs.setdefault((min(a, b), max(a, b)), []).append(pair)
        return [(a, b, np.array(pairs[(a, b)])) for a, b in sorted(pairs)]

    def buurt_table(self, minimum: float) -> pd.DataFrame:
        """Return which buurten took part, on how much, and why not."""
        rows = {}
        for code in (str(one) for one in self.buurten.index):
            inside = np.flatnonzero(self.buurt == code)
            rows[code] = {
                "vierkanten": len(inside),
                "inwoners": float(self.weight[inside].sum()),
                "score": _mean(self.score, self, inside, minimum),
                "getoetst": code in self.members,
                "reden": self.reasons.get(code, ""),
                "p": self.p.get(code, np.nan),
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("buurtcode")


@dataclass(frozen=True)
class _Hit:
    """A candidate: squares (positions), buurten, sign, p, and q over all candidates."""

    rows: tuple[int, ...]
    codes: tuple[str, ...]
    sign: int
    p: float
    statistic: float
    q: float = 1.0


def _round(city: _City, signs: Sequence[int], how: PocketSettings) -> list[_Hit]:
    """Search everything once, and keep what holds over all searches together."""
    city.p, city.tests = {}, 0
    hits = [hit for sign in signs for hit in _search(city, sign, how)]
    return _accept(_with_q(hits), city, how)


def _search(city: _City, sign: int, how: PocketSettings) -> list[_Hit]:
    """Search every buurt and every border, and again beside what was found."""
    settings = replace(how.scan, minimum=how.minimum)
    hits = []
    for code in sorted(city.members):
        hit = _in_buurt(city, code, sign, (), settings, how)
        hits.append(hit)
        city.p[code] = min(hit.p, city.p.get(code, 1.0))
    for left, right, pairs in city.borders():
        hits.append(_over_border(city, left, right, pairs, sign, settings, how))
    first = [hit for hit in _with_q(hits) if hit.q <= how.fdr]
    for hit in [one for one in first if len(one.codes) == 1]:
        taken = set(hit.rows)
        for _ in range(_MOST_PER_BUURT - 1):
            if len(city.rows(hit.codes[0], taken)) < _MIN_SQUARES:
                break
            again = _in_buurt(city, hit.codes[0], sign, taken, settings, how)
            hits.append(again)
            if again.p > how.fdr:
                break
            taken |= set(again.rows)
    city.tests += len(hits)
    return hits


def _in_buurt(
    city: _City,
    code: str,
    sign: int,
    without: Iterable[int],
    settings: ScanSettings,
    how: PocketSettings,
) -> _Hit:
    zone, rows = city.zone(code, without, sign), city.rows(code, without)
    name = f"{code}{sign}{len(rows)}"
    result = scan(zone, city.noise, settings, _generator(how.seed, name))
    members = result.members
    if result.p <= how.fdr:
        members = refine([zone], np.zeros((0, 2), dtype=np.int64), members, city.noise, settings)
    return _hit(rows[members], (code,), sign, result)


def _over_border(
    city: _City,
    left: str,
    right: str,
    pairs: Ints,
    sign: int,
    settings: ScanSettings,
    how: PocketSettings,
) -> _Hit:
    sides = [city.rows(left), city.rows(right)]
    crossing = np.stack(
        [np.searchsorted(side, pairs[:, n]) for n, side in enumerate(sides)], axis=1
    )
    zones = (city.zone(left, (), sign), city.zone(right, (), sign))
    rng = _generator(how.seed, f"{left}{right}{sign}")
    result = scan_border(*zones, crossing, city.noise, settings, rng)
    members = result.members
    if result.p <= how.fdr:
        members = refine(zones, crossing, members, city.noise, settings)
    return _hit(np.concatenate(sides)[members], (left, right), sign, result)


def _hit(rows: Ints, codes: tuple[str, ...], sign: int, result: Scan) -> _Hit:
    return _Hit(tuple(int(r) for r in rows), codes, sign, result.p, result.statistic)


def _generator(seed: int, name: str) -> np.random.Generator:
    """Return a generator of its own for each search, so that none depends on the others."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _with_q(hits: Sequence[_Hit]) -> list[_Hit]:
    q = q_values(np.array([hit.p for hit in hits])) if hits else np.zeros(0)
    return [replace(hit, q=float(value)) for hit, value in zip(hits, q, strict=True)]


def _accept(hits: list[_Hit], city: _City, how: PocketSettings) -> list[_Hit]:
    """Keep what is significant, does not overlap and leaves enough people in every buurt.

    A group over a border goes before a group on one side of it, because it is significant on
    both sides; otherwise the stronger evidence goes first.
    """
    wanted = [hit for hit in hits if hit.rows and hit.q <= how.fdr]
    wanted.sort(key=lambda hit: (-len(hit.codes), hit.p, -hit.statistic, hit.codes))
    taken: set[int] = set()
    kept = []
    for hit in wanted:
        after = np.fromiter(taken | set(hit.rows), dtype=np.int64)
        left = [float(city.weight[np.setdiff1d(city.members[c], after)].sum()) for c in hit.codes]
        if not taken & set(hit.rows) and min(left) >= how.minimum:
            kept.append(hit)
            taken |= set(hit.rows)
    return kept


def _describe(found: list[_Hit], city: _City) -> gpd.GeoDataFrame:
    """Turn accepted candidates into named things with an id, merged geometry and merged figures."""
    records = []
    for hit in found:
        rows = np.array(hit.rows)
        weight = city.weight[rows]
        rest = np.setdiff1d(np.concatenate([city.members[c] for c in hit.codes]), rows)
        people = {c: float(weight[city.buurt[rows] == c].sum()) for c in hit.codes}
        score = float(np.average(city.score[rows], weights=weight))
        records.append(
            {
                "naam": "",
                "buurtcode": max(people, key=lambda c: (people[c], c)),
                "buurtcodes": " ".join(hit.codes),
                "richting": "ongunstig" if hit.sign > 0 else "gunstig",
                "inwoners": float(weight.sum()),
                "vierkanten": len(rows),
                "score": score,
                "verschil": score - float(np.average(city.score[rest], weights=city.weight[rest])),
                "p": hit.p,
                "q": hit.q,
                "geometry": shapely.union_all(city.squares.geometry.to_numpy()[rows]),
            }
        )
    columns = ["naam", "buurtcode", "buurtcodes", "richting", "inwoners", "vierkanten"]
    columns += ["score", "verschil", "p", "q", "geometry"]
    table = gpd.GeoDataFrame(
        pd.DataFrame(records, columns=columns), geometry="geometry", crs=city.squares.crs
    )
    table["naam"] = _names(table, city.buurten)
    table.index = pd.Index(_ids(table, city.buurten), name="deelbuurt", dtype="str")
    return table


def _names(table: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame) -> list[str]:
    """Name each by its place in the buurt; a second one of the same name gets a number."""
    names: list[str] = []
    for codes, code, shape in zip(
        table["buurtcodes"], table["buurtcode"], table.geometry, strict=True
    ):
        several = [str(buurten.at[one, "naam"]) for one in str(codes).split()]
        if len(several) > 1:
            name = f"Deel-buurt op de grens van {' en '.join(several)}"
        else:
            where = position(shape, buurten.geometry[code])
            name = f"Deel-buurt {where} in {several[0]}"
        double = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({double + 1})" if double else name)
    return names


def position(part: shapely.Geometry, whole: shapely.Geometry) -> str:
    """Return where a part lies in the whole, as a wind direction, or "midden".

    Parameters
    ----------
    part, whole : shapely geometry
        In metres.

    Returns
    -------
    str
        "midden" within a quarter of the radius of a circle as large as the whole.
    """
    step = shapely.get_coordinates(part.centroid)[0] - shapely.get_coordinates(whole.centroid)[0]
    if np.hypot(*step) < 0.25 * np.sqrt(whole.area / np.pi):
        return "midden"
    octant = round(np.arctan2(step[1], step[0]) / (np.pi / 4)) % 8
    return _WINDS[octant]


def _ids(table: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame) -> list[str]:
    """Return an id per deel-buurt: its buurt, and a number that says where it lies in it.

    A judgement stays with an id over the years. A number in order of finding would carry it to
    another place when the next year finds something else first; here 1 to 8 are the winds from
    east over north, 9 is the middle, and a second one in the same place is ten further.
    """
    ids: list[str] = []
    for code, shape in zip(table["buurtcode"], table.geometry, strict=True):
        number = 1 + _PLACES.index(position(shape, buurten.geometry[code]))
        while f"{code}-D{number}" in ids:
            number += len(_PLACES) + 1
        ids.append(f"{code}-D{number}")
    return ids


def _indicator_table(
    pockets: gpd.GeoDataFrame, found: list[_Hit], city: _City, minimum: float
) -> pd.DataFrame:
    """Return the figures in and beside each deel-buurt, where they are those of enough people."""
    rows = []
    for name, hit in zip(pockets.index, found, strict=True):
        inside = np.array(hit.rows)
        rest = np.setdiff1d(np.concatenate([city.members[c] for c in hit.codes]), inside)
        for one in city.used:
            values = city.values[one.naam].to_numpy(dtype=float)
            means = [_mean(values, city, part, minimum) for part in (inside, rest)]
            rows.append((name, one.naam, one.eenheid, *means))
    columns = ["deelbuurt", "indicator", "eenheid", "deel_buurt", "rest_van_buurt"]
    return pd.DataFrame(rows, columns=columns)


def _mean(values: Array, city: _City, rows: Ints, minimum: float) -> float:
    """Return a mean over people; NaN where the squares that know it hold fewer than `minimum`."""
    known = rows[~np.isnan(values[rows])]
    if city.weight[known].sum() < minimum:
        return float("nan")
    return float(np.average(values[known], weights=city.weight[known]))


def _square_table(
    squares: gpd.GeoDataFrame, pockets: gpd.GeoDataFrame, found: list[_Hit], city: _City
) -> pd.DataFrame:
    table = pd.DataFrame({"buurtcode": "", "deelbuurt": ""}, index=squares.index, dtype="str")
    table.loc[city.squares.index, "buurtcode"] = city.buurt
    for name, hit in zip(pockets.index, found, strict=True):
        table.loc[city.squares.index[list(hit.rows)], "deelbuurt"] = name
    return table


def _explain(pockets: gpd.GeoDataFrame, city: _City, how: PocketSettings) -> str:
    names = ", ".join(one.naam for one in city.used)
    absent = [one.naam for one in how.indicators if one not in city.used]
    without = (
        f" Niet gebruikt, want afwezig of te vaak geheim: {', '.join(absent)}." if absent else ""
    )
    resemblance = f"{city.noise.rho:.2f}".replace(".", ",")
    return (
        f"Op vierkanten bestaan maar weinig cijfers; gebruikt: {names}.{without} Er zijn "
        f"{len(city.members)} buurten en de grenzen ertussen doorzocht ({city.tests} toetsen). "
        f"{_found_text(len(pockets), how.fdr)} "
        f"Met de gelijkenis tussen buurvierkanten ({resemblance} op een schaal van 0 tot 1) is "
        "rekening gehouden. De grens van een deel-buurt is een voorstel: bespreek hem in de "
        "duiding."
    )


def _found_text(count: int, fdr: float) -> str:
    if not count:
        return (
            "Er is geen deel-buurt gevonden. Dat bewijst niet dat er geen is: met weinig cijfers, "
            "of waar verschillen geleidelijk verlopen, blijft een plek onopgemerkt."
        )
    found = "1 deel-buurt" if count == 1 else f"{count} deel-buurten"
    return (
        f"Gevonden: {found}. Naar verwachting is hoogstens {100 * fdr:.0f} % daarvan toeval; ook "
        f"zonder echte deel-buurten komt er in hoogstens {100 * fdr:.0f} % van de gevallen een "
        "melding."
    )


def _has_data(squares: gpd.GeoDataFrame, one: PocketIndicator) -> bool:
    needed = [one.kolom, *([one.per] if one.per else [])]
    if not set(needed) <= set(squares.columns):
        return False
    known = _value(squares, one)
    return bool(known.notna().mean() >= _MIN_KNOWN and known.std(ddof=0) > 0)


def _value(squares: gpd.GeoDataFrame, one: PocketIndicator) -> pd.Series[float]:
    value: pd.Series[float] = squares[one.kolom].astype(float)
    if not one.per:
        return value
    below = squares[one.per].astype(float)
    share: pd.Series[float] = 100 * value / below.where(below > 0)
    return share


def _score(
    values: pd.DataFrame, used: Sequence[PocketIndicator], buurt: pd.Series[str]
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return the score of each square and the share of the indicators that it rests on.

    Every indicator is measured in units of its robust spread *within* buurten, so that each
    brings equally much noise and none decides alone; the score is the mean of those known.
    """
    z = pd.DataFrame(index=values.index)
    for one in used:
        column = (
            np.log(values[one.naam].where(values[one.naam] > 0)) if one.log else values[one.naam]
        )
        own = column.groupby(buurt).transform("median")
        within = column - own
        unit = 1.4826 * within.abs().median()
        unit = unit if unit > 0 else column.std(ddof=0)
        level = (own - column.median()) / unit
        z[one.naam] = one.richting * (level + (within / unit).clip(-_LIMIT, _LIMIT))
    return z.mean(axis=1), z.notna().mean(axis=1)


def _buurt_of(squares: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame) -> pd.Series[str]:
    """Return the buurt of the middle of each square; at the edge the nearest, else empty."""
    land = buurten
    if "water" in buurten.columns:
        land = buurten[~buurten["water"].fillna(False).astype(bool)]
    codes = land.index.to_numpy(dtype=object)
    tree = shapely.STRtree(land.geometry.to_numpy())
    middles = squares.geometry.centroid.to_numpy()
    square, area = tree.query_nearest(middles, max_distance=_REACH, all_matches=True)
    result = pd.Series("", index=squares.index, dtype=object)
    order = np.lexsort((area, square))
    first = np.unique(square[order], return_index=True)[1]
    result.iloc[square[order][first]] = codes[area[order][first]]
    return result


def neighbours(shapes: gpd.GeoSeries) -> Ints:
    """Return pairs of areas that share an edge of at least a metre; a shared corner is not enough.

    Parameters
    ----------
    shapes : GeoSeries
        Squares or PC6 polygons, in metres.

    Returns
    -------
    ndarray of int, shape (n_pairs, 2)
        Positions, each pair once, sorted.
    """
    geometry = shapes.to_numpy()
    tree = shapely.STRtree(geometry)
    one, other = tree.query(geometry, predicate="dwithin", distance=_TOLERANCE)
    once = one < other
    one, other = one[once], other[once]
    shared = shapely.area(
        shapely.intersection(shapely.buffer(geometry[one], _TOLERANCE), geometry[other])
    )
    pairs = np.stack([one, other], axis=1)[shared >= _TOLERANCE]
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], dtype=np.int64)


def _check(squares: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame, how: PocketSettings) -> None:
    problems = []
    if INHABITANTS not in squares.columns:
        problems.append(
            Problem(
                kolom=INHABITANTS,
                wat="De vierkanten hebben geen aantal inwoners.",
                oplossing="Gebruik een levering van de CBS-vierkanten met inwoners.",
            )
        )
    elif not any(_has_data(squares, one) for one in how.indicators):
        names = ", ".join(one.kolom for one in how.indicators)
        problems.append(
            Problem(
                kolom=names,
                wat="Geen van de indicatoren voor deel-buurten heeft cijfers op vierkanten.",
                oplossing="Gebruik een andere levering, of pas de instellingen aan.",
            )
        )
    coded = [
        str(name)
        for name in squares.select_dtypes("number").columns
        if (squares[name] < _MISSING_CODES).any()
    ]
    if coded:
        problems.append(
            Problem(
                kolom=", ".join(coded),
                wat="In deze kolommen staan nog codes voor ontbrekende waarden (zoals -99997).",
                oplossing="Lees de vierkanten met de bronlezer; die maakt ze leeg, met de reden.",
            )
        )
    if squares.crs != buurten.crs or squares.crs is None or squares.crs.is_geographic:
        problems.append(
            Problem(
                wat="Vierkanten en buurten staan niet in hetzelfde stelsel in meters.",
                oplossing="Zet beide om naar EPSG:28992.",
            )
        )
    if "naam" not in buurten.columns:
        problems.append(
            Problem(kolom="naam", wat="De buurten hebben geen naam.", oplossing="Voeg `naam` toe.")
        )
    for name, index in (("vierkanten", squares.index), ("buurten", buurten.index)):
        if not index.is_unique:
            problems.append(
                Problem(
                    wat=f"In de {name} staan codes dubbel.",
                    oplossing="Geef elke code één rij.",
                )
            )
    if problems:
        raise InputError(problems)
