"""Run the numbered notebooks through papermill: per year, side by side, none takes another down."""

from __future__ import annotations

import difflib
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sia.errors import InputError, Problem
from sia.settings import Folders
from sia.store import atomic_path, write_json

PHASES: tuple[tuple[str, ...], ...] = (
    ("01_intake", "02_indicatoren"),
    ("03_robuustheid",),
    ("04_clustering", "06_kaarten", "08_rapport"),
)
"""Notebooks of one year, in the order in which they run. Between two phases the years wait for
each other: scores need the norms of the base year, types are pooled over all years."""


@dataclass(frozen=True)
class Task:
    """One notebook of one municipality and year.

    Parameters
    ----------
    notebook : pathlib.Path
        The source notebook.
    gemeente : str
        Code, ``GM0153``.
    jaar : int
    parameters : mapping
        Values for the notebook's ``parameters`` cell.
    output : pathlib.Path
        Where the executed copy goes.
    timeout : int
        Seconds that one cell may take.
    """

    notebook: Path
    gemeente: str
    jaar: int
    parameters: Mapping[str, Any]
    output: Path
    timeout: int = 900


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Parameters
    ----------
    gemeente, jaar, notebook
        Which task.
    status : str
        ``klaar``, ``mislukt`` or ``overgeslagen`` (an earlier notebook of that year failed).
    seconds : float
        Wall-clock duration.
    cell : int or None
        Number of the cell that failed, counted from 1.
    message : str
        Dutch or library message of the failure; empty when it went well.
    """

    gemeente: str
    jaar: int
    notebook: str
    status: str
    seconds: float
    cell: int | None = None
    message: str = ""


@dataclass(frozen=True)
class BatchResult:
    """All outcomes of one batch, in a fixed order."""

    outcomes: tuple[Outcome, ...] = field(default=())

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Outcomes that did not end well."""
        return tuple(o for o in self.outcomes if o.status == "mislukt")

    def exit_code(self) -> int:
        """Return 0 when every task went well, 1 when at least one failed."""
        return 1 if self.failed else 0


