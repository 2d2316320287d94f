"""Who can reach the listener, and by which names."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from syncd.errors import SettingsError
from syncd.settings.schema import DaemonSettings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Exposure:
    """Where to listen and what to answer to.

    ``hosts`` are the names a request may address, without port, in lower case; None takes any,
    which needs a token. ``public`` is the host of ``public_url``: whoever comes by that name comes
    from outside, through a proxy.
    """

    host: str
    port: int
    hosts: frozenset[str] | None
    public: str | None

    def knows(self, host: str) -> bool:
        """Whether a request for ``host``, the header's value, may be answered."""
        name = host_name(host)
        return name is not None and (self.hosts is None or name in self.hosts)

    def is_public(self, host: str) -> bool:
        """Whether a request for ``host`` came through the proxy of ``public_url``."""
        return self.public is not None and host_name(host) == self.public


def read_exposure(settings: DaemonSettings) -> Exposure | None:
    """Where to listen; None for nowhere.

    Raises SettingsError when other machines could reach it and there is no token.
    """
    if not settings.listen:
        return None
    host, _, port = settings.listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]").lower()
    if not is_loopback(host) and settings.token is None:
        raise SettingsError(
            f"daemon.listen is {settings.listen}, which other machines can reach, but there is no "
            "daemon.token: set a token, or listen on 127.0.0.1."
        )
    public = (urlsplit(settings.public_url).hostname or "").lower() or None
    hosts: frozenset[str] | None = _LOOPBACK | {host} | ({public} if public else set())
    if _is_everywhere(host):
        hosts = None  # nobody can list the names of every interface; the token stands for them
    return Exposure(host, int(port), hosts, public if public not in _LOOPBACK else None)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``, a name or an address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def host_name(header: str) -> str | None:
    """The name in a ``Host`` header, without port, in lower case; None for what is none."""
    try:
        parts = urlsplit(f"//{header}")
        name, _ = parts.hostname, parts.port
    except ValueError:
        return None
    return name.lower() if name and parts.netloc == header and "@" not in header else None


def _is_everywhere(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False
