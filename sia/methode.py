"""The method as data: every choice that changes a figure, validated, versioned and hashed.

The values stand in ``methode.toml`` beside this module; a municipality, a run or a researcher lays
other values over them. Loads no pandas: a batch in which nothing changed must be over at once.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sia.catalogue.model import DOMAINS
from sia.catalogue.refused import refusal
from sia.errors import Problem, refuse, suggestion
from sia.toml import Teksten, read_toml, validate

FILE = Path(__file__).with_name("methode.toml")

Imputation = Literal["open laten", "mediaan", "gemiddelde", "domein"]
Outliers = Literal["scheefheid", "geen"]
Scale = Literal[
    "landelijk percentiel", "vaste schaal", "minimum-maximum", "z-score", "percentielrang", "imd"
]
Aggregation = Literal["rekenkundig", "meetkundig", "harmonisch", "mediaan", "macht 2", "copeland"]
Band = Literal["laag", "midden", "hoog"]

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=100)]


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def _choice(what: str, alias: str | None = None, **limits: Any) -> Any:
    """Return a field whose value comes from the file, where it has its own name or a Dutch one."""
    return Field(validation_alias=alias, serialization_alias=alias, description=what, **limits)


class Section(BaseModel):
    """A part of the method. What is not given has the value that stands in ``methode.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    place: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        default: Any = _file()
        for name in cls.place:
            default = default[name]
        names = {key: field.serialization_alias or key for key, field in cls.model_fields.items()}
        laid = {**default, **{names.get(key, key): value for key, value in given.items()}}
        return {k: tuple(v) if isinstance(v, list) else v for k, v in laid.items()}


class IndicatorChoice(Section):
    """Which indicators of the catalogue take no part."""

    place = ("indicatoren",)
    without: tuple[str, ...] = _choice(
        "Id's uit de catalogus die niet meetellen in urgentie of potentie.", "zonder"
    )


class Drempels(Section):
    """What a woonbuurt is, when it is ranked, and when an indicator takes part."""

    place = ("drempels",)
    inwoners: float = _choice(
        "Een woonbuurt heeft ten minste zoveel inwoners.", ge=0, allow_inf_nan=False
    )
    dichtheid: float = _choice(
        "Een woonbuurt heeft ten minste zoveel inwoners per km² land.",
        ge=0,
        allow_inf_nan=False,
    )
    bedrijven: float = _choice(
        "Een buurt met meer bedrijfsvestigingen per 1.000 inwoners is een werkgebied.",
        gt=0,
        allow_inf_nan=False,
    )
    domeinen: int = _choice(
        "Een rangorde rust op sociaal en samen op ten minste zoveel domeinen.", ge=1
    )
    cijfers: int = _choice("Een rangorde rust op ten minste zoveel cijfers over opgaven.", ge=1)
    woonbuurten: tuple[str, ...] = _choice(
        "Codes van buurten die een woonbuurt zijn, wat de cijfers ook zeggen."
    )
    geen_woonbuurten: tuple[str, ...] = _choice(
        "Codes van buurten die geen woonbuurt zijn, en dus geen rang krijgen."
    )
    aandeel_domein: Share = _choice(
        "Kleinste deel (0-1) van de cijfers van een domein dat een buurt heeft."
    )
    dekking: Share = _choice(
        "Kleinste deel (0-1) van de buurten met een cijfer; anders valt dat cijfer af."
    )


