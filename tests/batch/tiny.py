"""A project of tiny notebooks, for tests of the batch itself."""

from __future__ import annotations

from pathlib import Path

import nbformat

PARAMETERS = """gemeente = "GM9999"
jaar = 2020
bron = ["x"]
jaren = [2020]
basisjaar = 2020
verwerkt = "x"
rapporten = "x"
"""
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


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
