"""The one boundary to the network: an answer within limits of time, size and place, or a reason.

Every fault of a connection, a service or an answer ends here as `FetchError` or, when asking
again may help, as `AgainError`; nothing else of the network leaves this module.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import ipaddress
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import httpx
import tenacity

from sia.sources.delivery import service_error

MAX_ANSWER = 128 << 20
"""Bytes of one page; a thousand areas or ten thousand rows are less than half of it."""
MAX_FILE = 2 << 30
_MOST_REDIRECTS = 5
_PACE = 50_000
_DEADLINES = 6
_CONNECT = 15.0
_SAID = 1 << 16
_BUSY = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Patience:
    """How long to keep trying.

    `attempts`: requests per page, the first included.
    `timeout`: seconds without a byte before a request is given up. A page may take six times as
        long in all; a file longer, while it comes in at 50 kB per second.
    `first_wait`, `longest_wait`: seconds; waits double from the first to the longest, with jitter.
        A service that asks for a longer wait than the longest is left for later.
    """

    attempts: int = 5
    timeout: float = 60.0
    first_wait: float = 1.0
    longest_wait: float = 120.0

    @property
    def deadline(self) -> float:
        """Return the seconds that one page may take in all."""
        return _DEADLINES * self.timeout


PATIENT, QUICK = Patience(), Patience(attempts=2, timeout=20.0)


class FetchError(Exception):
    """An answer that will not get better by asking again."""


class AgainError(Exception):
    """An answer that may be better next time; `wait` is what the service asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True)