class WeighingSettings(Section):
    """How the two axes are made, and what is varied to know how sure a rank is."""

    place = ("weging",)
    laag: int = _choice("Percentiel van de normen waar de schaal begint.", ge=0, le=49)
    hoog: int = _choice("Percentiel van de normen waar de schaal eindigt.", ge=51, le=100)
    minimum_share: Share = _choice(
        "Kleinste deel (0-1) van de cijfers voor een domeinscore.", "minimum_aandeel"
    )
    minimum_share_potentie: Share = _choice(
        "Kleinste deel (0-1) van de cijfers voor potentie.", "minimum_aandeel_potentie"
    )
    impute: Imputation = _choice("Wat er met een ontbrekend cijfer gebeurt.", "ontbrekend")
    treat: Outliers = _choice("Hoe uitschieters worden behandeld.", "uitschieters")
    normalise: Scale = _choice("Hoe cijfers op één schaal komen.", "normaliseren")
    aggregate: Aggregation = _choice("Hoe domeinen samen urgentie vormen.", "samenvoegen")
    draws: int = _choice(
        "Aantal doorrekeningen van de rangorde; 0 is geen interval.", "doorrekeningen", ge=0
    )
    weight_noise: float = _choice(
        "Gewichten wisselen plus of min dit deel.", "gewichtsruis", gt=0, lt=1
    )
    own_share: Share = _choice(
        "Kans dat een doorrekening een stap doet zoals de methode hem doet.", "eigen_aandeel"
    )
    redeliver: bool = _choice(
        "Doorrekeningen wisselen ook welke cijfers en domeinen er zijn.", "levering_wisselt"
    )
    model_correlation: Share = _choice(
        "Samenhang (0-1) van de fouten van gemodelleerde cijfers van een buurt.", "modelsamenhang"
    )
    carried_spread: Share = _choice(
        "Hoe ver (0-1 landelijke spreiding) een cijfer van een jaar eerder verschoven kan zijn.",
        "overgenomen",
    )
    seed: int = _choice("Zaad van het toeval.", "zaad", ge=0)
    weights: Mapping[str, Weight] = _choice("Gewicht van elk domein in urgentie.", "gewichten")

    @model_validator(mode="before")
    @classmethod
    def _all_weights(cls, given: Any) -> Any:
        """Let a weight that is not named keep the value of the file."""
        if isinstance(given, Mapping):
            named = given.get("gewichten", given.get("weights"))
            if isinstance(named, Mapping):
                rest = {k: v for k, v in given.items() if k not in ("gewichten", "weights")}
                return {**rest, "gewichten": {**_file()["weging"]["gewichten"], **named}}
        return given

    @field_validator("weights")
    @classmethod
    def _known_domains(cls, weights: Mapping[str, float]) -> Mapping[str, float]:
        unknown = [name for name in weights if name not in DOMAINS]
        if unknown:
            hint = suggestion(unknown[0], DOMAINS)
            raise ValueError(f"`{unknown[0]}` is geen domein. {hint}")
        if not any(weights.values()):
            raise ValueError("Alle gewichten zijn nul, dan is er geen urgentie.")
        return weights


class Sensitivity(Section):
    """How the ranking's sensitivity to each choice is measured."""

    place = ("gevoeligheid",)
    samples: int = _choice(
        "Basissteekproef; de index wordt N (d + 2) keer berekend.", "steekproef", ge=8
    )


class TypologySettings(Section):
    """How types of buurten are made."""

    place = ("typen",)
    n_types: int = _choice(
        "0: de typen van het hele land; anders zoveel eigen typen van deze stad.",
        "aantal",
        ge=0,
        le=30,
    )
    min_share: Share = _choice(
        "Een buurt met minder (0-1) van de kenmerken krijgt geen type.", "minimum_aandeel"
    )
    min_domain: Share = _choice(
        "Een kenmerk dat minder (0-1) buurten kennen doet niet mee.", "minimum_domein"
    )
    seed: int = _choice("Zaad van het toeval.", "zaad", ge=0)

    @field_validator("n_types")
    @classmethod
    def _not_one(cls, count: int) -> int:
        if count == 1:
            raise ValueError("Met 1 type valt er niets in te delen; kies 0 of ten minste 2.")
        return count


class ScanSettings(Section):
    """How one buurt is searched."""

    place = ("deelbuurten", "zoeken")
    minimum: float = Field(default=100.0, gt=0, exclude=True)
    """Least weight of a candidate and of what is left; `PocketSettings` gives it its own."""
    max_share: Share = _choice("Grootste deel (0-1) van de buurt.", "grootste_aandeel")
    permutations: int = _choice("Meeste permutaties.", "permutaties", ge=1)
    stop: int = _choice("Stop na zo veel permutaties die ten minste zo sterk zijn.", ge=1)
    batch: int = _choice("Permutaties die samen worden berekend.", "stap", ge=1)


_PERSONAL = re.compile(
    r"inkomen|achterstand|uitkering|bijstand|arbeidsongeschikt|armoede|minima|minimum|schuld|rondkomen|vermogen"
    r"|\bww\b|_ww|\bao\b|_ao|aow|wajong|toeslag|werklo|werkzoek|laaggeletterd|verdacht"
    r"|gezond|ziek|beperk|eenzaam|angst|depressi|diabetes|overgewicht|roken|medicijn|ggz|wmo|zorg"
)
"""What is known of persons and is no part of a score below the level of a buurt."""


