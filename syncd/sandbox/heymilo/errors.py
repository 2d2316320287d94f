"""Refusals in the published shapes: ``APIErrorResponse`` and FastAPI's ``HTTPValidationError``."""

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from syncd.sandbox.heymilo.behaviour import Behaviour
from syncd.sandbox.wire import Refusal, Request, say


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong with a request: where, a code, a sentence, what was given."""

    where: tuple[str | int, ...]
    code: str
    text: str
    given: Any = None


def refuse(status: int, kind: str, code: str, text: str, param: str | None = None) -> Refusal:
    """A refusal as ``APIErrorResponse``."""
    error: dict[str, Any] = {"type": kind, "code": code, "message": text, "errors": []}
    if param is not None:
        error["param"] = param
    return Refusal(say(status, {"error": error}))


def not_found(what: str) -> Refusal:
    return refuse(404, "not_found_error", "resource_not_found", f"{what} not found")


def invalid(wrongs: list[Wrong], behaviour: Behaviour) -> Refusal:
    """A 422 in the shape ``behaviour`` asks for; like FastAPI's, it echoes what was given."""
    if not behaviour.names_rows:
        wrongs = [Wrong(("body",), "value_error", "The request body failed validation")]
    if behaviour.error_shape == "fastapi":
        detail = [
            {"loc": list(w.where), "msg": w.text, "type": w.code, "input": w.given} for w in wrongs
        ]
        return Refusal(say(422, {"detail": detail}))
    error = {
        "type": "invalid_request_error",
        "code": "validation_error",
        "message": "The request body failed validation",
        "errors": [
            {
                "code": "invalid_param",
                "message": w.text,
                "param": ".".join(str(part) for part in w.where[1:]) or None,
            }
            for w in wrongs
        ],
    }
    return Refusal(say(422, {"error": error}))


def wrongs_of(error: ValidationError, place: str) -> list[Wrong]:
    """What pydantic complains of, below ``place`` ("body" or "query")."""
    return [
        Wrong((place, *one["loc"]), one["type"], one["msg"], one.get("input"))
        for one in error.errors(include_url=False, include_context=False)
    ]


Model = TypeVar("Model", bound=BaseModel)


def read_body(model: type[Model], request: Request, behaviour: Behaviour) -> Model:
    """The body as ``model``; a Refusal (422) if it is not one."""
    try:
        return model.model_validate_json(request.body)
    except ValidationError as error:
        raise invalid(wrongs_of(error, "body"), behaviour) from None
