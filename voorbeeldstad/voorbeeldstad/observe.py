"""From the true state to what is counted, and from there to what publishers let through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sia.sources.base import NOT_DELIVERED, PRESENT, SECRET
from voorbeeldstad.measures import Measure, measures
from voorbeeldstad.model import Reality

Array = NDArray[np.float64]

_DERIVED = ("som", "relatief", "stedelijkheid")


@dataclass(frozen=True)
class Regions:
    """Regions of one year and the pieces of land that they consist of.

    Parameters
    ----------
    table : DataFrame, index ``code``
        ``niveau`` (land, gemeente, wijk, buurt), ``naam``, ``gemeentecode``, ``gemeentenaam``,
        ``indelingswijziging`` (1, 2, 3; 0 for the country).
    members : ndarray of bool, shape (n_regions, n_units)
    """

    table: pd.DataFrame
    members: NDArray[np.bool_]

    def __iter__(self) -> Iterator[Region]:
        """Go through the regions in the order of the table."""
        for row in self.table.itertuples():
            yield Region(*row)


@dataclass(frozen=True)
class Region:
    """One region, as a row of `Regions.table`."""

    code: str
    niveau: str
    naam: str
    gemeentecode: str
    gemeentenaam: str
    indelingswijziging: int

    @property
    def soort(self) -> str:
        """Return the kind of region as StatLine spells it."""
        return self.niveau.capitalize()

    @property
    def gemeente(self) -> str:
        """Return the name in the column Gemeentenaam: that of the country for the country."""
        return self.gemeentenaam or self.naam

    @property
    def wijziging(self) -> str:
        """Return the flag of change of borders; a period where there is none."""
        return "." if self.niveau in ("land", "gemeente") else str(self.indelingswijziging)


@dataclass(frozen=True)
class Observed:
    """What one year looks like, per region.

    Parameters
    ----------
    jaar : int
    sizes : DataFrame
        True numbers (people, households, ...), index ``code``.
    expected : DataFrame
        Every measure without noise, in the unit in which it is published.
    counted : DataFrame
        Every measure as it was counted or estimated, before rounding and suppression.
    published : DataFrame
        As let through: rounded, NaN where suppressed or not delivered.
    reasons : DataFrame of str
        Why a published value is missing.
    """

    jaar: int
    sizes: pd.DataFrame
    expected: pd.DataFrame
    counted: pd.DataFrame
    published: pd.DataFrame
    reasons: pd.DataFrame

    def lines(self, columns: Sequence[Measure]) -> dict[str, list[float]]:
        """Return the published values per region code, in the order of `columns`."""
        values = self.published[[measure.naam for measure in columns]].to_numpy().tolist()
        return dict(zip(self.published.index, values, strict=True))


def observe(real: Reality, regions: Regions, rng: np.random.Generator) -> Observed:
    """Count, add up, round and suppress one year.

    Parameters
    ----------
    real : Reality
    regions : Regions
    rng : numpy.random.Generator

    Returns
    -------
    Observed
    """
    codes = regions.table.index
    sum_up = regions.members.astype(float)
    sizes = pd.DataFrame({k: sum_up @ v.astype(float) for k, v in real.sizes.items()}, index=codes)
    counts = _draw_counts(real, rng)
    expected = _Sums(real, sum_up, sizes, None).frame()
    counted = _Sums(real, sum_up, sizes, counts).frame()
    small = regions.table["niveau"].isin(["buurt", "wijk"]).to_numpy()
    published, reasons = _publish(counted, sizes, small, real.jaar, rng)
    return Observed(real.jaar, sizes, expected, counted, published, reasons)


def _draw_counts(real: Reality, rng: np.random.Generator) -> dict[str, Array]:
    """Draw numerators (and means) per piece of land, group by group."""
    drawn: dict[str, Array] = {}
    groups: dict[str, list[Measure]] = {}
    for measure in measures():
        if measure.naam not in real.rates:
            continue
        if measure.get("groep"):
            groups.setdefault(measure.get("groep"), []).append(measure)
            continue
        n = real.sizes[measure.van]
        rate = real.rates[measure.naam]
        if measure.get("poisson"):
            drawn[measure.naam] = rng.poisson(n * rate).astype(float)
        elif measure.soort == "gemiddelde":
            spread = float(measure.get("spreiding", 0.05)) / np.sqrt(np.maximum(n, 1))
            drawn[measure.naam] = rate * np.exp(rng.normal(0.0, 1.0, len(n)) * spread)
        elif measure.bron == "rivm":
            model_error = np.exp(rng.normal(0.0, 0.045, len(n)))
            drawn[measure.naam] = np.asarray(n * np.clip(rate * model_error, 0.0, 1.0))
        else:
            drawn[measure.naam] = rng.binomial(n, rate).astype(float)
    for members in groups.values():
        n = real.sizes[members[0].van]
        shares = np.stack([real.rates[member.naam] for member in members], axis=1)
        split = rng.multinomial(n, shares / shares.sum(axis=1, keepdims=True))
        drawn.update({m.naam: split[:, i].astype(float) for i, m in enumerate(members)})
    return drawn


@dataclass(frozen=True)
class _Sums:
    """Adds the pieces of land up to regions, with true or with counted numerators."""

    real: Reality
    members: Array
    sizes: pd.DataFrame
    drawn: dict[str, Array] | None

    def frame(self) -> pd.DataFrame:
        """Return every measure per region, in the order of the tables."""
        by_name = {measure.naam: measure for measure in measures()}
        done = {k: self._base(m) for k, m in by_name.items() if m.soort not in _DERIVED}
        crimes = [done[m.naam] for m in measures() if m.bron == "politie" and m.get("basis")]
        done["totaal_misdrijven"] = np.sum(crimes, axis=0)
        for name, measure in by_name.items():
            if measure.soort in _DERIVED:
                done[name] = self._derived(measure, done)
        return pd.DataFrame({name: done[name] for name in by_name}, index=self.sizes.index)

    def _base(self, measure: Measure) -> Array:
        name = measure.naam
        if name in self.sizes:
            return self.sizes[name].to_numpy()
        if name not in self.real.rates:
            return np.full(len(self.sizes), np.nan)
        weights = self.real.sizes[measure.van]
        if measure.soort == "gemiddelde":
            rates = self.real.rates[name] if self.drawn is None else self.drawn[name]
            return self._per(measure, self.members @ (weights * rates))
        exact = weights * self.real.rates[name]
        top = self.members @ (exact if self.drawn is None else self.drawn[name])
        if measure.soort == "aantal":
            return np.asarray(top)
        return float(measure.get("factor", 100.0)) * self._per(measure, top)

    def _derived(self, measure: Measure, done: dict[str, Array]) -> Array:
        if measure.soort == "som":
            return np.asarray(sum(done[part] for part in measure.get("delen")))
        if measure.soort == "stedelijkheid":
            return _urbanity(done["omgevingsadressendichtheid"])
        return float(measure.get("factor", 1.0)) * self._per(measure, done[measure.get("teller")])

    def _per(self, measure: Measure, top: Array) -> Array:
        below = self.sizes[measure.van].to_numpy()
        out = np.full(len(top), np.nan)
        np.divide(top, below, out=out, where=below > 0)
        return out


def _urbanity(density: Array) -> Array:
    """Return CBS classes 1 (very urban) to 5 (rural) of addresses per square kilometre."""
    classes = 5.0 - np.searchsorted([500.0, 1000.0, 1500.0, 2500.0], density, side="right")
    return np.where(np.isfinite(density), classes, np.nan)


def _publish(
    counted: pd.DataFrame,
    sizes: pd.DataFrame,
    small: NDArray[np.bool_],
    jaar: int,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    values, reasons = {}, {}
    for measure in measures():
        value = counted[measure.naam].to_numpy()
        secret = _secret(measure, counted, sizes)
        rounded = _round(measure, value, small, rng)
        reason = np.where(secret | ~np.isfinite(value), SECRET, PRESENT)
        if not measure.filled(jaar):
            reason = np.full(len(value), NOT_DELIVERED)
        values[measure.naam] = np.where(reason == PRESENT, rounded, np.nan)
        reasons[measure.naam] = reason
    return (
        pd.DataFrame(values, index=counted.index),
        pd.DataFrame(reasons, index=counted.index, dtype=str),
    )


def _secret(measure: Measure, counted: pd.DataFrame, sizes: pd.DataFrame) -> NDArray[np.bool_]:
    hidden = np.zeros(len(sizes), dtype=bool)
    if measure.van:
        hidden |= sizes[measure.van].to_numpy() < measure.minimum
    if measure.get("minimum_inwoners"):
        hidden |= sizes["aantal_inwoners"].to_numpy() < measure.get("minimum_inwoners")
    if measure.get("minimum_objecten"):
        objects = sizes["woningvoorraad"] + sizes["aantal_bedrijfsvestigingen"]
        hidden |= objects.to_numpy() < measure.get("minimum_objecten")
    if measure.get("geheim_tot"):
        top = counted[measure.get("teller", measure.naam)].to_numpy()
        hidden |= top <= measure.get("geheim_tot")
    return hidden


def _round(
    measure: Measure, value: Array, small: NDArray[np.bool_], rng: np.random.Generator
) -> Array:
    plain = np.round(value, measure.decimalen)
    if measure.bron == "kwb" and (measure.soort == "aantal" or measure.get("geteld")):
        by_lot = random_round(value, int(measure.get("afronding", 5)), rng)
        return np.where(small, by_lot, np.round(value))
    if measure.get("afronding"):
        step = float(measure.get("afronding"))
        return np.asarray(np.round(value / step) * step)
    return np.asarray(plain)


def random_round(value: Array, step: int, rng: np.random.Generator) -> Array:
    """Round up or down to a multiple of `step` by lot, so that the mean stays the value.

    Parameters
    ----------
    value : ndarray
    step : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray
        CBS rounds the counts of wijken and buurten this way (CBS, Toelichting wijk- en
        buurtkaart): up with probability remainder / step.
    """
    whole = np.floor(value / step)
    up = rng.random(len(value)) < value / step - whole
    return np.asarray(step * (whole + up))
