"""Data flows one way: no module imports from a later stage, and start-up stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LAYERS: tuple[tuple[str, ...], ...] = (
    (
        "dutch",
        "errors",
        "extras",
        "logo",
        "settings",
        "store",
        "fingerprint",
        "toml",
        "spreadsheet",
    ),
    (
        "areas",
        "sources",
        "catalogue",
        "methode",
        "gemeente",
        "schemas",
        "request",
        "base_year",
        "parser",
    ),
    ("indicators",),
    ("index",),
    ("weighing",),
    ("clustering", "pockets"),
    ("change",),
    ("approach",),
    ("duiding",),
    ("agenda",),
    ("viz",),
    ("report",),
    ("atlas",),
    ("stages",),
    ("explorer",),
    ("stad",),
    ("sessie",),
    ("tafel",),
    ("batch", "country", "publication", "cli"),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
HEAVY = ("pandas", "geopandas", "sklearn", "matplotlib", "folium", "scipy", "numpy")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sia."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.module == "sia":
            found.update(alias.name for alias in node.names if alias.name in RANK)
        elif isinstance(node, ast.Import):
            found.update(a.name.split(".")[1] for a in node.names if a.name.startswith("sia."))
    return found


def _modules(repository: Path) -> list[tuple[str, Path]]:
    package = repository / "sia"
    listed = []
    for path in sorted(package.rglob("*.py")):
        stage = path.relative_to(package).parts[0].removesuffix(".py")
        if stage != "__init__":
            listed.append((stage, path))
    return listed


def test_every_module_has_a_place_in_the_order(repository: Path) -> None:
    assert {stage for stage, _ in _modules(repository)} - set(RANK) == set()


def test_nothing_imports_upward(repository: Path) -> None:
    upward = [
        f"{path.relative_to(repository)} imports sia.{name}"
        for stage, path in _modules(repository)
        for name in _imports(path)
        if RANK[name] > RANK[stage]
    ]
    assert upward == []


@pytest.mark.parametrize("module", ["sia", "sia.cli", "sia.settings", "sia.errors"])
def test_start_up_loads_no_heavy_library(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
