"""State as Workable shows it; key by key as recorded from the real service on 2026-07-23."""

from datetime import UTC, datetime
from typing import Any

from syncd.sandbox.workable.state import Account, Attribute, Member, Reason, Stage


def second(epoch: float | None) -> str | None:
    """A time to the second, e.g. ``2026-07-23T20:02:42Z``."""
    if epoch is None:
        return None
    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def millisecond(epoch: float | None) -> str | None:
    if epoch is None:
        return None
    moment = datetime.fromtimestamp(epoch, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def show_id(number: int) -> str:
    return f"{number:x}"


def view_account(account: Account) -> dict[str, Any]:
    return {
        "id": "b4e8e",
        "name": account.name,
        "subdomain": account.subdomain,
        "description": None,
        "summary": None,
        "website_url": "https://example.com",
    }


def view_stage(stage: Stage) -> dict[str, Any]:
    return {
        "id": stage.id,
        "identifier": stage.identifier,
        "slug": stage.slug,
        "name": stage.name,
        "kind": stage.kind,
        "position": stage.position,
    }


def view_member(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "name": member.name,
        "headline": None,
        "email": member.email,
        "role": member.role,
        "type": "Member",
        "hris_role": "hris_admin" if member.role == "admin" else "hris_employee",
        "roles": [f"ats.{member.role}"],
        "active": member.active,
        "collaboration_rules": [],
        "hris_member_scope": None,
    }


def view_reason(reason: Reason) -> dict[str, Any]:
    return {
        "id": reason.id,
        "description": reason.text,
        "candidate_withdrew": reason.withdrew,
        "position": reason.position,
    }


def view_attribute(attribute: Attribute) -> dict[str, Any]:
    """No recorded account has one; keys of the published examples, and the ``key`` that
    ``update_custom_attribute_value`` takes."""
    return {
        "id": attribute.key,
        "key": attribute.key,
        "label": attribute.label,
        "type": attribute.type,
        "required": False,
        "provider": "candidate",
    }