class PocketIndicator(BaseModel):
    """One of the few indicators that exist on squares."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kolom: str = Field(description="Kolom van de vierkanten.")
    naam: str = Field(description="Naam voor lezers.")
    richting: Literal[1, -1] = Field(description="1: hoger is ongunstiger; -1: lager.")
    per: str = Field(default="", description="Kolom waardoor gedeeld wordt; leeg bij aandelen.")
    eenheid: str = Field(default="", description="Eenheid voor lezers.")
    log: bool = Field(default=False, description="Vergelijk logaritmen: bedragen met een staart.")

    @model_validator(mode="after")
    def _may_be_used(self) -> PocketIndicator:
        blocked = refusal("opgave", (self.kolom, self.naam), (), ())
        if blocked is not None:
            raise ValueError(f"Deze indicator mag niet meetellen: {blocked.reden}")
        if _PERSONAL.search(f"{self.kolom} {self.naam}".lower()):
            raise ValueError(
                "Inkomen, uitkeringen, schulden, zorg en gezondheid tellen alleen op buurtniveau "
                "mee, niet op vierkanten of postcodes: daar gaan zij over te weinig mensen."
            )
        return self


class PocketSettings(Section):
    """How deel-buurten are found."""

    place = ("deelbuurten",)
    minimum: float = _choice("Kleinste aantal inwoners van een deel-buurt en van de rest.", ge=10)
    fdr: float = _choice("Grootste verwachte deel (0-1) onterechte.", gt=0, lt=1)
    richting: Literal["ongunstig", "gunstig", "beide"] = _choice("Welke verschillen tellen.")
    min_share: Share = _choice(
        "Een vierkant doet mee als dit deel (0-1) van de cijfers bekend is.", "minimum_aandeel"
    )
    seed: int = _choice("Zaad van het toeval.", "zaad", ge=0)
    scan: ScanSettings = _choice("Hoe er gezocht wordt.", "zoeken")
    indicators: tuple[PocketIndicator, ...] = _choice(
        "Cijfers per vierkant van 100 meter.", "indicator", min_length=1
    )

    @field_validator("scan")
    @classmethod
    def _one_minimum(cls, scan: ScanSettings) -> ScanSettings:
        if "minimum" in scan.model_fields_set:
            raise ValueError("Het minimum staat bij `deelbuurten` zelf.")
        return scan


class AreaSettings(Section):
    """Bounds of a proposed DIA area."""

    place = ("gebieden",)
    minimum: float = _choice("Kleinste aantal inwoners van een gebied.", ge=0)
    maximum: float = _choice("Grootste aantal inwoners van een gebied.", gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> AreaSettings:
        if self.minimum >= self.maximum:
            raise ValueError(
                f"Het minimum ({self.minimum:g}) ligt niet onder het maximum ({self.maximum:g})."
            )
        return self


class AssociationSettings(Section):
    """How it is tested whether figures lie together in space."""

    place = ("samenhang",)
    permutations: int = _choice("Permutaties van Morans I.", "permutaties", ge=0)
    local_permutations: int = _choice("Permutaties per buurt.", "permutaties_lokaal", ge=1)
    fdr: float = _choice("Grootste verwachte deel (0-1) onterechte.", gt=0, lt=1)
    seed: int = _choice("Zaad van het toeval.", "zaad", ge=0)


class ChangeSettings(Section):
    """How years are compared."""

    place = ("verandering",)
    draws: int = _choice("Trekkingen van de ruis in de cijfers.", "trekkingen", ge=20)
    low: float = _choice("Percentiel waar het interval begint.", "laag", gt=0, lt=50)
    high: float = _choice("Percentiel waar het interval eindigt.", "hoog", gt=50, lt=100)
    fdr: float = _choice("Grootste verwachte deel (0-1) onterechte.", gt=0, lt=1)
    min_share: Share = _choice("Kleinste deel (0-1) gedeelde cijfers.", "minimum_aandeel")
    min_domains: int = _choice("Kleinste aantal gedeelde domeinen.", "minimum_domeinen", ge=1)
    convincing: Share = _choice(
        "Kleinste kans dat twee typen verschillen om van verandering te spreken.", "overtuigend"
    )
    seed: int = _choice("Zaad van het toeval.", "zaad", ge=0)


class ApproachSettings(Section):
    """Thresholds of the rules for the aanpak."""

    place = ("aanpak",)
    kans_urgent: Share = _choice("Vanaf deze kans op het hoogste kwart telt een buurt als urgent.")
    kans_volgen: Share = _choice("Boven deze kans wordt een buurt gevolgd.")
    corporatiebezit: float = _choice(
        "Corporatiebezit (%) voor een integrale gebiedsaanpak.", ge=0, le=100
    )
    kwart: Share = _choice("Deel (0-1) van de buurten dat als de top telt.")
    stijging: float = _choice("Kleinste stijging, punten per jaar.", allow_inf_nan=False)
    kans_stijging: Share = _choice("Kleinste kans dat de stijging echt is.")

    @model_validator(mode="after")
    def _in_order(self) -> ApproachSettings:
        if self.kans_volgen >= self.kans_urgent:
            raise ValueError("`kans_volgen` is niet lager dan `kans_urgent`.")
        return self


class Werk(BaseModel):
    """What a kind of work brings along; one that is not named does not dig."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    graaft: bool = Field(default=False, description="Of de straat open moet.")
    opening: Share = Field(default=0.0, description="Deel (0-1) van een volle opening.")
    hernieuwt: bool = Field(default=False, description="Vervangt iets: te vroeg kost levensduur.")


