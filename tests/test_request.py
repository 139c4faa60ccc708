"""What was asked is checked before anything starts, without reading what need not be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sia.errors import InputError
from sia.request import (
    Known,
    check_request,
    code_of,
    configure,
    find_code,
    misspelt,
    parse_years,
    years_present,
)

KNOWN = {
    "GM0164": Known("GM0164", "Hengelo (O.)", {2019, 2020}),
    "GM0344": Known("GM0344", "Utrecht", {2019, 2020}),
    "GM0001": Known("GM0001", "Verdwenen", {2019}),
}


@pytest.fixture(autouse=True)
def _home(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIA_HOME", str(repository))


def unread() -> dict[str, Known]:
    raise AssertionError("the raw files were read")


def test_all_problems_of_a_request_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        check_request("Enschedee", [2001, 2020], [tmp_path / "weg"], unread)
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "Enschedee" in text
    assert "2001" in text
    assert "weg" in text


def test_a_misspelt_folder_gets_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "voorbeeldstad").mkdir()
    with pytest.raises(InputError, match="Bedoelde u"):
        check_request("GM9999", [2020], [tmp_path / "voorbeeldstd"], unread)


def test_the_name_and_the_code_are_the_same_municipality(tmp_path: Path) -> None:
    for which in ("Enschede", "GM0153"):
        assert check_request(which, [2020], [tmp_path], unread).code == "GM0153"


def test_a_municipality_without_a_file_gets_the_defaults() -> None:
    plain = configure("utrecht", lambda: KNOWN)
    assert (plain.code, plain.naam, plain.stadsdelen) == ("GM0344", "Utrecht", ())


def test_a_name_with_an_addition_finds_its_file() -> None:
    assert configure("Hengelo (O.)", lambda: KNOWN).bestand == "GM0164-hengelo.toml"
    assert find_code("hengelo", KNOWN) == "GM0164"


def test_a_wrong_file_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gemeenten").mkdir()
    monkeypatch.setenv("SIA_HOME", str(tmp_path))
    (tmp_path / "gemeenten" / "GM0344-utrecht.toml").write_text('code = "GM0344"\nfout = 1')
    with pytest.raises(InputError, match="naam"):
        configure("GM0344", lambda: KNOWN)


def test_an_unknown_name_gets_a_hint_and_a_double_one_a_refusal() -> None:
    with pytest.raises(InputError, match="Bedoelde u `Utrecht`"):
        find_code("Utrech", KNOWN)
    double = {code: Known(code, "Dorp") for code in ("GM0001", "GM0002")}
    with pytest.raises(InputError, match="GM0001, GM0002"):
        find_code("Dorp", double)


def test_a_municipality_that_ended_is_left_out_of_later_years() -> None:
    assert years_present("GM0001", [2018, 2019, 2020, 2024], KNOWN) == [2018, 2019]
    assert years_present("GM0344", [2018, 2019, 2020, 2024], KNOWN) == [2018, 2019, 2020, 2024]


def test_a_layer_of_one_region_does_not_end_the_rest_of_the_country() -> None:
    known = {f"GM{n:04d}": Known(f"GM{n:04d}", f"Dorp {n}", {2020}) for n in range(1, 10)}
    known["GM0001"].jaren.add(2021)
    assert years_present("GM0005", [2021], known) == [2021]


def test_names_in_capitals_give_way() -> None:
    one = Known("GM0164")
    one.call(2022, "HENGELO")
    one.call(2020, "Hengelo")
    one.call(2021, "")
    assert one.facts()["naam"] == "Hengelo"


def test_a_slip_of_the_pen_is_seen_before_anything_is_read(tmp_path: Path) -> None:
    [one] = misspelt(["Ensched", "GM0001", "Enschede", "alle", "Zonneveen"], tmp_path)
    assert (one.kolom, one.oplossing[:21]) == ("--gemeente", "Bedoelde u Enschede? ")
    store = tmp_path / "NL" / "intake" / "abc"
    store.mkdir(parents=True)
    (store / "gemeenten.json").write_text(json.dumps({"GM0344": KNOWN["GM0344"].facts()}))
    [one] = misspelt(["Utrech", "utrecht"], tmp_path)
    assert "Bedoelde u Utrecht?" in one.oplossing


def test_a_suggestion_may_be_a_municipality_with_a_file() -> None:
    with pytest.raises(InputError, match="Bedoelde u `Enschede`"):
        configure("Enschedee", lambda: KNOWN)


def test_a_code_need_not_be_known_to_be_fetched(tmp_path: Path) -> None:
    assert code_of("gm0344", tmp_path) == "GM0344"
    assert code_of("Enschede", tmp_path) == "GM0153"
    with pytest.raises(InputError):
        code_of("Utrecht", tmp_path)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["2020"], [2020]),
        (["2017-2019", "2024"], [2017, 2018, 2019, 2024]),
        (["2020", "2020"], [2020]),
    ],
)
def test_years_and_ranges(given: list[str], expected: list[int]) -> None:
    assert parse_years(given) == expected


@pytest.mark.parametrize("bad", ["20x0", "2024-2020", "1920", "2020-", "-", "²⁰²⁴", "٢٠٢٤", ""])
def test_what_is_no_year_is_refused(bad: str) -> None:
    with pytest.raises(InputError, match=r"optie: --jaar\n.*geen jaar"):
        parse_years([bad])
