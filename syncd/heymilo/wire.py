"""What the HeyMilo API says, as far as syncd reads it.

Extra fields are left out, null counts as not said, unknown words of a status or a step type are
kept as they are. Only the ids that something is known by must be there; whatever is there must be
of its type, since a guessed score or mark would be worse than none. Times are epoch seconds on
HeyMilo's clock. Personal fields and links that open an interview are left out of ``repr``.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def read_moment(value: object) -> float:
    """Epoch seconds from a number, or from ISO 8601 (UTC where it says no offset).

    Both are published: numbers nearly everywhere, text in ``ats_metadata``.
    """
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            moment = datetime.fromisoformat(str(value))
            value = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("is not a moment")
    return float(value)


def _said(value: object) -> object:
    """A metadata map without the keys whose value is null."""
    if isinstance(value, Mapping):
        return {key: held for key, held in value.items() if held is not None}
    return value


Id = Annotated[str, Field(min_length=1)]
Moment = Annotated[float, BeforeValidator(read_moment)]
Score = Annotated[float, Field(allow_inf_nan=False)]
Metadata = Annotated[dict[str, str], BeforeValidator(_said)]


class Wire(BaseModel):
    """Something HeyMilo said."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            return {key: value for key, value in data.items() if value is not None}
        return data


class Workspace(Wire):
    """The workspace of the API key; its schema is published as a free object only."""

    id: Id = Field(validation_alias=AliasChoices("id", "workspace_id", "company_id"))
    name: str = ""


class PostingUrls(Wire):
    """A posting's links; the intake key that stands beside them is a secret and not read."""

    candidate_url: str | None = Field(None, repr=False)
    review_url: str | None = None


class WorkflowStep(Wire):
    """A step every candidate of a posting goes through."""

    id: str | None = None
    type: str = ""
    order: int = 0


class Posting(Wire):
    """An interviewer. ``native`` and what follows tell of HeyMilo's own ATS integration."""

    id: Id
    company_id: str = ""
    title: str = ""
    name: str | None = None
    description: str = Field("", repr=False)
    language: str | None = None
    interviewer_name: str | None = Field(None, repr=False)
    status: str = ""
    finalized: bool = False
    archived: bool = False
    test_posting: bool = False
    workflow: tuple[WorkflowStep, ...] = ()
    urls: PostingUrls | None = None
    deadline: Moment | None = None
    max_retakes: int | None = None
    retake_cooldown_days: float | None = None
    allow_sms_comms: bool | None = None
    email_report_to_candidate: bool | None = None
    instructions: str | None = Field(None, repr=False)
    company_overview: str | None = Field(None, repr=False)
    job_overview: str | None = Field(None, repr=False)
    interview_process_overview: str | None = Field(None, repr=False)
    phone_number_id: str | None = None
    sender_email_id: str | None = None
    email_template_group_id: str | None = None
    design_template_group_id: str | None = None
    redirect_url: str | None = None
    scheduling_url: str | None = None
    ats_metadata: dict[str, Any] | None = Field(None, repr=False)
    metadata: Metadata | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None

    @property
    def native(self) -> bool:
        """Whether HeyMilo's own ATS integration feeds this posting."""
        return bool(self.ats_metadata)

    @property
    def pending_activation(self) -> bool:
        """Whether the native mapping still waits for the activation."""
        return bool((self.ats_metadata or {}).get("pending_activation"))

    @property
    def mapping_activated_at(self) -> float | None:
        """When the native mapping was attached; None if it was not, or not readably so."""
        try:
            return read_moment((self.ats_metadata or {}).get("mapping_activated_at"))
        except ValueError:
            return None


class CreatedPosting(Wire):
    """What a creation answers; ``posting`` is the whole of it, where it is told."""

    id: Id
    status: str = ""
    urls: PostingUrls | None = None
    created_at: Moment | None = None
    posting: Posting | None = None


