"""Moving somebody from one stage to another, unless a person was faster.

A move names the stage it expects. An application tells two ids of where it is: that of the job's
stage, and that of its own entry into it, and which of them a move takes is nowhere written. Where
they differ, the answers must tell: a move that is refused although nobody moved the application is
made once more with the other id.
"""

from syncd.ats.greenhouse.applications import Applications
from syncd.ats.greenhouse.errors import SIDE
from syncd.ats.greenhouse.pages import is_id, path_of
from syncd.ats.port import STALE
from syncd.errors import NotFound, NotSent, Rejected, RemoteError
from syncd.http.renewed import RenewedSession
from syncd.http.session import Slot
from syncd.model.ats import Application, Stage


class Moves:
    """Makes moves, and remembers which id they take."""

    def __init__(self, session: RenewedSession, applications: Applications) -> None:
        self._session = session
        self._applications = applications
        self._takes_entries = False

    async def make(self, application: Application, target: Stage, slot: Slot) -> None:
        """Move, with one request where the id is known.

        Raises Rejected with the code STALE for somebody who is not in ``application.stage`` any
        more, and NotSent where a refusal could not be understood.
        """
        origins = self._origins(application)
        if not origins or not is_id(target.id):
            raise Rejected(
                f"{SIDE} did not tell in which stage the application is, so it cannot be moved.",
                side=SIDE,
                code="no_stage",
            )
        path = path_of("applications", application.id, "move")
        while True:
            origin = origins.pop(0)
            body = {"from_stage_id": int(origin), "to_stage_id": int(target.id)}
            try:
                answer = await self._session.write("POST", path, slot=slot, json=body)
            except NotFound:
                raise
            except Rejected as error:
                await self._understand(application, error)
                if not origins:
                    raise
            else:
                if answer.body.strip():
                    answer.json()  # what is neither empty nor JSON proves nothing
                entry = self._applications.entry_of(application)
                if entry is not None and entry != application.stage:
                    self._takes_entries = origin == entry
                return
            # The refusal proves that nothing was done; the second try may start no later.
            start_by = slot.start_by
            slot = await self._session.reserve()
            slot.start_by = start_by

    def _origins(self, application: Application) -> list[str]:
        """The ids that may name where the application is, the likelier first."""
        told = [application.stage, self._applications.entry_of(application) or ""]
        if self._takes_entries:
            told.reverse()
        return list(dict.fromkeys(i for i in told if is_id(i)))

    async def _understand(self, application: Application, refusal: Rejected) -> None:
        """Return where a refused move can only have named its stage wrongly; raise otherwise."""
        if refusal.status != 422:
            raise refusal
        try:
            now = await self._applications.one(application.id)
        except RemoteError as error:
            raise NotSent(
                f"{SIDE} refused a move, and could not be asked why; it will be tried again.",
                side=SIDE,
                request=refusal.request,
                status=error.status,
            ) from error
        if now is None or now.stage != application.stage or now.out:
            raise Rejected(
                f"{SIDE} rejected {refusal.request}, since the application was moved meanwhile.",
                side=SIDE,
                request=refusal.request,
                status=refusal.status,
                code=STALE,
            ) from refusal
