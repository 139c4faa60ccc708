"""A small installation is enough for the core; what is more names the extra that brings it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sia.errors import InputError
from sia.extras import extra

#: Rooms and modules that are of no use without their extra: these ask for it when imported.
NEEDS = {
    "sia.batch": "batch",
    "sia.sessie": "sessie",
    "sia.tafel": "sessie",
    "sia.explorer.widget": "notebooks",
}
OWN = ("sia", "voorbeeldstad")

_IMPORT_ALL = """
import importlib, json, pkgutil, sys
for name in json.loads(sys.argv[1]):
    sys.modules[name] = None
import sia
from sia.errors import InputError
said = {}
for found in pkgutil.walk_packages(sia.__path__, "sia.", onerror=lambda name: None):
    try:
        importlib.import_module(found.name)
    except InputError as error:
        said[found.name] = error.problems[0].oplossing
print(json.dumps(said))
"""


def _project(folder: Path) -> dict:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@cache
def _extras(repository: Path) -> dict[str, frozenset[str]]:
    """Return the distributions of each extra with the extras that it holds; the core under ""."""
    project = _project(repository)
    given = {
        name: [Requirement(line) for line in lines]
        for name, lines in project["optional-dependencies"].items()
    }

    def listed(requirements: list[Requirement]) -> Iterator[str]:
        for one in requirements:
            if one.name == project["name"]:
                for inner in one.extras:
                    yield from listed(given[inner])
            else:
                yield canonicalize_name(one.name)

    core = [Requirement(line) for line in project["dependencies"]]
    return {name: frozenset(listed(lines)) for name, lines in {"": core, **given}.items()}


def _imports(tree: ast.AST, within: str = "") -> Iterator[tuple[str, str]]:
    """Yield every library that is imported, with the extra around it; not what only types need."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], within) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0], within
        else:
            yield from _imports(node, _extra_of(node) or within)


def _extra_of(node: ast.AST) -> str:
    if isinstance(node, ast.With):
        call = node.items[0].context_expr
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "extra":
            return str(ast.literal_eval(call.args[0]))
    return ""


def _undeclared(package: Path, own: str, brought: Callable[[str], frozenset[str]]) -> Iterator[str]:
    distributions = packages_distributions()
    for path in sorted(package.rglob("*.py")):
        for library, named in _imports(ast.parse(path.read_text(encoding="utf-8"))):
            if library in sys.stdlib_module_names or library in (own, named):
                continue
            names = {canonicalize_name(name) for name in distributions.get(library, [library])}
            if not names & brought(named):
                yield f"{path.relative_to(package)}: {library} ({named or 'core'})"


def test_what_is_imported_is_in_the_core_or_in_the_extra_that_is_named(repository: Path) -> None:
    extras = _extras(repository)

    def brought(named: str) -> frozenset[str]:
        return extras[""] | extras.get(named, frozenset())

    assert list(_undeclared(repository / "sia", "sia", brought)) == []


def test_the_fictional_municipality_declares_what_it_imports(repository: Path) -> None:
    folder = repository / "voorbeeldstad"
    declared = [Requirement(line).name for line in _project(folder)["dependencies"]]
    brought = frozenset(canonicalize_name(name) for name in declared)
    assert list(_undeclared(folder, "voorbeeldstad", lambda _: brought)) == []


def test_no_extra_repeats_the_core_and_all_of_them_are_in_everything(repository: Path) -> None:
    extras = _extras(repository)
    assert not [name for name, brought in extras.items() if name and brought & extras[""]]
    rooms = {"agenda", "batch", "land", "notebooks", "sessie"}
    assert extras["alles"] == frozenset().union(*(extras[name] for name in rooms))


def test_the_core_imports_without_the_extras_and_a_room_asks_for_its_own(repository: Path) -> None:
    extras = _extras(repository)
    more = extras["alles"] | extras["cluster"]
    blocked = [
        library
        for library, names in packages_distributions().items()
        if {canonicalize_name(name) for name in names} & more and library not in OWN
    ]
    assert {"highspy", "icalendar", "voila", "papermill", "rdata", "distributed"} <= set(blocked)
    command = [sys.executable, "-c", _IMPORT_ALL, json.dumps(blocked)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    asked = {room for room in NEEDS for module in said if f"{module}.".startswith(f"{room}.")}
    assert asked == set(NEEDS)
    for module, solution in said.items():
        room = next((room for room in NEEDS if f"{module}.".startswith(f"{room}.")), "")
        assert room, f"{module} needs more than the core"
        assert f"sia-dia[{NEEDS[room]}]" in solution


def test_an_absent_library_is_bad_input_that_says_what_to_install() -> None:
    with pytest.raises(InputError, match=r"bestaat_niet.*\n.*sia-dia\[land\]"), extra("land"):
        import bestaat_niet  # noqa: F401
    with (
        pytest.raises(InputError, match=r"sia-voorbeeldstad.*\./voorbeeldstad"),
        extra("voorbeeldstad"),
    ):
        raise ImportError("no such thing")


def test_another_error_is_left_alone() -> None:
    with pytest.raises(ZeroDivisionError), extra("land"):
        _ = 1 / 0
