"""State as the published schemas show it."""

from typing import Any

from syncd.sandbox.heymilo.state import Interview, Posting, State, StepState, Template

CANDIDATE_ORIGIN = "https://candidates.example.com"


def view_template(template: Template) -> dict[str, Any]:
    return {
        "object": "interview_template",
        "id": template.id,
        "template_code": template.code,
        "name": template.name,
        "description": template.description,
        "posting_id": template.posting_id,
        "is_default": template.is_default,
        "created_at": template.created_at,
        "updated_at": template.created_at,
    }


def view_urls(posting: Posting) -> dict[str, Any]:
    return {
        "candidate_url": f"{CANDIDATE_ORIGIN}/sandbox/{posting.fields.get('name') or posting.id}",
        "ingestion_url_key": f"key-{posting.id.lower()}",
        "review_url": f"https://admin.example.com/w/sandbox/lab2/{posting.id}/1-details",
    }


_POSTING_FIELDS = (
    "redirect_url",
    "scheduling_url",
    "max_retakes",
    "instructions",
    "company_overview",
    "job_overview",
    "interview_process_overview",
    "company_overview_delivery_mode",
    "job_overview_delivery_mode",
    "interview_process_overview_delivery_mode",
    "phone_number_id",
    "sender_email_id",
    "email_template_group_id",
    "design_template_group_id",
    "retake_cooldown_days",
)


def view_posting(posting: Posting, state: State, now: float) -> dict[str, Any]:
    fields = posting.fields
    return {
        "object": "posting",
        "id": posting.id,
        "company_id": state.company_id,
        "title": posting.title,
        "name": fields.get("name"),
        "description": posting.description,
        "language": fields.get("language") or "en",
        "interviewer_name": fields.get("interviewer_name") or "Sarah",
        "status": posting.status(now),
        "finalized": posting.finalized,
        "archived": posting.archived,
        "test_posting": posting.test,
        "workflow": [dict(step) for step in posting.steps],
        "urls": view_urls(posting),
        "deadline": posting.deadline,
        "allow_sms_comms": bool(fields.get("allow_sms_comms")),
        "email_report_to_candidate": bool(fields.get("email_report_to_candidate")),
        **{name: fields.get(name) for name in _POSTING_FIELDS},
        "ats_metadata": None if posting.ats is None else dict(posting.ats),
        "metadata": None if posting.metadata is None else dict(posting.metadata),
        "created_at": posting.created_at,
        "updated_at": posting.updated_at,
    }


def _view_step(place: int, step: StepState) -> dict[str, Any]:
    return {
        "step_id": step.id,
        "order": place,
        "status": step.status,
        "started": step.status != "not_started",
        "completed": step.status == "completed",
        "knocked_out": step.status == "knocked_out",
        "last_updated_at": step.at,
    }


def view_workflow(interview: Interview) -> dict[str, Any]:
    return {
        "steps": [_view_step(place, step) for place, step in enumerate(interview.steps, 1)],
        "all_complete": interview.all_complete,
        "last_activity_at": interview.last_activity_at,
    }


def _step(interview: Interview, kind: str) -> StepState | None:
    return next((step for step in interview.steps if step.type == kind), None)


def _view_summary(interview: Interview) -> dict[str, Any]:
    summary: dict[str, Any] = {"resume": None, "web_interview": None, "sms": None, "form": None}
    if resume := _step(interview, "resume"):
        known = resume.status in ("completed", "knocked_out")
        summary["resume"] = {
            "resume_score": resume.score,
            "is_eligible": resume.status == "completed" if known else None,
            "resume_link": None,
        }
    if web := _step(interview, "web_interview"):
        summary["web_interview"] = {
            "score": web.score,
            "highlights": ["Explains clearly"] if web.score is not None else [],
            "audio_recording_link": None,
            "video_recording_link": None,
        }
    return summary


def interview_url(interview: Interview) -> str:
    return f"{CANDIDATE_ORIGIN}/sandbox/i/{interview.id}"


def view_candidate(interview: Interview) -> dict[str, Any]:
    return {
        "object": "candidate",
        "interview_id": interview.id,
        "candidate_id": interview.candidate_id,
        "posting_id": interview.posting_id,
        "name": interview.name,
        "email": interview.email,
        "score": interview.score,
        "status": interview.status,
        "interview_url": interview_url(interview),
        "workflow": view_workflow(interview),
        "agent_summary": _view_summary(interview),
        "shortlisted": interview.shortlisted,
        "dismissed": interview.dismissed,
        "metadata": None if interview.metadata is None else dict(interview.metadata),
        "data": interview.data,
        "interviewed_at": interview.interviewed_at,
        "created_at": interview.created_at,
    }


def view_interview_data(interview: Interview) -> dict[str, Any]:
    """The full results; ``not_ready`` before the person has finished."""
    ended = interview.all_complete or interview.status == "knocked_out"
    ready = ended and not interview.evaluating
    web, resume = _step(interview, "web_interview"), _step(interview, "resume")
    data: dict[str, Any] = {
        "object": "interview_data",
        "interview_id": interview.id,
        "candidate_id": interview.candidate_id,
        "posting_id": interview.posting_id,
        "name": interview.name,
        "email": interview.email,
        "score": interview.score if ready else None,
        "status": interview.status if ready else "not_ready",
        "workflow": view_workflow(interview),
        "web_interview": None,
        "resume": None,
        "sms": None,
        "form": None,
        "metadata": None if interview.metadata is None else dict(interview.metadata),
        "data": interview.data,
    }
    if ready and web and web.score is not None:
        data["web_interview"] = {
            "object": "web_interview_result",
            "interview_id": interview.id,
            "match_score": round(web.score),
            "highlights": ["Explains clearly"],
            "lowlights": [],
            "scorecard": [],
            "speech_score": None,
            "transcript": [],
            "tags": [],
        }
    if ready and resume:
        data["resume"] = {
            "object": "resume_result",
            "interview_id": interview.id,
            "overall_score": resume.score,
            "is_eligible": resume.status == "completed",
            "score_criteria": [],
            "eligibility_criteria": [],
            "resume_url": None,
        }
    return data
