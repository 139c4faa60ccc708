"""Cells before anything is a heading: where the table lies in a sheet or a text file.

A table may stand below a title, above a source line, on its side, or on any sheet of a workbook.
What it is known by is what this project reads: rows with codes of areas.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

AREA_CODE = re.compile(r"\s*(?:BU|WK|GM)\d{4}[0-9A-Z]{0,4}\s*", re.I)
"""A cell that looks like the code of a buurt, wijk or gemeente."""

SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?[ \t;,]*\r?\n", re.I)
"""The line with which spreadsheets say what stands between cells."""

_DELIMITERS = ";\t,|"
_HEADER_ROWS = 25
_LOOKED_AT = 400
_FOOTNOTE = re.compile(
    r"bron(?:nen)?\b|©|\(c\)|copyright|\*|noot\b|toelichting\b|let op\b|peildatum\b|datum\b|export"
    r"|gegenereerd|opgehaald|stand per|\d+\)|laatst ",
    re.I,
)
_A_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet or text file.

    `rows`: an empty cell is "".
    `lines`: number of each row as a reader counts them.
    `name`: name of the sheet.
    `marks`: what to say of a cell of which the text does not hold the figure (a formula of which
        the outcome was not stored, a cell that was merged with another).
    """

    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    name: str = ""
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hidden: bool = False

    def codes(self) -> int:
        """Count the areas, near the top, in the column that holds most of them."""
        return max(self._counted(), default=0)

    def first_code(self) -> tuple[int, int] | None:
        """Return row and column of the first area, in the column that holds most of them."""
        counted = self._counted()
        at = counted.index(max(counted)) if any(counted) else -1
        rows = enumerate(self.rows[:_LOOKED_AT])
        found = (row for row, cells in rows if at < len(cells) and AREA_CODE.fullmatch(cells[at]))
        return (next(found), at) if at >= 0 else None

    def _counted(self) -> list[int]:
        top = self.rows[:_LOOKED_AT]
        longest = max(map(len, top), default=0)
        turned = ((row[at] for row in top if at < len(row)) for at in range(longest))
        return list(map(_areas, turned))


def _areas(cells: Iterable[str]) -> int:
    """Count the different areas of one level in some cells."""
    found = {cell.strip().upper() for cell in cells if AREA_CODE.fullmatch(cell)}
    return max(Counter(code[:2] for code in found).values(), default=0)


def grid_of_text(text: str, *, whole: bool = True) -> Grid:
    """Split text into cells.

    `whole`: False for the first part of a file, of which the last line may be cut off.
    Raises csv.Error: its last argument is the line: quotes that do not close.
    """
    told = SEPARATOR.match(text)
    body = text[told.end() :] if told else text.removeprefix("\ufeff")
    sign = told[1] if told else delimiter(body)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=sign, strict=whole)
    rows, lines = [], []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            rows.append(row)
            lines.append(reader.line_num + bool(told))
            if not whole and len(rows) > _HEADER_ROWS:
                break
    except csv.Error as error:
        raise csv.Error(str(error), reader.line_num + bool(told)) from error
    return Grid(rows, lines)


def delimiter(text: str) -> str:
    """Return the sign between cells: the one that stands equally often in most of the lines."""
    lines = re.sub(r'"[^"]*"', "", text[: 1 << 16]).split("\n", _HEADER_ROWS)[:_HEADER_ROWS]

    def fit(sign: str) -> tuple[int, int, int]:
        counts = [count for line in lines if (count := line.count(sign))]
        most = max(counts, key=lambda count: (counts.count(count), count), default=0)
        return counts.count(most), most, -_DELIMITERS.index(sign)

    return max(_DELIMITERS, key=fit)


def upright(grid: Grid) -> Grid:
    """Return the grid with areas in rows, below one row of headings.

    A table that lies on its side is turned.
    """
    start = header_position(grid)
    if start is None:
        return grid
    sideways = max(map(_areas, grid.rows[:_LOOKED_AT]), default=0)
    if sideways < 2 or sideways <= grid.codes():
        return _one_heading(grid, start)
    body = [row for row in grid.rows[start:] if sum(map(bool, row)) > 1]
    width = max(map(len, body))
    turned = list(zip(*([*row, *[""] * (width - len(row))] for row in body), strict=True))
    return replace(grid, rows=turned, lines=range(1, width + 1), marks={})


def _one_heading(grid: Grid, start: int) -> Grid:
    """Bring headings of two rows to one: a group above its columns, or a unit below its name."""
    found = grid.first_code()
    if found is None or found[0] < start + 2:
        return grid
    row, at = start + 1, found[1]
    width = max(len(grid.rows[start]), len(grid.rows[row]))
    upper, lower = ([*cells, *[""] * (width - len(cells))] for cells in grid.rows[start : row + 1])
    if any(re.search(r"\d", cell) and not _A_YEAR.search(cell) for cell in lower):
        return grid
    if upper[at].strip() and not lower[at].strip():
        names = [name for name, below in zip(upper, lower, strict=True) if below.strip()]
        if all(names) and len(set(names)) == len(names):
            head = upper  # below it stand units
        else:
            # a group stands above the first of its columns only
            groups = list(accumulate(upper, _or_before))
            head = [f"{a} {b}" if b else a for a, b in zip(groups, lower, strict=True)]
    elif lower[at].strip() and (not upper[at].strip() or _filled(upper) < _filled(lower)):
        head = lower  # above it stands a group, or a title
    else:
        return grid
    marks = {(r - 1, c): mark for (r, c), mark in grid.marks.items() if r > row}
    rows = [*grid.rows[:start], head, *grid.rows[row + 1 :]]
    lines = [*grid.lines[: start + 1], *grid.lines[row + 1 :]]
    return replace(grid, rows=rows, lines=lines, marks=marks)


def _filled(cells: Iterable[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _or_before(before: str, cell: str) -> str:
    return cell or before


def header_position(grid: Grid) -> int | None:
    """Return the first row, near the top, in which about as many cells are filled as in any."""
    filled = [sum(map(bool, row)) for row in grid.rows[:_HEADER_ROWS]]
    enough = max(2.0, 0.6 * max(filled, default=0))
    return next((place for place, count in enumerate(filled) if count >= enough), None)


def without_footnotes(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows are left when source lines below the table are taken off."""
    end = len(rows)
    while end:
        cells = [cell for cell in rows[end - 1] if cell.strip()]
        if len(cells) > 1 or (cells and not _FOOTNOTE.match(cells[0].strip())):
            break
        end -= 1
    return end
