"""The duidingssessie: the figures on the table, and what is said about them in the record.

`start` and `check_session` are loaded when they are asked for: what can be opened is answered
without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sia.sessie.app import check_session, start

__all__ = ["check_session", "start"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sia.sessie import app

    return getattr(app, name)
