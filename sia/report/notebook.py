"""An executed notebook as one page that opens anywhere: no script, font or style from outside."""

from __future__ import annotations

import html
from pathlib import Path

import nbformat
from markupsafe import Markup
from nbconvert import HTMLExporter
from traitlets.config import Config

from sia import store
from sia.errors import InputError, Problem
from sia.report.build import OutsideRequestError, static_text, template
from sia.viz.leaflet import content_security_policy, hosts
from sia.viz.theme import FICTIONAL, Theme, ink_on


def notebook_html(source: Path, theme: Theme, *, toon_code: bool = False, titel: str = "") -> str:
    """Return an executed notebook as a self-contained, accessible page.

    Parameters
    ----------
    source : pathlib.Path
        An executed ``.ipynb``.
    theme : Theme
    toon_code : bool
        Shows the code cells too.
    titel : str
        Title of the page; default the first heading of the notebook.

    Returns
    -------
    str
        HTML without MathJax, require.js or any other outside script.

    Raises
    ------
    InputError
        The file is absent or no notebook.
    OutsideRequestError
        An output of the notebook would fetch something from elsewhere.
    """
    notebook = _read(source)
    body = _body(notebook, toon_code)
    page = template("notebook.html.j2").render(
        titel=titel or _first_heading(notebook) or source.stem,
        inhoud=Markup(body),  # noqa: S704 - nbconvert's rendering of a notebook of this project
        theme=theme,
        fictief=FICTIONAL if theme.fictief else "",
        css=Markup(static_text("rapport.css") + static_text("notebook.css")),  # noqa: S704
        inkt=ink_on(theme.primair),
    )
    asked = hosts(page)
    if asked:
        raise OutsideRequestError(f"{source.name} would ask something of {', '.join(asked)}")
    policy = html.escape(content_security_policy(page), quote=True)
    return page.replace("%POLICY%", policy, 1)


def write_notebook_html(
    target: Path, source: Path, theme: Theme, *, toon_code: bool = False
) -> Path:
    """Write `notebook_html` of `source` to `target`, whole or not at all; returns `target`."""
    store.write_text(target, notebook_html(source, theme, toon_code=toon_code))
    return target


def _read(source: Path) -> nbformat.NotebookNode:
    try:
        notebook: nbformat.NotebookNode = nbformat.read(  # type: ignore[no-untyped-call]
            source, as_version=4
        )
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            [
                Problem(
                    bestand=str(source),
                    wat=f"Dit is geen leesbaar notebook ({type(error).__name__}).",
                    oplossing="Voer het notebook opnieuw uit en probeer het dan nog eens.",
                )
            ]
        ) from error
    return notebook


def _body(notebook: nbformat.NotebookNode, toon_code: bool) -> str:
    settings = Config()
    settings.HTMLExporter.template_name = "basic"
    settings.HTMLExporter.exclude_input = not toon_code
    settings.HTMLExporter.exclude_input_prompt = True
    settings.HTMLExporter.exclude_output_prompt = True
    settings.HTMLExporter.exclude_anchor_links = True
    exporter = HTMLExporter(config=settings)  # type: ignore[no-untyped-call]
    body, _ = exporter.from_notebook_node(notebook)
    return str(body)


def _first_heading(notebook: nbformat.NotebookNode) -> str:
    lines = (
        line
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
    )
    return next((line.lstrip("# ").strip() for line in lines if line.startswith("#")), "")
