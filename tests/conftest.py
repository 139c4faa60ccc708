"""Fixtures that every test may use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

# No test depends on how fast the machine is.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

REPOSITORY = Path(__file__).resolve().parents[1]
# what a test starts (a kernel, the command) must find this checkout, not the one that is installed
os.environ["PYTHONPATH"] = os.pathsep.join(
    [
        str(REPOSITORY),
        str(REPOSITORY / "voorbeeldstad"),
        *filter(None, [os.environ.get("PYTHONPATH")]),
    ]
)


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


@pytest.fixture(scope="session")
def services_answers(real_data: Path) -> Path:
    """Return the folder with recorded answers of the services, or skip with the reason."""
    folder = real_data.parent / "services-answers"
    if not folder.is_dir():
        pytest.skip(f"no recorded answers of the services at {folder}")
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all test processes of this session have in common."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "gedeeld"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def once(shared: Path) -> Callable[[str, Callable[[Path], None]], Path]:
    """Return a function that has a folder built by whichever test process comes first."""

    def built(name: str, build: Callable[[Path], None]) -> Path:
        folder, done = shared / name, shared / f"{name}.klaar"
        with FileLock(shared / f"{name}.slot"):
            if not done.exists():
                build(folder)
                done.touch()
        return folder

    return built


@pytest.fixture(scope="session")
def site(repository: Path, once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """Return the documentation site, built without a warning; its example is a stand-in."""

    def build(folder: Path) -> None:
        example = folder.with_name("voorbeeld")
        example.mkdir()
        for name in ("atlas.html", "rapport.html", "rapport-bijlage.html", "kaart.html"):
            (example / name).write_text("<!doctype html><title>Voorbeeld</title>", "utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
            cwd=repository,
            env={**os.environ, "SIA_VOORBEELD": str(example), "NO_MKDOCS_2_WARNING": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "WARNING" not in done.stderr, done.stderr

    return once("site", build)
