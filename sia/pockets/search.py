"""Search every buurt and every border, and keep what holds over all searches together."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sia.clustering.fdr import q_values
from sia.clustering.scan import LEAST_SIDE, Scan, refine, scan, scan_border
from sia.methode import PocketSettings, ScanSettings
from sia.pockets.city import MIN_SQUARES, City

Ints = npt.NDArray[np.int64]


_MOST_PER_BUURT = 3


@dataclass(frozen=True)
class Hit:
    """A candidate: squares (positions), buurten, sign, p, and q over all candidates."""

    rows: tuple[int, ...]
    codes: tuple[str, ...]
    sign: int
    p: float
    statistic: float
    q: float = 1.0


def search_all(city: City, signs: Sequence[int], how: PocketSettings) -> list[Hit]:
    """Search everything once, and keep what holds over all searches together."""
    city.p, city.tests = {}, 0
    # small matrix products, thousands of them: spread over the cores they mostly wait
    with threadpool_limits(limits=1, user_api="blas"):
        hits = [hit for sign in signs for hit in _search(city, sign, how)]
    return _accept(_with_q(hits), city, how)


def _search(city: City, sign: int, how: PocketSettings) -> list[Hit]:
    """Search every buurt and every border, and again beside what was found."""
    settings = how.scan.model_copy(update={"minimum": how.minimum})
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
            if len(city.rows(hit.codes[0], taken)) < MIN_SQUARES:
                break
            again = _in_buurt(city, hit.codes[0], sign, taken, settings, how)
            hits.append(again)
            if again.p > how.fdr:
                break
            taken |= set(again.rows)
    city.tests += len(hits)
    return hits


def _in_buurt(
    city: City,
    code: str,
    sign: int,
    without: Iterable[int],
    settings: ScanSettings,
    how: PocketSettings,
) -> Hit:
    zone, rows = city.zone(code, without, sign), city.rows(code, without)
    name = f"{code}{sign}{len(rows)}"
    result = scan(zone, city.noise, settings, _generator(how.seed, name))
    members = result.members
    if result.p <= how.fdr:
        members = refine([zone], np.zeros((0, 2), dtype=np.int64), members, city.noise, settings)
    return _hit(_agreeing(rows[members], rows, city, sign), (code,), sign, result)


def _over_border(
    city: City,
    left: str,
    right: str,
    pairs: Ints,
    sign: int,
    settings: ScanSettings,
    how: PocketSettings,
) -> Hit:
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
    everyone = np.concatenate(sides)
    return _hit(_agreeing(everyone[members], everyone, city, sign), (left, right), sign, result)


def _agreeing(rows: Ints, everyone: Ints, city: City, sign: int) -> Ints:
    """Return the squares of a group that are worse than the city *and* than the rest of the buurt.

    A square that contradicts is no part of a deel-buurt, however well it fits between the
    others; when the group falls apart, the part with most people is left.
    """
    rest = np.setdiff1d(everyone, rows)
    if not len(rows) or not len(rest):
        return rows[:0]
    beside = float(np.average(city.score[rest], weights=city.weight[rest]))
    bound = max(sign * city.level, sign * beside)
    return city.largest_part(rows[sign * city.score[rows] > bound])


def _hit(rows: Ints, codes: tuple[str, ...], sign: int, result: Scan) -> Hit:
    return Hit(tuple(int(r) for r in rows), codes, sign, result.p, result.statistic)


def _generator(seed: int, name: str) -> np.random.Generator:
    """Return a generator of its own for each search, so that none depends on the others."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _with_q(hits: Sequence[Hit]) -> list[Hit]:
    q = q_values(np.array([hit.p for hit in hits])) if hits else np.zeros(0)
    return [replace(hit, q=float(value)) for hit, value in zip(hits, q, strict=True)]


def _accept(hits: list[Hit], city: City, how: PocketSettings) -> list[Hit]:
    """Keep what is significant, large enough, does not overlap and leaves enough in every buurt.

    A group over a border goes before a group on one side of it, because it is significant on
    both sides; otherwise the stronger evidence goes first.
    """
    wanted = [hit for hit in hits if hit.q <= how.fdr and _large_enough(hit, city, how.minimum)]
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


def _large_enough(hit: Hit, city: City, minimum: float) -> bool:
    """Tell whether a group has the people that it needs, on every side of a border."""
    rows = np.array(hit.rows, dtype=np.int64)
    sides = [float(city.weight[rows[city.buurt[rows] == code]].sum()) for code in hit.codes]
    return sum(sides) >= minimum and min(sides) >= minimum / LEAST_SIDE
