"""The request bodies HeyMilo publishes, with their limits."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Delivery = Literal["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"]
Text = Annotated[str, StringConstraints(max_length=10_000)]


def _check_metadata(value: dict[str, str]) -> dict[str, str]:
    if len(value) > 50:
        raise ValueError("metadata may have up to 50 keys")
    if any(len(key) > 40 for key in value):
        raise ValueError("metadata keys may have up to 40 characters")
    if any(len(text) > 500 for text in value.values()):
        raise ValueError("metadata values may have up to 500 characters")
    return value


def _check_moment(value: str) -> str:
    datetime.fromisoformat(value)
    return value


Metadata = Annotated[dict[str, str], AfterValidator(_check_metadata)]
Moment = Annotated[str, AfterValidator(_check_moment)]


class Body(BaseModel):
    """Extra keys are ignored, as FastAPI does unless told otherwise."""

    model_config = ConfigDict(extra="ignore")


class Step(Body):
    type: Literal["web_interview", "conversational_sms", "resume", "form"]
    config: dict[str, Any] | None = None
    questions: list[dict[str, Any]] | None = None


class PostingFields(Body):
    """What creating and updating a posting have in common."""

    language: str | None = None
    interview_process_overview: Text | None = None
    company_overview_delivery_mode: Delivery | None = None
    job_overview_delivery_mode: Delivery | None = None
    interview_process_overview_delivery_mode: Delivery | None = None
    phone_number_id: str | None = None
    sender_email_id: str | None = None
    email_template_group_id: str | None = None
    design_template_group_id: str | None = None
    redirect_url: str | None = None
    scheduling_url: str | None = None
    deadline: Moment | None = None
    allow_sms_comms: bool | None = None
    max_retakes: Annotated[int, Field(ge=0, le=5)] | None = None
    retake_cooldown_days: Annotated[float, Field(ge=0)] | None = None
    email_report_to_candidate: bool | None = None
    metadata: Metadata | None = None


class CreatePosting(PostingFields):
    title: Annotated[str, StringConstraints(min_length=3, max_length=200)]
    description: Annotated[str, StringConstraints(max_length=50_000)] = ""
    workflow: list[Step] | None = None
    interview_template_id: str | None = None
    name: str | None = None
    interviewer_name: str | None = None
    instructions: str | None = None
    company_overview: str | None = None
    job_overview: str | None = None


class UpdatePosting(PostingFields):
    title: Annotated[str, StringConstraints(min_length=3, max_length=200)] | None = None
    description: Annotated[str, StringConstraints(min_length=10, max_length=50_000)] | None = None
    name: Annotated[str, StringConstraints(max_length=100)] | None = None
    interviewer_name: Annotated[str, StringConstraints(max_length=100)] | None = None
    instructions: Text | None = None
    company_overview: Text | None = None
    job_overview: Text | None = None


class IngestCandidate(Body):
    name: str
    email: str
    phone_number: str | None = None
    metadata: Metadata | None = None
    data: dict[str, Any] | None = None


class BulkIngest(Body):
    data: Annotated[list[dict[str, Any]], Field(min_length=1)]


class CreateWebhook(Body):
    posting_id: str
    url: str
    event_type: str


class SetMetadata(Body):
    metadata: Metadata
