"""Tables that are read: accessible HTML with sorting and footnotes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd
from markupsafe import Markup, escape

from sia.dutch import MISSING

_SCREEN_ONLY, _OF_BUURT = ' class="scherm"', Markup(' data-b="{}"')
_NOTE = Markup('<sup><a href="#{0}-noot-{1}" aria-label="noot {1}">{1})</a></sup>')
_LISTED = Markup('<li id="{}-noot-{}">{}</li>')


def html_table(
    table: pd.DataFrame,
    bijschrift: str,
    *,
    getallen: Sequence[str] = (),
    sorteer: Mapping[str, Sequence[float]] | None = None,
    noten: Mapping[tuple[int, str], str] | None = None,
    naam: str = "",
    papier: Collection[int] | None = None,
    breed: Collection[str] = (),
    codes: Sequence[str] = (),
) -> str:
    """Lay a table of texts out as accessible HTML.

    HTML; every text is escaped, save what is `Markup` already.

    `table` (DataFrame of str): Texts as readers see them; the first column is the header of each
        row. The index is not shown.
    `bijschrift`: Caption: what the table holds.
    `getallen`: Columns that are set to the right.
    `sorteer`: Column -> values to sort on; these columns, and no others, get a button in their
        header. An empty sequence sorts on the text.
    `noten`: (row number, column) -> footnote.
    `naam`: Distinguishes the footnotes of tables within one page.
    `papier`: Numbers of the rows that are printed too; default all.
    `breed`: Columns that a phone has no room for.
    `codes`: Buurt of each row, for a script that answers to a click.
    """
    raw, notes = sorteer or {}, noten or {}
    numbers: dict[str, int] = {}  # equal footnotes are one, in the order in which they are met
    names = [str(name) for name in table.columns]
    kinds = [_kind(name in getallen, name in breed) for name in names]
    rows = []
    for number, values in enumerate(table.to_numpy(dtype=object).tolist()):
        cells: list[str] = []
        for name, kind, value in zip(names, kinds, values, strict=True):
            text: str = escape(MISSING if pd.isna(value) else value)
            if note := notes.get((number, name)):
                text += _NOTE.format(naam, numbers.setdefault(note, len(numbers) + 1))
            key = _sort_key(raw.get(name, ()), number)
            cell = f"<td{kind}{key}>{text}</td>" if cells else f'<th scope="row"{key}>{text}</th>'
            cells.append(cell)
        screen = _SCREEN_ONLY if papier is not None and number not in papier else ""
        code = _OF_BUURT.format(codes[number]) if codes else ""
        rows.append(f"<tr{screen}{code}>{''.join(cells)}</tr>")
    caption = escape(bijschrift)
    head = "".join(_head(name, name in raw, kind) for name, kind in zip(names, kinds, strict=True))
    listed = "".join(_LISTED.format(naam, number, note) for note, number in numbers.items())
    return (
        f'<div class="tabel" role="region" tabindex="0" aria-label="{caption}"><table>'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
        "</table></div>" + (f'<ol class="noten">{listed}</ol>' if listed else "")
    )


def _kind(number: bool, wide: bool) -> str:
    kinds = " ".join(["getal"] * number + ["breed"] * wide)
    return f' class="{kinds}"' if kinds else ""


def _head(name: str, sortable: bool, kind: str) -> str:
    shown = escape(name)
    if not sortable:
        return f'<th scope="col"{kind}>{shown}</th>'
    button = (
        f'<button type="button" class="sorteer">{shown}<span aria-hidden="true"></span></button>'
    )
    return f'<th scope="col"{kind} aria-sort="none">{button}</th>'


def _sort_key(values: Sequence[float], number: int) -> str:
    if len(values) == 0:
        return ""
    value = values[number]
    return ' data-v=""' if pd.isna(value) else f' data-v="{float(value):.6g}"'
