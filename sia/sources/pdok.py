"""CBS/PDOK borders of buurt, wijk and gemeente, with their attributes, in every shape they come in.

GeoPackage, shapefile (full, clipped and upper-case column names, zipped or not), WFS GeoJSON,
pages of OGC API Features, TopoJSON and R data (package tmap). What comes out is always EPSG:28992
with the canonical names of ``measures/pdok.toml``.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sia.areas import gemeente_of, normalise_codes, wijk_of
from sia.areas.codes import PREFIX
from sia.errors import InputError, Problem, in_file, refuse
from sia.sources import geofile
from sia.sources.base import (
    AreaLayer,
    Found,
    Level,
    Origin,
    Publisher,
    Record,
    SourceTable,
)
from sia.sources.columns import Measure, one_column_each, snake
from sia.sources.delivery import origin_of, service_error
from sia.sources.missing import parse
from sia.sources.tidy import Draft, tidy
from sia.toml import of_package

NAME = "cbs.pdok"
PUBLISHER = Publisher(
    name="CBS/Kadaster (PDOK)",
    licence="CC BY 4.0",
    attribution="Bron: CBS/Kadaster via PDOK, wijk- en buurtkaart {year} ({table})",
)
_names = partial(of_package, "sources/measures/pdok.toml")

_log = logging.getLogger(__name__)
_NAMES_ONLY = "alleen namen"
_NEXT_PAGE = "vervolgpagina"
_DAMAGED = "onleesbaar"
_OTHER_MAPS = re.compile(r"afw|kscore|lbm|c(rs)?28992r(es)?\d+m?", re.IGNORECASE)
"""Columns of maps of something else: scores of the Leefbaarometer, squares."""
_CODES: dict[Level, str] = {
    "buurt": r"BU\d{4}[0-9A-Z]{4}",
    "wijk": r"WK\d{4}[0-9A-Z]{2}",
    "gemeente": r"GM\d{4}",
}
_HEAD_ROWS = 20
_ANSWER = 1 << 16
"""A refusal of a service is no longer than this many bytes."""
_FEW_NUMBERS = 3
_NAME_FIELDS = ("name", "naam", "buurt", "wijk", "gemeente")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_GLUED_YEAR = re.compile(r"(?:buurt|wijk|gemeente)(?:en)?(20\d\d)")
_PAGE = re.compile(r"^(?P<stem>.+?)[_-]p(?:agina)?0*(?P<number>\d+)$", re.IGNORECASE)
_GEO_NAME = re.compile(r"buurt|wijk|gemeente|cbs", re.IGNORECASE)
_LEVELS: tuple[Level, ...] = ("buurt", "wijk", "gemeente")
_CODE_ROLES = tuple(f"{level}code" for level in _LEVELS)
_CLIPPED = 10
_SUMS_TO_100 = (
    (
        "percentage_personen_0_tot_15_jaar",
        "percentage_personen_15_tot_25_jaar",
        "percentage_personen_25_tot_45_jaar",
        "percentage_personen_45_tot_65_jaar",
        "percentage_personen_65_jaar_en_ouder",
    ),
    (
        "percentage_ongehuwd",
        "percentage_gehuwd",
        "percentage_gescheid",
        "percentage_verweduwd",
    ),
    (
        "percentage_eenpersoonshuishoudens",
        "percentage_huishoudens_zonder_kinderen",
        "percentage_huishoudens_met_kinderen",
    ),
)
_SUM_TOLERANCE = 5.0
_NAME, _GEMEENTE = "(naam)", "(gemeente)"
_SHIFTED = "Controleer of de kolommen niet verschoven zijn; haal de kaart opnieuw op."
_OTHER_YEAR = "De kolomnamen horen bij een ander jaar; zet het juiste jaartal in de naam."


@dataclass(frozen=True)
class Columns:
    """What the columns of one layer mean.

    `structure`: role ("buurtcode", "water", ...) -> column in the file.
    `measures`: column in the file -> canonical measure.
    `unknown`: columns whose meaning cannot be told; they are not read.
    """

    structure: dict[str, str]
    measures: dict[str, str]
    unknown: tuple[str, ...]

    @property
    def level(self) -> Level | None:
        """Return the level of the layer, or None when only its codes can tell."""
        coded = [lev for lev in _LEVELS if f"{lev}code" in self.structure]
        # beside `statcode` the code of a wijk or gemeente says where an area lies
        if "statcode" in self.structure and "buurt" not in coded:
            return None
        return next(iter(coded), None)


def recognise(path: Path) -> Found | None:
    """Tell cheaply whether a file is a map of buurten, wijken or gemeenten.

    None for anything that is not such a map. A map that cannot be used as borders (names
    without codes) is found with shape "alleen namen" and reads as nothing; a file that is
    named like one but is damaged is found too, so that reading it can say what is wrong.
    """
    suffix = path.suffix.lower()
    if suffix not in geofile.SUFFIXES:
        return None
    if suffix == ".rda":
        return _found_rda(path)
    if suffix in (".json", ".geojson", ".topojson") and not geofile.sniff_json(path):
        return _damaged(path) if suffix != ".json" else None
    try:
        layers = [layer for layer in geofile.layers(path) if layer.polygons]
        if _defect(path):
            return _damaged(path)
    except InputError:
        mine = suffix in (".gpkg", ".shp") or bool(_GEO_NAME.search(path.stem))
        return _damaged(path) if mine else None
    usable = [layer for layer in layers if _columns_of(layer, 0) is not None]
    if usable:
        return _found(path, usable)
    names_only = [la for la in layers if _has_only_names(la.fields)]
    if names_only and suffix != ".zip":
        return Found(
            source=NAME,
            path=path,
            shape=_NAMES_ONLY,
            table=path.stem,
            year=_year_of_name(path)[0],
            note="Heeft namen maar geen CBS-codes: niet bruikbaar als grenzen.",
        )
    return None


@in_file
def read(found: Found) -> tuple[Record, ...]:
    """Read the borders (and attributes) of a recognised file.

    One layer per level in the file, and one table with the attributes of all levels when
    there are any. Empty for a map with names only and for a follow-up page.
    """
    if found.shape in (_NAMES_ONLY, _NEXT_PAGE):
        return ()
    if found.shape == _DAMAGED:
        _refuse_answer(found.path)
        geofile.layers(found.path)
        raise geofile.unreadable(_defect(found.path))
    parts = _read_rda(found) if found.shape == "rda" else _read_layers(found)
    year = _year_of_rows(parts, found)
    origin = origin_of(found.path, PUBLISHER, found.table, year)
    areas = tuple(_area_layer(part, year, origin) for part in parts)
    table = _source_table(parts, origin)
    return (*areas, table) if table is not None else areas


def decode(fields: Sequence[str], year: int = 0) -> Columns:
    """Tell what the columns of a map mean, in whichever edition's spelling.

    `year`: year of the file; decides between editions where a clipped name is ambiguous.
    """
    roles = {alias: role for role, names in _names()["structure"].items() for alias in names}
    clipped = _declip(tuple(field.lower() for field in fields), year)
    structure: dict[str, str] = {}
    measures: dict[str, str] = {}
    unknown: list[str] = []
    for field in fields:
        full = clipped.get(field.lower()) or _in_snake_case(field)
        canonical = _names()["upper_case"].get(field) or _names()["aliases"].get(full, full)
        if full in roles:
            structure.setdefault(roles[full], field)
        elif len(field) == _CLIPPED and canonical == field.lower():
            unknown.append(field)
        else:
            measures[field] = canonical
    structure.pop("overig", None)
    return Columns(structure, measures, tuple(unknown))


def launder(names: Sequence[str]) -> list[str]:
    """Cut names to ten characters as GDAL's shapefile driver does, numbering the double ones.

    A second `percentage` becomes ``percenta_1``, an eleventh ``percenta10``.
    """
    taken: dict[str, None] = {}
    for name in names:
        short, number = name[:_CLIPPED], 0
        while short in taken:
            number += 1
            short = name[:8] + (f"_{number}" if number < 10 else str(number))
        taken[short] = None
    return list(taken)


def unit_of(measure: str) -> str:
    """Return the unit of a canonical measure ("%", "km", "1.000 euro", ...)."""
    units = _names()["units"]
    return next(str(u["unit"]) for u in units if re.search(u["pattern"], measure))


def title_of(measure: str) -> str:
    """Return a Dutch title of a canonical measure."""
    titles: dict[str, str] = _names()["titles"]
    return titles.get(measure) or measure.replace("_", " ").capitalize()


@dataclass(frozen=True)
class _Part:
    """One level of a file: raw rows in RD, one per code, with their columns explained.

    Rows without an outline are in `bare`: they have figures and no borders. `nameless` counts the
    rows without a code.
    """

    level: Level
    frame: gpd.GeoDataFrame
    columns: Columns
    bare: gpd.GeoDataFrame
    nameless: int = 0

    def rows(self) -> _Part:
        """Return the part with all its rows in one frame, for their figures."""
        if self.bare.empty:
            return self
        bare = self.bare[~self.bare.index.duplicated()].set_crs(self.frame.crs, allow_override=True)
        return replace(self, frame=gpd.GeoDataFrame(pd.concat([self.frame, bare]).sort_index()))


def _declip(fields: tuple[str, ...], year: int) -> dict[str, str]:
    """Return the full names of clipped fields, family by family (same first eight characters).

    A family is read by position when exactly one meaning fits: an edition with as many members in
    the same order, and where several fit, one whose years include the file's.
    """
    found: dict[str, set[tuple[str, ...]]] = {}
    in_year: dict[str, set[tuple[str, ...]]] = {}
    families = _families(list(fields))
    for edition in _names()["editions"]:
        full = edition["columns"]
        short = launder(full)
        meaning = dict(zip(short, full, strict=True))
        for stem, members in _families(short).items():
            if families.get(stem) != members:
                continue
            meanings = tuple(meaning[m] for m in members)
            found.setdefault(stem, set()).add(meanings)
            if year in edition["years"]:
                in_year.setdefault(stem, set()).add(meanings)
    result: dict[str, str] = {}
    for stem, options in found.items():
        numbered = any(
            not full.startswith(short)
            for meanings in options
            for short, full in zip(families[stem], meanings, strict=True)
        )
        chosen = in_year.get(stem, set()) if numbered or len(options) > 1 else options
        if len(chosen) == 1:
            result.update(zip(families[stem], next(iter(chosen)), strict=True))
    return result


@cache
def _squeezed() -> dict[str, str]:
    """Return every known name under its letters and digits alone."""
    names = _names()
    known = [name for edition in names["editions"] for name in edition["columns"]]
    known += [*names["titles"], *names["aliases"], *names["aliases"].values()]
    known += [alias for aliases in names["structure"].values() for alias in aliases]
    return {name.replace("_", ""): name for name in reversed(known)}


def _in_snake_case(field: str) -> str:
    """Return the name of a field of the WFS (``aantalInwoners``) as the files spell it."""
    lowered = field.lower().rpartition(":")[2]
    if "_" in field:
        return lowered
    mixed = re.search(r"[a-z][A-Z]", field)
    return _squeezed().get(lowered) or (snake(field) if mixed else lowered)


def _families(short: list[str]) -> dict[str, list[str]]:
    families: dict[str, list[str]] = {}
    for name in short:
        if len(name) == _CLIPPED:
            families.setdefault(name[:8], []).append(name)
    return families


def _structure_by_content(layer: geofile.Layer) -> dict[str, str] | None:
    """Return the code column of a municipality's own border map, whatever its heading.

    Each area has its own code there and next to no figures; a map of dwellings or of scores that
    also names the buurt is no border map.
    """
    roles = decode(layer.fields).structure
    if not layer.fields or _is_other_map(layer.fields):
        return None
    head = geofile.attributes(layer, rows=_HEAD_ROWS)
    if head.select_dtypes("number").shape[1] > _FEW_NUMBERS:
        return None
    for level, pattern in _CODES.items():
        for column in head.select_dtypes(exclude="number"):
            if not _all_match(head[column], pattern):
                continue
            codes = geofile.attributes(layer, columns=[str(column)])[column]
            if _all_match(codes, pattern) and codes.is_unique:
                named = {role: c for role, c in roles.items() if role not in _CODE_ROLES}
                return {**named, f"{level}code": str(column)}
    return None


def _all_match(cells: pd.Series, pattern: str) -> bool:
    texts = cells.astype("str").str.strip().str.upper()
    return bool(len(texts) and texts.str.fullmatch(pattern).fillna(False).all())


def _columns_of(layer: geofile.Layer, year: int) -> Columns | None:
    """Return what the columns of a border layer mean, or None when it is none."""
    if _is_border_layer(layer.fields):
        return decode(layer.fields, year)
    own = _structure_by_content(layer)
    return None if own is None else Columns(own, {}, ())


def _is_other_map(fields: Sequence[str]) -> bool:
    return any(_OTHER_MAPS.fullmatch(field) for field in fields)


def why_unknown(path: Path) -> str:
    """Say in Dutch why a vector file is no map of buurten, wijken or gemeenten."""
    try:
        described = geofile.layers(path)
    except InputError:
        return ""
    shapes = [layer for layer in described if layer.polygons]
    if not described:
        return ""
    if not shapes:
        return "een kaart van punten of lijnen, niet van vlakken: niet bruikbaar als grenzen"
    fields = ", ".join(shapes[0].fields[:_HEAD_ROWS]) or "geen"
    return (
        "een kaart zonder kolom met buurtcodes van het CBS (`buurtcode`, `statcode`), of niet met "
        f"één vlak per code; gevonden kolommen: {fields}"
    )


def _is_border_layer(fields: Sequence[str]) -> bool:
    if _is_other_map(fields):
        return False
    roles = decode(fields).structure
    if "statcode" in roles:
        return True
    coded = [lev for lev in _LEVELS if f"{lev}code" in roles]
    # A code alone may be anybody's table; CBS's map always says more about the area itself.
    return bool(coded) and bool({"water", "jaarcode", "jaar"} & set(roles))


def _has_only_names(fields: Sequence[str]) -> bool:
    lowered = {field.lower() for field in fields}
    coded = any("code" in name or name in ("bu", "wk", "gm") for name in lowered)
    return not coded and bool(lowered & set(_NAME_FIELDS))


def _found(path: Path, layers: Sequence[geofile.Layer]) -> Found:
    levels = [columns.level for layer in layers if (columns := _columns_of(layer, 0))]
    level: Level = next((lev for lev in _LEVELS if lev in levels), "buurt")
    year, note = _year_of_name(path)
    if any({"jaar", "jaarcode"} & set(decode(la.fields).structure) for la in layers):
        year, note = _sniff_year(layers[0]) or year, ""
    found = Found(NAME, path, _shape(path, layers[0]), path.stem, year, level, note)
    page = _PAGE.match(path.stem)
    if page and int(page["number"]) > 1 and _first_page(path, page).exists():
        return replace(found, shape=_NEXT_PAGE, note="Wordt met pagina 1 gelezen.")
    return found


def _shape(path: Path, layer: geofile.Layer) -> str:
    kinds = {".gpkg": "geopackage", ".shp": "shapefile"}
    suffix = Path(layer.opened).suffix.lower()
    if suffix in kinds:
        return kinds[suffix]
    return "topojson" if geofile.sniff_json(path) == "Topology" else "geojson"


def _sniff_year(layer: geofile.Layer) -> int:
    roles = decode(layer.fields).structure
    column = roles.get("jaar") or roles["jaarcode"]
    try:
        cells = geofile.attributes(layer, columns=[column], rows=1)[column]
    except InputError:
        # A damaged file is reported by `read`, in full; recognising it must not fail.
        return 0
    return _year_in(str(cells.iloc[0])) if len(cells) else 0


def _year_in(text: str) -> int:
    match = re.match(r"((?:19|20)\d\d)", text)
    return int(match[1]) if match else 0


def _year_of_name(path: Path) -> tuple[int, str]:
    """Return the year in the file's name, else in the name of its folder."""
    for name, where in ((path.stem, "bestandsnaam"), (path.parent.name, "mapnaam")):
        years = [int(y) for y in _YEAR.findall(name) or _GLUED_YEAR.findall(name)]
        if len(set(years)) == 1:
            return years[0], f"Jaar {years[0]} is afgeleid uit de {where}."
    return 0, "Het jaar staat niet in het bestand en niet in de naam."


