"""Maps: borders as CBS/PDOK publish them, and the 100 m squares."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sia.sources.base import NOT_DELIVERED, PRESENT
from sia.store import atomic_path, write_text
from voorbeeldstad.geography import CRS, Geography
from voorbeeldstad.measures import Measure, measures
from voorbeeldstad.model import Reality, apply_link
from voorbeeldstad.observe import Observed, Regions, random_round
from voorbeeldstad.places import GEMEENTECODE, GEMEENTENAAM, WATER_CODE, WATER_NAAM
from voorbeeldstad.pockets import SquareWorld

_MOMENT = "2024-01-01T00:00:00.000Z"
_OLD_MISSING, _SECRET, _LATER = -99999999, -99997, -99995
_NEW_CODES_FROM = 2024
_FEWEST_FOR_PERCENTAGE = 10

#: Counts that the map gives as a percentage: name on the map, count, whole.
_AS_PERCENTAGE: dict[str, tuple[str, str]] = {
    "percentage_personen_0_tot_15_jaar": ("aantal_personen_0_tot_15_jaar", "aantal_inwoners"),
    "percentage_personen_15_tot_25_jaar": ("aantal_personen_15_tot_25_jaar", "aantal_inwoners"),
    "percentage_personen_25_tot_45_jaar": ("aantal_personen_25_tot_45_jaar", "aantal_inwoners"),
    "percentage_personen_45_tot_65_jaar": ("aantal_personen_45_tot_65_jaar", "aantal_inwoners"),
    "percentage_personen_65_jaar_en_ouder": (
        "aantal_personen_65_jaar_en_ouder",
        "aantal_inwoners",
    ),
    "percentage_ongehuwd": ("aantal_ongehuwd", "aantal_inwoners"),
    "percentage_gehuwd": ("aantal_gehuwd", "aantal_inwoners"),
    "percentage_gescheid": ("aantal_gescheiden", "aantal_inwoners"),
    "percentage_verweduwd": ("aantal_verweduwd", "aantal_inwoners"),
    "percentage_eenpersoonshuishoudens": ("aantal_eenpersoonshuishoudens", "aantal_huishoudens"),
    "percentage_huishoudens_zonder_kinderen": (
        "aantal_huishoudens_zonder_kinderen",
        "aantal_huishoudens",
    ),
    "percentage_huishoudens_met_kinderen": (
        "aantal_huishoudens_met_kinderen",
        "aantal_huishoudens",
    ),
}
_ORIGIN_OLD: dict[str, tuple[str, str]] = {
    "percentage_westerse_migratieachtergrond": (
        "aantal_westerse_migratieachtergrond",
        "aantal_inwoners",
    ),
    "percentage_niet_westerse_migratieachtergrond": (
        "aantal_niet_westerse_migratieachtergrond",
        "aantal_inwoners",
    ),
    "percentage_uit_marokko": ("aantal_uit_marokko", "aantal_inwoners"),
    "percentage_uit_nederlandse_antillen_en_aruba": (
        "aantal_uit_nederlandse_antillen_en_aruba",
        "aantal_inwoners",
    ),
    "percentage_uit_suriname": ("aantal_uit_suriname", "aantal_inwoners"),
    "percentage_uit_turkije": ("aantal_uit_turkije", "aantal_inwoners"),
    "percentage_overige_nietwestersemigratieachtergrond": (
        "aantal_overige_nietwestersemigratieachtergrond",
        "aantal_inwoners",
    ),
}
_ORIGIN_NEW: dict[str, tuple[str, str]] = {
    "percentage_met_herkomstland_nederland": (
        "aantal_met_herkomstland_nederland",
        "aantal_inwoners",
    ),
    "percentage_met_herkomstland_uit_europa_excl_nl": (
        "aantal_met_herkomstland_uit_europa_excl_nl",
        "aantal_inwoners",
    ),
    "percentage_met_herkomstland_buiten_europa": (
        "aantal_met_herkomstland_buiten_europa",
        "aantal_inwoners",
    ),
}
PERCENTAGES: dict[str, tuple[str, str]] = {**_AS_PERCENTAGE, **_ORIGIN_OLD, **_ORIGIN_NEW}
"""Percentages on the map, and the count and the whole that they are made of."""
_FIRST_RELEASE = (
    "omgevingsadressendichtheid",
    "stedelijkheid_adressen_per_km2",
    "bevolkingsdichtheid_inwoners_per_km2",
    "aantal_inwoners",
    "mannen",
    "vrouwen",
)
_AREA = ("oppervlakte_totaal_in_ha", "oppervlakte_land_in_ha", "oppervlakte_water_in_ha")


def write_geopackage(
    folder: Path, geography: Geography, observed: Observed, regions: Regions
) -> None:
    """Write the wijk- en buurtkaart of one year: layers buurten, wijken, gemeenten.

    Parameters
    ----------
    folder : pathlib.Path
    geography : Geography
    observed : Observed
    regions : Regions
    """
    path = folder / f"voorbeeldstad-fictief-wijkenbuurten_{observed.jaar}_v1.gpkg"
    with atomic_path(path) as part, tempfile.TemporaryDirectory() as room:
        built = Path(room) / "kaart.gpkg"
        for level in ("buurt", "wijk", "gemeente"):
            layer = _layer(geography, observed, regions, level, full=True)
            layer.to_file(built, layer=_plural(level), driver="GPKG", engine="pyogrio")
        _same_moment(built)
        part.write_bytes(built.read_bytes())


def write_shapefile(
    folder: Path, geography: Geography, observed: Observed, regions: Regions
) -> None:
    """Write the first release of one year as three shapefiles, names clipped to 10 characters."""
    for level in ("buurt", "wijk", "gemeente"):
        layer = _layer(geography, observed, regions, level, full=False)
        stem = f"voorbeeldstad-fictief-{_plural(level)}-{observed.jaar}"
        with tempfile.TemporaryDirectory() as room:
            clipped = layer.rename(
                columns=dict(zip(layer.columns, _clip(layer.columns), strict=True))
            )
            clipped.to_file(Path(room) / f"{stem}.shp", driver="ESRI Shapefile", encoding="UTF-8")
            for built in sorted(Path(room).iterdir()):
                content = built.read_bytes()
                if built.suffix == ".dbf":
                    content = content[:1] + bytes((124, 1, 1)) + content[4:]
                with atomic_path(folder / built.name) as part:
                    part.write_bytes(content)


def _clip(names: Iterable[str]) -> list[str]:
    """Shorten names to the 10 characters of a shapefile, as GDAL does when two are the same.

    The first keeps its first ten characters; the next ones end in _1 ... _9, then 10, 11, ...
    """
    short: list[str] = []
    for name in names:
        candidate, number = name if name == "geometry" else name[:10], 0
        while candidate in short:
            number += 1
            candidate = name[:8] + (f"_{number}" if number < 10 else str(number))
        short.append(candidate)
    return short


def write_geojson(folder: Path, geography: Geography, observed: Observed, regions: Regions) -> None:
    """Write one year as answers of the WFS service: GeoJSON in degrees (CRS84), in camelCase."""
    for level in ("buurt", "wijk", "gemeente"):
        layer = _layer(geography, observed, regions, level, full=True).to_crs("EPSG:4326")
        layer["geometry"] = shapely.set_precision(layer.geometry.to_numpy(), 1e-8)
        answer = json.loads(layer.rename(columns=_camel).to_json(drop_id=True))
        content = {
            "type": "FeatureCollection",
            "name": f"{_plural(level)} (fictief)",
            "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
            "numberMatched": len(layer),
            "numberReturned": len(layer),
            "features": answer["features"],
        }
        name = f"voorbeeldstad-fictief-wfs-{_plural(level)}-{observed.jaar}.geojson"
        write_text(folder / name, json.dumps(content, ensure_ascii=False))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _plural(level: str) -> str:
    return {"buurt": "buurten", "wijk": "wijken", "gemeente": "gemeenten"}[level]


def _layer(
    geography: Geography, observed: Observed, regions: Regions, level: str, *, full: bool
) -> gpd.GeoDataFrame:
    here = (regions.table["niveau"] == level) & (regions.table["gemeentecode"] == GEMEENTECODE)
    members = regions.members[here.to_numpy()][:, : len(geography.atoms)]
    atoms = geography.atoms.geometry.to_numpy()
    shapes = [shapely.union_all(atoms[row]) for row in members]
    codes = regions.table.index[here]
    table = _identity(regions.table.loc[codes], level)
    table = pd.concat([table, _attributes(observed, codes, full=full)], axis=1)
    table["jrstatcode" if full else "jaarstatcode"] = [f"{observed.jaar}{c}" for c in codes]
    table["jaar"] = observed.jaar
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=CRS).reset_index(drop=True)
    if level == "buurt":
        frame = pd.concat([frame, _lake(frame, geography, observed.jaar)], ignore_index=True)
    elif level == "gemeente":
        frame.loc[0, "geometry"] = shapely.union(frame.geometry[0], geography.water)
    return frame.set_crs(CRS, allow_override=True)


def _identity(table: pd.DataFrame, level: str) -> pd.DataFrame:
    codes = table.index.to_series()
    columns = {f"{level}code": codes}
    if level != "gemeente":
        columns[f"{level}naam"] = table["naam"]
    if level == "buurt":
        columns["wijkcode"] = "WK" + codes.str[2:8]
    columns["gemeentecode"] = table["gemeentecode"]
    columns["gemeentenaam"] = table["gemeentenaam"]
    if level != "gemeente":
        columns["indelingswijziging_wijken_en_buurten"] = table["indelingswijziging"]
    return pd.DataFrame(columns).assign(water="NEE")


def _attributes(observed: Observed, codes: pd.Index, *, full: bool) -> pd.DataFrame:
    jaar, published = observed.jaar, observed.published.loc[codes]
    reasons = observed.reasons.loc[codes]
    origin = _ORIGIN_OLD if jaar < 2023 else _ORIGIN_NEW
    ages = list(_AS_PERCENTAGE)
    names = [*_FIRST_RELEASE, *ages[:9], "aantal_huishoudens", *ages[9:]]
    names += ["gemiddelde_huishoudsgrootte", *origin, *_AREA]
    if full:
        names += [m.naam for m in _map_measures(jaar) if m.naam not in names]
    out: dict[str, NDArray[np.float64]] = {}
    for name in names:
        count, whole = PERCENTAGES.get(name, (name, ""))
        value = published[count].to_numpy()
        if whole:
            value = _percentage(observed, codes, count, whole)
        out[name] = _coded(value, reasons[count].to_numpy(), jaar)
    return pd.DataFrame(out, index=codes)


def _percentage(observed: Observed, codes: pd.Index, count: str, whole: str) -> NDArray[np.float64]:
    """Return the map's whole percentages: from the figures before rounding by lot."""
    below = observed.sizes.loc[codes, whole].to_numpy(dtype=float)
    enough = below >= _FEWEST_FOR_PERCENTAGE
    share = np.full(len(below), np.nan)
    np.divide(100 * observed.counted.loc[codes, count], below, out=share, where=enough)
    return np.asarray(np.round(share))


