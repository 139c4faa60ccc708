"""Fixtures of the tests that draw: the made-up city of `voronoistad`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from voronoistad import city

from sia.viz.dataset import Cijfers


@pytest.fixture(scope="session")
def stad() -> Cijfers:
    """Return a city of 66 buurten with every table."""
    return city()
