from __future__ import annotations

from voorbeeldstad import CHANGE_YEAR
from voorbeeldstad.places import atoms


def test_there_are_sixty_buurten_before_and_after_the_change() -> None:
    pieces = atoms()
    for jaar in (CHANGE_YEAR - 1, CHANGE_YEAR):
        codes = {piece.buurt(jaar)[0] for piece in pieces}
        names = {piece.buurt(jaar)[1] for piece in pieces}
        assert len(codes) == len(names) == 60


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
