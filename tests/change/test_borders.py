"""A buurt is followed by its border, never by its code alone."""

from __future__ import annotations

import pandas as pd

from sia.change.borders import same_places


def test_places_are_followed_by_border_and_not_by_code():
    rows = {
        "BU99990000": ("gelijk", "BU99990000", "Zelfde code, zelfde grens."),
        "BU99990001": ("hergebruikte code", "BU99990002", "Let op: een ander gebied."),
        "BU99990002": ("vervallen", "BU99990002", "Deze code bestaat niet meer."),
        "BU99990009": ("hergecodeerd", "BU99990001", "Zelfde grens; de code was BU99990001."),
    }
    told = pd.DataFrame.from_dict(
        rows, orient="index", columns=["soort", "oude_codes", "toelichting"]
    )
    old = pd.Index(["BU99990000", "BU99990001", "BU99990002"])
    found = same_places(told, old)
    assert found.now.to_dict() == {
        "BU99990000": "BU99990000",
        "BU99990001": "BU99990009",
        "BU99990002": "",
    }
    assert found.reden["BU99990001"] == "" and "niet meer" in found.reden["BU99990002"]
    assert found.soort["BU99990001"] == "hergecodeerd"
