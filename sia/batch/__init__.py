"""Papermill per year: parameters checked first, years side by side, resumable, fault tolerant."""

from sia.batch.execute import Outcome, run_notebook
from sia.batch.record import write_record, write_summary
from sia.batch.run import BatchResult, default_workers, run_batch
from sia.batch.tasks import PHASES, Task, check_parameters, notebook_parameters, plan

__all__ = [
    "PHASES",
    "BatchResult",
    "Outcome",
    "Task",
    "check_parameters",
    "default_workers",
    "notebook_parameters",
    "plan",
    "run_batch",
    "run_notebook",
    "write_record",
    "write_summary",
]
