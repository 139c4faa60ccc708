"""Checks of parameters: a choice that means nothing is refused where it is made."""

from __future__ import annotations

from collections.abc import Collection
from numbers import Real

import numpy as np


def check_number(
    what: str,
    value: object,
    *,
    above: float = -np.inf,
    least: float = -np.inf,
    most: float = np.inf,
    below: float = np.inf,
    whole: bool = False,
) -> None:
    """Refuse what is not a finite number within bounds."""
    if not isinstance(value, bool | np.bool_) and isinstance(value, Real):
        number = float(value)
        inside = above < number < below and least <= number <= most
        if inside and np.isfinite(number) and (not whole or number == round(number)):
            return
    kind = "a whole number" if whole else "a number"
    raise ValueError(f"{what} is {value!r}: must be {kind}{_range(above, least, most, below)}")


def _range(above: float, least: float, most: float, below: float) -> str:
    """Say in words which numbers are meant."""
    if np.isfinite([above, below]).all():
        return f" that lies between {above:g} and {below:g} (exclusive)"
    if np.isfinite([least, most]).all():
        return f" that must lie between {least:g} and {most:g}"
    if np.isfinite(above):
        return f" above {above:g}"
    return f" of at least {least:g}" if np.isfinite(least) else ""


def check_fields(rule: object, *names: str, whole: bool = False, **bounds: float) -> None:
    """Refuse a rule whose named fields are not finite numbers within bounds, as `check_number`."""
    for name in names:
        check_number(f"{type(rule).__name__}: {name}", getattr(rule, name), whole=whole, **bounds)


def check_rising(rule: object, lower: str = "lower", upper: str = "upper") -> None:
    """Refuse a rule of which one field is not below another."""
    check_fields(rule, lower, upper)
    low, high = getattr(rule, lower), getattr(rule, upper)
    if not low < high:
        raise ValueError(
            f"{type(rule).__name__}: {lower} {low:g} is not below {upper} {high:g}; the direction "
            "of an indicator turns a scale around, not its bounds"
        )


def check_option(what: str, value: object, options: Collection[object]) -> None:
    """Refuse what is not one of the options."""
    if value not in options:
        raise ValueError(f"{what} is {value!r}: must be one of {', '.join(map(repr, options))}")


def check_instance(what: str, value: object, kind: type) -> None:
    """Refuse what is not an object of the wanted kind; a class instead of an object is named."""
    if isinstance(value, type):
        name = value.__name__
        raise TypeError(f"{what}: give an object, {name}(), instead of the class {name}")
    if not isinstance(value, kind):
        raise TypeError(f"{what}: {value!r} is no {kind.__name__}")
