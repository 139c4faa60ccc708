"""A papermill engine that leaves a failure in the cell where it happened, whatever it was."""

from __future__ import annotations

from typing import Any

from sia.batch.warm import StoppedError, stopping
from sia.extras import extra

with extra("batch"):
    import nbformat
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.engines import NBClientEngine, papermill_engines


class CellEngine(NBClientEngine):  # type: ignore[misc]
    """Papermill's own engine, with a dead kernel or a time limit shown as a failed cell.

    Papermill itself raises on those and writes no executed notebook: nobody could see which cell
    it was.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Execute as papermill does; see `papermill.engines.NBClientEngine`.

        Papermill writes the whole notebook before and after every cell, and once more at the end or
        at a failure. Only the last is kept here: nobody reads the file before it is whole.
        """
        nb_man.save = _not_yet
        try:
            return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        except (CellTimeoutError, DeadKernelError) as error:
            if stopping():
                raise StoppedError(str(error)) from error
            _show(nb_man, error)
            return nb_man.nb


def _not_yet(**_: object) -> None:
    """Take the place of papermill's saving between cells."""


def _show(nb_man: Any, error: Exception) -> None:
    """Write an error as the output of the cell that was running."""
    code = [cell for cell in nb_man.nb.cells if cell.cell_type == "code"]
    # papermill marks a cell as completed on its way out, also when the kernel died in it
    started = [c for c in code if c.metadata.papermill["status"] != nb_man.PENDING]
    if not started:
        raise error
    cell, text = started[-1], str(error).strip().splitlines()
    cell.execution_count = cell.execution_count or len(started)
    made: Any = nbformat.v4.new_output(  # type: ignore[no-untyped-call]
        "error", ename=type(error).__name__, evalue=text[0], traceback=text
    )
    # shutting the kernel down adds a KeyboardInterrupt of its own; papermill reports the first
    cell.outputs.insert(0, made)
    nb_man.cell_exception(cell)


def register(name: str) -> None:
    """Make the engine known to papermill under a name."""
    papermill_engines.register(name, CellEngine)
