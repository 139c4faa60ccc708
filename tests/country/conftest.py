"""The raw files of the fictional town and the municipalities around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import voorbeeldstad

YEARS = (2023, 2024)


@pytest.fixture(scope="package")
def raw(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    return once("voorbeeldstad", lambda folder: voorbeeldstad.generate(folder, jaren=YEARS))
