"""What of jobs and postings needs a person, in words."""

from collections.abc import Sequence

from syncd.phases.context import Context
from syncd.policy.postings import Observed
from syncd.store.jobs import JobRow
from syncd.store.postings import PostingRow

KINDS = frozenset(
    {
        "job.missing",
        "job.title_too_short",
        "job.unselected",
        "posting.archived_while_open",
        "posting.clone",
        "posting.edited",
        "posting.foreign_mark",
        "posting.gone",
        "posting.native_mapping",
        "posting.not_active",
        "posting.not_revived",
        "posting.refused",
        "posting.template_changed",
        "posting.title_taken",
        "resource.unknown",
        "template.unknown",
        "webhook.refused",
    }
)


def job_missing(ctx: Context, row: JobRow | None, posting: Observed) -> None:
    job_id = posting.job_id or ""
    name = f"“{row.title}” ({job_id})" if row else job_id
    ctx.tell(
        "job.missing",
        job_id,
        f"Job {name} is not in the ATS any more, but was not seen to be closed.",
        "Check that the credentials still see the job; close it in the ATS to have its posting "
        "archived.",
        job_id=job_id,
        posting_id=posting.id,
    )


def clone(ctx: Context, row: JobRow, posting: Observed, current: Observed | None) -> None:
    ctx.tell(
        "posting.clone",
        posting.id,
        f"Posting {posting.id} carries the mark of job “{row.title}” ({row.job_id}) as well as "
        f"posting {current.id if current else '?'}.",
        f"Archive posting {posting.id} in HeyMilo, or remove its external_id.",
        job_id=row.job_id,
        posting_id=posting.id,
    )


def unselected(ctx: Context, row: JobRow, posting: Observed) -> None:
    ctx.tell(
        "job.unselected",
        row.job_id,
        f"No template rule matches job “{row.title}” ({row.job_id}) any more, but its posting "
        f"{posting.id} is live; nobody new is invited.",
        "Add a rule that matches it, or archive the posting in HeyMilo.",
        job_id=row.job_id,
        posting_id=posting.id,
    )


def archived_while_open(ctx: Context, row: JobRow, posting: Observed) -> None:
    ctx.tell(
        "posting.archived_while_open",
        posting.id,
        f"Posting {posting.id} of the open job “{row.title}” ({row.job_id}) is archived.",
        "Unarchive it in HeyMilo, or have a new one made with `syncd attention retry`.",
        job_id=row.job_id,
        posting_id=posting.id,
    )


def posting_gone(ctx: Context, row: JobRow, posting: PostingRow) -> None:
    ctx.tell(
        "posting.gone",
        posting.posting_id,
        f"Posting {posting.posting_id} of the open job “{row.title}” ({row.job_id}) is gone from "
        "HeyMilo.",
        "Have a new one made with `syncd attention retry`, or close the job.",
        job_id=row.job_id,
        posting_id=posting.posting_id,
    )


def template_changed(ctx: Context, row: JobRow, posting: Observed, made_from: str) -> None:
    ctx.tell(
        "posting.template_changed",
        posting.id,
        f"Posting {posting.id} of job “{row.title}” ({row.job_id}) was made from template "
        f"{made_from}; the settings now name {row.template_code}.",
        "Keep it and dismiss this, or archive the posting in HeyMilo: that is reported next, and "
        "`syncd attention retry` then makes a new one.",
        of=(made_from, row.template_code or ""),
        job_id=row.job_id,
        posting_id=posting.id,
    )


def foreign(ctx: Context, row: JobRow, posting: Observed) -> None:
    ctx.tell(
        "posting.foreign_mark",
        posting.id,
        f"Posting {posting.id} of job “{row.title}” ({row.job_id}) carries the mark of another "
        f"installation ({posting.owner}), so none is made here.",
        f"Set installation and connection to match {posting.owner}, or remove the keys syncd and "
        "external_id from the posting's metadata in HeyMilo.",
        job_id=row.job_id,
        posting_id=posting.id,
    )


