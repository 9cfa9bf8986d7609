"""HTTP to an outside system: bounded in time and size, and never a request sent twice.

    TransportError
    ├── NotSent       no connection came about: the other side has seen nothing
    └── NoAnswer      it may have seen the request, and no whole answer came back
        └── TooLarge  it answered with more than is read

What an answer means is for the adapter to say: every status comes back as an `Answer`. Redirects
are not followed, since credentials would go along, and proxies of the environment are not used.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import httpx

MOST_BYTES: Final = 8 * 2**20
LONGEST_TEXT: Final = 500


class TransportError(Exception):
    """No whole answer. The message names the host, never the path, a header or what was sent."""


class NotSent(TransportError):
    """The connection could not be made: nothing was performed."""


class NoAnswer(TransportError):
    """The request was sent, at least in part: whether it was performed is not known."""


class TooLarge(NoAnswer):
    """The answer is larger than what is read."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds: for a connection, for each piece, and for the whole answer."""

    connect: int | float = 5
    piece: int | float = 30
    whole: int | float = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Connections to one base address, kept open between requests; threads may share it.

    Raises `ValueError` for an address that would carry credentials in clear text over a network.
    """

    def __init__(self, base_url: str, timeouts: Timeouts | None = None) -> None:
        self._url = httpx.URL(base_url)
        _check(self._url)
        self._timeouts = timeouts or Timeouts()
        self._client = httpx.Client(
            base_url=self._url,
            timeout=httpx.Timeout(self._timeouts.piece, connect=self._timeouts.connect),
            follow_redirects=False,
            trust_env=False,
        )

    def send(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """One request, sent once. Raises `NotSent`, `NoAnswer` or `TooLarge`."""
        try:
            with self._client.stream(method, path, content=content, headers=headers) as response:
                return Answer(response.status_code, _lower(response), self._read(response))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(self._failure("cannot be reached", error)) from None
        except httpx.HTTPError as error:
            raise NoAnswer(self._failure("did not answer", error)) from None

    def _read(self, response: httpx.Response) -> bytes:
        """The body, decompressed, as far as it is allowed to go."""
        deadline = time.monotonic() + self._timeouts.whole
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise TooLarge(f"{self._url.host} answered with more than {MOST_BYTES} bytes")
            if time.monotonic() > deadline:
                waited = f"within {self._timeouts.whole} s"
                raise NoAnswer(f"{self._url.host} did not finish its answer {waited}")
        return bytes(body)

    def _failure(self, what: str, error: httpx.HTTPError) -> str:
        """Only the kind of the failure: the text of a library may quote a request."""
        return f"{self._url.host} {what} ({type(error).__name__})"

    def close(self) -> None:
        """Closes the connections; what is under way ends without an answer."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def one_line(text: str) -> str:
    """The text of another system as it may be kept: on one line, at most `LONGEST_TEXT` long."""
    shown = " ".join(
        "".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST_TEXT]).split()
    )
    return shown if len(shown) <= LONGEST_TEXT else shown[: LONGEST_TEXT - 3] + "..."


def _lower(response: httpx.Response) -> Mapping[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _check(url: httpx.URL) -> None:
    """Clear text stays on this machine."""
    if url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host)):
        return
    raise ValueError(f"expected an https address, found {url.scheme}://{url.host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
