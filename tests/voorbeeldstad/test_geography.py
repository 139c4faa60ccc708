from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from voorbeeldstad.geography import ORIGIN, build, squares
from voorbeeldstad.places import atoms


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_buurten_fit_together_without_gap_or_overlap(seed: int) -> None:
    pieces = atoms()
    geography = build(pieces, np.random.default_rng(seed))
    shapes = geography.atoms.geometry
    assert len(shapes) == len(pieces)
    assert shapes.is_valid.all()
    assert (shapes.geom_type == "Polygon").all()
    whole = shapely.union_all(shapes.to_numpy())
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert abs(shapes.area.sum() - whole.area) < 1.0
    assert not geography.water.intersection(whole).area > 1.0


def test_neighbours_share_their_vertices() -> None:
    shapes = build(atoms(), np.random.default_rng(3)).atoms.geometry
    tree = shapely.STRtree(shapes.to_numpy())
    left, right = tree.query(shapes.to_numpy(), predicate="intersects")
    checked = 0
    for i, j in zip(left, right, strict=True):
        border = shapes[i].intersection(shapes[j]).length
        if i < j and border > 1.0:
            shared = set(shapes[i].exterior.coords) & set(shapes[j].exterior.coords)
            assert len(shared) >= 2
            checked += 1
    assert checked > 120


def test_the_city_lies_in_the_ijsselmeer() -> None:
    west, south, east, north = build(atoms(), np.random.default_rng(0)).atoms.total_bounds
    assert ORIGIN[0] <= west < east <= 152_000
    assert ORIGIN[1] <= south < north <= 530_000


def test_wijken_are_connected() -> None:
    frame = build(atoms(), np.random.default_rng(5)).atoms
    dissolved = frame.dissolve("wijkcode")
    assert (dissolved.geom_type == "Polygon").all()
    assert len(dissolved) == 10


def test_squares_have_the_code_of_their_corner() -> None:
    grid = squares(build(atoms(), np.random.default_rng(2)))
    for code, x, y in zip(grid.index[:50], grid["x"][:50], grid["y"][:50], strict=True):
        assert code == f"E{int(x) // 100:04d}N{int(y) // 100:04d}"
    assert grid.index.is_unique
    assert np.allclose(grid.area, 10_000)
