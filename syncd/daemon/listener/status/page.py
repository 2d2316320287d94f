"""The template, its style, and the policy that allows this style and nothing else."""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from syncd.daemon.listener.status.view import View
from syncd.model.moments import lasting

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "status.css").read_text("utf-8")
_PAGES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals["lasting"] = lasting
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of every answer: no script at all, and this one style by its hash."""

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#1b4f9c"/>'
    '<path d="M9 12h11m0 0-4-4m4 4-4 4M23 20H12m0 0 4-4m-4 4 4 4" fill="none" stroke="#fff" '
    'stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


def render(view: View, *, refresh: bool) -> str:
    """The page as HTML; with ``refresh`` the browser fetches it again every minute."""
    return _PAGES.get_template("status.html").render(view=view, refresh=refresh, style=_STYLE)
