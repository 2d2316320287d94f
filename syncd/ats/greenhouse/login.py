"""Access tokens: asked for with the client credentials, kept in memory, renewed before they end.

``POST https://auth.greenhouse.io/token`` with the credentials as Basic authentication and
``grant_type=client_credentials&sub=<user>`` as a form. Its limit is counted apart from the API's,
so it has a session, and a budget, of its own.
"""

import base64

from syncd.ats.greenhouse.errors import SIDE, complaint
from syncd.ats.greenhouse.settings import TOKEN_LIMIT, GreenhouseSettings
from syncd.ats.listing import no_proof
from syncd.ats.wire import mapping_of, moment_of, text_of
from syncd.errors import CredentialsRefused, NotFound, Rejected, RemoteError
from syncd.http.renewed import Credential
from syncd.http.session import Network, Session

_EPOCH = 1e9  # a larger number of seconds is a moment, a smaller one a duration


class GreenhouseLogin:
    """Asks for tokens."""

    def __init__(self, settings: GreenhouseSettings, network: Network) -> None:
        self._settings = settings
        self._session = Session(
            side=SIDE,
            base_url=settings.auth_url,
            network=network,
            budget=network.budget(
                TOKEN_LIMIT, scope=f"{settings.credential}-token", answers_per=TOKEN_LIMIT.seconds
            ),
            headers=dict,
            complain=complaint,
            places=settings.places,
        )

    async def __call__(self, _: Session) -> Credential:
        """Return a new token.

        Raises CredentialsRefused for what a person must put right, and what requests raise;
        Uncertain for an answer without a token.
        """
        settings = self._settings
        form = {"grant_type": "client_credentials"}
        if settings.user_id:
            form["sub"] = settings.user_id
        try:
            answer = await self._session.visit(
                "POST", settings.token_address, form=form, headers=self._headers()
            )
        except NotFound as error:
            raise _refused(error, "gives no tokens at auth_url; correct it") from None
        except (CredentialsRefused, Rejected) as error:
            if error.code == "unknown_host":
                raise
            raise _refused(
                error, "gives no token for client_id, client_secret and user_id; correct them"
            ) from None
        told = mapping_of(answer.json())
        token = text_of(told.get("access_token"))
        if token is None or not all("!" <= character <= "~" for character in token):
            raise no_proof(SIDE, "POST /token", "no token")
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        return Credential(headers, lasts=lifetime(told, self._session.remote_now()))

    async def aclose(self) -> None:
        await self._session.aclose()

    def _headers(self) -> dict[str, str]:
        settings = self._settings
        pair = f"{settings.client_id}:{settings.client_secret.get_secret_value()}"
        basic = base64.b64encode(pair.encode()).decode()
        return {"Authorization": f"Basic {basic}", "Accept": "application/json"}


def lifetime(told: object, now: float) -> float | None:
    """For how many seconds a token may be used, given the answer and the clock of who gave it.

    ``expires_at`` is a moment, ``expires_in`` a duration; both were seen, as was ``expires`` in the
    vendor's description. None where no time to come is told: then only a refusal tells.
    """
    answer = mapping_of(told)
    for key in ("expires_in", "expires_at", "expires"):
        value = answer.get(key)
        text = value if isinstance(value, str) else ""
        moment = moment_of(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            moment = float(value)
        elif text.strip().isdecimal() and text.isascii():
            moment = float(text)
        if moment is not None:
            left = moment - now if moment >= _EPOCH else moment
            if left > 0:
                return left
    return None


def _refused(error: RemoteError, told: str) -> CredentialsRefused:
    return CredentialsRefused(
        f"{SIDE} {told}.",
        side=SIDE,
        request=error.request,
        status=error.status,
        code=error.code,
    )