def notebook_parameters(notebook: Path) -> dict[str, Any]:
    """Return the names and default values in a notebook's ``parameters`` cell.

    Parameters
    ----------
    notebook : pathlib.Path

    Raises
    ------
    InputError
        When there is no such notebook or it has no tagged ``parameters`` cell.
    """
    import ast

    import nbformat

    if not notebook.exists():
        raise InputError(
            [
                Problem(
                    bestand=str(notebook),
                    wat="Dit notebook bestaat niet.",
                    oplossing="Controleer de naam.",
                )
            ]
        )
    cells = nbformat.read(notebook, as_version=4).cells  # type: ignore[no-untyped-call]
    tagged = [c for c in cells if "parameters" in c.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise InputError(
            [
                Problem(
                    bestand=str(notebook),
                    wat=f"Verwacht één cel met de tag `parameters`, gevonden: {len(tagged)}.",
                    oplossing="Geef in JupyterLab precies één cel de tag `parameters`.",
                )
            ]
        )
    assignments: dict[str, Any] = {}
    for node in ast.parse(tagged[0].source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assignments[node.targets[0].id] = ast.literal_eval(node.value)
    return assignments


def check_parameters(notebook: Path, given: Mapping[str, Any]) -> None:
    """Refuse names and types that the notebook's ``parameters`` cell does not know.

    Parameters
    ----------
    notebook : pathlib.Path
    given : mapping
        Parameter values; papermill itself would accept a misspelt name and end with status 0.

    Raises
    ------
    InputError
        With one problem per parameter that is unknown or of another type than its default.
    """
    known = notebook_parameters(notebook)
    problems = []
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Bedoelde u `{near[0]}`?" if near else f"Kies uit: {', '.join(sorted(known))}."
            problems.append(
                Problem(
                    bestand=notebook.name,
                    kolom=name,
                    wat=f"De parameter `{name}` bestaat niet.",
                    oplossing=hint,
                )
            )
        elif known[name] is not None and type(value) is not type(known[name]):
            problems.append(
                Problem(
                    bestand=notebook.name,
                    kolom=name,
                    wat=f"De parameter `{name}` is {value!r}; verwacht iets als {known[name]!r}.",
                    oplossing=f"Geef een waarde van het soort {type(known[name]).__name__}.",
                )
            )
    if problems:
        raise InputError(problems)


def run_notebook(task: Task) -> Outcome:
    """Execute one notebook and keep the executed copy, also when a cell fails.

    Parameters
    ----------
    task : Task

    Returns
    -------
    Outcome
        Never raises for a failing cell: the copy holds the traceback, the outcome names the cell.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    started = time.perf_counter()
    status, cell, message = "klaar", None, ""
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
                )
            except PapermillExecutionError as error:
                status, cell = "mislukt", error.cell_index + 1
                message = f"{error.ename}: {error.evalue}"
    except Exception as error:
        status, message = "mislukt", f"{type(error).__name__}: {error}"
    return Outcome(
        gemeente=task.gemeente,
        jaar=task.jaar,
        notebook=task.notebook.stem,
        status=status,
        seconds=round(time.perf_counter() - started, 2),
        cell=cell,
        message=message,
    )


def _run_chain(tasks: Sequence[Task]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for task in tasks:
        if outcomes and outcomes[-1].status != "klaar":
            outcomes.append(
                Outcome(task.gemeente, task.jaar, task.notebook.stem, "overgeslagen", 0.0)
            )
        else:
            outcomes.append(run_notebook(task))
    return outcomes


def run_batch(
    phases: Sequence[Sequence[Sequence[Task]]],
    *,
    workers: int = 2,
    warm: bool = True,
    progress: Callable[[Outcome], None] | None = None,
) -> BatchResult:
    """Run chains of notebooks, phase by phase, the chains of a phase side by side.

    Parameters
    ----------
    phases : sequence of (sequence of chains)
        A chain is the list of tasks of one municipality and year in one phase. When a task of a
        chain fails, the rest of that municipality and year is skipped, all others go on.
    workers : int
        Number of chains side by side; the work itself is done in kernels, one process each.
    warm : bool
        Fork kernels from a warm server where the platform can; else start each one anew.
    progress : callable, optional
        Called with every outcome as it comes in.

    Returns
    -------
    BatchResult
        Outcomes sorted by municipality, year and notebook.
    """
    outcomes: list[Outcome] = []
    broken: set[tuple[str, int]] = set()
    from sia.warm import warm_kernels

    with warm_kernels(warm), ThreadPoolExecutor(max_workers=workers) as pool:
        for chains in phases:
            alive = [c for c in chains if (c[0].gemeente, c[0].jaar) not in broken]
            skipped = [t for c in chains if c not in alive for t in c]
            for task in skipped:
                outcomes.append(
                    Outcome(task.gemeente, task.jaar, task.notebook.stem, "overgeslagen", 0.0)
                )
            for future in as_completed([pool.submit(_run_chain, chain) for chain in alive]):
                for outcome in future.result():
                    outcomes.append(outcome)
                    if outcome.status != "klaar":
                        broken.add((outcome.gemeente, outcome.jaar))
                    if progress is not None:
                        progress(outcome)
    return BatchResult(tuple(sorted(outcomes, key=lambda o: (o.gemeente, o.jaar, o.notebook))))


def plan(
    gemeentecode: str,
    jaren: Iterable[int],
    bron: Sequence[Path],
    *,
    root: Path,
    folders: Folders,
    basisjaar: int | None = None,
    extra: Mapping[str, Any] | None = None,
) -> list[list[list[Task]]]:
    """Lay out the phases of one municipality and its years.

    Parameters
    ----------
    gemeentecode : str
    jaren : iterable of int
    bron : sequence of pathlib.Path
        Folders with raw data.
    root : pathlib.Path
        Project folder with ``notebooks/``.
    folders : Folders
    basisjaar : int, optional
        Year whose norms fix the scale; default the first of `jaren`.
    extra : mapping, optional
        Further notebook parameters; unknown names are an error.

    Returns
    -------
    list of phases of chains of Task

    Raises
    ------
    InputError
        When a parameter is unknown to a notebook or has another type; before any kernel starts.
    """
    years = sorted({int(j) for j in jaren})
    common: dict[str, Any] = {
        "gemeente": gemeentecode,
        "bron": [str(b) for b in bron],
        "jaren": years,
        "basisjaar": basisjaar or years[0],
        "verwerkt": str(folders.processed),
        "rapporten": str(folders.reports),
        **(extra or {}),
    }
    checked: set[str] = set()
    phases = []
    for names in PHASES:
        chains = []
        for year in years:
            target = folders.report(gemeentecode, year) / "notebooks"
            chain = []
            for name in names:
                notebook = root / "notebooks" / f"{name}.ipynb"
                parameters = {**common, "jaar": year}
                if name not in checked:
                    check_parameters(notebook, parameters)
                    checked.add(name)
                chain.append(
                    Task(notebook, gemeentecode, year, parameters, target / f"{name}.ipynb")
                )
            chains.append(chain)
        phases.append(chains)
    return phases


def write_record(result: BatchResult, target: Path) -> None:
    """Write the machine-readable record of a batch.

    Parameters
    ----------
    result : BatchResult
    target : pathlib.Path
        JSON with one entry per outcome and the versions in use.
    """
    import platform

    from sia import __version__

    write_json(
        target,
        {
            "sia": __version__,
            "python": platform.python_version(),
            "uitkomsten": json.loads(json.dumps([asdict(o) for o in result.outcomes])),
        },
    )


def default_workers() -> int:
    """Return the number of years that run side by side: the cores of this machine, at most 8."""
    return max(1, min(8, os.cpu_count() or 1))
