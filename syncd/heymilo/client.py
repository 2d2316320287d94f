"""The client of the HeyMilo Public API v2.

Reads are budgeted and retried; every write is one request with a slot from :meth:`HeyMilo.reserve`.
What they raise is described in :mod:`syncd.errors`; a 2xx answer to a write that cannot be read
raises Uncertain, since it was most likely applied.
"""

from hashlib import blake2b

from syncd.heymilo.api import SIDE
from syncd.heymilo.candidates import Candidates
from syncd.heymilo.postings import Postings
from syncd.heymilo.problems import read_problem
from syncd.heymilo.resources import Resources
from syncd.http.session import Network, Session, Slot
from syncd.settings.schema import HeyMiloSettings
from syncd.settings.units import Rate


class HeyMilo(Postings, Candidates, Resources):
    """One HeyMilo workspace, opened with one API key."""

    @classmethod
    def open(cls, settings: HeyMiloSettings, network: Network) -> "HeyMilo":
        """A client for the settings; nothing is sent yet.

        The limit is per key, so keys share a budget by a hash of theirs. The names of HeyMilo's
        rate headers are not published: they may only lower the setting.
        """
        key = settings.api_key.get_secret_value()
        named = blake2b(key.encode(), digest_size=12, person=b"syncd-budget").hexdigest()
        budget = network.budget(
            Rate(settings.requests_per_minute, 60.0), scope=f"heymilo:{named}", follow="lower"
        )
        return cls(
            Session(
                side=SIDE,
                base_url=settings.base_url,
                network=network,
                budget=budget,
                headers=lambda: {"x-api-key": key},
                complain=read_problem,
            )
        )

    def remote_now(self) -> float:
        """HeyMilo's clock now, epoch seconds; the local one before any answer."""
        return self._session.remote_now()

    async def reserve(self) -> Slot:
        """Wait until the budget allows one write, and count it."""
        return await self._session.reserve()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.aclose()
