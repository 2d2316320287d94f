"""Jobs as Workable shows them, in lists and by themselves."""

from datetime import UTC, datetime
from typing import Any

from syncd.sandbox.workable.state import Account, Job
from syncd.sandbox.workable.views import second, show_id


def _day(epoch: float) -> str:
    """A job's creation is told as a midnight."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT00:00:00Z")


def _job_head(job: Job) -> dict[str, Any]:
    return {
        "id": show_id(job.id),
        "title": job.title,
        "full_title": f"{job.title} - {job.code}" if job.code else job.title,
        "shortcode": job.shortcode,
        "code": job.code,
        "state": job.state,
    }


def _job_place(job: Job, account: Account, *, in_list: bool) -> dict[str, Any]:
    web = f"https://{account.subdomain}.example.com/jobs/{job.number}"
    location = {
        "country": job.country,
        "country_code": job.country_code,
        "region": None,
        "region_code": None,
        "city": job.city,
        "zip_code": None,
        "telecommuting": False,
        "workplace_type": "on_site",
    }
    if in_list:
        parts = ", ".join(part for part in (job.city, job.country) if part)
        location = {"location_str": parts or None, **location}
    return {
        "confidential": False,
        "department": job.department,
        "department_hierarchy": (
            [{"id": 1, "name": job.department}] if job.department is not None else []
        ),
        "url": web,
        "application_url": f"{web}/candidates/new",
        "shortlink": f"https://apply.example.com/j/{job.shortcode}",
        "workplace_type": "on_site",
        "location": location,
        "locations": [
            {
                "shortcode": f"J{job.shortcode}",
                "country_code": job.country_code,
                "country_name": job.country,
                "state_code": None,
                "subregion": None,
                "zip_code": None,
                "city": job.city,
                "coords": None,
                "hidden": False,
            }
        ],
    }


def _salary() -> dict[str, Any]:
    return {"salary_from": None, "salary_to": None, "salary_currency": None}


def view_job_row(job: Job, account: Account) -> dict[str, Any]:
    """A job in a list: without description and employment type."""
    return {
        **_job_head(job),
        "sample": job.sample,
        **_job_place(job, account, in_list=True),
        "salary": _salary(),
        "created_at": _day(job.created_at),
        "updated_at": second(job.updated_at),
        "keywords": None,
    }


def view_job(job: Job, account: Account) -> dict[str, Any]:
    """A job by itself, which lacks ``sample``."""
    return {
        **_job_head(job),
        **_job_place(job, account, in_list=False),
        "created_at": _day(job.created_at),
        "updated_at": second(job.updated_at),
        "full_description": job.description,
        "description": job.description,
        "requirements": "",
        "benefits": "",
        "employment_type": job.employment_type,
        "industry": None,
        "function": None,
        "experience": None,
        "education": None,
        "keywords": None,
        "salary": _salary(),
    }
