"""A file for a municipality that has none, with every part explained."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from sia.catalogue.refused import BLOCKS
from sia.errors import InputError
from sia.gemeente.load import default_folder
from sia.gemeente.model import CODE, FICTIEF, PARTNERSOORTEN, Huisstijl
from sia.store import write_text


def init_gemeente(code: str, naam: str = "", *, folder: Path | None = None) -> Path:
    """Write a documented starting file for one municipality.

    ``gemeenten/GM0164-hengelo.toml``. It loads as it stands.

    `naam`: Name; the code when empty.
    `folder`: Default ``gemeenten/`` of the project.
    """
    from jinja2 import Template

    where = folder or default_folder()
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        wat = f"`{code}` is geen code van een gemeente."
        raise InputError.one(wat=wat, oplossing="Gebruik GM met vier cijfers, zoals GM0164.")
    existing = sorted(where.glob(f"{code}*.toml"))
    if existing:
        wat = f"Er is al een bestand voor {code}."
        oplossing = "Pas dat bestand aan, of haal het eerst weg."
        raise InputError.one(bestand=str(existing[0]), wat=wat, oplossing=oplossing)
    name = naam.strip() or code
    if '"' in name or "\\" in name or any(ord(sign) < 32 for sign in name):
        wat = f"`{name}` kan geen naam van een gemeente zijn."
        raise InputError.one(wat=wat, oplossing="Laat aanhalingstekens en \\ weg.")
    default = Huisstijl()
    slug = re.sub(r"[^a-z0-9]+", "-", naam.lower()).strip("-")
    stem = "-".join(part for part in (code, slug) if part)
    target = where / f"{stem}.toml"
    start = files("sia.gemeente").joinpath("nieuw.toml.j2").read_text(encoding="utf-8")
    filled = Template(start, keep_trailing_newline=True).render(
        code=code,
        naam=name,
        digits=code[2:],
        fictief="fictief = true\n" if code.startswith(FICTIEF) else "",
        soorten=", ".join(PARTNERSOORTEN),
        blokkades=", ".join(BLOCKS),
        hoofdkleur=default.hoofdkleur,
        steunkleur=default.steunkleur,
    )
    write_text(target, filled)
    return target