def _found_rda(path: Path) -> Found | None:
    if not path.stem.lower().startswith("nld_"):
        return None
    level: Level = "gemeente" if "muni" in path.stem.lower() else "wijk"
    if level == "wijk" and "dist" not in path.stem.lower():
        return None
    year = int(_names()["tmap"]["year"])
    note = f"Jaar {year} volgens de documentatie van het R-pakket tmap; vereenvoudigde grenzen."
    return Found(NAME, path, "rda", path.stem, year, level, note)


def _damaged(path: Path) -> Found:
    year, _ = _year_of_name(path)
    return Found(NAME, path, _DAMAGED, path.stem, year, "buurt", "Het bestand is niet te openen.")


def _first_page(path: Path, page: re.Match[str]) -> Path:
    number = path.stem[len(page["stem"]) :]
    first = re.sub(r"\d+", lambda digits: "1".zfill(len(digits[0])), number)
    return path.with_name(page["stem"] + first + path.suffix)


def _pages(path: Path) -> list[Path]:
    """Return all pages of which `path` is the first, in order."""
    own = _PAGE.match(path.stem)
    if not own:
        return [path]
    numbered = []
    for other in path.parent.glob(f"*{path.suffix}"):
        match = _PAGE.match(other.stem)
        if match and match["stem"] == own["stem"]:
            numbered.append((int(match["number"]), other))
    return [other for _, other in sorted(numbered)]


