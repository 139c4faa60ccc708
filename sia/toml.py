"""Read TOML and check it against a model: every problem at once, in the reader's language.

A model is a dataclass or a pydantic model; its annotations are the whole description of a table.
Values mean what they mean in TOML: "2" and true are no numbers, nan and inf are none either, a
list fills a tuple, and a name that the model does not know is a problem.
"""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError, core_schema, to_json

from sia.errors import InputError, Problem, suggestion

Model = TypeVar("Model")


def _as_tuple(value: object) -> object:
    """Return one text as a tuple of one, and as a tuple the list that JSON gives for it."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


lijst = BeforeValidator(_as_tuple)
"""For a field that holds a tuple of texts: one text counts as a list of one."""

Tekst = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Text that may not be empty."""

Teksten = Annotated[tuple[Tekst, ...], lijst]
"""A list of such texts, or one."""

_KNOWN = frozenset(get_args(core_schema.ErrorType))
_MISSING = ("missing", "missing_argument", "missing_keyword_only_argument")
_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
_EMPTY = {"string_too_short": "Dit veld is leeg.", "too_short": "Deze lijst is leeg."}
_TYPES: dict[str, str] = {
    "string": "tekst",
    "integer": "een geheel getal",
    "number": "een getal",
    "boolean": "true of false",
    "array": "een lijst tussen [ ]",
    "object": "een onderdeel met eigen velden",
}
_FAULTS: dict[str, str] = {
    "Cannot overwrite": "deze naam staat er vaker",
    "Cannot declare": "dit onderdeel staat er vaker",
    "Cannot mutate": "dit onderdeel staat er vaker",
    "Duplicate inline": "deze naam staat er vaker",
    "Expected '='": "hier ontbreekt een =",
    "Expected ']": "hier ontbreekt een ]",
    "Unclosed array": "een lijst is niet afgesloten met ]",
    "Unclosed inline": "een onderdeel is niet afgesloten met }",
    "Unterminated string": "een tekst is niet afgesloten",
    "Illegal character": "hier staat een teken dat niet mag, of een tekst is niet afgesloten",
    "Invalid value": "hier staat geen waarde; tekst hoort tussen aanhalingstekens",
    "Invalid date": "deze datum bestaat niet",
    "Invalid initial": "hier hoort een naam",
    "Expected newline": "hier hoort een nieuwe regel",
}
"""How the reasons of `tomllib` begin, and what they say in Dutch."""


def fout(wat: str, oplossing: str) -> PydanticCustomError:
    """Return the error that a validator of a model raises: what is wrong and what to do."""
    return PydanticCustomError("fout", "{wat}", {"wat": wat, "oplossing": oplossing})


def een_van(options: Iterable[str]) -> AfterValidator:
    """Return the validator of a field that holds one of `options`."""
    known = tuple(options)

    def check(value: str) -> str:
        if value not in known:
            raise fout(f"`{value}` is geen geldige keuze.", suggestion(value, known))
        return value

    return AfterValidator(check)


@cache
def of_package(place: str) -> dict[str, Any]:
    """Return a table that comes with the package, by its place: ``sources/services.toml``."""
    return tomllib.loads((Path(__file__).parent / place).read_text(encoding="utf-8"))


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises `InputError` when the file cannot be read or is not TOML; names the file, and the line
        and column.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        wat, oplossing = "Dit bestand bestaat niet.", "Controleer de naam en de map."
    except UnicodeDecodeError:
        wat, oplossing = "Dit bestand is geen UTF-8.", "Sla het op als UTF-8."
    except OSError:
        wat, oplossing = "Dit bestand is niet te lezen.", "Controleer de naam en de rechten."
    except tomllib.TOMLDecodeError as error:
        wat = f"Dit bestand is geen geldige TOML: {_toml_fault(str(error))}."
        oplossing = "Kijk op die plaats of er een aanhalingsteken, haakje of = ontbreekt."
    except (ValueError, RecursionError):
        wat = "Dit bestand is niet te lezen: een getal is te lang of er zijn te veel haakjes."
        oplossing = "Haal dat getal of die haakjes weg."
    raise InputError.one(bestand=str(path), wat=wat, oplossing=oplossing)


