"""The tables of the state.

The state holds ids, keyed hashes, times and job titles; never a name, an address, a phone number,
a description or a token. Times are epoch seconds in UTC; ``*_remote`` columns and every time that
is compared with a remote one are on that remote side's clock.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _connection() -> "Column[str]":
    return Column("connection", String(100), nullable=False)


# One row a key: the kept secret (only when the settings hold none), the secret's fingerprint.
keep = Table(
    "keep",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("value", Text, nullable=False),
)

# Who a connection is, learnt once. first_sync_at: the ATS's clock when the first complete pass in
# mode "sync" began to list jobs.
connection = Table(
    "connection",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("workspace_id", String(200)),
    Column("account_id", String(200)),
    Column("first_sync_at", Double),
)

# The hold on a connection. fence only grows; holder is empty when free.
lease = Table(
    "lease",
    metadata,
    Column("connection", String(100), primary_key=True),
    Column("fence", Integer, nullable=False),
    Column("holder", String(200), nullable=False),
    Column("host", String(200), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("pid_started", String(60), nullable=False),
    Column("acquired_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
)

# Request starts of the last window and a remote side's wish to be left alone, across processes.
budget = Table(
    "budget",
    metadata,
    Column("scope", String(200), primary_key=True),
    Column("starts", JSON, nullable=False),
    Column("not_before", Double),
)

# Where an incremental read stands: cursor of the last complete read, resume point of one under way.
# complete_as_of: the remote clock when the last complete read began.
feed = Table(
    "feed",
    metadata,
    _connection(),
    Column("name", String(60), nullable=False),
    Column("cursor", Text),
    Column("resume", Text),
    Column("began_as_of", Double),
    Column("complete_as_of", Double),
    PrimaryKeyConstraint("connection", "name"),
)

# An ATS job. selected_at / cutoff_at / unlimited: see policy.cutoff. stages: [[id, name], ...].
# detail_of: the job's updated_at when its detail and stages were read; description_hash: the
# description that a posting should have, as of then. asked: field -> hashes of what postings were
# asked to be made with, the newest last.
job = Table(
    "job",
    metadata,
    _connection(),
    Column("job_id", String(200), nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("first_seen_at", Double, nullable=False),
    Column("seen_open", Boolean, nullable=False),
    Column("created_at", Double),
    Column("updated_at", Double),
    Column("detail_of", Double),
    Column("description_hash", String(32)),
    Column("stages", JSON),
    Column("employment_type", String(200)),
    Column("template_code", String(64)),
    Column("selected_at", Double),
    Column("cutoff_at", Double),
    Column("unlimited", Boolean, nullable=False),
    Column("closed_at", Double),
    Column("remakes", Integer, nullable=False),
    Column("asked", JSON),
    PrimaryKeyConstraint("connection", "job_id"),
)

# A HeyMilo posting that carries our mark. agreed: field -> [hash of desired, hash of read back],
# and after these the hashes of what was sent since without a certain outcome. role: "ours" |
# "clone". roster_until: HeyMilo's clock up to which its candidates are known (None: never listed).
# swept_at: last full look at everybody.
posting = Table(
    "posting",
    metadata,
    _connection(),
    Column("posting_id", String(200), nullable=False),
    Column("job_id", String(200), nullable=False),
    Column("role", String(10), nullable=False),
    Column("status", String(40), nullable=False),
    Column("native", Boolean, nullable=False),
    Column("template_id", String(200)),
    Column("template_code", String(64)),
    Column("agreed", JSON, nullable=False),
    Column("deadline", Double),
    Column("created_at", Double),
    Column("ended_at", Double),
    Column("observed_at", Double, nullable=False),
    Column("roster_until", Double),
    Column("swept_at", Double),
    Column("looked_at", Double),  # our clock: when its results were last looked for
    PrimaryKeyConstraint("connection", "posting_id"),
    Index("ix_posting_job", "connection", "job_id"),
)

# An application, known by its id and job. problem: why it cannot be sent as it is, for content
# that hashes to content_hash. moved_from_seen_at: when syncd last knew this person in another
# stage or job before it saw the present one. found_stage / left_stage: where syncd found the
# person when inviting and where it last put them.
application = Table(
    "application",
    metadata,
    _connection(),
    Column("application_id", String(200), nullable=False),
    Column("job_id", String(200), nullable=False),
    Column("candidate_id", String(200), nullable=False),
    Column("email_hash", String(32)),
    Column("content_hash", String(32), nullable=False),
    Column("stage", String(200), nullable=False),
    Column("applied_at", Double),
    Column("updated_at", Double),
    Column("first_seen_at", Double, nullable=False),
    Column("moved_from_seen_at", Double),
    Column("out", Boolean, nullable=False),
    Column("barred", Boolean, nullable=False),  # anonymised, or not to be contacted
    Column("gone", Boolean, nullable=False),
    Column("problem", String(60)),
    Column("held_for", String(32)),  # hash of the only_emails setting that held this person back
    Column("admitted", Boolean, nullable=False),  # let in before the cut-off, by `backfill`
    Column("interview_id", String(200)),
    Column("linked", Boolean, nullable=False),  # the interview was sent for another application
    Column("found_stage", String(200)),
    Column("left_stage", String(200)),
    PrimaryKeyConstraint("connection", "application_id", "job_id"),
    Index("ix_application_waiting", "connection", "job_id", "interview_id", "applied_at"),
    Index("ix_application_person", "connection", "job_id", "email_hash"),
    Index("ix_application_candidate", "connection", "job_id", "candidate_id"),
    Index("ix_application_interview", "connection", "interview_id"),
)

# A HeyMilo interview of a posting with our mark, whoever made it. application_id: from its own
# mark. in_flight: not final, worth polling. activity_at: version of what is known; vanished:
# HeyMilo no longer shows it. finished_at, told_at: when the person ended the interview and when
# write-back had dealt with its first result, both on HeyMilo's clock; finished_at is empty where
# syncd did not see it become final.
interview = Table(
    "interview",
    metadata,
    _connection(),
    Column("interview_id", String(200), nullable=False),
    Column("posting_id", String(200), nullable=False),
    Column("job_id", String(200), nullable=False),
    Column("application_id", String(200)),
    Column("email_hash", String(32), nullable=False),
    Column("created_at", Double),
    Column("status", String(40), nullable=False),
    Column("score", Double),
    Column("final", Boolean, nullable=False),
    Column("in_flight", Boolean, nullable=False),
    Column("activity_at", Double),
    Column("finished_at", Double),
    Column("told_at", Double),
    Column("changed_at", Double, nullable=False),  # our clock: when syncd saw the present result
    Column("owed", Boolean, nullable=False),  # a result that write-back has not looked at yet
    Column("vanished", Boolean, nullable=False),
    PrimaryKeyConstraint("connection", "interview_id"),
    Index("ix_interview_posting", "connection", "posting_id", "in_flight"),
    Index("ix_interview_person", "connection", "job_id", "email_hash"),
    Index("ix_interview_application", "connection", "job_id", "application_id"),
    Index("ix_interview_owed", "connection", "owed"),
    Index("ix_interview_told", "connection", "told_at"),
)

# Every remote write, before and after: the journal and the audit in one.
journal = Table(
    "journal",
    metadata,
    _connection(),
    Column("key", String(300), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("job_id", String(200)),
    Column("posting_id", String(200)),
    Column("application_id", String(200)),
    Column("interview_id", String(200)),
    Column("payload_hash", String(32), nullable=False),
    Column("reason", Text, nullable=False),  # which rule asked for it
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("looked_at", Double),
    Column("intended_at", Double, nullable=False),
    Column("sent_at", Double),
    Column("ended_at", Double),
    Column("fence", Integer, nullable=False),
    Column("remote_id", String(200)),
    Column("evidence", JSON, nullable=False),  # status, code, field path; never remote text
    PrimaryKeyConstraint("connection", "key"),
    Index("ix_journal_open", "connection", "state"),
    Index("ix_journal_application", "connection", "application_id"),
    Index("ix_journal_job", "connection", "job_id"),
)

# What needs a person. fingerprint: the matter itself; a dismissed item stays closed until it
# changes.
attention = Table(
    "attention",
    metadata,
    _connection(),
    Column("item_id", String(12), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("todo", Text, nullable=False),
    Column("job_id", String(200)),
    Column("application_id", String(200)),
    Column("posting_id", String(200)),
    Column("opened_at", Double, nullable=False),
    Column("closed_at", Double),
    Column("dismissed", Boolean, nullable=False),
    PrimaryKeyConstraint("connection", "item_id"),
)

# A group that a guard refused, as it was shown; number grows. Its items are those of "guarded"
# with a number from 1 up to its own.
offer = Table(
    "offer",
    metadata,
    _connection(),
    Column("guard", String(20), nullable=False),
    Column("hash", String(12), nullable=False),
    Column("number", Integer, nullable=False),
    Column("shown_at", Double, nullable=False),
    PrimaryKeyConstraint("connection", "guard", "hash"),
)

# An item of refused groups. number: the first offer that showed it, 0 once a person approved it.
# item: a hash of kind, ids and new values.
guarded = Table(
    "guarded",
    metadata,
    _connection(),
    Column("guard", String(20), nullable=False),
    Column("item", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("job_id", String(200)),
    Column("application_id", String(200)),
    Column("approved_at", Double),
    PrimaryKeyConstraint("connection", "guard", "item"),
)

# What must not come back of somebody who was forgotten. what: "application", "candidate" or
# "email" (then value is the keyed hash); person ties the rows of one person together. allowed_at:
# when somebody let this person's later applications in again.
tombstone = Table(
    "tombstone",
    metadata,
    _connection(),
    Column("what", String(20), nullable=False),
    Column("value", String(200), nullable=False),
    Column("person", String(32), nullable=False),
    Column("forgotten_at", Double, nullable=False),
    Column("allowed_at", Double),
    PrimaryKeyConstraint("connection", "what", "value"),
)

# A posting of which a webhook said that it may have news; gone once its candidates were read.
hint = Table(
    "hint",
    metadata,
    _connection(),
    Column("posting_id", String(200), nullable=False),
    Column("hinted_at", Double, nullable=False),
    PrimaryKeyConstraint("connection", "posting_id"),
)

# A webhook registered at HeyMilo. address: keyed hash of the URL, which holds a secret.
webhook = Table(
    "webhook",
    metadata,
    _connection(),
    Column("webhook_id", String(200), nullable=False),
    Column("posting_id", String(200), nullable=False),
    Column("event", String(60), nullable=False),
    Column("address", String(32), nullable=False),
    PrimaryKeyConstraint("connection", "webhook_id"),
)

# What people were notified of and that is not over yet. cause: what, and which.
notice = Table(
    "notice",
    metadata,
    _connection(),
    Column("cause", String(200), nullable=False),
    Column("told_at", Double, nullable=False),
    PrimaryKeyConstraint("connection", "cause"),
)

# The last run and the last success of each phase.
phase_run = Table(
    "phase_run",
    metadata,
    _connection(),
    Column("phase", String(20), nullable=False),
    Column("began_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("succeeded_at", Double),
    Column("outcome", String(20), nullable=False),
    Column("counts", JSON, nullable=False),
    PrimaryKeyConstraint("connection", "phase"),
)