class SocialRule(BaseModel):
    """Two roles that gain by working in one buurt at one time."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    naam: str = Field(description="Naam voor lezers.")
    a: Teksten = Field(description="Soorten werk in de ene rol.", min_length=1)
    b: Teksten = Field(description="Soorten werk in de andere rol.", min_length=1)
    zin: str = Field(description="Wat het oplevert.")


class LikelyCost(BaseModel):
    """Between which amounts the cost of a plan is likely; outside them its partner is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    naam: str = Field(description="Naam voor lezers.")
    soorten: Teksten = Field(description="Voor welke soorten werk.", min_length=1)
    laag: float = Field(description="Laagste aannemelijke kosten, euro.", ge=0)
    hoog: float = Field(description="Hoogste aannemelijke kosten, euro.", gt=0)


class AgendaValues(Section):
    """What the programme weighs plans, openings and nuisance with."""

    place = ("agenda", "waarden")
    opening: Mapping[Band, Share] = _choice(
        "Deel (0-1) van de kosten van een werk dat openbreken en herstraten is."
    )
    afstemming: Share = _choice("Deel (0-1) van de kosten dat afstemmen kost.")
    soorten: Mapping[str, Werk] = _choice("Wat een soort werk met de straat doet.", "soort")
    waardering: Share = _choice(
        "Waarde van een sociale koppelkans, deel (0-1) van het kleinste plan."
    )
    hoogste_waardering: float = _choice("En hoogstens zoveel euro.", ge=0)
    disconto: Share = _choice("Discontovoet per jaar.")
    uitstel: Share = _choice(
        "Wat een jaar uitstel kost, deel (0-1) van de waarde maal 1 plus de urgentie."
    )
    afvallen: float = _choice(
        "Wat afvallen kost, deel van de waarde maal 1 plus de urgentie.", ge=0
    )
    minste_waarde: float = _choice("Een plan telt voor ten minste (euro).", ge=0)
    fte_waarde: float = _choice("Een fte in een jaar telt voor (euro).", ge=0)
    minste_zekerheid: Share = _choice("Een onzeker plan weegt ten minste zo.")
    hinderpiek: float = _choice(
        "Prijs (euro) van een hinderpunt boven de drempel, per buurt en jaar.", ge=0
    )
    hinder: Mapping[str, float] = _choice("Hinderpunten per soort hinder.")
    sociaal: tuple[SocialRule, ...] = _choice("Rollen die elkaar in een buurt helpen.")
    aannemelijk: tuple[LikelyCost, ...] = _choice(
        "Welke kosten aannemelijk zijn; buiten deze grenzen volgt een vraag."
    )

    def soort(self, naam: str) -> Werk:
        """Return what a kind of work brings along."""
        return self.soorten.get(naam, Werk())

    def shared(self, band: Band) -> float:
        """Return the share of a work's cost that is saved with its opening, coordination paid."""
        return max(self.opening[band] - self.afstemming, 0.0)

    def likely(self, soort: str) -> LikelyCost:
        """Return between which amounts the cost of a plan of this kind is likely, euro."""
        of = {naam: one for one in self.aannemelijk for naam in one.soorten}
        return of.get(soort, of["overig"])

    @field_validator("aannemelijk")
    @classmethod
    def _with_the_rest(cls, ranges: tuple[LikelyCost, ...]) -> tuple[LikelyCost, ...]:
        if not any("overig" in one.soorten for one in ranges):
            raise ValueError("Geen van de groepen noemt de soort `overig`.")
        return ranges


