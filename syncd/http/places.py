"""Where requests of one side may go besides its base address.

A vendor's login tells the address of its API, and may answer that an account lives elsewhere. A
credential follows such an answer only to hosts that were known beforehand: the vendor's own, and
those that the settings name.
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

#: The same request is wanted at another address, and nothing was done here (RFC 9110, 15.4.8).
ELSEWHERE = (307, 308)


class Places:
    """The hosts that may be told a credential.

    ``domains`` are the vendor's, e.g. ``example.com``: they and every host below them are allowed,
    over https. ``urls`` are addresses of the settings: their hosts are allowed with any port, and
    over http where the setting says http. This machine is one host, by whichever of its loopback
    names and addresses.
    """

    def __init__(self, *, domains: Collection[str] = (), urls: Collection[str] = ()) -> None:
        self._domains = tuple(domain.lower() for domain in domains)
        self._named: set[tuple[str, str]] = set()
        for url in urls:
            parts = urlsplit(url)
            host = _host_in(parts)
            self._named |= {("https", host), (parts.scheme, host)}

    def __bool__(self) -> bool:
        return bool(self._domains or self._named)

    def allow(self, url: str) -> bool:
        """Whether a request with a credential may go to this address."""
        try:
            parts = urlsplit(url)
            host, port = _host_in(parts), parts.port
        except ValueError:
            return False
        if parts.username is not None or not host:
            return False
        if (parts.scheme, host) in self._named:
            return True
        known = any(host == one or host.endswith(f".{one}") for one in self._domains)
        return known and parts.scheme == "https" and port in (None, 443)


def _host_in(parts: SplitResult) -> str:
    """The host of an address in lower case; every loopback one as ``localhost``."""
    host = (parts.hostname or "").lower()
    try:
        return "localhost" if ip_address(host).is_loopback else host
    except ValueError:
        return host


def target_of(url: str, location: str | None) -> str | None:
    """Where an answer's ``Location`` leads from ``url``; None where that cannot be read."""
    if not location:
        return None
    try:
        return urljoin(url, location.strip())
    except ValueError:
        return None


def base_behind(target: str, path: str) -> str | None:
    """Given where a request for ``path`` was sent on to, return the base address there.

    None if the target does not end in the path: then it is another request, not another place.
    """
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    tail = "/" + urlsplit(path).path.lstrip("/")
    if not parts.path.endswith(tail):
        return None
    return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix(tail)}"
