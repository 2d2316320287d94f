"""Which fields are asked for.

Fields differ by edition, by release and by what an API user may see, and one unknown field spoils
the whole answer. So what syncd can do without is asked for as long as it is not refused.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from syncd.ats.bullhorn.errors import require_denied
from syncd.ats.bullhorn.pages import path_of
from syncd.ats.wire import flag_of, mapping_of, text_of
from syncd.errors import CredentialsRefused, Rejected
from syncd.http.renewed import RenewedSession

_JOB = "id,title,status,isOpen,isDeleted,employmentType,dateAdded,dateLastModified,address"
JOB_TEXTS = "publicDescription,description"

_CUSTOM = re.compile(r"(correlatedC|c)ustom(Text|Int)[0-9]{1,2}")
_FURTHER = (
    "externalID", "isPublic", "onSite", "branchCode", "source", "costCenter", "type",
    "publishedCategory", "clientCorporation", "branch",
)  # fmt: skip
_REFERRING = frozenset(("TO_ONE", "TO_MANY"))
_GUESSED = tuple(f"customText{n}" for n in range(1, 21))

_SUBMISSION = "id,status,isDeleted,jobOrder(id),dateAdded,dateLastModified"
_PERSON = "id,firstName,lastName,email,mobile,phone"
_FLAGS = "name,status,isDeleted,massMailOptOut"

#: From the most to the least that will do.
SUBMISSIONS = (
    f"{_SUBMISSION},dateWebResponse,candidate({_PERSON},{_FLAGS},isAnonymized)",
    f"{_SUBMISSION},dateWebResponse,candidate({_PERSON},{_FLAGS})",
    f"{_SUBMISSION},candidate({_PERSON})",
)

T = TypeVar("T")


class Ladder:
    """Lists of fields, from the most to the least; a list that is refused is not used again."""

    def __init__(self, rungs: Sequence[str]) -> None:
        self._rungs = tuple(rungs)
        self._at = 0

    @property
    def steps_down(self) -> int:
        """How many lists were refused so far."""
        return self._at

    async def read(self, ask: Callable[[str], Awaitable[T]]) -> T:
        """What ``ask`` returns for the first list of fields that is not refused."""
        while True:
            try:
                return await ask(self._rungs[self._at])
            except Rejected as error:
                self._descend(error)

    async def pages(self, ask: Callable[[str], AsyncIterator[T]]) -> AsyncIterator[T]:
        """The pages of ``ask``, begun anew with fewer fields while nothing has come yet."""
        while True:
            begun = False
            try:
                async for page in ask(self._rungs[self._at]):
                    begun = True
                    yield page
                return
            except Rejected as error:
                if begun:
                    raise
                self._descend(error)

    def _descend(self, error: Rejected) -> None:
        """Take the next list after a 400; anything else, or the last list, is raised on."""
        if error.status != 400 or self._at + 1 >= len(self._rungs):
            raise error
        self._at += 1


async def read_meta(session: RenewedSession, entity: str) -> Mapping[str, str] | None:
    """The fields of an entity that this user may write, with what each holds.

    That is its data type, or TO_ONE and TO_MANY for what refers to others. None where the
    description is not to be had.
    """
    try:
        answer = await session.read(path_of("meta", entity), params={"fields": "*"})
    except (Rejected, CredentialsRefused) as error:
        require_denied(error)
        return None
    rows = mapping_of(answer.json()).get("fields")
    if not isinstance(rows, list):
        return None
    found = {}
    for field in map(mapping_of, rows):
        name, kind = text_of(field.get("name")), text_of(field.get("type")) or ""
        if name and not flag_of(field.get("readOnly")):
            found[name] = kind if kind in _REFERRING else text_of(field.get("dataType")) or ""
    return found


def job_ladder(known: Mapping[str, str] | None, department_field: str) -> Ladder:
    """The lists of a job's fields, given those that its description names (None: unknown)."""
    if known is None:
        further = [*_GUESSED, department_field] if department_field else [*_GUESSED]
        return Ladder((_joined(_JOB, further), _joined(_JOB, _GUESSED), _JOB))
    wanted = dict.fromkeys((*_FURTHER, department_field))
    wanted |= dict.fromkeys(name for name in known if _CUSTOM.fullmatch(name))
    further = [
        f"{name}(id,name)" if known[name] in _REFERRING else name
        for name in wanted
        if name in known
    ]
    return Ladder((_joined(_JOB, further), _JOB))


def _joined(first: str, further: Iterable[str]) -> str:
    return ",".join((first, *further))
