"""From hidden factors to the true value of every measure, before any noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voorbeeldstad.latent import MIDDLE_YEAR, Latent
from voorbeeldstad.measures import Measure, measures

_RESIDUAL = 0.07
"""Own, lasting deviation of an indicator in a buurt, on the logit or log scale."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Residuals:
    """Lasting deviations of each measure in each piece of land.

    Parameters
    ----------
    values : dict of str to ndarray, shape (n_units,)
    """

    values: dict[str, Array]

    @classmethod
    def draw(
        cls, n_units: int, rng: np.random.Generator, twins: Sequence[list[int]] = ()
    ) -> Residuals:
        """Draw them for all measures, in the order of the tables; `twins` get the same."""
        values = {m.naam: rng.normal(0.0, _RESIDUAL, n_units) for m in measures()}
        for value in values.values():
            for rows in twins:
                value[rows] = value[rows[0]]
        return cls(values)


@dataclass(frozen=True)
class Reality:
    """The true state of one year, per piece of land.

    Parameters
    ----------
    jaar : int
    sizes : dict of str to ndarray of int
        Numbers of people, households, dwellings, ... that are what they are.
    rates : dict of str to ndarray of float
        True share (0-1), mean, or expected count per unit of the denominator, per measure.
    """

    jaar: int
    sizes: dict[str, NDArray[np.int64]]
    rates: dict[str, Array]


def reality(latent: Latent, residuals: Residuals, land_ha: Array, jaar: int) -> Reality:
    """Compute the true state of one year.

    Parameters
    ----------
    latent : Latent
    residuals : Residuals
    land_ha : ndarray, shape (n_units,)
        Area of land in hectares.
    jaar : int

    Returns
    -------
    Reality
    """
    factors = latent.year(jaar)
    sizes = _sizes(latent, factors, land_ha, jaar)
    rates: dict[str, Array] = {}
    groups: dict[str, list[Measure]] = {}
    for measure in measures():
        if "basis" not in measure.fields or measure.get("basis") == 0:
            continue
        if measure.get("groep"):
            groups.setdefault(measure.get("groep"), []).append(measure)
            continue
        rates[measure.naam] = _link(measure, _score(measure, factors, residuals), jaar)
    for members in groups.values():
        rates.update(_softmax(members, factors, residuals))
    return Reality(jaar, sizes, rates)


def apply_link(measure: Measure, rate: Array, shift: Array) -> Array:
    """Move a true value by `shift` on the scale on which the factors work.

    Parameters
    ----------
    measure : Measure
    rate : ndarray
        True share (0-1) or mean.
    shift : ndarray
        Change of the linear score.

    Returns
    -------
    ndarray
        Share after adding `shift` on the logit scale, or mean times ``exp(shift)``.
    """
    if measure.soort == "gemiddelde":
        return np.asarray(rate * np.exp(shift))
    logit = np.log(rate / (1 - rate)) + shift
    return np.asarray(1 / (1 + np.exp(-logit)))


def _sizes(
    latent: Latent, factors: dict[str, Array], land_ha: Array, jaar: int
) -> dict[str, NDArray[np.int64]]:
    people = latent.inhabitants(jaar)
    per_household = np.clip(2.15 - 0.17 * factors["S"] - 0.05 * factors["K"], 1.4, 2.9)
    households = np.rint(people / per_household)
    vacant = 1.045 + 0.01 * np.clip(factors["O"], -1, 2)
    firms = people * np.exp(-2.45 + 0.15 * factors["S"] - 0.15 * factors["K"])
    works = (latent.units["type"] == 6).to_numpy() & (people < 100)
    sizes = {
        "aantal_inwoners": people,
        "aantal_huishoudens": households,
        "woningvoorraad": np.rint(households * vacant),
        "aantal_bedrijfsvestigingen": np.rint(firms + np.where(works, 140.0, 0.0)),
        "aantal_personen_15_tot_75_jaar": np.rint(0.75 * people),
        "aantal_jongeren_tot_23_jaar": np.rint(0.25 * people * np.exp(-0.15 * factors["V"])),
        "aantal_volwassenen": np.rint(0.81 * people),
        "oppervlakte_land_in_ha": np.maximum(np.rint(land_ha), 1),
        "oppervlakte_water_in_ha": np.rint(0.03 * land_ha),
    }
    sizes["oppervlakte_totaal_in_ha"] = (
        sizes["oppervlakte_land_in_ha"] + sizes["oppervlakte_water_in_ha"]
    )
    return {name: np.asarray(value, dtype=np.int64) for name, value in sizes.items()}


def _score(measure: Measure, factors: dict[str, Array], residuals: Residuals) -> Array:
    score = residuals.values[measure.naam].copy()
    for name, loading in measure.loadings.items():
        score += loading * factors[name]
    return score


def _link(measure: Measure, score: Array, jaar: int) -> Array:
    basis = float(measure.get("basis"))
    if measure.soort == "gemiddelde" or measure.get("poisson"):
        growth = float(measure.get("groei", 0.0)) * (jaar - MIDDLE_YEAR)
        return np.asarray(basis * np.exp(score + growth))
    return np.asarray(1 / (1 + np.exp(-(np.log(basis / (1 - basis)) + score))))


def _softmax(
    members: list[Measure], factors: dict[str, Array], residuals: Residuals
) -> dict[str, Array]:
    weights = np.stack(
        [float(m.get("basis")) * np.exp(_score(m, factors, residuals)) for m in members]
    )
    shares = weights / weights.sum(axis=0)
    return {member.naam: shares[row] for row, member in enumerate(members)}
