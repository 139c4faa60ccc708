"""Papermill per year: parameters checked first, years side by side, resumable, fault tolerant."""

from sia.batch.command import Request as Request
from sia.batch.command import choose as choose
from sia.batch.command import start as start
from sia.batch.display import Level as Level
from sia.batch.execute import run_notebook as run_notebook
from sia.batch.outcome import BatchResult as BatchResult
from sia.batch.outcome import Outcome as Outcome
from sia.batch.record import begin as begin
from sia.batch.record import write_record as write_record
from sia.batch.run import run_batch as run_batch
from sia.batch.summary import write_summary as write_summary
from sia.batch.tasks import Task as Task
from sia.batch.tasks import check_parameters as check_parameters
from sia.batch.tasks import notebook_parameters as notebook_parameters
from sia.batch.tasks import plan as plan