def _map_measures(jaar: int) -> list[Measure]:
    counts = {count for count, _ in PERCENTAGES.values()}
    return [
        m
        for m in measures()
        if m.bron in ("kwb", "kaart")
        and (m.present(jaar) and (m.get("v3") or m.bron == "kaart"))
        and m.naam not in counts
    ]


def _coded(
    value: NDArray[np.float64], reason: NDArray[np.object_], jaar: int
) -> NDArray[np.float64]:
    secret = _SECRET if jaar >= _NEW_CODES_FROM else _OLD_MISSING
    later = _LATER if jaar >= _NEW_CODES_FROM else _OLD_MISSING
    code = np.where(reason == NOT_DELIVERED, later, secret)
    return np.where(np.isfinite(value) & (reason == PRESENT), value, code)


def _lake(frame: gpd.GeoDataFrame, geography: Geography, jaar: int) -> gpd.GeoDataFrame:
    empty = _SECRET if jaar >= _NEW_CODES_FROM else _OLD_MISSING
    texts = {
        "buurtcode": WATER_CODE,
        "buurtnaam": WATER_NAAM,
        "wijkcode": WATER_CODE.replace("BU", "WK")[:8],
        "gemeentecode": GEMEENTECODE,
        "gemeentenaam": GEMEENTENAAM,
        "indelingswijziging_wijken_en_buurten": 1,
        "water": "JA",
        "jrstatcode": f"{jaar}{WATER_CODE}",
        "jaarstatcode": f"{jaar}{WATER_CODE}",
        "jaar": jaar,
    }
    row = {c: texts.get(c, empty) for c in frame.columns if c != "geometry"}
    area = np.rint(geography.water.area / 10_000)
    row |= {"oppervlakte_totaal_in_ha": area, "oppervlakte_water_in_ha": area}
    row |= {"oppervlakte_land_in_ha": 0.0}
    return gpd.GeoDataFrame([row], geometry=[geography.water], crs=CRS)


