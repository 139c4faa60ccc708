"""The console script: help for everyone, exit codes that a scheduler can trust."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sia import cli
from sia.errors import InputError

RUNNER = CliRunner()
COMMANDS = (
    "run",
    "batch",
    "demo",
    "fetch",
    "land",
    "status",
    "init",
    "methode",
    "sessie",
    "sjabloon",
    "version",
)


def call(*arguments: str, absent: str = "") -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.modules[{absent!r}] = None; from sia.cli import main; main()"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = RUNNER.invoke(cli.app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_every_command_is_in_the_readme(repository: Path) -> None:
    readme = (repository / "README.md").read_text(encoding="utf-8")
    registered = {c.name or c.callback.__name__ for c in cli.app.registered_commands}
    assert registered == set(COMMANDS)
    for command in registered - {"version"}:
        assert f"sia {command}" in readme, command


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["2020"], [2020]),
        (["2017-2019", "2024"], [2017, 2018, 2019, 2024]),
        (["2020", "2020"], [2020]),
    ],
)
def test_years_and_ranges(given: list[str], expected: list[int]) -> None:
    assert cli.parse_years(given) == expected


@pytest.mark.parametrize("bad", ["20x0", "2024-2020", "1920", "2020-", "-"])
def test_what_is_no_year_is_refused(bad: str) -> None:
    with pytest.raises(InputError, match="geen jaar"):
        cli.parse_years([bad])


def test_bad_input_ends_with_status_two_and_a_dutch_message() -> None:
    done = call("run", "-g", "Nergenshuizen", "-j", "2020", "-b", "/nergens")
    assert done.returncode == 2
    assert "De invoer klopt niet" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "absent", "distribution"),
    [
        (("demo",), "voorbeeldstad", "sia-voorbeeldstad"),
        (("run", "-g", "Voorbeeldstad", "-j", "2024"), "jupyter_client", "sia-dia[batch]"),
        (("sessie",), "voila", "sia-dia[sessie]"),
    ],
)
def test_a_command_says_what_a_small_installation_lacks(
    command: tuple[str, ...], absent: str, distribution: str
) -> None:
    done = call(*command, absent=absent)
    assert done.returncode == 2
    assert f"`{absent}" in done.stderr
    assert distribution in done.stderr


def test_a_missing_option_ends_with_status_two() -> None:
    assert call("run").returncode == 2


def test_the_version_is_that_of_the_package() -> None:
    from sia import __version__

    assert RUNNER.invoke(cli.app, ["version"]).output.strip() == __version__


def test_init_starts_a_municipality(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gemeenten").mkdir()
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    result = RUNNER.invoke(cli.app, ["init", "GM0344", "--naam", "Utrecht"])
    assert result.exit_code == 0
    assert len(list((tmp_path / "gemeenten").glob("GM0344*.toml"))) == 1
