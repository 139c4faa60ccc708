"""The session as an app: a Voilà server on this computer, without code and without internet."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from sia.errors import InputError
from sia.extras import extra
from sia.sessie.choices import chosen
from sia.settings import Folders

with extra("sessie"):
    import nbformat
    from traitlets.config import Config
    from voila.app import Voila
    from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

NOTEBOOK = "06_duiding.ipynb"
ADDRESS = "127.0.0.1"
PORTS = 50
IDLE = 600
"""Seconds after which a kernel that no page is connected to is ended."""
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss: data: blob:; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)
"""What the page may ask: this server only. Jupyter's widgets need inline scripts and `eval`."""


class LeaveHandler(VoilaShutdownKernelHandler):  # type: ignore[misc]
    """Ends the kernel of a page that is left.

    The browser sends this request (a beacon) without a cross-site token, so only this one route
    goes without that check. It still asks for the key, and for the kernel's random number, which
    another site cannot know.
    """

    def check_xsrf_cookie(self) -> None:
        """Let a beacon through."""


class SessionServer(Voila):  # type: ignore[misc]
    """Voilà with the check of cross-site requests on for every route but the leaving of a page."""

    name = "voila"

    def init_handlers(self) -> list[Any]:
        """Return Voilà's routes, with `LeaveHandler` in place of its own."""
        own = {VoilaShutdownKernelHandler: LeaveHandler}
        return [(rule[0], own.get(rule[1], rule[1]), *rule[2:]) for rule in super().init_handlers()]


def app_notebook(
    source: Path, parameters: dict[str, Any], titel: str = "Duidingssessie"
) -> nbformat.NotebookNode:
    """Return a notebook as an app: without its prose, with these parameters.

    Parameters
    ----------
    source : pathlib.Path
        ``notebooks/06_duiding.ipynb``.
    parameters : dict
        Values for its ``parameters`` cell; only names that it has.

    Returns
    -------
    NotebookNode
        The ``parameters`` cell with these values after its own, and the cells that are tagged
        ``app``.
    """
    book: nbformat.NotebookNode = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    given = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    kept = []
    for cell in book.cells:
        tags = cell.metadata.get("tags", [])
        if "parameters" in tags:
            kept += [cell, nbformat.v4.new_code_cell(given)]  # type: ignore[no-untyped-call]
        elif "app" in tags:
            kept.append(cell)
    book.cells = kept
    book.metadata["title"] = titel
    return book


def settings(notebook: Path, *, poort: int, sleutel: str, browser: bool) -> dict[str, Any]:
    """Return the settings of the server.

    Parameters
    ----------
    notebook : pathlib.Path
        From `app_notebook`, written.
    sleutel : str
        Who does not have it gets no page: other users of this computer, other sites in the browser.
    browser : bool
        Open the page in the browser of this computer.
    """
    return {
        "Voila": {
            "notebook_path": str(notebook),
            "ip": ADDRESS,
            "port": poort,
            "open_browser": browser,
            "log_level": "ERROR",
            "token": sleutel,
            "tornado_settings": {"headers": {"Content-Security-Policy": POLICY}},
        },
        "VoilaConfiguration": {
            "template": "sia",
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "show_tracebacks": False,
            "file_allowlist": [],
            "extension_denylist": ["jupyterlab_pygments"],
        },
        "ConnectionFileMixin": {"transport": "ipc"},
        # a browser that crashed never says that its page was left
        "MappingKernelManager": {"cull_idle_timeout": IDLE, "cull_interval": IDLE // 10},
        "HTMLExporter": {"language_code": "nl"},
    }


def serve(
    root: Path,
    gemeente: str,
    jaar: int,
    *,
    editie: str,
    poort: int,
    browser: bool,
    say: Callable[[str], None],
) -> None:
    """Serve the session until it is stopped.

    Parameters
    ----------
    root : pathlib.Path
        Project folder with ``notebooks/`` and ``data/processed``.
    gemeente : str
        Name or code; empty for the first that there is.
    jaar : int
        0 for the newest that there is.
    editie : str
        ``openbaar`` or ``partners``.
    poort : int
        Port on this computer; when it is taken, the next free one is used.
    browser : bool
        Open the page in the browser of this computer.
    say : callable
        Told where the page is.

    Raises
    ------
    InputError
        When there is nothing to open; before a server starts.
    """
    code, year = chosen(Folders.of(root), gemeente, jaar)
    parameters = {"gemeente": code, "jaar": year, "editie": editie}
    serve_notebook(root, NOTEBOOK, parameters, poort=poort, browser=browser, say=say)


def serve_notebook(
    root: Path,
    name: str,
    parameters: dict[str, Any],
    titel: str = "Duidingssessie",
    *,
    poort: int,
    browser: bool,
    say: Callable[[str], None],
) -> None:
    """Serve the app of a notebook until it is stopped, see `serve` and `app_notebook`."""
    share = str(files("sia.sessie").joinpath("share"))
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = share + (os.pathsep + before if before else "")
    os.environ["SIA_HOME"] = str(root)
    with tempfile.TemporaryDirectory(prefix="sia-sessie-") as folder:
        notebook = Path(folder) / name
        book = app_notebook(root / "notebooks" / name, parameters, titel)
        nbformat.write(book, notebook)  # type: ignore[no-untyped-call]
        poort, sleutel = free_port(poort), secrets.token_urlsafe(16)
        say(f"De pagina staat op http://{ADDRESS}:{poort}/?token={sleutel} (stoppen: Ctrl+C).")
        config = Config(settings(notebook, poort=poort, sleutel=sleutel, browser=browser))
        SessionServer.launch_instance(argv=[], config=config)


def free_port(first: int) -> int:
    """Return the first port from `first` on that nobody on this computer listens to.

    Raises
    ------
    InputError
        When the next `PORTS` are all taken.
    """
    for port in range(first, min(first + PORTS, 65536)):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((ADDRESS, port))
            except OSError:
                continue
            return port
    wat = f"Op deze computer is geen poort vrij vanaf {first}."
    raise InputError.one(wat=wat, oplossing="Sluit een andere sessie of kies --poort.")
