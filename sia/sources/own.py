"""A municipality's own table: CSV or workbook, one row per buurt (and year), any figures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from sia.errors import InputError, Problem, in_file, refuse
from sia.sources import tabular
from sia.sources.base import PRESENT, Found, Publisher, SourceTable
from sia.sources.columns import Measure, snake
from sia.sources.delivery import require_year, year_from_names
from sia.sources.grid import AREA_CODE
from sia.sources.missing import parse
from sia.sources.numbers import SIGNS, read_number
from sia.sources.periods import per_year, tables_in, years_of
from sia.sources.tabular import WORKBOOKS, RawTable, peek
from sia.sources.tidy import COUNTED
from sia.sources.workbook import FORMULA, MERGED

NAME = "eigen"
PUBLISHER = Publisher(
    name="Gemeente",
    licence="onbekend",
    attribution="Bron: eigen tabel van de gemeente ({table}, {year}).",
)

CODE_COLUMNS = ("buurtcode", "buurt_code", "bu_code", "cbs_buurtcode", "gwb_code")
"""Names, in snake case, under which a municipality keys its table."""

_NAME_COLUMNS = ("buurtnaam", "buurt_naam", "buurt", "naam")
_YEAR_COLUMNS = ("jaar", "peiljaar", "perioden", "periode", "year")
_MOSTLY_TEXT = 0.5
_PERCENTAGE = re.compile(r"(?:^|_)(?:perc|proc|pct|p)_|_(?:perc|proc|pct)$|percent|procent|aandeel")
_TOTAL = re.compile(r"\W*(?:(?:sub|eind)?tota+l|gemiddelde?|som)\b", re.I)
_FROM_ZERO = re.compile(
    rf"{COUNTED.pattern}|(?:^|_)n_|oppervlakte|dichtheid|leeftijd|afstand|prijs|woz|(?:en|s)(?:_|$)"
)
"""Names of what is never below 0: counts, measures and any plural."""
_SIGNED = re.compile(
    r"saldo|groei|verschil|verander|mutatie|ontwikkeling|trend|netto|delta|toename|afname"
    r"|[sd]aling|stijging|afwijk|score|index|temperatu|graden|hoogte|positi|overschot|tekort|min_"
    r"|vermogen|inkom|winst|resulta|rendement"
)
_A_YEAR = re.compile(r"(?:19|20)\d\d")
_SINCE = frozenset(
    {"voor", "na", "vanaf", "tot", "sinds", "en", "m", "bouwjaar", "door", "of", "per"}
)
"""Words before a year in a heading that do not say of which year its figures are."""
_CODED = re.compile(r"buurt|code|gebied|regio")
_LONG = ("indicator", "variabele", "onderwerp", "maat", "thema", "kenmerk")
_VALUE = ("waarde", "value", "cijfer", "getal")
_SHOWN = 5


def recognise(path: Path) -> Found | None:
    """Tell whether a CSV or workbook is keyed on the codes of buurten.

    Asked last: whatever a publisher's module recognises is not an own table.
    """
    seen = peek(path)
    if seen.kind not in ("csv", *WORKBOOKS) or len(seen.columns) < 2:
        return None
    names = {snake(column): column for column in seen.columns}
    if not _code_column(names, seen.first or {}):
        return None
    note = "" if _year_column(names) else "jaar afgeleid uit de bestandsnaam"
    return Found(NAME, path, seen.kind, path.stem, year_from_names(path), note=note)


def near_miss(path: Path) -> str:
    """Say what a table lacks to be one of the municipality's own; empty for no table."""
    seen = peek(path)
    names = {snake(column): column for column in seen.columns}
    if seen.kind in ("json", "parquet") and _code_column(names, seen.first or {}):
        return "een tabel met buurtcodes, maar eigen tabellen komen uit een CSV of een werkmap"
    if seen.kind == "csv" and len(seen.columns) == 1:
        return "heeft één kolom; scheid kolommen met een puntkomma, komma of tab"
    if seen.kind not in ("csv", *WORKBOOKS) or not seen.columns:
        return ""
    held = [c for c, cell in (seen.first or {}).items() if AREA_CODE.fullmatch(str(cell))]
    return no_codes(names, held)


