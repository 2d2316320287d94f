"""Notifications through Apprise when something needs a person, and when it no longer does.

Once for each cause: what was told stands in the state, so that a restart tells nothing again. It
is stored after a message went out, so a message is rather sent twice than not at all.
"""

import asyncio
import importlib
import logging
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from syncd.clock import Clock
from syncd.daemon.causes import News, find_news
from syncd.daemon.health import PassEnd
from syncd.daemon.listener.counters import Counters
from syncd.errors import SettingsError, StateError
from syncd.settings.schema import DaemonSettings
from syncd.store import Store, notices

PATIENCE = 60.0  # seconds a message may take
AGAIN = 300.0  # seconds after which one that could not be sent is tried again

#: Sends a subject and a text somewhere; returns whether it arrived.
Deliver = Callable[[str, str], bool]

_log = logging.getLogger("syncd.daemon")


def open_addresses(settings: DaemonSettings) -> list[Deliver]:
    """A way to send for each address of ``daemon.notify``; nothing is sent yet.

    Raises SettingsError when Apprise is not installed, or knows no such address.
    """
    if not settings.notify:
        return []
    with warnings.catch_warnings():
        # Its modules use what newer versions of Python warn of.
        warnings.simplefilter("ignore")
        try:
            apprise: Any = importlib.import_module("apprise")
        except ImportError:
            raise SettingsError(
                "daemon.notify needs Apprise, which is not installed: install it with "
                '`pip install "syncd[notify]"`, or leave daemon.notify empty.'
            ) from None
        # It would log addresses, which hold passwords.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        opened: list[Deliver] = []
        for number, address in enumerate(settings.notify, start=1):
            target = apprise.Apprise()
            if not target.add(address.get_secret_value()):
                raise SettingsError(
                    f"daemon.notify: Apprise does not know what address {number} means; see its "
                    "documentation for how addresses are written."
                )
            opened.append(_sender(target))
    return opened


def _sender(target: Any) -> Deliver:
    def deliver(title: str, body: str) -> bool:
        return bool(target.notify(title=title, body=body))

    return deliver


class Messenger:
    """Tells people; :meth:`run` is the task that does so, :meth:`heard` says what of."""

    def __init__(
        self, addresses: Sequence[Deliver], store: Store, clock: Clock, counters: Counters
    ) -> None:
        self._addresses = addresses
        self._store = store
        self._clock = clock
        self._counters = counters
        self._ended: dict[str, PassEnd] = {}
        self._filled = asyncio.Event()
        self._failed_at: dict[str, float] = {}

    def heard(self, end: PassEnd) -> None:
        """A pass ended; of several of one connection the last counts."""
        self._ended[end.connection] = end
        self._filled.set()

    async def run(self) -> None:
        """Tell what is to be told, for ever. Nothing if there is nobody to tell."""
        if not self._addresses:
            return
        while True:
            await self._filled.wait()
            self._filled.clear()
            ended, self._ended = self._ended, {}
            for name in sorted(ended):
                await self.tell(ended[name])

    async def tell(self, end: PassEnd) -> None:
        """Send what is news after a pass, in one message, and remember that it was told.

        What cannot be sent, or not be remembered, is tried again after a later pass.
        """
        name, now = end.connection, self._clock.monotonic()
        failed_at = self._failed_at.get(name)
        if failed_at is not None and now - failed_at < AGAIN:
            return
        try:
            news = await asyncio.to_thread(find_news, self._store, end)
            if not news.new and not news.over:
                return
            if await self._send(news):
                self._failed_at.pop(name, None)
                await asyncio.to_thread(self._remember, news)
            else:
                self._failed_at[name] = now
        except StateError as error:
            _log.warning("notifications wait: %s", error, extra={"connection": name})
            self._failed_at[name] = now

    async def _send(self, news: News) -> bool:
        """Whether the message reached at least one address."""
        reached = False
        for number, deliver in enumerate(self._addresses, start=1):
            try:
                async with asyncio.timeout(PATIENCE):
                    arrived = await asyncio.to_thread(deliver, news.title, news.body)
            except TimeoutError:
                arrived = False
            except Exception as error:
                # A plugin may raise anything, with the address in its text.
                _log.debug("a notification failed", extra={"error": type(error).__name__})
                arrived = False
            self._counters.notifications[news.connection, "sent" if arrived else "failed"] += 1
            if not arrived:
                _log.warning(
                    "address %d of daemon.notify could not be reached",
                    number,
                    extra={"connection": news.connection},
                )
            reached |= arrived
        return reached

    def _remember(self, news: News) -> None:
        with self._store.write() as tx:
            notices.add(tx, news.connection, news.new, self._clock.now())
            notices.remove(tx, news.connection, news.over)
