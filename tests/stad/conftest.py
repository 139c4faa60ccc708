"""One city of two years with its tables published, shared by all tests of the door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import voorbeeldstad
from sia.stad import Stad
from tests.stages.conftest import DRAWS, YEARS, open_line, publish_city


@pytest.fixture(scope="package")
def stad(once: Callable[[str, Callable[[Path], None]], Path], repository: Path) -> Iterator[Stad]:
    """Return Voorbeeldstad as it was published; no test may write in its folders."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SIA_HOME", str(repository))
    raw = once("voorbeeldstad", lambda folder: voorbeeldstad.generate(folder, jaren=YEARS))
    root = once("stad", lambda folder: publish_city(folder, raw))
    yield Stad(open_line(root, root / "ruw", draws=DRAWS).last)
    patch.undo()
