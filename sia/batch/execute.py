"""Run one notebook and say what became of it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sia.batch.tasks import Task
from sia.store import atomic_path

DONE, FAILED, SKIPPED, UNCHANGED = "klaar", "mislukt", "overgeslagen", "ongewijzigd"


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Parameters
    ----------
    gemeente, jaar, notebook
        Which task.
    status : str
        ``klaar``, ``ongewijzigd`` (nothing changed since it last went well), ``mislukt`` or
        ``overgeslagen`` (an earlier notebook of that year failed).
    seconds : float
        Wall-clock duration.
    cell : int or None
        Number of the cell that failed, counted from 1.
    message : str
        Message of the failure; empty when it went well.
    memory : int or None
        Peak memory of the kernel in bytes, where it is known.
    fingerprint : str
        Hash of code, parameters and inputs that the outcome rests on.
    """

    gemeente: str
    jaar: int
    notebook: str
    status: str
    seconds: float = 0.0
    cell: int | None = None
    message: str = ""
    memory: int | None = None
    fingerprint: str = ""

    @property
    def good(self) -> bool:
        """Whether the notebook's results are there."""
        return self.status in (DONE, UNCHANGED)


def run_notebook(task: Task, fingerprint: str = "") -> Outcome:
    """Execute one notebook and keep the executed copy, also when a cell fails.

    Parameters
    ----------
    task : Task
    fingerprint : str
        Handed on in the outcome.

    Returns
    -------
    Outcome
        Never raises for a failing cell, a dead kernel or a full disk: the outcome says what
        happened, and the executed copy, when it could be written, holds the traceback.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from sia.batch.warm import kernel_config, last_peak_memory

    started = time.perf_counter()
    status, cell, message = DONE, None, ""
    try:
        with atomic_path(task.output) as part:
            try:
                papermill.execute_notebook(
                    str(task.notebook),
                    str(part),
                    parameters=dict(task.parameters),
                    progress_bar=False,
                    request_save_on_cell_execute=False,
                    execution_timeout=task.timeout,
                    cwd=str(task.notebook.parent),
                    config=kernel_config(),
                )
            except PapermillExecutionError as error:
                status, cell = FAILED, error.cell_index + 1
                message = f"{error.ename}: {error.evalue}"
    except Exception as error:
        status, message = FAILED, f"{type(error).__name__}: {error}"
    return Outcome(
        gemeente=task.gemeente,
        jaar=task.jaar,
        notebook=task.notebook.stem,
        status=status,
        seconds=round(time.perf_counter() - started, 2),
        cell=cell,
        message=message,
        memory=last_peak_memory(),
        fingerprint=fingerprint,
    )


def skipped(task: Task) -> Outcome:
    """Return the outcome of a task that cannot run because an earlier one failed."""
    return Outcome(task.gemeente, task.jaar, task.notebook.stem, SKIPPED)
