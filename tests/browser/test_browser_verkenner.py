"""The explorer's script in a real browser: click, box, keyboard, and files to take away."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from sia.viz.tables import html_table
from sia.viz.theme import static_text, widget_tokens

pytestmark = pytest.mark.browser

DRAWN = (
    '<svg viewBox="0 0 400 200" role="img" aria-label="Beeld"><g data-vlak="1">'
    '<rect width="400" height="200" fill="#fff"/>'
    '<path data-b="BU1" d="M50 50h20v20h-20z"/>'
    '<path data-b="BU2" d="M300 150h20v20h-20z"/></g></svg>'
    + html_table(pd.DataFrame({"X": ["2", "–", "10"]}), "X", sorteer={"X": [2.0, np.nan, 10.0]})
)
PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8"><title>Verkenner</title>
<style>%s</style><main><h1>Verkenner</h1><div id="a"></div></main><script type="module">
const widget = (() => { %s })(), state = {html: %s, zin: "Hoe hoger, hoe lager"};
Object.assign(window, {sent: [], heard: {}});
const model = {get: (k) => state[k], on: (k, f) => { heard[k] = f; }, send: (m) => sent.push(m)};
widget.render({model, el: document.getElementById("a")});
</script></html>"""


def test_click_lasso_and_keyboard_reach_python(visit: Callable) -> None:
    script = static_text("viz/samen.js", "explorer/verkenner.js")
    script = script.replace("export default", "return")
    style = widget_tokens() + static_text("explorer/verkenner.css")
    seen = visit(PAGE % (style, script, json.dumps(DRAWN).replace("</", "<\\/")))
    page = seen.page
    assert page.get_by_role("status").inner_text() == "Hoe hoger, hoe lager"
    page.locator('[data-b="BU1"]').click()
    area = page.locator(".beeld svg").bounding_box()
    around = [(0.6, 0.5), (0.95, 0.55), (0.9, 0.97), (0.6, 0.9)]
    for number, (across, down) in enumerate(around):
        page.mouse.move(area["x"] + across * area["width"], area["y"] + down * area["height"])
        if number == 0:
            page.mouse.down()
    page.mouse.up()
    assert page.evaluate("sent") == [
        {"doe": "kies", "codes": ["BU1"]},
        {"doe": "lus", "codes": ["BU2"]},
    ]
    for order in (["2", "10", "–"], ["10", "2", "–"]):
        page.locator("button.sorteer").focus()
        page.keyboard.press("Enter")
        assert page.locator("tbody th").all_inner_texts() == order
    page.evaluate("heard['change:html']()")
    assert page.locator("tbody th").all_inner_texts() == ["10", "2", "–"]
    with page.expect_download() as made:
        page.evaluate(
            "heard['msg:custom']({naam: 'b.png', png: true, inhoud: 'data:image/svg+xml,"
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>\'})'
        )
    assert made.value.path().read_bytes().startswith(b"\x89PNG")
    assert seen.violations() == []
    assert seen.complaints == []
