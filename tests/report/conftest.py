"""Fixtures of the report tests: material made from the city of `voronoistad`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "viz"))

from voronoistad import city, everything, material

from sia.report.material import Materiaal
from sia.viz.dataset import Cijfers


@pytest.fixture(scope="session")
def stad() -> Cijfers:
    """Return a city of 66 buurten with every table."""
    return everything(city())


@pytest.fixture(scope="session")
def materiaal(stad: Cijfers) -> Materiaal:
    """Return what a full report of that city is made from."""
    return material(stad)
