"""Text files: StatLine downloads, Leefbaarometer scores and the municipality's own table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sia.store import write_bytes
from voorbeeldstad.measures import Measure, of
from voorbeeldstad.observe import Observed, Regions
from voorbeeldstad.places import GEMEENTECODE, GEMEENTENAAM
from voorbeeldstad.write_odata import kwb_columns, unit

_OWN = "voorbeeldstad-fictief-eigen-tabel.csv"


def write_statline(folder: Path, observed: Observed, regions: Regions) -> None:
    """Write one year of the Kerncijfers as a StatLine download with long titles.

    UTF-8 with byte order mark, semicolons, CRLF, decimal points, numbers and the missing sign
    padded with blanks.

    Parameters
    ----------
    folder : pathlib.Path
    observed : Observed
    regions : Regions
    """
    jaar = observed.jaar
    columns = kwb_columns(jaar)
    header = [
        "Wijken en buurten",
        "Regioaanduiding/Gemeentenaam (naam)",
        "Regioaanduiding/Soort regio (omschrijving)",
        "Regioaanduiding/Codering (code)",
        "Regioaanduiding/Indelingswijziging wijken en buurten (code)",
        *(f"{m.get('thema')}/{m.label('titel', jaar)} ({unit(m)})" for m in columns),
    ]
    lines = observed.lines(columns)
    rows = (
        [
            region.naam,
            region.gemeente.ljust(40),
            region.soort.ljust(10),
            region.code.ljust(10),
            region.wijziging,
            *(
                _statline(value, m.decimalen)
                for m, value in zip(columns, lines[region.code], strict=True)
            ),
        ]
        for region in regions
    )
    name = f"voorbeeldstad-fictief-Kerncijfers_wijken_en_buurten_{jaar}.csv"
    _save(folder / name, header, rows, mark=True, ending="\r\n")


def write_ses(folder: Path, table: str, observed: Observed, regions: Regions) -> None:
    """Write SES-WOA scores as a StatLine download; for validation only.

    The score falls with income, education and work as observed, so it agrees with the figures
    that the index uses without being one of them.
    """
    jaar = observed.jaar
    seen = observed.counted
    education = seen[
        ["opleidingsniveau_laag", "opleidingsniveau_middelbaar", "opleidingsniveau_hoog"]
    ]
    shares = education.div(education.sum(axis=1), axis=0) * 100
    score = _standard(-shares["opleidingsniveau_laag"])
    score = score + _standard(-seen["percentage_huishoudens_met_laag_inkomen"])
    score = 0.12 * (score + _standard(seen["netto_arbeidsparticipatie"]))
    cells = np.column_stack([shares, score]).tolist()
    lines = dict(zip(shares.index, cells, strict=True))
    households = observed.published["aantal_huishoudens"]
    hidden = dict(households < 100)
    header = [
        "Perioden",
        "Wijken en buurten",
        "Regiocode (gemeente, wijk, buurt) (code)",
        "Particuliere huishoudens (Aantal)",
        "Opleidingsniveau/Laag/Waarde (%)",
        "Opleidingsniveau/Middelbaar/Waarde (%)",
        "Opleidingsniveau/Hoog/Waarde (%)",
        "SES-WOA/Totaalscore/Gemiddelde score (Getal)",
        "Spreiding/Spreiding totaal/Waarde (Getal)",
    ]
    rows = (
        [
            str(jaar),
            region.naam,
            region.code.ljust(10),
            _statline(float(np.round(households[region.code], -2)), 0),
            *(_hide(cell, 1, hidden[region.code]) for cell in lines[region.code][:3]),
            _hide(lines[region.code][3], 3, hidden[region.code]),
            _hide(0.9 - 0.1 * lines[region.code][3], 3, hidden[region.code]),
        ]
        for region in regions
        if region.niveau != "land"
    )
    path = folder / f"voorbeeldstad-fictief-{table}-SES_WOA_scores_{jaar}.csv"
    _save(path, header, rows, mark=True, quoted=True, ending="\r\n")


def write_leefbaarometer(folder: Path, observed: Observed, regions: Regions) -> None:
    """Write Leefbaarometer scores per buurt; for validation only.

    The five parts add up to the deviation from the national mean.
    """
    jaar, seen = observed.jaar, observed.counted
    buurten = regions.table.index[regions.table["niveau"] == "buurt"]
    per_head = seen["totaal_misdrijven"] / observed.sizes["aantal_inwoners"].replace(0, np.nan)
    parts = pd.DataFrame(
        {
            "fys": -0.05 * _standard(seen["omgevingsadressendichtheid"]),
            "onv": -0.07 * _standard(per_head.where(per_head > 0).map(math.log)),
            "soc": -0.05 * _standard(seen["percentage_huishoudens_met_laag_inkomen"]),
            "vrz": -0.03 * _standard(seen["grote_supermarkt_gemiddelde_afstand_in_km"]),
            "won": 0.05 * _standard(seen["gemiddelde_woningwaarde"]),
        }
    ).round(4)
    table = parts.loc[buurten]
    table = table[observed.sizes.loc[buurten, "aantal_inwoners"] >= 50].dropna()
    afw = table.sum(axis=1).round(4)
    bounds = np.quantile(afw, np.linspace(0, 1, 10)[1:-1])
    classes = np.searchsorted(bounds, afw) + 1
    header = ["bu_code", "bu_naam", "gm_naam", "jaar", "lbm", "afw", *table.columns, "kscore"]
    lines = dict(zip(table.index, np.column_stack([afw, table, classes]).tolist(), strict=True))
    rows = (
        [
            region.code,
            region.naam,
            region.gemeente,
            jaar,
            f"{4.1 + lines[region.code][0]:.4f}",
            *(f"{cell:.4f}" for cell in lines[region.code][:-1]),
            int(lines[region.code][-1]),
        ]
        for region in regions
        if region.code in lines
    )
    path = folder / f"voorbeeldstad-fictief-leefbaarometer-meting-{jaar}.csv"
    _save(path, header, rows, delimiter=",")


def write_own(folder: Path, years: Sequence[tuple[Observed, Regions]]) -> None:
    """Write the municipality's own table: one row per buurt and year, Dutch number format."""
    columns = of("gemeente")
    lines = {observed.jaar: observed.lines(columns) for observed, _ in years}
    header = ["buurtcode", "buurtnaam", "gemeentenaam", "jaar", *(m.naam for m in columns)]
    rows = [
        [
            region.code,
            region.naam,
            GEMEENTENAAM,
            observed.jaar,
            *(
                _own(value, m)
                for m, value in zip(columns, lines[observed.jaar][region.code], strict=True)
            ),
        ]
        for observed, regions in years
        for region in regions
        if region.niveau == "buurt" and region.gemeentecode == GEMEENTECODE
    ]
    _save(folder / _OWN, header, rows)


