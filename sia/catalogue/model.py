"""What one catalogue entry says: what is measured, where it comes from and why it is in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetPydanticSchema, model_validator

from sia.catalogue.refused import BLOCKS, Refusal, refusal
from sia.errors import Problem, refuse
from sia.toml import Tekst, Teksten, een_van, fout, lijst

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Array = npt.NDArray[np.float64]

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
SCORE_NAMES = {key: name for key, name in DOMAIN_NAMES.items() if key != "context"}
"""Of the domains that have a score, potentie included."""

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
    "cbs.nabijheid": "CBS, Nabijheid voorzieningen",
    "cbs.ses": "CBS, SES-WOA",
    "rivm.gezondheid": "RIVM, GGD'en en CBS, Gezondheid per wijk en buurt",
    "politie.misdrijven": "Politie via CBS, geregistreerde misdrijven",
    "pbl.startanalyse": "PBL, Startanalyse aardgasvrije buurten",
    "leefbaarometer": "Ministerie van BZK, Leefbaarometer",
    "woonikveilig": "Woon ik veilig?, bewerking van open data van CBS, politie en RIVM",
    "eigen": "eigen tabel van de gemeente",
}
"""The dotted names that sources carry, with the publisher as a reader knows it."""


Jaar = Annotated[int, Field(ge=1990, le=2100)]
Bronnaam = Annotated[str, een_van(SOURCES)]
NietNegatief = Annotated[float, Field(ge=0)]


@dataclass(frozen=True)
class Bron:
    """One acceptable place for the value of an indicator.

    `naam`: dotted source name, a key of `SOURCES`. In TOML a list of names stands for the same
        measure in several publications.
    `maat`: canonical measure that holds the published value; empty when it is computed.
    `teller`, `noemer`: counts that are summed and divided, when the publisher gives no rate.
    `noemer_deel_van`: when set, the measures in `noemer` are percentages of this count.
    `noemer_bronnen`: sources in which the denominator may be found when the own source lacks it.
    `schaal`: the quotient (or the published value) is multiplied by this.
    `van`, `tot`: first and last reference year for which this entry holds.
    `methode`: values of different methods are never put in one column.
    `heet`: what readers call the figure by this method, where it is another than the indicator's.
    """

    naam: Bronnaam
    maat: str = ""
    teller: Teksten = ()
    noemer: Teksten = ()
    noemer_deel_van: str = ""
    noemer_bronnen: Annotated[tuple[Bronnaam, ...], lijst] = ()
    schaal: float = 1.0
    van: Jaar | None = None
    tot: Jaar | None = None
    methode: str = ""
    heet: str = ""

    @model_validator(mode="after")
    def _fits_together(self) -> Bron:
        refuse(self._faults())
        return self

    def _faults(self) -> Iterator[Problem]:
        if bool(self.maat) == bool(self.teller):
            wat, oplossing = "Geef of een maat, of een teller.", "Vul er precies één van in."
            yield Problem(wat, oplossing, kolom="maat")
        if self.teller and not self.noemer:
            wat, oplossing = "Een teller zonder noemer is geen maat.", "Vul de noemer in."
            yield Problem(wat, oplossing, kolom="noemer")
        if self.maat and self.noemer:
            wat, oplossing = "Een gepubliceerde maat heeft hier geen noemer.", "Haal hem weg."
            yield Problem(wat, oplossing, kolom="noemer")
        if self.van is not None and self.tot is not None and self.van > self.tot:
            wat, oplossing = f"{self.van} ligt na {self.tot}.", "Draai `van` en `tot` om."
            yield Problem(wat, oplossing, kolom="van")

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


def _per_name(content: Any) -> Any:
    """Make one table per name of a source that goes by several names."""
    names = content.get("naam") if isinstance(content, dict) else None
    if not isinstance(names, list) or not names:
        return (content,)
    return tuple({**content, "naam": name} for name in names)


_Bronnen = Annotated[
    tuple[Annotated[tuple[Bron, ...], BeforeValidator(_per_name)], ...],
    Field(min_length=1),
    AfterValidator(lambda groups: tuple(bron for group in groups for bron in group)),
]
"""How a file lists the sources of an indicator."""


@dataclass(frozen=True)
class Leeftijd:
    """What a figure of adults (``land`` in the country) is expected to be, by how many are old.

    Expected: ``vast + oud`` times the share of 65 and older among those of 15 and older, in
    percent. By a regression over the woonbuurten of the country, weighted by inhabitants, that
    stays as it is until the method gets a new version.
    """

    land: Annotated[float, Field(gt=0)]
    vast: float
    oud: float

    def standard(self, figure: Array, young: Array, old: Array) -> Array:
        """Return observed / expected times the figure of the country (indirect standardisation).

        `young`, `old`: residents under 15, and of 65 and older, in percent; unknown: as the
            country.
        """
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            expected = self.vast + self.oud * 100 * old / (100 - young)
        # where nearly all are old a straight line says too much
        bounded = np.clip(expected, self.land / 2, self.land * 2)
        return figure * self.land / np.where(np.isnan(bounded), self.land, bounded)


def _is_id(value: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]*", value):
        raise fout(f"`{value}` is geen id.", "Gebruik kleine letters, cijfers en _, letter eerst.")
    return value


@dataclass(frozen=True)
class Indicator:
    """One catalogue entry.

    `id`: column name in every table between the stages.
    `naam`: Dutch name as a reader sees it.
    `domein`, `rol`: one of `ALL_DOMAINS` and of `ROLES`.
    `subdomein`: part of its domain that it is averaged in first, so that seven figures of one
        subject are not seven votes; empty where the domain has no parts.
    `richting`: +1: higher is worse for an opgave and better for a kans; -1 the reverse; 0 where it
        is not scored.
    `bronnen`: in order of preference.
    `waarom`: Dutch sentence: why it is in.
    `noemer`: measures whose sum is the denominator of the rate, for the sampling noise and for the
        thresholds; empty where the value is no rate.
    `noemer_eenheid`: what the denominator counts ("inwoners").
    `schaal`: 100 for a percentage, 1000 for a rate per thousand, 0 where the value is no rate.
    `minimum_noemer`: below it the value is missing: too few to say anything.
    `publicatiedrempel`: below it the value is not shown, whoever published it.
    `meenemen`: years that a value may be carried forward; 0 is never.
    `minimum`, `maximum`: what is possible; anything outside is an error in the source.
    `gemodelleerd`: the publisher estimates it with a model.
    `benadering`: stands in for something that open data does not measure.
    `alleen_buurt`: scored at buurt level only, never on squares or in pockets.
    `geld`: in euros: its scale moves with the national median, so that inflation changes no score.
    `decimalen`: digits that a reader sees.
    `leeftijd`: how the figure follows age; the score then takes it standardised, tables show it as
        it is.
    """

    id: Annotated[Tekst, AfterValidator(_is_id)]
    naam: Tekst
    domein: Annotated[str, een_van(ALL_DOMAINS)]
    rol: Annotated[str, een_van(ROLES)]
    richting: Annotated[int, Field(ge=-1, le=1, default=0)]
    eenheid: Tekst
    bronnen: Annotated[
        tuple[Bron, ...],
        Field(validation_alias="bron"),
        GetPydanticSchema(lambda _, handler: handler(_Bronnen)),
    ]
    waarom: Tekst
    subdomein: str = ""
    noemer: Teksten = ()
    noemer_eenheid: str = ""
    schaal: NietNegatief = 0.0
    minimum_noemer: NietNegatief = 0.0
    publicatiedrempel: NietNegatief = 0.0
    meenemen: Annotated[int, Field(ge=0, le=10)] = 0
    minimum: float | None = None
    maximum: float | None = None
    gemodelleerd: bool = False
    benadering: bool = False
    alleen_buurt: bool = False
    geld: bool = False
    decimalen: Annotated[int, Field(ge=0, le=4)] = 1
    leeftijd: Leeftijd | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Indicator:
        refuse(self._faults())
        return self

    def _faults(self) -> Iterator[Problem]:
        if self.telt_mee and self.richting == 0:
            wat, oplossing = "Wat meetelt, heeft een richting.", "Vul 1 of -1 in."
            yield Problem(wat, oplossing, kolom="richting")
        if not self.telt_mee and self.richting != 0:
            wat, oplossing = "Context en toets hebben geen richting.", "Vul 0 in."
            yield Problem(wat, oplossing, kolom="richting")
        homes = {"opgave": DOMAINS, "kans": ("potentie",)}.get(self.rol, ("context",))
        if self.domein not in homes:
            wat = f"Rol `{self.rol}` hoort niet in domein `{self.domein}`."
            oplossing = "Kies " + ", ".join(f"`{home}`" for home in homes) + "."
            yield Problem(wat, oplossing, kolom="domein")
        if self.noemer or any(bron.berekend for bron in self.bronnen):
            return
        if self.schaal:
            wat = "Een verhoudingsgetal zonder noemer."
            yield Problem(wat, "Vul `noemer` in.", kolom="schaal")
        if self.minimum_noemer or self.publicatiedrempel:
            wat = "Een drempel zonder noemer werkt niet."
            yield Problem(wat, "Vul `noemer` in.", kolom="noemer")

    def refusal(self) -> Refusal | None:
        """Return why the fairness rules refuse the role, or None when they do not."""
        names = [self.id, self.naam]
        denominators = list(self.noemer)
        for bron in self.bronnen:
            names.extend(bron.maten())
            denominators.extend((*bron.noemer, bron.noemer_deel_van))
        return refusal(self.rol, names, denominators, [bron.naam for bron in self.bronnen])

    def maten(self) -> list[str]:
        """Return every measure that gives the value, of any source."""
        return [maat for bron in self.bronnen for maat in bron.maten()]

    def uitgevers(self) -> str:
        """Return the publishers in order of preference, as a reader knows them."""
        return "; ".join(dict.fromkeys(SOURCES[bron.naam] for bron in self.bronnen))

    @property
    def telt_mee(self) -> bool:
        """Whether the indicator is part of a score."""
        return self.rol in ("opgave", "kans")


def _is_date(value: str) -> str:
    try:
        return dt.date.fromisoformat(value).isoformat()
    except ValueError:
        raise fout("Hier hoort een datum.", "Schrijf bijvoorbeeld 2026-01-31.") from None


@dataclass(frozen=True)
class Besluit:
    """A named decision to lift a block for one indicator.

    `indicator`: id of the indicator that it lets through.
    `blokkade`: the block that is lifted, one of `sia.catalogue.refused.BLOCKS`.
    `wie`: name and function of who decided.
    """

    indicator: Tekst
    blokkade: Annotated[str, een_van(BLOCKS)]
    wie: Tekst
    datum: Annotated[str, AfterValidator(_is_date)]
    reden: Tekst

    def zin(self) -> str:
        """Return the Dutch sentence that every output prints."""
        return (
            f"Blokkade `{self.blokkade}` opgeheven voor `{self.indicator}` door {self.wie} "
            f"({self.datum}): {self.reden}"
        )


@dataclass(frozen=True)
class Catalogue:
    """Every indicator, in the order of the domains.

    `besluiten`: decisions that let an indicator through a block; to be printed with every output.
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

    @property
    def names(self) -> dict[str, str]:
        """Dutch name of every indicator by its id."""
        return {entry.id: entry.naam for entry in self.indicators}

    def of(self, *, domein: str = "", rol: str = "") -> tuple[Indicator, ...]:
        """Return the entries of a domain and a role; an empty string means any."""
        return tuple(
            entry
            for entry in self.indicators
            if (not domein or entry.domein == domein) and (not rol or entry.rol == rol)
        )

    def frame(self) -> pd.DataFrame:
        """Return the catalogue as a table for charts, tooltips and downloads.

        Returns DataFrame, index ``indicator``: columns ``naam``, ``domein``, ``rol``,
            ``richting``, ``eenheid``, ``bron`` (publishers in order of preference), ``meenemen``,
            ``noemer_eenheid``, ``schaal``, ``publicatiedrempel``, ``gemodelleerd``,
            ``benadering``, ``alleen_buurt``, ``decimalen``, ``waarom``.
        """
        import pandas as pd

        columns = "naam domein rol richting eenheid bron meenemen noemer_eenheid schaal "
        columns += "publicatiedrempel gemodelleerd benadering alleen_buurt decimalen waarom"
        rows = [
            {"indicator": entry.id}
            | {name: getattr(entry, name, entry.uitgevers()) for name in columns.split()}
            for entry in self.indicators
        ]
        return pd.DataFrame(rows).set_index("indicator")
