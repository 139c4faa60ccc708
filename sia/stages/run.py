"""One municipality in one year: what was asked for, and the tables of every stage on demand.

A table that a stage published is read from disk when it rests on exactly the present files,
method, code and years; else it is made, in memory, and nothing on disk changes. `publish` is the
only place that writes the tables of a stage.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sia import __version__
from sia.errors import InputError
from sia.fingerprint import (
    RawHash,
    content_hash,
    digest,
    handed_down,
    raw_hash,
    record_hash,
    tree_hash,
)
from sia.gemeente import Gemeente, Huisstijl
from sia.methode import Methode
from sia.settings import Folders, Openness
from sia.stages import graph
from sia.stages.graph import Stage
from sia.store import read_manifest, read_table, sha256_file, update_manifest, write_table

if TYPE_CHECKING:
    import pandas as pd

    from sia.catalogue import Catalogue
    from sia.stages.own import OwnIndicator

_CODE = (".py", ".toml", ".j2", ".css", ".js", ".html")
_OUTSIDE: Mapping[graph.Outside, str] = {
    "open data": "de open data",
    "plannen": "wat partners leverden",
    "gemeente": "het bestand van de gemeente",
    "huisstijl": "de huisstijl",
    "duiding": "de duiding",
}
_KEPT = 48
"""Results that are kept in memory, so that a choice that is changed back costs nothing."""

_memory: OrderedDict[str, Made] = OrderedDict()
_refused: set[str] = set()


@dataclass(frozen=True, eq=False)
class Made:
    """What a stage made.

    `tables`: as in the table of stages.
    `result`: the same with everything that explains it; not kept on disk.
    `parameters`: noted in the manifest; JSON values.
    `files`: other files that it wrote.
    """

    tables: Mapping[str, pd.DataFrame]
    result: Any = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, eq=False)
class Run:
    """One municipality in one year, from which folders and with which method.

    `jaren`: all years that are looked at together, sorted; holds `jaar`.
    `basisjaar`: year whose norms fix the scale of the scores.
    `bron`: folders with raw data.
    `eigen`: indicators that a researcher laid beside those of the catalogue.
    `gewone`: hash of the municipality's own method, before choices of this run; "" when it has
        none.
    """

    gemeente: Gemeente
    jaar: int
    jaren: tuple[int, ...]
    basisjaar: int
    bron: tuple[Path, ...]
    folders: Folders
    methode: Methode = field(default_factory=Methode.standaard)
    eigen: tuple[OwnIndicator, ...] = ()
    gewone: str = ""
    _prints: dict[tuple[int, str], str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        years = ", ".join(map(str, self.jaren))
        return (
            f"{self.gemeente.naam} ({self.gemeente.code}), SIA-jaar {self.jaar}; "
            f"schaal vastgelegd op {self.basisjaar}; samen bekeken: {years}; "
            f"methode {self.methode.label}."
        )

    @property
    def folder(self) -> Path:
        """Folder with the tables of this municipality and year."""
        return self.folders.year(self.gemeente.code, self.jaar)

    @property
    def method_label(self) -> str:
        """Label of the method; without raw folders of that which the published scores rest on."""
        noted = {} if self.bron else self._noted("weging")
        return str(noted.get("methode", self.methode.label))

    @property
    def reports(self) -> Path:
        """Folder with the outputs of this municipality and year."""
        return self.folders.report(self.gemeente.code, self.jaar)

    def edition(self, voor: Openness) -> Path:
        """Return the folder of the outputs of this year for some readers."""
        return self.folders.edition(self.gemeente.code, self.jaar, voor)

    def of_year(self, jaar: int) -> Run:
        """Return the same run for another year."""
        return self if jaar == self.jaar else replace(self, jaar=jaar)

    def without_own(self) -> Run:
        """Return the same run without the indicators of a researcher."""
        return replace(self, eigen=(), _prints={})

    def as_published(self) -> Run:
        """Return the same run as its tables lie on disk, or this one where there are none."""
        there = replace(self, bron=(), _prints={})
        return there if there.published("indicatoren") else self

    def with_method(self, methode: Methode) -> Run:
        """Return the same run with another method."""
        own = self.gemeente.with_thresholds(methode.drempels)
        return replace(self, gemeente=own, methode=methode, _prints={})

    def with_own(self, indicator: OwnIndicator) -> Run:
        """Return the same run with one more indicator of a researcher."""
        return replace(self, eigen=(*self.eigen, indicator), _prints={})

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue with the municipality's entries and those of a researcher."""
        listed = self.gemeente.catalogus()
        own = tuple(one.entry for one in self.eigen)
        return replace(listed, indicators=(*listed.indicators, *own)) if own else listed

    def parameters(self, stage: str) -> Mapping[str, Any]:
        """Return what a stage of this year noted beside its tables."""
        key = self.fingerprint(stage)
        if key not in _memory and self.published(stage):
            noted: Mapping[str, Any] = self._noted(stage)["parameters"]
            return noted
        return self.made(stage).parameters

    def years(self, which: graph.Years) -> tuple[int, ...]:
        """Return the years that a need speaks of."""
        if which == "alle":
            return self.jaren
        if which in ("tot", "eerder"):
            return tuple(j for j in self.jaren if j < self.jaar + (which == "tot"))
        return (self.basisjaar,) if which == "basis" else (self.jaar,)

    def fingerprint(self, stage: str) -> str:
        """Return the hash of everything that a stage of this year rests on."""
        known, key = self._prints, (self.jaar, stage)
        if key not in known:
            known[key] = digest([stage, *self.rests_on(stage).values()])
        return known[key]

    def rests_on(self, stage: str) -> dict[str, str]:
        """Return what a stage of this year rests on: how readers call it, to its hash."""
        one = graph.stage(stage)
        needs: dict[str, list[str]] = {}
        for need in one.needs:
            made = [self.of_year(jaar).fingerprint(need.stage) for jaar in self.years(need.years)]
            needs.setdefault(f"de stap {need.stage}", []).extend(made)
        return {
            "de code": code_hash(),
            "de methode": self.methode.hash_van(*one.method),
            **{_OUTSIDE[name]: self._outside_hash(name) for name in one.outside},
            **{name: digest(made) for name, made in needs.items()},
            "de gevraagde jaren": digest(self._of_the_request(stage)),
        }

    def _of_the_request(self, stage: str) -> list[str]:
        """Return what a stage takes of what was asked for: the raw files serve all years."""
        if stage == "intake":
            return [",".join(map(str, self.jaren))]
        also = {
            "indicatoren": [own.hash for own in self.eigen],
            "jaren": [str(self.basisjaar)],
            "agenda": [str(self.jaar == max(self.jaren))],
            "verandering": [self._older_base()] if stage == "verandering" else [],
        }
        return [str(self.jaar), *also.get(stage, [])]

    def _older_base(self) -> str:
        """Return what was published of the base year, where its sources say otherwise by now."""
        base = self.of_year(self.basisjaar)
        noted = str(base._noted("indicatoren").get("vingerafdruk", ""))
        return "" if noted == base.fingerprint("indicatoren") else noted

    def _outside_hash(self, name: graph.Outside) -> str:
        if name == "open data":
            return raw_now(self.bron).open
        if name == "plannen":
            # plans are of today: only the newest year makes an agenda of them
            return raw_now(self.bron).plannen if self.jaar == max(self.jaren) else ""
        if name == "duiding":
            return record_hash(self.folders.record(self.gemeente.code))
        style = self.gemeente.huisstijl
        if name == "huisstijl":
            logo = content_hash(style.logo) if style.logo else ""
            return digest([repr(replace(style, logo=None)), logo])
        own = replace(
            self.gemeente,
            bestand="",
            methode={},
            aanpak={},
            drempels=Methode.standaard().drempels,
            huisstijl=Huisstijl(),
        )
        return digest([repr(own)])

    def is_own_method(self) -> bool:
        """Tell whether the method is what the municipality's file says, and nothing else."""
        return self.methode.hash == (self.gewone or resolve(self.gemeente).hash)

    def published(self, stage: str) -> bool:
        """Tell whether the tables of a stage on disk rest on exactly what this run rests on."""
        noted = self._noted(stage)
        # without raw folders there is nothing to compare with: what was published is taken as it is
        if not noted or (self.bron and noted.get("vingerafdruk") != self.fingerprint(stage)):
            return False
        return all(
            _holds(self.folder / f"{name}.parquet", known)
            for name, known in noted.get("tabellen", {}).items()
        )

    def _noted(self, stage: str) -> Mapping[str, Any]:
        noted: Mapping[str, Any] = read_manifest(self.folder).get("stappen", {}).get(stage, {})
        return noted

    def state(self, stage: str) -> str:
        """Say of a stage whether it is published, in memory, or still to be made."""
        if self.published(stage):
            return "gepubliceerd"
        return "in geheugen" if self.fingerprint(stage) in _memory else "nog niet gemaakt"

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of this year: as published, or else made now.

        Raises InputError when what it is made from does not suffice; says what to do.
        """
        one = graph.maker(name)
        key = self.fingerprint(one.name)
        if key in _memory:
            return _memory[key].tables[name]
        if self.published(one.name):
            return _from_disk(
                self.folder / f"{name}.parquet", self._noted(one.name)["tabellen"][name]
            )
        return self.made(one.name).tables[name]

    def made(self, stage: str) -> Made:
        """Return what a stage makes, with its result; made in memory once for all choices.

        Raises InputError as `table`.
        """
        key = self.fingerprint(stage)
        if key in _memory:
            _memory.move_to_end(key)
        else:
            _memory[key] = _compute(self, graph.stage(stage))
            while len(_memory) > _KEPT:
                _memory.popitem(last=False)
        return _memory[key]

    def can(self, stage: str) -> bool:
        """Tell whether a stage is published or can be made: a year without figures cannot."""
        key = self.fingerprint(stage)
        if key in _refused or key in _memory or self.published(stage):
            return key not in _refused
        try:
            self.made(stage)
        except InputError:
            _refused.add(key)
            return False
        return True

    def publish(self, stage: str, **options: Any) -> Made:
        """Make a stage and write its tables, each whole or not at all, with a note in the manifest.

        `options`: of what the stage writes beside tables: ``reeks=True`` for the set of reports.
        Raises InputError when the run is somebody's variant: what a batch published is never
            written over.
        """
        from sia.schemas import validate

        if self.eigen:
            raise InputError.one(
                "Deze stad heeft eigen indicatoren of keuzes; wat gepubliceerd is blijft staan.",
                "Zet een keuze die voor iedereen geldt in het bestand van de gemeente.",
            )
        made = self.made(stage)
        writer = getattr(import_module(f"sia.stages.{stage}"), "publish", None)
        if writer is not None:
            made = writer(self, made, **options)
        checked = {name: validate(name, table) for name, table in made.tables.items()}
        for name, table in checked.items():
            write_table(self.folder / f"{name}.parquet", table)
        self.note(graph.stage(stage), made)
        return made

    def note(self, stage: Stage, made: Made) -> None:
        """Note in the manifest what a stage wrote and what that rests on.

        What it wrote before of exactly the same, such as another edition, stays noted.
        """
        outputs = [self.folder / f"{name}.parquet" for name in made.tables]
        before = self._noted(stage.name)
        same = before.get("vingerafdruk") == self.fingerprint(stage.name)
        still = {
            name: known
            for name, known in (before.get("uitvoer", {}) if same else {}).items()
            if _holds(self.folder / name, known)
        }
        update_manifest(
            self.folder,
            stage.name,
            {
                "sia": __version__,
                "methode": self.methode.label,
                "vingerafdruk": self.fingerprint(stage.name),
                "rust_op": self.rests_on(stage.name),
                "parameters": {
                    "jaar": self.jaar,
                    "jaren": list(self.jaren),
                    "basisjaar": self.basisjaar,
                    **made.parameters,
                },
                "tabellen": {path.stem: sha256_file(path) for path in outputs},
                "uitvoer": still
                | {
                    os.path.relpath(path, self.folder): sha256_file(path)
                    for path in (*outputs, *made.files)
                },
            },
        )


def raw_now(bron: tuple[Path, ...]) -> RawHash:
    """Return the hashes of the raw folders, taken again only when a file looks changed."""
    told = handed_down(bron)
    if told is not None:
        return told
    files = sorted(path for folder in bron for path in folder.rglob("*") if path.is_file())
    seen = tuple((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in files)
    return _raw_of(bron, seen)


@lru_cache(maxsize=8)
def _raw_of(bron: tuple[Path, ...], seen: tuple[tuple[str, int, int], ...]) -> RawHash:
    del seen
    return raw_hash(bron)


@cache
def code_hash() -> str:
    """Return the hash of the package: other code may give other figures."""
    return tree_hash(Path(__file__).resolve().parents[1], _CODE)


def _holds(path: Path, known: str) -> bool:
    """Tell whether a file has the bytes that were noted; hashed again when it looks changed."""
    if not path.exists():
        return False
    seen = path.stat()
    return _hash_of(path, (seen.st_ino, seen.st_size, seen.st_mtime_ns)) == known


@lru_cache(maxsize=4096)
def _hash_of(path: Path, seen: tuple[int, int, int]) -> str:
    del seen
    return sha256_file(path)


@lru_cache(maxsize=256)
def _from_disk(path: Path, sha256: str) -> pd.DataFrame:
    """Return a published table; one with other bytes is read anew."""
    del sha256
    return read_table(path)


def _compute(run: Run, stage: Stage) -> Made:
    from sia.stages.inputs import Inputs

    if not run.bron:
        wat = f"De stap {stage.name} van {run.gemeente.naam} {run.jaar} is niet doorgerekend"
        wat += ", of een tabel ervan is later gewijzigd of beschadigd."
        raise InputError.one(wat, "Draai `sia run`, met de bronmappen.")

    function = import_module(f"sia.stages.{stage.name}").make
    made: Made = function(Inputs(run, stage))
    missing = set(stage.makes) ^ set(made.tables)
    if missing:
        raise AssertionError(f"stage {stage.name} and its table of stages differ: {missing}")
    return made


def forget() -> None:
    """Empty the memory of stages; for tests, and after files were changed in one session."""
    _memory.clear()
    _refused.clear()
    _from_disk.cache_clear()
    _hash_of.cache_clear()


def resolve(gemeente: Gemeente, methode: Mapping[str, Any] | Methode | None = None) -> Methode:
    """Return the method in force: the default, the municipality's choices, and those of this run.

    `methode`: laid over the rest; a whole `Methode` is taken as it is.
    Raises InputError with every unknown name and wrong value at once.
    """
    if isinstance(methode, Methode):
        return methode
    own = Methode.standaard()
    limits = {"drempels": gemeente.drempels.model_dump(by_alias=True)}
    for table in (limits, {"aanpak": dict(gemeente.aanpak)}, gemeente.methode):
        own = own.over(table, gemeente.bestand)
    return own.over(methode or {}, "methode")
