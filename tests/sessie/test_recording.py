"""From form to record and back: on which figures, whether they changed, whether it still holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sia.duiding import Entry
from sia.errors import InputError
from sia.sessie.recording import CHANGED, confirm, entry_of, listed, marks, options, warnings
from sia.sessie.stand import Stand
from tests.sessie.klein import CODE, EARLIER, POCKET, POCKET_IN, YEAR


def fields(**changes: str) -> dict[str, str]:
    given = {
        "id": "a",
        "gebied": POCKET_IN,
        "uitspraak": " De cijfers kloppen. ",
        "rol": "wijkmanager",
        "soort": "herkend",
        "effect": "bevestigd",
        "sessie": "voorjaar",
    }
    return {**given, **changes}


def earlier(stand: Stand, **changes: str) -> Entry:
    last = replace(stand, run=stand.run.of_year(EARLIER))
    entry = entry_of(fields(**changes), last)
    confirm(entry, last)
    return entry


def test_an_entry_knows_its_year_and_the_version_of_its_figures(stand: Stand) -> None:
    entry = entry_of(fields(gebied=POCKET), stand)
    assert (entry.gemeente, entry.jaar) == (CODE, YEAR)
    assert entry.cijferversie == stand.versies[POCKET] != stand.versies[POCKET_IN]
    assert entry.uitspraak == "De cijfers kloppen."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gebied": "BU01530000"}, "hoort niet bij deze gemeente"),
        ({"id": ""}, "kenmerk"),
    ],
)
def test_a_place_of_another_city_or_an_entry_without_id_is_refused(
    stand: Stand, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        entry_of(fields(**changes), stand)


def test_a_confirmation_is_given_for_what_is_on_disk_and_once(stand: Stand) -> None:
    entry = entry_of(fields(), stand)
    assert confirm(entry, stand).startswith("Opgeslagen als duiding 1 op ")
    assert confirm(entry, stand).startswith("Opgeslagen als duiding 1 op ")
    assert len(stand.duidingen()) == 1


def test_looking_makes_no_record(stand: Stand) -> None:
    assert stand.duidingen().empty
    assert listed(stand, stand.duidingen(), POCKET_IN) == []
    assert marks(stand, stand.duidingen()) == {}
    assert not list(stand.run.folders.processed.rglob("*.sqlite"))


def test_a_list_holds_buurt_and_deel_buurt_newest_first(stand: Stand) -> None:
    confirm(entry_of(fields(), stand), stand)
    confirm(entry_of(fields(id="b", gebied=POCKET), stand), stand)
    confirm(entry_of(fields(id="c", gebied="BU99990605"), stand), stand)
    rows = listed(stand, stand.duidingen(), POCKET_IN)
    assert [row["nummer"] for row in rows] == [2, 1]
    assert rows[0]["plek"] == "Deel-buurt noord in Wilgenrijk"
    assert all(row["let_op"] == "" and row["kan"] and not row["vraag"] for row in rows)
    border = listed(stand, stand.duidingen(), "BU99990302")
    assert [row["nummer"] for row in border] == [2], "a deel-buurt on a border is in both"


def test_changed_figures_are_said(stand: Stand) -> None:
    confirm(entry_of(fields(), stand), stand)
    changed = replace(stand, versies=stand.versies.where(stand.versies.index != POCKET_IN, "ander"))
    assert listed(changed, changed.duidingen(), POCKET_IN)[0]["let_op"] == CHANGED
    assert "cijfers veranderd" in marks(changed, changed.duidingen())[POCKET_IN]


def test_a_correction_leaves_the_old_one_to_be_read(stand: Stand) -> None:
    confirm(entry_of(fields(), stand), stand)
    confirm(entry_of(fields(id="b", corrigeert="a", uitspraak="Toch niet."), stand), stand)
    new, old = listed(stand, stand.duidingen(), POCKET_IN)
    assert (new["verbetert"], old["vervallen"], old["kan"]) == (1, True, False)
    assert old["let_op"] == "Verbeterd door een latere duiding."
    assert marks(stand, stand.duidingen()) == {POCKET_IN: "1 duiding; bevestigd"}


@pytest.mark.parametrize("answer", ["geldt nog", "geldt niet meer"])
def test_last_years_judgement_asks_until_it_is_answered(stand: Stand, answer: str) -> None:
    old = earlier(stand)
    row = listed(stand, stand.duidingen(), POCKET_IN)[0]
    assert row["vraag"]
    assert not row["kan"], "a judgement of another year is answered, not corrected"
    assert row["let_op"] == f"Gezegd bij de cijfers van {EARLIER}."
    assert marks(stand, stand.duidingen()) == {POCKET_IN: "1 van eerder: geldt nog?"}
    confirm(entry_of(fields(id="b", vervolgt=old.id, geldt=answer), stand), stand)
    new, asked = listed(stand, stand.duidingen(), POCKET_IN)
    assert (new["antwoord_op"], new["geldt"]) == (1, answer)
    assert not asked["vraag"]


def test_a_later_year_is_not_shown_in_an_earlier_one(stand: Stand) -> None:
    confirm(entry_of(fields(), stand), stand)
    last = replace(stand, run=stand.run.of_year(EARLIER))
    assert listed(last, last.duidingen(), POCKET_IN) == []


def test_personal_data_is_warned_of_once_per_kind() -> None:
    said = warnings({"uitspraak": "Bel 06-12345678.", "reden": "mevrouw Jansen, 06-87654321"})
    assert len(said) == 2
    assert "telefoonnummer" in said[0]
    assert warnings({"uitspraak": "De straat is donker."}) == []


def test_every_option_of_the_form_is_accepted(stand: Stand) -> None:
    lists = options()
    for rol in lists["rollen"]:
        for soort in lists["soorten"]:
            for effect in lists["effecten"]:
                entry = entry_of(
                    fields(
                        id=f"{rol}{soort}{effect}",
                        rol=rol,
                        soort=soort,
                        effect=effect,
                        reden="Omdat.",
                        aanpak=lists["aanpakken"][0],
                    ),
                    stand,
                )
                assert entry.effect == effect
    assert "niet gerangschikt" not in lists["aanpakken"]
