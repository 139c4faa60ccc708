"""The console script: help for everyone, exit codes that a scheduler can trust."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sia import cli
from sia.duiding import Entry, Record
from sia.sessie.choices import NEEDED
from sia.settings import Folders

Done = subprocess.CompletedProcess[str]
RUNNER = CliRunner()
COMMANDS = (
    "run",
    "agenda",
    "batch",
    "demo",
    "duiding",
    "fetch",
    "herbouw",
    "land",
    "status",
    "init",
    "methode",
    "publiceer",
    "rapport",
    "sessie",
    "tafel",
    "typen",
    "sjabloon",
    "version",
)


def call(*arguments: str, absent: str = "", home: Path | None = None) -> Done:
    code = f"import sys; sys.modules[{absent!r}] = None; from sia.cli import main; main()"
    command = [sys.executable, "-c", code, *arguments]
    env = os.environ if home is None else {**os.environ, "SIA_HOME": str(home)}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_every_command_explains_itself_in_dutch(command: tuple[str, ...]) -> None:
    result = RUNNER.invoke(cli.app, [*command, "--help"], prog_name="sia")
    assert result.exit_code == 0
    assert "Gebruik: sia" in result.output
    text = result.output.casefold()
    english = ("usage", "options", "commands", "arguments", "show this", "required", "default:")
    assert [word for word in (*english, "<bool>", "<str>", "<int", "list[") if word in text] == []


def test_every_command_is_in_the_readme(repository: Path) -> None:
    readme = (repository / "README.md").read_text(encoding="utf-8")
    registered = {c.name or c.callback.__name__ for c in cli.app.registered_commands}
    assert registered == set(COMMANDS)
    for command in registered - {"version"}:
        assert f"sia {command}" in readme, command


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
    command: tuple[str, ...], absent: str, distribution: str, tmp_path: Path
) -> None:
    # a session asks for its server only once there is something to open
    year = tmp_path / "data" / "processed" / "GM9999" / "2024"
    year.mkdir(parents=True)
    for table in NEEDED:
        (year / f"{table}.parquet").touch()
    done = call(*command, absent=absent, home=tmp_path)
    assert done.returncode == 2
    assert f"`{absent}" in done.stderr
    assert distribution in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "De optie --gemeente / -g ontbreekt."),
        (["run", "-g"], "De optie -g krijgt een waarde te weinig of te veel."),
        (
            ["run", "--jaa", "2020"],
            "--jaa bestaat niet. Bedoelde u --basisjaar of --jaar?",
        ),
        (["init"], "Het argument CODE ontbreekt."),
        (["init", "GM0344", "nog"], "`nog` hoort hier niet."),
        (["rum"], "De opdracht `rum` bestaat niet. Bedoelde u `run`?"),
        (["sessie", "-j", "x"], "De optie --jaar / -j: `x` is geen geheel getal."),
        (["sessie", "--poort", "0"], "De optie --poort: `0` is kleiner dan 1."),
        (["sessie", "--poort", "99999"], "De optie --poort: `99999` is groter dan 65535."),
        (["run", "-g", "x", "-j", "²⁰²⁴"], "optie: --jaar"),
    ],
)
def test_what_is_asked_wrongly_is_explained_in_dutch(words: list[str], said: str) -> None:
    result = RUNNER.invoke(cli.app, words)
    assert result.exit_code == 2
    assert said in result.output
    assert "Usage" not in result.output


def test_a_misspelt_municipality_is_answered_without_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    (tmp_path / "gemeenten").mkdir()
    (tmp_path / "gemeenten" / "GM0344.toml").write_text('code = "GM0344"\nnaam = "Utrecht"\n')
    monkeypatch.setattr("sia.batch.command.raw_hash", lambda _: pytest.fail("read"))
    result = RUNNER.invoke(cli.app, ["run", "-g", "Utrech", "-j", "2024", "-b", str(tmp_path)])
    assert result.exit_code == 2
    assert "optie: --gemeente" in result.output
    assert "Bedoelde u Utrecht?" in result.output


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gemeenten").mkdir()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", "gemeenten/borne.toml")

    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    monkeypatch.setattr("sia.store.atomic_path", refuse)
    result = RUNNER.invoke(cli.app, ["init", "GM0147", "--naam", "Borne"])
    assert (result.exit_code, "alleen te lezen" in result.output) == (1, True)
    assert "gemeenten/borne.toml" in result.output


def test_the_version_is_that_of_the_package() -> None:
    from sia import __version__

    for words in (["version"], ["--version"]):
        result = RUNNER.invoke(cli.app, words)
        assert (result.exit_code, result.output.strip()) == (0, __version__)


def test_a_shell_can_complete() -> None:
    environment = {"_SIA_COMPLETE": "complete_bash", "COMP_WORDS": "sia sta", "COMP_CWORD": "1"}
    result = RUNNER.invoke(cli.app, [], prog_name="sia", env=environment)
    assert "status" in result.output


def test_a_session_that_cannot_be_opened_is_refused_without_its_server(tmp_path: Path) -> None:
    (tmp_path / "gemeenten").mkdir()
    code = (
        "import sys; from sia.cli import main\n"
        "try: main()\n"
        "finally: print([m for m in ('voila', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "sessie", "-g", "Utrecht"],
        env={**os.environ, "SIA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Er is nog geen gemeente doorgerekend" in done.stderr
    assert done.stdout.strip() == "[]"


def test_init_starts_a_municipality(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gemeenten").mkdir()
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    result = RUNNER.invoke(cli.app, ["init", "GM0344", "--naam", "Utrecht"])
    assert result.exit_code == 0
    assert len(list((tmp_path / "gemeenten").glob("GM0344*.toml"))) == 1


def test_a_file_where_a_folder_belongs_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gemeenten").mkdir()
    (tmp_path / "hier").write_text("")
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    asked = ["sjabloon", "-g", "GM0344", "--naar", str(tmp_path / "hier")]
    result = RUNNER.invoke(cli.app, asked)
    assert (result.exit_code, "waar een map hoort" in result.output) == (1, True)
    result = RUNNER.invoke(cli.app, ["typen", "maken"])
    assert (result.exit_code, "bronmap bestaat niet" in result.output) == (2, True)


def test_the_record_of_judgements_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    (tmp_path / "gemeenten").mkdir()
    record = Record(Folders.of(tmp_path).record("GM0153"))
    asked = ["duiding", "controleer", "-g", "GM0153"]
    assert "nog geen duidingen" in RUNNER.invoke(cli.app, asked).output
    record.add(Entry("GM0153", 2024, "BU01530000", "Klopt.", "anders", "herkend", "v"))
    assert f"In orde: kop van het logboek {record.head()}." in RUNNER.invoke(cli.app, asked).output
    assert RUNNER.invoke(cli.app, [*asked, "--kop", "1-0123456789abcdef"]).exit_code == 1
    record.path.write_bytes(b"")
    result = RUNNER.invoke(cli.app, asked)
    assert (result.exit_code, "leeg (0 bytes)" in result.output) == (1, True)
