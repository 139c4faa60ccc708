"""The planted truth: what a perfect observer would find. Only tests and benchmarks read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from voorbeeldstad.geography import Geography
from voorbeeldstad.latent import MIDDLE_YEAR, TYPES, Latent
from voorbeeldstad.observe import Observed, Regions
from voorbeeldstad.places import GEMEENTECODE
from voorbeeldstad.pockets import SquareWorld

MIN_INHABITANTS = 100
TOP_QUARTER = 0.25
MUCH_CORPORATION = 40.0

#: Indicators of the true urgency: domain -> (measure, or count and denominator; direction).
SCORES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "sociaal": (
        ("percentage_huishoudens_met_laag_inkomen", "", 1),
        ("percentage_huishoudens_onder_of_rond_sociaal_minimum", "", 1),
        ("gemiddeld_inkomen_per_inwoner", "", -1),
        ("aantal_personen_met_een_alg_bijstandsuitkering_tot", "aantal_inwoners", 1),
        ("aantal_personen_met_een_ao_uitkering_totaal", "aantal_inwoners", 1),
        ("opleidingsniveau_laag", "aantal_personen_15_tot_75_jaar", 1),
        ("netto_arbeidsparticipatie", "", -1),
        ("percentage_jongeren_met_jeugdzorg_in_natura", "", 1),
        ("aantal_wmo_clienten_per_1000_inwoners", "", 1),
        ("ervaren_gezondheid_goed_zeer_goed", "", -1),
        ("ernstig_beperkt_vanwege_gezondheid", "", 1),
        ("hoog_risico_op_angst_of_depressie", "", 1),
        ("ernstig_zeer_ernstig_eenzaam", "", 1),
        ("matig_veel_regie_over_eigen_leven", "", -1),
        ("moeite_met_rondkomen", "", 1),
        ("vrijwilligerswerk", "", -1),
    ),
    "wonen": (
        ("gemiddelde_woningwaarde", "", -1),
        ("percentage_leegstand_woningen", "", 1),
        ("ernstige_geluidhinder_door_buren", "", 1),
        ("achterstallig_onderhoud_openbare_ruimte", "", 1),
        ("meldingen_openbare_ruimte_per_1000_inwoners", "", 1),
        ("riolering_ouder_dan_40_jaar", "", 1),
    ),
    "veiligheid": (
        ("totaal_misdrijven", "aantal_inwoners", 1),
        ("diefstal_inbraak_woning", "aantal_inwoners", 1),
        ("mishandeling", "aantal_inwoners", 1),
        ("vernieling_cq_zaakbeschadiging", "aantal_inwoners", 1),
        ("onveilig_gevoel", "", 1),
        ("meldingen_overlast_per_1000_inwoners", "", 1),
    ),
    "voorzieningen": (
        ("huisartsenpraktijk_gemiddelde_afstand_in_km", "", 1),
        ("grote_supermarkt_gemiddelde_afstand_in_km", "", 1),
        ("kinderdagverblijf_gemiddelde_afstand_in_km", "", 1),
        ("basisonderwijs_gemiddelde_afstand_in_km", "", 1),
        ("winkelleegstand", "", 1),
    ),
    "klimaat": (
        ("wateroverlastgevoelige_panden", "", 1),
        ("hitte_eiland_graden", "", 1),
        ("verhard_oppervlak", "", 1),
        ("boomkroonbedekking", "", -1),
        ("panden_met_funderingsrisico", "", 1),
    ),
    "energie": (
        ("gemiddeld_gasverbruik_totaal", "", 1),
        ("gemiddeld_elektriciteitsverbruik_totaal", "", 1),
        ("energiearmoede", "", 1),
        ("energielabel_efg", "", 1),
        ("woningen_met_zonnestroom", "", -1),
    ),
}

#: Indicators of the true potential.
POTENTIAL: tuple[tuple[str, str, int], ...] = (
    ("perc_huurwoningen_in_bezit_woningcorporaties", "", 1),
    ("percentage_bouwjaarklasse_tot_2000", "", 1),
    ("percentage_woningen_met_stadsverwarming", "", 1),
    ("kansrijk_aardgasvrij", "", 1),
    ("riolering_te_vervangen_binnen_10_jaar", "", 1),
    ("wegen_groot_onderhoud", "", 1),
    ("geplande_investeringen_per_woning", "", 1),
    ("corporatiewoningen_te_renoveren", "", 1),
    ("nieuwbouwplannen", "", 1),
)


@dataclass(frozen=True)
class DemoTruth:
    """What was planted.

    Parameters
    ----------
    buurten : DataFrame, index (``jaar``, ``buurtcode``)
        Every buurt of Voorbeeldstad: ``naam``, ``wijkcode``, ``stadsdeel``, ``type`` (1-6),
        ``typenaam``, ``verandering`` (stijgt, daalt, stabiel), ``inwoners``, ``urgentie``,
        ``potentie`` and the six domains (0-100, min-max on the true national values of 2020),
        ``gerangschikt``, ``rang`` (Int64, 1 = most urgent), ``kwart`` (bool), ``deelbuurt``
        (bool: holds a pocket), ``corporatiebezit`` (%), ``aanpak``.
    indicatoren : DataFrame, index (``jaar``, ``code``)
        All measures of all regions, without sampling noise, rounding or suppression.
    aantallen : DataFrame, index (``jaar``, ``code``)
        All measures of all regions as counted, before rounding and suppression.
    omvang : DataFrame, index (``jaar``, ``code``)
        True numbers of people, households, dwellings, adults, ...
    deelbuurten : DataFrame, index ``vierkant``
        The squares of each pocket: ``deelbuurt``, ``buurtcode`` (newest code), ``inwoners``.
    vierkanten : DataFrame, index (``jaar``, ``vierkant``)
        What was counted per square, with ``buurtcode``, ``deelbuurt`` and ``verschil``.
    delen : DataFrame, index (``jaar``, ``deel``)
        Pieces of land that no border cuts: ``code_oud``, ``code_nieuw`` (buurt before and from
        2021) and true numbers; what a conversion of redrawn buurten should give.
    """

    buurten: pd.DataFrame
    indicatoren: pd.DataFrame
    aantallen: pd.DataFrame
    omvang: pd.DataFrame
    deelbuurten: pd.DataFrame
    vierkanten: pd.DataFrame
    delen: pd.DataFrame


def scores(expected: pd.DataFrame, sizes: pd.DataFrame, bounds: pd.DataFrame) -> pd.DataFrame:
    """Compute the true domain scores, urgency and potential.

    Each indicator is scaled by min-max on `bounds`, turned so that higher is more urgent (or more
    potential); a domain is the plain mean of its indicators, urgency the plain mean of the domains.

    Parameters
    ----------
    expected, sizes : DataFrame, index ``code``
        As in `observe.Observed`.
    bounds : DataFrame, index indicator, columns ``laag``, ``hoog``

    Returns
    -------
    DataFrame, index ``code``
        The six domains, ``urgentie`` and ``potentie``; not clipped, so outside 0-100 when a value
        lies outside the bounds.
    """
    limits = dict(zip(bounds.index, bounds.to_numpy().tolist(), strict=True))
    out = {}
    for domain, listed in {**SCORES, "potentie": POTENTIAL}.items():
        scaled = []
        for name, below, direction in listed:
            low, high = limits[name]
            share = (_indicator(expected, sizes, name, below) - low) / (high - low)
            scaled.append(share if direction > 0 else 1.0 - share)
        out[domain] = 100 * pd.concat(scaled, axis=1).mean(axis=1, skipna=False)
    table = pd.DataFrame(out)
    table.insert(0, "urgentie", table[list(SCORES)].mean(axis=1, skipna=False))
    return table


def reference(observed: Observed, regions: Regions) -> pd.DataFrame:
    """Return lowest and highest true value of each indicator over all buurten of size."""
    large = observed.sizes["aantal_inwoners"] >= MIN_INHABITANTS
    buurten = regions.table.index[(regions.table["niveau"] == "buurt") & large]
    rows = {}
    for name, below, _ in [row for listed in SCORES.values() for row in listed] + list(POTENTIAL):
        value = _indicator(observed.expected, observed.sizes, name, below).loc[buurten]
        rows[name] = (value.min(), value.max())
    return pd.DataFrame.from_dict(rows, orient="index", columns=["laag", "hoog"])


def _indicator(
    expected: pd.DataFrame, sizes: pd.DataFrame, name: str, below: str
) -> pd.Series[float]:
    if not below:
        return expected[name]
    return expected[name] / sizes[below].where(sizes[below] > 0)


def describe(
    geography: Geography,
    latent: Latent,
    world: SquareWorld,
    observed: Observed,
    regions: Regions,
    bounds: pd.DataFrame,
) -> pd.DataFrame:
    """Describe the buurten of Voorbeeldstad in one year.

    Returns
    -------
    DataFrame, index (``jaar``, ``buurtcode``)
        As in `DemoTruth.buurten`.
    """
    jaar = observed.jaar
    own = regions.table[
        (regions.table["niveau"] == "buurt") & (regions.table["gemeentecode"] == GEMEENTECODE)
    ]
    first = (
        geography.atoms.assign(code=geography.codes(jaar), verandering=latent.units["verandering"])
        .drop_duplicates("code")
        .set_index("code")
        .loc[own.index]
    )
    table = pd.DataFrame(
        {
            "naam": own["naam"],
            "wijkcode": first["wijkcode"],
            "stadsdeel": first["stadsdeel"],
            "type": first["type"].astype("Int64"),
            "typenaam": first["type"].map(TYPES),
            "verandering": first["verandering"].astype(str),
            "inwoners": observed.sizes.loc[own.index, "aantal_inwoners"],
        }
    )
    table = table.join(scores(observed.expected, observed.sizes, bounds))
    table["corporatiebezit"] = observed.expected["perc_huurwoningen_in_bezit_woningcorporaties"]
    hiding = set(geography.codes(jaar).iloc[_pocket_atoms(world)])
    table["deelbuurt"] = table.index.isin(hiding)
    table = _ranked(table)
    table["aanpak"] = _aanpak(table)
    table.index = pd.MultiIndex.from_product([[jaar], table.index], names=["jaar", "buurtcode"])
    return table


def _pocket_atoms(world: SquareWorld) -> list[int]:
    return sorted(set(world.grid.loc[world.grid["deelbuurt"] != "", "atom"]))


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    ranked = table["inwoners"] >= MIN_INHABITANTS
    order = table["urgentie"].where(ranked).rank(ascending=False, method="first")
    return table.assign(
        gerangschikt=ranked,
        rang=order.astype("Int64"),
        kwart=(order <= np.ceil(TOP_QUARTER * ranked.sum())).fillna(False),
    )


def _aanpak(table: pd.DataFrame) -> pd.Series:
    """Apply the rules of the aanpak to the truth, where every probability is 0 or 1."""
    ranked = table[table["gerangschikt"]]
    high_potential = table["potentie"] >= ranked["potentie"].quantile(1 - TOP_QUARTER)
    above_median = table["urgentie"] > ranked["urgentie"].median()
    rules = (
        (~table["gerangschikt"], "niet gerangschikt"),
        (
            table["kwart"] & (table["corporatiebezit"] >= MUCH_CORPORATION),
            "integrale gebiedsaanpak",
        ),
        (table["kwart"] | (high_potential & above_median), "gerichte koppelkansen"),
        (table["deelbuurt"], "deel-buurtaanpak"),
        (table["verandering"] == "stijgt", "volgen"),
    )
    names = np.select([rule for rule, _ in rules], [name for _, name in rules], "basis")
    return pd.Series(names, index=table.index, dtype=str)


def squares_truth(
    geography: Geography, world: SquareWorld, counted: Mapping[int, pd.DataFrame]
) -> pd.DataFrame:
    """Put the squares of all years under each other."""
    tables = []
    for jaar, table in sorted(counted.items()):
        codes = geography.codes(jaar)[world.grid["atom"].to_numpy()].to_numpy()
        extra = world.grid[["deelbuurt", "verschil"]].assign(buurtcode=codes)
        joined = table.join(extra)
        joined.index = pd.MultiIndex.from_product(
            [[jaar], joined.index], names=["jaar", "vierkant"]
        )
        tables.append(joined)
    return pd.concat(tables)


def pockets_truth(geography: Geography, latent: Latent, world: SquareWorld) -> pd.DataFrame:
    """List the squares of every pocket, with its people in the middle year."""
    people = world.inhabitants(latent.inhabitants(MIDDLE_YEAR)[: len(geography.atoms)])
    newest = geography.atoms["code_nieuw"].to_numpy()[world.grid["atom"].to_numpy()]
    table = world.grid[["deelbuurt"]].assign(buurtcode=newest, inwoners=people)
    return pd.DataFrame(table[table["deelbuurt"] != ""])
