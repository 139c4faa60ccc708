"""The session as an app: a Voilà server on this computer, without code and without internet."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from sia.errors import InputError
from sia.extras import extra

with extra("sessie"):
    import nbformat
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
    from traitlets.config import Config
    from voila.app import Voila
    from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

ADDRESS = "127.0.0.1"
PORTS = 50
IDLE, LOOK = 90, 10
"""Seconds after which a kernel without a page is ended, and between two looks."""
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss: data: blob:; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)
"""What the page may ask: this server only. Jupyter's widgets need inline scripts and `eval`."""


class Kernels(AsyncMappingKernelManager):
    """Ends a kernel that no page has been connected to for `IDLE` seconds.

    Of a browser that crashed nobody hears, and a kernel that was kept ready may have been idle for
    hours when its page comes: so the time counts from when it was seen alone.
    """

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that was left; asked every `LOOK` seconds of all that are not kept ready."""
        seen, now = vars(self).setdefault("_alone", {}), time.monotonic()
        busy = self._kernels[kernel_id].execution_state != "idle"
        if busy or self._kernel_connections.get(kernel_id):
            seen.pop(kernel_id, None)
        elif now - seen.setdefault(kernel_id, now) >= IDLE:
            del seen[kernel_id]
            await self.shutdown_kernel(kernel_id)  # type: ignore[no-untyped-call]


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


def app_notebook(source: Path, parameters: dict[str, Any], titel: str) -> nbformat.NotebookNode:
    """Return a notebook as an app: without its prose.

    The ``parameters`` cell with `parameters` after its own values, and the cells tagged ``app``.
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

    Who does not have `sleutel` gets no page: other users of this computer, other sites in the
    browser.
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
            # one kernel has the city on the table before a page is asked for
            "preheat_kernel": True,
            "multi_kernel_manager_class": Kernels,
            "extension_denylist": ["jupyterlab_pygments"],
        },
        "VoilaKernelManager": {"fill_delay": 5},
        "ConnectionFileMixin": {"transport": "ipc"},
        "MappingKernelManager": {"cull_idle_timeout": IDLE, "cull_interval": LOOK},
        "HTMLExporter": {"language_code": "nl"},
    }


def serve(
    root: Path,
    name: str,
    parameters: dict[str, Any],
    titel: str,
    *,
    poort: int,
    browser: bool,
    say: Callable[[str], None],
) -> None:
    """Serve the app of a notebook until it is stopped, see `app_notebook`.

    A `poort` that is taken becomes the next free one; `say` is told where the page is.
    """
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
    """Return the first port from `first` on that nobody on this computer listens to."""
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
