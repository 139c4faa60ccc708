"""Scripts and styles inside the page: no host, no way out for strings, a policy that fits."""

from __future__ import annotations

import base64
import hashlib
import html
import json

from hypothesis import given
from hypothesis import strategies as st

from sia.viz.leaflet import content_security_policy, dump, hosts, leaflet_css, leaflet_js


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_dump_is_json_that_cannot_leave_a_script(data: object) -> None:
    text = dump(data)
    assert json.loads(text) == data
    assert not set(text) & set("<>&\u2028\u2029")


def test_leaflet_comes_whole_and_without_files_beside_it() -> None:
    assert "L.map" in leaflet_js() or "t.map=" in leaflet_js()
    assert "sourceMappingURL" not in leaflet_js()
    assert "url(images" not in leaflet_css()
    assert leaflet_css().count("data:image/png;base64,") == 3
    assert hosts(f"<style>{leaflet_css()}</style><script>{leaflet_js()}</script>") == ()


def test_hosts_sees_requests_and_leaves_links_alone() -> None:
    page = (
        '<a href="https://cbs.nl">CBS</a><script src="https://cdn.example/x.js"></script>'
        "<link rel=stylesheet href='//font.example/a.css'><style>@import 'http://c.example';"
        'b{background:url( "https://img.example/x.png")}</style>'
        '<img src="data:image/png;base64,AA">'
    )
    assert hosts(page) == (
        "//font.example",
        "http://c.example",
        "https://cdn.example",
        "https://img.example",
    )
    frame = html.escape('<img src="https://binnen.example/x.png">', quote=True)
    assert hosts(f'<iframe srcdoc="{frame}"></iframe>') == ("https://binnen.example",)


def test_policy_allows_the_scripts_of_the_page_and_of_its_frames_only() -> None:
    def allowed(code: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() + "'"

    frame = html.escape("<script>c()</script>", quote=True)
    page = (
        '<script>a()</script><script type="application/json">{}</script>'
        f'<iframe srcdoc="{frame}"></iframe>'
    )
    policy = content_security_policy(page)
    assert "default-src 'none'" in policy
    assert f"script-src {allowed('a()')} {allowed('c()')};" in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'none'" in content_security_policy("<p>niets</p>")
