"""The agenda of the square city, as its own tests make it."""

from tests.agenda.conftest import (
    buurten,
    choices,
    city,
    delivered,
    demo,
    dia,
    raw,
    scores,
)

__all__ = ["buurten", "choices", "city", "delivered", "demo", "dia", "raw", "scores"]
