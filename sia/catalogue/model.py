"""What one catalogue entry says: what is measured, where it comes from and why it is in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

DOMAINS: tuple[str, ...] = (
    "sociaal",
    "wonen",
    "veiligheid",
    "voorzieningen",
    "klimaat",
    "energie",
)
"""The domains of urgentie, in the order in which every output shows them."""

ALL_DOMAINS: tuple[str, ...] = (*DOMAINS, "potentie", "context")

DOMAIN_NAMES: dict[str, str] = {
    "sociaal": "Sociaal",
    "wonen": "Wonen en fysieke leefomgeving",
    "veiligheid": "Veiligheid",
    "voorzieningen": "Voorzieningen en economie",
    "klimaat": "Klimaat",
    "energie": "Energie",
    "potentie": "Potentie",
    "context": "Context en toetsing",
}

ROLES: tuple[str, ...] = ("opgave", "kans", "context", "toets")

ROLE_NAMES: dict[str, str] = {
    "opgave": "telt mee in urgentie",
    "kans": "telt mee in potentie",
    "context": "alleen ter toelichting",
    "toets": "alleen om de uitkomst te toetsen",
}

SOURCES: dict[str, str] = {
    "cbs.kwb": "CBS, Kerncijfers wijken en buurten",
    "cbs.pdok": "CBS/Kadaster, Wijk- en buurtkaart",
    "cbs.ses": "CBS, SES-WOA",
    "rivm.gezondheid": "RIVM, GGD'en en CBS, Gezondheid per wijk en buurt",
    "politie.misdrijven": "Politie via CBS, geregistreerde misdrijven",
    "pbl.startanalyse": "PBL, Startanalyse aardgasvrije buurten",
    "leefbaarometer": "Ministerie van BZK, Leefbaarometer",
    "woonikveilig": "Woon ik veilig?, bewerking van open data van CBS, politie en RIVM",
    "eigen": "eigen tabel van de gemeente",
}
"""The dotted names that sources carry, with the publisher as a reader knows it."""


@dataclass(frozen=True)
class Bron:
    """One acceptable place for the value of an indicator.

    Parameters
    ----------
    naam : str
        Dotted source name, a key of `SOURCES`.
    maat : str
        Canonical measure that holds the published value; empty when it is computed.
    teller, noemer : tuple of str
        Counts that are summed and divided, when the publisher gives no rate.
    noemer_deel_van : str
        When set, the measures in `noemer` are percentages of this count.
    noemer_bronnen : tuple of str
        Sources in which the denominator may be found when the own source lacks it.
    schaal : float
        The quotient (or the published value) is multiplied by this.
    van, tot : int or None
        First and last reference year for which this entry holds.
    methode : str
        Values of different methods are never put in one column.
    """

    naam: str
    maat: str = ""
    teller: tuple[str, ...] = ()
    noemer: tuple[str, ...] = ()
    noemer_deel_van: str = ""
    noemer_bronnen: tuple[str, ...] = ()
    schaal: float = 1.0
    van: int | None = None
    tot: int | None = None
    methode: str = ""

    @property
    def berekend(self) -> bool:
        """Whether the value is computed from counts."""
        return bool(self.teller)

    def geldt(self, peiljaar: int) -> bool:
        """Tell whether this entry holds for a reference year."""
        return (self.van is None or peiljaar >= self.van) and (
            self.tot is None or peiljaar <= self.tot
        )

    def maten(self) -> tuple[str, ...]:
        """Return every measure that gives the value, without the denominators."""
        return (self.maat,) if self.maat else self.teller


@dataclass(frozen=True)
class Indicator:
    """One catalogue entry.

    Parameters
    ----------
    id : str
        Column name in every table between the stages.
    naam : str
        Dutch name as a reader sees it.
    domein, rol : str
        One of `ALL_DOMAINS` and of `ROLES`.
    richting : int
        +1: higher is worse for an opgave and better for a kans; -1 the reverse; 0 where it is
        not scored.
    eenheid : str
        Dutch unit.
    bronnen : tuple of Bron
        In order of preference.
    waarom : str
        Dutch sentence: why it is in.
    noemer : tuple of str
        Measures whose sum is the denominator of the rate, for the sampling noise and for the
        thresholds; empty where the value is no rate.
    noemer_eenheid : str
        What the denominator counts ("inwoners").
    schaal : float
        100 for a percentage, 1000 for a rate per thousand, 0 where the value is no rate.
    minimum_noemer : float
        Below it the value is missing: too few to say anything.
    publicatiedrempel : float
        Below it the value is not shown, whoever published it.
    meenemen : int
        Years that a value may be carried forward; 0 is never.
    minimum, maximum : float or None
        What is possible; anything outside is an error in the source.
    gemodelleerd : bool
        The publisher estimates it with a model.
    benadering : bool
        Stands in for something that open data does not measure.
    alleen_buurt : bool
        Scored at buurt level only, never on squares or in pockets.
    decimalen : int
        Digits that a reader sees.
    """

    id: str
    naam: str
    domein: str
    rol: str
    richting: int
    eenheid: str
    bronnen: tuple[Bron, ...]
    waarom: str
    noemer: tuple[str, ...] = ()
    noemer_eenheid: str = ""
    schaal: float = 0.0
    minimum_noemer: float = 0.0
    publicatiedrempel: float = 0.0
    meenemen: int = 0
    minimum: float | None = None
    maximum: float | None = None
    gemodelleerd: bool = False
    benadering: bool = False
    alleen_buurt: bool = False
    decimalen: int = 1

    @property
    def telt_mee(self) -> bool:
        """Whether the indicator is part of a score."""
        return self.rol in ("opgave", "kans")


@dataclass(frozen=True)
class Besluit:
    """A named decision to lift a block for one indicator.

    Parameters
    ----------
    indicator : str
        Id of the indicator that it lets through.
    blokkade : str
        The block that is lifted, one of `sia.catalogue.refused.BLOCKS`.
    wie : str
        Name and function of who decided.
    datum : str
        ISO date.
    reden : str
        Why, in Dutch.
    """

    indicator: str
    blokkade: str
    wie: str
    datum: str
    reden: str

    def zin(self) -> str:
        """Return the Dutch sentence that every output prints."""
        return (
            f"Blokkade `{self.blokkade}` opgeheven voor `{self.indicator}` door {self.wie} "
            f"({self.datum}): {self.reden}"
        )


@dataclass(frozen=True)
class Catalogue:
    """Every indicator, in the order of the domains.

    Parameters
    ----------
    indicators : tuple of Indicator
        Unique ids.
    besluiten : tuple of Besluit
        Decisions that let an indicator through a block; to be printed with every output.
    """

    indicators: tuple[Indicator, ...]
    besluiten: tuple[Besluit, ...] = ()

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self.indicators)

    def __len__(self) -> int:
        return len(self.indicators)

    def __getitem__(self, indicator: str) -> Indicator:
        """Return one entry by id; KeyError when there is none."""
        for entry in self.indicators:
            if entry.id == indicator:
                return entry
        raise KeyError(indicator)

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids in catalogue order."""
        return tuple(entry.id for entry in self.indicators)

    def of(self, *, domein: str = "", rol: str = "") -> tuple[Indicator, ...]:
        """Return the entries of a domain and a role; an empty string means any."""
        return tuple(
            entry
            for entry in self.indicators
            if (not domein or entry.domein == domein) and (not rol or entry.rol == rol)
        )

    def frame(self) -> pd.DataFrame:
        """Return the catalogue as a table for charts, tooltips and downloads.

        Returns
        -------
        DataFrame, index ``indicator``
            Columns ``naam``, ``domein``, ``rol``, ``richting``, ``eenheid``, ``bron`` (publishers
            in order of preference), ``meenemen``, ``noemer_eenheid``, ``schaal``,
            ``publicatiedrempel``, ``gemodelleerd``, ``benadering``, ``alleen_buurt``,
            ``decimalen``, ``waarom``.
        """
        import pandas as pd

        rows = [
            {
                "indicator": entry.id,
                "naam": entry.naam,
                "domein": entry.domein,
                "rol": entry.rol,
                "richting": entry.richting,
                "eenheid": entry.eenheid,
                "bron": "; ".join(dict.fromkeys(SOURCES[bron.naam] for bron in entry.bronnen)),
                "meenemen": entry.meenemen,
                "noemer_eenheid": entry.noemer_eenheid,
                "schaal": entry.schaal,
                "publicatiedrempel": entry.publicatiedrempel,
                "gemodelleerd": entry.gemodelleerd,
                "benadering": entry.benadering,
                "alleen_buurt": entry.alleen_buurt,
                "decimalen": entry.decimalen,
                "waarom": entry.waarom,
            }
            for entry in self.indicators
        ]
        return pd.DataFrame(rows).set_index("indicator")