def _read_layers(found: Found) -> list[_Part]:
    pages = _pages(found.path)
    if found.shape == "geojson" and found.path.suffix.lower() != ".zip":
        _check_pages(pages)
    parts: list[_Part] = []
    for layer in (la for la in geofile.layers(found.path) if la.polygons):
        columns = _columns_of(layer, found.year)
        if columns is None:
            continue
        wanted = [*columns.structure.values(), *columns.measures]
        # A page is a file with one layer, which GDAL names after the file.
        more = [geofile.layers(page)[0] for page in pages[1:]]
        frames = [geofile.read_layer(la, columns=wanted) for la in (layer, *more)]
        frame = pd.concat(frames, ignore_index=True)
        if columns.unknown:
            _log.warning(
                "%s: kolommen zonder zekere betekenis overgeslagen: %s",
                found.path.name,
                ", ".join(columns.unknown),
            )
        if len(frame):
            parts.extend(_split_levels(frame, columns, found.path))
    if not parts:
        wat = "Er staat geen enkel gebied in deze kaart."
        raise InputError.one(wat, "Haal de kaart opnieuw op.")
    return parts


def _check_pages(pages: list[Path]) -> None:
    """Refuse a page of which the rest is absent: areas would silently be missing."""
    states = [geofile.page_state(page) for page in pages]
    returned, matched = sum(state[0] for state in states), max(state[1] for state in states)
    if (matched and returned < matched) or states[-1][2]:
        have = f"{returned} van {matched}" if matched else f"{returned}"
        oplossing = (
            "Haal alle pagina's op (`sia fetch` doet dat) of zet ze als _p1, _p2, ... bij elkaar."
        )
        raise InputError.one(f"Dit is een deel van de kaart: {have} gebieden.", oplossing)


