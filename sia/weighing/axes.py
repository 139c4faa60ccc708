"""The two axes: values on a fixed scale, domains, scores, and how far the ranks may be off."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd

from sia.catalogue.model import DOMAIN_NAMES, DOMAINS, Catalogue, Indicator
from sia.errors import Problem
from sia.gemeente import Gemeente
from sia.index import (
    Arithmetic,
    Choices,
    Copeland,
    DataError,
    DomainImputation,
    ExponentialIMD,
    FromNorms,
    GeneralisedMean,
    Geometric,
    Goalposts,
    Harmonic,
    IndexDesign,
    IndexResult,
    MeanImputation,
    Median,
    MedianImputation,
    MinMax,
    NoImputation,
    NoTreatment,
    PercentileRank,
    SkewKurtosis,
    UncertaintyResult,
    WeightNoise,
    ZScore,
    build_index,
    uncertainty,
)
from sia.index.aggregation import Aggregator
from sia.index.imputation import Imputer
from sia.index.normalisation import Normaliser
from sia.index.ranking import rank_scores
from sia.index.treatment import Treatment
from sia.indicators import IndicatorTable, design, eligibility
from sia.indicators.age import BY_AGE, by_age
from sia.indicators.norms import MUNICIPALITY
from sia.methode import WeighingSettings

URGENTIE, POTENTIE = "urgentie", "potentie"
NEEDED = "sociaal"
"""Domain without which there is no urgentie."""
SCORE_COLUMNS: tuple[str, ...] = (URGENTIE, POTENTIE, "urgentie_stad")
"""Always there; a column per domain follows for the domains that have data this year."""
Row: TypeAlias = tuple[str, str | None, int, int]
Margins: TypeAlias = tuple[pd.DataFrame, pd.DataFrame]
"""Lower and upper published margins, buurten x indicators."""
CBS_ROUNDING = 5
"""CBS rounds counts of small areas at random to multiples of this."""
PRINTED_ROWS = 20
"""Fewer figures may all be round by chance."""

IMPUTERS: dict[str, Imputer] = {
    "open laten": NoImputation(),
    "mediaan": MedianImputation(),
    "gemiddelde": MeanImputation(),
    "domein": DomainImputation(),
}
TREATMENTS: dict[str, Treatment] = {
    "scheefheid": SkewKurtosis(),
    "geen": NoTreatment(),
}
SCALES: dict[str, Normaliser] = {
    "minimum-maximum": MinMax(),
    "z-score": ZScore(),
    "percentielrang": PercentileRank(scale=100.0),
    "imd": ExponentialIMD(),
}
"""Scales of the city itself; `PERCENTILE` and `FIXED` come from the norms, per indicator."""
AGGREGATORS: dict[str, Aggregator] = {
    "rekenkundig": Arithmetic(),
    "meetkundig": Geometric(),
    "harmonisch": Harmonic(),
    "mediaan": Median(),
    "macht 2": GeneralisedMean(2.0),
    "copeland": Copeland(),
}
"""What the choices of the method are in the engine."""
PERCENTILE, FIXED = "landelijk percentiel", "vaste schaal"
"""Scales that come from the norms, so that other buurten of the city do not move a score."""
WORST_FIFTH = 80.0
"""Mean percentile from which the figures of a domain lie in the worst fifth of the country."""


@dataclass(frozen=True, eq=False)
class Weighing:
    """The two axes of one municipality and year, with everything needed to explain them.

    `scores` (index ``buurtcode``, all buurten): The columns of ``scores.parquet`` in
        docs/reference/contracts.md.
    `contributions` (index ``buurtcode``): Points of urgentie per indicator; NaN for a buurt that is
        not ranked.
    `urgentie`, `potentie`: None when no indicator of the axis has data this year.
    `vervallen` (index ``indicator``): Score indicators that do not take part this year: ``naam``,
        ``domein``, ``reden``.
    `eigen_maat`: Indicators of urgentie that are scaled on the buurten of the municipality, for
        want of figures of the country.
    """

    scores: pd.DataFrame
    contributions: pd.DataFrame
    urgentie: IndexResult | None
    potentie: IndexResult | None
    onzekerheid: UncertaintyResult | None
    vervallen: pd.DataFrame
    catalogue: Catalogue
    eigen_maat: tuple[str, ...] = ()

    def design_table(self) -> pd.DataFrame:
        """Return the build-up of both axes: domain, indicator, direction, nominal and effective."""
        rows = []
        for axis, result in ((URGENTIE, self.urgentie), (POTENTIE, self.potentie)):
            if result is None:
                continue
            share = _realised_share(result)
            for name in result.design.hierarchy.indicators:
                entry = self.catalogue[name]
                rows.append(
                    {
                        "as": axis,
                        "domein": DOMAIN_NAMES.get(entry.domein, entry.domein),
                        "indicator": entry.naam + (BY_AGE if entry.leeftijd else ""),
                        "richting": "hoger telt zwaarder"
                        if entry.richting > 0
                        else "lager telt zwaarder",
                        "nominaal gewicht (%)": 100 * result.effective_weights[name],
                        "effectief gewicht (%)": 100 * share[name],
                    }
                )
        return pd.DataFrame(rows)

    def treatment_table(self) -> pd.DataFrame:
        """Return the cells that outlier treatment changed, with value before and after."""
        logs = [r.treatment_log for r in (self.urgentie, self.potentie) if r is not None]
        if not logs:
            return pd.DataFrame()
        table = pd.concat(logs, ignore_index=True)
        return pd.DataFrame(
            {
                "buurtcode": table["unit"],
                "indicator": [self.catalogue[name].naam for name in table["indicator"]],
                "behandeling": table["action"],
                "waarde in de bron": table["before"],
                "waarde in de index": table["after"],
            }
        )


def _realised_share(result: IndexResult) -> pd.Series[float]:
    """Return each indicator's share of the variance of the index (covariance of contribution).

    The index is the sum of contributions, so the covariances of the contributions with the index
    sum to its variance and are shares of it; shown beside the nominal weights (method: Paruolo,
    Saisana & Saltelli 2013 ask for realised beside nominal importance).
    """
    total = result.contributions.sum(axis=1)
    covariance = {name: column.cov(total) for name, column in result.contributions.items()}
    share = pd.Series(covariance, dtype=float)
    return share / float(share.sum())


def goalposts(norms: pd.DataFrame, indicator: str, settings: WeighingSettings) -> Goalposts | None:
    """Return the fixed scale of one indicator.

    None when the norms are missing or have no spread.

    `norms` (index ``indicator``): Columns ``p00`` to ``p100``.
    """
    indicator = norm_of(norms, indicator)
    if indicator not in norms.index:
        return None
    for low, high in ((settings.laag, settings.hoog), (0, 100)):
        lower, upper = (cast("float", norms.at[indicator, f"p{s:02d}"]) for s in (low, high))
        if np.isfinite(lower) and np.isfinite(upper) and upper > lower:
            return Goalposts(lower, upper, scale=100.0)
    return None


def scale_of(norms: pd.DataFrame, indicator: str, settings: WeighingSettings) -> Normaliser | None:
    """Return the scale of one indicator that comes from the norms: 0-100, the same for any city.

    None when the norms are missing or have no spread.
    """
    posts = goalposts(norms, indicator, settings)
    if posts is None or settings.normalise != PERCENTILE:
        return posts
    return FromNorms(PercentileRank(scale=100.0), norms, norm_of(norms, indicator))


def norm_of(norms: pd.DataFrame, indicator: str) -> str:
    """Return the row of the norms that an indicator is scored by: standardised where there is."""
    by_age = indicator + BY_AGE
    return by_age if by_age in norms.index else indicator


def in_euros_of(norms: pd.DataFrame, year: pd.DataFrame, money: Collection[str]) -> pd.DataFrame:
    """Return norms with amounts in the euros of another year, by the growth of the median.

    What everyone earns more is no improvement of one buurt (IMD and SES-WOA compare within a
    year for the same reason). Where one of the two has its norms of the country and the other of
    the municipality the growth is not known, and the norms of the other year itself are taken.

    `norms` (index ``indicator``): Of the year that fixes the scale.
    `year` (index ``indicator``): Norms of the year that is weighed.
    `money`: Indicators in euros.
    """
    if norms is year:
        return norms
    moved = norms.copy()
    numbers = [column for column in moved.columns if column not in ("bron", "n")]
    both = moved.index.intersection(year.index).intersection(list(money))
    growths = money_growth(norms, year, both) if len(both) else pd.Series(dtype=float)
    for name, growth in zip(both, growths, strict=True):
        if str(moved.at[name, "bron"]) != str(year.at[name, "bron"]):
            moved.loc[name] = year.loc[name]
        elif np.isfinite(growth):
            moved.loc[name, numbers] *= growth
    return moved


def money_growth(
    norms: pd.DataFrame, year: pd.DataFrame, money: Collection[str]
) -> pd.Series[float]:
    """Return by how much the median of every amount grew from the year of `norms` to another.

    Index the indicators in euros; NaN where the norms of the two years are not of the same country
    or municipality, so that the growth is not known and the two amounts cannot be compared.
    """
    then, now = (table[["p50", "bron"]].reindex(list(money)) for table in (norms, year))
    before, after = then["p50"].astype(float), now["p50"].astype(float)
    known = (then["bron"].astype(str) == now["bron"].astype(str)) & (before > 0) & (after > 0)
    return (after / before).where(known)


def usable_norms(
    own: pd.DataFrame,
    base: pd.DataFrame,
    indicators: tuple[str, ...],
    settings: WeighingSettings,
    money: Collection[str] = (),
) -> tuple[dict[str, Normaliser], pd.DataFrame]:
    """Choose per indicator the scale of the base year, or this year's own where that is missing.

    `own`, `base` (index ``indicator``): Norms of this year and of the base year.
    `money`: Indicators in euros, whose scale moves with the median (`in_euros_of`).
    Returns (dict of indicator to Normaliser): Without the indicators that have no spread in either
        year.
    Returns (index ``indicator``): ``schaal``: ``basisjaar``, ``dit jaar``, ``geen spreiding`` or
        ``geen normen``; ``bron``: whose norms those are, `COUNTRY` or `MUNICIPALITY`, empty
        without.
    """
    chosen: dict[str, Normaliser] = {}
    scale, whose = {}, {}
    based = in_euros_of(base, own, money)
    for name in indicators:
        for label, norms in (("basisjaar", based), ("dit jaar", own)):
            found = scale_of(norms, name, settings)
            if found is not None:
                chosen[name], scale[name] = found, label
                whose[name] = str(norms.at[norm_of(norms, name), "bron"])
                break
        else:
            known = name in own.index or name in base.index
            scale[name] = "geen spreiding" if known else "geen normen"
    table = pd.DataFrame({"schaal": pd.Series(scale, dtype=str)})
    table["bron"] = pd.Series(whose, dtype=str).reindex(table.index, fill_value="")
    return chosen, table


def structure(
    catalogue: Catalogue,
    indicators: tuple[str, ...],
    weights: Mapping[str, float] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the hierarchy of each axis: urgentie over domains and their parts, potentie directly.

    `indicators`: Those that take part.
    `weights` (mapping of domain to float): A domain that is not named weighs 1; one that weighs
        nothing takes no part.
    Returns (dict of axis to DataFrame): As `sia.index.IndexDesign` wants it; an axis without
        indicators is left out.
    """
    tables = {}
    weight = weights or {}
    entries = [catalogue[name] for name in indicators]
    opgaven = [e for e in entries if e.rol == "opgave" and weight.get(e.domein, 1.0) > 0]
    if opgaven:
        domains = list(dict.fromkeys(e.domein for e in opgaven))
        rows: list[Row] = [(e.id, _home(e), 1, e.richting) for e in opgaven]
        parts = dict.fromkeys((_home(e), e.domein) for e in opgaven if e.subdomein)
        rows += [(part, domain, 2, 1) for part, domain in parts]
        rows += [(d, URGENTIE, 3, 1) for d in domains] + [(URGENTIE, None, 4, 1)]
        tables[URGENTIE] = _frame(rows, weight)
    kansen = [e for e in entries if e.rol == "kans"]
    if kansen:
        tables[POTENTIE] = _frame(
            [*((e.id, POTENTIE, 1, e.richting) for e in kansen), (POTENTIE, None, 2, 1)]
        )
    return tables


