"""Files that went wrong on their way: a right read or a clear refusal, never another number."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from sia.sources.base import Intake
from sia.sources.registry import read_folder

CODES = [f"BU9999{i // 5:02d}{i % 5:02d}" for i in range(20)]
COUNT = {code: 1000.0 + 37 * n for n, code in enumerate(CODES)}
SHARE = {code: 10.5 + n for n, code in enumerate(CODES)}
SEED, FILES = 20_261_130, 200

Rows = list[list[str]]


def _own(sign: str = ",") -> Rows:
    rows = [[c, f"{COUNT[c]:.0f}", f"{SHARE[c]}".replace(".", sign)] for c in CODES]
    return [["buurtcode", "aantal_x", "percentage_y"], *rows]


def _kwb() -> Rows:
    head = ["gwb_code_10", "regio", "gm_naam", "recs", "gwb_code", "a_inw", "p_koopw"]
    shares = {c: f"{SHARE[c]}".replace(".", ",") for c in CODES}
    return [head, *([c, "B", "V", "Buurt", c, f"{COUNT[c]:.0f}", shares[c]] for c in CODES)]


def _text(rows: Rows, sign: str = ";", line: str = "\n") -> bytes:
    return (line.join(sign.join(row) for row in rows) + line).encode()


def _book(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _map() -> bytes:
    features = []
    for n, code in enumerate(CODES):
        x, y = 250_000 + 500 * (n % 5), 470_000 + 500 * (n // 5)
        ring = [[x, y], [x + 500, y], [x + 500, y + 500], [x, y + 500], [x, y]]
        facts = {"buurtcode": code, "water": "NEE", "aantal_inwoners": int(COUNT[code])}
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "geometry": shape, "properties": facts})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


FILES_OF: dict[str, Callable[[], bytes]] = {
    "eigen_2024.csv": lambda: _text(_own()),
    "eigen-2024.csv": lambda: _text(_own("."), "\t", "\r\n"),
    "eigen_2024.xlsx": lambda: _book(_own()),
    "kwb-2024.csv": lambda: _text(_kwb()),
    "buurten_2024.geojson": _map,
}


def _cut(content: bytes, chance: random.Random) -> bytes:
    # within the last cell of a row a cut cannot be told from a shorter number
    ends = [n for n, byte in enumerate(content) if byte in b";\t{\n"] or [len(content) // 2]
    return content[: chance.choice(ends)]


def _garbage(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return (
        content[:at]
        + bytes(chance.choice(b"\x00\xff\xfe\x81@#~\"'") for _ in range(3))
        + content[at:]
    )


def _hole(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


def _twice(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    at = chance.randrange(len(lines))
    return b"\n".join([*lines[:at], lines[at], *lines[at:]])


def _shuffled(content: bytes, chance: random.Random) -> bytes:
    head, *lines = content.rstrip(b"\n").split(b"\n")
    chance.shuffle(lines)
    return b"\n".join([head, *lines, b""])


def _signs(content: bytes, chance: random.Random) -> bytes:
    old = chance.choice([b";", b"\t", b",", b".", b"\n", b'"', b":", b"BU"])
    return content.replace(old, chance.choice([b";", b",", b" ", b"\r", b"", b"|", b"bu"]))


def _wrapped(content: bytes, chance: random.Random) -> bytes:
    more = chance.choice(
        [b"\xef\xbb\xbf", b"sep=;\n", b"\n\n", b"Overzicht\n", b"<html>", b"\x1f\x8b"]
    )
    return more + content


def _recoded(content: bytes, chance: random.Random) -> bytes:
    text = content.decode("utf-8", errors="replace")
    return text.encode(chance.choice(["utf-16", "utf-16-le", "utf-8-sig", "utf-32"]))


MUTATIONS = (_cut, _garbage, _hole, _twice, _shuffled, _signs, _wrapped, _recoded)


def _other_numbers(found: Intake) -> list[tuple[str, str, float]]:
    """Return every figure that is not the figure of its buurt."""
    known = {
        "aantal_x": COUNT,
        "aantal_inwoners": COUNT,
        "percentage_y": SHARE,
        "percentage_koopwoningen": SHARE,
    }
    return [
        (code, name, value)
        for table in found.tables
        for name in set(table.values) & set(known)
        for code, value in table.values[name].dropna().items()
        if known[name].get(str(code)) != value
    ]


@pytest.mark.parametrize("part", range(4))
def test_mutated_file_never_gives_another_number(tmp_path: Path, part: int) -> None:
    chance = random.Random(SEED + part)
    whole = {name: make() for name, make in FILES_OF.items()}
    wrong = []
    for number in range(FILES // 4):
        name = chance.choice(sorted(whole))
        content, done = whole[name], []
        for _ in range(chance.choice([1, 1, 2])):
            mutate = chance.choice(MUTATIONS)
            content, done = mutate(content, chance), [*done, mutate.__name__]
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_bytes(content)
        found = read_folder(folder, gemeente="GM9999", jaren=[2024])
        told = found.files["opmerking"].iloc[0]
        others = _other_numbers(found)
        if others or not told or "Onverwachte fout" in told:
            wrong.append((number, name, done, others[:3], told[:200]))
    assert wrong == []


def test_whole_files_are_read_and_the_check_sees_another_number(tmp_path: Path) -> None:
    for name, make in FILES_OF.items():
        (tmp_path / name).write_bytes(make())
        found = read_folder(tmp_path / name, gemeente="GM9999", jaren=[2024])
        assert list(found.files["status"]) == ["gelezen"]
        assert _other_numbers(found) == []
    (tmp_path / "eigen_2024.csv").write_bytes(_text(_own()).replace(b";1000;", b";1001;"))
    changed = read_folder(tmp_path / "eigen_2024.csv", gemeente="GM9999", jaren=[2024])
    assert _other_numbers(changed) == [(CODES[0], "aantal_x", 1001.0)]