def no_codes(names: Mapping[str, str], held: Sequence[str] = ()) -> str:
    """Say that no column holds codes under a known name, and which comes nearest.

    `names`: columns by their name in snake case.
    `held`: columns in which codes stand, whatever they are called.
    """
    coded = sorted((n for n in names if _CODED.search(n)), key=lambda name: "code" not in name)
    like = [*held, *(names[name] for name in coded)]
    named = f"`{like[0][:60]}`" if like and like[0] else "een kolom zonder naam"
    nearest = f"; dichtstbij is {named}" if like else ""
    renamed = held or any("code" in name.lower() for name in like[:1])
    remedy = "noem die kolom buurtcode" if renamed else "zet er een kolom buurtcode bij"
    return f"heeft geen kolom met buurtcodes{nearest}; {remedy}"


def _upright(raw: RawTable, names: Mapping[str, str], keys: list[str]) -> RawTable:
    """Give a table with a row per area and subject a column per subject; leave any other."""
    subject = next((names[name] for name in _LONG if name in names), "")
    value = next((names[name] for name in _VALUE if name in names), "")
    if not subject or not value:
        return raw
    cells = raw.frame.set_index([*keys, subject])[value]
    double = cells.index.duplicated()
    if double.any():
        where = ", ".join(map(str, cells.index[double][0]))
        wat = f"Deze regel staat er meer dan eens in: {where}."
        oplossing = "Laat per gebied, jaar en onderwerp één rij staan (één groep, één periode)."
        raise InputError.one(wat, oplossing, rij=raw.row_label(int(double.argmax())))
    wide = cells.unstack(subject, fill_value="").reset_index()
    first = raw.frame.reset_index().groupby(keys)["index"].first()
    lines = [int(raw.row_label(place)) for place in first]
    return RawTable(raw.path, wide.rename_axis(columns=None), lines[0], lines=lines)


def _code_column(names: dict[str, str], first: Mapping[str, object]) -> str:
    """Return the column with the codes of buurten: by its heading, else by what is in it."""
    named = next((names[name] for name in CODE_COLUMNS if name in names), "")
    held = [c for c in first if re.match(r"\s*BU\d{4}", str(first[c]), re.I)]
    if not any(map(_CODED.search, map(snake, held))) and not any(
        read_number(str(cell)) for cell in first.values()
    ):
        # a list of names with the code under a strange heading explains another table
        return named
    return named or (held[0] if len(held) == 1 else "")


def _year_column(names: Mapping[str, str]) -> str:
    return next((names[name] for name in _YEAR_COLUMNS if name in names), "")


@in_file
def read(found: Found) -> tuple[SourceTable, ...]:
    """Read every numeric column, one table per year.

    Measures are the column names in snake case, with the column name as title; one that is named
    as a percentage is checked to lie between 0 and 100. Columns that mostly hold text are left out.
    """
    raw, totals = _without_totals(tabular.read(found.path))
    names = {snake(column): column for column in raw.columns}
    code = _code_column(names, dict(zip(raw.columns, raw.frame.iloc[0], strict=True)))
    raw = _upright(raw, names, [code, *filter(None, [_year_column(names)])])
    names = {snake(column): column for column in raw.columns}
    years = _years(found, raw, names)
    raw, other_years = _of_these_years(raw, set(years))
    names = {snake(column): column for column in raw.columns}
    columns, dropped = _numeric(raw, names, {code, _year_column(names)})
    dropped |= other_years
    if not columns:
        wat = f"Geen enkele kolom bevat cijfers; {_listed(dropped) or 'er is alleen een code'}."
        oplossing = "Zet in elke kolom alleen getallen, zonder woorden of tekens erbij."
        raise InputError.one(wat, oplossing)
    _refuse_same_name(raw, columns)
    if found.shape == "xls":
        _refuse_fractions(raw, columns)
    measures = {name: _measure(name, column) for name, column in columns.items()}
    table = tables_in(
        raw,
        found,
        PUBLISHER,
        measures,
        columns,
        codes=code,
        names=next((names[name] for name in _NAME_COLUMNS if name in names), ""),
        level="buurt",
        strict=True,
    )
    tables = per_year(table, years)
    remark = "; ".join(filter(None, (raw.remark, totals, _listed(dropped))))
    # what is said of the file is said once, at its last year
    return (*tables[:-1], replace(tables[-1], remark=remark))


def _without_totals(raw: RawTable) -> tuple[RawTable, str]:
    """Leave out the rows of a table that add up its buurten; say which."""
    first = raw.frame.iloc[:, :2].astype(str)
    adds = first.apply(lambda cells: cells.str.match(_TOTAL)).any(axis=1)
    area = first.apply(lambda cells: cells.str.fullmatch(AREA_CODE)).any(axis=1)
    total = (adds & ~area).to_numpy()
    if not total.any() or total.all():
        return raw, ""
    named = ", ".join(raw.row_label(int(at)) for at in total.nonzero()[0][:_SHOWN])
    lines = [int(raw.row_label(int(at))) for at in (~total).nonzero()[0]]
    kept = raw.frame[~total].reset_index(drop=True)
    return replace(raw, frame=kept, lines=lines), f"zonder de rij met het totaal (rij {named})"


