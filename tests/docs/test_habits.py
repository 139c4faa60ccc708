"""Hooks, forms and decisions are whole, and agree with what the project installs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement

DECISION = re.compile(r"\| (\d{4}-\d\d-\d\d) \| \[([^]]+)\]\(([^)]+)\) \|")


def test_every_hook_is_local_and_runs_a_tool_that_is_installed(repository: Path) -> None:
    file = repository / ".pre-commit-config.yaml"
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(file)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tools = {Requirement(line).name for line in project["optional-dependencies"]["test"]}
    repositories = yaml.safe_load(file.read_text(encoding="utf-8"))["repos"]
    assert {entry["repo"] for entry in repositories} == {"local"}
    hooks = [hook for entry in repositories for hook in entry["hooks"]]
    assert {hook["entry"].split()[0] for hook in hooks} == {"ruff", "nbstripout", "mypy"} & tools
    assert {hook["language"] for hook in hooks} == {"system"}


def test_the_forms_ask_for_something(repository: Path) -> None:
    forms = sorted((repository / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    asked = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in forms]
    for form in (form for form in asked if "body" in form):
        ids = [part["id"] for part in form["body"] if part["type"] != "markdown"]
        assert len(ids) == len(set(ids)) >= 3
        assert any(part.get("validations", {}).get("required") for part in form["body"])
    assert sum("body" in form for form in asked) == 2


def test_the_index_lists_every_decision_under_its_date_and_title(repository: Path) -> None:
    folder = repository / "docs" / "decisions"
    listed = DECISION.findall((folder / "index.md").read_text(encoding="utf-8"))
    assert {name for _, _, name in listed} == {path.name for path in folder.glob("20*.md")}
    assert [date for date, _, _ in listed] == sorted(date for date, _, _ in listed)
    for date, title, name in listed:
        text = (folder / name).read_text(encoding="utf-8")
        assert name.startswith(date)
        assert text.startswith(f"# {title}\n")
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts == ["Context", "Weighed", "Decision", "Consequence"], name
