"""A settings file for the sandbox, to be shown or written."""

from syncd.sandbox.demo import SCORE_FIELD
from syncd.sandbox.heymilo.state import State
from syncd.sandbox.workable.state import Account

_TEXT = """\
installation = "sandbox"
secret = "sandbox-secret-for-trying-out-only"

[database]
url = "sqlite:///syncd-sandbox.db"

[connections.demo]
mode = "sync"

[connections.demo.heymilo]
base_url = "{heymilo_url}"
api_key = "{api_key}"
settle = "20s"

[connections.demo.ats]
type = "workable"
base_url = "{workable_url}"
api_token = "{token}"
settle = "20s"
score_field = "{score_field}"

[[connections.demo.postings.templates]]
template_code = "ENG-SCREEN"
department = ["Engineering*"]

[[connections.demo.postings.templates]]
template_code = "SALES-SCREEN"
department = ["Sales*"]

[connections.demo.applicants]
stages = ["Applied"]
applied_after = 2020-01-01T00:00:00Z

[[connections.demo.writeback]]
status = ["completed", "shortlisted"]
min_score = 70
note = true
score = true
tag = "HeyMilo: passed"
move_to_stage = "Phone Screen"

[[connections.demo.writeback]]
status = ["completed", "shortlisted"]
max_score = 70
note = true
score = true

[[connections.demo.writeback]]
status = ["dismissed", "knocked_out"]
note = true
score = true
"""


def sandbox_settings(heymilo_url: str, workable_url: str) -> str:
    """Given where the two sides of :func:`~syncd.sandbox.demo.demo_world` are served, return
    TOML. ``applied_after`` lies in the past, so that the first run invites people."""
    return _TEXT.format(
        heymilo_url=heymilo_url,
        workable_url=workable_url,
        api_key=State().api_key,
        token=Account().token,
        score_field=SCORE_FIELD,
    )