def _listed(dropped: Mapping[str, str]) -> str:
    """Name the columns that are no figures, each with its reason."""
    shown = [f"{column} ({why})" for column, why in list(dropped.items())[:_SHOWN]]
    more = f" en nog {len(dropped) - _SHOWN}" if len(dropped) > _SHOWN else ""
    return f"kolommen zonder cijfers: {', '.join(shown)}{more}" if shown else ""


def _years(found: Found, raw: RawTable, names: dict[str, str]) -> pd.Series:
    column = _year_column(names)
    if column:
        return years_of(raw, column)
    require_year(found)
    return pd.Series(found.year, index=raw.frame.index)


def _of_these_years(raw: RawTable, years: set[int]) -> tuple[RawTable, dict[str, str]]:
    """Leave out the columns that by their heading are of another year; say why."""
    other = {}
    for column in raw.columns:
        *words, last = ["", *re.findall(r"[a-z]+|\d+", column.lower())]
        # two years in a row are a period of building, and say nothing of when it was counted
        since = words[-1] in _SINCE or _A_YEAR.fullmatch(words[-1])
        dated = len(words) > 1 and _A_YEAR.fullmatch(last) and not since
        if dated and int(last) not in years:
            other[column] = f"van {last}; zet jaren onder elkaar, met een kolom jaar"
    return replace(raw, frame=raw.frame.drop(columns=list(other))), other


def _numeric(
    raw: RawTable, names: dict[str, str], keys: set[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns in which at least half of the filled cells are figures, and the others.

    A column that is mostly figures and holds some text is kept, so that the text is reported; a
    cell is a figure here with either decimal sign, so that a mixture is reported too, and so is a
    cell that hides its figure.

    Measure -> column; column -> why it is not read.
    """
    chosen, dropped = {}, {}
    for name, column in names.items():
        if column in keys or name in _NAME_COLUMNS or not name:
            continue
        if _A_YEAR.fullmatch(name):
            dropped[column] = "een jaar als kop; zet jaren onder elkaar, met een kolom jaar"
            continue
        point, comma = (parse(raw.frame[column], decimal=sign) for sign in SIGNS)
        hidden = raw.frame[column].isin([FORMULA, MERGED]).to_numpy()
        text = point.unreadable & comma.unreadable & ~hidden
        figure = (point.reasons == PRESENT) | (comma.reasons == PRESENT)
        # a merged cell beside words only is a name that holds for more rows
        figures = int((figure | hidden if figure.any() or not text.any() else figure).sum())
        if figures and text.sum() <= _MOSTLY_TEXT * (figures + text.sum()):
            chosen[name] = column
        elif text.any():
            dropped[column] = f"tekst, zoals `{str(raw.frame[column][text.argmax()])[:30]}`"
        else:
            dropped[column] = "leeg"
    return chosen, dropped


def _refuse_fractions(raw: RawTable, columns: Mapping[str, str]) -> None:
    """Refuse columns between 0 and 1 of an old workbook, which hides whether 0.08 shows 8 %."""
    problems = []
    for column in columns.values():
        values = parse(raw.frame[column]).values
        known = values[values == values]
        if known.size and known.min() >= 0 and known.max() <= 1 and (known % 1 != 0).any():
            wat = "Alle cijfers liggen tussen 0 en 1; een .xls zegt niet of het procenten zijn."
            oplossing = "Bewaar de werkmap als .xlsx en lever die aan."
            problems.append(Problem(wat, oplossing, kolom=column))
    refuse(problems)


def _refuse_same_name(raw: RawTable, columns: dict[str, str]) -> None:
    spelled: dict[str, list[str]] = {}
    for column in raw.columns:
        spelled.setdefault(snake(column), []).append(column)
    refuse(
        Problem(
            "Deze kolommen krijgen dezelfde naam.",
            "Geef ze namen die in meer verschillen dan hoofdletters en leestekens.",
            kolom=", ".join(spelled[name]),
        )
        for name in columns
        if len(spelled[name]) > 1
    )


def _measure(name: str, column: str) -> Measure:
    if _PERCENTAGE.search(name) or "%" in column:
        return Measure(name=name, title=column, unit="%", maximum=100.0)
    never_below = _FROM_ZERO.search(name) and not _SIGNED.search(name)
    return Measure(name=name, title=column, unit="", minimum=0.0 if never_below else None)
