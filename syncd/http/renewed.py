"""A session whose credential is got by a login, and may die at any time.

A read that meets a dead credential logs in once more and goes on where it was. A write that meets
one was certainly not applied: it raises NotSent, and the next :meth:`RenewedSession.reserve` logs
in before a slot is taken. A login that is itself refused is not tried again; neither is one whose
credentials are refused at once, time after time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from syncd.errors import (
    AT_ONCE,
    CredentialsRefused,
    NotSent,
    Rejected,
    RemoteError,
    Throttled,
    Uncertain,
)
from syncd.http.answer import Answer, Complaint, Slot
from syncd.http.budget import PATIENCE, Budget
from syncd.http.drain import Drain
from syncd.http.network import Network
from syncd.http.places import Places
from syncd.http.session import ATTEMPTS, Session
from syncd.http.wallet import Credential, Kept

__all__ = ["Credential", "Leave", "Login", "RenewedSession", "is_refused"]

_PAUSE = 0.5  # seconds before a login is tried again; doubled
_RENEWALS = 3  # of one read
_BARREN_MOST = 3  # so many credentials in a row that never worked are not renewed any more
_MARGIN = 30.0  # seconds before its end at which a credential is not used any more


Login = Callable[[Session], Awaitable[Credential]]
Leave = Callable[[Session, Credential], Awaitable[None]]


def is_refused(error: RemoteError) -> bool:
    """Whether an answer says that the credential is not valid any more: 401."""
    return error.status == 401


class RenewedSession:
    """A :class:`Session` that logs in when it must; read, reserve and write are the same.

    ``login`` makes a credential with :meth:`Session.visit`. It is tried again after NotSent,
    Uncertain and Throttled; after CredentialsRefused or Rejected every request raises
    CredentialsRefused. ``is_dead`` tells from an error that the credential died. ``leave`` gives a
    credential back; it must be quick. ``scope`` names the credential in the network's wallet and
    must not hold it.
    """

    def __init__(
        self,
        *,
        side: str,
        base_url: str,
        network: Network,
        budget: Budget,
        login: Login,
        complain: Callable[[int, bytes], Complaint],
        places: Places,
        is_dead: Callable[[RemoteError], bool] = is_refused,
        leave: Leave | None = None,
        scope: str = "",
        timeout: float = 30.0,
    ) -> None:
        self._side = side
        self._clock = network.clock
        self._chance = network.chance
        self._login = login
        self._is_dead = is_dead
        self._leave = leave
        self._network = network
        self._scope = scope
        self._held: Credential | None = None
        self._held_until = float("inf")
        self._proven = False  # whether the credential held was ever accepted
        self._barren = 0
        self._final: CredentialsRefused | None = None
        self._turn = asyncio.Lock()
        self._open = partial(
            Session,
            side=side,
            base_url=base_url,
            budget=budget,
            complain=complain,
            timeout=timeout,
            places=places,
        )
        self._session = self._open(
            network=network, headers=lambda: self._held.headers if self._held else {}
        )

    async def read(
        self,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
    ) -> Answer:
        """As :meth:`Session.read`, with a new login when the credential has died."""
        for left in reversed(range(_RENEWALS)):
            credential = await self._credential()
            try:
                answer = await self._session.read(path, method=method, params=params, json=json)
            except RemoteError as error:
                if not self._is_dead(error):
                    raise
                self._drop(credential)
                if not left:
                    raise
            else:
                self._prove(credential)
                return answer
        raise AssertionError  # the loop returns or raises

    async def reserve(self) -> Slot:
        """Log in if need be, then wait for the budget for one write."""
        await self._credential()
        return await self._session.reserve()

    async def write(
        self,
        method: str,
        path: str,
        *,
        slot: Slot,
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
    ) -> Answer:
        """As :meth:`Session.write`; raises NotSent when the credential had died."""
        credential = self._held
        if credential is None:
            slot.used = True
            raise self._unsent(method)
        try:
            answer = await self._session.write(method, path, slot=slot, json=json, params=params)
        except RemoteError as error:
            if not self._is_dead(error):
                raise
            self._drop(credential)
            raise self._unsent(method) from None
        self._prove(credential)
        return answer

    def remote_now(self) -> float:
        """The remote side's clock now, epoch seconds; the local one before any answer."""
        return self._session.remote_now()

    async def aclose(self) -> None:
        """Keep the credential for the next pass, or give it back, and close the connections.

        Whatever becomes of giving it back, closing goes on: a session that was not given back
        ends by itself.
        """
        held, self._held = self._held, None
        try:
            if held is not None and not self._keep(held):
                await self._give_back(held, self._network)
        finally:
            await self._session.aclose()

    def _keep(self, held: Credential) -> bool:
        wallet = self._network.wallet
        if wallet is None or not self._scope:
            return False
        alone = replace(self._network, gate=None, ledger=None)  # those are the pass's
        give_back = partial(self._give_back, held, alone)
        return wallet.keep(self._scope, Kept(held, self._held_until, give_back))

    async def _give_back(self, held: Credential, network: Network) -> None:
        """Leave with a session of its own, which is not kept from it by the end of the program."""
        if self._leave is None:
            return
        session = self._open(network=replace(network, drain=Drain()), headers=dict)
        with suppress(Exception):
            try:
                await self._leave(session, held)
            finally:
                await session.aclose()

    def _take(self) -> None:
        """Go on with the credential of an earlier pass, if one is kept."""
        wallet = self._network.wallet
        kept = wallet.take(self._scope) if wallet is not None and self._scope else None
        if kept is None or self._clock.monotonic() >= kept.until:
            return
        self._held, self._held_until, self._proven = kept.credential, kept.until, False
        if kept.credential.base_url is not None:
            self._session.move(kept.credential.base_url)

    async def _credential(self) -> Credential:
        """The credential held, or a new one."""
        async with self._turn:
            if self._final is not None:
                raise _refusal(self._final)
            if self._clock.monotonic() >= self._held_until:
                self._held = None
            if self._held is None:
                self._take()
            if self._held is None:
                self._held = await self._log_in()
                self._proven = False
                self._held_until = float("inf")
                if self._held.lasts is not None:
                    usable = max(self._held.lasts - _MARGIN, self._held.lasts / 2)
                    self._held_until = self._clock.monotonic() + usable
            return self._held

    async def _log_in(self) -> Credential:
        """One login, as a whole tried again when it was cut off."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                credential = await self._login(self._session)
                if credential.base_url is not None:
                    self._session.move(credential.base_url)
                return credential
            except (CredentialsRefused, Rejected) as error:
                self._final = _refusal(error)
                raise self._final from error
            except (NotSent, Uncertain) as error:
                if attempt == ATTEMPTS:
                    raise NotSent(
                        f"{self._side} could not be logged in to: {error}",
                        side=self._side,
                        request=error.request,
                        status=error.status,
                    ) from error
                pause = _PAUSE * 2 ** (attempt - 1) * (1 + 0.5 * self._chance())
            except Throttled as error:
                if attempt == ATTEMPTS or error.retry_at - self._clock.now() > PATIENCE:
                    raise
                pause = 0.0  # the budget knows how long to wait
            await self._clock.sleep(pause)
        raise AssertionError  # the loop returns or raises

    def _prove(self, credential: Credential) -> None:
        if credential is self._held:
            self._proven, self._barren = True, 0

    def _drop(self, credential: Credential) -> None:
        """Forget a dead credential, unless another one is held by now."""
        if credential is not self._held:
            return
        self._held = None
        self._barren = 0 if self._proven else self._barren + 1
        if self._barren >= _BARREN_MOST:
            self._final = CredentialsRefused(
                f"{self._side} lets syncd log in but refuses every session it gives; check the "
                "rights of the API user.",
                side=self._side,
                status=401,
            )

    def _unsent(self, method: str) -> NotSent:
        return NotSent(
            f"{self._side} had ended the session before a {method}, so it was not done; it will be "
            "tried again after a new login.",
            side=self._side,
            code=AT_ONCE,
        )


def _refusal(error: RemoteError) -> CredentialsRefused:
    """What a login met, as what it means for every request, without its traceback.

    A 403 there is no word about the request that needed the login, so it counts as a 401.
    """
    return CredentialsRefused(
        str(error),
        side=error.side,
        request=error.request,
        status=401,
        code=error.code,
        faults=error.faults,
    )