def _toml_fault(text: str) -> str:
    """Return the place and the reason that `tomllib` gives, in Dutch."""
    found = re.search(r"line (\d+), column (\d+)", text)
    place = f"regel {found[1]}, kolom {found[2]}" if found else "aan het eind"
    reason = next((dutch for begin, dutch in _FAULTS.items() if text.startswith(begin)), "")
    return f"{place}: {reason}" if reason else place


def validate(
    model_class: type[Model],
    content: Mapping[str, Any],
    bestand: str,
    plaats: str = "",
    context: object = None,
) -> Model:
    """Return the model that `content` describes.

    `model_class`: A dataclass or a pydantic model.
    `content`: A table as TOML gives it.
    `bestand`, `plaats`: For the problems: the file, and where in it the table stands ("methode").
    `context`: What validators of the model find in ``info.context``.
    Raises `InputError` with every problem of the table at once.
    """
    model, problems = problems_of(model_class, content, bestand, plaats, context)
    if model is None:
        raise InputError(problems)
    return model


def problems_of(
    model_class: type[Model],
    content: Mapping[str, Any],
    bestand: str,
    plaats: str = "",
    context: object = None,
) -> tuple[Model | None, list[Problem]]:
    """Return what `validate` returns and what it complains of; one of the two is empty."""
    adapter: TypeAdapter[Model] = _adapter(model_class)  # type: ignore[arg-type]
    try:
        text = to_json(content, inf_nan_mode="strings", fallback=_plain)
        return adapter.validate_json(text, strict=True, extra="forbid", context=context), []
    except ValidationError as error:
        schema = _schema(adapter)
        found = [_Fault(detail, content, schema) for detail in _details(error)]
        listed = [problem for fault in found for problem in fault.problems(bestand, plaats)]
        return None, list(dict.fromkeys(listed))
    except ValueError:
        wat = "Dit onderdeel is niet te lezen: er zijn te veel haakjes of vreemde tekens."
        return None, [Problem(wat, "Maak het eenvoudiger.", bestand=bestand, kolom=plaats)]


def _details(error: ValidationError) -> list[Any]:
    """Return the errors, without "too short" for a list that a wrong item left empty."""
    details: list[Any] = error.errors(include_url=False)
    deeper = {one["loc"][:end] for one in details for end in range(len(one["loc"]))}
    return [one for one in details if one["type"] != "too_short" or one["loc"] not in deeper]


@cache
def _adapter(model_class: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model_class)


@cache
def _schema(adapter: TypeAdapter[Any]) -> dict[str, Any]:
    return adapter.json_schema()


