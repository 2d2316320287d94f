"""One request over httpx: to one origin, without redirects, with a bounded answer.

A vendor's login may stand at another address than its API; such a request names its whole address,
and whoever sends it has asked :mod:`syncd.http.places` before.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from syncd import __version__
from syncd.clock import Clock
from syncd.errors import NotSent, Rejected, Uncertain
from syncd.http.answer import Answer
from syncd.http.trust import Trust

MOST_BYTES = 64 * 1024 * 1024
_CONNECT = 10.0  # seconds
_SLOWEST = 4  # a whole answer may take so many times the time-out
_IDENTITY = {"accept": "application/json", "user-agent": f"syncd/{__version__}"}

# httpx raises these before the first byte of a request is written.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


class Line:
    """A line to one origin. ``timeout`` is the longest silence, in seconds.

    ``trust`` is not needed with a ``transport`` that stands in for real sockets.
    """

    def __init__(
        self,
        *,
        side: str,
        base_url: str,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None,
        trust: Trust,
        timeout: float,
    ) -> None:
        self._side = side
        self.move(base_url)
        self._clock = clock
        self._transport = transport
        self._trust = trust
        self._timeout = timeout
        self._opened: httpx.AsyncClient | None = None

    def move(self, base_url: str) -> None:
        """Take another base address for all further requests."""
        self._base = base_url.rstrip("/")
        parts = urlsplit(self._base)
        self._origin = f"{parts.scheme}://{parts.netloc}"

    @property
    def base_url(self) -> str:
        """Where paths begin, without a slash at the end."""
        return self._base

    async def send(
        self,
        method: str,
        path: str,
        *,
        request: str,
        headers: Mapping[str, str],
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        elsewhere: bool = False,
        start_within: float | None = None,
        silence: float | None = None,
    ) -> Answer:
        """Send once and return the answer, whatever its status.

        ``request`` is how errors call it. ``body`` is sent as JSON, ``form`` as a form. With
        ``elsewhere`` the path is a whole address, taken as it is. ``start_within`` bounds, in
        seconds, how long making a connection may delay the request; ``silence`` stands in for the
        line's time-out. Raises Rejected when it cannot be written down, NotSent
        when no byte of it left, Uncertain when that cannot be told or a 2xx answer was cut off;
        an error answer that was cut off is returned without its body.
        """
        connect = _CONNECT if start_within is None else max(0.05, min(_CONNECT, start_within))
        silence = self._timeout if silence is None else silence
        client = self._client()
        try:
            content, kind = _encode(body, form)
        except (ValueError, TypeError, RecursionError):
            raise Rejected(
                f"The request {request} to {self._side} holds something that JSON cannot say; it "
                "was not sent.",
                side=self._side,
                request=request,
            ) from None
        try:
            outgoing = client.build_request(
                method,
                self._url(path, params, elsewhere=elsewhere),
                content=content,
                headers={**_IDENTITY, **kind, **headers},
                timeout=httpx.Timeout(silence, connect=min(connect, silence), pool=connect),
            )
        except (ValueError, TypeError, httpx.InvalidURL):
            raise self._not_sent(request, "it or its credentials hold unusable signs") from None
        try:
            response = await client.send(outgoing, stream=True)
        except _BEFORE_SENDING as error:
            raise self._not_sent(request, _reason(error)) from None
        except (httpx.HTTPError, OSError) as error:
            raise self._uncertain(request, _reason(error)) from None
        finally:
            client.cookies.clear()  # nothing is kept between requests
        try:
            whole = await self._body(response, _SLOWEST * silence)
        except (httpx.HTTPError, httpx.StreamError, OSError, _Excess) as error:
            if response.is_success:
                raise self._uncertain(request, _reason(error), response.status_code) from None
            whole = b""
        return Answer(response.status_code, response.headers, whole, self._side, request)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            client, self._opened = self._opened, None
            await client.aclose()

    def _client(self) -> httpx.AsyncClient:
        if self._opened is None:
            if self._transport is None:
                self._opened = httpx.AsyncClient(verify=self._trust.context, follow_redirects=False)
            else:
                self._opened = httpx.AsyncClient(
                    transport=_Borrowed(self._transport), follow_redirects=False
                )
        return self._opened

    def _url(
        self, path: str, params: Mapping[str, str | int] | None, *, elsewhere: bool = False
    ) -> str:
        """The address on our own origin; of a whole URL only path and query are used."""
        parts = urlsplit(path)
        if elsewhere:
            start, rest = f"{parts.scheme}://{parts.netloc}", parts.path
        elif parts.scheme or parts.netloc:
            start, rest = self._origin, parts.path
        else:
            start, rest = self._base, parts.path
        query = "&".join(
            filter(None, (parts.query, urlencode(params or {}, quote_via=quote, safe="")))
        )
        return f"{start}/{rest.removeprefix('/')}{'?' if query else ''}{query}"

    async def _body(self, response: httpx.Response, within: float) -> bytes:
        deadline = self._clock.monotonic() + within
        pieces, size = [], 0
        try:
            async for piece in response.aiter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > MOST_BYTES or self._clock.monotonic() > deadline:
                    raise _Excess
        finally:
            await response.aclose()
        return b"".join(pieces)

    def _not_sent(self, request: str, reason: str) -> NotSent:
        return NotSent(
            f"{self._side} could not be reached for {request} ({reason}); nothing was sent, it "
            "will be tried again.",
            side=self._side,
            request=request,
        )

    def _uncertain(self, request: str, reason: str, status: int | None = None) -> Uncertain:
        return Uncertain(
            f"{self._side} did not give a whole answer to {request} ({reason}); the next "
            "look will show what is true.",
            side=self._side,
            request=request,
            status=status,
        )


def _encode(body: Any, form: Mapping[str, str] | None) -> tuple[bytes | None, dict[str, str]]:
    """The content of a request and the header that names its kind; nothing for neither."""
    if form is not None:
        return urlencode(form).encode(), {"content-type": "application/x-www-form-urlencoded"}
    if body is not None:
        return json.dumps(body, allow_nan=False).encode(), {"content-type": "application/json"}
    return None, {}


class _Excess(Exception):
    """The answer is larger, or takes longer, than any that is wanted."""


class _Borrowed(httpx.AsyncBaseTransport):
    """A transport that somebody else closes."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._transport.handle_async_request(request)


def _reason(error: Exception) -> str:
    """What happened in our own words: an exception's text may hold an address or a header."""
    known: tuple[tuple[type[Exception], str], ...] = (
        (httpx.ConnectTimeout, "no connection in time"),
        (httpx.PoolTimeout, "no free connection in time"),
        (httpx.TimeoutException, "no answer in time"),
        (httpx.ProxyError, "the proxy refused"),
        (httpx.ConnectError, "no connection"),
        (httpx.LocalProtocolError, "it or its credentials hold unusable signs"),
        (httpx.UnsupportedProtocol, "its address is not http or https"),
        (httpx.DecodingError, "the answer could not be decoded"),
        (_Excess, "the answer is too large or too slow"),
    )
    return next((text for kind, text in known if isinstance(error, kind)), "the connection broke")
