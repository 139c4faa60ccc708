"""How far a batch is, in lines that a log keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sia.batch.display import Level, Teller
from sia.batch.outcome import DONE, FAILED, UNCHANGED, Outcome

OUTCOMES = (
    Outcome("GM9999", 2021, "01_intake", UNCHANGED),
    Outcome("GM9999", 2021, "02_indicatoren", UNCHANGED),
    Outcome("GM9999", 2022, "01_intake", DONE, seconds=61.2, warnings=("LET OP: oud",)),
    Outcome("GM9999", 2022, "02_indicatoren", FAILED, message="ValueError: stuk"),
)


def lines(level: Level, every: bool) -> list[str]:
    clock: Iterator[float] = iter(range(0, 1000, 90))
    teller = Teller(10, level, every, now=lambda: next(clock))
    return [text for outcome in OUTCOMES for text in teller.lines(outcome)]


def test_a_log_counts_and_says_how_long_the_rest_takes() -> None:
    assert lines("gewoon", every=True) == [
        "1/10 · GM9999 2021: ongewijzigd",
        "3/10 · GM9999 2022 01_intake: klaar, 61,2 s, 1 waarschuwing(en); nog ongeveer 10 min",
        "4/10 · GM9999 2022 02_indicatoren: mislukt, ValueError: stuk",
    ]


@pytest.mark.parametrize(("level", "every"), [("stil", True), ("gewoon", False)])
def test_quiet_and_beside_a_bar_only_failures_are_said(level: Level, every: bool) -> None:
    assert lines(level, every) == ["4/10 · GM9999 2022 02_indicatoren: mislukt, ValueError: stuk"]


def test_verbose_says_everything() -> None:
    said = lines("uitgebreid", every=True)
    assert [text.partition(" ")[0] for text in said if " · " in text] == [
        "1/10",
        "2/10",
        "3/10",
        "4/10",
    ]
    assert "  LET OP: oud" in said


def test_the_bar_counts_failures() -> None:
    teller = Teller(10, "gewoon", every=False)
    for outcome in OUTCOMES:
        list(teller.lines(outcome))
    assert teller.described(OUTCOMES[-1]).endswith("02_indicatoren (1 mislukt)")