def _plain(value: Any) -> Any:
    """Return what TOML knows for a value that comes out of code (a frozen mapping, NumPy)."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "item"):
        return value.item()
    raise ValueError(f"no TOML: {type(value)}")


class _Fault:
    """One error of pydantic, laid beside the content and the JSON schema of the model.

    Parts of its place that the content does not hold (which branch of a union, a key, one of the
    several values that a validator makes of one) are left out.
    """

    def __init__(
        self, detail: ErrorDetails, content: Mapping[str, Any], schema: dict[str, Any]
    ) -> None:
        self.kind = detail["type"]
        self.detail = detail
        self.defs = schema.get("$defs", {})
        self.value: Any = content
        self.place: list[str] = []
        self.item = ""
        self.parent, self.node = schema, schema
        for part in detail["loc"]:
            self._step(part)

    def _step(self, part: int | str) -> None:
        value = self.value
        if isinstance(value, list | tuple) and isinstance(part, int) and part < len(value):
            self.value = value[part]
            self.place[-1:] = [f"{(self.place or [''])[-1]} {part + 1}".strip()]
            if isinstance(self.value, Mapping):
                name = self.value.get("id", self.value.get("naam", ""))
                self.item = self.item or (name if isinstance(name, str) else "")
        elif isinstance(value, Mapping) and (part in value or self.kind in _MISSING):
            self.value = value.get(part)
            self.place.append(str(part))
        elif not isinstance(part, int):
            return
        self.parent, self.node = self.node, self._child(self.node, part)

    def _branches(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what a part of the schema can be: itself or, for a union, its branches."""
        while "$ref" in node:
            node = self.defs[node["$ref"].rpartition("/")[2]]
        split = node.get("anyOf") or node.get("oneOf") or node.get("allOf")
        if not split:
            return [node]
        found = [branch for part in split for branch in self._branches(part)]
        return [branch for branch in found if branch.get("type") != "null"]

    def _child(self, node: dict[str, Any], part: int | str) -> dict[str, Any]:
        for branch in self._branches(node):
            inside = branch.get("items") if isinstance(part, int) else None
            found = branch.get("properties", {}).get(
                part, inside or branch.get("additionalProperties")
            )
            if isinstance(found, dict):
                return found
        return {}

    def expected(self) -> str:
        """Return in Dutch what belongs in this place."""
        return " of ".join(dict.fromkeys(map(_expected, self._branches(self.node))))

    def problems(self, bestand: str, plaats: str) -> list[Problem]:
        """Return the error as problems; a validator may have found several."""
        kolom = ".".join(part for part in (plaats, *self.place) if part)
        inner = self.detail.get("ctx", {}).get("error")
        if isinstance(inner, InputError):
            return [
                Problem(
                    wat=problem.wat,
                    oplossing=problem.oplossing,
                    bestand=problem.bestand or bestand,
                    rij=problem.rij or self.item,
                    kolom=".".join(part for part in (kolom, problem.kolom) if part),
                )
                for problem in inner.problems
            ]
        wat, oplossing = self._words(inner)
        return [Problem(wat, oplossing, bestand=bestand, rij=self.item, kolom=kolom)]

    def _words(self, inner: object) -> tuple[str, str]:
        if inner is not None and self.kind in ("value_error", "assertion_error"):
            return str(inner), "Pas dit aan."
        if self.kind not in _KNOWN:
            advice = self.detail.get("ctx", {}).get("oplossing", "Pas dit aan.")
            return self.detail["msg"], str(advice)
        if self.kind in _UNKNOWN:
            known = [name for b in self._branches(self.parent) for name in b.get("properties", {})]
            return "Dit veld is onbekend.", suggestion(self.place[-1], known)
        should = f"Hier hoort {self.expected()}."
        if self.kind in _MISSING:
            return "Dit veld ontbreekt.", should
        if self.kind in _EMPTY:
            return _EMPTY[self.kind], should
        value = textwrap.shorten(_as_toml(self.value), 60, placeholder=" ...")
        if self.kind.startswith(("greater_than", "less_than")):
            return f"{value} ligt buiten de grenzen.", should
        options = [str(o) for b in self._branches(self.node) for o in b.get("enum", ())]
        if options and isinstance(self.value, str):
            return f"`{value}` is geen geldige keuze.", suggestion(value, options)
        return f"`{value}` past hier niet.", should


def _as_toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _expected(node: Mapping[str, Any]) -> str:
    """Return in Dutch what one branch of a JSON schema accepts."""
    if "enum" in node or "const" in node:
        return "een van: " + ", ".join(map(str, node.get("enum", [node.get("const")])))
    if node.get("format") == "date":
        return "een datum, zoals 2026-01-31"
    words = _TYPES.get(str(node.get("type")), "een andere waarde")
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None and high is not None:
        return f"{words} tussen {low:g} en {high:g}"
    bounds = {
        "minstens": low,
        "hoogstens": high,
        "meer dan": node.get("exclusiveMinimum"),
        "minder dan": node.get("exclusiveMaximum"),
    }
    limits = [f"{word} {bound:g}" for word, bound in bounds.items() if bound is not None]
    return f"{words} van {' en '.join(limits)}" if limits else words
