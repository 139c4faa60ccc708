"""CBS Kerncijfers wijken en buurten (KWB) from 2013 on, in the four formats in which they exist.

OData v3 (``TypedDataSet``, ``UntypedDataSet``, as JSON pages, Parquet or a CSV cut from it), OData
v4 (``Observations`` with ``MeasureCodes``), the yearly spreadsheet (``gwb_code``, ``p_wcorpw``) and
the StatLine download with long titles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sia.errors import InputError, Problem, in_file, refuse
from sia.sources.base import (
    EMPTY,
    SECRET,
    SECRET_OR_UNKNOWN,
    Found,
    Publisher,
    SourceTable,
)
from sia.sources.columns import (
    Heading,
    by_code,
    by_heading,
    by_short_name,
    dictionary,
    headings_from_keys,
    headings_from_properties,
    headings_from_statline,
    one_column_each,
    plain,
    stem_of,
    suffix_of,
)
from sia.sources.delivery import (
    any_table_id,
    companion,
    contradiction,
    require_year,
    table_id,
    year_from_names,
)
from sia.sources.periods import Cells, require_columns, tables_in
from sia.sources.tabular import AGAIN, Peek, RawTable, pages, peek, read_pages

NAME = "cbs.kwb"
PUBLISHER = Publisher(
    name="CBS",
    licence="CC BY 4.0",
    attribution="Bron: CBS, Kerncijfers wijken en buurten {year}, tabel {table}.",
)

TABLES: dict[str, int] = {
    "82339NED": 2013,
    "82931NED": 2014,
    "83220NED": 2015,
    "83487NED": 2016,
    "83765NED": 2017,
    "84286NED": 2018,
    "84583NED": 2019,
    "84799NED": 2020,
    "85039NED": 2021,
    "85318NED": 2022,
    "85618NED": 2023,
    "85984NED": 2024,
    "86165NED": 2025,
    "86358NED": 2026,
}
"""Table id of each year's KWB."""

URBANITY_SUFFIX: dict[int, tuple[int, ...]] = {
    2017: (104,),
    2020: (115,),
    2023: (125,),
    2024: (122, 120),
}
"""Numbers that the v3 key MateVanStedelijkheid has had in a year: they betray the year."""

_SUMS = {
    "aantal_personen_65_jaar_en_ouder": (
        "aantal_personen_65_tot_80_jaar",
        "aantal_personen_80_jaar_en_ouder",
    )
}
"""Counts that an edition gives in parts only."""

_DICTIONARY = "cbs_kwb"
_STATLINE_REGION = "Wijken en buurten"
_STATLINE_PATH = "Regioaanduiding/"
_AREA = r"\s*(?:(?:BU|WK|GM)?\d{4}[0-9A-Z]*|NL\d*)\s*"
_TITLES = ("AantalInwoners", "Bevolkingsdichtheid", "HuishoudensTotaal")


def recognise(path: Path) -> Found | None:
    """Tell whether a file holds KWB figures, from its name and first bytes.

    ``year`` is 0 when nothing tells it; `read` then asks for it.
    """
    seen = peek(path)
    shape = _shape(path, seen)
    if shape is None or pages(path)[0] != path:
        return None
    named = table_id(path, TABLES, seen.head)
    told = {key.lower(): str(cell).strip() for key, cell in (seen.first or {}).items()}
    inside = re.fullmatch(r"(20\d\d)(?:\.0)?", told.get("jaar", ""))
    year = TABLES[named] if named else int(inside[1]) if inside else year_from_names(path)
    by_year = {year: table for table, year in TABLES.items()}
    return Found(
        source=NAME,
        path=path,
        shape=shape,
        table=named or by_year.get(year) or any_table_id(path) or path.stem,
        year=year,
        note=_note(path, seen, shape, named or (inside and inside[1])),
    )


