"""The listener bound to its address, in the daemon's own event loop."""

import asyncio
import logging
import socket
from collections.abc import Sequence
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from syncd.daemon.health import Health
from syncd.daemon.listener.counters import Counters
from syncd.daemon.listener.door import Door
from syncd.daemon.listener.exposure import Exposure, read_exposure
from syncd.daemon.listener.glance import Window, find_accounts
from syncd.daemon.listener.limits import LONGEST, MOST_CONNECTIONS, MOST_HEADERS
from syncd.daemon.listener.mailbox import Mailbox, Nudges
from syncd.daemon.listener.metrics import Scrape, expose
from syncd.daemon.listener.probes import Probes
from syncd.daemon.listener.status.page import ICON, POLICY, render
from syncd.daemon.listener.status.view import view_of
from syncd.daemon.listener.webhooks import Webhooks, nothing_here
from syncd.errors import SettingsError, StateError
from syncd.passes.identity import open_keyed
from syncd.settings.schema import DaemonSettings, Settings
from syncd.store import Store

_METRICS = "text/plain; version=0.0.4; charset=utf-8"
_log = logging.getLogger("syncd.listener")


class Listener:
    """A running listener; ``address`` is what it is bound to, as host and port."""

    def __init__(
        self,
        server: uvicorn.Server,
        bound: socket.socket,
        tasks: Sequence[asyncio.Task[None]],
        mailbox: Mailbox,
    ) -> None:
        self._server = server
        self._bound = bound
        self._tasks = tasks
        self._mailbox = mailbox
        self.address: tuple[str, int] = bound.getsockname()[:2]

    async def aclose(self) -> None:
        """Take no more requests, end those under way within a second, hand on the last hints."""
        if not self._tasks:
            return
        tasks, self._tasks = self._tasks, ()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        for connection in list(self._server.server_state.connections):
            connection.shutdown()
        await self._server.shutdown(sockets=[self._bound])
        await self._mailbox.empty()


async def serve(
    daemon_settings: DaemonSettings,
    health: Health,
    nudges: Nudges,
    store: Store,
    settings: Settings,
    counters: Counters | None = None,
) -> Listener | None:
    """Listen where the settings say; None if they say nowhere.

    ``counters`` are shared with whoever else counts. Raises SettingsError when the address would be
    open to other machines without a token, is taken, or cannot be had.
    """
    exposure = read_exposure(daemon_settings)
    if exposure is None:
        return None
    counters = counters or Counters()
    mailbox = Mailbox(store, nudges, store.clock)
    app = await build(daemon_settings, exposure, health, mailbox, store, settings, counters)
    bound = _bind(exposure, daemon_settings.listen)
    silence_server()
    config = uvicorn.Config(
        app,
        http=_Brief,
        ws="none",
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=MOST_HEADERS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        backlog=MOST_CONNECTIONS,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # Not Server.serve(): that takes the process's signals, which are the daemon's.
    await server.startup(sockets=[bound])
    tasks = [
        asyncio.create_task(server.main_loop(), name="listener"),
        asyncio.create_task(mailbox.run(), name="mailbox"),
    ]
    listener = Listener(server, bound, tasks, mailbox)
    _log.info("listening", extra={"address": _written(listener.address)})
    return listener


async def build(
    daemon_settings: DaemonSettings,
    exposure: Exposure,
    health: Health,
    mailbox: Mailbox,
    store: Store,
    settings: Settings,
    counters: Counters,
) -> Door:
    """The application behind its door, not bound to anything."""
    accounts = await find_accounts(settings, store.clock)
    window = Window(settings, store, accounts, health)
    probes = Probes(health)
    hooks = Webhooks(settings, open_keyed(settings, store), mailbox, store.clock, counters)

    async def status(request: Request) -> Response:
        try:
            seen = await window.look()
        except StateError as error:
            return PlainTextResponse(f"{error}\n", 503)
        return HTMLResponse(render(view_of(seen), refresh="refresh" in request.query_params))

    async def metrics(request: Request) -> Response:
        try:
            seen = await window.look()
        except StateError:
            seen = None
        told = expose(Scrape(seen, counters, health.snapshot()))
        return Response(told, media_type=_METRICS)

    async def icon(request: Request) -> Response:
        return Response(ICON, media_type="image/svg+xml")

    async def unknown(request: Request, error: Exception) -> Response:
        return nothing_here()

    app = Starlette(
        routes=[
            Route("/", status),
            Route("/healthz", probes.healthz),
            Route("/readyz", probes.readyz),
            Route("/metrics", metrics),
            Route("/favicon.svg", icon),
            Route("/favicon.ico", icon),  # asked for where a page names none, such as a probe's
            Route("/webhooks/ats/{connection}", hooks.ats, methods=["POST"]),
            Route(
                "/webhooks/heymilo/{connection}/{posting}/{token}",
                hooks.heymilo,
                methods=["POST"],
            ),
        ],
        exception_handlers={404: unknown, 405: unknown},
    )
    app.router.redirect_slashes = False
    return Door(
        app,
        exposure=exposure,
        token=daemon_settings.token,
        policy=POLICY,
        clock=store.clock,
        counters=counters,
    )


def silence_server() -> None:
    """The server would log what callers send; the door logs what matters."""
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL + 1)


def _written(address: tuple[str, int]) -> str:
    """As in the settings, but with the port that was given where they leave it open."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bind(exposure: Exposure, told: str) -> socket.socket:
    try:
        found = socket.getaddrinfo(
            exposure.host, exposure.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.setblocking(False)
        except BaseException:
            bound.close()
            raise
        return bound
    except OSError as error:
        raise SettingsError(
            f"daemon.listen is {told}, which cannot be had ({error.strerror}): choose another "
            "address or port, or end what uses it."
        ) from None


class _Brief(H11Protocol):
    """A connection that lasts half a minute at most, of which there are only so many.

    One too many ends the oldest: answers take moments, so that one is a caller who dawdles, and
    however many of those there are, who asks in earnest gets through.
    """

    _began = 0.0
    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._began = self.loop.time()
        if len(self.connections) > MOST_CONNECTIONS:
            oldest = min(self.connections, key=lambda one: getattr(one, "_began", 0.0))
            oldest.transport.abort()
        self._end = self.loop.call_later(LONGEST, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)
