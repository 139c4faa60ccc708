"""What a batch has to do: notebooks, their parameters and the order in which they run."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sia.base_year import base_year
from sia.errors import InputError, Problem, refuse
from sia.settings import Folders

PHASES: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("01_intake", "02_indicatoren"),),
    (("03_robuustheid",),),
    (("04_clustering",),),
    (("07_agenda",), ("09_trajecten",)),
    (("08_rapport",), ("06_kaarten",)),
)
"""Chains of notebooks of one year, per phase. Between two phases the years wait for each other:
scores need the norms of the base year, types are pooled over all years, the report tells the agenda
and the change of types. The chains of one phase do not read what the other writes, and run side by
side."""

NOTEBOOKS = tuple(sorted(name for phase in PHASES for chain in phase for name in chain))

JUDGED = ("06_kaarten", "07_agenda", "08_rapport")
"""Notebooks that show what was said in a duidingssessie beside the figures."""

STAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"09_trajecten": ("09_trajecten", "08_verandering")}
)
"""Stages of a notebook whose stage has not simply its own name."""

TIME_LIMIT = 900
"""Seconds that one cell may take."""

Chain = list["Task"]
Phases = list[list[Chain]]


@dataclass(frozen=True)
class Task:
    """One notebook of one municipality and year.

    Parameters
    ----------
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
    timeout: int = TIME_LIMIT

    @property
    def processed(self) -> Path:
        """Folder with the tables of this municipality and year."""
        return Path(self.parameters["verwerkt"]) / self.gemeente / str(self.jaar)


def notebook_parameters(notebook: Path) -> dict[str, Any]:
    """Return the names and default values in a notebook's ``parameters`` cell.

    Raises
    ------
    InputError
        When there is no such notebook or it has no tagged ``parameters`` cell.
    """
    import ast

    if not notebook.exists():
        raise InputError.one(
            bestand=str(notebook), wat="Dit notebook bestaat niet.", oplossing="Controleer de naam."
        )
    # plain JSON: nbformat takes longer to load than a batch without changes may last
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise InputError.one(
            bestand=str(notebook),
            wat=f"Verwacht één cel met de tag `parameters`, gevonden: {len(tagged)}.",
            oplossing="Geef in JupyterLab precies één cel de tag `parameters`.",
        )
    assignments: dict[str, Any] = {}
    for node in ast.parse("".join(tagged[0]["source"])).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assignments[node.targets[0].id] = ast.literal_eval(node.value)
    return assignments


def check_parameters(notebook: Path, given: Mapping[str, Any]) -> None:
    """Refuse names and types that the notebook's ``parameters`` cell does not know.

    Parameters
    ----------
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
    refuse(problems)


def plan(
    gemeentecode: str,
    jaren: Iterable[int],
    bron: Sequence[Path],
    *,
    root: Path,
    folders: Folders,
    basisjaar: int | None = None,
    extra: Mapping[str, Any] | None = None,
    timeout: int = TIME_LIMIT,
) -> Phases:
    """Lay out the phases of one municipality and its years.

    Parameters
    ----------
    root : pathlib.Path
        Project folder with ``notebooks/``.
    basisjaar : int, optional
        Year whose norms fix the scale; see `sia.base_year`.
    extra : mapping, optional
        Further notebook parameters; unknown names are an error.
    timeout : int
        Seconds that one cell may take.

    Returns
    -------
    list of phases of chains of Task

    Raises
    ------
    InputError
        When a parameter is unknown to a notebook or has another type, or the base year has no
        norms; before any kernel starts.
    """
    years = sorted({int(j) for j in jaren})
    common: dict[str, Any] = {
        "gemeente": gemeentecode,
        "bron": [str(b) for b in bron],
        "jaren": years,
        "basisjaar": base_year(gemeentecode, years, basisjaar, folders),
        "verwerkt": str(folders.processed),
        "rapporten": str(folders.reports),
        **(extra or {}),
    }
    checked: set[str] = set()
    phases = []
    for side_by_side in PHASES:
        chains = []
        for year, names in product(years, side_by_side):
            target = folders.report(gemeentecode, year) / "notebooks"
            chain = []
            for name in names:
                notebook = root / "notebooks" / f"{name}.ipynb"
                parameters = {**common, "jaar": year}
                if name not in checked:
                    check_parameters(notebook, parameters)
                    checked.add(name)
                output = target / f"{name}.ipynb"
                chain.append(Task(notebook, gemeentecode, year, parameters, output, timeout))
            chains.append(chain)
        phases.append(chains)
    return phases


def merge(plans: Iterable[Phases]) -> Phases:
    """Return the phases of several municipalities as those of one batch.

    Parameters
    ----------
    plans : iterable of list of phases
        From `plan`.
    """
    listed = list(plans)
    return [[chain for one in listed for chain in one[number]] for number in range(len(PHASES))]
