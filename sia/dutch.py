"""Numbers, lists and gaps as Dutch readers write them: ``1.234,5``, ``A, B en C``, a dash."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

MISSING = "–"
"""What stands in a cell without a value (en dash); never a zero."""

SENSITIVE = "gevoelig voor de methode"
"""What is said of a rank outside the interval of its own recalculations."""

CERTAIN, LIKELY = 0.95, 0.80
"""Chance from which something is called ``zeker``, and ``waarschijnlijk``."""

UNLIKELY, OUT = 0.20, 0.05
"""Chance up to which it is ``waarschijnlijk`` not so, and ``zeker`` not so."""

NBSP = "\u00a0"
MINUS = "\u2212"


def _known(value: object) -> float | None:
    """Return a finite float, or None for None, NaN, pandas NA and infinities."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def getal(value: object, decimalen: int = 0) -> str:
    """Format a number as Dutch readers write it.

    ``1.234,5``; `MISSING` for None, NaN and NA.

    `decimalen`: Rounded half up, as readers do.
    """
    number = _known(value)
    if number is None:
        return MISSING
    step = Decimal(1).scaleb(-decimalen)
    rounded = Decimal(repr(number)).quantize(step, rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return f"{MINUS}{text}" if rounded < 0 else text


def met_teken(value: object, decimalen: int = 0) -> str:
    """Format a difference with its sign: ``+3,2``, ``−1,0``, ``0,0``."""
    text = getal(value, decimalen)
    rises = text != MISSING and not text.startswith(MINUS) and text.strip("0,") != ""
    return f"+{text}" if rises else text


def procent(value: object, decimalen: int = 0) -> str:
    """Format a percentage (0-100) as ``97,2 %`` with a space that does not break."""
    text = getal(value, decimalen)
    return text if text == MISSING else f"{text}{NBSP}%"


def small(number: float) -> str:
    """Format a number of 0 to 1 in two decimals; what would be printed as 0 is less than 0,01."""
    return "minder dan 0,01" if 0 <= number < 0.005 else getal(number, 2)


def kans(probability: object) -> str:
    """Format a probability (0-1) as a whole percentage that never claims certainty.

    Returns: ``97 %``; ``meer dan 99 %`` and ``minder dan 1 %`` where rounding would say 100 or 0:
        that all draws agree makes nothing certain; ``94,7 %`` where 95 would belong to another
        word.
    """
    number = _known(probability)
    if number is None:
        return MISSING
    if number < 0.01:
        return f"minder dan 1{NBSP}%"
    if number > 0.99:
        return f"meer dan 99{NBSP}%"
    whole = math.floor(100 * number + 0.5) / 100
    if any((number >= at) != (whole >= at) for at in (CERTAIN, LIKELY)):
        return procent(math.floor(1000 * number) / 10, 1)
    if any((number <= at) != (whole <= at) for at in (UNLIKELY, OUT)):
        return procent(math.ceil(1000 * number) / 10, 1)
    return procent(100 * number)


def euro(value: object) -> str:
    """Format an amount in euros: ``€ 850.000``, ``€ 2,5 mln``, ``€ 1,2 mld``."""
    number = _known(value)
    if number is None:
        return MISSING
    size = abs(number)
    if size >= 999_950_000:
        return f"€{NBSP}{getal(number / 1e9, 1)}{NBSP}mld"
    if size >= 999_500:
        return f"€{NBSP}{getal(number / 1e6, 1)}{NBSP}mln"
    return f"€{NBSP}{getal(number)}"


def rang_interval(low: object, high: object, rang: object = None) -> str:
    """Format the bounds of a rank: ``3–9``, one number when they agree, `MISSING` without.

    With the rank itself it says so when that lies outside: ``4–9, gevoelig voor de methode``.
    """
    first, last, own = getal(low), getal(high), getal(rang)
    if MISSING in (first, last):
        return MISSING
    bounds = first if first == last else f"{first}–{last}"
    if own == MISSING or float(str(low)) <= float(str(rang)) <= float(str(high)):
        return bounds
    return f"{bounds}, {SENSITIVE}"


def meervoud(aantal: int, enkel: str, meer: str) -> str:
    """Return ``1 buurt`` or ``3 buurten``; zero is ``geen buurten``."""
    if aantal == 0:
        return f"geen {meer}"
    return f"{getal(aantal)} {enkel if aantal == 1 else meer}"


def opsomming(names: list[str] | tuple[str, ...]) -> str:
    """Join names as Dutch prose does: ``A, B en C``; ``A, of B; C en D`` around a comma in one."""
    if len(names) <= 1:
        return "".join(names)
    between = "; " if any(", " in name for name in names) else ", "
    return f"{between.join(names[:-1])} en {names[-1]}"