def _split_levels(frame: gpd.GeoDataFrame, columns: Columns, path: Path) -> list[_Part]:
    """Normalise codes, project and repair; a layer with `statcode` may mix levels."""
    level = columns.level
    column = columns.structure[f"{level}code" if level else "statcode"]
    coded = frame[column].astype("str").str.strip().fillna("").ne("")
    nameless = int((~coded).sum())
    # a stray area without a code is told; where most have none, the map is refused
    frame = frame[coded] if 2 * nameless < len(frame) else frame
    codes, problems = normalise_codes(frame[column], level=level, kolom=column)
    wrong = codes.dropna()[~codes.dropna().str.startswith(PREFIX[level])] if level else codes[:0]
    again = "Haal de kaart van het goede niveau op."
    problems += [
        Problem(f"`{code}` is geen {level}code.", again, rij=str(row), kolom=column)
        for row, code in wrong.items()
    ]
    refuse(problems)
    frame = frame.assign(**{"_code": codes}).set_index("_code").rename_axis("code")
    empty = geofile.without_polygon(frame)
    # where the rows without an outline are most of the map, it is refused
    few = 2 * int(empty.sum()) < len(frame)
    frame, bare = (frame[~empty], frame[empty]) if few else (frame, frame[:0])
    geofile.require_geometry(frame)
    frame = geofile.repair(geofile.to_rd(frame), path)
    parts = []
    for lev in _LEVELS:
        rows, without = (
            some[some.index.str.startswith(PREFIX[lev])]
            for some in (frame, bare[~bare.index.isin(frame.index)])
        )
        if len(rows):
            whole = _one_row_per_code(rows, columns, path)
            parts.append(_Part(lev, whole, columns, without, nameless))
    return parts