def _same_moment(path: Path) -> None:
    """Take the clock out of a GeoPackage, so that the same content has the same bytes."""
    with sqlite3.connect(path) as store:
        store.execute("UPDATE gpkg_contents SET last_change = ?", (_MOMENT,))
    store.close()


def write_squares(
    folder: Path,
    world: SquareWorld,
    jaar: int,
    counted: pd.DataFrame,
    rng: np.random.Generator,
) -> None:
    """Write the 100 m squares of one year, with CBS's thresholds.

    Squares with fewer than 5 inhabitants and fewer than 5 dwellings are left out, as CBS does.

    Parameters
    ----------
    folder : pathlib.Path
    world : SquareWorld
    jaar : int
    counted : DataFrame
        From `square_counts`.
    rng : numpy.random.Generator
        For the rounding by lot.
    """
    shown = _published_squares(counted, rng, jaar)
    frame = gpd.GeoDataFrame(
        shown.rename_axis("crs28992res100m").reset_index(),
        geometry=world.grid.geometry.to_numpy(),
        crs=CRS,
    )
    frame = frame[(counted[["aantal_inwoners", "aantal_woningen"]] >= 5).any(axis=1).to_numpy()]
    path = folder / f"voorbeeldstad-fictief-cbs_vk100_{jaar}_v1.gpkg"
    with atomic_path(path) as part, tempfile.TemporaryDirectory() as room:
        built = Path(room) / "vierkanten.gpkg"
        frame.to_file(built, layer=f"vierkant_100m_{jaar}", driver="GPKG", engine="pyogrio")
        _same_moment(built)
        part.write_bytes(built.read_bytes())


