"""A project of tiny notebooks with a tiny table of stages, for tests of the batch itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import nbformat

from sia import batch
from sia.stages import graph
from sia.stages.graph import Need, Stage
from sia.stages.opening import checked_run
from sia.stages.run import Run

PARAMETERS = """gemeente = "GM9999"
jaar = 2020
bron = ["x"]
jaren = [2020]
basisjaar = 2020
methode = {}
verwerkt = "x"
rapporten = "x"
"""
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
STAGES = (
    Stage("intake", "", "01_a", outside=("open data", "gemeente")),
    Stage("weging", "", "02_b", needs=(Need("intake", "alle"),), method=("weging",)),
)
"""The second waits until all years have done the first."""


def use_stages(stages: Iterable[Stage]) -> None:
    """Let `stages` be the table of stages of this process."""
    graph.STAGES = tuple(stages)
    for cached in (graph.stage, graph.maker, graph.of_notebook, graph.waits):
        cached.cache_clear()


def write_notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> Path:
    first = nbformat.v4.new_code_cell(parameters)
    first.metadata["tags"] = ["parameters"]
    listed = [first, *(nbformat.v4.new_code_cell(cell) for cell in cells)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=listed, metadata=KERNEL), path)
    return path


def write_project(root: Path, *sources: str) -> Path:
    """Write notebooks ``01_a``, ``02_b`` ..., two municipality files and a raw folder."""
    for number, source in enumerate(sources, start=1):
        write_notebook(root / "notebooks" / f"{number:02d}_{chr(96 + number)}.ipynb", source)
    (root / "gemeenten").mkdir()
    for code, name in (("GM9998", "Andersdorp (fictief)"), ("GM9999", "Eendorp (fictief)")):
        text = f'code = "{code}"\nnaam = "{name}"\nfictief = true\n'
        (root / "gemeenten" / f"{code}-dorp.toml").write_text(text, encoding="utf-8")
    (root / "ruw").mkdir()
    (root / "ruw" / "ruw.csv").write_text("een", encoding="utf-8")
    return root


def run_of(root: Path, years: Sequence[int], gemeente: str = "GM9999", **options: object) -> Run:
    """Return the run of a project; ``SIA_HOME`` is `root`."""
    return checked_run(gemeente, years[0], root / "ruw", jaren=years, **options)


def plan_of(
    root: Path, years: Sequence[int], gemeente: str = "GM9999", **options: object
) -> list[batch.Task]:
    """Return the tasks of a project of `write_project`."""
    return batch.plan(run_of(root, years, gemeente), root, **options)