def _refuse_answer(path: Path) -> None:
    """Refuse what is no map and no damage: a service that says why it gave none."""
    content = path.read_bytes()[:_ANSWER]
    try:
        said = service_error(json.loads(content))
    except (ValueError, RecursionError):
        text = re.search(rb"ExceptionText>\s*([^<]{1,200})", content)
        said = text[1].decode("utf-8", "replace").strip() if text else ""
    if said:
        wat = f"De dienst gaf een fout in plaats van een kaart: {said.rstrip('.')}."
        raise InputError.one(wat, "Haal de kaart opnieuw op (`sia fetch`).")


def _defect(path: Path) -> str:
    """Say in Dutch what a map that can be opened lacks, or return the empty string."""
    tables = [path.with_suffix(suffix) for suffix in (".dbf", ".DBF")]
    if path.suffix.lower() == ".shp" and not any(table.exists() for table in tables):
        return "het .dbf-bestand met de codes ontbreekt"
    layers = geofile.layers(path) if _GEO_NAME.search(path.stem) else []
    empty = bool(layers) and all(layer.rows == 0 for layer in layers)
    return "er staat geen enkel gebied in" if empty else ""


def _one_row_per_code(frame: gpd.GeoDataFrame, columns: Columns, path: Path) -> gpd.GeoDataFrame:
    """Dissolve the parts of an area; of land and water with one code only the land is kept.

    CBS gives open water its own row under the code of the municipality, without figures; merging
    it in would double areas and move centres into the sea.
    """
    if frame.index.is_unique:
        return frame.sort_index()
    water = _water(frame, columns)
    land_codes = set(frame.index[~water])
    kept = frame[~(water & frame.index.isin(land_codes))]
    _refuse_conflicts(kept, columns)
    dropped, merged = len(frame) - len(kept), len(kept) - kept.index.nunique()
    if dropped or merged:
        _log.info("%s: %d waterdelen weg, %d delen samengevoegd", path.name, dropped, merged)
    first = kept[~kept.index.duplicated()].sort_index()
    shapes = kept.geometry.groupby(level=0).agg(lambda parts: parts.union_all())
    return first.set_geometry(gpd.GeoSeries(shapes.reindex(first.index), crs=frame.crs))