def _home(entry: Indicator) -> str:
    return f"{entry.domein}: {entry.subdomein}" if entry.subdomein else entry.domein


def _frame(rows: list[Row], weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["id", "parent", "level", "direction"])
    return table.assign(weight=[float((weights or {}).get(name, 1.0)) for name in table["id"]])


def design_of(
    table: pd.DataFrame, scales: dict[str, Normaliser], settings: WeighingSettings, axis: str
) -> IndexDesign:
    """Return the design of one axis: the choices of the method in the words of the engine."""
    fixed = {name: scales[name] for name in table["id"] if name in scales}
    national = settings.normalise in (PERCENTILE, FIXED)
    joined = AGGREGATORS[settings.aggregate if axis == URGENTIE else "rekenkundig"]
    plain = settings.aggregate == "rekenkundig" or axis != URGENTIE
    shares = {URGENTIE: settings.minimum_share, POTENTIE: settings.minimum_share_potentie}
    return IndexDesign(
        table,
        impute=IMPUTERS[settings.impute],
        treat=TREATMENTS[settings.treat],
        normalise=fixed if national else SCALES[settings.normalise],
        aggregate=joined if plain else {"*": Arithmetic(), axis: joined},
        minimum_share=shares[axis],
        origin="mean",
    )


def weigh(
    values: pd.DataFrame,
    eligibility: pd.DataFrame,
    taking_part: tuple[str, ...],
    catalogue: Catalogue,
    *,
    norms: pd.DataFrame,
    base_norms: pd.DataFrame | None = None,
    denominators: pd.DataFrame | None = None,
    margins: Margins | None = None,
    drift: pd.DataFrame | None = None,
    dropped: pd.DataFrame | None = None,
    settings: WeighingSettings | None = None,
) -> Weighing:
    """Weigh the buurten of one municipality in one year.

    `values` (index ``buurtcode``): `IndicatorTable.scored`; every buurt, NaN where missing.
    `eligibility` (index ``buurtcode``): ``gerangschikt`` (bool) and ``reden``; only ranked buurten
        enter the index.
    `taking_part`: Score indicators of this year.
    `norms`, `base_norms` (index ``indicator``): Distribution of this year and of the base year; the
        base year fixes the scale.
    `denominators`: Same shape as `values`: what rates are shares of, for the binomial error.
    `margins` ((lower, upper)): Published 95 % margins, same shape as `values`.
    `drift`: Standard error of figures of an earlier year, same shape (`drift_of`).
    `dropped` (index ``indicator``): Score indicators left out before, with ``reden``.
    Returns: ``scores`` has every buurt of `values`.
    """
    s = settings or WeighingSettings()
    base = norms if base_norms is None else base_norms
    money = [entry.id for entry in catalogue if entry.geld]
    scales, scale = usable_norms(norms, base, taking_part, s, money)
    usable = tuple(name for name in taking_part if name in scales)
    ranked = values.index[eligibility.loc[values.index, "gerangschikt"]]
    tables = structure(catalogue, usable, s.weights) if len(ranked) else {}
    results = {
        axis: build_index(values.loc[ranked], design_of(tables[axis], scales, s, axis))
        for axis in (URGENTIE, POTENTIE)
        if axis in tables
    }
    doubt = None
    # with one figure there is nothing to vary: its order has no margin, and is no certainty either
    several = URGENTIE in results and len(results[URGENTIE].design.hierarchy.indicators) > 1
    if several and s.draws:
        known, error = known_error(
            results[URGENTIE], catalogue, denominators, margins, s.model_correlation, drift
        )
        doubt = uncertainty(
            results[URGENTIE].values,
            results[URGENTIE].design,
            draws=s.draws,
            seed=s.seed,
            choices=choices_of(results[URGENTIE].design, s),
            denominators=known,
            error=error,
        )
    scores = _scores(values.index, eligibility, results, doubt)
    scores["stapeling"] = pd.array([pd.NA] * len(scores), dtype="Int64")
    if URGENTIE in results:
        # every figure as its percentile within this city and year
        own = PercentileRank(scale=100.0)
        city = IndexDesign(tables[URGENTIE], normalise=own, minimum_share=s.minimum_share)
        scores["urgentie_stad"] = build_index(values.loc[ranked], city).scores[URGENTIE]
        counted = results[URGENTIE]
        if s.normalise != PERCENTILE:
            other = s.model_copy(update={"normalise": PERCENTILE})
            fifths, _ = usable_norms(norms, base, usable, other, money)
            counted = build_index(
                counted.values, design_of(tables[URGENTIE], fifths, other, URGENTIE)
            )
        scores["stapeling"] = stacking(counted).reindex(scores.index)
    contributions = (
        results[URGENTIE].contributions if URGENTIE in results else pd.DataFrame(index=ranked)
    )
    return Weighing(
        scores=scores,
        contributions=contributions.reindex(values.index),
        urgentie=results.get(URGENTIE),
        potentie=results.get(POTENTIE),
        onzekerheid=doubt,
        vervallen=_dropped(dropped, scale, catalogue),
        catalogue=catalogue,
        eigen_maat=tuple(
            str(name)
            for name in scale.index[scale["bron"] == MUNICIPALITY]
            if catalogue[str(name)].rol == "opgave"
        ),
    )


