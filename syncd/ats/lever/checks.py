"""What ``syncd check`` says about a Lever account. Nothing is written."""

from collections.abc import Collection

from syncd.ats.lever.pages import SIDE, one_in, path_of, read_list, rows_in
from syncd.ats.lever.rows import User, stages_of
from syncd.ats.lever.settings import LeverSettings
from syncd.ats.port import Finding
from syncd.ats.wire import mapping_of, read_row
from syncd.errors import CredentialsRefused, NotFound, Rejected, RemoteError
from syncd.http.session import Session

# Who can see and change every opportunity (vendor's description of access roles).
_WIDE = frozenset(("super admin", "admin"))


async def findings(
    session: Session, settings: LeverSettings, stages: Collection[str]
) -> list[Finding]:
    """One line per thing that must be right; after a refused key nothing more is asked."""
    try:
        await _read(session, "postings")
    except RemoteError as error:
        return [_refused("reading postings", error)]
    found = [Finding(f"{SIDE}: reading postings", True, "allowed")]
    found.append(await _readable(session, "opportunities", "opportunities"))
    found.append(await _readable(session, "archive_reasons", "archive reasons", needed=False))
    found.append(await _actor(session, settings.perform_as))
    found += await _stages(session, stages)
    found.append(
        Finding(
            f"{SIDE}: writing",
            None,
            "whether the key may note, tag, move and archive cannot be told without writing",
            "make sure that it may write opportunities and notes",
        )
    )
    rate = settings.rate
    kept = f"syncd keeps to {rate.requests} in {rate.seconds:g} s; Lever's answers tell none"
    found.append(Finding(f"{SIDE}: request limit", None, kept))
    return found


async def _read(session: Session, what: str) -> None:
    path = path_of(what)
    answer = await session.read(path, params={"limit": 1})
    rows_in(mapping_of(answer.json()), path)


async def _readable(session: Session, what: str, named: str, *, needed: bool = True) -> Finding:
    """``needed``: passes cannot do without it where Lever does not have it."""
    try:
        await _read(session, what)
    except Rejected as error:
        if not needed:
            return Finding(f"{SIDE}: reading {named}", None, str(error), f"do without {named}")
        return _refused(f"reading {named}", error)
    except RemoteError as error:
        return _refused(f"reading {named}", error)
    return Finding(f"{SIDE}: reading {named}", True, "allowed")


def _refused(what: str, error: RemoteError) -> Finding:
    if not isinstance(error, CredentialsRefused):
        todo = "check base_url, and try again"
    elif error.status == 403:
        todo = f"let the API key allow {what}"
    else:
        todo = "put the right key into api_key"
    return Finding(f"{SIDE}: {what}", False, str(error), todo)


async def _actor(session: Session, user_id: str) -> Finding:
    what = f"{SIDE}: acting user"
    if not user_id:
        return Finding(what, None, "none, so notes stand under the API key's own name")
    path = path_of("users", user_id)
    try:
        user = read_row(User, one_in(await session.read(path), path))
    except NotFound:
        user = None
    except RemoteError as error:
        return _refused("reading users", error)
    if user is None or user.deactivated_at is not None:
        return Finding(
            what,
            False,
            f"no active user has the id {user_id}",
            "leave perform_as out, or take the id of an active user",
        )
    if user.access_role is not None and user.access_role.strip().lower() not in _WIDE:
        return Finding(
            what,
            None,
            f"{user_id} is no admin and may not reach every opportunity",
            "take the id of an admin",
        )
    return Finding(what, True, user_id)


async def _stages(session: Session, named: Collection[str]) -> list[Finding]:
    try:
        known = stages_of(await read_list(session, path_of("stages")))
    except RemoteError as error:
        return [_refused("reading stages", error)]
    return [
        Finding(f'{SIDE}: stage "{name}"', True, "exists")
        if any(stage.is_called(name) for stage in known)
        else Finding(
            f'{SIDE}: stage "{name}"',
            False,
            "is not in the account's pipeline, which has: " + ", ".join(s.name for s in known),
            "correct the name",
        )
        for name in dict.fromkeys(named)
    ]
