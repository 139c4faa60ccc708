"""What is said about the places that other weights allow, recomputed from the table."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from sia.weighing.order import order_table, order_text, turn_text


def scores(best: list[int], worst: list[int]) -> pd.DataFrame:
    n = len(best)
    index = pd.Index([f"BU0000000{i}" for i in range(n)], name="buurtcode")
    return pd.DataFrame(
        {
            "rang": pd.array(range(1, n + 1), dtype="Int64"),
            "gerangschikt": True,
            "plaats_best": [float(b) for b in best],
            "plaats_slechtst": [float(w) for w in worst],
            "omslag": [0.125] + [float("nan")] * (n - 1),
            "ruilt_met": [index[-1]] + [""] * (n - 1),
        },
        index=index,
    )


def names(table: pd.DataFrame) -> pd.Series:
    return pd.Series([f"Naam{i}" for i in range(len(table))], table.index)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=8))
def test_the_sentence_names_who_can_leave_and_enter_and_nobody_else(
    moves: list[tuple[int, int]],
) -> None:
    n = len(moves)
    table = scores(
        [max(1, i + 1 - up) for i, (up, _) in enumerate(moves)],
        [min(n, i + 1 + down) for i, (_, down) in enumerate(moves)],
    )
    quarter = -(-n // 4)
    told = order_text(table, names(table), 0.25)
    leaves = [i for i in range(quarter) if table["plaats_slechtst"].iloc[i] > quarter]
    enters = [i for i in range(quarter, n) if table["plaats_best"].iloc[i] <= quarter]
    assert {i for i in range(n) if f"Naam{i}" in told} == {*leaves, *enters}
    stay = quarter - len(leaves)
    assert {0: "blijft geen van", 1: "blijft 1 van"}.get(stay, f"blijven {stay} van") in told


def test_what_turns_a_buurt_is_told_with_who_changes_places() -> None:
    table = scores([1, 1, 3], [2, 2, 3])
    row = table.iloc[0]
    assert turn_text(row, names(table)) == "12,5 % andere gewichten, dan ruilt zij met Naam2"
    assert turn_text(table.iloc[1], names(table)) == ""
    shown = order_table(table, names(table))
    assert shown["plaats bij andere gewichten"].tolist() == ["1–2", "1–2", "3"]
    assert shown["ruilt dan met"].tolist() == ["Naam2", "", ""]


def test_without_a_proof_nothing_is_said() -> None:
    table = scores([1, 2], [1, 2]).assign(plaats_best=float("nan"))
    assert order_text(table, names(table), 0.25) == ""
