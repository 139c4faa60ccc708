"""Accessible tables and footnotes."""

from __future__ import annotations

import pandas as pd

from sia.viz.tables import html_table

TABLE = pd.DataFrame({"Buurt": ["<b>A</b>", "B"], "Score": ["1,5", None]})


def test_table_has_caption_and_scopes_and_escapes() -> None:
    made = html_table(
        TABLE, "Scores <x>", getallen=("Score",), sorteer={"Score": [1.5, float("nan")]}
    )
    assert "<caption>Scores &lt;x&gt;</caption>" in made
    assert '<th scope="row">&lt;b&gt;A&lt;/b&gt;</th>' in made
    assert made.count('scope="col"') == 2
    assert made.count("<button") == 1
    assert '<td class="getal" data-v="1.5">1,5</td>' in made
    assert '<td class="getal" data-v="">–</td>' in made


def test_equal_footnotes_share_a_number() -> None:
    notes = {(0, "Score"): "uit 2022", (1, "Buurt"): "uit 2022", (1, "Score"): "geheim & <weg>"}
    made = html_table(TABLE, "Scores", noten=notes, naam="t")
    assert made.count('href="#t-noot-1"') == 2
    assert '<li id="t-noot-1">uit 2022</li><li id="t-noot-2">geheim &amp; &lt;weg&gt;</li>' in made