def _refuse_conflicts(frame: gpd.GeoDataFrame, columns: Columns) -> None:
    """Refuse codes whose rows differ in a measure or name: which row is right cannot be known."""
    naming = [c for role, c in columns.structure.items() if role.endswith("naam")]
    double = frame[frame.index.duplicated(keep=False)]
    compared = double[[*columns.measures, *naming]]
    distinct = compared.groupby(level=0).nunique(dropna=False).max(axis=1)
    bad = distinct[distinct > 1].index if len(distinct) else distinct.index
    wat = "Dit gebied staat er meer dan eens in, met verschillende gegevens."
    oplossing = "Haal de kaart opnieuw op, of laat één rij per gebied staan."
    refuse(Problem(wat, oplossing, rij=code) for code in bad)


def _water(frame: gpd.GeoDataFrame, columns: Columns) -> pd.Series:
    return _texts(frame, columns.structure.get("water")).str.upper().eq("JA").astype(bool)


def _year_of_rows(parts: list[_Part], found: Found) -> int:
    """Return the one year that the rows state, else the one of the name; refuse none or several."""
    stated: set[int] = set()
    for part in parts:
        for role in ("jaar", "jaarcode"):
            column = part.columns.structure.get(role)
            if column is not None:
                stated |= {_year_in(str(cell)) for cell in part.frame[column].unique()}
    stated.discard(0)
    year = stated.pop() if len(stated) == 1 else (0 if stated else found.year)
    if year:
        return year
    wat = "Het bestand mengt jaren." if stated else "Het jaar van de kaart is onbekend."
    oplossing = "Zet het jaartal in de bestandsnaam, bijvoorbeeld `buurten_2023.gpkg`."
    raise InputError.one(wat, oplossing, kolom="jaar")


