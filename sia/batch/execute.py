"""Run one notebook and say what became of it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sia.batch.outcome import DONE, FAILED, STOPPED, Outcome
from sia.batch.resume import written
from sia.batch.tasks import Task
from sia.extras import extra
from sia.settings import portable
from sia.store import atomic_path

_ENGINE = "sia"
_ATTENTION = "LET OP"
_MOST_WARNINGS = 20


def run_notebook(task: Task) -> Outcome:
    """Execute one notebook and keep the executed copy, also when a cell fails.

    Never raises for a failing cell, a dead kernel or a full disk: the outcome says what happened,
    and the copy, when it could be written, holds the traceback.
    """
    from sia.batch.warm import StoppedError, last_usage, start_server

    start_server()
    with extra("batch"):
        from papermill.exceptions import PapermillExecutionError

    started = time.perf_counter()
    status, cell, message = DONE, None, ""
    try:
        with atomic_path(task.output) as part:
            try:
                _execute(task, part)
            except PapermillExecutionError as error:
                status, cell = FAILED, error.exec_count
                message = f"{error.ename}: {error.evalue}"
            _without_paths(task, part)
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
        fingerprint=task.fingerprint,
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


def _without_paths(task: Task, part: Path) -> None:
    """Let an executed notebook not tell where it was made, or by whom."""
    text, given = part.read_text(encoding="utf-8"), task.parameters
    named = [part, *(given.get("bron") or ()), given.get("verwerkt"), given.get("rapporten")]
    folders = [Path(one) for one in named if one]
    root = task.notebook.parents[1]
    part.write_text(portable(text, root, folders), encoding="utf-8", newline="\n")


def warnings_in(executed: Path) -> tuple[str, ...]:
    """Return what an executed notebook asks attention for, without doubles, at most twenty lines.

    Those with ``LET OP`` in what it printed, and what it wrote on stderr.
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
