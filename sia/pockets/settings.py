"""What deel-buurten are searched for and how: indicators of squares, thresholds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sia.catalogue.refused import refusal
from sia.clustering.scan import ScanSettings
from sia.errors import InputError, Problem

INHABITANTS = "aantal_inwoners"


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
