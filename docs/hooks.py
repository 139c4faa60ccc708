"""What the site has beside its written pages: tables made from the code, and a finished example.

MkDocs calls the `on_...` functions. A page asks for a table with a comment,
``<!-- gemaakt: keuzes -->``; the example is what `sia demo` made of Voorbeeldstad.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from sia import cli
from sia.methode import Methode
from sia.schemas import NAMES, schema
from sia.stages.graph import STAGES, Stage

ASKED = re.compile(r"^<!-- gemaakt: (\w+) -->$", re.MULTILINE)
EXAMPLE = ("atlas.html", "rapport.html", "rapport-bijlage.html", "kaart.html")
YEARS = {
    "dit": "",
    "basis": " (basisjaar)",
    "alle": " (alle jaren)",
    "tot": " (tot en met dit jaar)",
    "eerder": " (eerdere jaren)",
}
LIMITS = {
    "minimum": "ten minste {}",
    "exclusiveMinimum": "meer dan {}",
    "maximum": "hoogstens {}",
    "exclusiveMaximum": "minder dan {}",
}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put every decision in the menu, under its own title."""
    folder = Path(config.docs_dir) / "decisions"
    menu = next(entry["Besluiten"] for entry in config.nav or [] if "Besluiten" in entry)
    menu += [f"decisions/{path.name}" for path in sorted(folder.glob("20*.md"))]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the example."""
    folder = Path(config.config_file_path).parent / config.extra["voorbeeld"]
    for name in EXAMPLE:
        if not (folder / name).is_file():
            raise PluginError(f"{folder / name} is er niet: draai eerst `sia demo`")
        source = str(folder / name)
        files.append(File.generated(config, f"voorbeeld/{name}", abs_src_path=source))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the tables where a page asks for them."""
    made = {"keuzes": choices, "opdrachten": commands, "stappen": stages}
    return ASKED.sub(lambda found: "\n".join(made[found[1]]()), markdown)


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Return a Markdown table."""
    cells = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in cells]


def choices() -> Iterator[str]:
    """Yield every key of ``methode.toml`` with its default, its meaning and its limits."""
    method = Methode.standaard()
    yield f"De versie van nu is {method.label}."
    whole = Methode.model_json_schema(by_alias=True)
    values = method.als_tabel()
    for name, field in whole["properties"].items():
        if "$ref" in field:
            yield from ("", f"## {field['description'].rstrip('.')} (`[{name}]`)", "")
            yield from _section(name, _model(field, whole), values[name], whole)


def _model(field: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """Return the model that a field refers to."""
    found: dict[str, Any] = whole["$defs"][field["$ref"].rsplit("/", 1)[1]]
    return found


def _section(
    place: str, model: dict[str, Any], values: dict[str, Any], whole: dict[str, Any]
) -> Iterator[str]:
    fields = {name: field for name, field in model["properties"].items() if name in values}
    rows = [
        (f"`{name}`", field["description"], f"`{_shown(values[name])}`", _limits(field))
        for name, field in fields.items()
        if "$ref" not in field and not _per_name(field)
    ]
    yield from table(("sleutel", "wat", "standaard", "mag zijn"), rows)
    for name, field in fields.items():
        if "$ref" in field:
            own = f"{place}.{name}"
            yield from ("", f"### {field['description'].rstrip('.')} (`[{own}]`)", "")
            yield from _section(own, _model(field, whole), values[name], whole)
        elif _per_name(field):
            keys = tuple(_model(field["additionalProperties"], whole)["properties"])
            yield from ("", f"### {field['description'].rstrip('.')} (`[{place}.{name}]`)", "")
            yield from table(
                ("naam", *(f"`{key}`" for key in keys)),
                [
                    (f"`{one}`", *(f"`{_shown(own[key])}`" for key in keys))
                    for one, own in values[name].items()
                ],
            )


def _per_name(field: dict[str, Any]) -> bool:
    """Tell whether a choice has a model of its own under every name."""
    inner = field.get("additionalProperties")
    return isinstance(inner, dict) and "$ref" in inner


def _shown(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = [entry["naam"] for entry in value]
    if isinstance(value, float):
        value = round(value, 4)
    return json.dumps(value, ensure_ascii=False)


def _limits(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "additionalProperties" in field:
        inner = _limits(field["additionalProperties"])
        return f"per naam; {inner}" if inner else "per naam"
    if "items" in field and "$ref" not in field["items"]:
        inner = _limits(field["items"])
        return f"lijst; {inner}" if inner else "lijst"
    told = [text.format(f"{field[key]:g}") for key, text in LIMITS.items() if key in field]
    return ", ".join(told)


def commands() -> Iterator[str]:
    """Yield every command of ``sia`` with its arguments and options."""
    group: Any = typer.main.get_command(cli.app)
    yield from (group.help or "").splitlines()
    for name, command in group.commands.items():
        yield from ("", f"## sia {name}", "", *(command.help or "").splitlines(), "")
        rows = [_parameter(p) for p in command.params if p.name != "help"]
        yield from table(("optie", "wat", "standaard"), rows) if rows else []


def _parameter(parameter: Any) -> tuple[str, str, str]:
    names = [*parameter.opts, *parameter.secondary_opts]
    if parameter.param_type_name == "argument":
        names = [parameter.name or ""]
    default = parameter.default
    shown = (
        "verplicht" if parameter.required else "" if default in (None, False, []) else str(default)
    )
    told = str(getattr(parameter, "help", "") or "")
    return ", ".join(f"`{name}`" for name in names), told, shown


def stages() -> Iterator[str]:
    """Yield the table of stages, and what must be true of every table."""
    head = ("stap en notebook", "wat", "leest", "keuzes", "maakt")
    yield from table(head, [_stage(one) for one in STAGES])
    for name in NAMES:
        yield from ("", f"## {name}.parquet", "", *_columns(name))


def _stage(one: Stage) -> tuple[str, ...]:
    needs = [f"{need.stage}{YEARS[need.years]}" for need in one.needs] + list(one.outside)
    method = [f"`[{name}]`" for name in one.method]
    made = [f"[{name}](#{name}parquet)" if name in NAMES else name for name in one.makes]
    lists = (", ".join(found) for found in (needs, method, made))
    return (f"**{one.name}**<br>`{one.notebook}`", one.what, *lists)


def _columns(name: str) -> Iterator[str]:
    known = schema(name)
    yield f"Index: `{known.index.name}`."
    yield ""
    rows = [
        (
            "elke kolom" if column.regex else f"`{key}`",
            str(column.dtype),
            "mag" if column.nullable else "nooit",
            "" if column.required else "kan ontbreken",
            _rules(column),
        )
        for key, column in known.columns.items()
        if not (key.startswith("p") and key[1:].isdigit() and 0 < int(key[1:]) < 100)
    ]
    yield from table(("kolom", "soort", "leeg", "kolom zelf", "afgekeurd als zij"), rows)
    told = [check.error for check in known.checks if check.error]
    if told:
        yield ""
        yield "Afgekeurd: " + "; ".join(told) + "."


def _rules(column: Any) -> str:
    return "; ".join(check.error for check in column.checks if check.error)
