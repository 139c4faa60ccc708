"""The lessons run from top to bottom on a city that was published once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import voorbeeldstad
from tests.stages.conftest import DRAWS, YEARS, publish_city

TUTORIALS = Path(__file__).resolve().parents[2] / "notebooks" / "tutorials"
QUICK = {
    "weging": {"doorrekeningen": DRAWS},
    "agenda": {"tijd": 5.0, "gat": 0.05},
}


@pytest.fixture(scope="module")
def chosen(once: Callable[[str, Callable[[Path], None]], Path]) -> dict[str, Any]:
    """Return what the parameter cell is replaced by."""
    raw = once("voorbeeldstad", lambda folder: voorbeeldstad.generate(folder, jaren=YEARS))
    root = once("stad", lambda folder: publish_city(folder, raw))
    return {
        "gemeente": "GM9999",
        "jaar": max(YEARS),
        "bron": [str(root / "ruw")],
        "jaren": list(YEARS),
        "basisjaar": min(YEARS),
        "methode": QUICK,
        "verwerkt": str(root / "verwerkt"),
        "rapporten": str(root / "rapporten"),
    }


def with_parameters(
    notebook: nbformat.NotebookNode, chosen: dict[str, Any]
) -> nbformat.NotebookNode:
    """Return a notebook whose parameter cell is followed by other values."""
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            lines = (f"{name} = {value!r}" for name, value in chosen.items())
            cell.source = "\n".join([cell.source, *lines])
    return notebook


def printed(notebook: nbformat.NotebookNode) -> str:
    """Return everything that the code cells printed."""
    return "".join(
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream"
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(TUTORIALS.glob("*.ipynb")), ids=lambda p: p.stem)
def test_a_lesson_runs_and_answers_its_task(
    path: Path,
    chosen: dict[str, Any],
    tmp_path: Path,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SIA_HOME", str(repository))
    own = {**chosen, "bestand": str(tmp_path / "meldingen.csv")}
    notebook = with_parameters(nbformat.read(path, as_version=4), own)
    options = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=300, resources=options).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = [cell for cell in code if cell.outputs]
    assert len(shown) >= len(code) - 2
    assert "Voorbeeldstad" in printed(notebook)
    assert "Niet weggeschreven" not in printed(notebook)
