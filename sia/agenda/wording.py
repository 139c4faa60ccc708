"""Dutch words for amounts and years, as the agenda's sentences need them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

MONTHS = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
          "oktober", "november", "december")  # fmt: skip


def euro(amount: float) -> str:
    """Return an amount as ``€ 2,5 mln``, ``€ 340.000`` or ``€ 950``; rounded to three figures."""
    if np.isnan(amount):
        return "onbekend"
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    if size >= 999_500:
        return f"{sign}€ {size / 1e6:.1f} mln".replace(".", ",")
    step = 1000 if size >= 10_000 else 1
    return f"{sign}€ {round(size / step) * step:,.0f}".replace(",", ".")


def number(value: float, decimals: int = 1) -> str:
    """Return a number in Dutch notation (``1.234,5``)."""
    text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))


def percent(share: float, decimals: int = 1) -> str:
    """Return a fraction as a percentage (0.034 -> ``3,4 %``)."""
    return f"{number(100 * share, decimals)} %"


def years(first: int, last: int) -> str:
    """Return ``2026`` or ``2026 tot en met 2028``."""
    return str(first) if first == last else f"{first} tot en met {last}"


def spans(listed: Iterable[int]) -> list[str]:
    """Return rising years as texts, those that follow each other as one."""
    parts: list[list[int]] = []
    for year in listed:
        if parts and parts[-1][-1] == year - 1:
            parts[-1].append(year)
        else:
            parts.append([year])
    return [years(part[0], part[-1]) for part in parts]


def day(moment: date) -> str:
    """Return ``1 januari 2027``."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def count(n: int, singular: str, plural: str) -> str:
    """Return ``1 plan`` or ``3 plannen``."""
    return f"{n} {singular if n == 1 else plural}"
