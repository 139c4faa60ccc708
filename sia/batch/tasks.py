"""What a batch has to do: notebooks, their parameters and the order in which they run."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sia.errors import InputError, Problem, refuse, suggestion
from sia.fingerprint import RawHash, digest
from sia.stages import graph
from sia.stages.run import Run, code_hash
from sia.store import sha256_file

TIME_LIMIT = 900
"""Seconds that one cell may take."""

Key = tuple[str, int]
"""A notebook and a year: one task of a municipality."""


@dataclass(frozen=True)
class Task:
    """One notebook of one municipality and year.

    Its `output` is the executed copy, its `stages` are what the manifest notes its files under, its
    `fingerprint` is the hash of everything that it rests on, its `timeout` in seconds is per cell.
    It starts when the tasks `after` which it comes, of the same municipality, have ended.
    """

    notebook: Path
    gemeente: str
    jaar: int
    parameters: Mapping[str, Any]
    output: Path
    stages: tuple[str, ...] = ()
    fingerprint: str = ""
    timeout: int = TIME_LIMIT
    after: tuple[Key, ...] = ()

    @property
    def key(self) -> Key:
        """Notebook and year."""
        return self.notebook.stem, self.jaar

    @property
    def processed(self) -> Path:
        """Folder with the tables of this municipality and year."""
        return Path(self.parameters["verwerkt"]) / self.gemeente / str(self.jaar)


def notebook_parameters(notebook: Path) -> dict[str, Any]:
    """Return the names and default values in a notebook's one ``parameters`` cell, or refuse it."""
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

    Papermill itself would accept a misspelt name and end with status 0.
    """
    known = notebook_parameters(notebook)
    problems = []
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Bedoelde u `{near[0]}`?" if near else f"Kies uit: {', '.join(sorted(known))}."
            wat = f"De parameter `{name}` bestaat niet."
        elif known[name] is not None and type(value) is not type(known[name]):
            hint = f"Geef een waarde van het soort {type(known[name]).__name__}."
            wat = f"De parameter `{name}` is {value!r}; verwacht iets als {known[name]!r}."
        else:
            continue
        problems.append(Problem(wat, hint, bestand=notebook.name, kolom=name))
    refuse(problems)


def plan(
    run: Run,
    root: Path,
    *,
    methode: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    timeout: int = TIME_LIMIT,
) -> list[Task]:
    """List the tasks of one municipality and its years, each after what it needs.

    The table of stages says what needs what. What lies over the method of the municipality is in
    `methode`; `extra` are parameters of single notebooks, such as ``reeks``. What is unknown or of
    another type is refused before a kernel starts.
    """
    shared: dict[str, Any] = {
        "gemeente": run.gemeente.code,
        "jaar": run.jaar,
        "bron": [str(folder) for folder in run.bron],
        "jaren": list(run.jaren),
        "basisjaar": run.basisjaar,
        "methode": dict(methode or {}),
        "verwerkt": str(run.folders.processed),
        "rapporten": str(run.folders.reports),
    }
    sources = {name: root / "notebooks" / f"{name}.ipynb" for name in graph.notebooks()}
    given = _given(sources, shared, extra or {})
    texts = {name: sha256_file(source) for name, source in sources.items()}

    def task(name: str, jaar: int) -> Task:
        folder = run.folders.edition(run.gemeente.code, jaar, "intern") / "notebooks"
        stages = tuple(one.name for one in graph.of_notebook(name))
        own = json.dumps({k: v for k, v in given[name].items() if k not in shared}, sort_keys=True)
        rests_on = (run.of_year(jaar).fingerprint(stage) for stage in stages)
        return Task(
            sources[name],
            run.gemeente.code,
            jaar,
            {**given[name], "jaar": jaar},
            folder / sources[name].name,
            stages,
            digest([texts[name], own, *rests_on]),
            timeout,
            tuple(
                (other, year)
                for other, years in graph.waits(name)
                for year in run.of_year(jaar).years(years)
            ),
        )

    return [task(name, jaar) for name in graph.notebooks() for jaar in run.jaren]


def _given(
    sources: Mapping[str, Path], shared: Mapping[str, Any], extra: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return the parameters of every notebook, or raise with all that are wrong."""
    known = {name: notebook_parameters(source) for name, source in sources.items()}
    problems = [
        Problem(
            kolom=name,
            wat=f"Geen enkel notebook heeft een parameter `{name}`.",
            oplossing=suggestion(name, {one for names in known.values() for one in names}),
        )
        for name in extra
        if not any(name in names for names in known.values())
    ]
    given = {
        name: {**shared, **{k: v for k, v in extra.items() if k in names}}
        for name, names in known.items()
    }
    for name, source in sources.items():
        try:
            check_parameters(source, given[name])
        except InputError as error:
            problems += error.problems
    refuse(problems)
    return given


def base_fingerprint(raw: RawHash) -> str:
    """Return the hash of the package and the raw files: what every machine must have the same."""
    return digest([code_hash(), *raw])
