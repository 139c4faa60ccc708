"""House style of the notebooks: thin, in Dutch prose, parameterised, committed without outputs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TUTORIALS = sorted((FOLDER / "tutorials").glob("*.ipynb"))
FIGURE = re.compile(r"\b(charts\.|plan_map\(|grafiek\.|kaart\(|kaart$)", re.MULTILINE)


@pytest.fixture(params=[*NOTEBOOKS, *TUTORIALS], ids=lambda p: f"{p.parent.name}/{p.stem}")
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [c for c in notebook.cells if c.cell_type == "code"]


def test_the_series_is_there() -> None:
    assert {p.stem[:2] for p in NOTEBOOKS} >= {f"{number:02d}" for number in range(1, 10)}
    assert all(re.fullmatch(r"\d\d_[a-z]+", p.stem) for p in NOTEBOOKS)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda p: p.stem)
def test_a_tutorial_has_a_task_and_then_its_answer(path: Path) -> None:
    titles = [
        line
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    assert titles.index("## Opdracht") + 1 == titles.index("## Antwoord")


def test_outputs_are_stripped(notebook: nbformat.NotebookNode) -> None:
    assert all(c.outputs == [] and c.execution_count is None for c in code_cells(notebook))


def test_one_cell_is_tagged_parameters(notebook: nbformat.NotebookNode) -> None:
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1
    names = {
        node.targets[0].id
        for node in ast.parse(tagged[0].source).body
        if isinstance(node, ast.Assign)
    }
    assert {"gemeente", "jaar", "bron"} <= names


def test_cells_are_short_and_hold_no_logic(notebook: nbformat.NotebookNode) -> None:
    for cell in code_cells(notebook):
        assert len(cell.source.splitlines()) <= 12
        tree = ast.walk(ast.parse(cell.source))
        assert not any(isinstance(n, ast.FunctionDef | ast.ClassDef | ast.Lambda) for n in tree)


def test_more_words_than_code(notebook: nbformat.NotebookNode) -> None:
    words = sum(len(c.source.split()) for c in notebook.cells if c.cell_type == "markdown")
    lines = sum(
        bool(line.strip()) and not line.strip().startswith("#")
        for c in code_cells(notebook)
        for line in c.source.splitlines()
    )
    assert words >= 10 * lines


def test_it_opens_with_its_goal(notebook: nbformat.NotebookNode) -> None:
    assert notebook.cells[0].source.startswith("# ")
    assert "**Doel.**" in notebook.cells[0].source


def test_every_figure_is_followed_by_a_sentence(notebook: nbformat.NotebookNode) -> None:
    cells = notebook.cells
    for position, cell in enumerate(cells):
        if cell.cell_type == "code" and FIGURE.search(cell.source):
            following = cells[position + 1]
            shown_next = following.cell_type == "code" and FIGURE.search(following.source)
            assert following.cell_type == "markdown" or shown_next, cell.source
