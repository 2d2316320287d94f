"""One request of a vendor's login: to a whole address, with what the login needs."""

from collections.abc import Collection, Mapping

from syncd.errors import Rejected
from syncd.http.answer import Answer
from syncd.http.exchange import Exchange
from syncd.http.places import ELSEWHERE, Places, target_of
from syncd.http.redact import public_path

_HOPS = 4


async def visit(
    exchange: Exchange,
    places: Places,
    method: str,
    url: str,
    *,
    params: Mapping[str, str | int] | None,
    form: Mapping[str, str] | None,
    headers: Mapping[str, str],
    redirects: Collection[int],
    patience: float,
    silence: float | None,
) -> Answer:
    """See :meth:`syncd.http.session.Session.visit`.

    What was given goes along to where a 307 or 308 leads, since it means the same request at
    another address; so every address is checked, the first as well.
    """
    request = f"{method} {public_path(url)}"
    for _ in range(_HOPS):
        if not places.allow(url):
            break
        answer = None
        while answer is None:
            exchange.drain.require_open()
            start = await exchange.hold(request, patience)
            async with exchange.turn:
                exchange.pass_gate(start)
                if not exchange.budget.begin(start):
                    continue  # it waited too long for its turn: nothing was sent
                answer = await exchange.send(
                    method,
                    url,
                    request,
                    headers,
                    reading=True,
                    params=params,
                    form=form,
                    elsewhere=True,
                    keep=(*redirects, *ELSEWHERE),
                    silence=silence,
                )
        if answer.status not in ELSEWHERE:
            return answer
        # The address an answer gives is whole, its query included.
        url, params = target_of(url, answer.headers.get("location")) or "", None
    raise Rejected(
        f"{exchange.side} sends {request} to a host that is neither its own nor named in the "
        "settings, or in a circle; check the addresses in the settings.",
        side=exchange.side,
        request=request,
        code="unknown_host",
    )
