"""The last step of every table: one region per row, one measure per column, gaps explained.

All checks on content stand here, so that no source can forget one: codes that are no codes, regions
that occur twice, text where a number belongs, values that cannot exist, mixed decimal signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from sia.areas import gemeente_of, level_of, normalise_codes
from sia.errors import Problem, refuse
from sia.sources.base import (
    EMPTY,
    NOT_DELIVERED,
    PRESENT,
    SECRET_OR_UNKNOWN,
    UNKNOWN,
    Level,
    Origin,
    SourceTable,
)
from sia.sources.columns import Measure, Share
from sia.sources.missing import COUNT, Cells, decimal_signs, parse, sign_of_counts
from sia.sources.numbers import Decimal, Signs, sign_for
from sia.sources.workbook import FORMULA, MERGED

_SHOWN = 5
_HANDLED = ("cbs.kwb",)
"""Tables of publishers that people open, change and save before they deliver them."""

COUNTED = re.compile(
    r"aantal|inwoners|bewoners|personen|huishoudens|woningen|panden|bedrijven|winkels|banen"
    r"|leerlingen|kinderen|bomen|meldingen|incidenten|misdrijven|klachten|ongevallen"
)
"""Names of figures that are counted, and so have no decimals."""
_WITH_LETTERS = r"(?:BU|WK)\d{4}(?![OI]{2})[A-Z]{2}(?:\d{2})?|NL"
"""A code of which the wijk is two letters; no other has any, and O and I are 0 and 1."""
_ROUNDING = 1e-6
_NINES = [10.0**digits - 1 for digits in range(3, 10)]
_HIDDEN = {
    FORMULA: "Open het bestand in het rekenblad, laat het doorrekenen en bewaar het opnieuw.",
    MERGED: "Hef de samenvoeging van cellen op en vul in elke cel het cijfer in.",
}


@dataclass(frozen=True)
class Draft:
    """A table as read, before its cells are interpreted.

    `cells` (DataFrame, shape (n_rows, n_measures)): raw cells, columns named by canonical measure.
    `codes` (Series, length n_rows): raw region codes.
    `measures`: per column of `cells`.
    `columns`: per column of `cells` its name in the file.
    `names`, `gemeenten`: region and municipality names, same rows.
    `rows`: how a reader finds each row back.
    `blank`: reason of an empty cell.
    `level`: level of codes that have no prefix.
    `modelled`: measures that the publisher estimated with a model.
    `shares`: percentages to compute where only counts are given.
    `strict`: doubt what people write in many ways: ``1.234`` where nothing tells whether the point
        is a decimal sign, percentages between 0 and 1, a percent sign in some cells only.
    `remark`: what the intake should say of this table.
    `themes`: call a measure that no region has, without a reason, not delivered.
    `remedy`: what to do about a value that cannot be.
    """

    source: str
    year: int
    origin: Origin
    cells: pd.DataFrame
    codes: pd.Series
    measures: Mapping[str, Measure]
    columns: Mapping[str, str]
    names: pd.Series | None = None
    gemeenten: pd.Series | None = None
    rows: Sequence[str] = field(default_factory=tuple)
    blank: str = EMPTY
    level: Level | None = None
    modelled: frozenset[str] = frozenset()
    shares: tuple[Share, ...] = ()
    strict: bool = False
    remark: str = ""
    themes: bool = True
    remedy: str = "Verbeter de waarde of laat de cel leeg."


def tidy(draft: Draft) -> SourceTable:
    """Interpret and check a draft.

    Sorted by code and by measure. A measure that no region has, without the file saying why,
    gets the reason "thema niet geleverd".
    """
    labels = pd.Series(list(draft.rows) or [str(i + 1) for i in range(len(draft.codes))])
    code_labelled = pd.Series(draft.codes.to_numpy(), index=labels, dtype=object)
    column = str(draft.codes.name or "")
    codes, problems = normalise_codes(code_labelled, level=draft.level, kolom=column)
    problems = [*problems, *_twice(codes, labels)]
    if draft.strict:
        problems += _letter_for_digit(codes, labels, draft)
    if draft.cells.empty:
        problems.append(_nothing(draft))
    signs = {str(name): decimal_signs(draft.cells[name]) for name in draft.cells}
    read: dict[str, Cells] = {}
    for name in signs:
        sign, wrong = _sign(name, signs, draft)
        cells = parse(draft.cells[name], decimal=sign, blank=draft.blank)
        read[name] = cells
        problems += wrong or _cell_problems(cells, draft, name, codes, labels)
        if draft.strict or draft.source in _HANDLED:
            problems += _doubts(cells, draft, name, codes, labels)
    refuse(problems)
    return _assemble(draft, codes, read)


def _twice(codes: pd.Series, labels: pd.Series) -> list[Problem]:
    known = codes.notna().to_numpy()
    double = codes.duplicated(keep=False).to_numpy() & known
    problems = []
    for code in dict.fromkeys(codes[double]):
        where = labels[(codes == code).to_numpy()]
        problems.append(
            Problem(
                f"{code} staat er {len(where)} keer in.",
                "Laat per gebied één rij staan; ga na welke de juiste is.",
                rij=_some(where),
            )
        )
    if len(problems) > _SHOWN:
        rest = len(problems) - _SHOWN
        more = Problem(
            f"Nog {rest} andere gebieden staan er meer dan één keer in.",
            "Bevat het bestand meer jaren of groepen door elkaar? Splits het dan.",
        )
        return [*problems[:_SHOWN], more]
    return problems


def _letter_for_digit(codes: pd.Series, labels: pd.Series, draft: Draft) -> list[Problem]:
    """Refuse codes with a letter elsewhere than in both signs of the wijk, or an O or I alone."""
    code = codes.astype(object).fillna("")
    lettered = code.str[2:].str.contains("[A-Z]")
    odd = (lettered & ~code.str.fullmatch(_WITH_LETTERS)).to_numpy(dtype=bool)
    if not odd.any():
        return []
    first = str(code[odd].iloc[0])
    letter = re.sub("[0-9]", "", first[2:])[0]
    return [
        Problem(
            f"`{first}` heeft de letter {letter} waar een cijfer hoort.",
            "Vervang letters die op een cijfer lijken (O, I, L, S, B) door dat cijfer.",
            rij=_rows(odd, codes, labels),
            kolom=str(draft.codes.name or ""),
        )
    ]


def _nothing(draft: Draft) -> Problem:
    if len(draft.codes) == 0:
        return Problem("Het bestand heeft geen rijen.", "Download het opnieuw.")
    wat = "Geen enkele kolom met cijfers is herkend."
    return Problem(wat, "Controleer de kolomnamen en het jaar van het bestand.")


def _sign(name: str, signs: Mapping[str, Signs], draft: Draft) -> tuple[Decimal, list[Problem]]:
    """Return the decimal sign of a column, judged by itself and then by the others."""
    own, rest = signs[name], Signs()
    # what people write by hand may differ per column; only counts have no decimals to mistake
    counted = COUNTED.search(name) is not None
    if counted or not draft.strict:
        for other, found in signs.items():
            rest = rest if other == name else rest.together(found)
    sign = sign_for(own, rest, strict=draft.strict, maximum=draft.measures[name].maximum)
    if own.mixed:
        wat = f"Decimale komma en decimale punt staan door elkaar (`{'`, `'.join(own.mixed)}`)."
        oplossing = "Gebruik in de hele kolom één decimaalteken."
    elif sign is None:
        wat = f"`{own.doubtful}` kan een duizendtal zijn of een getal met drie decimalen."
        oplossing = (
            "Laat het teken bij duizendtallen weg, of geef één getal in deze kolom een decimaal "
            "meer of minder (1,50 of 0,1234)."
        )
    else:
        if not draft.strict and draft.measures[name].unit == COUNT:
            sign = sign_of_counts(draft.cells[name], sign, own)
        return sign, []
    return ".", [Problem(wat, oplossing, kolom=draft.columns.get(name, name))]


def _often(cells: Cells) -> float:
    """Return ten times what most figures of a column are below."""
    known = np.abs(cells.values[~np.isnan(cells.values)])
    return float(10 * np.quantile(known, 0.75)) if known.size else 0.0


def _doubts(
    cells: Cells, draft: Draft, name: str, codes: pd.Series, labels: pd.Series
) -> list[Problem]:
    """Doubt fractions for percentages, a percent sign in some cells, and 99999 for no figure."""
    raw = draft.cells[name].astype(str)
    marked = raw.str.rstrip().str.endswith("%").to_numpy(dtype=bool)
    filled = ~np.isnan(cells.values)
    column = draft.columns.get(name, name)
    if marked.any() and (filled & ~marked & (cells.values != 0)).any():
        odd = marked if marked.sum() * 2 <= filled.sum() else filled & ~marked
        wat = "Een deel van de cellen heeft een procentteken en een deel niet."
        oplossing = "Geef alle cellen van de kolom dezelfde opmaak."
        return [Problem(wat, oplossing, rij=_rows(odd, codes, labels), kolom=column)]
    nines = (
        draft.strict
        & filled
        & np.isin(np.abs(cells.values), _NINES)
        & (np.abs(cells.values) > _often(cells))
    )
    if nines.any():
        wat = f"`{raw[int(nines.argmax())]}` lijkt een teken voor een ontbrekend cijfer."
        oplossing = "Laat de cel leeg, of vul het echte cijfer in."
        return [Problem(wat, oplossing, rij=_rows(nines, codes, labels), kolom=column)]
    values = cells.values[filled & ~marked]
    # a publisher rounds to tenths, so that 0.41 is no percentage of its own
    finer = values if draft.strict else 10 * values
    fractions = values.size > 0 and values.min() >= 0 and values.max() <= 1
    odd_parts = np.abs(finer - finer.round()) > _ROUNDING
    if draft.measures[name].unit == "%" and fractions and odd_parts.any():
        wat = f"Deze percentages liggen alle tussen 0 en 1 (hoogste {_dutch(values.max())})."
        oplossing = (
            "Zijn het delen van 1, vermenigvuldig ze dan met 100; zijn het echt procenten, zet er "
            "dan een procentteken achter."
        )
        return [Problem(wat, oplossing, kolom=column)]
    return []


def _cell_problems(
    cells: Cells, draft: Draft, name: str, codes: pd.Series, labels: pd.Series
) -> list[Problem]:
    column, measure = draft.columns.get(name, name), draft.measures[name]
    unit = f" ({measure.unit})" if measure.unit else ""
    raw = draft.cells[name].to_numpy()
    problems = []
    if cells.unreadable.any():
        first = str(raw[int(np.argmax(cells.unreadable))])[:60]
        problems.append(
            Problem(
                f"`{first}` is geen getal en geen bekend teken voor een ontbrekend cijfer.",
                _HIDDEN.get(first, "Vul een getal in, of laat de cel leeg."),
                rij=_rows(cells.unreadable, codes, labels),
                kolom=column,
            )
        )
    for wrong, bound in _outside(cells.values, measure):
        if wrong.any():
            value = cells.values[int(np.argmax(wrong))]
            wat = f"{_dutch(value)} kan niet: {measure.title}{unit} is {bound}."
            problems.append(
                Problem(wat, draft.remedy, rij=_rows(wrong, codes, labels), kolom=column)
            )
    return problems


def _outside(values: np.ndarray, measure: Measure) -> Iterable[tuple[np.ndarray, str]]:
    filled = np.nan_to_num(values, nan=0.0)
    if measure.minimum is not None:
        yield filled < measure.minimum, f"ten minste {_dutch(measure.minimum)}"
    if measure.maximum is not None:
        yield filled > measure.maximum, f"ten hoogste {_dutch(measure.maximum)}"


def _dutch(value: float) -> str:
    return f"{value:,.6g}".replace(",", "\0").replace(".", ",").replace("\0", ".")


def _rows(where: np.ndarray, codes: pd.Series, labels: pd.Series) -> str:
    described = [
        f"{label} ({code})" if isinstance(code, str) and code != label else str(label)
        for label, code in zip(labels[where], codes[where], strict=True)
    ]
    return _some(described)


def _some(items: Iterable[object]) -> str:
    listed = [str(item) for item in items]
    more = f" en nog {len(listed) - _SHOWN}" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more


def _assemble(draft: Draft, codes: pd.Series, read: Mapping[str, Cells]) -> SourceTable:
    index = pd.Index(codes.to_numpy(), name="code", dtype="str")
    names = list(read)
    values = pd.DataFrame({name: read[name].values for name in names}, index=index)
    reasons = pd.DataFrame({name: read[name].reasons for name in names}, index=index, dtype=object)
    if draft.themes:
        unexplained = reasons.isin([EMPTY, SECRET_OR_UNKNOWN, UNKNOWN])
        reasons = reasons.mask(unexplained & unexplained.all(), NOT_DELIVERED)
    table = SourceTable(
        source=draft.source,
        year=draft.year,
        values=values,
        reasons=reasons,
        regions=_regions(draft, index),
        measures=_measure_rows(draft, names),
        origin=draft.origin,
        remark=draft.remark,
    )
    return in_order(_with_shares(table, draft))


def _measure_rows(draft: Draft, names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "column": [draft.columns.get(name, name) for name in names],
            "title": [draft.measures[name].title for name in names],
            "unit": [draft.measures[name].unit for name in names],
            "peiljaar": [draft.year - draft.measures[name].lag for name in names],
            "modelled": [name in draft.modelled for name in names],
        },
        index=pd.Index(list(names), name="measure", dtype="str"),
    ).astype(
        {"column": "str", "title": "str", "unit": "str", "peiljaar": "int64", "modelled": bool}
    )


def _regions(draft: Draft, index: pd.Index) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "niveau": [level_of(code) for code in index],
            "naam": _names(draft.names, len(index)),
            "gemeentecode": ["" if code == "NL" else gemeente_of(code) for code in index],
            "gemeentenaam": _names(draft.gemeenten, len(index)),
        },
        index=index,
        dtype="str",
    )


def _names(names: pd.Series | None, length: int) -> list[str]:
    if names is None:
        return [""] * length
    return ["" if pd.isna(name) else str(name).strip() for name in names]


def _with_shares(table: SourceTable, draft: Draft) -> SourceTable:
    """Add percentages for which the file gives the count and the total, and not the percentage."""
    values, reasons, rows = table.values.copy(), table.reasons.copy(), []
    for share in draft.shares:
        if share.name in values or not {share.count, share.total} <= set(values.columns):
            continue
        values[share.name], reasons[share.name] = _share(values, reasons, share)
        origin = [draft.columns.get(part, part) for part in (share.count, share.total)]
        year = int(table.measures["peiljaar"][share.count])
        rows.append((share.name, f"{origin[0]} / {origin[1]}", share.title, "%", year, False))
    if not rows:
        return table
    added = pd.DataFrame(rows, columns=["measure", *table.measures.columns]).set_index("measure")
    measures = pd.concat([table.measures, added.astype(table.measures.dtypes.to_dict())])
    measures.index = pd.Index(measures.index, name="measure", dtype="str")
    return replace(table, values=values, reasons=reasons, measures=measures)


def _share(
    values: pd.DataFrame, reasons: pd.DataFrame, share: Share
) -> tuple[pd.Series, pd.Series]:
    """Return 100 * count / total and its reasons.

    Counts are rounded to multiples of five at random, so that in a buurt with a handful of
    residents a part may exceed the whole; such a share is unknown, not 100.
    """
    total = values[share.total]
    ratio = 100.0 * values[share.count] / total.where(total > 0)
    ratio = ratio.where(ratio <= 100.0)
    why = reasons[share.count].where(reasons[share.count] != PRESENT, reasons[share.total])
    why = why.where(why != PRESENT, UNKNOWN)
    return ratio, why.where(ratio.isna(), PRESENT)


def in_order(table: SourceTable) -> SourceTable:
    """Return the table with regions and measures sorted, margins included."""
    rows = table.values.index.sort_values()
    columns = sorted(table.values.columns)

    def ordered(frame: pd.DataFrame | None) -> pd.DataFrame | None:
        return None if frame is None else frame.loc[rows, columns]

    return replace(
        table,
        values=table.values.loc[rows, columns].astype("float64"),
        reasons=table.reasons.loc[rows, columns].astype("str"),
        regions=table.regions.loc[rows],
        measures=table.measures.loc[columns],
        lower=ordered(table.lower),
        upper=ordered(table.upper),
    )
