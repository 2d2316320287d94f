"""Webhooks of Greenhouse, which signs the raw body and no time; and the vendor's own samples."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from syncd.ats.greenhouse import GreenhouseSettings
from syncd.ats.greenhouse.errors import complaint
from syncd.ats.greenhouse.lookups import find_field
from syncd.ats.greenhouse.rows import ApplicationRow, FieldRow, application_of
from syncd.ats.greenhouse.webhooks import read_hint
from syncd.ats.hints import Hint, Refused
from syncd.ats.lever import LeverSettings
from syncd.ats.wire import read_row
from syncd.errors import Fault
from syncd.http.session import Complaint
from tests.ats.fakes.greenhouse_rest import GreenhouseRest
from tests.clock import ManualClock

SECRET = "synthetic-webhook-secret"
SAMPLES = Path(__file__).parents[3] / "shared" / "ats" / "data" / "greenhouse"


def settings(secret: str | None = SECRET) -> GreenhouseSettings:
    given = {"client_id": "c", "client_secret": "s"}
    return GreenhouseSettings.model_validate(
        {**given, **({"webhook_secret": secret} if secret else {})}
    )


def sign(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def read_signed(told: Any) -> Hint:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    headers = {"signature": f"sha256 {sign(body)}", "greenhouse-event-id": "1"}
    return read_hint(settings(), headers, body, 0.0)


def sample(path: str) -> Any:
    """A sample as it stands in the collection beside this repository."""
    if not (SAMPLES / path).exists():
        pytest.skip("the collection of the vendor's samples is not here")
    return json.loads((SAMPLES / path).read_text("utf-8"))


def test_a_vector() -> None:
    # RFC 4231, test case 2
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    body = b"what do ya want for nothing?"
    for written in (f"sha256 {digest}", f" sha256  {digest.upper()} "):
        assert read_hint(settings("Jefe"), {"signature": written}, body, 0.0) == Hint()


def test_the_raw_body_is_what_was_signed() -> None:
    """Escapes as they were sent: the same JSON in other bytes has another signature."""
    body = b'{"action": "ping", "payload": {"text": "\\u003cb\\u003e"}}'
    headers = {"signature": f"sha256 {sign(body)}"}
    read_hint(settings(), headers, body, 0.0)
    with pytest.raises(Refused):
        read_hint(settings(), headers, json.dumps(json.loads(body)).encode(), 0.0)


def test_what_was_not_signed_is_refused() -> None:
    body = b'{"action": "ping"}'
    right = sign(body)
    for given in (
        None, "", right, f"sha1 {right}", f"sha256={right}", f"sha256 {right[:-1]}", "sha256 ",
        f"sha256 {sign(body, 'another')}", "sha256 é", f"sha256 {right}00",
    ):  # fmt: skip
        headers = {} if given is None else {"signature": given}
        with pytest.raises(Refused):
            read_hint(settings(), headers, body, 0.0)
    with pytest.raises(Refused):
        read_hint(settings(None), {"signature": f"sha256 {right}"}, body, 0.0)
    with pytest.raises(Refused):  # one byte was changed on the way
        read_hint(settings(), {"signature": f"sha256 {right}"}, body + b" ", 0.0)


def test_settings_of_another_type_are_refused() -> None:
    with pytest.raises(TypeError):
        read_hint(LeverSettings.model_validate({"api_key": "k"}), {}, b"", 0.0)


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b"\xff",
        {"action": 5, "payload": []},
        {"action": "candidate_stage_change", "payload": {"application": {"id": "../x"}}},
        {"action": "candidate_stage_change", "payload": {"application": 7}},
    ],
)
def test_whatever_a_signed_body_holds(told: Any) -> None:
    assert read_signed(told) == Hint()


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("candidate_events/candidate-stage-change", Hint("applicants", "", "265277")),
        ("application_events/application-created", Hint("applicants", "", "71980812")),
        ("application_events/application-updated", Hint("applicants", "", "22202940")),
        ("application_events/application-deleted", Hint("applicants", "371417", "46194062")),
        ("candidate_events/candidate-deleted", Hint()),
        ("candidate_events/candidate-merged", Hint()),
        ("candidate_events/candidate-anonymized", Hint()),
        ("job_events/job-updated", Hint("postings", "100445")),
        ("job_events/job-deleted", Hint("postings", "209256")),
        ("job_events/job-post-created", Hint("postings", "1842002")),
        ("job_events/job-stage-deleted", Hint("postings", "60453")),
        ("organization_events/department-deleted", Hint("postings")),
    ],
)
def test_samples_say_where_to_look(path: str, hint: Hint) -> None:
    found = read_signed(sample(f"webhooks-docs-samples/{path}.response.json"))
    assert (found.phase, found.application_id) == (hint.phase, hint.application_id)
    assert hint.job_id in ("", found.job_id)


def test_every_sample_of_a_webhook_is_read() -> None:
    sample("webhooks-docs-samples/job_events/job-created.response.json")
    paths = sorted((SAMPLES / "webhooks-docs-samples").rglob("*.json"))
    assert len(paths) > 20
    for path in paths:
        assert read_signed(path.read_bytes()).phase in ("postings", "applicants")


def test_a_sample_of_applications() -> None:
    rows = sample("fixtures-amp-labs-v3/applications-first-page.json")
    read = [read_row(ApplicationRow, {**row, "job_id": 7}) for row in rows]
    told = [application_of(row, None) for row in read if row]
    assert [(a.id, a.candidate_id, a.stage, a.hired, a.out) for a in told if a] == [
        ("12345", "101", "Phone Screen", False, False),
        ("67890", "102", "Offer", True, True),
    ]
    assert [a.applied_at for a in told if a] == [1718447400.0, 1721463300.0]


def test_a_sample_of_custom_fields() -> None:
    rows = sample("fixtures-amp-labs-v3/custom-field-definitions.json")
    fields = [field for raw in rows if (field := read_row(FieldRow, raw))]
    assert len(fields) == len(rows)
    found = find_field(fields, "Interview Score")
    assert found is not None
    assert (found.name_key, found.value_type, found.active) == ("interview_score", "number", True)


def test_a_sample_of_an_error() -> None:
    body = json.dumps(sample("fixtures-amp-labs-v3/error.json")).encode()
    assert complaint(422, body) == Complaint("", (Fault(("unknown_field",), "invalid"),))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"<html>", b'{"errors": 3}', b'{"errors": [7, {"field": 3}]}', b"[" * 99999],
)
def test_an_error_of_another_kind(body: bytes) -> None:
    assert complaint(500, body) == Complaint()


def test_an_error_of_a_token() -> None:
    assert complaint(401, b'{"error": "invalid_client"}') == Complaint("invalid_client")


def test_the_fake_knows_the_filters_that_are_described() -> None:
    """What the fake lets through is in the description; what it refuses beside it is stricter."""
    told = sample("harvest-v3-contract-excerpt.json")
    clock = ManualClock()
    rest = GreenhouseRest(clock.now, lambda: 100, lambda: 0.0)
    for what in ("jobs", "applications"):
        described = set(told["paths"][f"GET /v3/{what}"]["query"])
        assert {"cursor", "per_page", "ids", "updated_at"} <= described
        assert rest.filters(what) <= described
