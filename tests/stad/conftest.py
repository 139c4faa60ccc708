"""One city of two years with its tables published, shared by all tests of the door."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import voorbeeldstad
from sia.stad import Stad
from sia.stages import graph
from tests.stages.conftest import YEARS, open_line

DRAWS = 40


def publish_city(root: Path, raw: Path) -> None:
    """Publish every table that a map of the city needs, with plans of partners lying ready."""
    shutil.copytree(raw, root / "ruw")
    voorbeeldstad.write_plans(root / "ruw", voorbeeldstad.plant(jaren=[max(YEARS)]))
    line = open_line(root, root / "ruw", draws=DRAWS)
    for one in graph.STAGES:
        for run in line.runs.values():
            run.publish(one.name)
        if one.name == "aanpak":
            break


@pytest.fixture(scope="package")
def stad(once: Callable[[str, Callable[[Path], None]], Path], repository: Path) -> Iterator[Stad]:
    """Return Voorbeeldstad as it was published; no test may write in its folders."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SIA_HOME", str(repository))
    raw = once("voorbeeldstad", lambda folder: voorbeeldstad.generate(folder, jaren=YEARS))
    root = once("stad", lambda folder: publish_city(folder, raw))
    yield Stad(open_line(root, root / "ruw", draws=DRAWS).last)
    patch.undo()
