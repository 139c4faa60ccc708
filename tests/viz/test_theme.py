"""Contrast and house style."""

from __future__ import annotations

import re

import pytest

from sia.errors import InputError
from sia.viz.theme import (
    POTENTIE,
    QUALITATIVE,
    URGENTIE,
    Theme,
    checked,
    contrast,
    ink_on,
    widget_tokens,
)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("colour", [*URGENTIE, *POTENTIE, *QUALITATIVE])
def test_text_can_be_read_on_every_palette_colour(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= 4.5


def test_sequential_palettes_go_from_light_to_dark() -> None:
    for palette in (URGENTIE, POTENTIE):
        steps = [contrast(colour, "#ffffff") for colour in palette]
        assert steps == sorted(steps)


def test_tokens_of_a_widget_hold_inside_it_only() -> None:
    rules = [rule.strip() for rule in re.sub(r"{[^}]*}", "\n", widget_tokens()).splitlines()]
    assert [rule for rule in rules if rule] == [
        ".sia-thema",
        '[data-jp-theme-light="false"] .sia-thema',
    ]
    assert "--inkt: light-dark(" in widget_tokens()
    assert "color-scheme: light" not in widget_tokens()


def test_the_default_style_is_readable() -> None:
    assert checked(Theme(), "x.toml") == Theme()


def test_every_bad_colour_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        checked(Theme(primair="rood", accent="#12"), "GM9998.toml")
    assert {p.kolom for p in caught.value.problems} == {"huisstijl.primair", "huisstijl.accent"}
    with pytest.raises(InputError, match="slecht leesbaar"):
        checked(Theme(primair="#ffee00"), "GM9998.toml")