def margins_of(table: IndicatorTable) -> Margins | None:
    """Return the published margins of `IndicatorTable.scored`, or None where a table has none."""
    if table.lower.empty:
        return None
    low, high = (by_age(side, table.values, table.catalogue) for side in (table.lower, table.upper))
    return low, high


def drift_of(table: IndicatorTable, settings: WeighingSettings) -> pd.DataFrame:
    """Return how far figures of an earlier year may have moved since, in their own unit.

    A share of the spread of the norms for the first year, and as the root of the years after it.
    """
    years = (table.jaar - table.years).astype("Float64").astype(float).clip(lower=0.0)
    spread = table.norms["standaardafwijking"].reindex(years.columns)
    moved: pd.DataFrame = np.sqrt(years) * spread * settings.carried_spread
    return moved


def weigh_table(
    table: IndicatorTable,
    gemeente: Gemeente,
    settings: WeighingSettings | None = None,
    base_norms: pd.DataFrame | None = None,
    without: Collection[str] = (),
) -> Weighing:
    """Weigh the buurten of an indicator table by the thresholds of a municipality.

    `base_norms` (index ``indicator``): Of the base year, which fixes the scale; by default those of
        `table` itself.
    `without`: Indicators that are left out on purpose.
    """
    plan = design(table, gemeente)
    taking_part = tuple(name for name in plan.indicatoren if name not in without)
    verdict = eligibility(table, gemeente)
    if short := too_thin(taking_part, table.catalogue, gemeente):
        reasons = verdict["reden"].mask(verdict["gerangschikt"], short)
        verdict = verdict.assign(gerangschikt=False, reden=reasons)
    return weigh(
        table.scored,
        verdict,
        taking_part,
        table.catalogue,
        norms=table.norms,
        base_norms=base_norms,
        denominators=table.denominators,
        margins=margins_of(table),
        drift=drift_of(table, settings or WeighingSettings()),
        dropped=plan.vervallen,
        settings=settings,
    )


