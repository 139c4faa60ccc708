"""Where things are, and that no text tells of the computer it was made on."""

from __future__ import annotations

from pathlib import Path

from sia.settings import portable


def test_folders_outside_the_project_become_relative_once_however_they_lie_in_each_other() -> None:
    root, outer = Path("/srv/project"), Path("/tmp/x")
    text = 'a "/tmp/x/ruw/b" c "/tmp/x/y" d "/srv/project/z" e "/srv/projecten"'
    told = portable(text, root, (outer, outer / "ruw"))
    assert told == 'a "../../tmp/x/ruw/b" c "../../tmp/x/y" d "./z" e "/srv/projecten"'
