"""The benchmarks measure what they say: their servers answer as the sandbox does."""

import json

import pytest

from benchmarks.cases import CASES, ingestion, quiet
from benchmarks.heymilo import Guest, HeyMilo, render
from benchmarks.table import Line
from benchmarks.workable import FIRST_ID, Crowd, Workable
from syncd.sandbox.heymilo.state import Interview, StepState
from syncd.sandbox.heymilo.views import view_candidate, view_interview_data


def shape(value: object) -> object:
    """The keys of a value, at any depth."""
    if isinstance(value, dict):
        return {key: shape(held) for key, held in sorted(value.items()) if key != "metadata"}
    return [shape(value[0])] if isinstance(value, list) and value else None


def test_a_candidate_has_the_keys_of_the_published_one() -> None:
    step = StepState("WS_1", "web_interview", "completed", 2.0, 71.0)
    model = Interview(
        "1", "c", "PO_1", "n", "e", None, {}, None, 1.0, [step], score=71.0, interviewed_at=2.0
    )
    shown = json.loads(render(Guest("1", "Ünal \\", "e@example.com", {}, 1.0, 71.0, 2.0), "PO_1"))
    assert shape(shown) == shape(json.loads(json.dumps(view_candidate(model)))) | {
        "agent_summary": shape(shown["agent_summary"])
    }
    assert shown["name"] == "Ünal \\"
    heymilo = HeyMilo()
    posting = json.loads(heymilo.answer("POST", "postings", {}, b'{"title": "One"}')[1])["data"]
    people = [{"name": "n", "email": "e@example.com", "metadata": {"external_id": "workable:1"}}]
    path = f"postings/{posting['id']}/candidates/bulk"
    body = json.dumps({"data": people}).encode()
    (told,) = json.loads(heymilo.answer("POST", path, {}, body)[1])["data"]
    answer = heymilo.answer("GET", f"interviews/{told['interview_id']}/data", {}, b"")[1]
    assert set(json.loads(answer)["data"]) == set(view_interview_data(model))


def test_lists_lead_to_their_end() -> None:
    workable = Workable(Crowd(people=7, jobs=2), lambda: "http://127.0.0.1:1")
    query: dict[str, str] = {"limit": "3"}
    seen: list[str] = []
    while True:
        page = json.loads(workable.answer("GET", "candidates", query, b"")[1])
        seen += [row["id"] for row in page["candidates"]]
        if "paging" not in page:
            break
        query = dict(part.split("=") for part in page["paging"]["next"].split("?")[1].split("&"))
    assert seen == [f"{FIRST_ID + number:x}" for number in range(7)]
    query = {"limit": "3", "shortcode": "A000000001", "since_id": f"{FIRST_ID + 2:x}"}
    page = json.loads(workable.answer("GET", "candidates", query, b"")[1])
    assert [row["id"] for row in page["candidates"]] == [f"{FIRST_ID + n:x}" for n in (3, 5)]


@pytest.mark.sockets
@pytest.mark.slow
def test_the_cases_run_from_end_to_end() -> None:
    """Small ones: that they run and count, not how long they take."""
    lines = [*quiet(people=60, jobs=4, new=12), *ingestion(people=130, jobs=2)]
    requests = {line.what: line for line in lines if "requests to" in line.what}
    # One list each of templates and postings, one of the candidates of each posting.
    assert requests["reconcile with nothing new: requests to HeyMilo"].value == 6
    assert requests["reconcile with nothing new: requests to the ATS"].value == 2
    assert requests["plan with nothing new: requests to the ATS"].value == 2
    assert all(line.value > 0 for line in lines)
    assert set(CASES) == {"startup", "quiet", "ingestion", "memory", "writeback", "polling"}


@pytest.mark.parametrize(
    ("line", "ratio", "met"),
    [
        (Line("a", 3, "s", 2, "b", goal=1.5), 1.5, True),
        (Line("a", 3.1, "s", 2, "b", goal=1.5), 1.55, False),
        (Line("a", 3, "/s", 6, "b", goal=0.5, at_least=True), 0.5, True),
        (Line("a", 2, "/s", 6, "b", goal=0.5, at_least=True), 1 / 3, False),
        (Line("a", 49, "", goal=48), 49, False),
        (Line("a", 49, ""), 49, True),
    ],
)
def test_a_goal_bounds_the_ratio_or_the_value(line: Line, ratio: float, met: bool) -> None:
    assert line.ratio == pytest.approx(ratio)
    assert line.met is met
