"""Leaflet and folium without any outside host: scripts, styles and images inside the page."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from branca.element import Element, Figure
from folium.template import Template
from xstatic.pkg import leaflet

from sia.viz.theme import static_text

_ROOT = Path(leaflet.BASE_DIR)
_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL | re.I)
_SRCDOC = re.compile(r'\bsrcdoc="([^"]*)"')
_REQUEST = re.compile(
    r"""(?:\b(?:src|srcset|poster|data|action)\s*=\s*|<link\b[^>]*?\bhref\s*=\s*|url\(\s*|@import\s+)
    ["']?\s*(?P<host>(?:https?:)?//[^\s"'/>)]+)""",
    re.X | re.I,
)


def dump(data: Any) -> str:
    """Return JSON that is safe inside a ``<script>``, whatever the strings in it hold.

    ``<``, ``>``, ``&`` and the two Unicode line ends become escapes, so that no string can close
    the script or open a tag.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


@cache
def leaflet_css() -> str:
    """Return Leaflet's style sheet with its images as data URIs."""
    sheet = (_ROOT / "leaflet.css").read_text(encoding="utf-8")
    sheet = sheet.replace("behavior: url(#default#VML);", "")
    return re.sub(r"url\(images/([\w.-]+)\)", lambda found: f"url({_image(found[1])})", sheet)


@cache
def leaflet_js() -> str:
    """Return Leaflet's script without the reference to a source map that is not there."""
    script = (_ROOT / "leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=\S+", "", script)


@cache
def map_js() -> str:
    """Return the script that draws the layers of a `BuurtKaart`."""
    images = {
        "iconUrl": _image("marker-icon.png"),
        "iconRetinaUrl": _image("marker-icon-2x.png"),
        "shadowUrl": _image("marker-shadow.png"),
    }
    drawing = static_text("viz/kaart.js").replace("SIA_MARKER", dump(images))
    return static_text("viz/samen.js", "viz/zoek.js") + drawing


def _image(name: str) -> str:
    content = base64.b64encode((_ROOT / "images" / name).read_bytes()).decode("ascii")
    return f"data:image/png;base64,{content}"


def content_security_policy(page: str, *, images: str = "") -> str:
    """Return a policy under which only the scripts that stand in `page` may run, by their SHA-256.

    Those in the ``srcdoc`` of a frame too, because a frame inherits the policy of its page.
    `images` are hosts that background tiles may come from.
    """
    codes = [
        found["code"]
        for text in (page, *_frames(page))
        for found in _SCRIPT.finditer(text)
        if "application/json" not in found["attributes"]
    ]
    digests = [hashlib.sha256(code.encode("utf-8")).digest() for code in dict.fromkeys(codes)]
    sources = [f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests]
    allowed = " ".join(sources or ["'none'"])
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        f"img-src data:{f' {images}' if images else ''}; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _frames(page: str) -> list[str]:
    return [html.unescape(found[1]) for found in _SRCDOC.finditer(page)]


def hosts(page: str) -> tuple[str, ...]:
    """Return the outside hosts that a page would ask something of; links are no requests."""
    texts = (page, *_frames(page))
    return tuple(sorted({found["host"] for text in texts for found in _REQUEST.finditer(text)}))


class Page(Figure):
    """A folium page in Dutch, with title, and a policy that allows its own scripts only.

    `images` is the host of background tiles, empty for none.
    """

    _template = Template(
        '<!DOCTYPE html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">\n%POLICY%'
        "<title>{{ this.title|e }}</title>\n{{ this.header.render(**kwargs) }}\n</head>\n"
        "<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>{{ this.script.render(**kwargs) }}</script>\n</body>\n</html>\n"
    )

    def __init__(self, title: str, images: str = "") -> None:
        super().__init__(title=title)
        self.images = images
        self.header._children.clear()
        viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
        self.header.add_child(Element(viewport), name="viewport")

    def render(self, **kwargs: Any) -> str:
        """Return the whole page as HTML."""
        page: str = super().render(**kwargs)
        # Layers that a researcher adds may bring their own outside scripts: then the page is no
        # longer self-contained and a policy would only break it.
        policy = "" if hosts(page) and not self.images else self._policy(page)
        return page.replace("%POLICY%", policy, 1)

    def _policy(self, page: str) -> str:
        content = html.escape(content_security_policy(page, images=self.images), quote=True)
        return f'<meta http-equiv="Content-Security-Policy" content="{content}">\n'

    def _repr_html_(self, **kwargs: Any) -> str:
        """Show the page in JupyterLab."""
        source = html.escape(self.render(**kwargs), quote=True)
        title = html.escape(self.title or "", quote=True)
        return (
            f'<iframe title="{title}" srcdoc="{source}" '
            'style="width:100%;height:820px;border:0"></iframe>'
        )
