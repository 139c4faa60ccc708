"""The dials of the made-up worlds do what they say."""

from __future__ import annotations

import numpy as np
import pytest

from voorbeeldstad.worlds import pocket_world, types_world


def test_types_lie_as_far_apart_as_asked_with_as_many_gaps() -> None:
    spreads = []
    for separation in (0.5, 3.0):
        figures, kind = types_world(1, buurten=300, separation=separation, gaps=0.1)
        assert len(figures) == 300 and kind.nunique() == 5
        assert figures.isna().to_numpy().mean() == pytest.approx(0.1, abs=0.02)
        spreads.append(figures.groupby(kind).mean().std().mean())
    assert spreads[0] < 1.0 < 2.0 < spreads[1]
    _, unequal = types_world(1, buurten=100, unequal=True)
    assert unequal.value_counts().max() >= 4 * unequal.value_counts().min()


def test_a_pocket_is_cheaper_by_its_strength_and_lies_in_one_buurt() -> None:
    world = pocket_world(3, buurten=10, pockets=4, size=6, strength=2.0)
    value = np.log(world.squares["gemiddelde_woz_waarde_woning"])
    inside = world.planted != ""
    assert world.planted[inside].value_counts().tolist() == [6] * 4
    assert len(world.squares) == 10 * 64 and len(world.buurten) == 10
    home = world.squares.sjoin(world.buurten, predicate="within")["buurtcode"]
    assert home.is_unique is False and home.groupby(world.planted[inside]).nunique().max() == 1
    own = value.groupby(home).transform("median")
    assert (value - own)[inside].mean() == pytest.approx(-2 * 0.35, abs=0.2)
    nothing = pocket_world(3, buurten=10, pockets=0)
    assert (nothing.planted == "").all()
