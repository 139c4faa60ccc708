"""The parser of the command line, Typer, in Dutch: its help and its complaints."""

from __future__ import annotations

import difflib
import re
import sys
from typing import Any

import typer
from typer._click import exceptions as wrong
from typer.core import TyperCommand, TyperGroup

from sia.errors import ON_DISK, InputError

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

_TITLES = {
    "OPTIONS_PANEL_TITLE": "Opties",
    "ARGUMENTS_PANEL_TITLE": "Argumenten",
    "COMMANDS_PANEL_TITLE": "Opdrachten",
    "REQUIRED_LONG_STRING": "[verplicht]",
    "DEFAULT_STRING": "[standaard: {}]",
}
_HELP = {
    "help": "Toon deze uitleg en stop.",
    "install_completion": "Laat deze shell opdrachten en opties met Tab aanvullen.",
    "show_completion": "Toon het script daarvoor, om het zelf ergens neer te zetten.",
}
"""Of the options that every command has."""

_NUMBERS = {
    "int_parsing": "is geen geheel getal",
    "greater_than_equal": "is kleiner dan {ge}",
    "less_than_equal": "is groter dan {le}",
}
"""What pydantic finds wrong with a number, in Dutch."""


class _Dutch:
    """What commands and groups of commands have in common."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options, those of Typer itself with their help in Dutch."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            param.help = _HELP.get(param.name, getattr(param, "help", None))
            if getattr(param, "is_flag", False):
                param.metavar = ""
            elif param.param_type_name == "argument":
                param.display_type_rich = lambda **_: None
        return params

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line that says how a command is called."""
        pieces: list[str] = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="Gebruik: ")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the whole help."""
        from typer import rich_utils

        for name, title in _TITLES.items():
            setattr(rich_utils, name, title)
        super().format_help(ctx, formatter)  # type: ignore[misc]


class Command(_Dutch, TyperCommand):
    """A command that explains itself in Dutch."""


class Group(_Dutch, TyperGroup):
    """The commands together; whatever the reader did wrong is said in Dutch, with status 2."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is asked for."""
        if args and args[0] not in self.commands and not ctx.resilient_parsing:
            near = difflib.get_close_matches(args[0], self.commands, n=1)
            hint = f" Bedoelde u `{near[0]}`?" if near else ""
            ctx.fail(f"De opdracht `{args[0]}` bestaat niet.{hint}")
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command line and end with its status."""
        if not extra.pop("standalone_mode", True):
            return super().main(*args, **{**extra, "standalone_mode": False})
        try:
            status = super().main(*args, **{**extra, "standalone_mode": False})
        except wrong.NoArgsIsHelpError:
            status = BAD_INPUT
        except wrong.UsageError as error:
            typer.echo(complaint(error), err=True)
            status = BAD_INPUT
        except InputError as error:
            typer.echo(str(error), err=True)
            status = BAD_INPUT
        except OSError as error:
            if error.errno not in ON_DISK:
                raise
            what = error.filename or "Schrijven lukt niet"
            typer.echo(f"{what}: {ON_DISK[error.errno]}", err=True)
            status = FAILED
        sys.exit(status or OK)


def complaint(error: wrong.UsageError) -> str:
    """Return in Dutch how the command is called, what is wrong and where the help is."""
    if error.ctx is None:
        return _what(error)
    return (
        f"{error.ctx.get_usage()}\n{_what(error)}\n"
        f"Uitleg over alle opties: {error.ctx.command_path} --help"
    )


def _what(error: wrong.UsageError) -> str:
    match error:
        case wrong.MissingParameter(param=param) if param is not None:
            return f"{_kind(param)} ontbreekt."
        case wrong.BadParameter(param=param, message=message) if param is not None:
            return f"{_kind(param)}: {_value(error) or message}"
        case wrong.NoSuchOption(option_name=name, possibilities=near):
            hint = f" Bedoelde u {' of '.join(sorted(near))}?" if near else ""
            return f"De optie {name} bestaat niet.{hint}"
        case wrong.BadOptionUsage(option_name=name):
            return f"De optie {name} krijgt een waarde te weinig of te veel."
    extra = re.fullmatch(r"Got unexpected extra argument\(s\) \((.*)\)", error.message)
    return f"`{extra[1]}` hoort hier niet." if extra else error.message


def _kind(param: Any) -> str:
    names = " / ".join(param.opts)
    return f"De optie {names}" if names.startswith("-") else f"Het argument {param.name.upper()}"


def _value(error: wrong.UsageError) -> str:
    """Return what is wrong with a number."""
    cause: Any = error.__cause__
    for detail in cause.errors() if hasattr(cause, "errors") else ():
        if text := _NUMBERS.get(detail["type"]):
            return f"`{detail['input']}` {text.format(**detail.get('ctx', {}))}."
    return ""