class PostingSummary(Wire):
    """The light list's row."""

    id: Id
    title: str = ""
    name: str | None = None


class PostingStats(Wire):
    """Counts of one posting: whether anything can have changed, in one request."""

    posting_id: Id
    total_candidates: int | None = None
    completed_interviews: int | None = None
    average_interview_score: Score | None = None
    average_resume_score: Score | None = None


class InterviewTemplate(Wire):
    """What postings are made from; ``posting_id`` is its blueprint, never to be touched."""

    id: Id
    template_code: str = ""
    name: str = ""
    description: str | None = Field(None, repr=False)
    posting_id: str | None = None
    is_default: bool = False
    created_at: Moment | None = None
    updated_at: Moment | None = None


class Step(Wire):
    """How far one person is in one step."""

    step_id: str = ""
    order: int = 0
    status: str = ""
    started: bool = False
    completed: bool = False
    knocked_out: bool = False
    last_updated_at: Moment | None = None


class CandidateWorkflow(Wire):
    """How far one person is."""

    steps: tuple[Step, ...] = ()
    all_complete: bool = False
    last_activity_at: Moment | None = None


class Candidate(Wire):
    """One person's interview for one posting. ``score`` is 0 to 100; 0 is one, None is none."""

    interview_id: Id
    posting_id: str = ""
    candidate_id: str | None = None
    name: str = Field("", repr=False)
    email: str = Field("", repr=False)
    score: Score | None = None
    status: str = ""
    interview_url: str | None = Field(None, repr=False)
    workflow: CandidateWorkflow | None = None
    shortlisted: bool = False
    dismissed: bool = False
    metadata: Metadata | None = None
    interviewed_at: Moment | None = None
    created_at: Moment | None = None


class Ingested(Wire):
    """What an ingestion answers for one person; only ``metadata`` tells whom it means."""

    interview_id: Id
    interview_url: str | None = Field(None, repr=False)
    posting_id: str | None = None
    metadata: Metadata | None = None
    candidate: Candidate | None = None


class InterviewData(Wire):
    """One interview by its id; its status is ``not_ready`` before there is anything to tell."""

    interview_id: Id
    posting_id: str | None = None
    candidate_id: str | None = None
    name: str = Field("", repr=False)
    email: str = Field("", repr=False)
    score: Score | None = None
    status: str = ""
    workflow: CandidateWorkflow | None = None
    metadata: Metadata | None = None


class InterviewMetadata(Wire):
    """The metadata of an interview."""

    metadata: Metadata = Field(default_factory=dict)


class Webhook(Wire):
    """A registration; its address holds a token of ours."""

    webhook_id: Id = Field(validation_alias=AliasChoices("webhook_id", "id"))
    posting_id: str = ""
    url: str = Field("", repr=False, validation_alias=AliasChoices("url", "webhook_url"))
    event_type: str = ""
    is_active: bool = True
    created_at: Moment | None = None


class SenderEmail(Wire):
    """An address that invitations can come from."""

    id: Id
    full_email: str = Field("", repr=False)


class PhoneNumber(Wire):
    """A number that texts can come from."""

    id: Id
    phone_number: str = Field("", repr=False)
    country_code: str | None = None
    active: bool = True


class EmailTemplateGroup(Wire):
    """A set of e-mail templates."""

    id: Id
    name: str = ""
    sender_email_id: str | None = None


class DesignTemplateGroup(Wire):
    """A set of design templates."""

    id: Id
    name: str = ""
    is_default: bool = False


class Voice(Wire):
    """A voice of the interviewer."""

    id: Id
    name: str = ""
    provider: str = ""
    language: str | None = None


class AtsConnection(Wire):
    """A native ATS integration of the workspace (not in the seed schemas)."""

    integration_id: Id
    ats_provider: str = ""
    source: str = "native"
    display_name: str | None = None
    is_active: bool = True


class Pagination(Wire):
    """Where a list stands."""

    has_more: bool