def too_thin(taking_part: Collection[str], catalogue: Catalogue, gemeente: Gemeente) -> str:
    """Say in Dutch why these indicators cannot carry a rank of urgentie; empty when they can.

    Urgentie is about people in the first place, and seen over domains that cannot buy each other
    off: a single figure gives a picture of that figure, however exactly it is known.
    """
    limits = gemeente.drempels
    opgaven = [catalogue[name] for name in taking_part if catalogue[name].rol == "opgave"]
    domains = {entry.domein for entry in opgaven}
    if NEEDED in domains and len(domains) >= limits.domeinen and len(opgaven) >= limits.cijfers:
        return ""
    known = ", ".join(DOMAIN_NAMES[name].lower() for name in DOMAINS if name in domains)
    return (
        f"Te weinig cijfers voor een rangorde: {len(opgaven)} over {known or 'geen enkel domein'}; "
        f"nodig zijn er {limits.cijfers}, over {DOMAIN_NAMES[NEEDED].lower()} en samen over "
        f"{limits.domeinen} domeinen."
    )


def nobody_scored(jaar: int, scores: pd.DataFrame | None = None) -> Problem:
    """Return what is wrong with a year in which no buurt has a score, and what to do.

    `scores`: Whose commonest ``reden`` is told.
    """
    reasons = pd.Series(dtype=str) if scores is None else scores["reden"].astype(str)
    common = reasons[reasons != ""].mode()
    why = f" Meestal: {common.iloc[0]}" if len(common) else ""
    return Problem(
        wat=f"In {jaar} heeft geen enkele buurt genoeg cijfers voor een score.{why}",
        oplossing="Voeg bronnen toe (`sia fetch`; welke cijfers ontbreken, toont notebook 02), of "
        "laat dit jaar uit `jaren`.",
    )


