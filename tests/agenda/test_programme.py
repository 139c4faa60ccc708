from __future__ import annotations

from collections.abc import Callable

import pytest

from sia.agenda.check import violations
from sia.agenda.inputs import Agenda
from sia.agenda.programme import optimise
from sia.errors import InputError


@pytest.mark.parametrize("block", range(6))
def test_equals_trying_every_schedule(
    block: int, make_agenda: Callable[..., Agenda], try_every: Callable[..., float | None]
) -> None:
    feasible = 0
    for seed in range(block * 40, block * 40 + 40):
        agenda = make_agenda(seed, most=4, years=3)
        best = try_every(agenda)
        if best is None:
            with pytest.raises(InputError, match="wat er mis is"):
                optimise(agenda)
            continue
        feasible += 1
        programme = optimise(agenda)
        assert programme.worth["totaal"] == pytest.approx(best, abs=1.0), seed
        assert programme.bound == pytest.approx(best, abs=1.0), seed
        assert violations(agenda, programme.starts) == []
    assert feasible >= 20
