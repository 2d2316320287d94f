"""The REST API of a Bullhorn account: logins, sessions, lists, entities, settings.

As stubborn as the real one: loginInfo at the common address sends on to the data centre (307), the
password is answered with a redirect or with a page for people, codes and refresh tokens are good
for one use, sessions die, a list gives fewer rows than asked for, times are milliseconds, an
unknown field spoils the whole answer, and the search index lags so that it is of no use.
"""

import json
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode

from syncd.sandbox.wire import Answer, Refusal, Request, Routes, say, say_html
from tests.ats.fakes.bullhorn_tables import READ_ONLY, BadQuery, Row, Tables

COMMON = "https://rest.bullhornstaffing.com"
CENTRE = "https://rest91.bullhornstaffing.com"
AUTH = "https://auth91.bullhornstaffing.com"
CORPORATION = "e999"

USERNAME = "example.api"
PASSWORD = "synthetic password & more"
CLIENT_ID = "00000000-1111-2222-3333-444444444444"
CLIENT_SECRET = "synthetic-client-secret-0123456789"

NOTES = ("Note", "NoteEntity")

STATUSES = [
    "New Lead", "Submitted", "Phone Screen", "Interview Scheduled", "Placed", "Client Rejected",
    "Candidate Withdrew",
]  # fmt: skip


def problem(
    status: int, text: str, key: str = "errors.unknown", fields: tuple[str, ...] = ()
) -> Answer:
    body: dict[str, Any] = {"errorMessage": text, "errorMessageKey": key, "errorCode": status}
    if fields:
        body["errors"] = [{"propertyName": name, "type": "UNKNOWN"} for name in fields]
    return say(status, body)


