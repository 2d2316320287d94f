"""What ``syncd check`` says about a Workable account. Nothing is written."""

from collections.abc import Collection

from syncd.ats.port import Finding
from syncd.ats.wire import mapping_of, read_row
from syncd.ats.workable.pages import API, SIDE, rows_in
from syncd.ats.workable.people import People
from syncd.ats.workable.rows import Attribute, stages_of
from syncd.ats.workable.settings import WorkableSettings
from syncd.errors import CredentialsRefused, RemoteError
from syncd.http.session import Answer, Session

_WRITABLE = frozenset(("short_text", "free_text", "numeric"))


async def findings(
    session: Session, people: People, settings: WorkableSettings, stages: Collection[str]
) -> list[Finding]:
    """One line per thing that must be right; after a refused token nothing more is asked."""
    try:
        answer = await session.read(f"{API}/jobs", params={"limit": 1})
        rows_in(mapping_of(answer.json()), "jobs", f"{API}/jobs")
    except RemoteError as error:
        return [_refused("reading jobs", "r_jobs", error)]
    found = [Finding(f"{SIDE}: reading jobs", True, f"account {settings.account_id}")]
    found.append(await _readable(session, "candidates", "r_candidates"))
    found.append(await _actor(people, settings.member_id))
    found += await _stages(session, stages)
    if settings.score_field:
        found.append(await _score_field(session, settings.score_field))
    found.append(
        Finding(
            f"{SIDE}: writing",
            None,
            "whether the token may comment, tag and move cannot be told without writing",
            "make sure that it has the scope w_candidates",
        )
    )
    found.append(_limit(answer, settings))
    return found


async def _readable(session: Session, key: str, scope: str) -> Finding:
    path = f"{API}/{key}"
    try:
        answer = await session.read(path, params={"limit": 1})
        rows_in(mapping_of(answer.json()), key, path)
    except RemoteError as error:
        return _refused(f"reading {key}", scope, error)
    return Finding(f"{SIDE}: reading {key}", True, "allowed")


def _refused(what: str, scope: str, error: RemoteError) -> Finding:
    if isinstance(error, CredentialsRefused):
        todo = f"give the token the scope {scope}, or put the right token into api_token"
    else:
        todo = "check subdomain or base_url, and try again"
    return Finding(f"{SIDE}: {what}", False, str(error), todo)


async def _actor(people: People, member_id: str) -> Finding:
    what = f"{SIDE}: acting member"
    try:
        if not member_id:
            first = await people.first_admin()
            if first is None:
                return Finding(what, False, "the account lists no active admin", "set member_id")
            return Finding(what, True, f"{first}, the first active admin")
        member = await people.member(member_id)
    except RemoteError as error:
        return _refused("reading members", "r_jobs", error)
    if member is None or not member.active:
        return Finding(
            what,
            False,
            f"no active member has the id {member_id}",
            "leave member_id out, or take the id of an active admin",
        )
    if not member.acts:
        return Finding(
            what,
            None,
            f"{member_id} is no admin and may not reach every job",
            "take the id of an admin",
        )
    return Finding(what, True, member_id)


async def _stages(session: Session, named: Collection[str]) -> list[Finding]:
    path = f"{API}/stages"
    try:
        answer = await session.read(path)
        known = stages_of(rows_in(mapping_of(answer.json()), "stages", path))
    except RemoteError as error:
        return [_refused("reading stages", "r_jobs", error)]
    # A job may have a pipeline of its own, so a name unknown here is not certainly wrong.
    return [
        Finding(f'{SIDE}: stage "{name}"', True, "exists")
        if any(stage.is_called(name) for stage in known)
        else Finding(
            f'{SIDE}: stage "{name}"',
            False,
            "is not in the account's pipeline, which has: " + ", ".join(s.name for s in known),
            "correct the name, unless single jobs have a stage of that name",
        )
        for name in dict.fromkeys(named)
    ]


async def _score_field(session: Session, field: str) -> Finding:
    what = f'{SIDE}: score field "{field}"'
    path = f"{API}/custom_attributes"
    try:
        answer = await session.read(path)
        rows = rows_in(mapping_of(answer.json()), "custom_attributes", path)
    except RemoteError as error:
        return _refused("reading custom attributes", "r_jobs", error)
    known = [row for raw in rows if (row := read_row(Attribute, raw))]
    for row in known:
        if field in (row.id, row.key):
            if row.type is not None and row.type not in _WRITABLE:
                return Finding(
                    what, False, "cannot hold a number", "name an attribute of type short text"
                )
            return Finding(what, True, "exists")
    for row in known:
        if row.label is not None and row.label.casefold() == field.casefold():
            key = row.key or row.id
            return Finding(what, False, "is a label, not a key", f'write score_field = "{key}"')
    return Finding(
        what,
        False,
        "no custom attribute of candidates has this key",
        "make one of type short text in Workable and name its key",
    )


def _limit(answer: Answer, settings: WorkableSettings) -> Finding:
    what = f"{SIDE}: request limit"
    rate = settings.rate
    used = f"syncd keeps to {rate.requests} in {rate.seconds:g} s"
    told = answer.headers.get("x-rate-limit-limit", "")
    if not told.isdecimal():
        return Finding(what, None, used)
    return Finding(what, None, f"{used}; Workable's answers tell {told} per interval")
