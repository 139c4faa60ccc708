"""The examples of scheduled use are what they say: whole, parseable, and of commands that exist."""

from __future__ import annotations

import configparser
import inspect
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from sia import cli

LINK = re.compile(r"\]\((voorbeelden/[^)]+)\)")
VARIABLE = re.compile(r"\$\{\{.*?\}\}|\"\$\w+\"")
COMMAND = re.compile(r"\bsia(?:\.exe</Command>\s*<Arguments>|\s)(batch|fetch)\s+([^>|&\"\n<]*)")


@pytest.fixture
def examples(repository: Path) -> Path:
    return repository / "docs" / "how-to" / "voorbeelden"


def test_the_guide_names_every_example_and_every_option(repository: Path, examples: Path) -> None:
    guide = (repository / "docs" / "how-to" / "inplannen.md").read_text(encoding="utf-8")
    named = {Path(link).name for link in LINK.findall(guide)}
    assert named == {path.name for path in examples.iterdir()}
    [command] = [c for c in cli.app.registered_commands if c.name == "batch"]
    for parameter in inspect.signature(command.callback).parameters:
        assert f"--{parameter}" in guide, parameter


def test_every_command_in_an_example_is_understood(examples: Path) -> None:
    from typer.main import get_command

    known = get_command(cli.app)
    found = 0
    for path in examples.iterdir():
        text = VARIABLE.sub("2020", path.read_text(encoding="utf-8"))
        for name, rest in COMMAND.findall(text):
            known.commands[name].make_context(name, rest.split())
            found += 1
    assert found >= 8


def test_the_workflows_are_yaml(examples: Path) -> None:
    github = yaml.safe_load((examples / "github-actions.yml").read_text(encoding="utf-8"))
    steps = github["jobs"]["batch"]["steps"]
    assert all(("uses" in step) != ("run" in step) for step in steps)
    assert re.fullmatch(r"(\S+ ){4}\S+", github[True]["schedule"][0]["cron"])
    gitlab = yaml.safe_load((examples / "gitlab-ci.yml").read_text(encoding="utf-8"))
    assert "sia batch" in " ".join(gitlab["sia-batch"]["script"])
    kept = [step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", "")]
    assert kept == gitlab["sia-batch"]["artifacts"]["paths"] == ["publicatie/publiek"]


def test_the_windows_task_is_xml_with_a_command(examples: Path) -> None:
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    task = ElementTree.parse(examples / "sia-batch-taakplanner.xml").getroot()
    assert task.find("t:Actions/t:Exec/t:Command", space).text.endswith("sia.exe")
    assert task.find("t:Triggers/t:CalendarTrigger/t:StartBoundary", space) is not None
    assert task.find("t:Settings/t:MultipleInstancesPolicy", space).text == "IgnoreNew"


def test_the_units_have_their_sections(examples: Path) -> None:
    for name, section in (("sia-batch.service", "Service"), ("sia-batch.timer", "Timer")):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str
        unit.read(examples / name, encoding="utf-8")
        assert {"Unit", section, "Install"} == set(unit.sections())


def test_systemd_accepts_the_units(examples: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze on this machine")
    units = [str(examples / name) for name in ("sia-batch.service", "sia-batch.timer")]
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    ours = [ln for ln in done.stderr.splitlines() if "not executable" not in ln and "sia-" in ln]
    assert ours == []


def test_the_cron_line_has_five_fields_and_no_bare_percent(examples: Path) -> None:
    lines = (examples / "sia-batch.cron").read_text(encoding="utf-8").splitlines()
    [line] = [one for one in lines if one and not one.startswith("#") and one[0].isdigit()]
    *when, command = line.split(maxsplit=5)
    assert all(re.fullmatch(r"[\d*,/-]+", part) for part in when)
    assert not re.search(r"(?<!\\)%", command)
    script = command.replace("\\%", "%")
    assert subprocess.run(["sh", "-n", "-c", script], check=False).returncode == 0
