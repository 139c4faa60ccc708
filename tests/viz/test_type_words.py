"""The type of a buurt in words: doubt is named, and only where there is doubt."""

from __future__ import annotations

import pandas as pd

from sia.clustering.doubt import type_text

TYPES = pd.DataFrame(
    {
        "type": pd.array([1, 2, 2, pd.NA], dtype="Int64"),
        "typenaam": ["wijk A", "wijk B", "wijk B", None],
        "zekerheid": [0.95, 0.45, 0.9, None],
        "silhouet": [0.3, 0.1, -0.2, None],
        "tweede_type": pd.array([2, 1, 3, pd.NA], dtype="Int64"),
    },
    index=["a", "b", "c", "d"],
)


def test_certain_doubtful_and_unknown_buurten() -> None:
    assert type_text(TYPES, "a") == "1. wijk A (zekerheid 95\u00a0%)"
    assert "twijfelgeval, lijkt ook op 1. wijk A" in type_text(TYPES, "b")
    assert "twijfelgeval, lijkt ook op type 3" in type_text(TYPES, "c"), "a type nobody has now"
    assert type_text(TYPES, "d") == type_text(TYPES, "absent") == ""
    assert type_text(pd.DataFrame(), "a") == ""
