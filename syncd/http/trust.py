"""Which servers are believed."""

import ssl
from functools import cached_property

import httpx


class Trust:
    """The certificates of those who vouch for servers, read once for all lines that share this.

    Reading them takes tens of milliseconds, in which the event loop stands still and nothing else
    is done, and every pass opens its lines anew.
    """

    @cached_property
    def context(self) -> ssl.SSLContext:
        """As httpx has it by default: SSL_CERT_FILE and SSL_CERT_DIR are heeded."""
        return httpx.create_ssl_context()
