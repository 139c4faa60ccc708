"""One Voorbeeldstad (fictief), written and read once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from sia.sources.base import Intake
from sia.sources.registry import read_folder
from voorbeeldstad import DemoTruth, generate


class Demo(NamedTuple):
    folder: Path
    truth: DemoTruth


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("voorbeeldstad")
    return Demo(folder, generate(folder))


@pytest.fixture(scope="session")
def intake(demo: Demo) -> Intake:
    return read_folder(demo.folder)
