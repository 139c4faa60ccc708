"""pyproject.toml, constraints.txt and environment.yml tell the same story."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

GENERATOR = "voorbeeldstad"
GOES = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software|MPL|Mozilla|EUPL|Leaflet|Zlib|Unlicense")
"""Permissive ones, and those with copyleft per file: EUPL-1.2 (5) may go beside them."""


def _project(folder: Path) -> dict:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _pins(repository: Path) -> dict[str, str]:
    lines = (repository / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(p.name): str(p.specifier) for p in pins}


def test_every_dependency_has_an_exact_pin_within_its_bound(repository: Path) -> None:
    project, pins = _project(repository), _pins(repository)
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = [line for group in groups for line in group]
    wanted += _project(repository / GENERATOR)["dependencies"]
    for requirement in map(Requirement, wanted):
        if requirement.name == project["name"]:
            continue
        pin = pins[canonicalize_name(requirement.name)]
        assert pin.startswith("==")
        assert requirement.specifier.contains(Version(pin[2:])), requirement


def test_constraints_name_no_index(repository: Path) -> None:
    text = (repository / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(extra-)?index|@ ", text)


def test_every_line_of_the_lock_is_a_pin_with_hashes_and_no_index(repository: Path) -> None:
    text = (repository / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(extra-)?index|--find-links|@ ", text)
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", text).strip())
    pins, locked = _pins(repository), {}
    for entry in entries:
        line, *hashes = entry.split(" \\\n")
        assert hashes, line
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", one) for one in hashes), line
        requirement = Requirement(line)
        locked[canonicalize_name(requirement.name)] = str(requirement.specifier)
    assert {name: pins.get(name) for name in locked} == locked
    project = _project(repository)
    for requirement in map(Requirement, project["dependencies"]):
        assert canonicalize_name(requirement.name) in locked


def test_every_library_that_is_locked_has_a_licence_that_goes_with_ours(repository: Path) -> None:
    text = (repository / "requirements.lock").read_text(encoding="utf-8")
    names = re.findall(r"(?m)^([\w.-]+)==", text)
    told = {name: _licence(name) for name in names}
    assert sum(bool(licence) for licence in told.values()) > 120, "the lock is not what is here"
    strange = {n: licence for n, licence in told.items() if licence and not GOES.search(licence)}
    assert strange == {}
    assert not [n for n, licence in told.items() if re.search(r"(?<![EL])GPL", licence)]


def _licence(name: str) -> str:
    """Return what an installed library says of its licence; empty when it is not here."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""  # of another platform or version of Python
    listed = [one for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    return str(told.get("License-Expression") or "; ".join(listed) or told.get("License"))


def test_versions_of_python_that_were_tried_are_in_the_matrix_of_ci(repository: Path) -> None:
    told = re.findall(r"Python :: (\d\.\d+)", "\n".join(_project(repository)["classifiers"]))
    flow = yaml.safe_load((repository / ".github/workflows/test.yml").read_text("utf-8"))
    matrix = flow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert len(told) >= 3 and set(told) <= set(matrix)
    page = (repository / "docs/governance/supply-chain.md").read_text("utf-8")
    assert [version for version in matrix if f"Python {version}" not in page] == []


def test_actions_are_named_by_commit(repository: Path) -> None:
    places = [*(repository / ".github/workflows").glob("*.yml")]
    places.append(repository / "docs/how-to/voorbeelden/github-actions.yml")
    used = [one for place in places for one in re.findall(r"uses: (.*)", place.read_text("utf-8"))]
    assert len(used) >= 8
    for one in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)
    for place in places:
        assert yaml.safe_load(place.read_text("utf-8"))["permissions"] == {"contents": "read"}


def test_conda_installs_the_same(repository: Path) -> None:
    conda = yaml.safe_load((repository / "environment.yml").read_text(encoding="utf-8"))
    python = next(d for d in conda["dependencies"] if str(d).startswith("python="))
    assert python.removeprefix("python=") in _project(repository)["requires-python"]
    pip = next(d["pip"] for d in conda["dependencies"] if isinstance(d, dict))
    assert pip == ["-c constraints.txt", "-e .[alles,test]", f"-e ./{GENERATOR}"]


def test_version_is_said_once_and_the_same_everywhere(repository: Path) -> None:
    import sia

    version = _project(repository)["version"]
    assert sia.__version__ == version
    assert _project(repository / GENERATOR)["version"] == version
    for name in ("CITATION.cff", "publiccode.yml", "CHANGELOG.md"):
        assert version in (repository / name).read_text(encoding="utf-8"), name
