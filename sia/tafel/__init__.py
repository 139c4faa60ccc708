"""The agenda's table: partners look, try, compare and decide, and the next round starts there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sia.tafel.app import start

__all__ = ["start"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sia.tafel import app

    return getattr(app, name)
