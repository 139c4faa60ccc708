"""Public names of the engine: no function hides a module."""

from __future__ import annotations

import pkgutil

import sia.index


def test_no_public_name_hides_a_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules(sia.index.__path__)}
    assert not modules & set(sia.index.__all__)
    assert callable(sia.index.uncertainty)
    assert callable(sia.index.sensitivity)
