"""Request and answer schemas of HeyMilo v2, for a server that forgives nothing.

The limits below are those of the published schemas. Where the published document itself lies
beside the repository, requests are checked against it too, and so are the fake's own answers.
"""

import functools
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SHARED = Path(__file__).resolve().parents[4] / "shared"

_STRINGS = {
    "type": "object",
    "maxProperties": 50,
    "propertyNames": {"minLength": 1, "maxLength": 40},
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 500},
}
_TEXT = {"type": "string"}
_LONG = {"type": "string", "maxLength": 10_000}
_MODE = {"enum": ["exact_delivery", "summarized_delivery", "reference_only", "silent_reference"]}

_POSTING = {
    "title": {"type": "string", "minLength": 3, "maxLength": 200},
    "language": _TEXT,
    "interviewer_name": {"type": "string", "maxLength": 100},
    "instructions": _LONG,
    "company_overview": _LONG,
    "job_overview": _LONG,
    "interview_process_overview": _LONG,
    "company_overview_delivery_mode": _MODE,
    "job_overview_delivery_mode": _MODE,
    "interview_process_overview_delivery_mode": _MODE,
    "phone_number_id": _TEXT,
    "sender_email_id": _TEXT,
    "email_template_group_id": _TEXT,
    "design_template_group_id": _TEXT,
    "redirect_url": _TEXT,
    "scheduling_url": _TEXT,
    "deadline": {"type": "string", "minLength": 10},
    "allow_sms_comms": {"type": "boolean"},
    "max_retakes": {"type": "integer", "minimum": 0, "maximum": 5},
    "retake_cooldown_days": {"type": "number", "minimum": 0},
    "email_report_to_candidate": {"type": "boolean"},
    "metadata": _STRINGS,
}

REQUESTS: dict[str, dict[str, Any]] = {
    "CreatePostingRequest": {
        "type": "object",
        "additionalProperties": False,
        "required": ["title"],
        "properties": {
            **_POSTING,
            "description": {"type": "string", "maxLength": 50_000},
            "interview_template_id": _TEXT,
            "workflow": {"type": "array"},
        },
        "oneOf": [{"required": ["interview_template_id"]}, {"required": ["workflow"]}],
    },
    "UpdatePostingRequest": {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {
            **_POSTING,
            "description": {"type": "string", "minLength": 10, "maxLength": 50_000},
        },
    },
    "CandidateIngestRequest": {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "email"],
        "properties": {
            "name": {"type": "string", "pattern": r"\S"},
            "email": {"type": "string", "pattern": r"^[^@\s<>,;]+@[^@\s<>,;.]+(\.[^@\s<>,;.]+)+$"},
            "phone_number": {"type": "string", "pattern": r"^\+[1-9]\d{6,14}$"},
            "metadata": _STRINGS,
            "data": {"type": "object"},
        },
    },
    "MetadataRequest": {
        "type": "object",
        "additionalProperties": False,
        "required": ["metadata"],
        "properties": {"metadata": _STRINGS},
    },
}
REQUESTS["BulkCandidateIngestRequest"] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["data"],
    "properties": {
        "data": {"type": "array", "minItems": 1, "items": REQUESTS["CandidateIngestRequest"]}
    },
}


@functools.cache
def published() -> dict[str, Any] | None:
    """The published schemas by name, or None where the document is not there."""
    path = SHARED / "heymilo" / "seed-schemas.json"
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@functools.cache
def _validators(name: str) -> tuple[Draft202012Validator, ...]:
    found = [Draft202012Validator(REQUESTS[name])] if name in REQUESTS else []
    document = published()
    if document and name in document:
        whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": document}}
        found.append(Draft202012Validator(whole))
    return tuple(found)


def faults_of(name: str, body: Any) -> list[tuple[list[str | int], str]]:
    """What is wrong with ``body`` as a ``name``: paths and rules, never the values."""
    wrong: list[tuple[list[str | int], str]] = []
    for validator in _validators(name):
        for error in validator.iter_errors(body):
            keys = ""
            if error.validator in ("additionalProperties", "required", "oneOf"):
                keys = f" (keys sent: {sorted(error.instance)})"
            wrong.append((list(error.absolute_path), f"{error.validator}{keys}"))
    return wrong


def nulls_in(body: Any, path: str = "") -> list[str]:
    """Where nulls stand in ``body``; whether they clear or are ignored is not published."""
    if body is None:
        return [path or "the body"]
    if isinstance(body, dict):
        return [hit for key, value in body.items() for hit in nulls_in(value, f"{path}.{key}")]
    if isinstance(body, list):
        return [hit for at, value in enumerate(body) for hit in nulls_in(value, f"{path}[{at}]")]
    return []
