"""What ``syncd check`` says about a Bullhorn account. Nothing is written."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from syncd.ats.bullhorn.applications import ENTITY, Applications
from syncd.ats.bullhorn.desk import Desk
from syncd.ats.bullhorn.errors import SIDE
from syncd.ats.bullhorn.fields import read_meta
from syncd.ats.bullhorn.notes import Notes
from syncd.ats.bullhorn.pages import path_of, rows_in
from syncd.ats.bullhorn.rows import is_one_of, stages_of, statuses_of
from syncd.ats.bullhorn.settings import BullhornSettings
from syncd.ats.port import Finding
from syncd.ats.wire import mapping_of
from syncd.errors import CredentialsRefused, RemoteError
from syncd.http.renewed import RenewedSession

# What each is read by: people are in the search index, and need not be in what can be queried.
_ENTITIES = (
    ("JobOrder", "jobs", ("query",)),
    (ENTITY, "submissions", ("query",)),
    ("Candidate", "candidates", ("search", "query")),
)
_ANY = {"query": {"where": "id>0"}, "search": {"query": "isDeleted:0"}}
_RIGHTS = "give the API user's type the right to see and change {} in Bullhorn"


async def findings(
    session: RenewedSession,
    desk: Desk,
    applications: Applications,
    notes: Notes,
    settings: BullhornSettings,
    stages: Collection[str],
) -> list[Finding]:
    """One line per thing that must be right; after a refused login nothing more is asked."""
    found = []
    try:
        for entity, what, ways in _ENTITIES:
            found.append(await _readable(session, entity, what, ways))
    except CredentialsRefused as error:
        return [*found, _refused("logging in", "REST API", error)]
    found += await _people(applications, notes)
    found.append(await _guarded("acting user", "users", lambda: _actor(desk)))
    found.append(await _guarded("notes", "notes", lambda: _action(desk, settings)))
    try:
        found += _stages(await desk.statuses(), stages)
        found += await _decisions(desk, settings)
    except RemoteError as error:
        found.append(_refused("reading statuses", "the status list", error))
    found.append(await _guarded("score", "submissions", lambda: _score(session, settings)))
    rate = settings.rate
    found.append(
        Finding(
            f"{SIDE}: request limit",
            None,
            f"syncd keeps to {rate.requests} in {rate.seconds:g} s; Bullhorn's answers tell no "
            "limit, and an account has a number of calls a month besides",
        )
    )
    return found


async def _readable(
    session: RenewedSession, entity: str, what: str, ways: Sequence[str]
) -> Finding:
    """Whether one of the ways shows a row, or that there is none; the first refusal is told."""
    refused: list[Finding] = []
    for way in ways:
        path = path_of(way, entity)
        params: dict[str, str | int] = {**_ANY[way], "fields": "id", "count": 1}
        try:
            answer = await session.read(path, params=params)
            rows_in(mapping_of(answer.json()), path)
        except RemoteError as error:
            if isinstance(error, CredentialsRefused) and error.status != 403:
                raise
            refused.append(_refused(f"reading {what}", what, error))
        else:
            return Finding(f"{SIDE}: reading {what}", True, "allowed")
    return refused[0]


def _refused(what: str, rights: str, error: RemoteError) -> Finding:
    if isinstance(error, CredentialsRefused) and error.status != 403:
        todo = "put the right username, password, client_id and client_secret into the settings"
    elif isinstance(error, CredentialsRefused):
        todo = _RIGHTS.format(rights)
    else:
        todo = f"check login_url; {_RIGHTS.format(rights)}"
    return Finding(f"{SIDE}: {what}", False, str(error), todo)


async def _guarded(what: str, rights: str, look: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await look()
    except RemoteError as error:
        return _refused(what, rights, error)


async def _people(applications: Applications, notes: Notes) -> list[Finding]:
    """Whether it shows who must be left alone, and, by one of those who applied, the notes."""
    what = f"{SIDE}: marks of candidates"
    try:
        somebody = await applications.probe()
    except RemoteError as error:
        return [_refused("marks of candidates", "candidates", error)]
    found = [
        Finding(what, True, "deleted people and those not to be contacted are told apart")
        if applications.sees_flags
        else Finding(
            what,
            False,
            "Bullhorn does not show this user who was deleted or must not be contacted",
            _RIGHTS.format("the fields isDeleted, status and massMailOptOut of candidates"),
        )
    ]
    if somebody is not None:
        found.append(await _guarded("reading notes", "notes", lambda: _notes(notes, somebody)))
    return found


async def _notes(notes: Notes, candidate_id: str) -> Finding:
    await notes.read(candidate_id)
    return Finding(f"{SIDE}: reading notes", True, "allowed")


async def _actor(desk: Desk) -> Finding:
    actor = await desk.find_actor()
    if actor is None:
        return Finding(
            f"{SIDE}: acting user", None, "is not told; Bullhorn names the API user by itself"
        )
    return Finding(f"{SIDE}: acting user", True, str(actor))


async def _action(desk: Desk, settings: BullhornSettings) -> Finding:
    what = f"{SIDE}: action type of notes"
    known, chosen = await desk.actions(), await desk.find_action()
    if not known:
        return Finding(what, None, f"{chosen}; Bullhorn does not tell its list")
    if chosen.casefold() in {name.casefold() for name in known}:
        return Finding(what, True, chosen)
    return Finding(
        what,
        False,
        f'"{chosen}" is not in the list',
        "set note_action to one of: " + ", ".join(known),
    )


def _stages(statuses: Collection[str], named: Collection[str]) -> list[Finding]:
    known = stages_of(tuple(statuses))
    return [
        Finding(f'{SIDE}: stage "{name}"', True, "exists")
        if any(stage.is_called(name) for stage in known)
        else Finding(
            f'{SIDE}: stage "{name}"',
            False,
            "is no status of submissions; there are: " + ", ".join(s.name for s in known),
            "correct the name",
        )
        for name in dict.fromkeys(named)
    ]


async def _decisions(desk: Desk, settings: BullhornSettings) -> list[Finding]:
    """Whether the account's own words for yes and no are among those of the settings."""
    found = []
    for own, setting, patterns in (
        ("rejectedJobResponseStatus", "rejected_statuses", settings.rejected_statuses),
        ("submissionPlacedStatus", "hired_statuses", settings.hired_statuses),
    ):
        names = [
            name for name in statuses_of(await desk.setting(own)) if not is_one_of(name, patterns)
        ]
        if names:
            found.append(
                Finding(
                    f"{SIDE}: {setting}",
                    False,
                    "lacks what this account calls so: " + ", ".join(names),
                    f"add it to {setting}, or people in it may be invited or moved",
                )
            )
        else:
            found.append(Finding(f"{SIDE}: {setting}", True, ", ".join(patterns) or "none"))
    return found


async def _score(session: RenewedSession, settings: BullhornSettings) -> Finding:
    what = f"{SIDE}: score"
    known = await read_meta(session, ENTITY)
    field = settings.score_field
    if known is None:
        if field:
            return Finding(what, None, f"goes into {field}; Bullhorn does not tell its fields")
        return Finding(what, False, "Bullhorn does not tell its fields", "set score_field")
    if "screeningScore" in known:
        return Finding(what, True, "goes into screeningScore")
    if field in known:
        return Finding(what, True, f"goes into {field}")
    return Finding(
        what,
        False,
        f"there is no field {field} to write" if field else "there is no field screeningScore",
        "name a custom field of submissions in score_field, for example customInt1",
    )
