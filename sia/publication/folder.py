"""A folder to put on a site or send to partners, of what the reports of a year hold for them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sia.errors import InputError, Problem, refuse
from sia.publication.crate import describe
from sia.publication.leaks import OPEN, Readers, leaks, secrets_of
from sia.settings import portable, project_root
from sia.stages.run import Run
from sia.store import read_manifest, sha256_file


def publish(run: Run, target: Path, readers: Readers = "publiek", *, checked: bool = False) -> Path:
    """Copy what is for some readers to a folder of its own, when the copies hold no secret.

    `target`: Gets ``publiek/<gemeente>/<jaar>`` or ``partners/<gemeente>/<jaar>``; what an earlier
        publication left there is replaced as a whole.
    `checked`: A person has read the judgements that look like personal data.
    Raises `InputError` when there is nothing, when a file is not what the run wrote, when a file
        holds something secret, or when a judgement looks like personal data and nobody read it.
        Nothing is copied then, and what was published before stays.
    """
    chosen = _chosen(run, readers)
    secrets = secrets_of(run, readers)
    place = target / readers / run.gemeente.code / str(run.jaar)
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".publiceer-", dir=place.parent) as made:
        folder = Path(made) / "map"
        for path in chosen:
            copy = folder / path.relative_to(root_of(run, readers))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        describe(run, folder, readers)
        copies = sorted(path for path in folder.rglob("*") if path.is_file())
        refuse(leaks(copies, folder, secrets))
        if not checked:
            refuse(map(_question, secrets.asked))
        if place.exists():
            place.rename(Path(made) / "vorige")
        folder.rename(place)
    return place


def root_of(run: Run, readers: Readers) -> Path:
    """Return what names in a set start from: the public alone, or a folder per kind of readers."""
    return run.edition("openbaar") if readers == "publiek" else run.reports


def _chosen(run: Run, readers: Readers) -> list[Path]:
    """Return the files for some readers, each as the run wrote it."""
    files = [path for voor in OPEN[readers] for path in _files(run.edition(voor))]
    if not files:
        raise InputError.one(
            bestand=portable(str(run.reports), project_root()),
            wat="Hier staat nog geen rapport of kaart.",
            oplossing="Draai eerst `sia run`.",
        )
    noted = {
        (run.folder / name).resolve(): known
        for stage in read_manifest(run.folder).get("stappen", {}).values()
        for name, known in stage.get("uitvoer", {}).items()
    }
    refuse(
        Problem(
            "Dit bestand is niet zoals de laatste run het schreef.",
            "Draai `sia run` opnieuw, of haal het weg.",
            bestand=path.relative_to(run.reports).as_posix(),
        )
        for path in files
        if noted.get(path.resolve()) != sha256_file(path)
    )
    return files


def _files(place: Path) -> Iterable[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file())


def _question(text: str) -> Problem:
    return Problem(
        f"Deze duiding wordt openbaar: {text}",
        "Verwijst zij naar een persoon, verbeter haar dan in de sessie. Anders: `--nagekeken`.",
    )
