"""The parameter table of the agenda, read from ``parameters.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sia.methode import Band, Methode

BANDS: tuple[Band, ...] = ("laag", "midden", "hoog")


def of_the_method(name: str) -> Callable[[], Any]:
    """Return what gives the choice of this name under ``[agenda]`` of the method."""
    return lambda: getattr(Methode.standaard().agenda, name)


@dataclass(frozen=True)
class SoortParameters:
    """What a kind of work brings along.

    Parameters
    ----------
    graaft : bool
        Whether the street has to be opened for it.
    opening : float
        Factor on the opening share, 0-1.
    hernieuwt : bool
        Whether it replaces an asset, so that coming early destroys remaining life.
    """

    graaft: bool = False
    opening: float = 0.0
    hernieuwt: bool = False
    bron: str = "geen graafwerk: geen besparing op opening"


@dataclass(frozen=True)
class SocialRule:
    """Two roles that gain by working in one buurt at one time."""

    naam: str
    a: tuple[str, ...]
    b: tuple[str, ...]
    zin: str
    bron: str


@dataclass(frozen=True)
class Parameters:
    """All parameters; money shares as fractions of stand-alone cost.

    Parameters
    ----------
    opening : dict of str to float
        Shared opening cost per band, net of coordination, fraction of stand-alone cost.
    waardering, hoogste_waardering : float
        Value of a social link: fraction of the smaller cost, and its ceiling in euro.
    disconto, uitstel, afvallen : float
        Discount rate per year; delay cost per year; price of leaving out (fractions).
    minste_waarde, fte_waarde, minste_zekerheid : float
        Least value of a plan, and of one fte in a year (euro); least certainty (fraction).
    hinderpiek : float
        Euro per nuisance point above the threshold.
    hinder : dict of str to float
        Nuisance points per class.
    aannemelijk : dict of str to (float, float)
        Lowest and highest likely cost per kind; see `cost_range`.
    """

    opening: dict[str, float]
    soorten: dict[str, SoortParameters]
    waardering: float
    hoogste_waardering: float
    disconto: float
    uitstel: float
    afvallen: float
    minste_waarde: float
    fte_waarde: float
    minste_zekerheid: float
    hinderpiek: float
    hinder: dict[str, float]
    sociaal: tuple[SocialRule, ...]
    aannemelijk: dict[str, tuple[float, float]]

    def cost_range(self, soort: str) -> tuple[float, float]:
        """Return between which amounts the cost of a plan of this kind is likely, euro."""
        return self.aannemelijk.get(soort, self.aannemelijk["anders"])

    def soort(self, naam: str) -> SoortParameters:
        """Return the parameters of a kind; kinds without an entry do not dig."""
        return self.soorten.get(naam, SoortParameters())


def raw_parameters() -> dict[str, Any]:
    """Return the content of ``parameters.toml`` as it stands, sources included."""
    text = files("sia.agenda").joinpath("parameters.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def default_parameters() -> Parameters:
    """Return the parameters of the package.

    Notes
    -----
    Opening share F/C = saving * n / (n - 1) at n = 3 equal works; the coordination cost is
    subtracted, never below zero.
    """
    table = raw_parameters()
    coordination = table["afstemming"]["aandeel"] / 100
    programme = table["programma"]
    return Parameters(
        opening={b: max(table["opening"][b] / 100 - coordination, 0.0) for b in BANDS},
        soorten={name: SoortParameters(**entry) for name, entry in table["soort"].items()},
        waardering=table["kans"]["waardering"] / 100,
        hoogste_waardering=float(table["kans"]["hoogste_waardering_euro"]),
        disconto=programme["disconto"] / 100,
        uitstel=programme["uitstel"] / 100,
        afvallen=programme["afvallen"] / 100,
        minste_waarde=float(programme["minste_waarde_euro"]),
        fte_waarde=float(programme["fte_waarde_euro"]),
        minste_zekerheid=programme["minste_zekerheid"] / 100,
        hinderpiek=float(programme["hinderpiek"]),
        hinder={k: float(v) for k, v in table["hinder"].items() if k != "bron"},
        sociaal=tuple(
            SocialRule(r["naam"], tuple(r["a"]), tuple(r["b"]), r["zin"], r["bron"])
            for r in table["sociaal"]
        ),
        aannemelijk={
            soort: (float(group["laag"]), float(group["hoog"]))
            for group in table["aannemelijk"]
            for soort in group["soorten"]
        },
    )
