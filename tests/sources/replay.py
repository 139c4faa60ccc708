"""A local server that replays the shapes of CBS, PDOK and Leefbaarometer, faults included.

All figures are invented. It listens on 127.0.0.1 only; nothing here reaches another host.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """One answer: `cut` sends that many bytes and hangs up, `delay` waits first.

    `every` sends the body again and again, with so many seconds in between, for ever; "headers"
    in `slowly` does so with a header instead.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    delay: float = 0.0
    every: float | None = None
    slowly: str = "body"


@dataclass(frozen=True)
class Asked:
    path: str
    query: dict[str, str]
    headers: dict[str, str]


Route = Callable[[Asked], Answer]


@dataclass
class Replay:
    """Routes by path; faults per path are given once each, before the route itself answers."""

    base: str = ""
    routes: dict[str, Route] = field(default_factory=dict)
    faults: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        waiting = self.faults.get(asked.path)
        if waiting:
            return waiting.pop(0)
        route = self.routes.get(asked.path)
        return route(asked) if route else Answer(b"{}", status=404)

    def count(self, path: str) -> int:
        return sum(asked.path == path for asked in self.asked)


def as_json(content: Any, **more: Any) -> Answer:
    return Answer(json.dumps(content).encode(), **more)


def odata3(table: str, rows: list[dict[str, Any]], page: int, *, next_links: bool = True) -> Route:
    """Return a v3 table that pages with ``odata.nextLink`` or leaves it to ``$skip``."""

    def route(asked: Asked) -> Answer:
        skip = int(asked.query.get("$skip", "0"))
        content: dict[str, Any] = {
            "odata.metadata": f"https://opendata.cbs.nl/ODataApi/OData/{table}/$metadata#x",
            "value": rows[skip : skip + page],
        }
        if next_links and skip + page < len(rows):
            # As the real service does, the link names the public host with a relative part.
            content["odata.nextLink"] = f"{asked.path}?$skip={skip + page}"
        return as_json(content)

    return route


def features(rows: list[dict[str, Any]], page: int) -> Route:
    """Return an OGC API Features collection with ``next`` links."""

    def route(asked: Asked) -> Answer:
        offset = int(asked.query.get("offset", "0"))
        batch = rows[offset : offset + page]
        links = [{"rel": "self", "href": asked.path}]
        if offset + page < len(rows):
            links.append({"rel": "next", "href": f"{asked.path}?offset={offset + page}"})
        return as_json(
            {
                "type": "FeatureCollection",
                "numberReturned": len(batch),
                "numberMatched": len(rows),
                "links": links,
                "features": batch,
            }
        )

    return route


def wfs(rows: list[dict[str, Any]]) -> Route:
    """Return a WFS that honours ``count`` and ``startIndex`` but gives no links."""

    def route(asked: Asked) -> Answer:
        start, count = int(asked.query["startIndex"]), int(asked.query["count"])
        batch = rows[start : start + count]
        return as_json({"type": "FeatureCollection", "name": "buurten", "features": batch})

    return route


def ranged(content: bytes, tag: str = '"v1"') -> Route:
    """Return a file that can be continued with Range while its tag is unchanged."""

    def route(asked: Asked) -> Answer:
        headers = {"ETag": tag, "Accept-Ranges": "bytes"}
        begun = asked.headers.get("Range", "")
        if begun and asked.headers.get("If-Range") == tag:
            start = int(begun.removeprefix("bytes=").rstrip("-"))
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            return Answer(content[start:], 206, headers)
        return Answer(content, 200, headers)

    return route


def square_feature(code: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    ring = [[x, y], [x + 100, y], [x + 100, y + 100], [x, y + 100], [x, y]]
    properties = {
        "buurtcode": code,
        "buurtnaam": f"Buurt {code[-2:]}",
        "wijkcode": "WK" + code[2:8],
        "gemeentecode": "GM" + code[2:6],
        "gemeentenaam": "Voorbeeldstad",
        "water": "NEE",
        "aantal_inwoners": 100,
        "jaar": 2025,
        **more,
    }
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@contextmanager
def serving() -> Iterator[Replay]:
    """Run a replay on a free port of 127.0.0.1 for the length of the block."""
    replay = Replay()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
            answer = replay.answer(Asked(parts.path, query, dict(self.headers.items())))
            time.sleep(answer.delay)
            try:
                self._send(answer)
            except (BrokenPipeError, ConnectionResetError):
                # The client gave up waiting, which is what the slow answers are for.
                self.close_connection = True

        def _send(self, answer: Answer) -> None:
            if answer.every is not None:
                self._send_for_ever(answer)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            if answer.cut is not None:
                self.close_connection = True

        def _send_for_ever(self, answer: Answer) -> None:
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            if answer.slowly == "body":
                self.wfile.write(b"Connection: close\r\n\r\n")
            while True:
                self.wfile.write(answer.body)
                self.wfile.flush()
                time.sleep(answer.every or 0)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    replay.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield replay
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
