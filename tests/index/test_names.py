"""Public names of the engine: no function hides a module."""

from __future__ import annotations

import pkgutil
from types import ModuleType

import sia.index


def test_no_public_name_hides_a_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules(sia.index.__path__)}
    names = {name for name, one in vars(sia.index).items() if not isinstance(one, ModuleType)}
    assert not modules & names
    assert callable(sia.index.uncertainty)
    assert callable(sia.index.sensitivity)