def title_taken(ctx: Context, row: JobRow, title: str, taken: Sequence[str]) -> None:
    ctx.tell(
        "posting.title_taken",
        row.job_id,
        f"A live posting without a mark ({', '.join(sorted(taken))}) already bears the title of "
        f"job “{row.title}” ({row.job_id}), so none is made.",
        f"Take it as this job's with `syncd adopt --job {row.job_id} --posting "
        f"{min(taken)}`, or archive or rename it in HeyMilo.",
        of=(title, *sorted(taken)),
        job_id=row.job_id,
    )


def native(ctx: Context, row: JobRow, posting: Observed) -> None:
    ctx.tell(
        "posting.native_mapping",
        posting.id,
        f"Posting {posting.id} of job “{row.title}” ({row.job_id}) is fed by HeyMilo's own ATS "
        "integration, so syncd leaves it a draft and invites nobody into it.",
        'Use a template without an ATS mapping, or set native_mapping = "activate".',
        job_id=row.job_id,
        posting_id=posting.id,
    )


def not_active(ctx: Context, row: JobRow | None, posting: Observed) -> None:
    ctx.tell(
        "posting.not_active",
        posting.id,
        f"Posting {posting.id} was activated but still reads {posting.status!r}.",
        "Look at the posting in HeyMilo; syncd tries again on the next pass.",
        job_id=row.job_id if row else posting.job_id,
        posting_id=posting.id,
    )


def not_revived(ctx: Context, row: JobRow, posting: Observed) -> None:
    ctx.tell(
        "posting.not_revived",
        posting.id,
        f"Posting {posting.id} of job “{row.title}” ({row.job_id}) is still expired although its "
        "deadline lies ahead.",
        "Reactivate it in HeyMilo, or archive it there: that is reported next, and "
        "`syncd attention retry` then makes a new one.",
        job_id=row.job_id,
        posting_id=posting.id,
    )


def edited(ctx: Context, row: JobRow, posting: Observed, name: str) -> None:
    ctx.tell(
        "posting.edited",
        f"{posting.id}/{name}",
        f"Somebody changed the {name} of posting {posting.id} (job “{row.title}”, {row.job_id}) in "
        "HeyMilo; it is kept.",
        "Make both sides equal, or dismiss this to keep the difference.",
        of=(name, posting.fields[name]),
        job_id=row.job_id,
        posting_id=posting.id,
    )


def unknown_template(ctx: Context, row: JobRow, code: str) -> None:
    ctx.tell(
        "template.unknown",
        row.job_id,
        f"HeyMilo has no interview template with the code {code}, which job “{row.title}” "
        f"({row.job_id}) is to have.",
        "Correct the code in the settings or in the job, or make the template in HeyMilo.",
        of=(code,),
        job_id=row.job_id,
    )


def unknown_resource(ctx: Context, row: JobRow, setting: str) -> None:
    ctx.tell(
        "resource.unknown",
        f"{row.job_id}/{setting}",
        f"HeyMilo does not know what postings.{setting} names, so job “{row.title}” "
        f"({row.job_id}) gets no new posting.",
        f"Correct postings.{setting}; `syncd check` lists what there is.",
        job_id=row.job_id,
    )


def title_too_short(ctx: Context, row: JobRow) -> None:
    ctx.tell(
        "job.title_too_short",
        row.job_id,
        f"The title of job {row.job_id} has fewer than 3 characters, which HeyMilo refuses.",
        "Lengthen the job's title in the ATS, or set postings.title.",
        of=(row.title,),
        job_id=row.job_id,
    )


def refused(ctx: Context, row: JobRow | None, job_id: str, what: str, status: int | None) -> None:
    name = f"“{row.title}” ({job_id})" if row else job_id
    ctx.tell(
        "posting.refused",
        f"{job_id}/{what}",
        f"HeyMilo refused to {what} the posting of job {name} (HTTP {status}).",
        "Look at the job's title and description and at the template; syncd tries again each pass.",
        of=(what, str(status)),
        job_id=job_id,
    )