SMALLEST = 4
"""Fewer ranked buurten have no most urgent quarter: the first of three is a third of them."""

NO_SCALE = {
    "geen spreiding": "Alle buurten hebben dezelfde waarde.",
    "geen normen": "Er zijn geen normen voor dit cijfer, dus geen schaal.",
}


def _dropped(
    before: pd.DataFrame | None, scale: pd.DataFrame, catalogue: Catalogue
) -> pd.DataFrame:
    without = scale["schaal"][scale["schaal"].isin(list(NO_SCALE))]
    own = pd.DataFrame(
        {
            "naam": [catalogue[name].naam for name in without.index],
            "domein": [catalogue[name].domein for name in without.index],
            "reden": without.map(NO_SCALE).astype(str),
        },
        index=pd.Index(without.index, name="indicator", dtype=str),
    )
    return own if before is None else pd.concat([before[["naam", "domein", "reden"]], own])


def choices_of(design: IndexDesign, settings: WeighingSettings) -> Choices:
    """Return the defensible alternatives that every draw chooses from.

    Half of the draws make a step as SIA does. With equal chances the published rank of a buurt
    that every own choice favours a little lies outside its own interval, because no draw makes
    all those choices at once: 95 of the 10,839 ranked buurten of the country, 9 with a half.
    """
    joined = {"*": Arithmetic(), URGENTIE: Geometric()}
    return Choices(
        normalise=_first(design.normalise, MinMax(), ZScore(), PercentileRank()),
        aggregate=_first(design.aggregate, Arithmetic(), joined),
        impute=_first(design.impute, NoImputation(), MedianImputation(), DomainImputation()),
        treat=_first(design.treat, NoTreatment(), SkewKurtosis()),
        weights=WeightNoise(settings.weight_noise),
        leave_out=True,
        redeliver=settings.redeliver,
        own=settings.own_share,
    )


