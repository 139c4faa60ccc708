"""What the generator simulates, read from ``measures.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

FACTORS: tuple[str, ...] = ("K", "O", "S", "V", "C", "U", "A", "E", "P")
"""Latent factors: kwetsbaarheid, ouderdom van woningen, stedelijkheid, vergrijzing,
klimaatgevoeligheid, onveiligheid, afstand tot voorzieningen, energieverbruik, corporatiebezit."""


@dataclass(frozen=True)
class Measure:
    """One simulated measure.

    Parameters
    ----------
    naam : str
        Canonical name.
    bron : str
        kwb, rivm, politie, gemeente or kaart.
    soort : str
        ``aantal``, ``aandeel``, ``gemiddelde``, ``relatief``, ``som``, ``oppervlakte`` or
        ``stedelijkheid``.
    fields : dict
        Everything else from the file.
    """

    naam: str
    bron: str
    soort: str
    fields: dict[str, Any]

    def get(self, key: str, default: Any = None) -> Any:
        """Return one field, or `default`."""
        return self.fields.get(key, default)

    @property
    def loadings(self) -> dict[str, float]:
        """Return the loadings on the latent factors."""
        return {factor: float(self.fields[factor]) for factor in FACTORS if factor in self.fields}

    @property
    def van(self) -> str:
        """Return the name of the denominator; empty for base counts."""
        return str(self.fields.get("van", ""))

    @property
    def minimum(self) -> int:
        """Return the smallest denominator at which the publisher still publishes."""
        return int(self.fields.get("min", 0))

    @property
    def decimalen(self) -> int:
        """Return the number of published decimals."""
        return int(self.fields.get("decimalen", 0))

    def label(self, key: str, jaar: int) -> str:
        """Return a column name or title as it was in a year."""
        newest = str(self.fields.get(key, ""))
        for year in range(2017, jaar + 1):
            newest = str(self.fields.get(f"{key}_{year}", newest))
        return newest

    def present(self, jaar: int) -> bool:
        """Return whether the delivery of a year has this column at all."""
        return int(self.get("vanaf", 0)) <= jaar <= int(self.get("tot", 9999))

    def filled(self, jaar: int) -> bool:
        """Return whether the delivery of a year has figures in this column."""
        return self.present(jaar) and jaar not in self.get("niet_in", ())


@lru_cache(maxsize=1)
def measures() -> tuple[Measure, ...]:
    """Read all measures, in the order of the publishers' tables."""
    text = files("voorbeeldstad").joinpath("measures.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(text)
    return tuple(
        [Measure(row["naam"], "kwb", row["soort"], row) for row in listed["kwb"]]
        + [_rivm(row) for row in listed["rivm"]]
        + [_politie(row) for row in listed["politie"]]
        + [Measure(row["naam"], "gemeente", row["soort"], row) for row in listed["gemeente"]]
        + [Measure(row["naam"], "kaart", row["soort"], row) for row in listed["kaart"]]
    )


def of(bron: str) -> tuple[Measure, ...]:
    """Return the measures of one source."""
    return tuple(measure for measure in measures() if measure.bron == bron)


def snake(key: str) -> str:
    """Turn a StatLine key into the canonical snake case.

    Parameters
    ----------
    key : str
        For example ``HeelVeelStressInAfgelopen4Weken``.

    Returns
    -------
    str
        For example ``heel_veel_stress_in_afgelopen_4_weken``.
    """
    words = ""
    for before, here in zip(" " + key, key, strict=False):
        start = here.isupper() or (here.isdigit() and not before.isdigit())
        words += ("_" if start and words else "") + here.lower()
    return words


def crime_name(titel: str) -> str:
    """Turn the title of a kind of crime into its canonical name."""
    kept = "".join(c.lower() if c.isalnum() else " " for c in titel)
    return "_".join(kept.split())


def _rivm(row: dict[str, Any]) -> Measure:
    row = {**row, "van": "aantal_volwassenen", "decimalen": 1, "min": 40}
    return Measure(snake(row["v3"]), "rivm", "aandeel", row)


def _politie(row: dict[str, Any]) -> Measure:
    row = {**row, "van": "aantal_inwoners", "poisson": True}
    return Measure(crime_name(row["titel"]), "politie", "aantal", row)
