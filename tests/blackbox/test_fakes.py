"""The two servers themselves: true to the recordings and schemas, strict with their clients."""

import http.client
import json
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from .fakes import recorded
from .fakes.schemas import REQUESTS, published
from .fakes.server import FakeServer
from .scene import Scene

pytestmark = [pytest.mark.sockets]

MARKS = {"external_id": "workable:A1", "syncd": "blackbox/acme"}


def call(
    fake: FakeServer, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, Any]:
    """One request of a well-behaved client."""
    own = {"X-API-KEY": getattr(fake, "key", ""), "Content-Type": "application/json"}
    if token := getattr(fake, "token", ""):
        own = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    link = http.client.HTTPConnection("127.0.0.1", urlsplit(fake.origin).port, timeout=5)
    try:
        sent = None if body is None else json.dumps(body)
        link.request(method, path, sent, {**own, **headers})
        answer = link.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else text
    finally:
        link.close()


def posting(scene: Scene, **more: Any) -> dict[str, Any]:
    template = scene.heymilo.templates[0]["id"]
    return {"title": "A role", "interview_template_id": template, "metadata": MARKS, **more}


def made(scene: Scene) -> str:
    status, answer = call(scene.heymilo, "POST", "/api/v2/postings", posting(scene))
    assert status == 201
    code = str(answer["data"]["id"])
    assert call(scene.heymilo, "POST", f"/api/v2/postings/{code}/activate")[0] == 200
    return code


def person(number: int) -> dict[str, Any]:
    return {
        "name": f"Zephyrine Quillon{number}",
        "email": f"quillon{number}@people.example.com",
        "metadata": {"external_id": f"workable:{number}", "syncd": "blackbox/acme"},
    }


@pytest.mark.skipif(published() is None, reason="the published schemas are not beside this folder")
def test_the_fakes_answers_match_the_published_schemas(scene: Scene) -> None:
    document = published() or {}

    def check(name: str, body: Any) -> None:
        whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": document}}
        Draft202012Validator(whole).validate(body)

    body = posting(scene, deadline="2099-01-01T00:00:00Z")
    _, answer = call(scene.heymilo, "POST", "/api/v2/postings", body)
    check("SingleResponse_CreatePostingResponse_", answer)
    base = f"/api/v2/postings/{answer['data']['id']}"
    _, answer = call(scene.heymilo, "POST", f"{base}/activate")
    check("SingleResponse_PostingResponse_", answer)
    _, answer = call(
        scene.heymilo, "POST", f"{base}/candidates/bulk", {"data": [person(1), person(2)]}
    )
    check("SingleResponse_list_BulkIngestCandidateResponseItem__", answer)
    _, answer = call(scene.heymilo, "POST", f"{base}/candidates", person(3))
    check("SingleResponse_IngestCandidateResponse_", answer)
    scene.heymilo.finish(scene.interview("1"), 78.5)
    interview = scene.interview("1").interview_id
    for path, name in (
        ("/api/v2/postings", "ListResponse_PostingResponse_"),
        (base, "SingleResponse_PostingResponse_"),
        (f"{base}/candidates", "ListResponse_CandidateResponse_"),
        ("/api/v2/interview-templates", "ListResponse_InterviewTemplateResponse_"),
        (f"/api/v2/interviews/{interview}/data", "SingleResponse_InterviewDataResponse_"),
        (f"/api/v2/interviews/{interview}/metadata", "SingleResponse_MetadataResponse_"),
        ("/api/v2/sender-emails", "ListResponse_SenderEmailResponse_"),
    ):
        status, answer = call(scene.heymilo, "GET", path)
        assert status == 200, path
        check(name, answer)
    for name, schema in REQUESTS.items():
        assert set(schema["properties"]) <= set(document[name]["properties"]), name