def _shape(path: Path, seen: Peek) -> str | None:
    columns = set(seen.columns)
    if {"Measure", "Value"} <= columns and "WijkenEnBuurten" in columns:
        code = str((seen.first or {}).get("Measure", "")).strip()
        known = table_id(path, TABLES, seen.head) or by_code(
            [code], dictionary(_DICTIONARY).measures, year_from_names(path)
        )
        return "odata4" if known else None
    if columns & {"WijkenEnBuurten", "RegioS", "Codering_3"}:
        stems = {stem_of(column) for column in columns}
        return "odata3" if stems & {plain(title) for title in _TITLES} else None
    lowered = {column.lower() for column in columns}
    if {"gwb_code", "a_inw"} <= lowered or {"gwb_code_10", "a_inw"} <= lowered:
        return "spreadsheet"
    if any(c.startswith(_STATLINE_PATH) for c in columns):
        return "statline" if any("/Aantal inwoners" in c for c in columns) else None
    return None


def _note(path: Path, seen: Peek, shape: str, named: str | None) -> str:
    notes = []
    refused = [column for column in seen.columns if column in dictionary(_DICTIONARY).refused]
    if refused:
        why = dictionary(_DICTIONARY).refused[refused[0]]
        notes.append(f"niet gelezen: {', '.join(refused)} ({why})")
    if shape == "odata3" and seen.kind == "csv":
        notes.append("uittreksel: niet alle buurten en kolommen van de tabel staan erin")
    if len(pages(path)) > 1:
        notes.append(f"{len(pages(path))} pagina's")
    if named is None:
        notes.append("jaar afgeleid uit de bestandsnaam")
    return "; ".join(notes)


@in_file
def read(found: Found) -> SourceTable:
    """Read one delivery of the KWB.

    Canonical measures, all regions of the file. Percentages are added where only counts are
    given. Themes that CBS left empty have the reason "thema niet geleverd".
    """
    require_year(found)
    refuse(contradiction(found.path, peek(found.path).head))
    if found.shape == "odata4":
        return _table(found, *_wide(found), SECRET_OR_UNKNOWN)
    raw = read_pages(found.path)
    columns, measures = raw.columns, dictionary(_DICTIONARY).measures
    if found.shape == "odata3":
        _check_year(found, columns)
        typed = peek(found.path).kind in ("json", "parquet")
        blank = SECRET_OR_UNKNOWN if typed else EMPTY
        # by title and group where DataProperties is there, else by stem and order
        by_key = by_heading(headings_from_keys(columns), measures, found.year)
        told = by_heading(described(found.path, columns), measures, found.year)
        return _table(found, raw, {**by_key, **told}, key_fields(found, raw), blank)
    if found.shape == "spreadsheet":
        matched = by_short_name(columns, measures, found.year)
        return _table(found, raw, matched, _spreadsheet_fields(raw), EMPTY)
    matched = by_heading(headings_from_statline(columns), measures, found.year)
    return _table(found, raw, matched, statline_fields(raw), EMPTY)


def _table(
    found: Found,
    raw: RawTable,
    matched: Mapping[str, list[str]],
    fields: Mapping[str, Cells],
    blank: str,
) -> SourceTable:
    words = dictionary(_DICTIONARY)
    raw, columns = _with_sums(raw, one_column_each(matched))
    absent = [words.by_name(name) for name in words.required if name not in columns]
    refuse(
        Problem(
            f"De kolom met {measure.title.lower()} ontbreekt.",
            "Controleer of dit het volledige bestand van CBS is.",
            kolom=", ".join((*measure.short, measure.title)),
        )
        for measure in absent
    )
    how: dict[str, Any] = {**fields, "blank": blank, "shares": words.shares}
    return tables_in(raw, found, PUBLISHER, words.measures, columns, **how)(None, found.year)


def _with_sums(raw: RawTable, columns: Mapping[str, str]) -> tuple[RawTable, dict[str, str]]:
    """Add the counts that are given in parts only; a part that is missing leaves the sum empty."""
    frame, added = raw.frame, dict(columns)
    for total, parts in _SUMS.items():
        if total not in columns and set(parts) <= set(columns):
            given = [columns[part] for part in parts]
            added[total] = " + ".join(given)
            numbers = frame[given].apply(pd.to_numeric, errors="coerce").sum(axis=1, skipna=False)
            frame = frame.assign(**{added[total]: numbers})
    return replace(raw, frame=frame), added


