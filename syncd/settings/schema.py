"""Every setting: its name, type, default and meaning.

The example file and the reference page are generated from the descriptions here.
Durations are written like ``10m``; in code they are seconds. Texts may be written as numbers, so
that an identifier may be either. Every secret ``x`` may be given as ``x_file``
(:mod:`syncd.settings.secrets`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    SerializeAsAny,
    model_validator,
)
from pydantic.fields import FieldInfo

from syncd.settings.timetable import parse_schedule
from syncd.settings.units import (
    Rate,
    parse_duration,
    parse_hours,
    parse_rate,
    require_address,
    require_connection_name,
    require_database,
    require_offset,
    require_title_pattern,
    require_url,
    require_zone,
)


def _require_header_safe(value: SecretStr) -> SecretStr:
    """A key travels in a header: nothing but visible ASCII, or the client would refuse it later."""
    text = value.get_secret_value()
    if not text or not all("!" <= character <= "~" for character in text):
        raise ValueError("is empty or holds a space, a line break or a non-ASCII character")
    return value


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


Duration = Annotated[float, BeforeValidator(parse_duration)]
Requests = Annotated[Rate, BeforeValidator(parse_rate)]
Url = Annotated[str, AfterValidator(require_url)]
Moment = Annotated[datetime, AfterValidator(require_offset)]
Schedule = Annotated[str, AfterValidator(parse_schedule)]
ApiKey = Annotated[SecretStr, AfterValidator(_require_header_safe)]
"""A secret that is sent in a header."""
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_none_if_empty)]
"""A secret that may be left out; the empty text counts as left out."""


def _split_lines(value: object) -> object:
    """Several secrets of one file stand one a line."""
    return value.split() if isinstance(value, str) else value


Secrets = Annotated[list[SecretStr], BeforeValidator(_split_lines)]
"""Several secrets; a file holds one a line."""

_SECRET: dict[str, Any] = {"secret": True}


ASKED: dict[str, Any] = {"ask": True}
"""As ``json_schema_extra``: `syncd init` asks for this setting though it has a default."""


class Mode(StrEnum):
    """What a connection may do."""

    OFF = "off"
    PLAN = "plan"
    CREATE_ONLY = "create-only"
    SYNC = "sync"


class Part(BaseModel):
    """A table of the settings: unknown keys are errors, values are never changed later."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
        coerce_numbers_to_str=True,
    )


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting's value must never be shown and may be given as ``<name>_file``."""
    extra = field.json_schema_extra
    return "SecretStr" in repr(field.annotation) or (isinstance(extra, dict) and "secret" in extra)


def is_asked(field: FieldInfo) -> bool:
    """Whether a person must think of a value: it has no default, or none that will do."""
    extra = field.json_schema_extra
    return field.is_required() or (isinstance(extra, dict) and "ask" in extra)


class DatabaseSettings(Part):
    """Where the state lives."""

    url: Annotated[str, AfterValidator(require_database)] = Field(
        "sqlite:///syncd.db",
        repr=False,
        json_schema_extra=_SECRET,
        description="SQLite, relative to this file, or "
        "postgresql+psycopg://user:password@host/name (needs the extra syncd[postgres]).",
    )
    migrate: Literal["auto", "manual"] = Field(
        "auto",
        description='"auto" brings the tables up to date at start; "manual" waits for '
        "`syncd db upgrade`.",
    )


class HeyMiloSettings(Part):
    """The HeyMilo workspace."""

    base_url: Url = Field("https://api.heymilo.ai", description="HeyMilo's API, without /api/v2.")
    api_key: ApiKey = Field(
        description="An API key of the workspace; a key of its own for syncd is best."
    )
    requests_per_minute: int = Field(
        280,
        ge=1,
        description="The most requests in any minute; HeyMilo's published limit is 300 per key.",
    )
    settle: Duration = Field(
        300.0,
        description="How long an uncertain write may take to show before it counts as absent.",
    )


class AtsSettings(Part):
    """The ATS account; what follows depends on its type."""

    type: str = Field(description="Which ATS this is.")
    base_url: Url | None = Field(
        None, description="The ATS's address, without the path of its API version."
    )
    requests: Requests | None = Field(
        None,
        examples=["10/10s"],
        description='The most requests in a time, like "10/10s"; default: the vendor\'s published '
        "limit. Limits in the ATS's answers override it both ways.",
    )
    settle: Duration = Field(
        60.0, description="How long an uncertain write to the ATS may take to show."
    )
    score_field: str = Field(
        "", description="The ATS's own field for the score, where it has none built in."
    )
    webhook_secret: OptionalSecret = Field(
        None, description="Proves that the ATS's webhooks are genuine."
    )


