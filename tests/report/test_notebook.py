"""An executed notebook becomes one page without a network."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sia.errors import InputError
from sia.report.build import OutsideRequestError
from sia.report.notebook import notebook_html, write_notebook_html
from sia.viz.dataset import Cijfers
from sia.viz.leaflet import hosts
from sia.viz.maps import buurt_map
from sia.viz.theme import FICTIONAL, Theme


def _notebook(folder: Path, *shown: str) -> Path:
    cells = [new_markdown_cell("# Kaarten & cijfers\n\nDit is *tekst* met $x^2$.")]
    for text in shown:
        output = new_output("display_data", data={"text/html": text, "text/plain": "x"})
        cells.append(new_code_cell("geheime_code()", outputs=[output]))
    target = folder / "06_kaarten.ipynb"
    nbformat.write(new_notebook(cells=cells), target)
    return target


def test_page_holds_text_and_map_and_asks_nothing(tmp_path: Path, stad: Cijfers) -> None:
    source = _notebook(tmp_path, buurt_map(stad)._repr_html_(), "<p>klaar</p>")
    page = notebook_html(source, Theme("Teststad", fictief=True))
    assert hosts(page) == ()
    assert "<title>Kaarten &amp; cijfers (fictief)</title>" in page
    assert FICTIONAL in page
    assert "<em>tekst</em>" in page
    assert "Kaart van de buurten van Teststad" in page
    assert "geheime_code" not in page
    assert len(page.encode()) < 1_000_000


def test_code_can_be_shown(tmp_path: Path) -> None:
    page = notebook_html(_notebook(tmp_path, "<p>klaar</p>"), Theme(), toon_code=True)
    assert "geheime_code" in page
    assert "FICTIEF" not in page


def test_output_that_needs_a_network_is_refused(tmp_path: Path) -> None:
    source = _notebook(tmp_path, '<script src="https://cdn.example/plot.js"></script>')
    with pytest.raises(OutsideRequestError, match="cdn"):
        write_notebook_html(tmp_path / "uit.html", source, Theme())
    assert not (tmp_path / "uit.html").exists()


@pytest.mark.parametrize("content", [None, "", "geen json", "[1]"])
def test_what_is_no_notebook_gets_a_clear_message(tmp_path: Path, content: str | None) -> None:
    source = tmp_path / "kapot.ipynb"
    if content is not None:
        source.write_text(content)
    with pytest.raises(InputError, match="kapot"):
        notebook_html(source, Theme())
