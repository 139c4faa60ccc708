"""Tables that are read: accessible HTML with sorting and footnotes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from sia.dutch import MISSING

_SCREEN_ONLY, _OF_BUURT = ' class="scherm"', Markup(' data-b="{}"')


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

    Parameters
    ----------
    table : DataFrame of str
        Texts as readers see them; the first column is the header of each row. The index is not
        shown.
    bijschrift : str
        Caption: what the table holds.
    getallen : sequence of str
        Columns that are set to the right.
    sorteer : mapping, optional
        Column -> values to sort on; these columns, and no others, get a button in their header.
        An empty sequence sorts on the text.
    noten : mapping, optional
        (row number, column) -> footnote.
    naam : str
        Distinguishes the footnotes of tables within one page.
    papier : collection of int, optional
        Numbers of the rows that are printed too; default all.
    breed : collection of str
        Columns that a phone has no room for.
    codes : sequence of str
        Buurt of each row, for a script that answers to a click.
    """
    notes = _Footnotes(naam, noten or {})
    names = [str(name) for name in table.columns]
    kinds = [_kind(name in getallen, name in breed) for name in names]
    body = "".join(
        f"<tr{_SCREEN_ONLY if papier is not None and number not in papier else ''}"
        f"{_OF_BUURT.format(codes[number]) if codes else ''}>"
        f"{_row(names, kinds, values, number, sorteer or {}, notes)}</tr>"
        for number, values in enumerate(table.to_numpy(dtype=object).tolist())
    )
    caption = escape(bijschrift)
    head = "".join(
        _head(name, name in (sorteer or {}), kind) for name, kind in zip(names, kinds, strict=True)
    )
    return (
        f'<div class="tabel" role="region" tabindex="0" aria-label="{caption}"><table>'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"</div>{notes.listed()}"
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


def _row(
    names: Sequence[str],
    kinds: Sequence[str],
    values: Sequence[Any],
    number: int,
    sorteer: Mapping[str, Sequence[float]],
    notes: _Footnotes,
) -> str:
    cells = []
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        text = f"{escape(MISSING if pd.isna(value) else value)}{notes.mark(number, name)}"
        key = _sort_key(sorteer.get(name, ()), number)
        cells.append(
            f'<th scope="row"{key}>{text}</th>'
            if place == 0
            else f"<td{kinds[place]}{key}>{text}</td>"
        )
    return "".join(cells)


def _sort_key(values: Sequence[float], number: int) -> str:
    if len(values) == 0:
        return ""
    value = values[number]
    return ' data-v=""' if pd.isna(value) else f' data-v="{float(value):.6g}"'


class _Footnotes:
    """Numbers equal footnotes alike, in the order in which they are met."""

    def __init__(self, naam: str, noten: Mapping[tuple[int, str], str]) -> None:
        self._name, self._notes = naam, noten
        self._numbers: dict[str, int] = {}

    def mark(self, row: int, column: str) -> str:
        note = self._notes.get((row, column), "")
        if not note:
            return ""
        number = self._numbers.setdefault(note, len(self._numbers) + 1)
        label = f'aria-label="noot {number}"'
        return f'<sup><a href="#{self._name}-noot-{number}" {label}>{number})</a></sup>'

    def listed(self) -> str:
        items = "".join(
            f'<li id="{self._name}-noot-{number}">{escape(note)}</li>'
            for note, number in self._numbers.items()
        )
        return f'<ol class="noten">{items}</ol>' if items else ""
