"""What reports are about, and the names of their files."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sia.gemeente import TE_BEVESTIGEN
from sia.report.material import Selectie, selections, slug
from sia.viz.dataset import Cijfers


@given(st.text())
def test_a_file_name_never_leaves_its_folder(text: str) -> None:
    name = Selectie("stadsdeel", text, (), text).bestand
    assert re.fullmatch(r"stadsdeel-[a-z0-9]+(-[a-z0-9]+)*\.html", name)


def test_slug() -> None:
    assert slug("'t Zwering & Océ/..") == "t-zwering-oce"
    assert slug("../../") == "naamloos"


def test_the_full_set(stad: Cijfers) -> None:
    made = selections(stad)
    kinds = [one.soort for one in made]
    assert {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)} == {
        "stad": 1,
        "stadsdeel": 5,
        "wijk": 10,
        "dia": 10,
        "domein": 6,
        "verandering": 16,
        "buurt": 66,
    }
    assert len({one.bestand for one in made}) == len(made)
    for kind in ("stadsdeel", "wijk", "buurt"):
        covered = [code for one in made if one.soort == kind for code in one.codes]
        assert sorted(covered) == list(stad.gebieden.index), kind


def test_buurten_without_a_stadsdeel_are_no_stadsdeel(stad: Cijfers) -> None:
    for none in ("", TE_BEVESTIGEN):
        bare = replace(stad, gebieden=stad.gebieden.assign(stadsdeel=none))
        assert not [one for one in selections(bare) if one.soort == "stadsdeel"]


def test_a_wijk_without_a_name_is_not_called_wijk_twice(stad: Cijfers) -> None:
    titles = [one.titel for one in selections(stad) if one.soort == "wijk"]
    assert "Wijk 00" in titles or "Wijk 01" in titles
    assert all(title.count("Wijk") == 1 for title in titles)