class TemplateRule(Part):
    """Which jobs get which interview template: the first rule that matches.

    Every key given must match one of its patterns; a job that matches no rule is left alone.
    """

    template_code: str = Field(
        min_length=1,
        examples=["ENG-SCREEN"],
        description="The code of the HeyMilo interview template.",
    )
    title: list[str] = Field(
        default_factory=list, description="Patterns of the job's title (* and ?)."
    )
    department: list[str] = Field(
        default_factory=list,
        examples=[["Engineering*"]],
        description="Patterns of the department.",
    )
    location: list[str] = Field(default_factory=list, description="Patterns of the location.")
    employment_type: list[str] = Field(
        default_factory=list, description="Patterns of the employment type."
    )


class PostingSettings(Part):
    """Which jobs get a posting, and what it is like."""

    template_field: str = Field(
        "", description="An ATS job field that holds a template code; it wins over the rules."
    )
    title: Annotated[str, AfterValidator(require_title_pattern)] = Field(
        "{title}",
        description="The posting's title; {title}, {department}, {location} and {id} are "
        "the job's.",
    )
    deadline_days: int = Field(
        30, ge=1, le=365, description="How far ahead the deadline is kept while the job is open."
    )
    archive_when_closed: bool = Field(True, description="Archive the posting of a closed job.")
    archive_after_hours: float = Field(24, ge=0, description="How long after the closing.")
    native_mapping: Literal["report", "activate"] = Field(
        "report",
        description="What to do with a posting that HeyMilo's own ATS integration feeds: leave it "
        "a draft and report it, or activate it. syncd never ingests into it.",
    )
    sender_email: str = Field(
        "", description="Sender e-mail of the invitations, as HeyMilo shows it."
    )
    phone_number: str = Field("", description="Phone number for texts, as HeyMilo shows it.")
    email_template_group: str = Field("", description="E-mail template group, by name.")
    design_template_group: str = Field("", description="Design template group, by name.")
    templates: list[TemplateRule] = Field(
        default_factory=list,
        description="The first rule that matches; a job that matches none is left alone.",
    )


class ApplicantSettings(Part):
    """Who is invited."""

    stages: list[str] = Field(
        default_factory=lambda: ["Applied"],
        min_length=1,
        description="ATS stages in which a person is ingested.",
    )
    applied_after: Moment | None = Field(
        None,
        examples=["2026-11-01T00:00:00Z"],
        description="Only people who applied since; default: per job, the moment it was first "
        "selected, so that a first run invites nobody.",
    )
    batch_size: int = Field(50, ge=1, le=100, description="People in one request to HeyMilo.")
    max_per_run: int = Field(
        500, ge=1, description="The most people invited in one pass, oldest first."
    )
    default_region: str = Field(
        "US", pattern="^[A-Z]{2}$", description="For phone numbers without a country code."
    )
    move_to_stage: str = Field("", description="Where to move a person in the ATS after ingestion.")
    only_emails: list[str] = Field(
        default_factory=list,
        examples=[["*@example.com"]],
        description="For a go-live test: only people whose address matches a pattern; "
        "empty = everyone.",
    )
    hours: Annotated[str, AfterValidator(parse_hours)] = Field(
        "",
        examples=["08:00-20:00 Europe/Berlin"],
        description='When people may be invited, like "08:00-20:00 Europe/Berlin"; empty = always.',
    )


class WritebackRule(Part):
    """What to write for which result; every rule that matches applies.

    Without any rule, a note and the score are written for each final result.
    """

    status: list[str] = Field(
        default_factory=list,
        examples=[["completed", "shortlisted"]],
        description="Final statuses (completed, shortlisted, dismissed, knocked_out), or pending "
        "and in_progress with idle_days; empty = every final one.",
    )
    min_score: float | None = Field(
        None, ge=0, le=100, examples=[70], description="The least score, inclusive, 0 to 100."
    )
    max_score: float | None = Field(
        None,
        ge=0,
        le=101,
        examples=[101],
        description="The score below which it matches: exclusive, so that rules meet without a "
        "gap.",
    )
    idle_days: float | None = Field(
        None,
        gt=0,
        examples=[7],
        description="For pending and in_progress people who have not gone on for so long; "
        "applies once.",
    )
    note: bool = Field(False, description="Write a note with status and score.")
    score: bool = Field(False, description="Write the score into the score field.")
    tag: str = Field("", description="Add this tag.")
    move_to_stage: str = Field(
        "", description="Move to this stage; the first matching rule that names one moves."
    )
    reject: bool = Field(False, description="Reject the person; never done by default.")
    reject_reason: str = Field("", description="The ATS's reason to reject with.")

    @model_validator(mode="after")
    def _sense(self) -> "WritebackRule":
        low, high = self.min_score, self.max_score
        if low is not None and high is not None and low >= high:
            raise ValueError("has a min_score that is not below its max_score, so it never matches")
        if self.reject_reason and not self.reject:
            raise ValueError("has a reject_reason without reject = true")
        return self


