"""Papermill per year: parameters checked first, years side by side, resumable, fault tolerant."""

from sia.batch.command import Request, choose, start
from sia.batch.display import Level
from sia.batch.execute import run_notebook
from sia.batch.outcome import BatchResult, Outcome
from sia.batch.record import begin, write_record
from sia.batch.run import default_workers, run_batch
from sia.batch.summary import write_summary
from sia.batch.tasks import (
    Task,
    check_parameters,
    notebook_parameters,
    plan,
)

__all__ = [
    "BatchResult",
    "Level",
    "Outcome",
    "Request",
    "Task",
    "begin",
    "check_parameters",
    "choose",
    "default_workers",
    "notebook_parameters",
    "plan",
    "run_batch",
    "run_notebook",
    "start",
    "write_record",
    "write_summary",
]
