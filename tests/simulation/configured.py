"""The settings that the program runs with in a simulation."""

from typing import Any

from syncd.sandbox import HEYMILO_URL, World
from syncd.settings.schema import (
    ApplicantSettings,
    ConnectionSettings,
    GuardSettings,
    HeyMiloSettings,
    PostingSettings,
    Settings,
    WritebackRule,
)
from tests.simulation.accounts.account import Account
from tests.simulation.history import CONNECTION, INSTALLATION
from tests.simulation.mix import CODE, SETTLE, Mix


def make_settings(mix: Mix, world: World, account: Account) -> Settings:
    """What the program is told of a run's mix, world and account."""
    applicants: dict[str, Any] = {
        "stages": [account.applied_stage],
        "batch_size": mix.batch,
        "max_per_run": mix.most,
        "move_to_stage": mix.move_to,
    }
    if mix.explicit is not None:
        applicants["applied_after"] = mix.explicit
    connection = ConnectionSettings(
        heymilo=HeyMiloSettings.model_validate(
            {"base_url": HEYMILO_URL, "api_key": world.heymilo.api_key, "settle": SETTLE}
        ),
        ats=account.settings(SETTLE),
        postings=PostingSettings.model_validate(
            {
                "templates": [{"template_code": CODE, "department": ["Engineering*"]}],
                "archive_after_hours": mix.archive_after,
                "deadline_days": mix.deadline_days,
            }
        ),
        applicants=ApplicantSettings.model_validate(applicants),
        writeback=[WritebackRule.model_validate(rule) for rule in mix.rules],
        guards=GuardSettings.model_validate({"min_postings": mix.min_postings}),
    )
    return Settings.model_validate(
        {
            "installation": INSTALLATION,
            "secret": "a secret of the simulation",
            "connections": {CONNECTION: connection},
        }
    )
