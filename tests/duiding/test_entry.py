"""What may be recorded, and what looks like personal data."""

from __future__ import annotations

import time

import pytest

from sia.duiding import Entry, check_entry, personal_data_warnings
from sia.errors import InputError

GOOD = {
    "gemeente": "GM9999",
    "jaar": 2024,
    "gebied": "BU99990101",
    "uitspraak": "Het cijfer klopt met wat wij zien.",
    "rol": "wijkmanager",
    "soort": "herkend",
    "cijferversie": "abc",
}


def test_a_complete_entry_passes() -> None:
    check_entry(Entry(**GOOD))
    check_entry(Entry(**{**GOOD, "gebied": "BU99990101-D2"}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gemeente", "Enschede"),
        ("jaar", 24),
        ("gebied", "WK999901"),
        ("uitspraak", "  "),
        ("uitspraak", "x" * 4001),
        ("rol", "Jan"),
        ("soort", "leuk"),
        ("effect", "weg"),
        ("cijferversie", ""),
    ],
)
def test_each_bad_field_is_named(field: str, value: object) -> None:
    with pytest.raises(InputError) as caught:
        check_entry(Entry(**{**GOOD, field: value}))
    assert [p.kolom for p in caught.value.problems] == [field]


def test_overruling_needs_a_reason_and_an_aanpak() -> None:
    with pytest.raises(InputError) as caught:
        check_entry(Entry(**GOOD, effect="overruled"))
    assert {p.kolom for p in caught.value.problems} == {"reden", "aanpak"}


@pytest.mark.parametrize(
    "text",
    [
        "mail naar jan@voorbeeld.nl",
        "bel 06-12345678",
        "bel +31 6 12345678",
        "rekening NL91 ABNA 0417164300",
        "op Lindestraat 12",
        "postcode 7511 AB",
        "mevrouw de Vries zegt het",
        "hij is geboren in mei 1950",
        "bsn 111222333",
        "bsn 1112.22.333",
        "Volgens Fatima El Amrani wordt er gedeald.",
        "Met Jan-Willem van den Verzonnen is dit besproken.",
        "Dhr Jansen klaagt.",
        "mevr. De Boer weet het.",
        "Anna de Groot was er.",
        "J.P. de Vries",
        "Buurvrouw Anja ziet het.",
        "Het gaat om kerkstraat 12.",
        "Postcode 1234 ab meldt zich.",
        "geb. 01-02-1960",
        "Haar nummer is 06.12345678",
        "auto met kenteken 12-ABC-3",
        "De auto AB-123-C staat er al weken.",
        "Wijkagent De Groot zegt het.",
        "dhr v.d. Verzonnen klaagt",
        "Hij woont Lage Lindestraat nr. 12",
        "Het staat bij @verzonnen.",
    ],
)
def test_personal_data_is_noticed(text: str) -> None:
    assert personal_data_warnings(text)


@pytest.mark.parametrize(
    "text",
    [
        "De school sluit in 2026 en 123456789 is geen nummer.",
        "Ongeveer 2.500 woningen uit 1965.",
        "Op de Lindestraat is veel overlast.",
        "De Van Heekstraat en het Twekkelerveld zijn schoner geworden.",
        "Corporatie De Linde knapt in Oud Noord de portieken op.",
        "Leerkrachten van Het Zeggelt fietsen. De mevrouw niet.",
        "In 2024 is het 1965 en de 1234 abonnees, onderweg 5 minuten.",
        "De Universiteit Twente en de Regio Twente doen mee; rond de Oude Markt is het druk.",
        "Project ZW-12-034 van het Nationaal Programma loopt in het Johan Cruijff Court.",
        "De Jan Steenstraat en de Prins Bernhardlaan krijgen in 2027 een nieuw riool.",
        "Het Medisch Spectrum Twente breidt uit, op 12-03-2026 besproken.",
    ],
)
def test_ordinary_statements_pass(text: str) -> None:
    assert personal_data_warnings(text) == []


def test_names_of_buurten_are_no_names_of_people() -> None:
    text = "In Stevenfenne Pathmos is het stil."
    assert personal_data_warnings(text)
    assert personal_data_warnings(text, ["Pathmos", "Stevenfenne"]) == []


@pytest.mark.parametrize("part", ["a.", "A", "a-", "A'", "1 ", "A. ", "Jan ", "mevrouw van ", " "])
def test_a_long_text_takes_time_in_proportion(part: str) -> None:
    """Ten times the text would take a hundred times as long where a check is quadratic."""

    def seconds(length: int) -> float:
        text, begin = part * (length // len(part)), time.process_time()
        personal_data_warnings(text)
        return time.process_time() - begin

    assert seconds(50_000) < 30 * max(seconds(5_000), 0.002)
