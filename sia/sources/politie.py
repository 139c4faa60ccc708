"""Politie: registered crime per buurt, counts per kind (CBS tables 47018NED and 47022NED).

Crime is counted where it happens, so a city centre stands out per resident.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from sia.errors import InputError, in_file
from sia.sources.base import SECRET_OR_UNKNOWN, Found, Publisher, SourceTable
from sia.sources.columns import Measure, dictionary, plain, snake
from sia.sources.delivery import companion, first_year, table_id
from sia.sources.missing import decimal_signs, parse, sign_of_counts
from sia.sources.numbers import Signs, sign_for
from sia.sources.periods import require_columns, tables_in, years_of
from sia.sources.tabular import RawTable, pages, peek, read_pages, with_columns

NAME = "politie.misdrijven"
PUBLISHER = Publisher(
    name="Politie",
    licence="CC BY 4.0",
    attribution="Bron: Politie via CBS, geregistreerde misdrijven {year}, tabel {table}.",
)
TABLES = ("47018NED", "47022NED")
_COUNT = "GeregistreerdeMisdrijven"
_COUNTED = re.compile(r"geregistreerdemisdrijven(?:totaal(?:misdrijven)?)?(?:aantal)?")
_KEYS = {
    "WijkenEnBuurten": "gebiedscodes",
    "SoortMisdrijf": "soorten misdrijf",
    "Perioden": "perioden",
}
_MONTHS = 12
_SHOWN = 3
_CODE = re.compile(r"\d+\.\d+\.\d+")


def _heading(column: str) -> str:
    """Return the key of the service for a heading, also as StatLine or a person spells it."""
    squeezed = re.sub(r"[^a-z]", "", column.lower())
    named = next((key for key in _KEYS if key.lower() == squeezed), column)
    return f"{_COUNT}_1" if _COUNTED.fullmatch(squeezed) else named


def recognise(path: Path) -> Found | None:
    """Tell whether a file holds registered crime per buurt.

    ``year`` is that of the first row; a file may hold more.
    """
    seen = peek(path)
    if not set(_KEYS) <= set(map(_heading, seen.columns)):
        return None
    if pages(path)[0] != path:
        return None
    first = {_heading(column): cell for column, cell in (seen.first or {}).items()}
    period = str(first.get("Perioden", "")).strip()
    monthly = bool(re.fullmatch(r"\d{4}MM\d\d", period))
    return Found(
        source=NAME,
        path=path,
        shape="odata3 per maand" if monthly else "odata3",
        table=table_id(path, TABLES, seen.head) or TABLES[monthly],
        year=first_year(period),
        note="maandcijfers opgeteld tot hele jaren" if monthly else "",
    )


@in_file
def read(found: Found) -> tuple[SourceTable, ...]:
    """Read counts per kind, one table per year.

    Monthly figures are summed when all twelve months of a year are there; a year that is not
    complete gives no table. A region of which one month is missing has no figure.
    """
    raw = with_columns(read_pages(found.path), _heading)
    require_columns(raw, _KEYS)
    long = _long(raw)
    kinds = _kinds(found.path, long["soort"].unique())
    _require_known(kinds)
    tables = []
    for year, rows in long.groupby("jaar"):
        wide = _wide(rows)
        if wide is not None:
            tables.append(_table(wide, kinds, found, int(str(year))))
    if not tables:
        raise InputError.one(
            "Geen enkel jaar is compleet: er zijn minder dan twaalf maanden.",
            "Haal alle twaalf maanden op, of de jaarcijfers (tabel 47018NED).",
            kolom="Perioden",
        )
    return tuple(tables)


def _long(raw: RawTable) -> pd.DataFrame:
    counts = [column for column in raw.columns if column.startswith(_COUNT)]
    if not counts:
        require_columns(raw, {f"{_COUNT}_1": "aantallen misdrijven"})
    column = raw.frame[counts[0]]
    signs = decimal_signs(column)
    sign = sign_of_counts(column, sign_for(signs, Signs(), strict=False) or ".", signs)
    cells = parse(column, decimal=sign, blank=SECRET_OR_UNKNOWN)
    if cells.unreadable.any():
        first = int(cells.unreadable.argmax())
        wat = f"`{column.iloc[first]}` is geen aantal."
        oplossing = "Vul een getal in, of laat de cel leeg."
        raise InputError.one(wat, oplossing, rij=raw.row_label(first), kolom=counts[0])
    return pd.DataFrame(
        {
            "code": raw.text("WijkenEnBuurten"),
            "soort": raw.text("SoortMisdrijf"),
            "periode": raw.text("Perioden"),
            "jaar": years_of(raw, "Perioden"),
            "aantal": cells.values,
        }
    )


def _wide(rows: pd.DataFrame) -> pd.DataFrame | None:
    """Return regions by kinds, or None when the year is not complete."""
    double = rows.duplicated(["code", "soort", "periode"], keep=False)
    if double.any():
        code, kind, period = rows.loc[double, ["code", "soort", "periode"]].iloc[0]
        wat = f"{code}, soort {kind}, periode {period} staat er meer dan één keer in."
        oplossing = "Download de tabel opnieuw; pagina's zijn waarschijnlijk dubbel opgehaald."
        raise InputError.one(wat, oplossing)
    months = rows["periode"].str.contains("MM")
    if (~months).any():
        return rows[~months].pivot(index="code", columns="soort", values="aantal")
    if rows["periode"].nunique() < _MONTHS:
        return None
    summed = rows.groupby(["code", "soort"])["aantal"].sum(min_count=_MONTHS)
    wide: pd.DataFrame = summed.unstack("soort")
    return wide


def _kinds(path: Path, codes: Iterable[str]) -> dict[str, Measure]:
    """Return, per code, the measure: from the list beside the file, else from our own."""
    own = {code: m for m in dictionary("politie").measures for code in m.codes}
    known = {plain(m.title): m for m in own.values()}
    titles = _delivered_titles(path)
    kinds = {}
    for code in codes:
        # a title in the place of the code: "1.1.1 Diefstal/inbraak woning", "Totaal misdrijven"
        itself = _CODE.sub("", code).strip()
        title = _CODE.sub("", titles.get(code, "")).strip() or itself
        if plain(title) in known:
            kinds[code] = known[plain(title)]
            continue
        if title:
            kinds[code] = Measure(name=snake(title), title=title, unit="aantal")
        else:
            kinds[code] = own.get(code) or Measure(
                name="misdrijf_" + snake(code), title=f"Misdrijf {code}", unit="aantal"
            )
    return kinds


def _require_known(kinds: Mapping[str, Measure]) -> None:
    """Refuse a table of which no kind of crime is known: nothing would ask for its figures."""
    known = {measure.name for measure in dictionary("politie").measures}
    if known.isdisjoint(kind.name for kind in kinds.values()):
        named = ", ".join(f"`{kind.title}`" for kind in list(kinds.values())[:_SHOWN])
        wat = f"Geen enkele soort misdrijf is herkend (gevonden: {named})."
        oplossing = "Gebruik de codes of titels van tabel 47018NED."
        raise InputError.one(wat, oplossing, kolom="SoortMisdrijf")


def _delivered_titles(path: Path) -> dict[str, str]:
    listed = companion(path, "SoortMisdrijf")
    if listed is None:
        return {}
    titles = read_pages(listed)
    if not {"Key", "Title"} <= set(titles.columns):
        return {}
    return dict(zip(titles.text("Key"), titles.text("Title"), strict=True))


def _table(wide: pd.DataFrame, kinds: dict[str, Measure], found: Found, year: int) -> SourceTable:
    frame = wide.rename_axis("WijkenEnBuurten").rename_axis(None, axis=1).reset_index()
    raw = RawTable(found.path, frame, lines=list(wide.index))
    columns = {kinds[str(code)].name: str(code) for code in wide.columns}
    known = {kind.name: kind for kind in kinds.values()}
    named = {"codes": "WijkenEnBuurten", "blank": SECRET_OR_UNKNOWN}
    return tables_in(raw, found, PUBLISHER, known, columns, **named)(None, year)