class Answer:
    """What came back: the address that answered in the end, its headers and (a part of) the body.

    `body`: empty when it was written to a file.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes = b""


Sink = Callable[[httpx.Response], Awaitable[bytes]]


class Web:
    """A client that asks only listed computers, over https, and never waits for ever.

    `listed`: names of the computers that may be asked; this computer itself may be too, for tests.
    """

    def __init__(self, patience: Patience, listed: frozenset[str]) -> None:
        self.patience = patience
        self.attempts = 0
        self._listed = listed
        self._tired: set[str] = set()
        self._reached = False
        self._stack = ExitStack()

    def __enter__(self) -> Web:
        self._portal = self._stack.enter_context(anyio.from_thread.start_blocking_portal())
        client = httpx.AsyncClient(
            verify=_certificates(),
            timeout=httpx.Timeout(
                self.patience.timeout, connect=min(_CONNECT, self.patience.timeout)
            ),
            headers={"User-Agent": "sia"},
        )
        self._client = self._stack.enter_context(self._portal.wrap_async_context_manager(client))
        return self

    def __exit__(self, *raised: Any) -> None:
        self._stack.__exit__(*raised)

    def page(self, url: str) -> tuple[Any, Answer]:
        """Ask one JSON document.

        Raises FetchError, AgainError.
        """
        answer = self._exchange(url, {"Accept": "application/json"}, _whole)
        return document(answer), answer

    def text(self, url: str) -> Answer:
        """Ask a document of any kind."""
        return self._exchange(url, {}, _whole)

    def head(self, url: str, size: int) -> Answer:
        """Ask for the first bytes of a file and hang up."""

        async def first(response: httpx.Response) -> bytes:
            async for block in response.aiter_raw():
                return block[:size]
            return b""

        return self._exchange(url, {"Range": f"bytes=0-{size - 1}"}, first)

    def save(self, url: str, part: Path) -> Answer:
        """Bring a file in, going on where an earlier attempt stopped."""
        tag_path = part.with_suffix(".etag")
        tag = tag_path.read_text(encoding="utf-8") if tag_path.exists() else ""
        have = part.stat().st_size if part.exists() and tag else 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": tag}

        async def write(response: httpx.Response) -> bytes:
            if response.status_code == 416:
                return _nothing_left(response, part, have)
            goes_on = response.status_code == 206 and have > 0
            if goes_on and not _range(response).startswith(f"bytes {have}-"):
                part.unlink()
                raise AgainError("de dienst ging verder op een andere plaats dan gevraagd")
            started = time.monotonic()
            with part.open("ab" if goes_on else "wb") as stream:
                # only an emptied file gets the new mark, so that a kill here mixes nothing
                tag_path.write_text(_strong_tag(response), encoding="utf-8")
                _refuse_size(_announced(response), MAX_FILE)
                async for block in response.aiter_raw():
                    stream.write(block)
                    _refuse_size(stream.tell(), MAX_FILE)
                    self._refuse_pace(stream.tell() - have * goes_on, time.monotonic() - started)
            return b""

        return self._exchange(url, headers, write, whole=False, also=(416,))

    def patiently(self, call: Callable[[], Any], url: str) -> Any:
        """Call until it works, with back-off.

        Once only when this computer did not answer before, or when none of several did.
        """
        host = httpx.URL(url).host
        hopeless = host in self._tired or (len(self._tired) > 1 and not self._reached)
        backoff = tenacity.wait_exponential_jitter(
            multiplier=self.patience.first_wait,
            max=self.patience.longest_wait,
            jitter=self.patience.first_wait,
        )

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.wait if isinstance(error, AgainError) else None
            return backoff(state) if asked is None else asked

        def counted() -> Any:
            self.attempts += 1
            return call()

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(1 if hopeless else self.patience.attempts),
            wait=wait,
            retry=tenacity.retry_if_exception_type(AgainError),
            reraise=True,
        )
        try:
            result = retrying(counted)
        except AgainError:
            self._tired.add(host)
            raise
        self._tired.discard(host)
        self._reached = True
        return result

    def _exchange(
        self,
        url: str,
        headers: Mapping[str, str],
        sink: Sink,
        *,
        whole: bool = True,
        also: tuple[int, ...] = (),
    ) -> Answer:
        """Ask, follow redirects and take the body in; `whole` holds the body to the deadline."""

        async def run() -> Answer:
            with anyio.fail_after(self.patience.deadline) as scope:
                target = url
                for _ in range(_MOST_REDIRECTS + 1):
                    self._allow(target, url)
                    request = self._client.build_request("GET", target, headers=dict(headers))
                    response = await self._client.send(request, stream=True)
                    try:
                        following = response.next_request
                        if following is None:
                            if response.status_code not in (200, 206, *also):
                                await self._refuse(response)
                            if not whole:
                                scope.deadline = float("inf")
                            body = await sink(response)
                            return Answer(target, response.headers, body)
                        target = str(following.url)
                    finally:
                        await response.aclose()
                raise FetchError("de dienst stuurt in een kring door")

        try:
            return self._portal.call(run)
        except TimeoutError as error:
            seconds = f"{self.patience.deadline:.0f}"
            raise FetchError(f"de dienst is na {seconds} seconden niet klaar") from error
        except httpx.TimeoutException as error:
            raise AgainError("de dienst antwoordt niet op tijd") from error
        except httpx.DecodingError as error:
            raise AgainError("het antwoord is beschadigd ingepakt (gzip)") from error
        except httpx.ConnectError as error:
            raise AgainError("er is geen verbinding te maken") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise AgainError(f"de verbinding brak af ({type(error).__name__})") from error
        except OSError as error:
            raise FetchError(f"het bestand is niet te schrijven ({error.strerror})") from error

    def _allow(self, target: str, asked: str) -> None:
        url, host = httpx.URL(target), httpx.URL(target).host
        if host != httpx.URL(asked).host and not {host, httpx.URL(asked).host} <= self._listed:
            raise FetchError(f"de dienst stuurt door naar een andere computer ({host})")
        if _is_this_computer(host):
            return
        if url.scheme != "https":
            raise FetchError(f"{host} is alleen zonder versleuteling (http) te bereiken")
        if host not in self._listed:
            raise FetchError(f"{host} staat niet op de lijst van bekende diensten")

    async def _refuse(self, response: httpx.Response) -> None:
        """Raise for every status that is no success, retryable or not."""
        said = _said(await _some(response, _SAID))
        status = response.status_code
        if status not in _BUSY:
            raise FetchError(f"de dienst antwoordt met status {status}{said}")
        if "10000" in said or "10.000" in said:
            raise FetchError(f"de vraag is te groot voor deze dienst{said}")
        asked = _retry_after(response.headers.get("Retry-After", ""))
        if asked is not None and asked > self.patience.longest_wait:
            raise FetchError(
                f"de dienst vraagt om {asked:.0f} seconden te wachten; probeer het later opnieuw"
            )
        raise AgainError(f"de dienst antwoordt met status {status}{said}", asked)

    def _refuse_pace(self, received: int, seconds: float) -> None:
        if seconds > self.patience.deadline and received < _PACE * seconds:
            raise FetchError("het bestand komt te langzaam binnen; probeer het later opnieuw")


def document(answer: Answer) -> Any:
    """Return the JSON of an answer, or raise what it is instead."""
    start = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:_SAID]
    if start.startswith(b"<"):
        if b"Exception" in start:
            raise FetchError(f"de dienst weigert de vraag{_said(start)}")
        raise AgainError("de dienst stuurt een webpagina in plaats van gegevens")
    try:
        return json.loads(answer.body)
    except RecursionError as error:
        raise FetchError("het antwoord is te diep genest") from error
    except ValueError as error:
        raise AgainError("het antwoord is afgekapt of geen JSON") from error


@cache
def _certificates() -> ssl.SSLContext:
    # reading them takes most of the time of making a client
    return httpx.create_ssl_context()


async def _whole(response: httpx.Response) -> bytes:
    _refuse_size(_announced(response), MAX_ANSWER)
    body = await _some(response, MAX_ANSWER + 1)
    _refuse_size(len(body), MAX_ANSWER)
    return body


async def _some(response: httpx.Response, most: int) -> bytes:
    blocks, size = [], 0
    async for block in response.aiter_bytes():
        blocks.append(block)
        size += len(block)
        if size >= most:
            break
    return b"".join(blocks)


def _announced(response: httpx.Response) -> int:
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else 0


def _refuse_size(size: int, most: int) -> None:
    if size > most:
        raise FetchError(f"het antwoord is groter dan {most >> 20} MB")


def _nothing_left(response: httpx.Response, part: Path, have: int) -> bytes:
    """Keep a part that is the whole file already; begin anew with any other."""
    if _range(response) != f"bytes */{have}":
        part.unlink(missing_ok=True)
        raise AgainError("het begonnen bestand past niet meer bij dat van de dienst", 0.0)
    return b""


def _range(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Range", ""))


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _strong_tag(response: httpx.Response) -> str:
    """Return what proves that a later answer is the same file (RFC 9110, section 13.1.5)."""
    tag = str(response.headers.get("ETag", ""))
    if tag and not tag.startswith("W/"):
        return tag
    return str(response.headers.get("Last-Modified", ""))


def _said(body: bytes) -> str:
    """Return what the service says about its refusal, shortened."""
    try:
        text = service_error(json.loads(body))
    except (ValueError, RecursionError):
        start, _, rest = body.decode("utf-8", "replace").partition("ExceptionText>")
        text = rest.partition("<")[0] if start.lstrip().startswith("<") else ""
    return f": {' '.join(text.split())[:200]}" if text.strip() else ""


def _retry_after(header: str) -> float | None:
    """Return the seconds of a Retry-After header, a number or a date."""
    if header.strip().isdigit():
        return float(header)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())
