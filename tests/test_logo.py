"""A logo is a picture and nothing else, and lies beside the file that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sia.errors import InputError
from sia.gemeente import load_gemeente
from sia.logo import data_uri, problem_with

PNG = b"\x89PNG\r\n\x1a\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">%s</svg>'
GOOD = {
    "logo.png": PNG,
    "logo.jpg": b"\xff\xd8\xff\xe0",
    "logo.svg": (SVG % '<defs><path id="a" d="M0,0h9"/></defs><use xlink:href="#a"/>').encode(),
    "editor.svg": (
        SVG % '<i:view xmlns:i="http://www.inkscape.org/namespaces/inkscape"/><path d="M0,0"/>'
    ).encode(),
}
BAD = {
    "script.svg": SVG % "<script>alert(1)</script>",
    "handler.svg": SVG % '<path d="M0,0" onload="alert(1)"/>',
    "xhtml.svg": SVG % '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
    "link.svg": SVG % '<use xlink:href="https://elders.example/x.svg#a"/>',
    "data.svg": SVG % '<image xlink:href="data:image/png;base64,AAAA"/>',
    "foreign.svg": SVG % "<foreignObject/>",
    "style.svg": SVG % "<style>@import url(https://elders.example/x.css);</style>",
    "fill.svg": SVG % '<path d="M0,0" style="fill:url(https://elders.example/x)"/>',
    "animate.svg": SVG % '<set attributeName="href" to="javascript:alert(1)"/>',
    "bomb.svg": '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG % "&a;",
    "sheet.svg": '<?xml-stylesheet href="https://elders.example/x.css"?>' + SVG % "",
    "broken.svg": "<svg",
    "bare.svg": "<svg/>",
    "page.png": "<html>",
    "logo.gif": "GIF89a",
}


def _layers(refer: str) -> str:
    """Return ten layers of a drawing, each ten times the one below it."""
    layers = [f'<g id="{chr(98 + n)}">{refer.format(chr(97 + n)) * 10}</g>' for n in range(9)]
    return SVG % f'<g id="a"/>{"".join(layers)}'


BAD |= {
    "use-bomb.svg": _layers('<use href="#{}"/>'),
    "pattern-bomb.svg": _layers('<rect fill="url(#{})"/>'),
    "loop.svg": SVG % '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
    "deep.svg": SVG % ("<g>" * 3000 + "</g>" * 3000),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_plain_picture_is_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(GOOD[name])
    assert problem_with(tmp_path, name) == ""
    assert data_uri(tmp_path / name).startswith("data:image/")


@pytest.mark.parametrize("name", BAD)
def test_a_picture_that_can_do_something_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(BAD[name], encoding="utf-8")
    assert problem_with(tmp_path, name)


def test_a_logo_elsewhere_absent_or_large_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "gemeenten"
    folder.mkdir()
    (tmp_path / "geheim.png").write_bytes(PNG)
    (folder / "groot.png").write_bytes(PNG + b"x" * 200_000)
    (folder / "schakel.png").symlink_to(tmp_path / "geheim.png")
    for name in ("../geheim.png", str(tmp_path / "geheim.png"), "schakel.png"):
        assert "buiten" in problem_with(folder, name)
    assert "bestaat niet" in problem_with(folder, "weg.png")
    assert "groter" in problem_with(folder, "groot.png")


def test_the_municipality_file_names_every_fault_of_its_style_at_once(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(BAD["script.svg"], encoding="utf-8")
    source = tmp_path / "GM0164-hengelo.toml"
    start = 'code = "GM0164"\nnaam = "Hengelo"\n[huisstijl]\nlogo = "logo.svg"\n'
    source.write_text(start + 'hoofdkleur = "rood"\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_gemeente(source)
    assert {p.kolom for p in caught.value.problems} == {"huisstijl.logo", "huisstijl.hoofdkleur"}
    (tmp_path / "logo.svg").write_bytes(GOOD["logo.svg"])
    source.write_text(start, encoding="utf-8")
    assert load_gemeente(source).huisstijl.logo == tmp_path / "logo.svg"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("groot.png", PNG + b"\0\0\0\rIHDR" + b"\xff" * 8),
        ("groot.jpg", b"\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x11\x08\xff\xff\xff\xff\3"),
    ],
)
def test_a_small_file_that_grows_when_shown_is_refused(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert problem_with(tmp_path, name) == "heeft te veel beeldpunten"


@pytest.mark.parametrize("name", ["a" * 5000 + ".png", "a\0.png"])
def test_a_name_that_no_disk_holds_is_refused(tmp_path: Path, name: str) -> None:
    assert problem_with(tmp_path, name) == "heeft geen bruikbare bestandsnaam"