def default_rules() -> list[WritebackRule]:
    """What holds when no rule is written: a note and the score for each final result."""
    return [WritebackRule(note=True, score=True)]


class GuardSettings(Part):
    """Changes beyond these wait for ``--approve``."""

    max_archive_share: float = Field(
        0.3, ge=0, le=1, description="Of the postings syncd manages, once there are min_postings."
    )
    max_update_share: float = Field(
        0.5, ge=0, le=1, description="The same for updates of postings."
    )
    min_postings: int = Field(
        10, ge=0, description="Below so many postings the shares are not looked at."
    )


class ConnectionSettings(Part):
    """One ATS account and one HeyMilo workspace."""

    mode: Mode = Field(
        Mode.SYNC,
        description="off | plan | create-only (makes and activates postings, nothing else) | sync.",
    )
    heymilo: HeyMiloSettings
    ats: SerializeAsAny[AtsSettings] = Field(
        description="The ATS; what follows depends on its type."
    )
    postings: PostingSettings = Field(default_factory=PostingSettings)
    applicants: ApplicantSettings = Field(default_factory=ApplicantSettings)
    writeback: list[WritebackRule] = Field(
        default_factory=list,
        description="Without any rule: a note and the score for each final result.",
    )
    guards: GuardSettings = Field(default_factory=GuardSettings)


def _require_ping(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        require_url(value.get_secret_value())
    return value


class DaemonSettings(Part):
    """The listener of ``syncd run``, and whom the daemon tells how it fares."""

    listen: Annotated[str, AfterValidator(require_address)] = Field(
        "127.0.0.1:8710",
        description='Health, metrics, status page, webhooks; "" = none. Reachable from other '
        "machines only together with a token.",
    )
    token: OptionalSecret = Field(
        None,
        description="Asked of whoever opens the status page, the metrics or /readyz: as a bearer "
        "token, or as the password a browser asks for (with any user name).",
    )
    public_url: Annotated[str, AfterValidator(lambda v: require_url(v) if v else v)] = Field(
        "", description='Where webhooks can reach us; "" = poll only.'
    )
    ping_url: Annotated[OptionalSecret, AfterValidator(_require_ping)] = Field(
        None,
        description="A dead man's switch that is told that the daemon works, in the manner of "
        "healthchecks: the address itself for success, /start and /fail below it.",
    )
    notify: Secrets = Field(
        default_factory=list,
        description="Apprise addresses that are told when something needs a person, and when it "
        "no longer does (needs the extra syncd[notify]).",
    )


class ScheduleSettings(Part):
    """How often ``syncd run`` looks, per phase."""

    postings: Schedule = Field("10m", description="A crontab line, or an interval from 1s.")
    applicants: Schedule = Field("2m", description="As for postings.")
    results: Schedule = Field("2m", description="As for postings.")
    writeback: Schedule = Field("1m", description="As for postings.")
    greatest_age: Duration = Field(
        7200.0,
        ge=60.0,
        description="Every posting with people in flight is looked at for results at least this "
        "often, however many there are; what cannot be kept is reported.",
    )
    timezone: Annotated[str, AfterValidator(require_zone)] = Field(
        "UTC",
        examples=["Europe/Berlin"],
        description="The time zone of the crontab lines.",
    )


ConnectionName = Annotated[str, AfterValidator(require_connection_name)]


class Settings(Part):
    """The whole file."""

    installation: str = Field(
        "",
        max_length=60,
        description="Marks on the remote side carry it. Default: 12 hex digits of a hash of "
        "workspace, ATS account and connection.",
    )
    secret: OptionalSecret = Field(
        None,
        description="Keys the hashes in the state and the webhook paths; do not change it later. "
        "Without it one is kept in the state, beside what it protects.",
    )
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    daemon: DaemonSettings = Field(default_factory=DaemonSettings)
    schedule: ScheduleSettings = Field(default_factory=ScheduleSettings)
    connections: dict[ConnectionName, ConnectionSettings] = Field(
        min_length=1,
        description="One table each; the name is yours to choose and part of the marks.",
    )