def _first(own: Any, *others: Any) -> tuple[Any, ...]:
    """Return the own choice of a step before the alternatives that differ from it."""
    return (own, *(other for other in others if other != own))


def printed_unit(column: pd.Series[float]) -> float:
    """Return the power of ten of which every figure is a multiple; 0 where there is none.

    A publisher that prints kilometres in one decimal leaves the truth open by 0.05 either way.

    `column`: At least `PRINTED_ROWS` figures, or nothing can be told.
    """
    known = column.dropna().to_numpy(dtype=float)
    if len(known) < PRINTED_ROWS or not known.any():
        return 0.0
    for power in range(3, -4, -1):
        steps = known / 10.0**power
        if np.allclose(steps, np.rint(steps), rtol=0.0, atol=1e-6):
            return float(10.0**power)
    return 0.0


def data_error(
    catalogue: Catalogue,
    indicators: tuple[str, ...],
    margins: Margins | None = None,
    values: pd.DataFrame | None = None,
    correlation: float = 0.0,
    drift: pd.DataFrame | None = None,
) -> DataError:
    """Return how far the published figures may be off.

    Rates have binomial noise given their denominator, and CBS rounds counts at random to
    multiples of five; modelled figures have the margins that their publisher gives. A figure with
    margins gets no noise beside them, because the margins hold the sampling already; a buurt that
    has none of an indicator's margins has the binomial noise. Of the other figures only the
    rounding is known, by the decimals in which they are printed.

    `indicators`: Those with a known denominator.
    `margins` ((lower, upper)): Published 95 % margins, buurten x indicators.
    `values` (buurten x indicators): The figures as they are printed.
    `correlation`: Between the errors of two modelled figures of one buurt, each in its direction:
        what the model of the publisher does not know of a place moves all its figures at once.
    `drift`: See `drift_of`.
    """
    lower = {} if margins is None else dict(margins[0].items())
    given = {str(n) for n, column in lower.items() if column.notna().any()}
    bare = [n for n in indicators if n not in given or lower[n].isna().any()]
    rates = {n: catalogue[n].schaal for n in bare if catalogue[n].schaal > 0}
    cbs = {n for n in rates if any(b.naam.startswith("cbs.") for b in catalogue[n].bronnen)}
    columns = {} if values is None else dict(values.items())
    units = {str(n): printed_unit(c) for n, c in columns.items() if n not in {*given, *rates}}
    return DataError(
        scale=rates,
        rounded={name: CBS_ROUNDING for name in bare if name in cbs},
        lower=None if margins is None else margins[0],
        upper=None if margins is None else margins[1],
        printed={name: unit for name, unit in units.items() if unit > 0},
        loading={name: catalogue[name].richting * correlation**0.5 for name in sorted(given)},
        drift=drift,
    )


