"""Names of types follow from the profile, are unique and can be overruled in one file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sia.clustering.profiles import describe, load_names, name_types, profiles
from sia.clustering.typology import Typology
from sia.errors import InputError
from sia.methode import TypologySettings

DOMAINS = ["sociaal", "wonen", "veiligheid", "voorzieningen", "klimaat", "energie"]
CORPORATIE = "perc_huurwoningen_in_bezit_woningcorporaties"


def profile(*rows: list[float]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=range(1, len(rows) + 1), columns=DOMAINS, dtype=float)


def test_names_say_what_stands_out_and_where():
    table = profile([1.5, 0.9, 0.8, 0, 0, 0], [-1, -1, -1, 0, -1, 0], [0, 0, 0, 0.7, 0, 0])
    context = pd.DataFrame(
        {CORPORATIE: [61.0, 5, np.nan], "omgevingsadressendichtheid": [1500.0, 900, 120]},
        index=[1, 2, 3],
    )
    names = name_types(table, context)
    assert names[1].startswith("corporatiewijk met stapeling van sociale opgaven")
    assert names[2] == "gemengde wijk met weinig opgaven"
    assert names[3] == "buitengebied met opgaven in voorzieningen en economie"


def test_unknown_context_is_not_taken_for_zero():
    context = pd.DataFrame({"omgevingsadressendichtheid": [np.nan]}, index=[1])
    assert name_types(profile([0] * 6), context)[1].startswith("wijk met")


def test_a_wijk_is_mixed_only_where_ownership_is_known():
    known = pd.DataFrame({"koopwoningen": [50.0]}, index=[1])
    assert name_types(profile([0] * 6), known)[1] == "gemengde wijk met een gemiddeld beeld"
    assert name_types(profile([0] * 6))[1] == "wijk met een gemiddeld beeld"


@given(st.lists(st.lists(st.floats(-2, 2), min_size=6, max_size=6), min_size=2, max_size=12))
@settings(max_examples=60, deadline=None)
def test_names_are_always_unique(rows):
    assert name_types(profile(*rows)).is_unique


def test_own_name_goes_first_and_stays_unique(tmp_path, repository):
    text = (repository / "sia/clustering/namen.toml").read_text(encoding="utf-8")
    own = tmp_path / "namen.toml"
    own.write_text(text + '"2" = "gemengde wijk met een gemiddeld beeld"\n', encoding="utf-8")
    names = name_types(profile([0] * 6, [2] * 6), names=load_names(own))
    assert names[2] == "gemengde wijk met een gemiddeld beeld"
    assert names.is_unique


def test_faulty_names_file_gives_every_fault_at_once(tmp_path):
    own = tmp_path / "namen.toml"
    own.write_text(
        '[drempels]\nopgave = "hoog"\ngunstig = -1\nstapeling = 3\n[domeinen]\n'
        '[[voorvoegsel]]\nkolomm = "x"\nnaam = "y"\nkolom = "z"\n'
        '[eigen]\n"een" = "a"\n"2" = "a"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_names(own)
    assert len(caught.value.problems) == 6
    own.write_text("[drempels", encoding="utf-8")
    with pytest.raises(InputError, match="geen geldig TOML"):
        load_names(own)


def test_description_counts_every_typed_buurt_and_averages_only_what_is_known():
    rng = np.random.default_rng(0)
    scores = pd.DataFrame(rng.normal(50, 10, (40, 6)), columns=DOMAINS)
    scores.iloc[3] = np.nan
    model = Typology(TypologySettings(n_types=3)).fit(scores)
    context = pd.DataFrame({"inwoners": 100.0, CORPORATIE: rng.uniform(0, 90, 40)})
    context.loc[:30, CORPORATIE] = np.nan
    table = describe(model, model.table_, context)
    assert table["buurten"].sum() == 39
    assert table["inwoners"].sum() == 3900
    known = context[CORPORATIE].groupby(model.table_["type"]).mean()
    assert np.allclose(table[CORPORATIE], known, equal_nan=True)
    assert profiles(model).shape == (3, 6)
