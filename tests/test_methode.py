"""The method as data: what is written wrong is told at once, what is right has one hash."""

from __future__ import annotations

import tomllib
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sia.agenda.parameters import ProgrammeSettings
from sia.errors import InputError
from sia.methode import (
    FILE,
    Aggregation,
    Imputation,
    Methode,
    Outliers,
    PocketSettings,
    Scale,
    WeighingSettings,
    flat,
)
from sia.weighing import axes

STANDAARD = Methode.standaard()


def test_the_file_is_the_only_place_of_the_values() -> None:
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))
    assert dict(flat(STANDAARD.als_tabel())) == dict(flat(written))


def test_every_choice_is_described_for_readers() -> None:
    schema = Methode.model_json_schema()
    parts = [schema, *schema["$defs"].values()]
    fields = [(name, f) for part in parts for name, f in part["properties"].items()]
    assert [name for name, f in fields if not f.get("description") and name != "minimum"] == []


@pytest.mark.parametrize(
    ("keuzes", "kolom", "zegt"),
    [
        ({"gewichten": {"veilig": 2}}, "weging.gewichten", "Bedoelde u `veiligheid`"),
        ({"gewichten": {"sociaal": -1}}, "weging.gewichten.sociaal", "tussen 0 en 100"),
        ({"gewichtn": 1}, "gewichtn", "Bedoelde u `gewichten`"),
        ({"zaad": 1}, "zaad", "meer onderdelen"),
        ({"kans_urgent": 80}, "aanpak.kans_urgent", "tussen 0 en 1"),
        ({"kans_volgen": 0.9}, "aanpak", "niet lager"),
        ({"samenvoegen": "rekenkundg"}, "weging.samenvoegen", "Bedoelde u `rekenkundig`"),
        ({"typen": {"aantal": 1}}, "typen.aantal", "1 type"),
        ({"gebieden": {"minimum": 9e9}}, "gebieden", "onder het maximum"),
        ({"drempels": {"inwoners": float("nan")}}, "drempels.inwoners", "een getal"),
        ({"doorrekeningen": True}, "weging.doorrekeningen", "geheel getal"),
    ],
)
def test_a_wrong_choice_is_named_with_what_to_do(
    keuzes: dict[str, Any], kolom: str, zegt: str
) -> None:
    with pytest.raises(InputError) as caught:
        STANDAARD.met(**keuzes)
    (problem,) = caught.value.problems
    assert problem.kolom == kolom and zegt in problem.wat + problem.oplossing


def test_all_faults_of_a_file_come_at_once(tmp_path: Any) -> None:
    path = tmp_path / "mijn.toml"
    path.write_text("[weging]\nlaagg = 5\nhoog = 'x'\n[typ]\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Methode.lees(path)
    assert {p.kolom for p in caught.value.problems} == {"weging.laagg", "weging.hoog", "typ"}
    assert {p.bestand for p in caught.value.problems} == {"mijn.toml"}


def test_origin_can_never_be_searched_for() -> None:
    entry = {"kolom": "percentage_westers", "naam": "westers", "richting": 1}
    with pytest.raises(InputError, match="mag niet meetellen"):
        STANDAARD.met(deelbuurten={"indicator": [entry]})
    with pytest.raises(ValidationError):
        PocketSettings(indicators=(entry,))


@pytest.mark.parametrize("kolom", ["betalingsachterstand", "wmo_clienten", "mediaan_vermogen"])
def test_what_is_known_of_persons_is_refused_for_that_reason_alone(kolom: str) -> None:
    entry = {"kolom": kolom, "naam": kolom, "richting": 1}
    with pytest.raises(InputError) as caught:
        STANDAARD.met(deelbuurten={"indicator": [entry]})
    (problem,) = caught.value.problems
    assert "alleen op buurtniveau" in problem.wat


def test_a_choice_that_is_changed_back_has_the_first_hash() -> None:
    anders = STANDAARD.met(gewichten={"veiligheid": 2}, doorrekeningen=50)
    assert anders.hash != STANDAARD.hash
    assert anders.met(gewichten={"veiligheid": 1}, doorrekeningen=1000).hash == STANDAARD.hash
    assert anders.hash_van("typen") == STANDAARD.hash_van("typen")
    assert anders.hash_van("weging") != STANDAARD.hash_van("weging")


@given(st.dictionaries(st.sampled_from([*STANDAARD.weging.weights]), st.floats(0.5, 100)))
def test_deviations_are_exactly_what_was_changed(weights: dict[str, float]) -> None:
    found = STANDAARD.met(gewichten=weights).afwijkingen()
    own = STANDAARD.weging.weights
    changed = {
        f"weging.gewichten.{name}": (own[name], w) for name, w in weights.items() if w != own[name]
    }
    assert found == changed


def test_every_name_of_a_choice_is_known_to_the_engine() -> None:
    for kind, table in (
        (Imputation, axes.IMPUTERS),
        (Outliers, axes.TREATMENTS),
        (Scale, {axes.PERCENTILE: None, axes.FIXED: None, **axes.SCALES}),
        (Aggregation, axes.AGGREGATORS),
    ):
        assert set(get_args(kind)) == set(table)


def test_settings_in_code_take_what_is_not_named_from_the_file() -> None:
    own = WeighingSettings(draws=0)
    assert own.draws == 0 and own.hoog == STANDAARD.weging.hoog
    assert dict(own.weights) == dict(STANDAARD.weging.weights)


def test_settings_of_the_agenda_have_no_default_of_their_own() -> None:
    own, chosen = ProgrammeSettings(2025, 2034), Methode.standaard().agenda
    assert set(type(own).model_fields) - set(type(chosen).model_fields) == {
        "start", "eind", "threads",
    }  # fmt: skip
    for name in type(chosen).model_fields:
        assert getattr(own, name) == getattr(chosen, name), name