def known_error(
    result: IndexResult,
    catalogue: Catalogue,
    denominators: pd.DataFrame | None,
    margins: Margins | None,
    correlation: float = 0.0,
    drift: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame | None, DataError]:
    """Return denominators and data error of the buurten and indicators of one index."""
    rows, names = result.values.index, list(result.values.columns)
    known = None if denominators is None else denominators.loc[rows, names]
    bounds = None if margins is None else (margins[0].loc[rows, names], margins[1].loc[rows, names])
    below = () if known is None else tuple(n for n in names if known[n].notna().any())
    return known, data_error(catalogue, below, bounds, result.values, correlation, drift)


def beyond_interval(scores: pd.DataFrame) -> pd.Series[bool]:
    """Tell which buurten have a rank outside the interval of their ranks: sensitive to the method.

    `scores`: With ``rang``, ``rang_p05`` and ``rang_p95``.
    Returns (index of `scores`): False where there is no rank or no interval.
    """
    rank = scores["rang"].astype("Float64").astype(float)
    return (rank < scores["rang_p05"]) | (rank > scores["rang_p95"])


def rank_of(urgentie: pd.Series[float]) -> pd.Series[int]:
    """Return ranks from 1, the most urgent; ties share the better rank, NA without a score."""
    return rank_scores(urgentie.astype(float).to_frame("rang"))["rang"]


def stacking(result: IndexResult) -> pd.Series[int]:
    """Return on how many domains the figures of a buurt lie in the worst fifth (``stapeling``).

    Counted where the mean national percentile of a domain's figures, parts first, is at least
    `WORST_FIFTH`; NA without a score. Where the files hold no country it is the city's fifth.
    """
    domains = result.scores[result.scores.columns.intersection(list(DOMAINS))].round(9)
    count = (domains >= WORST_FIFTH).sum(axis=1).where(result.scores[URGENTIE].notna())
    return count.astype("Int64").rename("stapeling")


def _scores(
    index: pd.Index,
    eligibility: pd.DataFrame,
    results: dict[str, IndexResult],
    doubt: UncertaintyResult | None,
) -> pd.DataFrame:
    scores = pd.DataFrame(np.nan, index=index, columns=list(SCORE_COLUMNS))
    for result in results.values():
        for name in result.scores.columns.intersection([*SCORE_COLUMNS, *DOMAINS]):
            scores[name] = result.scores[name]
    known = scores[URGENTIE].notna()
    scores["rang"] = rank_of(scores[URGENTIE])
    ranked = eligibility.loc[index, "gerangschikt"] & known
    scores["gerangschikt"] = ranked
    scores["reden"] = eligibility.loc[index, "reden"].where(
        ~eligibility.loc[index, "gerangschikt"] | known, "Te weinig cijfers voor een score."
    )
    names = {
        "rank_p05": "rang_p05",
        "rank_p50": "rang_p50",
        "rank_p95": "rang_p95",
        "p_top10": "kans_top10",
        "p_top_quartile": "kans_kwart",
        "p_joint": "kans_samen",
    }
    for source, target in names.items():
        scores[target] = np.nan if doubt is None else doubt.units[source].astype(float)
    if int(ranked.sum()) < SMALLEST:
        scores["kans_kwart"] = scores["kans_kwart"].mask(scores["kans_kwart"].notna(), 0.0)
        scores["kans_samen"] = np.nan
    return scores