class AgendaSettings(Section):
    """Rules of koppelkansen and programme."""

    place = ("agenda",)
    begin: int = _choice("Eerste jaar van de agenda; 0 is het jaar na het SIA-jaar.", ge=0)
    jaren_vooruit: int = _choice("Aantal jaren in de agenda.", ge=1, le=50)
    indeling: Literal["dia", "wijk"] = _choice("Wat een gebied is in de agenda.")
    besparing: Band = _choice("Met welke besparing het programma rekent.")
    straten_open: int = _choice("Meeste straten open per buurt en jaar.", ge=1)
    graafrust: int = _choice("Jaren dat een straat dicht blijft.", ge=0)
    hinder_drempel: float = _choice("Hinderpunten zonder prijs.", ge=0)
    doorschuiven: Share = _choice("Deel (0-1) van het budget dat mee mag.")
    stabiliteit: float = _choice("Prijs van een jaar schuiven (deel).", ge=0)
    afstand: float = _choice("Meters waarbinnen werk bij elkaar ligt.", ge=0)
    overlap: Share = _choice("Kleinste overlap om een opening te delen.")
    schuif: int = _choice("Jaren dat een plan buiten zijn venster mag.", ge=0)
    voorbereiding: int = _choice("Jaren tussen besluit en begin.", ge=0)
    gat: float = _choice("Relatief gat waarbij de rekenaar stopt.", ge=0, lt=1)
    tijd: float = _choice("Meeste seconden van de rekenaar.", gt=0)
    zaad: int = _choice("Zaad van de rekenaar.", ge=0)
    waarden: AgendaValues = _choice("Waarmee de agenda weegt.")


