"""What is read and sent, against HeyMilo's published schemas where they lie beside the project."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from syncd.heymilo import wire
from tests.heymilo.fake import FakeHeyMilo, posting

SCHEMAS = Path(__file__).parents[3] / "shared" / "heymilo" / "seed-schemas.json"

pytestmark = pytest.mark.skipif(
    not SCHEMAS.is_file(), reason="HeyMilo's published schemas are not here"
)

MODELS: dict[str, type[wire.Wire]] = {
    "PostingResponse": wire.Posting,
    "PostingURLs": wire.PostingUrls,
    "CreatePostingResponse": wire.CreatedPosting,
    "InterviewTemplateResponse": wire.InterviewTemplate,
    "CandidateResponse": wire.Candidate,
    "CandidateWorkflow": wire.CandidateWorkflow,
    "WorkflowStepStatus": wire.Step,
    "WorkflowStep": wire.WorkflowStep,
    "IngestCandidateResponse": wire.Ingested,
    "BulkIngestCandidateResponseItem": wire.Ingested,
    "InterviewDataResponse": wire.InterviewData,
    "MetadataResponse": wire.InterviewMetadata,
    "WebhookResponse": wire.Webhook,
    "SenderEmailResponse": wire.SenderEmail,
    "PhoneNumberResponse": wire.PhoneNumber,
    "EmailTemplateGroupResponse": wire.EmailTemplateGroup,
    "DesignTemplateGroupResponse": wire.DesignTemplateGroup,
    "VoiceResponse": wire.Voice,
    "PaginationMeta": wire.Pagination,
}


def published() -> dict[str, Any]:
    return dict(json.loads(SCHEMAS.read_text()))


def example(schema: dict[str, Any], every: dict[str, Any], *, full: bool) -> Any:
    """A value of the schema: with every optional field, or with those null that may be."""
    if "$ref" in schema:
        return example(every[schema["$ref"].rsplit("/", 1)[1]], every, full=full)
    if "const" in schema:
        return schema["const"]
    for name in ("anyOf", "oneOf"):
        if name in schema:
            if not full and {"type": "null"} in schema[name]:
                return None
            return example(schema[name][0], every, full=full)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "string":
            return "text"
        case "integer":
            return 7
        case "number":
            return 78.5
        case "boolean":
            return True
        case "array":
            return [example(schema.get("items", {}), every, full=full)] if full else []
        case "object" if "properties" in schema:
            wanted = schema["properties"]
            required = schema.get("required", ())
            return {
                name: example(field, every, full=full)
                for name, field in wanted.items()
                if full or name in required or "anyOf" in field
            }
        case "object":
            return {"key": "value"} if full else {}
    return "anything"


@pytest.mark.parametrize("full", [True, False], ids=["every field", "required fields and nulls"])
@pytest.mark.parametrize("name", MODELS)
def test_every_answer_of_the_schema_is_read(name: str, full: bool) -> None:
    every = published()
    said = example(every[name], every, full=full)
    read = MODELS[name].model_validate(said)
    for field in set(said) & set(MODELS[name].model_fields):
        value = getattr(read, field)
        if isinstance(value, str | float | bool | int):
            assert value == said[field]


@pytest.mark.parametrize("name", MODELS)
def test_every_field_that_is_read_is_published(name: str) -> None:
    fields = set(published()[name]["properties"])
    extra = {"Ingested": {"posting_id", "candidate", "metadata"}}  # two schemas in one model
    model = MODELS[name]
    assert set(model.model_fields) - fields <= extra.get(model.__name__, set())


async def test_every_write_is_what_the_schema_asks_for() -> None:
    fake, every = FakeHeyMilo(), published()
    fake.postings["P"] = posting("P")
    client = fake.open()
    person = {
        "name": "Synthetic Person",
        "email": "person@example.com",
        "phone_number": None,
        "metadata": {"external_id": "workable:1"},
    }
    fields = {"title": "Job", "deadline": "2027-01-15T08:00:00Z", "metadata": {"a": "b"}}
    await client.create_posting({**fields, "interview_template_id": "IT"}, await client.reserve())
    await client.update_posting("P", fields, await client.reserve())
    await client.ingest("P", person, await client.reserve())
    await client.ingest_bulk("P", [person, person], await client.reserve())
    await client.set_interview_metadata("I", {"a": "b"}, await client.reserve())
    await client.create_webhook("P", "https://example.com/h", "e", await client.reserve())
    names = [
        "CreatePostingRequest",
        "UpdatePostingRequest",
        "CandidateIngestRequest",
        "BulkCandidateIngestRequest",
        "MetadataRequest",
        "CreateWebhookRequest",
    ]
    text = json.dumps({"$defs": every}).replace("#/components/schemas/", "#/$defs/")
    assert len(fake.sent) == len(names)
    for name, body in zip(names, fake.sent, strict=True):
        jsonschema.validate(body, {"$ref": f"#/$defs/{name}", **json.loads(text)})
