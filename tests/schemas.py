"""Checks every request we send and every answer we get against the published schemas.

:func:`load_api` reads the published documents where they stand beside the repository; a test
without them skips through :func:`published`. :class:`SchemaTransport` wraps any httpx transport.
It is stricter than what is published: query parameters and body keys that an operation does not
name are wrong, although the servers would ignore them.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
SEED = SHARED / "heymilo" / "seed-schemas.json"
OPENAPI = SHARED / "heymilo" / "openapi.json"
RECORDINGS = SHARED / "ats" / "data" / "workable" / "recordings-nango"

# What no document lists but any server or proxy may answer; their bodies have no schema.
_ANY_TIME = frozenset({413, 500, 502, 503, 504})
# What the documents do not list although they speak of it: a posting's state forbids something.
_CONFLICT = 409


@dataclass(frozen=True)
class Operation:
    """One published operation of HeyMilo."""

    method: str
    path: str
    query: dict[str, dict[str, Any]]
    body: dict[str, Any] | None
    answers: dict[int, dict[str, Any] | None]


@dataclass(frozen=True)
class Api:
    """Operations, and the components they refer to: the seed's win over the document's."""

    operations: tuple[Operation, ...]
    components: dict[str, Any]

    def find(self, method: str, path: str) -> Operation | None:
        """The operation of a request; a literal path wins over one with a name in it."""
        fitting = [
            operation
            for operation in self.operations
            if operation.method == method
            and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", operation.path), path)
        ]
        return min(fitting, key=lambda one: one.path.count("{"), default=None)

    def problems(self, schema: dict[str, Any], value: Any) -> list[str]:
        """What is wrong with ``value``: the place and the rule, never the value itself."""
        whole = {**schema, "components": {"schemas": self.components}}
        validator = jsonschema.Draft202012Validator(whole)
        return [
            f"{'/'.join(str(part) for part in error.absolute_path) or '.'}: {error.validator}"
            for error in validator.iter_errors(value)
        ]

    def unknown_keys(self, schema: dict[str, Any], value: Any, place: str = "") -> Iterator[str]:
        """Keys of ``value`` that ``schema`` does not name, wherever it names any."""
        schema = self._resolve(schema)
        for choice in schema.get("anyOf", ()):
            if self._resolve(choice).get("type") in ("object", "array") and value is not None:
                yield from self.unknown_keys(choice, value, place)
        if isinstance(value, list) and "items" in schema:
            for number, item in enumerate(value):
                yield from self.unknown_keys(schema["items"], item, f"{place}/{number}")
        properties = schema.get("properties")
        if isinstance(value, dict) and properties is not None:
            for key, item in value.items():
                if key in properties:
                    yield from self.unknown_keys(properties[key], item, f"{place}/{key}")
                else:
                    yield f"{place}/{key}"

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.components[schema["$ref"].rsplit("/", 1)[1]]
        return schema


@cache
def load_api() -> Api | None:
    """The published API, or None where the documents are not at hand."""
    if not (SEED.is_file() and OPENAPI.is_file()):
        return None
    document = json.loads(OPENAPI.read_text())
    components = {**document["components"]["schemas"], **json.loads(SEED.read_text())}
    operations = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            operations.append(
                Operation(
                    method.upper(),
                    path,
                    {
                        one["name"]: one["schema"]
                        for one in operation.get("parameters", ())
                        if one["in"] == "query"
                    },
                    body["schema"] if body else None,
                    {
                        int(status): answer.get("content", {})
                        .get("application/json", {})
                        .get("schema")
                        for status, answer in operation["responses"].items()
                    },
                )
            )
    return Api(tuple(operations), components)


def published() -> Api:
    """The published API; skips the test where it is not at hand."""
    api = load_api()
    if api is None:
        pytest.skip("the published HeyMilo schemas are not beside the repository")
    return api


# Workable publishes no schema of what it takes today, so this is what was recorded in use.
_PAGED = {"limit", "since_id", "max_id"}
_LISTED = _PAGED | {"created_after", "updated_after", "stage", "email"}
_ID = "[0-9a-f]+"
_WORKABLE: tuple[tuple[str, str, set[str], set[str]], ...] = (
    ("GET", r"/accounts|/spi/v3/accounts(/[\w-]+)?", set(), set()),
    ("GET", r"/spi/v3/jobs", _PAGED | {"state", "created_after", "updated_after", "include_fields"},
     set()),
    ("GET", r"/spi/v3/jobs/\w+(/stages|/custom_attributes)?", set(), set()),
    ("GET", r"/spi/v3/jobs/\w+/candidates", _LISTED, set()),
    ("GET", r"/spi/v3/(stages|disqualification_reasons|custom_attributes)", set(), set()),
    ("GET", r"/spi/v3/members", _PAGED | {"role", "status"}, set()),
    ("GET", r"/spi/v3/candidates", _LISTED | {"shortcode"}, set()),
    ("GET", rf"/spi/v3/candidates/{_ID}", set(), set()),
    ("GET", rf"/spi/v3/candidates/{_ID}/activities", _PAGED, set()),
    ("POST", rf"/spi/v3/candidates/{_ID}/move", set(), {"member_id", "target_stage"}),
    ("POST", rf"/spi/v3/candidates/{_ID}/comments", set(), {"member_id", "comment"}),
    ("POST", rf"/spi/v3/candidates/{_ID}/disqualify", set(),
     {"member_id", "disqualify_reason_id", "disqualify_note", "withdrew"}),
    ("POST", rf"/spi/v3/candidates/{_ID}/revert", set(), {"member_id"}),
    ("POST", rf"/spi/v3/candidates/{_ID}/(relocate|copy)", set(),
     {"member_id", "target_job_shortcode", "target_stage"}),
    ("(POST|PUT)", rf"/spi/v3/candidates/{_ID}/ratings", set(),
     {"member_id", "comment", "grade", "scale"}),
    ("PUT", rf"/spi/v3/candidates/{_ID}/tags", set(), {"tags"}),
    ("PATCH", rf"/spi/v3/candidates/{_ID}/update_custom_attribute_value", set(),
     {"custom_attribute_key", "value"}),
)  # fmt: skip


def check_workable_request(request: httpx.Request, path: str) -> list[str]:
    """What is wrong with a request to Workable."""
    for method, pattern, query, keys in _WORKABLE:
        if re.fullmatch(method, request.method) and re.fullmatch(pattern, path):
            found = [f"query {name}: unknown" for name in set(request.url.params) - query]
            if not keys:
                return found + (["body: unexpected"] if request.content else [])
            body = json.loads(request.content or b"null")
            if not isinstance(body, dict):
                return [*found, "body: no object"]
            return found + [f"body {key}: unknown" for key in set(body) - keys]
    return ["no such operation"]


def check_heymilo_request(api: Api, request: httpx.Request, path: str) -> list[str]:
    """What is wrong with a request to HeyMilo."""
    operation = api.find(request.method, path)
    if operation is None:
        return ["no such operation"]
    found = []
    for name, text in request.url.params.multi_items():
        schema = operation.query.get(name)
        if schema is None:
            found.append(f"query {name}: unknown")
            continue
        whole = schema.get("type") == "integer"
        value = int(text) if whole and text.lstrip("-").isdigit() else text
        found += [f"query {name}: {problem}" for problem in api.problems(schema, value)]
    if operation.body is None:
        return found + (["body: unexpected"] if request.content else [])
    try:
        body = json.loads(request.content)
    except ValueError:
        return [*found, "body: no JSON"]
    found += [f"body {problem}" for problem in api.problems(operation.body, body)]
    return found + [f"body {key}: unknown" for key in api.unknown_keys(operation.body, body)]


def check_heymilo_answer(api: Api, method: str, path: str, answer: httpx.Response) -> list[str]:
    """What is wrong with an answer of HeyMilo; the body must have been read."""
    operation = api.find(method, path)
    if operation is None or answer.status_code in _ANY_TIME:
        return []
    schemas: list[dict[str, Any]]
    if answer.status_code == _CONFLICT:
        schemas = [{"$ref": "#/components/schemas/APIErrorResponse"}]
    elif answer.status_code == 422:
        # Published as the one, with an example of the other.
        schemas = [
            {"$ref": "#/components/schemas/HTTPValidationError", "required": ["detail"]},
            {"$ref": "#/components/schemas/APIErrorResponse"},
        ]
    elif answer.status_code in operation.answers:
        schemas = [operation.answers[answer.status_code] or {}]
    else:
        return [f"status {answer.status_code}: not published"]
    try:
        value = answer.json()
    except ValueError:
        return ["answer: no JSON"]
    problems = [api.problems(schema, value) for schema in schemas]
    if any(not found for found in problems):
        return []
    return [f"answer {problem}" for problem in problems[0]]


class SchemaTransport(httpx.AsyncBaseTransport):
    """Passes requests on to ``inner`` and checks them and their answers.

    What is wrong is kept in ``problems``; with ``strict`` it raises AssertionError at once.
    ``heymilo`` and ``workable`` are the base addresses of the two sides. ``check_answers`` False
    checks requests only, for tests in which faults spoil answers.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        heymilo: str,
        workable: str = "",
        strict: bool = True,
        check_answers: bool = True,
    ) -> None:
        self.inner = inner
        self.heymilo = heymilo.rstrip("/")
        self.workable = workable.rstrip("/")
        self.strict = strict
        self.check_answers = check_answers
        self.problems: list[str] = []
        self.checked = 0
        self.api = published()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        bare = str(request.url.copy_with(query=None))
        side = next((s for s in (self.heymilo, self.workable) if s and bare.startswith(s)), "")
        path = bare[len(side) :]
        if side == self.heymilo:
            found = check_heymilo_request(self.api, request, path)
        else:
            found = check_workable_request(request, path)
        self._report(request, path, found)
        answer = await self.inner.handle_async_request(request)
        if side == self.heymilo and self.check_answers:
            await answer.aread()
            found = check_heymilo_answer(self.api, request.method, path, answer)
            self._report(request, path, found)
        self.checked += 1
        return answer

    def _report(self, request: httpx.Request, path: str, found: list[str]) -> None:
        self.problems += [f"{request.method} {path}: {problem}" for problem in found]
        if found and self.strict:
            raise AssertionError("; ".join(self.problems))

    async def aclose(self) -> None:
        await self.inner.aclose()
