"""TOML against a model: every problem at once, in Dutch, and never a traceback."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, field_validator

from sia.errors import InputError, Problem
from sia.toml import Tekst, Teksten, een_van, fout, problems_of, read_toml, validate

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Part:
    naam: Tekst
    codes: Teksten = ()
    kleur: Annotated[str, een_van(("rood", "blauw"))] = "rood"


class Weights(BaseModel):
    sociaal: Share = 1.0
    wonen: Share = 1.0


@dataclass(frozen=True)
class Model:
    code: Tekst
    jaar: Annotated[int, Field(ge=1990)] = 2024
    aan: bool = False
    deel: Annotated[float, Field(gt=0)] = 1.0
    manier: Literal["vast", "los"] = "vast"
    datum: dt.date | None = None
    k: int | Literal["vrij"] = "vrij"
    gewichten: Weights = field(default_factory=Weights)
    aanpak: Mapping[Annotated[str, een_van(("kwart",))], float] = field(default_factory=dict)
    stadsdelen: Annotated[tuple[Part, ...], Field(validation_alias="stadsdeel")] = ()
    vrij: Mapping[str, Any] = field(default_factory=dict)

    @field_validator("code")
    @classmethod
    def _no_space(cls, value: str) -> str:
        if " " in value:
            raise ValueError("Een code heeft geen spatie.")
        if value == "dubbel":
            raise InputError([Problem("Eerst dit.", "A."), Problem("Dan dat.", "B.", kolom="x")])
        if value == "fout":
            raise fout("Dit is {fout}.", "Doe het goed.")
        return value


def said(content: Mapping[str, Any], plaats: str = "") -> list[str]:
    model, problems = problems_of(Model, content, "proef.toml", plaats)
    assert (model is None) == bool(problems)
    assert all(problem.bestand == "proef.toml" for problem in problems)
    return [f"{p.kolom}: {p.wat} {p.oplossing}" for p in problems]


def test_reads_what_toml_gives() -> None:
    content = {
        "code": "a",
        "jaar": 2020,
        "deel": 2,
        "datum": dt.date(2024, 1, 31),
        "gewichten": {"sociaal": 0.5},
        "stadsdeel": [{"naam": " Noord ", "codes": ["x", "y"]}, {"naam": "Zuid", "codes": "z"}],
    }
    model = validate(Model, content, "proef.toml")
    assert model.deel == 2.0
    assert isinstance(model.deel, float)
    assert model.datum == dt.date(2024, 1, 31)
    assert model.gewichten == Weights(sociaal=0.5)
    assert model.stadsdelen == (Part("Noord", ("x", "y")), Part("Zuid", ("z",)))


def test_takes_what_code_gives() -> None:
    content = MappingProxyType({"code": "a", "jaar": np.int64(2020), "deel": np.float32(0.5)})
    assert validate(Model, content, "proef.toml") == Model("a", jaar=2020, deel=0.5)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"coed": 1}, "coed: Dit veld is onbekend. Bedoelde u `code`?"),
        ({"stadsdelen": []}, "stadsdelen: Dit veld is onbekend. Bedoelde u `stadsdeel`?"),
        ({"gewichten": {"soziaal": 1}}, "gewichten.soziaal: Dit veld is onbekend."),
        ({"gewichten": {"sociaal": 1.5}}, "Hier hoort een getal tussen 0 en 1."),
        ({"gewichten": {"sociaal": math.nan}}, "gewichten.sociaal: `nan` past hier niet."),
        ({"deel": math.inf}, "deel: `inf` past hier niet. Hier hoort een getal van meer dan 0."),
        ({"deel": "1"}, "deel: `1` past hier niet."),
        ({"deel": True}, "deel: `true` past hier niet."),
        ({"jaar": True}, "jaar: `true` past hier niet."),
        ({"jaar": 1980}, "1980 ligt buiten de grenzen. Hier hoort een geheel getal van minstens"),
        ({"aan": 1}, "aan: `1` past hier niet. Hier hoort true of false."),
        ({"code": 1}, "code: `1` past hier niet. Hier hoort tekst."),
        ({"code": " "}, "code: Dit veld is leeg."),
        ({"manier": "lost"}, "`lost` is geen geldige keuze. Bedoelde u `los`?"),
        ({"manier": "x"}, "Kies uit: los, vast."),
        ({"datum": "gisteren"}, "Hier hoort een datum, zoals 2026-01-31."),
        ({"k": "v"}, "k: `v` past hier niet. Hier hoort een geheel getal of een van: vrij."),
        ({"aanpak": {"kwrt": 1.0}}, "aanpak.kwrt: `kwrt` is geen geldige keuze. Bedoelde u"),
        ({"aanpak": {"kwart": "x"}}, "aanpak.kwart: `x` past hier niet."),
        ({"stadsdeel": [{"naam": "a"}, {}]}, "stadsdeel 2.naam: Dit veld ontbreekt."),
        ({"stadsdeel": [{"naam": "a", "codes": ["x", 1]}]}, "stadsdeel 1.codes 2: `1` past"),
        ({"stadsdeel": [{"naam": "a", "kleur": "roze"}]}, "kleur: `roze` is geen geldige keuze."),
        ({"stadsdeel": {"naam": "a"}}, "Hier hoort een lijst tussen [ ]."),
        ({"code": "a b"}, "code: Een code heeft geen spatie."),
        ({"code": "fout"}, "code: Dit is {fout}. Doe het goed."),
        ({"code": "dubbel"}, "code.x: Dan dat. B."),
    ],
)
def test_wrong_values_are_explained(changes: dict[str, Any], expected: str) -> None:
    assert [text for text in said({"code": "a"} | changes) if expected in text]


def test_all_problems_come_at_once_with_their_place() -> None:
    content = {"jaar": "x", "gewichten": {"wonen": 2}, "stadsdeel": [{"naam": "Noord", "z": 1}]}
    assert {text.partition(":")[0] for text in said(content, "methode")} == {
        "methode.code",
        "methode.jaar",
        "methode.gewichten.wonen",
        "methode.stadsdeel 1.z",
    }
    problems = problems_of(Model, content, "proef.toml")[1]
    assert {p.rij for p in problems if p.kolom.startswith("stadsdeel")} == {"Noord"}


def test_one_value_that_fits_no_branch_is_one_problem() -> None:
    assert len(said({"code": "a", "k": 1.5})) == 1


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes()
    | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(["code", "jaar", "deel", "k", "gewichten", "stadsdeel", "aanpak", "vrij"])


@given(st.dictionaries(NAMES | st.text(max_size=6), VALUES))
def test_any_content_is_read_or_explained(content: dict[str, Any]) -> None:
    said(content)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-300))
def test_a_number_stays_the_same_to_the_last_bit(value: float) -> None:
    assert validate(Model, {"code": "a", "deel": value}, "proef.toml").deel == value


def test_too_deep_is_a_problem() -> None:
    deep: list[Any] = []
    for _ in range(400):
        deep = [deep]
    assert "te veel haakjes" in said({"code": "a", "vrij": {"x": deep}})[0]


def unread(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_toml(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a = 1\na = 2\n", "deze naam staat er vaker"),
        (b"[a]\n[a]\n", "regel 2, kolom 3: dit onderdeel staat er vaker"),
        (b"[[a]\nb = 1\n", "regel 1, kolom 4: hier ontbreekt een ]"),
        (b"a : 1\n", "regel 1, kolom 3: hier ontbreekt een ="),
        (b"a = veel\n", "regel 1, kolom 5: hier staat geen waarde"),
        (b'a = "x\n', "een tekst is niet afgesloten"),
        (b"a = [1 2]\n", "kolom 8: een lijst is niet afgesloten"),
        (b"a = [1,\n", "aan het eind"),
        (b"a = 2024-02-30\n", "deze datum bestaat niet"),
        (b"a = \xe9\n", "geen UTF-8"),
        (b"a = " + b"[" * 5000, "te veel haakjes"),
        (b"a = " + b"9" * 5000, "een getal is te lang"),
    ],
)
def test_what_is_no_toml_is_explained_in_dutch(tmp_path: Path, text: bytes, expected: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(text)
    assert expected in unread(path)


def test_what_cannot_be_opened_is_explained(tmp_path: Path) -> None:
    assert "bestaat niet" in unread(tmp_path / "weg.toml")
    assert "niet te lezen" in unread(tmp_path)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    assert read_toml(path) == {"a": 1}


@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode()))
def test_any_file_is_read_or_explained(
    tmp_path_factory: pytest.TempPathFactory, text: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text)
    try:
        assert isinstance(read_toml(path), dict)
    except InputError as error:
        assert error.problems
