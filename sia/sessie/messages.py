"""Pages that ask by message: each message gets one answer, also when something goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from sia.errors import InputError
from sia.extras import extra
from sia.settings import Folders, project_root

with extra("sessie"):
    import anywidget

_LOG = logging.getLogger(__name__)


class Answering(anywidget.AnyWidget):
    """A widget that answers the messages of its page."""

    acts: ClassVar[Mapping[str, str]] = {}
    """Which method answers which ``soort``; the files of a message are its ``bestanden``."""
    lost = "Er ging iets mis"
    """What the page says of a fault that nobody foresaw."""

    def _message(self, _: object, content: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        name = self.acts.get(str(content.get("soort")))
        if name is None:
            return
        try:
            result = {"goed": True, **getattr(self, name)({**content, "bestanden": buffers})}
        except InputError as error:
            fields = {one.kolom: f"{one.wat} {one.oplossing}" for one in error.problems}
            result = {"goed": False, "tekst": spoken(error), "velden": fields}
        except Exception as error:
            result = {"goed": False, "tekst": f"{self.lost} ({type(error).__name__})."}
            _LOG.exception("%r could not answer", self)
        self.send({**result, "soort": content["soort"], "nummer": content.get("nummer")})


def spoken(error: InputError) -> str:
    """Say all problems of an error in one line each."""
    return "\n".join(
        f"{f'Rij {problem.rij}: ' if problem.rij else ''}{problem.wat} {problem.oplossing}"
        for problem in error.problems
    )


def folders_of(verwerkt: str | Path) -> Folders:
    """Return the folders of the project; `verwerkt` is another one with tables."""
    folders = Folders.of(project_root())
    return replace(folders, processed=Path(verwerkt).resolve()) if verwerkt else folders
