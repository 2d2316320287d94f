"""Why people are archived: looked up once, and again when Lever refuses a write."""

from collections.abc import Collection

from syncd.ats.lever.pages import SIDE, path_of, read_list
from syncd.ats.lever.rows import Reason
from syncd.ats.wire import folded, read_row
from syncd.errors import CredentialsRefused, NotSent, Rejected
from syncd.http.session import Session


class Reasons:
    """The account's archive reasons."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: tuple[Reason, ...] | None = None

    async def hired(self) -> Collection[str]:
        """The ids of the reasons that mean that somebody was hired.

        None where the key may not read them: whoever is archived is out all the same.
        """
        try:
            return {reason.id for reason in await self._read() if reason.type == "hired"}
        except CredentialsRefused as error:
            if error.status != 403:
                raise
        except Rejected:
            pass
        self._known = ()
        return ()

    async def know(self, reason: str) -> None:
        """Look a reason up by its text (or id), for :meth:`id_of`.

        Raises Rejected when there is none that turns somebody down and is in use.
        """
        await self._read()
        if self._find(reason) is None:
            self._known = None  # it may be made meanwhile
            raise Rejected(
                f'{SIDE} has no active archive reason "{reason}" that turns somebody down; write '
                "reject_reason as the list in Lever's settings shows it.",
                side=SIDE,
                code="unknown_reason",
            )

    def id_of(self, reason: str) -> str:
        """The id of a reason that was looked up; raises NotSent if it was not."""
        found = self._find(reason)
        if found is None:
            raise NotSent(
                f"{SIDE} was not asked yet for its archive reasons; it will be tried again.",
                side=SIDE,
            )
        return found

    def forget(self) -> None:
        """Look them up anew before the next use."""
        self._known = None

    def _find(self, text: str) -> str | None:
        wanted = folded(text)
        return next(
            (
                reason.id
                for reason in self._known or ()
                if reason.rejects and wanted in (folded(reason.id), folded(reason.text or ""))
            ),
            None,
        )

    async def _read(self) -> tuple[Reason, ...]:
        if self._known is None:
            rows = await read_list(self._session, path_of("archive_reasons"))
            self._known = tuple(row for raw in rows if (row := read_row(Reason, raw)))
        return self._known