def described(path: Path, columns: Iterable[str], *, needed: bool = False) -> list[Heading]:
    """Return the columns of a v3 table as its DataProperties describe them; none without it.

    `needed`: refuse a table without them: its keys (`Waarde_4`, `AfstandTotSchool_52`) are alike.
    """
    properties = companion(path, "DataProperties")
    if properties is not None:
        rows = read_pages(properties).frame.to_dict("records")
        return headings_from_properties(
            columns, [{str(k): v for k, v in row.items()} for row in rows]
        )
    if needed:
        raise InputError.one(
            "De kolomnamen zeggen zonder beschrijving niet waarover ze gaan.",
            "Zet het bestand DataProperties van dezelfde tabel ernaast (`sia fetch`).",
        )
    return []


def _check_year(found: Found, columns: Iterable[str]) -> None:
    """Refuse a file whose key numbers belong to another year than its name says."""
    numbers = [suffix_of(column) for column in columns if stem_of(column) == "matevanstedelijkheid"]
    years = {number: year for year, known in URBANITY_SUFFIX.items() for number in known}
    expected = URBANITY_SUFFIX.get(found.year)
    if numbers and expected and numbers[0] not in expected and numbers[0] in years:
        raise InputError.one(
            f"De kolomnummers horen bij {years[numbers[0]]}, maar het bestand heet {found.year}.",
            "Zet het goede jaar in de bestandsnaam of download de tabel van dat jaar.",
            kolom=f"MateVanStedelijkheid_{numbers[0]}",
        )


def key_fields(found: Found, raw: RawTable) -> dict[str, Cells]:
    """Return code, name and municipality of every row of a v3 table."""
    codes, titles_of = _codes_and_titles(raw)
    names = _first(raw, ("buurt_naam",))
    names = titles_of if names is None else names
    titles = companion(found.path, "WijkenEnBuurten")
    if names is None and titles is not None and codes is not None:
        names = _titles(titles, codes)
    return {"codes": codes, "names": names, "gemeenten": _first(raw, ("Gemeentenaam_1",))}


def _codes_and_titles(raw: RawTable) -> tuple[pd.Series | None, pd.Series | None]:
    """Return the column that holds codes, and that with titles, as some clients deliver both.

    A column is what is in it: `WijkenEnBuurten` may hold names and `Codering_3` the codes.
    """
    columns = [_first(raw, (name,)) for name in ("WijkenEnBuurten", "Codering_3", "RegioS")]
    there = [column for column in columns if column is not None]
    coded = [column.astype(str).str.fullmatch(_AREA).mean() for column in there]
    if not there:
        return None, None
    best = coded.index(max(coded))
    title = next((c for c, share in zip(there, coded, strict=True) if share == 0), None)
    return there[best], title if coded[best] > 0 else None


def _titles(path: Path, codes: pd.Series) -> pd.Series:
    """Look region names up in the list that CBS delivers beside the figures."""
    listed = read_pages(path)
    key = "Key" if "Key" in listed.frame else "Identifier"
    if not {key, "Title"} <= set(listed.columns):
        return pd.Series("", index=codes.index)
    lookup = dict(zip(listed.text(key), listed.text("Title"), strict=True))
    return codes.astype(str).str.strip().map(lookup)


def _spreadsheet_fields(raw: RawTable) -> dict[str, Cells]:
    return {
        "codes": _first(raw, ("gwb_code_10", "gwb_code")),
        "names": _first(raw, ("regio",)),
        "gemeenten": _first(raw, ("gm_naam",)),
    }


def statline_fields(raw: RawTable) -> dict[str, Cells]:
    """Return code, name and municipality of every row of a StatLine download."""

    def containing(word: str) -> pd.Series | None:
        hits = [c for c in raw.columns if c.startswith(_STATLINE_PATH) and word in c]
        return raw.frame[hits[0]] if hits else None

    return {
        "codes": containing("Codering"),
        "names": _first(raw, (_STATLINE_REGION,)),
        "gemeenten": containing("Gemeentenaam"),
    }


def _first(raw: RawTable, names: Iterable[str]) -> pd.Series | None:
    lowered = {str(column).lower(): column for column in raw.frame}
    for name in names:
        if name.lower() in lowered:
            return raw.frame[lowered[name.lower()]]
    return None