def _area_layer(part: _Part, year: int, origin: Origin) -> AreaLayer:
    frame, roles = part.frame, part.columns.structure
    codes = frame.index.to_series()
    wijk = codes.map(wijk_of) if part.level != "gemeente" else pd.Series("", index=frame.index)
    naam = roles.get(f"{part.level}naam") or roles.get("statnaam")
    result = gpd.GeoDataFrame(
        {
            "naam": _texts(frame, naam),
            "wijkcode": wijk.astype("str"),
            "gemeentecode": codes.map(gemeente_of).astype("str"),
            "gemeentenaam": _texts(frame, roles.get("gemeentenaam")),
            "water": _water(frame, part.columns),
            "indelingswijziging": _change_flag(frame, roles.get("indelingswijziging")),
        },
        geometry=frame.geometry,
        crs=frame.crs,
    )
    # a WFS gives no more than a thousand in one answer
    doubts = ["precies 1.000 gebieden: is de kaart compleet?"] if len(frame) == 1_000 else []
    if len(part.bare):
        doubts = [f"zonder vlak in de kaart: {', '.join(map(str, part.bare.index))}"]
    if part.nameless:
        doubts.append(f"vlakken zonder code, niet gelezen: {part.nameless}")
    return AreaLayer(part.level, year, result, origin, "; ".join(doubts))


