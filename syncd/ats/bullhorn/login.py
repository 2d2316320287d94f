"""Logging in without a browser: data centre, authorisation, token, session.

Bullhorn's own description: bullhorn.github.io/docs/oauth and Getting-Started-with-REST. The
password stands in the query of one request, and the access token in that of another, because that
is how they are asked for; neither is ever shown, and both go to hosts known beforehand.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from syncd.ats.bullhorn.errors import SIDE, unreadable
from syncd.ats.bullhorn.settings import BullhornSettings
from syncd.ats.wire import mapping_of, text_of
from syncd.errors import CredentialsRefused, Rejected, RemoteError, Uncertain
from syncd.http.renewed import Credential
from syncd.http.session import Answer, Session

_FOUND = (301, 302, 303)
_LEAVING = 5.0  # seconds a logout may take to be answered, and at most wait for the budget
_SESSION = "BhRestToken"
_REFUSALS = (Rejected, CredentialsRefused)


@dataclass(slots=True, eq=False)
class Memory:
    """What makes a further login cheaper: where the data centre is, and the refresh token, which
    is good for one use. A new process begins without either."""

    oauth: str = ""
    rest: str = ""
    refresh: str | None = field(default=None, repr=False)


class BullhornLogin:
    """Logs in, by what is remembered of earlier logins if there were any."""

    def __init__(self, settings: BullhornSettings, memory: Memory) -> None:
        self._settings = settings
        self._memory = memory

    async def __call__(self, session: Session) -> Credential:
        """Return a session's token and address.

        Raises CredentialsRefused for what a person must put right, and what requests raise.
        """
        try:
            if not self._memory.oauth:
                await self._find_centre(session)
            access = await self._renew(session) or await self._authorise(session)
            return await self._open(session, access)
        except RemoteError:
            self._memory.oauth = ""  # the account may have moved
            raise

    async def _find_centre(self, session: Session) -> None:
        settings = self._settings
        try:
            answer = await session.visit(
                "GET", settings.login_url, params={"username": settings.username}
            )
        except _REFUSALS as error:
            if error.code == "unknown_host":
                raise
            raise _refused(
                error, "does not know where this API user belongs; check username and login_url"
            ) from None
        told = mapping_of(answer.json())
        oauth, rest = text_of(told.get("oauthUrl")), text_of(told.get("restUrl"))
        if oauth is None:
            raise unreadable("loginInfo", "no address to log in at")
        # Without an address of its own the API is where loginInfo is.
        rest = rest or settings.login_url.rpartition("/")[0]
        self._memory.oauth, self._memory.rest = oauth.rstrip("/"), rest.rstrip("/")

    async def _authorise(self, session: Session) -> str:
        """A code for name and password, and an access token for the code."""
        settings = self._settings
        params: dict[str, str | int] = {
            "client_id": settings.client_id,
            "response_type": "code",
            "action": "Login",
            "username": settings.username,
            "password": settings.password.get_secret_value(),
        }
        told = (
            "does not accept client_id, username and password, or its API user has yet to accept "
            "the Terms of Service in a browser"
        )
        try:
            answer = await session.visit(
                "GET", f"{self._memory.oauth}/authorize", params=params, redirects=_FOUND
            )
        except _REFUSALS as error:
            if error.code == "unknown_host":
                raise
            raise _refused(error, told) from None
        code = _code_in(answer)
        if code is None:
            # A page for people instead of a code.
            raise _refused(answer, told)
        return await self._ask_token(session, {"grant_type": "authorization_code", "code": code})

    async def _renew(self, session: Session) -> str | None:
        """An access token for the refresh token; None without one, or where it is refused."""
        if self._memory.refresh is None:
            return None
        token, self._memory.refresh = self._memory.refresh, None  # used up, whatever becomes of it
        try:
            return await self._ask_token(
                session, {"grant_type": "refresh_token", "refresh_token": token}
            )
        except (CredentialsRefused, Rejected, Uncertain):
            return None

    async def _ask_token(self, session: Session, grant: dict[str, str]) -> str:
        settings = self._settings
        form = {
            **grant,
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
        }
        try:
            answer = await session.visit("POST", f"{self._memory.oauth}/token", form=form)
        except _REFUSALS as error:
            if error.code == "invalid_grant":
                # The code was new, so it was lost on the way, or came too late.
                raise unreadable("token", "a refusal of its own code") from None
            if error.code == "unknown_host":
                raise
            raise _refused(error, "does not accept client_id and client_secret") from None
        told = mapping_of(answer.json())
        access = text_of(told.get("access_token"))
        if access is None:
            raise unreadable("token", "no access token")
        self._memory.refresh = text_of(told.get("refresh_token"))
        return access

    async def _open(self, session: Session, access: str) -> Credential:
        """The session that an access token opens."""
        try:
            answer = await session.visit(
                "GET", f"{self._memory.rest}/login", params={"version": "*", "access_token": access}
            )
        except _REFUSALS as error:
            if error.code == "errors.authentication.invalidOAuthToken":
                raise unreadable("login", "a refusal of its own access token") from None
            if error.code == "unknown_host":
                raise
            raise _refused(
                error,
                "lets this user log in but gives no session; check its rights to the REST API",
            ) from None
        told = mapping_of(answer.json())
        token, rest = text_of(told.get("BhRestToken")), text_of(told.get("restUrl"))
        if token is None or rest is None:
            raise unreadable("login", "no session")
        return Credential({_SESSION: token}, base_url=rest.rstrip("/"))


async def leave(session: Session, held: Credential) -> None:
    """Log out: an account may have 50 sessions at a time."""
    await session.visit(
        "GET",
        f"{held.base_url}/logout",
        headers=held.headers,
        patience=_LEAVING,
        silence=_LEAVING,
    )


def _code_in(answer: Answer) -> str | None:
    """The authorisation code in where an answer leads to; None without one."""
    if answer.status not in _FOUND:
        return None
    try:
        query = urlsplit(answer.headers.get("location", "")).query
    except ValueError:
        return None
    return next(iter(parse_qs(query).get("code", ())), None)


def _refused(found: Rejected | CredentialsRefused | Answer, why: str) -> CredentialsRefused:
    return CredentialsRefused(
        f"{SIDE} {why} ({found.status}).", side=SIDE, request=found.request, status=found.status
    )
