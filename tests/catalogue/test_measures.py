"""Every measure that the catalogue names comes out of a reader of the source that it names."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from sia.catalogue import load_catalogue
from sia.catalogue.model import SOURCES, Bron
from sia.indicators.lookup import DENOMINATOR_SOURCES
from sia.sources import columns, woonikveilig
from sia.sources.columns import dictionary, snake

FOLDER = Path(columns.__file__).parent / "measures"
DICTIONARIES = {
    "cbs.kwb": "cbs_kwb",
    "cbs.nabijheid": "nabijheid",
    "cbs.ses": "ses",
    "rivm.gezondheid": "rivm",
    "politie.misdrijven": "politie",
    "leefbaarometer": "leefbaarometer",
    "pbl.startanalyse": "pbl",
}
ALWAYS = (0, 9999)


def texts(content: object) -> Iterator[str]:
    """Yield every text in a parsed TOML file, keys left out."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for part in content.values():
            yield from texts(part)
    elif isinstance(content, list):
        for part in content:
            yield from texts(part)


@lru_cache(maxsize=16)
def declared(source: str) -> dict[str, tuple[int, int]]:
    """Return what a source's reader can give, with the first and last year of each measure."""
    if source == "cbs.pdok":
        # the map keeps its own column names, which are the canonical names of the KWB as well
        own = tomllib.loads((FOLDER / "pdok.toml").read_text(encoding="utf-8"))
        map_names = {*texts(own), *own["titles"]}
        return dict.fromkeys(map_names, ALWAYS) | declared("cbs.kwb")
    if source == "woonikveilig":
        names = {*woonikveilig.DEMOGRAPHY.values(), "totaal_misdrijven"}
        return dict.fromkeys({*names, "ervaren_gezondheid_goed_zeer_goed"}, ALWAYS)
    words = dictionary(DICTIONARIES[source])
    years = {measure.name: (measure.since, measure.until) for measure in words.measures}
    for share in words.shares:
        spans = [years[name] for name in (share.count, share.total)]
        computed = (max(first for first, _ in spans), min(last for _, last in spans))
        first, last = years.get(share.name, computed)
        years[share.name] = (min(first, computed[0]), max(last, computed[1]))
    return years


def bronnen() -> list[object]:
    return [
        pytest.param(bron, id=f"{entry.id}-{number}-{bron.naam}")
        for entry in load_catalogue()
        for number, bron in enumerate(entry.bronnen)
        if bron.naam != "eigen"
    ]


@pytest.mark.parametrize("bron", bronnen())
def test_reader_of_the_source_gives_the_measure_in_years_that_count(bron: Bron) -> None:
    known = declared(bron.naam)
    assert [name for name in bron.maten() if name not in known] == []
    for name in bron.maten():
        first, last = known[name]
        assert first <= (bron.tot or 9999) and last >= (bron.van or 0), name


def test_some_reader_gives_every_denominator() -> None:
    lacking = []
    for entry in load_catalogue():
        for bron in entry.bronnen:
            places = {bron.naam, *(bron.noemer_bronnen or DENOMINATOR_SOURCES)} - {"eigen"}
            wanted = {*bron.noemer, *filter(None, [bron.noemer_deel_van]), *entry.noemer}
            known = {name for place in places for name in declared(place)}
            if bron.naam != "eigen":
                lacking += [(entry.id, name) for name in sorted(wanted - known)]
    assert lacking == []


def test_every_source_that_is_no_own_table_has_declared_measures() -> None:
    assert [name for name in SOURCES if name != "eigen" and not declared(name)] == []


@pytest.mark.parametrize("name", ["rivm", "politie"])
def test_declared_names_follow_the_rule_by_which_new_ones_are_named(name: str) -> None:
    named = {measure.name for measure in dictionary(name).measures}
    assert {measure for measure in named if snake(measure) != measure} == set()
    if name == "politie":
        by_title = {snake(measure.title) for measure in dictionary(name).measures}
        assert by_title == named


def test_poverty_has_one_column_per_method() -> None:
    catalogue = load_catalogue()
    (old,) = {bron.maat for bron in catalogue["laag_inkomen"].bronnen}
    (new,) = {bron.maat for bron in catalogue["armoede"].bronnen}
    assert old == "percentage_huishoudens_met_laag_inkomen"
    assert new == "percentage_personen_in_armoede"
    assert all(bron.tot == 2023 for bron in catalogue["laag_inkomen"].bronnen)


def test_vacancy_counts_something_else_since_2024() -> None:
    entry = load_catalogue()["leegstand"]
    for jaar in (2020, 2023, 2024, 2025):
        methods = {bron.methode for bron in entry.bronnen if bron.geldt(jaar)}
        assert methods == {"onbewoond" if jaar < 2024 else "leegstand"}, jaar
