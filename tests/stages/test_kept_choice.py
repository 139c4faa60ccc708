"""The number of types is chosen once per panel, and anew when the figures change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sia.methode import TypologySettings
from sia.stages import kept_choice
from sia.stages.kept_choice import RememberedChoice


@pytest.fixture
def scores() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    centres = np.repeat([[10.0, 20], [50, 60], [90, 10]], 10, axis=0)
    rows = np.concatenate([centres + rng.normal(size=(30, 2)) for _ in range(2)])
    index = pd.MultiIndex.from_product(
        [(2021, 2022), [f"BU{n:08d}" for n in range(30)]], names=["jaar", "buurtcode"]
    )
    return pd.DataFrame(rows, index=index, columns=["sociaal", "wonen"])


def test_another_year_reads_what_was_chosen(
    tmp_path: Path, scores: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    how, made = TypologySettings(seed=1), RememberedChoice(tmp_path / "typen")
    first = made(scores, how)
    assert first.keuze.k == 3
    assert not (tmp_path / "typen").exists(), "a choice alone writes nothing"
    made.keep()
    calls: list[int] = []

    def counted(*given: object) -> object:
        calls.append(1)
        return first

    monkeypatch.setattr(kept_choice, "choose_types", counted)
    again = RememberedChoice(tmp_path / "typen")
    second = again(scores, how)
    assert not calls
    assert again.new is None
    assert (second.keuze.k, second.keuze.reden) == (first.keuze.k, first.keuze.reden)
    for one, other in (
        (first.keuze.table, second.keuze.table),
        (first.punten, second.punten),
        (first.takken, second.takken),
    ):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    again(scores + 1.0, how)
    assert len(calls) == 1, "other figures are another choice"
    again(scores, TypologySettings(seed=2))
    assert len(calls) == 2