class BullhornRest:
    """Answers requests; what a test changes are its attributes.

    ``terms_accepted``: False and every login ends at a page. ``tells_total``: whether lists say
    how many rows there are. ``notes_by``: in which ways notes can be found. ``forbidden``: entities
    that the API user may not see. ``sent_on``: how a login tells its code. People are in the search
    index and cannot be queried.
    """

    def __init__(self, tables: Tables, *, page_size: int, lag: float) -> None:
        self.tables = tables
        self.page_size = page_size
        self.lag = lag
        self.terms_accepted = True
        self.password = PASSWORD
        self.tells_total = True
        self.notes_by = {"entity", "association", "query/Note", "query/NoteEntity"}
        self.sent_on = 302
        self.forbidden: set[str] = set()
        self.settings: dict[str, Any] = {
            "corporationId": 9990,
            "jobResponseStatusList": list(STATUSES),
            "commentActionList": ["Email", "Note", "Prescreen"],
            "rejectedJobResponseStatus": ["Client Rejected"],
            "submissionPlacedStatus": "Placed",
        }
        self.odd: dict[str, list[Any]] = {}
        self.sessions: set[str] = set()
        self.codes: set[str] = set()
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self._count = 0
        self.user = tables.add("CorporateUser", {"username": USERNAME})
        self.settings["userId"] = self.user
        self._open = Routes()
        self._open.add("GET", "/rest-services/loginInfo", self._login_info)
        self._open.add("GET", "/oauth/authorize", self._authorize)
        self._open.add("POST", "/oauth/token", self._token)
        self._open.add("GET", "/rest-services/login", self._login)
        self._routes = Routes()
        base = f"/rest-services/{CORPORATION}"
        self._routes.add("GET", f"{base}/logout", self._logout)
        self._routes.add("GET", f"{base}/query/{{entity}}", self._query)
        self._routes.add("POST", f"{base}/query/{{entity}}", self._query)
        self._routes.add("GET", f"{base}/search/{{entity}}", self._search)
        for way in ("entity", "association"):
            path = f"{base}/{way}/Candidate/{{key}}/notes"
            self._routes.add("GET", path, partial(self._notes, way=way))
        self._routes.add("GET", f"{base}/entity/{{entity}}/{{key}}", self._entity)
        self._routes.add("PUT", f"{base}/entity/{{entity}}", self._create)
        self._routes.add("POST", f"{base}/entity/{{entity}}/{{key}}", self._update)
        self._routes.add("GET", f"{base}/meta/{{entity}}", self._meta)
        self._routes.add("GET", f"{base}/settings/{{names}}", self._settings)

    def answer(self, request: Request) -> Answer:
        found = self._open.find(request.method, request.path)
        if found is None:
            self._require_session(request)
            found = self._routes.find(request.method, request.path)
        if found is None or request.origin not in (COMMON, CENTRE, AUTH):
            return problem(404, "No such resource")
        handler, arguments = found
        entity = arguments.get("entity")
        if entity is not None and entity not in self.tables.fields:
            return problem(404, "No such entity")
        if entity in self.forbidden:
            return problem(403, "Not entitled")
        try:
            return handler(request, **arguments)
        except BadQuery as error:
            return problem(400, f"Invalid field or condition {error}", "errors.badQuery")
        except KeyError:
            return problem(404, "Not found", "errors.entityNotFound")

    # Logging in

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"synthetic-{kind}-{self._count:04d}"

    def _login_info(self, request: Request) -> Answer:
        if request.params.get("username") != USERNAME:
            return problem(400, "No such user")
        if request.origin == COMMON:
            location = f"{CENTRE}{request.path}?{urlencode(request.query)}"
            return Answer(307, headers={"location": location})
        return say(
            200,
            {
                "atsUrl": "https://cls91.bullhornstaffing.com/",
                "oauthUrl": f"{AUTH}/oauth",
                "restUrl": f"{CENTRE}/rest-services/",
            },
        )

    def _authorize(self, request: Request) -> Answer:
        asked = request.params
        good = (
            request.origin == AUTH
            and asked.get("client_id") == CLIENT_ID
            and asked.get("username") == USERNAME
            and asked.get("password") == self.password
            and asked.get("response_type") == "code"
            and asked.get("action") == "Login"
        )
        if not good or not self.terms_accepted:
            return say_html(200, "Terms of Service" if good else "Log in")
        code = f"91:{self._new('code')}"
        self.codes.add(code)
        location = "https://client.example.com/?" + urlencode(
            {"code": code, "client_id": CLIENT_ID}
        )
        return Answer(self.sent_on, headers={"location": location})

    def _token(self, request: Request) -> Answer:
        form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        if request.query or (form.get("client_id"), form.get("client_secret")) != (
            CLIENT_ID,
            CLIENT_SECRET,
        ):
            return say(401 if request.query else 400, {"error": "invalid_client"})
        grant = form.get("grant_type")
        held, given = {
            "authorization_code": (self.codes, form.get("code", "")),
            "refresh_token": (self.refresh, form.get("refresh_token", "")),
        }.get(grant or "", (set(), ""))
        if given not in held:
            return say(
                400, {"error": "invalid_grant", "error_description": "Invalid, expired or revoked."}
            )
        held.discard(given)
        access, refresh = self._new("access"), self._new("refresh")
        self.access.add(access)
        self.refresh.add(refresh)
        return say(
            200,
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": 600,
                "refresh_token": refresh,
            },
        )

    def _login(self, request: Request) -> Answer:
        if (
            request.params.get("version") != "*"
            or request.params.get("access_token") not in self.access
        ):
            key = "errors.authentication.invalidOAuthToken"
            return problem(400, "Invalid or expired OAuth access token.", key)
        token = self._new("session")
        self.sessions.add(token)
        base = f"{CENTRE}/rest-services/{CORPORATION}/"
        return say(200, {"BhRestToken": token, "restUrl": base})

    def _require_session(self, request: Request) -> None:
        token = request.headers.get("bhresttoken")
        if token is None:
            raise Refusal(problem(412, "No BhRestToken"))
        if token not in self.sessions:
            key = "errors.authentication.invalidRestToken"
            raise Refusal(problem(401, "Bad 'BhRestToken' or timed-out.", key))

    def _logout(self, request: Request) -> Answer:
        self.sessions.discard(request.headers["bhresttoken"])
        return say(200, {"logout": True})

    # Reading

    def _query(self, request: Request, entity: str) -> Answer:
        where = request.params.get("where", "")
        if request.method == "POST":
            where = request.json()["where"]
        if len(where) > 7500 and request.method == "GET":
            return problem(414, "Too long")
        way = f"query/{entity}"
        if entity == "Candidate" or (entity in NOTES and way not in self.notes_by):
            return problem(400, "Not to be queried")
        rows = self.tables.find(entity, where, self.lag)
        return self._page(request, entity, rows, self.odd.get(entity, []))

    def _search(self, request: Request, entity: str) -> Answer:
        if entity != "Candidate" and (entity != "Note" or "search/Note" not in self.notes_by):
            return problem(400, "Not to be searched")
        field, _, value = request.params["query"].partition(":")
        where = f"{field}={'false' if field == 'isDeleted' else value}"
        rows = self.tables.find(entity, where, self.lag)
        return self._page(request, entity, rows, [], order="sort")

    def _page(
        self, request: Request, entity: str, rows: list[Row], odd: list[Any], order: str = "orderBy"
    ) -> Answer:
        asked = request.params
        if {"orderBy", "sort"} & set(asked) - {order} or asked.get(order, "id") != "id":
            raise BadQuery(order)
        fields = asked.get("fields", "")
        self.tables.shown(entity, {}, fields)
        start, count = int(asked.get("start", "0")), int(asked.get("count", "20"))
        every = [self.tables.shown(entity, row, fields) for row in rows] + odd
        some = every[start : start + min(count, self.page_size, 500)]
        body = {"start": start, "count": len(some), "data": some}
        if order == "sort" or (asked.get("showTotalMatched") == "true" and self.tells_total):
            body["total"] = len(every)
        return say(200, body)

    def _entity(self, request: Request, entity: str, key: str) -> Answer:
        row = self.tables.get(entity, int(key))
        return say(200, {"data": self.tables.shown(entity, row, request.params.get("fields", ""))})

    def _notes(self, request: Request, key: str, way: str) -> Answer:
        self.tables.get("Candidate", int(key))
        if way not in self.notes_by:
            return problem(400, "No such association")
        rows = [
            row
            for row in self.tables.find("Note", "id>0", self.lag)
            if row["personReference"]["id"] == int(key)
        ]
        return self._page(request, "Note", rows, [])

    def _meta(self, request: Request, entity: str) -> Answer:
        fields = [
            {
                "name": name,
                "type": "TO_ONE"
                if name in ("publishedCategory", "clientCorporation")
                else "SCALAR",
                "dataType": _data_type(name),
                "readOnly": name in READ_ONLY,
            }
            for name in sorted(self.tables.fields[entity])
        ]
        return say(200, {"entity": entity, "label": entity, "fields": fields})

    def _settings(self, request: Request, names: str) -> Answer:
        return say(200, {name: self.settings.get(name) for name in names.split(",")})

    # Writing

    def _create(self, request: Request, entity: str) -> Answer:
        body = self._written(request, entity)
        if entity != "Note" or not {"comments", "personReference"} <= body.keys():
            return problem(400, "Missing fields", "errors.missingRequiredField")
        self.tables.get("Candidate", body["personReference"]["id"])
        key = self.tables.add(entity, body)
        link = {"note": {"id": key}, "targetEntityName": "User"}
        self.tables.add("NoteEntity", {**link, "targetEntityID": body["personReference"]["id"]})
        # The date of the last comment stands on the person, so the person has changed.
        self.tables.change("Candidate", body["personReference"]["id"])
        return self._changed(entity, key, "INSERT", body)

    def _update(self, request: Request, entity: str, key: str) -> Answer:
        body = self._written(request, entity)
        self.tables.change(entity, int(key), **body)
        return self._changed(entity, int(key), "UPDATE", body)

    def _written(self, request: Request, entity: str) -> Row:
        try:
            body = request.json()
        except json.JSONDecodeError:
            raise Refusal(problem(400, "Not JSON")) from None
        unknown = tuple(body.keys() - self.tables.fields[entity] | body.keys() & READ_ONLY)
        if unknown:
            raise Refusal(problem(400, "Unknown fields", "errors.unknownField", unknown))
        for name, most in (("status", 30), ("screeningSummary", 255), ("screeningStatus", 100)):
            if len(str(body.get(name, ""))) > most:
                raise Refusal(problem(400, "Too long", "errors.tooLong", (name,)))
        for name in ("screeningScore", "screeningCompletedDateTime", "customInt1"):
            if name in body and type(body[name]) is not int:
                raise Refusal(problem(400, "No integer", "errors.wrongType", (name,)))
        return dict(body)

    def _changed(self, entity: str, key: int, what: str, body: Row) -> Answer:
        told = {"changedEntityType": entity, "changedEntityId": key, "changeType": what}
        return say(200, {**told, "data": body})


def _data_type(name: str) -> str:
    if name in ("screeningScore", "id") or "Int" in name:
        return "Integer"
    if "Float" in name:
        return "Double"
    return "Timestamp" if name.startswith("date") or name.endswith("DateTime") else "String"
