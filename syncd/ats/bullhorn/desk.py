"""What writes need to know beforehand: who writes, how notes are called, where a score goes.

All of it is looked up before a slot is reserved, so that a slot is spent on the write alone, and
kept until Bullhorn refuses a write.
"""

import math
from collections.abc import Mapping
from typing import Any

from syncd.ats.bullhorn.errors import SIDE, require_denied, unreadable
from syncd.ats.bullhorn.fields import read_meta
from syncd.ats.bullhorn.pages import id_of, path_of, read_query
from syncd.ats.bullhorn.rows import is_one_of, statuses_of
from syncd.ats.bullhorn.settings import BullhornSettings
from syncd.ats.wire import mapping_of, text_of
from syncd.errors import CredentialsRefused, NotSent, Rejected
from syncd.http.renewed import RenewedSession
from syncd.model.ats import Told

_DEFAULT_ACTION = "Note"
_SUMMARY_MOST = 255
_STATUS_MOST = 100
_INTEGERS = ("Integer", "Long")
_NUMBERS = ("Double", "Float", "BigDecimal")


class Desk:
    """What is known of the account, looked up when it is first needed."""

    def __init__(self, session: RenewedSession, settings: BullhornSettings) -> None:
        self._session = session
        self._settings = settings
        self._statuses: tuple[str, ...] | None = None
        self._actor: int | None = None
        self._action: str | None = None
        self._targets: Mapping[str, str] | None = None
        self._known = False
        self._rejections: dict[str, str] = {}

    async def know(self) -> None:
        """Look up what any write may need."""
        if not self._known:
            self._actor = await self.find_actor()
            self._action = await self.find_action()
            self._targets = await read_meta(self._session, "JobSubmission")
            self._known = True

    def forget(self) -> None:
        """Look everything up anew before the next write."""
        self._known, self._statuses, self._rejections = False, None, {}

    async def statuses(self) -> tuple[str, ...]:
        """The statuses a submission may have; every job has the same.

        Raises Uncertain for an answer without them, because no stage would then exist.
        """
        if self._statuses is None:
            found = statuses_of(await self.setting("jobResponseStatusList"))
            if not found:
                raise unreadable("settings/jobResponseStatusList", "no statuses")
            self._statuses = found
        return self._statuses

    async def setting(self, name: str) -> object:
        """One of the account's own settings; None where it has none of that name."""
        try:
            answer = await self._session.read(path_of("settings", name))
        except (Rejected, CredentialsRefused) as error:
            require_denied(error)
            return None
        told = mapping_of(answer.json())
        inner = told.get("data")
        return (inner if isinstance(inner, Mapping) else told).get(name)

    async def find_actor(self) -> int | None:
        """The id of the API user; None where it is not told, and Bullhorn fills it in."""
        told = text_of(await self.setting("userId"))
        if told is not None and told.isdecimal():
            return int(told)
        name = self._settings.username.replace("'", "''")
        ids: list[int | None] = []
        try:
            async for page in read_query(
                self._session, "CorporateUser", f"username='{name}'", "id"
            ):
                ids += map(id_of, page.rows)
        except (Rejected, CredentialsRefused) as error:
            require_denied(error)
            return None
        return ids[0] if len(ids) == 1 else None

    async def find_action(self) -> str:
        """The action type of notes: what is set, or "Note", or else the first there is."""
        if self._settings.note_action:
            return self._settings.note_action
        known = await self.actions()
        if not known or is_one_of(_DEFAULT_ACTION, known):
            return _DEFAULT_ACTION
        return known[0]

    async def actions(self) -> tuple[str, ...]:
        """The action types a note may have; nothing where the account does not tell."""
        return statuses_of(await self.setting("commentActionList"))

    async def know_status(self, wanted: str) -> None:
        """Look up the status of that name, or without one the account's own for a rejection.

        Raises Rejected when there is none.
        """
        if wanted in self._rejections:
            return
        known = await self.statuses()
        if wanted:
            names = [name for name in known if name.casefold() == wanted.strip().casefold()]
        else:
            own = statuses_of(await self.setting("rejectedJobResponseStatus"))
            names = [*own, *(n for n in known if is_one_of(n, self._settings.rejected_statuses))]
        if not names:
            missing = f'the status "{wanted}"' if wanted else "a status that rejects"
            raise Rejected(
                f"{SIDE} does not have {missing} for submissions; write reject_reason as the list "
                "of statuses in Bullhorn shows it.",
                side=SIDE,
                code="unknown_reason",
            )
        self._rejections[wanted] = names[0]

    def status(self, wanted: str) -> str:
        """The status that was looked up; raises NotSent if it was not."""
        try:
            return self._rejections[wanted]
        except KeyError:
            raise NotSent(
                f"{SIDE} was not asked yet for its statuses; it will be tried again.", side=SIDE
            ) from None

    def note(self, text: str, candidate_id: str, job_id: str) -> dict[str, Any]:
        """A new note about somebody on a job; ``text`` is HTML."""
        body: dict[str, Any] = {
            "action": self._action or _DEFAULT_ACTION,
            "comments": text,
            "personReference": {"id": int(candidate_id)},
            "jobOrder": {"id": int(job_id)},
        }
        if self._actor is not None:
            body["commentingPerson"] = {"id": self._actor}
        return body

    def score(self, score: float, about: Told, now: float) -> dict[str, Any]:
        """The fields that tell a score: Bullhorn's own for screenings, or else the one set.

        The screening was completed when the interview says so, or else ``now``. Raises Rejected
        when there is neither field.
        """
        known = self._targets or {}
        if "screeningScore" in known:
            summary = f"HeyMilo interview: {about.status or 'score'}, {score:g} of 100"
            told = {
                "screeningScore": whole(score),
                "screeningStatus": about.status[:_STATUS_MOST] or None,
                "screeningSummary": summary[:_SUMMARY_MOST],
                "screeningCompletedDateTime": int((now if about.at is None else about.at) * 1000),
            }
            return {k: v for k, v in told.items() if k in known and v is not None}
        field = self._settings.score_field
        if not field:
            raise Rejected(
                f"{SIDE} does not show this user screeningScore; give it that right, or name a "
                "custom field of submissions in score_field.",
                side=SIDE,
                code="no_score_field",
            )
        return {field: number_for(field, known.get(field, ""), score)}


def whole(score: float) -> int:
    """The nearest whole number, a half upwards."""
    return math.floor(score + 0.5)


def number_for(field: str, kind: str, score: float) -> int | float | str:
    """The score as a field holds it: by its data type, or else by its name."""
    if kind in _INTEGERS or (not kind and "Int" in field):
        return whole(score)
    if kind in _NUMBERS or (not kind and "Float" in field):
        return round(score, 2)
    return f"{round(score, 2):g}"
