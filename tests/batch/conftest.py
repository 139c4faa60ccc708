"""The tiny table of stages, for the time of one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sia.stages import graph
from tests.batch.tiny import STAGES, use_stages


@pytest.fixture
def tiny_stages() -> Iterator[None]:
    """Let the table hold two stages, of the notebooks ``01_a`` and ``02_b``."""
    before = graph.STAGES
    use_stages(STAGES)
    yield
    use_stages(before)


@pytest.fixture
def home(tiny_stages: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty project folder whose notebooks are those of the tiny table."""
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    return tmp_path