#: Squares: column -> (measure, whole among the columns of the square).
_SQUARE_COUNTS: dict[str, tuple[str, str]] = {
    "aantal_inwoners_0_tot_15_jaar": ("aantal_personen_0_tot_15_jaar", "aantal_inwoners"),
    "aantal_inwoners_15_tot_25_jaar": ("aantal_personen_15_tot_25_jaar", "aantal_inwoners"),
    "aantal_inwoners_25_tot_45_jaar": ("aantal_personen_25_tot_45_jaar", "aantal_inwoners"),
    "aantal_inwoners_45_tot_65_jaar": ("aantal_personen_45_tot_65_jaar", "aantal_inwoners"),
    "aantal_inwoners_65_jaar_en_ouder": ("aantal_personen_65_jaar_en_ouder", "aantal_inwoners"),
    "aantal_eenpersoonshuishoudens": ("aantal_eenpersoonshuishoudens", "aantal_part_huishoudens"),
    "aantal_huurwoningen_in_bezit_woningcorporaties": (
        "perc_huurwoningen_in_bezit_woningcorporaties",
        "aantal_woningen",
    ),
    "aantal_niet_bewoonde_woningen": ("percentage_leegstand_woningen", "aantal_woningen"),
    "aantal_meergezins_woningen": ("percentage_meergezinswoning", "aantal_woningen"),
    "aantal_personen_met_uitkering_onder_aowlft": (
        "aantal_personen_met_een_alg_bijstandsuitkering_tot",
        "aantal_inwoners",
    ),
    "percentage_koopwoningen": ("percentage_koopwoningen", "aantal_woningen"),
    "percentage_huurwoningen": ("percentage_koopwoningen", "aantal_woningen"),
    "percentage_laag_inkomen_huishouden": (
        "percentage_huishoudens_met_laagste_inkomen",
        "aantal_part_huishoudens",
    ),
}
_SQUARE_MEANS: dict[str, str] = {
    "gemiddelde_woz_waarde_woning": "gemiddelde_woningwaarde",
    "gemiddeld_gasverbruik_woning": "gemiddeld_gasverbruik_totaal",
    "gemiddeld_elektriciteitsverbruik_woning": "gemiddeld_elektriciteitsverbruik_totaal",
}
_EXTRA_UNITS = {"aantal_huurwoningen_in_bezit_woningcorporaties": 0.9}
"""Pull of a pocket on dwellings owned by corporations, which K itself does not load on."""


