from __future__ import annotations

import pytest
from voorbeeldstad.places import atoms, buurten_per_wijk

from voorbeeldstad import CHANGE_YEAR


@pytest.mark.parametrize("n_buurten", [40, 59, 60, 61, 90])
def test_every_size_has_that_many_buurten_before_and_after_the_change(n_buurten: int) -> None:
    pieces = atoms(n_buurten)
    assert sum(buurten_per_wijk(n_buurten)) == n_buurten
    for jaar in (CHANGE_YEAR - 1, CHANGE_YEAR):
        codes = {piece.buurt(jaar)[0] for piece in pieces}
        names = {piece.buurt(jaar)[1] for piece in pieces}
        assert len(codes) == len(names) == n_buurten


def test_sizes_outside_the_range_are_refused() -> None:
    for wrong in (39, 91):
        with pytest.raises(ValueError, match="n_buurten"):
            atoms(wrong)


def test_one_code_is_reused_for_another_place() -> None:
    pieces = atoms()
    before = {p.oud[0]: p for p in pieces}
    after = {p.nieuw[0]: p for p in pieces}
    elsewhere = [
        code for code in before.keys() & after.keys() if before[code].oud[1] != after[code].nieuw[1]
    ]
    assert "BU99990403" in elsewhere
    assert before["BU99990403"].oud[1] == "Karrewiel"
    assert after["BU99990403"].nieuw[1] == "Lindenrand"
    assert after["BU99990490"].nieuw[1] == "Karrewiel"
