"""Numbers as people write them: ``1.234,5``, ``€ 1 000``, ``8,1%``, ``'1000``, ``1,2 mln``.

A cell such as ``1.234`` may be 1234 or 1,234. One cell cannot tell; its column, or the rest of its
file, often can (`signs_of`, `sign_for`). Where nothing tells, the answer is doubt, never a guess.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

Decimal = Literal[".", ","]

SIGNS: tuple[Decimal, Decimal] = (".", ",")
"""The decimal signs that people use."""

_BLANK = "[ \u00a0\u2007\u2009\u202f]"
_BLANKS = re.compile(f"{_BLANK}+")
_CURRENCY = re.compile(rf"^([+-]?){_BLANK}*(?:€|EUR|euro){_BLANK}*|{_BLANK}*(?:€|EUR|euro)$", re.I)
_NO_CENTS = re.compile(r"(?<=\d),(?:-|--|=)$")
_TIMES = {"k": 1e3, "duizend": 1e3, "mln": 1e6, "miljoen": 1e6, "mld": 1e9, "miljard": 1e9}
_MULTIPLE = re.compile(rf"(?<=\d){_BLANK}*({'|'.join(_TIMES)})\.?$", re.I)
_GROUPED = re.compile(
    rf"[+-]?[1-9][0-9]{{0,2}}(?:(?:{_BLANK}|(?<=[0-9])['’])[0-9]{{3}})+(?=$|[.,])"
)
_NUMBER = {
    ".": re.compile(
        r"[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"
        r"|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)"
    ),
    ",": re.compile(
        r"[+-]?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?"
        r"|(?:[0-9]+(?:,[0-9]*)?|,[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)"
    ),
}
_DIGITS = re.compile(r"[+-]?[0-9]+")
_MINUS = re.compile(rf"^[-\u2010-\u2013\u2212\ufe63\uff0d]{_BLANK}*(?=[0-9.,€])")


class Number(NamedTuple):
    """What one cell says.

    `point`, `comma`: value when the point, or the comma, is the decimal sign; None when it then is
        no number.
    `percent`: whether a percent sign stands behind it.
    """

    point: float | None
    comma: float | None
    percent: bool = False

    def value(self, decimal: Decimal) -> float | None:
        """Return the value under one decimal sign."""
        return self.point if decimal == "." else self.comma

    def dutch(self) -> float | None:
        """Return the value to a Dutch reader, who takes ``1.500`` for fifteen hundred."""
        return self.point if self.comma is None else self.comma


@lru_cache(maxsize=1 << 16)
def read_number(text: str) -> Number | None:
    """Read one cell, whatever stands around the digits.

    Blanks, an apostrophe in front (the text mark of a spreadsheet), a euro sign, ``,-`` and a
    percent sign are taken off; blanks and apostrophes between groups of three digits too; ``k``,
    ``mln`` and ``mld`` multiply. A typeset minus (``–5``) is a minus.

    None when it is no number under either decimal sign.

    Examples
    --------
    >>> read_number("€ 1.234,50")
    Number(point=None, comma=1234.5, percent=False)
    >>> read_number("1.234")
    Number(point=1.234, comma=1234.0, percent=False)
    >>> read_number("8,1 %")
    Number(point=None, comma=8.1, percent=True)
    >>> read_number("BU01530000") is None
    True
    """
    if _DIGITS.fullmatch(text):
        return _both(text, 1.0, percent=False)
    bare = text.strip(" \t\r\n\u00a0\u2007\u2009\u202f").removeprefix("'")
    bare = _MINUS.sub("-", bare)
    percent = bare.endswith("%")
    bare = _BLANKS.sub(" ", bare.removesuffix("%")).strip()
    bare = _CURRENCY.sub(r"\1", bare, count=1)
    bare, whole_euros = _NO_CENTS.subn("", bare)
    multiple = _MULTIPLE.search(bare)
    if multiple:
        bare = bare[: multiple.start()]
    if (grouped := _GROUPED.match(bare)) is not None:
        bare = re.sub(f"{_BLANK}|['’]", "", grouped[0]) + bare[grouped.end() :]
    times = _TIMES[multiple[1].lower()] if multiple else 1.0
    return _both(bare, times, percent=percent, dutch=whole_euros > 0)


def _both(bare: str, times: float, *, percent: bool, dutch: bool = False) -> Number | None:
    point = None if dutch and "." in bare else _value(bare, ".", times)
    comma = _value(bare, ",", times)
    return None if point is None and comma is None else Number(point, comma, percent)


def _value(bare: str, decimal: Decimal, times: float) -> float | None:
    if not _NUMBER[decimal].fullmatch(bare):
        return None
    plain = bare.replace(",", "") if decimal == "." else bare.replace(".", "").replace(",", ".")
    number = round(float(plain) * times, 6) if times != 1.0 else float(plain)
    return number if math.isfinite(number) else None


@dataclass(frozen=True)
class Signs:
    """Which decimal sign a number of cells ask for; of each kind one cell, or "".

    `point`, `comma`: a cell that is a number only with that sign as the decimal sign.
    `point_doubt`, `comma_doubt`: a cell that has that sign, and may be a thousandfold of itself
        (``1.234``; ``1,234``).
    """

    point: str = ""
    comma: str = ""
    point_doubt: str = ""
    comma_doubt: str = ""

    @property
    def mixed(self) -> tuple[str, ...]:
        """Two cells that cannot have been written by one rule; empty when there are none."""
        if self.point and self.comma:
            return self.point, self.comma
        if self.point_doubt and self.comma_doubt and not (self.point or self.comma):
            return self.point_doubt, self.comma_doubt
        return ()

    @property
    def doubtful(self) -> str:
        """A cell that these cells alone do not explain, or the empty string."""
        return "" if self.point or self.comma else self.point_doubt or self.comma_doubt

    def together(self, other: Signs) -> Signs:
        """Return what both say."""
        return Signs(
            self.point or other.point,
            self.comma or other.comma,
            self.point_doubt or other.point_doubt,
            self.comma_doubt or other.comma_doubt,
        )


def signs_of(cells: Iterable[str]) -> Signs:
    """Return which decimal sign cells ask for.

    Examples
    --------
    >>> signs_of(["1.234", "0.5"])
    Signs(point='0.5', comma='', point_doubt='1.234', comma_doubt='')
    """
    found = {"point": "", "comma": "", "point_doubt": "", "comma_doubt": ""}
    for cell in cells:
        if "." not in cell and "," not in cell:
            continue
        number = read_number(cell)
        if number is None or number.point == number.comma:
            continue
        if number.comma is None or number.point is None:
            kind = "point" if number.comma is None else "comma"
        else:
            kind = "point_doubt" if "." in cell else "comma_doubt"
        found[kind] = found[kind] or cell.strip()
    return Signs(**found)


def sign_for(
    column: Signs, rest: Signs, *, strict: bool, maximum: float | None = None
) -> Decimal | None:
    """Return the decimal sign of a column.

    None for doubt.

    `column`, `rest`: of the column and of the other columns of its file, which decide where it
        does not itself: decimals with a comma elsewhere make the point of ``1.234`` a sign of
        thousands.
    `strict`: False takes the sign in ``1.234`` for a decimal sign where nothing tells, as it is in
        the files of publishers.
    `maximum`: a column that cannot reach a thousand has no thousands.
    """
    if column.point or column.comma:
        return "." if column.point else ","
    if not column.doubtful:
        return "."
    mark: Decimal = "." if column.point_doubt else ","
    if maximum is not None and maximum < 1000:
        return mark
    other: Decimal = "," if mark == "." else "."
    elsewhere, same = (rest.comma, rest.point) if mark == "." else (rest.point, rest.comma)
    if elsewhere and not same:
        return other
    return None if strict else mark