def square_counts(world: SquareWorld, real: Reality, rng: np.random.Generator) -> pd.DataFrame:
    """Count what happens on every inhabited square.

    The share in each square follows from that of its buurt and from how much more vulnerable the
    square is; then it is scaled so that the squares of a buurt average to the buurt.

    Parameters
    ----------
    world : SquareWorld
    real : Reality
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame, index ``vierkant``
    """
    grid = world.grid
    atom = grid["atom"].to_numpy()
    n_atoms = int(atom.max()) + 1
    people = world.inhabitants(real.sizes["aantal_inwoners"][:n_atoms])
    households = world.inhabitants(real.sizes["aantal_huishoudens"][:n_atoms])
    homes = world.inhabitants(real.sizes["woningvoorraad"][:n_atoms])
    out = {
        "aantal_inwoners": people,
        "aantal_mannen": rng.binomial(people, 0.497),
        "aantal_part_huishoudens": households,
        "aantal_woningen": homes,
    }
    out["aantal_vrouwen"] = people - out["aantal_mannen"]
    by_name = {m.naam: m for m in measures()}
    shift = grid["verschil"].to_numpy()
    for column, (name, whole) in _SQUARE_COUNTS.items():
        pull = by_name[name].loadings.get("K", _EXTRA_UNITS.get(column, 0.0))
        if column in ("percentage_koopwoningen", "percentage_huurwoningen"):
            pull = -0.7
        rate = _calibrated(
            by_name[name], real.rates[name][:n_atoms], atom, pull * shift, out[whole]
        )
        out[column] = rng.binomial(out[whole], rate)
    out["percentage_huurwoningen"] = homes - out["percentage_koopwoningen"]
    for column, name in _SQUARE_MEANS.items():
        measure = by_name[name]
        pull = measure.loadings.get("K", 0.0)
        mean = real.rates[name][atom] * np.exp(pull * shift)
        spread = float(measure.get("spreiding")) / np.sqrt(np.maximum(homes, 1))
        out[column] = mean * np.exp(rng.normal(0.0, 1.0, len(mean)) * spread)
    return pd.DataFrame(out, index=grid.index)


def _calibrated(
    measure: Measure,
    rate: NDArray[np.float64],
    atom: NDArray[np.int64],
    shift: NDArray[np.float64],
    weight: NDArray[np.int64],
) -> NDArray[np.float64]:
    share = apply_link(measure, rate[atom], shift) if measure.soort != "gemiddelde" else rate[atom]
    total = np.bincount(atom, weight, len(rate))
    mean = np.bincount(atom, weight * share, len(rate)) / np.maximum(total, 1)
    factor = np.divide(rate, mean, out=np.ones_like(rate), where=mean > 0)
    return np.clip(share * factor[atom], 0.0, 1.0)


def _published_squares(counted: pd.DataFrame, rng: np.random.Generator, jaar: int) -> pd.DataFrame:
    shown: dict[str, NDArray[np.float64]] = {}
    wholes = {column: whole for column, (_, whole) in _SQUARE_COUNTS.items()}
    for column in (str(name) for name in counted.columns):
        value = counted[column].to_numpy(dtype=float)
        if column.startswith("aantal"):
            rounded = np.maximum(random_round(value, 5, rng), 5)
            shown[column] = np.where(value < 5, _SECRET, rounded)
        elif column.startswith("percentage"):
            whole = counted[wholes[column]].to_numpy(dtype=float)
            share = np.round(10 * value / np.maximum(whole, 1)) * 10
            shown[column] = np.where(whole < 10, _SECRET, share)
        else:
            step = 1.0 if "woz" in column else 10.0
            known = counted["aantal_woningen"].to_numpy() >= 5
            shown[column] = np.where(known, np.round(value / step) * step, _SECRET)
    table = pd.DataFrame(shown, index=counted.index)
    late = [c for c in shown if "inkomen" in c or "verbruik" in c]
    if jaar >= _NEW_CODES_FROM:
        table[late] = _LATER
    return table.astype(np.int64)
