"""What ``syncd check`` says about a Greenhouse account. Nothing is written."""

from collections.abc import Collection, Sequence

from syncd.ats.greenhouse.errors import SIDE
from syncd.ats.greenhouse.lookups import NUMBERS, TEXTS, find_field, read_fields
from syncd.ats.greenhouse.pages import IDS_MOST, path_of, read_by_ids, rows_in
from syncd.ats.greenhouse.rows import stages_of
from syncd.ats.greenhouse.settings import GreenhouseSettings
from syncd.ats.port import Finding
from syncd.ats.wire import flag_of, mapping_of, text_of
from syncd.errors import CredentialsRefused, NotFound, RemoteError
from syncd.http.renewed import RenewedSession
from syncd.http.session import Budget
from syncd.model.ats import Stage

# What is read, and whether syncd can do without.
_READS = (
    ("job_posts", False),
    ("job_interview_stages", False),
    ("applications", False),
    ("candidates", False),
    ("notes", False),
    ("departments", True),
    ("offices", True),
    ("candidate_tags", True),
    ("rejection_reasons", True),
)
_WRITES = (
    "harvest:applications:move",
    "harvest:applications:reject",
    "harvest:applications:update",
    "harvest:notes:create",
    "harvest:candidate_tags:create",
    "harvest:applied_candidate_tags:create",
)


async def findings(
    session: RenewedSession, budget: Budget, settings: GreenhouseSettings, stages: Collection[str]
) -> list[Finding]:
    """One line per thing that must be right; after refused credentials nothing more is asked."""
    try:
        shown = await _read(session, "jobs")
    except RemoteError as error:
        return [_refused("jobs", error)]
    what = f"{SIDE}: reading jobs"
    found = [Finding(what, True, "allowed")]
    if not shown:
        todo = "unless there is no job at all, put the id of a Site Admin into user_id"
        found = [Finding(what, None, "allowed, but no job is shown", todo)]
    for what, spared in _READS:
        found.append(await _readable(session, what, spared=spared))
    found.append(await _actor(session, settings.user_id))
    found += [one for one in await _stages(session, stages) if one not in found]
    if settings.score_field:
        found.append(await _score_field(session, settings.score_field))
    found.append(
        Finding(
            f"{SIDE}: writing",
            None,
            "whether the credentials may write cannot be told without writing",
            "make sure that they have, as far as your rules need them, " + ", ".join(_WRITES),
        )
    )
    rate = budget.rate
    kept = f"{rate.requests} in {rate.seconds:g} s, as the last answers told"
    if rate == settings.rate:
        kept = f"syncd keeps to {rate.requests} in {rate.seconds:g} s"
    found.append(Finding(f"{SIDE}: request limit", None, kept))
    return found


async def _read(session: RenewedSession, what: str) -> Sequence[object]:
    path = path_of(what)
    return rows_in(await session.read(path, params={"per_page": 1}), path)


async def _readable(session: RenewedSession, what: str, *, spared: bool) -> Finding:
    try:
        await _read(session, what)
    except RemoteError as error:
        finding = _refused(what, error)
        if spared and error.status in (403, 404):
            return Finding(finding.what, None, finding.detail, finding.todo)
        return finding
    return Finding(f"{SIDE}: reading {_named(what)}", True, "allowed")


def _named(what: str) -> str:
    return what.replace("_", " ")


def _refused(what: str, error: RemoteError) -> Finding:
    if not isinstance(error, CredentialsRefused):
        todo = "check base_url and auth_url, and try again"
    elif error.status == 403:
        todo = (
            f"give the credentials the scope harvest:{what}:list, and put the id of a Site Admin "
            "into user_id"
        )
    else:
        todo = "put the right client_id, client_secret and user_id into the settings"
    return Finding(f"{SIDE}: reading {_named(what)}", False, str(error), todo)


async def _actor(session: RenewedSession, user_id: str) -> Finding:
    what = f"{SIDE}: acting user"
    if not user_id:
        return Finding(what, None, "the service user of the credentials")
    try:
        rows = await _rows_of_user(session, user_id)
    except CredentialsRefused as error:
        if error.status != 403:
            return _refused("users", error)
        return Finding(
            what,
            None,
            f"{user_id}; without the scope harvest:users:list nothing more can be told",
            "make sure that it is a Site Admin",
        )
    except NotFound:
        return Finding(what, None, user_id)
    except RemoteError as error:
        return _refused("users", error)
    user = next((row for row in rows if text_of(row.get("id")) == user_id), None)
    gone = user is None or flag_of(user.get("deactivated")) or flag_of(user.get("disabled"))
    if gone:
        return Finding(
            what,
            False,
            f"no active user has the id {user_id}",
            "put the id of an active Site Admin into user_id",
        )
    if user is not None and user.get("site_admin") is False:
        return Finding(
            what,
            False,
            f"{user_id} is no Site Admin, so lists are not open to it",
            "put the id of a Site Admin into user_id",
        )
    return Finding(what, True, user_id)


async def _rows_of_user(session: RenewedSession, user_id: str) -> list[dict[str, object]]:
    pages = read_by_ids(session, "users", [user_id])
    return [dict(mapping_of(raw)) async for page in pages for raw in page.rows]


async def _stages(session: RenewedSession, named: Collection[str]) -> list[Finding]:
    """Whether open jobs have stages of these names; so many are looked at as one request names."""
    if not named:
        return []
    known: dict[str, Stage] = {}
    try:
        path = path_of("jobs")
        answer = await session.read(path, params={"status": "open", "per_page": IDS_MOST})
        jobs = [i for raw in rows_in(answer, path) if (i := text_of(mapping_of(raw).get("id")))]
        async for page in read_by_ids(session, "job_interview_stages", jobs, name="job_ids"):
            for raw in page.rows:
                job_id = text_of(mapping_of(raw).get("job_id")) or ""
                known |= {stage.id: stage for stage in stages_of([raw], job_id)}
    except RemoteError as error:
        return [_refused("job_interview_stages", error)]
    if not jobs:
        return [Finding(f"{SIDE}: stages", None, "no job is open, so no stage can be looked up")]
    names = ", ".join(dict.fromkeys(stage.name for stage in known.values()))
    return [
        Finding(f'{SIDE}: stage "{name}"', True, "exists")
        if any(stage.is_called(name) for stage in known.values())
        else Finding(
            f'{SIDE}: stage "{name}"',
            False,
            f"is in no pipeline of the newest {len(jobs)} open jobs, which have: {names}",
            "correct the name, unless other jobs have a stage of that name",
        )
        for name in dict.fromkeys(named)
    ]


async def _score_field(session: RenewedSession, named: str) -> Finding:
    what = f'{SIDE}: score field "{named}"'
    try:
        field = find_field(await read_fields(session), named)
    except RemoteError as error:
        return _refused("custom_fields", error)
    if field is None:
        return Finding(
            what,
            False,
            "no custom field of applications has this key, name or id",
            "make one of the type number in Greenhouse and name it",
        )
    if field.value_type not in NUMBERS | TEXTS:
        return Finding(what, False, "cannot hold a number", "name a field of the type number")
    return Finding(what, True, f"exists, with the key {field.name_key or field.id}")
