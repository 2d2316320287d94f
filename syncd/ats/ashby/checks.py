"""What ``syncd check`` says about an Ashby account. Nothing is written."""

from collections.abc import Collection, Sequence

from syncd.ats.ashby.calls import SIDE, ask, read_list, rows_in
from syncd.ats.ashby.lookups import NUMBERS, TEXTS, find_field, read_fields
from syncd.ats.ashby.plans import Plans
from syncd.ats.ashby.settings import AshbySettings
from syncd.ats.port import Finding
from syncd.ats.wire import mapping_of, text_of
from syncd.errors import CredentialsRefused, NotFound, Rejected, RemoteError
from syncd.http.session import Session
from syncd.model.ats import Stage

# The permission that each call needs, as the vendor's OpenAPI document names it. Passes do
# without all but the first where Ashby does not have them.
_NEEDED = "application.list"
_PERMISSIONS = (
    (_NEEDED, "applications", "candidatesRead"),
    ("jobPosting.list", "job postings", "jobsRead"),
    ("interviewPlan.list", "interview plans", "interviewsRead"),
    ("department.list", "departments", "organizationRead"),
    ("location.list", "locations", "organizationRead"),
    ("archiveReason.list", "archive reasons", "hiringProcessMetadataRead"),
    ("candidateTag.list", "tags", "hiringProcessMetadataRead"),
)

# Jobs whose stages are looked at: enough to find a misspelt name, few requests.
_JOBS_MOST = 10


async def findings(
    session: Session, plans: Plans, settings: AshbySettings, stages: Collection[str]
) -> list[Finding]:
    """One line per thing that must be right; after a refused key nothing more is asked."""
    try:
        answer = await ask(session, "job.list", limit=_JOBS_MOST, status=["Open"])
        jobs = rows_in(mapping_of(answer.json()), "job.list")
    except RemoteError as error:
        return [_refused("reading jobs", "jobsRead", error)]
    found = [Finding(f"{SIDE}: reading jobs", True, "allowed")]
    for call, what, permission in _PERMISSIONS:
        found.append(await _readable(session, call, what, permission))
    found += await _stages(plans, jobs, stages)
    if settings.score_field:
        found.append(await _score_field(session, settings.score_field))
    found.append(
        Finding(
            f"{SIDE}: writing",
            None,
            "whether the key may note, tag and move cannot be told without writing",
            "make sure that it has the permission candidatesWrite",
        )
    )
    rate = settings.rate
    kept = f"syncd keeps to {rate.requests} in {rate.seconds:g} s; Ashby publishes none"
    found.append(Finding(f"{SIDE}: request limit", None, kept))
    return found


async def _readable(session: Session, call: str, what: str, permission: str) -> Finding:
    try:
        if call == _NEEDED:
            answer = await ask(session, call, limit=1)
            rows_in(mapping_of(answer.json()), call)
        else:
            await read_list(session, call)
    except Rejected as error:
        if call != _NEEDED:
            return Finding(f"{SIDE}: reading {what}", None, str(error), f"do without {what}")
        return _refused(f"reading {what}", permission, error)
    except RemoteError as error:
        return _refused(f"reading {what}", permission, error)
    return Finding(f"{SIDE}: reading {what}", True, "allowed")


def _refused(what: str, permission: str, error: RemoteError) -> Finding:
    if not isinstance(error, CredentialsRefused):
        todo = "check base_url, and try again"
    elif error.status == 403:
        todo = f"give the key the permission {permission}, or put the right key into api_key"
    else:
        todo = "put the right key into api_key"
    return Finding(f"{SIDE}: {what}", False, str(error), todo)


async def _stages(plans: Plans, jobs: Sequence[object], named: Collection[str]) -> list[Finding]:
    if not named:
        return []
    if not jobs:
        return [Finding(f"{SIDE}: stages", None, "no job is open, so no stage can be looked up")]
    known: dict[str, Stage] = {}
    for job in map(mapping_of, jobs):
        job_id = text_of(job.get("id"))
        if job_id is None:
            continue
        plans.note_job(job_id, job)
        try:
            for stage in await plans.of_job(job_id):
                known.setdefault(stage.id, stage)
        except NotFound:
            continue
        except RemoteError as error:
            return [_refused("reading stages", "interviewsRead", error)]
    names = ", ".join(dict.fromkeys(stage.name for stage in known.values()))
    # Only some jobs were looked at, so a name unknown here is not certainly wrong.
    return [
        Finding(f'{SIDE}: stage "{name}"', True, "exists")
        if any(stage.is_called(name) for stage in known.values())
        else Finding(
            f'{SIDE}: stage "{name}"',
            False,
            f"is in no plan of the first {len(jobs)} open jobs, which have: {names}",
            "correct the name, unless other jobs have a stage of that name",
        )
        for name in dict.fromkeys(named)
    ]


async def _score_field(session: Session, named: str) -> Finding:
    what = f'{SIDE}: score field "{named}"'
    try:
        field = find_field(await read_fields(session), named)
    except RemoteError as error:
        return _refused("reading custom fields", "hiringProcessMetadataRead", error)
    if field is None:
        return Finding(
            what,
            False,
            "no custom field of applications or candidates has this id or title",
            "make one of the type number in Ashby and name it",
        )
    if field.field_type not in NUMBERS | TEXTS:
        return Finding(what, False, "cannot hold a number", "name a field of the type number")
    return Finding(what, True, f"exists, on each {(field.object_type or '').lower()}")
