"""Inside the agenda too nothing imports from a later room."""

from __future__ import annotations

import re
from pathlib import Path

ORDER = ("wording", "parameters", "reading", "programme", "dia", "insight", "output")


def test_no_room_of_the_agenda_imports_from_a_later_one(repository: Path) -> None:
    package = repository / "sia" / "agenda"
    seen = set()
    for path in package.rglob("*.py"):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        named = re.findall(r"^from sia\.agenda\.(\w+)", path.read_text(encoding="utf-8"), re.M)
        later = [name for name in named if ORDER.index(name) > ORDER.index(room)]
        assert later == [], f"{path.relative_to(repository)} imports {later}"
        seen.add(room)
    assert seen == set(ORDER)