def _wide(found: Found) -> tuple[RawTable, dict[str, list[str]], dict[str, Cells]]:
    """Return OData v4 observations (a row per region and measure) as a row per region.

    With the columns of each measure, and code and name of every row.
    """
    raw = read_pages(found.path)
    needed = {"WijkenEnBuurten": "gebiedscodes", "Measure": "maten", "Value": "cijfers"}
    require_columns(raw, needed)
    codes, measure = raw.text("WijkenEnBuurten"), raw.text("Measure")
    _check_long(raw.frame, (codes == "") | (measure == ""))
    regions = pd.Series(_long_regions(found, codes), name="WijkenEnBuurten")
    long = pd.DataFrame({"code": codes, "measure": measure, "value": _long_values(raw.frame)})
    wide = long.pivot(index="code", columns="measure", values="value").reindex(regions)
    titles = companion(found.path, "WijkenEnBuurtenCodes")
    names = None if titles is None else _titles(titles, regions)
    fields: dict[str, Cells] = {"codes": regions, "names": names}
    frame = wide.rename_axis(None, axis=1).reset_index(drop=True)
    table = RawTable(found.path, frame, lines=list(regions))
    return table, _match_codes(found, measure.unique()), fields


def _check_long(long: pd.DataFrame, nameless: pd.Series) -> None:
    if nameless.any():
        wat = f"{int(nameless.sum())} rijen hebben geen gebied of geen maat."
        raise InputError.one(wat, AGAIN, rij=str(int(nameless.argmax()) + 1))
    double = long.duplicated(subset=["WijkenEnBuurten", "Measure"], keep=False).to_numpy()
    if double.any():
        first = long[double].iloc[0]
        wat = f"{first['WijkenEnBuurten']} heeft meer dan één waarneming van {first['Measure']}"
        wat += f" ({int(double.sum())} zulke rijen)."
        raise InputError.one(wat, AGAIN, rij=str(int(double.argmax()) + 1))


def _long_values(long: pd.DataFrame) -> pd.Series:
    """Return one cell per observation: the value, the text value, or the sign for a gap."""
    value = long["Value"].astype(object)
    if "StringValue" in long:
        value = value.where(value.notna(), long["StringValue"])
    if "ValueAttribute" in long:
        attribute = long["ValueAttribute"].astype(str).str.strip().str.lower()
        secret = attribute.str.contains("confidential|secret|geheim") & value.isna()
        value = value.mask(secret, SECRET)
    return value


def _match_codes(found: Found, codes: Iterable[str]) -> dict[str, list[str]]:
    """Match v4 codes; a code that is not listed is matched by its title and group."""
    measures = dictionary(_DICTIONARY).measures
    matched = by_code(codes, measures, found.year)
    listed = companion(found.path, "MeasureCodes")
    if listed is None:
        return matched
    rows = read_pages(listed).frame.to_dict("records")
    group_titles = _group_titles(found.path)
    headings = [
        Heading(
            column=str(row.get("Identifier")).strip(),
            title=str(row.get("Title") or "").strip(),
            group=group_titles.get(str(row.get("MeasureGroupId")).strip(), ""),
        )
        for row in rows
    ]
    by_title = by_heading(headings, measures, found.year)
    return {**by_title, **matched}


def _group_titles(path: Path) -> dict[str, str]:
    """Return, per MeasureGroup, its title with those of the groups above it."""
    groups = companion(path, "MeasureGroups")
    if groups is None:
        return {}
    rows = {str(r["Id"]).strip(): r for r in read_pages(groups).frame.to_dict("records")}

    def title(key: str, depth: int = 0) -> str:
        row: Mapping[Any, Any] | None = rows.get(key)
        if row is None or depth > 10:
            return ""
        above = title(str(row.get("ParentId")).strip(), depth + 1)
        return f"{above}/{row['Title']}".strip("/")

    return {key: title(key) for key in rows}


def _long_regions(found: Found, codes: pd.Series) -> list[str]:
    """Return all regions of the table, also those without any observation."""
    present = list(dict.fromkeys(codes))
    listed = companion(found.path, "WijkenEnBuurtenCodes")
    if listed is None:
        return present
    table = read_pages(listed)
    if "Identifier" not in table.frame:
        return present
    return list(dict.fromkeys([*table.text("Identifier"), *present]))
