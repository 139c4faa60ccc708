"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder with the real CBS and RIVM files, or skip with the reason."""
    named = os.environ.get("SIA_REAL_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not (folder / "README.md").exists():
        pytest.skip(f"the real CBS/RIVM files are not at {folder} (set SIA_REAL_DATA to use them)")
    return folder
