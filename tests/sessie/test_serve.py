"""The app's server: this computer only, no code, no other host."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

from sia.batch.tasks import check_parameters
from sia.sessie.serve import (
    ADDRESS,
    LeaveHandler,
    app_notebook,
    free_port,
    settings,
)
from sia.settings import Folders
from tests.sessie.klein import CODE, YEAR

NOTEBOOK = "06_duiding.ipynb"


def test_the_app_is_the_notebook_without_its_prose(repository: Path) -> None:
    book = app_notebook(
        repository / "notebooks" / NOTEBOOK, {"gemeente": CODE, "jaar": YEAR}, "Duidingssessie"
    )
    assert [cell.cell_type for cell in book.cells] == ["code"] * 3
    assert book.cells[1].source == f"gemeente = '{CODE}'\njaar = {YEAR}"
    assert book.cells[2].source.endswith("app")
    nbformat.validate(book)


def test_the_notebook_knows_the_parameters_that_the_app_gives(repository: Path) -> None:
    given = {"gemeente": CODE, "jaar": YEAR, "editie": "openbaar"}
    check_parameters(repository / "notebooks" / NOTEBOOK, given)


def test_the_server_listens_here_and_lets_the_page_ask_nobody_else() -> None:
    made = settings(Path("x.ipynb"), poort=1, sleutel="geheim", browser=False)
    assert made["Voila"]["ip"] == ADDRESS == "127.0.0.1"
    assert made["Voila"]["token"] == "geheim"
    policy = made["Voila"]["tornado_settings"]["headers"]["Content-Security-Policy"]
    assert "http" not in policy
    assert "*" not in policy
    assert not made["VoilaConfiguration"]["show_tracebacks"]


def test_only_the_leaving_of_a_page_goes_without_the_check_of_cross_site_requests() -> None:
    made = settings(Path("x.ipynb"), poort=1, sleutel="geheim", browser=False)
    assert "disable_check_xsrf" not in made["Voila"]["tornado_settings"]
    own = {name for name in vars(LeaveHandler) if not name.startswith("_")}
    assert own == {"check_xsrf_cookie"}
    assert issubclass(LeaveHandler, VoilaShutdownKernelHandler)


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind((ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port


@pytest.mark.slow
def test_the_notebook_runs_by_itself_and_writes_nothing(
    repository: Path, folders: Folders, tmp_path: Path
) -> None:
    book = nbformat.read(repository / "notebooks" / NOTEBOOK, as_version=4)
    cell = next(c for c in book.cells if "parameters" in c.metadata.get("tags", []))
    cell.source += f"\nverwerkt = {str(folders.processed)!r}"
    nbformat.write(book, tmp_path / NOTEBOOK)
    before = sorted(folders.processed.rglob("*"))
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q"]
    command += [str(tmp_path / NOTEBOOK), "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "SIA_HOME": str(repository)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert sorted(folders.processed.rglob("*")) == before
