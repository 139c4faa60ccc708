"""What deel-buurten are searched for: the indicators of squares that the method names."""

from __future__ import annotations

from sia.methode import Methode

INHABITANTS = "aantal_inwoners"
INDICATORS = Methode.standaard().deelbuurten.indicators
"""Urgencies that CBS publishes per square of 100 m; a delivery may have only some of them."""
