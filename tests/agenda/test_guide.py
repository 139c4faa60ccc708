from __future__ import annotations

from pathlib import Path

from sia.agenda.parameters import default_parameters
from sia.agenda.reading.fields import FIELDS
from sia.agenda.wording import number
from sia.methode import FILE


def test_guide_names_every_field_with_its_level(repository: Path) -> None:
    text = (repository / "docs" / "how-to" / "dia.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    for field in FIELDS:
        row = next((r for r in rows if f"`{field.name}`" in r.split("|")[1]), None)
        assert row is not None, field.name
        assert row.split("|")[2].strip() == field.level, field.name


def test_guide_gives_the_parameters_that_are_used(repository: Path) -> None:
    text = (repository / "docs" / "how-to" / "dia.md").read_text("utf-8")
    p = default_parameters()
    for formula in (
        f"{number(p.afvallen, 2)} × kosten", f"{number(p.uitstel, 2)} × kosten",
        f"{number(1 + p.disconto, 4)}^", f"{number(100 * p.waardering, 0)} % van het kleinste",
        f"€ {number(p.hinderpiek, 0)} per punt",
    ):  # fmt: skip
        assert formula in text, formula
    for band in ("laag", "midden", "hoog"):
        assert f"{number(100 * p.opening[band], 1).removesuffix(',0')} %" in text


def test_every_value_of_the_agenda_has_a_source_above_it() -> None:
    text = FILE.read_text(encoding="utf-8").split("[agenda.waarden]")[1]
    before, unsourced = "", []
    for line in filter(None, text.splitlines()):
        in_group = before.startswith("[[") and "#" in before
        if line[0] not in "#[" and not before.startswith("#") and not in_group:
            unsourced.append(line)
        if line[0] in "#[" or not in_group:
            before = line
    assert unsourced == []
    for rule in default_parameters().sociaal:
        assert rule.zin.endswith(".")
