"""Candidates and their activities as Workable shows them."""

from typing import Any

from syncd.sandbox.workable.state import Account, Activity, Candidate
from syncd.sandbox.workable.views import millisecond, second, show_id


def _candidate_head(candidate: Candidate) -> dict[str, Any]:
    return {
        "id": show_id(candidate.id),
        "name": candidate.name,
        "firstname": candidate.firstname,
        "lastname": candidate.lastname,
        "headline": candidate.headline,
    }


def _candidate_job(candidate: Candidate, account: Account) -> dict[str, Any]:
    job, stage = account.jobs[candidate.job], account.stage_of(candidate)
    return {
        "account": {"subdomain": account.subdomain, "name": account.name},
        "job": {"shortcode": job.shortcode, "title": job.title},
        "stage": stage.name,
        "stage_kind": stage.kind,
        "disqualified": candidate.disqualified_at is not None,
    }


def _candidate_outcome(candidate: Candidate, account: Account) -> dict[str, Any]:
    number = account.jobs[candidate.job].number
    web = f"https://{account.subdomain}.example.com/backend/jobs/{number}"
    return {
        "anonymized": candidate.anonymized,
        "disqualification_reason": candidate.disqualification_reason,
        "hired_at": millisecond(candidate.hired_at),
        "moved_to_offer_at": millisecond(candidate.moved_to_offer_at),
        "sourced": candidate.sourced,
        "profile_url": f"{web}/candidates/{candidate.number}",
        "address": None,
        "phone": candidate.phone,
        "email": candidate.email,
    }


def _candidate_source(candidate: Candidate) -> dict[str, Any]:
    return {
        "domain": None,
        "outlet": "SPI" if candidate.sourced else None,
        "common_source": "Unknown",
        "common_source_category": "Other",
    }


def view_candidate_row(candidate: Candidate, account: Account) -> dict[str, Any]:
    """A candidate in a list: without tags, answers, ``withdrew`` and the resume's address."""
    created, updated = second(candidate.created_at), second(candidate.updated_at)
    row = {
        **_candidate_head(candidate),
        **_candidate_job(candidate, account),
        **_candidate_outcome(candidate, account),
        **_candidate_source(candidate),
        "created_at": created,
        "updated_at": updated,
    }
    if candidate.resume:
        row["resume_metadata"] = {
            "filename": "cv.pdf",
            "filetype": "pdf",
            "created_at": created,
            "updated_at": updated,
        }
    return row


def view_candidate(candidate: Candidate, account: Account) -> dict[str, Any]:
    outcome = _candidate_outcome(candidate, account)
    nothing = dict.fromkeys(
        ("location_str", "country", "country_code", "region", "region_code", "city", "zip_code")
    )
    origin = candidate.originating
    return {
        **_candidate_head(candidate),
        "image_url": None,
        **_candidate_job(candidate, account),
        "disqualified_at": millisecond(candidate.disqualified_at),
        "withdrew": candidate.withdrew,
        **outcome,
        "outbound_mailbox": f"{show_id(candidate.id)}@outbound.example.com",
        **_candidate_source(candidate),
        "uploader_id": None,
        "created_at": second(candidate.created_at),
        "updated_at": second(candidate.updated_at),
        "cover_letter": None,
        "summary": None,
        "education_entries": [],
        "experience_entries": [],
        "skills": [],
        "answers": [],
        "resume_url": (
            f"https://files.example.com/{show_id(candidate.id)}.pdf?signature=sandbox"
            if candidate.resume
            else None
        ),
        "tags": list(candidate.tags),
        "location": nothing,
        "originating_candidate_id": None if origin is None else show_id(origin),
    }


def view_activity(activity: Activity, candidate: Candidate, account: Account) -> dict[str, Any]:
    stages = {s.slug: s for s in (*account.stages, *account.jobs[candidate.job].stages)}

    def brief(slug: str | None) -> dict[str, Any] | None:
        if slug is None or slug not in stages:
            return None
        stage = stages[slug]
        return {
            "id": stage.id,
            "identifier": stage.identifier,
            "name": stage.name,
            "slug": stage.slug,
        }

    here = brief(activity.stage)
    row: dict[str, Any] = {
        "id": show_id(activity.id),
        "action": activity.action,
        "stage_name": here["name"] if here else None,
        "action_stage": here,
        "target_stage": brief(activity.target),
        "created_at": millisecond(activity.at),
        "updated_at": millisecond(activity.at),
    }
    if activity.member is not None:
        member = account.members[activity.member]
        row["member"] = {"id": member.id, "name": member.name, "type": "Member"}
    return {**row, "body": activity.body}