def test_the_fake_heymilo_pages_by_known_ids_only(scene: Scene) -> None:
    code = made(scene)
    rows = {"data": [person(number) for number in range(1, 8)]}
    assert call(scene.heymilo, "POST", f"/api/v2/postings/{code}/candidates/bulk", rows)[0] == 201
    seen, after = [], ""
    while True:
        path = f"/api/v2/postings/{code}/candidates?limit=3{after}"
        _, page = call(scene.heymilo, "GET", path)
        seen += [one["interview_id"] for one in page["data"]]
        if not page["pagination"]["has_more"]:
            break
        after = f"&starting_after={seen[-1]}"
    assert len(seen) == len(set(seen)) == 7
    assert not scene.heymilo.violations
    call(scene.heymilo, "GET", f"/api/v2/postings/{code}/candidates?starting_after=nobody")
    assert len(scene.heymilo.violations) == 1
    scene.heymilo.violations.clear()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "postings?limit=101", None),
        ("GET", "postings?page=2", None),
        ("GET", "nonsense", None),
        ("POST", "postings", {"title": "ab"}),
        ("POST", "postings", {"title": "A role", "workflow": [], "interview_template_id": "x"}),
        ("POST", "postings", {"title": "A role", "interview_template_id": "unknown"}),
        ("PATCH", "postings/{code}", {"title": None}),
        ("PATCH", "postings/{code}", {"description": "short"}),
        ("PATCH", "postings/{code}", {"name": "a-slug"}),
        ("PATCH", "postings/{code}", {"deadline": "next week"}),
        ("PATCH", "postings/{code}", {"metadata": {"external_id": "workable:A1"}}),
        ("PATCH", "postings/{code}", {"titel": "A role"}),
        ("PATCH", "postings/{code}", {}),
        ("POST", "postings/{code}/candidates/bulk", {"data": []}),
        ("POST", "postings/{code}/candidates/bulk", {"data": [person(1), person(1)]}),
        ("POST", "postings/{code}/candidates", {**person(1), "email": "nobody"}),
        ("POST", "postings/{code}/candidates", {**person(1), "phone_number": "030 1234"}),
        ("POST", "postings/{code}/candidates", {**person(1), "name": " "}),
        ("POST", "postings/{code}/candidates", {**person(1), "metadata": {"a": "x" * 501}}),
        ("POST", "postings/{draft}/candidates", person(1)),
        ("POST", "postings/{blueprint}/archive", None),
    ],
)
def test_the_fake_heymilo_notes_every_breach(
    scene: Scene, method: str, path: str, body: Any
) -> None:
    code = made(scene)
    draft = scene.heymilo.add_posting("Draft", draft=True, metadata=dict(MARKS)).id
    blueprint = scene.heymilo.templates[0]["posting_id"]
    full = "/api/v2/" + path.format(code=code, draft=draft, blueprint=blueprint)
    call(scene.heymilo, method, full, body)
    assert scene.heymilo.violations
    scene.heymilo.violations.clear()


def test_a_wrong_key_is_refused_on_both_sides(scene: Scene) -> None:
    status, answer = call(scene.heymilo, "GET", "/api/v2/workspaces", **{"X-API-KEY": "other"})
    assert (status, answer["error"]["type"]) == (401, "authentication_error")
    status, answer = call(scene.workable, "GET", "/spi/v3/jobs", Authorization="Bearer other")
    assert (status, answer) == (401, {"error": "Not authorized"})


@pytest.mark.parametrize("kind", ["lost", "reset_after", "truncated", "empty", "html"])
def test_faults_after_applying_apply(scene: Scene, kind: str) -> None:
    fault = scene.heymilo.break_(kind, "POST", r"/postings$")
    try:
        status, answer = call(scene.heymilo, "POST", "/api/v2/postings", posting(scene))
    except (ConnectionError, http.client.HTTPException):
        status, answer = 0, None
    assert not (status == 201 and isinstance(answer, dict))
    assert fault.hits == 1
    assert scene.heymilo.kinds() == ["create"]