def _texts(frame: gpd.GeoDataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series("", index=frame.index, dtype="str")
    return pd.Series(frame[column].astype("str").fillna("").str.strip(), index=frame.index)


def _change_flag(frame: gpd.GeoDataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series(pd.NA, index=frame.index, dtype="Int64")
    numbers = pd.to_numeric(frame[column], errors="coerce")
    return pd.Series(numbers.where(numbers.isin([1, 2, 3])), index=frame.index).astype("Int64")


def _source_table(parts: list[_Part], origin: Origin) -> SourceTable | None:
    tables = [part.rows() for part in parts if part.columns.measures]
    if not tables:
        return None
    columns = {name: raw for part in tables for raw, name in part.columns.measures.items()}
    frame = pd.concat([_figures(part, origin.path) for part in tables])
    known = {name: _measure(name) for name in columns if name in frame}
    draft = Draft(
        source=NAME,
        year=origin.year,
        origin=origin,
        cells=frame[list(known)].reset_index(drop=True),
        codes=frame.index.to_series(),
        measures=known,
        columns=columns,
        names=frame[_NAME],
        gemeenten=frame[_GEMEENTE],
        rows=list(frame.index),
        themes=False,
        remedy=_SHIFTED,
    )
    table = tidy(draft)
    _refuse_sums(table.values)
    return table


def _figures(part: _Part, path: Path) -> pd.DataFrame:
    """Return the figures of a level under their canonical names, with the names of its areas."""
    roles, matched = part.columns.structure, dict[str, list[str]]()
    for raw, canonical in part.columns.measures.items():
        cells = part.frame[raw]
        text = not pd.api.types.is_numeric_dtype(cells)
        if text and len(cells) and parse(cells).unreadable.all():
            _log.info("%s: kolom %s is geen maat (tekst)", path.name, raw)
        else:
            matched.setdefault(canonical, []).append(raw)
    chosen = one_column_each(matched)
    names = roles.get(f"{part.level}naam") or roles.get("statnaam")
    named = {_NAME: names, _GEMEENTE: roles.get("gemeentenaam")}
    texts = {name: _texts(part.frame, column) for name, column in named.items()}
    return pd.DataFrame({**texts, **{name: part.frame[raw] for name, raw in chosen.items()}})


def _measure(name: str) -> Measure:
    unit = unit_of(name)
    # wealth and income may be negative; everything else counts, measures or shares something
    below = re.search(r"vermogen|inkomen_per|gestandaardiseerd_inkomen", name)
    highest = 100.0 if unit == "%" else None
    return Measure(name, title_of(name), unit, minimum=None if below else 0.0, maximum=highest)


def _refuse_sums(values: pd.DataFrame) -> None:
    """Refuse shares of one whole that together miss 100."""
    for group in _SUMS_TO_100:
        if set(group) <= set(values):
            totals = values[list(group)].dropna().sum(axis=1)
            totals = totals[totals > 0]
            if len(totals) and abs(float(totals.median()) - 100.0) > _SUM_TOLERANCE:
                wat = f"Deze aandelen tellen op tot {totals.median():.0f} % in plaats van 100 %."
                raise InputError.one(wat, _OTHER_YEAR, kolom=", ".join(group))


def _read_rda(found: Found) -> list[_Part]:
    frame = geofile.read_rda(found.path)
    tmap = _names()["tmap"]
    absent = {"code", "name", "population"} - set(frame.columns)
    if absent:
        raise geofile.unreadable(f"kolommen ontbreken: {', '.join(sorted(absent))}")
    known = {raw: canon for raw, canon in tmap["columns"].items() if raw in frame.columns}
    frame = frame[["code", "name", *known, "geometry"]].copy()
    if "urbanity" in known:
        classes = {label: float(i) for i, label in enumerate(tmap["stedelijkheid"], start=1)}
        frame["urbanity"] = frame["urbanity"].astype("object").map(classes).astype("float64")
    structure = {f"{found.level}code": "code", f"{found.level}naam": "name"}
    return _split_levels(frame, Columns(structure, known, ()), found.path)
