"""Papermill per year: parameters checked first, years side by side, resumable, fault tolerant."""

from sia.batch.command import Request, choose, start
from sia.batch.execute import Outcome, run_notebook
from sia.batch.outcome import BatchResult
from sia.batch.record import begin, write_record
from sia.batch.run import default_workers, run_batch
from sia.batch.summary import write_summary
from sia.batch.tasks import (
    NOTEBOOKS,
    PHASES,
    Phases,
    Task,
    check_parameters,
    merge,
    notebook_parameters,
    plan,
)

__all__ = [
    "NOTEBOOKS",
    "PHASES",
    "BatchResult",
    "Outcome",
    "Phases",
    "Request",
    "Task",
    "begin",
    "check_parameters",
    "choose",
    "default_workers",
    "merge",
    "notebook_parameters",
    "plan",
    "run_batch",
    "run_notebook",
    "start",
    "write_record",
    "write_summary",
]
