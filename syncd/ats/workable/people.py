"""In whose name syncd writes, and the reasons there are to disqualify.

Both are looked up before a slot is reserved, so that a slot is spent on the write alone, and kept
until Workable refuses a write, which may mean that a member has left.
"""

from collections.abc import AsyncIterator

from syncd.ats.wire import folded, read_row
from syncd.ats.workable.pages import API, PAGE_SIZE, SIDE, read_pages
from syncd.ats.workable.rows import Member, Reason
from syncd.errors import NotSent, Rejected, Uncertain
from syncd.http.session import Session


class People:
    """The member who acts, and the reasons by their text."""

    def __init__(self, session: Session, member_id: str) -> None:
        self._session = session
        self._set = member_id
        self._member: str | None = member_id or None
        self._reasons: dict[str, str] = {}

    @property
    def member_id(self) -> str:
        """The acting member; raises NotSent if nobody was looked up before."""
        if self._member is None:
            raise NotSent(
                f"{SIDE} was not asked yet in whose name to write; it will be tried again.",
                side=SIDE,
            )
        return self._member

    async def know_actor(self) -> str:
        """Return the acting member, looked up if need be.

        Raises Rejected, before anything is written, when the account has no active admin.
        """
        if self._member is None:
            self._member = await self.first_admin()
        if self._member is None:
            raise Rejected(
                f"{SIDE} lists no active admin to write in the name of; "
                "set member_id in [connections.*.ats].",
                side=SIDE,
                code="no_actor",
            )
        return self._member

    async def first_admin(self) -> str | None:
        """The first active admin of the account, in the order Workable lists members."""
        async for member in self._members():
            if member.acts:
                return member.id
        return None

    async def member(self, member_id: str) -> Member | None:
        """The member of that id, or None if the account lists no such active member."""
        async for member in self._members():
            if member.id == member_id:
                return member
        return None

    async def _members(self) -> AsyncIterator[Member]:
        params: dict[str, str | int] = {"limit": PAGE_SIZE, "status": "active"}
        async for page in read_pages(self._session, f"{API}/members", "members", params=params):
            for raw in page.rows:
                if member := read_row(Member, raw):
                    yield member

    async def know_reason(self, reason: str) -> None:
        """Look a reason up by its text (or id), for :meth:`reason_id`.

        Reasons that say the person withdrew do not count: that is not for syncd to say. Raises
        Rejected when there is no such reason.
        """
        if folded(reason) in self._reasons:
            return
        answer = await self._session.read(f"{API}/disqualification_reasons")
        rows = answer.json()
        if isinstance(rows, dict):
            rows = rows.get("disqualification_reasons")
        if not isinstance(rows, list):
            raise Uncertain(
                f"{SIDE} answered without its disqualification reasons; it will be asked again.",
                side=SIDE,
                request=f"GET {API}/disqualification_reasons",
                status=answer.status,
            )
        found = [row for raw in rows if (row := read_row(Reason, raw))]
        self._reasons = {
            folded(name): row.id
            for row in found
            if not row.candidate_withdrew
            for name in (row.id, row.description)
            if name
        }
        if folded(reason) not in self._reasons:
            raise Rejected(
                f'{SIDE} has no disqualification reason "{reason}" that a company may give; '
                "write reject_reason as the list in Workable's settings shows it.",
                side=SIDE,
                code="unknown_reason",
            )

    def reason_id(self, reason: str) -> str:
        """The id of a reason that was looked up; raises NotSent if it was not."""
        try:
            return self._reasons[folded(reason)]
        except KeyError:
            raise NotSent(
                f"{SIDE} was not asked yet for its disqualification reasons; "
                "it will be tried again.",
                side=SIDE,
            ) from None

    def forget(self) -> None:
        """Look everything up anew before the next write."""
        self._member = self._set or None
        self._reasons = {}
