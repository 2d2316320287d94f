"""What a seed decided, as far as an ATS can do it."""

from dataclasses import replace
from random import Random
from typing import Any

from syncd.sandbox import FaultKind
from tests.simulation.accounts.account import Account
from tests.simulation.mix import Mix


def befit(mix: Mix, account: Account) -> Mix:
    """The mix with the deeds, stages and rules that ``account`` knows."""
    first, last = account.targets
    kinds = mix.kinds
    if account.logins and Random(f"sessions {mix.seed}").random() < 0.7:
        kinds = {**kinds, FaultKind.EXPIRED: 4}
    if not account.origins:
        # Files tell no clock to compare with: their times and the machine's are taken for one.
        mix = replace(mix, offset=0.0, jumps=0.0)
    return replace(
        mix,
        kinds=kinds,
        deeds={deed: count * (deed in account.deeds) for deed, count in mix.deeds.items()},
        move_to=first if mix.move_to else "",
        rules=[_befit_rule(rule, account, last) for rule in mix.rules],
    )


def _befit_rule(rule: dict[str, Any], account: Account, last: str) -> dict[str, Any]:
    able = account.capabilities
    rule = {**rule, "move_to_stage": last} if "move_to_stage" in rule else dict(rule)
    unable = {"tag": not able.tags, "score": not able.score_field}
    return {key: value for key, value in rule.items() if not unable.get(key)}