def test_faults_before_applying_apply_nothing(scene: Scene) -> None:
    scene.heymilo.break_("reset_before", "POST")
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        call(scene.heymilo, "POST", "/api/v2/postings", posting(scene))
    limited = {"Retry-After": "2"}
    scene.heymilo.break_("status_before", "POST", status=429, headers=limited)
    assert call(scene.heymilo, "POST", "/api/v2/postings", posting(scene))[0] == 429
    assert scene.heymilo.kinds() == []


@pytest.mark.skipif(not recorded.available(), reason="the recordings are not beside this folder")
def test_the_recorded_account_reads_as_recorded(scene: Scene) -> None:
    recorded.load(scene.workable, state="closed")
    origin = scene.workable.origin
    (whole,) = json.loads((recorded.FOLDER / "list-jobs.json").read_text())["interactions"]
    _, answer = call(scene.workable, "GET", "/spi/v3/jobs")
    assert answer == whole["response"]
    pages = json.loads((recorded.FOLDER / "candidates.json").read_text())["interactions"]
    path = "/spi/v3/candidates?limit=100"
    for page in pages:
        status, answer = call(scene.workable, "GET", path)
        wanted = page["response"]
        assert status == 200
        assert answer["candidates"] == wanted["candidates"]
        assert ("paging" in answer) == ("paging" in wanted)
        if "paging" in answer:
            following = wanted["paging"]["next"]
            assert answer["paging"]["next"] == origin + following.partition(".com")[2]
            path = answer["paging"]["next"].removeprefix(origin)
    live = [
        row
        for row in scene.workable.candidates.values()
        if row["stage"] == "Applied" and not row["disqualified"]
    ]
    assert Counter(row["job"]["shortcode"] for row in live) == {
        "9CD658E13E": 18,
        "B3627BCF5D": 23,
    }
    (move,) = json.loads((recorded.FOLDER / "move-candidate.json").read_text())["interactions"]
    assert call(scene.workable, "POST", move["path"], move["body"]) == (200, b"")
    (note,) = json.loads((recorded.FOLDER / "create-comment.json").read_text())["interactions"]
    status, answer = call(scene.workable, "POST", note["path"], note["body"])
    assert (status, set(answer)) == (200, set(note["response"]))
    (value,) = json.loads((recorded.FOLDER / "update-candidate-custom-attribute.json").read_text())[
        "interactions"
    ]
    gone = call(scene.workable, "PATCH", value["path"], value["body"])
    assert gone == (value["status"], value["response"]) or "27273038" not in (
        scene.workable.candidates
    )


def test_the_fake_workable_is_strict_with_writes(scene: Scene) -> None:
    job = scene.workable.add_job("A role")
    one = scene.person(job)
    scene.workable.change(one, tags=["theirs"])
    base = f"/spi/v3/candidates/{one}"
    for method, path, body in (
        ("POST", f"{base}/move", {"member_id": "1f395d", "target_stage": "Phone Screen"}),
        ("POST", f"{base}/move", {"target_stage": "phone-screen"}),
        ("POST", f"{base}/comments", {"member_id": "1f395d", "comment": "text"}),
        ("PUT", f"{base}/tags", {"tags": ["ours"]}),
        ("GET", "/spi/v3/candidates?email=a@people.example.com", None),
        ("GET", "/spi/v3/candidates?stage=Applied", None),
        ("GET", "/spi/v3/jobs?page=2", None),
    ):
        scene.workable.violations.clear()
        call(scene.workable, method, path, body)
        assert scene.workable.violations, (method, path)
    scene.workable.violations.clear()


def test_the_fake_workable_counts_its_window(scene: Scene) -> None:
    scene.workable.limit = 3
    scene.workable.ahead = 1e7 - scene.workable.now() % 10  # a window has just begun
    answers = [call(scene.workable, "GET", "/spi/v3/jobs")[0] for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    scene.workable.violations.clear()
