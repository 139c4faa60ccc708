"""A small city on the table, run once for all tests of the session, also those in a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sia.sessie.choices import opened
from sia.sessie.stand import Stand, load_stand
from sia.settings import Folders
from tests.sessie.klein import CODE, YEAR, small_city


@pytest.fixture(scope="package")
def city(
    once: Callable[[str, Callable[[Path], None]], Path], repository: Path
) -> Iterator[Folders]:
    """Tables that all test processes share; no test may write in their folders."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SIA_HOME", str(repository))
    yield Folders.of(once("kleine-stad", small_city))
    patch.undo()


@pytest.fixture
def folders(city: Folders, tmp_path: Path) -> Folders:
    """The same tables in a folder of this test, so that its record is its own."""
    shutil.copytree(city.processed, tmp_path / "processed")
    return Folders(processed=tmp_path / "processed", reports=tmp_path / "reports")


@pytest.fixture(scope="package")
def read(city: Folders) -> Stand:
    return load_stand(opened(city, CODE, YEAR))


@pytest.fixture
def stand(read: Stand, folders: Folders) -> Stand:
    """What is on the table, with an empty record."""
    return replace(read, run=replace(read.run, folders=folders), panelen={})
