"""Run one notebook and say what became of it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sia.batch.tasks import Task
from sia.extras import extra
from sia.store import atomic_path

DONE, FAILED, SKIPPED, UNCHANGED = "klaar", "mislukt", "overgeslagen", "ongewijzigd"
STOPPED = "niet gedraaid"

_ENGINE = "sia"
_ATTENTION = "LET OP"
_MOST_WARNINGS = 20


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Parameters
    ----------
    gemeente, jaar, notebook
        Which task.
    status : str
        ``klaar``, ``ongewijzigd`` (nothing changed since it last went well), ``mislukt``,
        ``overgeslagen`` (an earlier notebook of that year failed) or ``niet gedraaid`` (the batch
        was stopped).
    cell : int or None
        The cell that failed: the number that Jupyter shows before it, ``[3]``.
    message : str
        Message of the failure; empty when it went well.
    memory : int or None
        Peak memory of the kernel in bytes, where it is known.
    cpu : float or None
        Processor time of the kernel in seconds, where it is known.
    fingerprint : str
        Hash of code, parameters and inputs that the outcome rests on.
    warnings : tuple of str
        What the notebook asked attention for, and warnings of libraries.
    outputs : mapping of str to str
        Files that the notebook's stage wrote, with their SHA-256.
    """

    gemeente: str
    jaar: int
    notebook: str
    status: str
    seconds: float = 0.0
    cell: int | None = None
    message: str = ""
    memory: int | None = None
    cpu: float | None = None
    fingerprint: str = ""
    warnings: tuple[str, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether the notebook's results are there."""
        return self.status in (DONE, UNCHANGED)


def run_notebook(task: Task, fingerprint: str = "") -> Outcome:
    """Execute one notebook and keep the executed copy, also when a cell fails.

    Parameters
    ----------
    fingerprint : str
        Handed on in the outcome.

    Returns
    -------
    Outcome
        Never raises for a failing cell, a dead kernel or a full disk: the outcome says what
        happened, and the executed copy, when it could be written, holds the traceback.
    """
    with extra("batch"):
        from papermill.exceptions import PapermillExecutionError

    from sia.batch.resume import written
    from sia.batch.warm import StoppedError, last_usage

    started = time.perf_counter()
    status, cell, message = DONE, None, ""
    try:
        with atomic_path(task.output) as part:
            try:
                _execute(task, part)
            except PapermillExecutionError as error:
                status, cell = FAILED, error.exec_count
                message = f"{error.ename}: {error.evalue}"
    except StoppedError:
        status = STOPPED
    except Exception as error:
        status, message = FAILED, f"{type(error).__name__}: {error}"
    usage = last_usage()
    return Outcome(
        gemeente=task.gemeente,
        jaar=task.jaar,
        notebook=task.notebook.stem,
        status=status,
        seconds=round(time.perf_counter() - started, 2),
        cell=cell,
        message=message,
        memory=usage.memory,
        cpu=usage.cpu,
        fingerprint=fingerprint,
        warnings=warnings_in(task.output) if status == DONE else (),
        outputs=written(task) if status == DONE else {},
    )


def _execute(task: Task, target: Path) -> None:
    with extra("batch"):
        import papermill

    from sia.batch.engine import register
    from sia.batch.warm import kernel_config

    register(_ENGINE)
    papermill.execute_notebook(
        str(task.notebook),
        str(target),
        engine_name=_ENGINE,
        parameters=dict(task.parameters),
        progress_bar=False,
        request_save_on_cell_execute=False,
        execution_timeout=task.timeout,
        # papermill's own `cwd` changes that of this process, which other threads share
        resources={"metadata": {"path": str(task.notebook.parent)}},
        config=kernel_config(),
    )


def warnings_in(executed: Path) -> tuple[str, ...]:
    """Return what an executed notebook asks attention for.

    Returns
    -------
    tuple of str
        Lines with ``LET OP`` in what it printed, and what it wrote on stderr; without doubles, at
        most twenty.
    """
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    streams = [
        output
        for cell in cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream"
    ]
    found = [line for stream in streams for line in _lines(stream)]
    return tuple(dict.fromkeys(found))[:_MOST_WARNINGS]


def _lines(stream: Mapping[str, Any]) -> list[str]:
    text = "".join(stream["text"])
    asked = [line.strip() for line in text.splitlines() if line.strip()]
    if stream["name"] == "stderr":
        # the line of code under a Python warning says nothing to who reads the summary
        return [line for line in asked if ": " in line] or asked[:1]
    return [line for line in asked if _ATTENTION in line]


def skipped(task: Task, status: str = SKIPPED) -> Outcome:
    """Return the outcome of a task that did not run: an earlier one failed or it was stopped."""
    return Outcome(task.gemeente, task.jaar, task.notebook.stem, status)
