"""pyproject.toml, constraints.txt and environment.yml tell the same story."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

GENERATOR = "voorbeeldstad"


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