def write_startanalyse(folder: Path, observed: Observed, regions: Regions) -> None:
    """Write modelled energy demand per buurt in the layout of PBL's Startanalyse.

    Gas is turned into heat with 35.17 MJ per m3 and into CO2 with 56 kg per GJ; the model leaves
    aside what a gas network does not deliver, so buurten with district heating show that instead.
    """
    seen, homes = observed.counted, observed.sizes["woningvoorraad"]
    others = np.rint(0.35 * observed.sizes["aantal_bedrijfsvestigingen"])
    warm = seen["percentage_woningen_met_stadsverwarming"] / 100
    heat = 0.03517 * seen["gemiddeld_gasverbruik_totaal"] * (homes + 2.5 * others)
    table = pd.DataFrame(
        {
            "Aantal_woningen": homes,
            "Aantal_utiliteiten": others,
            "Vraag_Aardgas": heat * (1 - warm),
            "Vraag_MT_Warmte": heat * warm,
            "Vraag_LT_Warmte": 0.0,
            "Vraag_ElektrischeWarmte": 0.0,
            "Vraag_Koude": 0.0,
            "Vraag_Elektriciteit": 0.0036
            * seen["gemiddeld_elektriciteitsverbruik_totaal"]
            * (homes + 4 * others),
            "Vraag_Warmte_totaal": heat,
            "CO2_uitstoot_gas": 56.0 * heat * (1 - warm),
        }
    )
    lines = dict(zip(table.index, table.to_numpy().tolist(), strict=True))
    rows = (
        [
            region.code,
            "WK" + region.code[2:8],
            region.gemeente,
            "Fictief",
            "Fictief",
            *(int(cell) for cell in lines[region.code][:2]),
            *(f"{cell:.4f}" for cell in lines[region.code][2:]),
        ]
        for region in regions
        if region.niveau == "buurt" and lines[region.code][0] > 0
    )
    header = ["BU_CODE", "WK_CODE", "Gemeente", "RES", "Provincie", *table.columns]
    _save(folder / f"voorbeeldstad-fictief-startanalyse-buurt-{observed.jaar}.csv", header, rows)


def _standard(values: pd.Series) -> pd.Series:
    return (values - values.mean()) / values.std()


def _statline(value: float, decimals: int) -> str:
    return f"{value:8.{decimals}f}" if np.isfinite(value) else "       ."


def _hide(value: float, decimals: int, hidden: bool) -> str:
    return _statline(float("nan") if hidden else float(value), decimals)


def _own(value: float, measure: Measure) -> str:
    if not np.isfinite(value):
        return ""
    return f"{value:.{measure.decimalen}f}".replace(".", ",")


def _save(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    mark: bool = False,
    quoted: bool = False,
    delimiter: str = ";",
    ending: str = "\n",
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(
        buffer,
        delimiter=delimiter,
        lineterminator=ending,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerow(header)
    writer.writerows(rows)
    write_bytes(path, buffer.getvalue().encode("utf-8-sig" if mark else "utf-8"))
