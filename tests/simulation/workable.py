"""What of the simulation is Workable's own, besides the deeds in ``life`` and the ledgers.

The same simulation with another connector's sandbox needs another module like this one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from syncd.ats.workable import applications, client
from syncd.ats.workable.settings import WorkableSettings
from syncd.sandbox import WORKABLE_URL, World

#: Requests within seconds that the side allows.
LIMIT = (10, 10.0)

#: Where changed applications are listed, the parameter of one job's, and those of the two cursors.
FEED = "/spi/v3/candidates"
ONE_JOB, SINCE, AFTER = "shortcode", "updated_after", "since_id"


def settings(world: World, settle: float, score_field: str) -> WorkableSettings:
    """How the connection reaches the account of ``world``."""
    return WorkableSettings.model_validate(
        {
            "type": "workable",
            "base_url": WORKABLE_URL,
            "api_token": world.workable.token,
            "settle": settle,
            "score_field": score_field,
        }
    )


@contextmanager
def pages_of(rows: int) -> Iterator[None]:
    """Lists come in pages of so many rows."""
    with (
        patch.object(client, "PAGE_SIZE", rows),
        patch.object(applications, "PAGE_SIZE", rows),
    ):
        yield