class Methode(BaseModel):
    """Every choice that changes a figure; immutable.

    Examples
    --------
    >>> from sia import Methode
    >>> anders = Methode.standaard().met(gewichten={"veiligheid": 2})
    >>> anders.weging.weights["veiligheid"]
    2.0
    >>> anders.afwijkingen()
    {'weging.gewichten.veiligheid': (1.0, 2.0)}
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    versie: str = Field(description="Versie van de methode.")
    nieuw: str = Field(description="Wat er in deze versie veranderde.")
    indicatoren: IndicatorChoice = Field(description="Welke indicatoren meetellen.")
    drempels: Drempels = Field(description="Wie een rang krijgt, en welk cijfer meetelt.")
    weging: WeighingSettings = Field(description="Urgentie en potentie.")
    gevoeligheid: Sensitivity = Field(description="Welke keuze ertoe doet.")
    typen: TypologySettings = Field(description="Soorten buurten.")
    deelbuurten: PocketSettings = Field(description="Deel-buurten.")
    gebieden: AreaSettings = Field(description="Voorgestelde DIA-gebieden.")
    samenhang: AssociationSettings = Field(description="Ruimtelijke samenhang.")
    verandering: ChangeSettings = Field(description="Vergelijken over de jaren.")
    aanpak: ApproachSettings = Field(description="Van cijfers naar aanpak.")
    agenda: AgendaSettings = Field(description="Koppelkansen en programma.")

    @classmethod
    def standaard(cls) -> Methode:
        """Return the method that stands in ``methode.toml``."""
        return _default()

    @classmethod
    def lees(cls, pad: str | Path, basis: Methode | None = None) -> Methode:
        """Return the method with the deviations of a TOML file laid over it.

        Parameters
        ----------
        pad : str or pathlib.Path
            Only what differs needs to stand in it.
        basis : Methode, optional
            What it is laid over; default `standaard`.

        Raises
        ------
        InputError
            With every unknown name and wrong value at once.
        """
        path = Path(pad)
        return (basis or cls.standaard()).over(read_toml(path), path.name)

    def over(self, andere: Mapping[str, Any], bestand: str = "") -> Methode:
        """Return this method with other values laid over it.

        Parameters
        ----------
        andere : mapping
            As in ``methode.toml``, nested by section: ``{"weging": {"laag": 5}}``.
        bestand : str
            Named in errors.

        Raises
        ------
        InputError
            With every unknown name and wrong value at once.
        """
        if not andere:
            return self
        return validate(Methode, _laid_over(self.als_tabel(), andere), bestand)

    def met(self, **keuzes: Any) -> Methode:
        """Return this method with some choices made otherwise.

        Parameters
        ----------
        **keuzes
            A section with a mapping (``weging={"laag": 5}``), or the name of one choice
            (``gewichten={"veiligheid": 2}``, ``doorrekeningen=500``) where only one section has it.

        Raises
        ------
        InputError
            When a name is unknown or stands in several sections, or a value does not fit.
        """
        nested: dict[str, Any] = {}
        problems = []
        for name, value in keuzes.items():
            places = _places().get(name, [])
            if name in Methode.model_fields:
                nested = _laid_over(nested, {name: value})
            elif len(places) == 1:
                nested = _laid_over(nested, _nested(places[0], {name: value}))
            else:
                problems.append(_unclear(name, places))
        refuse(problems)
        return self.over(nested)

    def als_tabel(self) -> dict[str, Any]:
        """Return every choice as in ``methode.toml``, nested by section."""
        return self.model_dump(by_alias=True, mode="json")

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits that change with any choice."""
        return self.hash_van(*Methode.model_fields)

    def hash_van(self, *delen: str) -> str:
        """Return the hash of some sections, for what depends on these alone."""
        own = {name: value for name, value in self.als_tabel().items() if name in delen}
        text = json.dumps(own, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def label(self) -> str:
        """Version and hash as they stand under every output: ``2026.1 (3f2a91bc04de)``."""
        return f"{self.versie} ({self.hash})"

    def afwijkingen(self, van: Methode | None = None) -> dict[str, tuple[Any, Any]]:
        """Return what differs from another method: place to its value there and here.

        Parameters
        ----------
        van : Methode, optional
            Default `standaard`.
        """
        there = dict(flat((van or Methode.standaard()).als_tabel()))
        here = dict(flat(self.als_tabel()))
        places = list(dict.fromkeys([*there, *here]))
        return {p: (there.get(p), here.get(p)) for p in places if there.get(p) != here.get(p)}


def flat(table: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Return every choice with its dotted place, in the order of the file."""
    found = []
    for name, value in table.items():
        place = f"{before}{name}"
        found += flat(value, f"{place}.") if isinstance(value, Mapping) else [(place, value)]
    return found


def uitleg(place: str) -> str:
    """Return what the model says of a choice at its dotted place, as `flat` gives it.

    Examples
    --------
    >>> from sia.methode import uitleg
    >>> uitleg("weging.gewichten.veiligheid")
    'Gewicht van elk domein in urgentie.'
    """
    told, model = "", Methode
    for name in place.split("."):
        found = [f for key, f in model.model_fields.items() if name in (key, f.serialization_alias)]
        if not found:
            break
        told, model = str(found[0].description or ""), found[0].annotation  # type: ignore[assignment]
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            break
    return told


@cache
def _default() -> Methode:
    return validate(Methode, _file(), FILE.name)


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(below)
    for name, value in above.items():
        own = made.get(name)
        both = isinstance(own, Mapping) and isinstance(value, Mapping)
        made[name] = _laid_over(own, value) if both else value  # type: ignore[arg-type]
    return made


def _nested(place: str, value: Any) -> dict[str, Any]:
    for name in reversed(place.split(".")):
        value = {name: value}
    made: dict[str, Any] = value
    return made


@cache
def _places() -> dict[str, list[str]]:
    """Return the sections that hold a choice, by its name."""
    found: dict[str, list[str]] = {}
    walk = [("", _file())]
    while walk:
        before, table = walk.pop(0)
        for name, value in table.items():
            if before:
                found.setdefault(name, []).append(before)
            if isinstance(value, Mapping):
                walk.append((f"{before}.{name}".lstrip("."), dict(value)))
    return found


def _unclear(name: str, places: list[str]) -> Problem:
    if places:
        first = f"{places[0]}={{'{name}': ...}}"
        return Problem(
            kolom=name,
            wat=f"`{name}` staat in meer onderdelen van de methode: {', '.join(places)}.",
            oplossing=f"Noem het onderdeel, bijvoorbeeld {first}.",
        )
    known = [*Methode.model_fields, *_places()]
    return Problem(
        kolom=name,
        wat=f"De methode heeft geen keuze `{name}`.",
        oplossing=suggestion(name, known),
    )
