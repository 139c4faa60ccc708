"""The session as an app: a Voilà server on this computer, without code and without internet."""

from __future__ import annotations

import os
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat

NOTEBOOK = "05_duiding.ipynb"
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss: data: blob:; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)
"""What the page may ask: this server only. Jupyter's widgets need inline scripts and `eval`."""


def app_notebook(source: Path, parameters: dict[str, Any]) -> nbformat.NotebookNode:
    """Return the session's notebook without its prose, with these parameters.

    Parameters
    ----------
    source : pathlib.Path
        ``notebooks/05_duiding.ipynb``.
    parameters : dict
        Values for its ``parameters`` cell; only names that it has.

    Returns
    -------
    NotebookNode
        The ``parameters`` cell with these values after its own, and the cells that are tagged
        ``app``.
    """
    book = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    given = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    kept = []
    for cell in book.cells:
        tags = cell.metadata.get("tags", [])
        if "parameters" in tags:
            kept += [cell, nbformat.v4.new_code_cell(given)]  # type: ignore[no-untyped-call]
        elif "app" in tags:
            kept.append(cell)
    book.cells = kept
    book.metadata["title"] = "Duidingssessie"
    return book


def settings(notebook: Path, *, poort: int, browser: bool) -> dict[str, Any]:
    """Return the settings of the server.

    Parameters
    ----------
    notebook : pathlib.Path
        From `app_notebook`, written.
    poort : int
    browser : bool
        Open the page in the browser of this computer.
    """
    return {
        "Voila": {
            "notebook_path": str(notebook),
            "ip": "127.0.0.1",
            "port": poort,
            "open_browser": browser,
            "log_level": "WARNING",
            "tornado_settings": {"headers": {"Content-Security-Policy": POLICY}},
        },
        "VoilaConfiguration": {
            "template": "sia",
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "show_tracebacks": False,
            "file_allowlist": [],
        },
        "HTMLExporter": {"language_code": "nl"},
    }


def serve(root: Path, gemeente: str, jaar: int, *, editie: str, poort: int, browser: bool) -> None:
    """Serve the session until it is stopped.

    Parameters
    ----------
    root : pathlib.Path
        Project folder with ``notebooks/`` and ``data/processed``.
    gemeente : str
        Code.
    jaar : int
    editie : str
        ``openbaar`` or ``partners``.
    poort : int
        Port on this computer; when it is taken, the next ones are tried.
    browser : bool
    """
    from traitlets.config import Config
    from voila.app import Voila

    share = str(files("sia.sessie").joinpath("share"))
    given = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = share + (os.pathsep + given if given else "")
    os.environ["SIA_HOME"] = str(root)
    with tempfile.TemporaryDirectory(prefix="sia-sessie-") as folder:
        notebook = Path(folder) / NOTEBOOK
        parameters = {"gemeente": gemeente, "jaar": jaar, "editie": editie}
        book = app_notebook(root / "notebooks" / NOTEBOOK, parameters)
        nbformat.write(book, notebook)  # type: ignore[no-untyped-call]
        config = Config(settings(notebook, poort=poort, browser=browser))
        Voila.launch_instance(argv=[], config=config)
