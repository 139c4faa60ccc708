from __future__ import annotations

from pathlib import Path

from sia.agenda.parameters import default_parameters, raw_parameters
from sia.agenda.reading.fields import FIELDS
from sia.agenda.wording import number


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
        share = raw_parameters()["opening"][band]
        assert f"{number(share, 1).removesuffix(',0')} %" in text


def test_every_parameter_has_a_source() -> None:
    def check(table: dict[str, object], name: str) -> None:
        numbers = any(isinstance(v, int | float) and not isinstance(v, bool)
                      for v in table.values())  # fmt: skip
        sources = [v for k, v in table.items() if k.endswith("bron")]
        assert not numbers or (sources and all(sources)), name

    raw = raw_parameters()
    for name, entry in raw.items():
        for part in entry if isinstance(entry, list) else [entry]:
            check(part, name)
    for name, entry in raw["soort"].items():
        assert entry["bron"], name
    assert all(rule["bron"] and rule["zin"].endswith(".") for rule in raw["sociaal"])
