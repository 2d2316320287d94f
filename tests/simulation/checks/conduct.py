"""Manners: how the sandbox's log of requests must look, whatever happened."""

from collections import Counter, deque
from datetime import UTC
from email.utils import parsedate_to_datetime

from syncd.sandbox import FaultKind, Side
from syncd.sandbox.log import Logged
from tests.simulation.accounts import workable
from tests.simulation.history import History
from tests.simulation.life import DimWorld
from tests.simulation.mix import Mix

_HEYMILOS_LIMIT = (300, 60.0)
_QUICK = 60.0
_RENEWED = 4  # one credential that had worked, and three that never do
_SPREAD = 0.2  # by which requests arrive closer together than they left, less that margin
_ARRIVAL = 0.5  # an answer takes 0.3 s at the most
_MOST = 5

_Key = tuple[Side, str, str, tuple[tuple[str, str], ...]]


def check(mix: Mix, history: History, world: DimWorld) -> None:
    no_secret_in_urls(history, world)
    within_budget(history, world)
    retry_after_obeyed(mix, history, world)
    refused_once(history, world)
    few_logins(history, world)
    few_repeats(history, world)
    resumed(history, world)


def no_secret_in_urls(history: History, world: DimWorld) -> None:
    secrets = (world.heymilo.api_key, *world.account.secrets)
    for row in world.log:
        if row.side is Side.ATS and world.account.is_login(row):
            continue  # some vendors' logins demand it
        url = row.path + "?" + "&".join(f"{k}={v}" for k, v in row.query)
        if "@" in url or "%40" in url or any(secret in url for secret in secrets):
            history.complain("conduct", f"{row.method} {row.path} says too much in its URL")


def within_budget(history: History, world: DimWorld) -> None:
    """In no stretch of time as long as the window arrive more requests than the limit.

    A request that was on its way out when its machine stood still had its turn before that.
    """
    limits = {Side.HEYMILO: _HEYMILOS_LIMIT, world.account.side: world.account.limit}
    for side, (most, whole) in limits.items():
        # What arrives within a second may have left further apart than syncd's margin is wide.
        seconds = whole - _SPREAD if whole <= 1.0 else whole
        window: deque[float] = deque()
        for row in world.log:
            if row.side is not side or _was_under_way(history, row):
                continue
            while window and window[0] <= row.at - seconds:
                window.popleft()
            window.append(row.at)
            if len(window) > most:
                history.complain(
                    "7 budget", f"{len(window)} requests to {side} within {whole:.0f} s"
                )
                break


def retry_after_obeyed(mix: Mix, history: History, world: DimWorld) -> None:
    skew = {Side.HEYMILO: mix.heymilo.skew, world.account.side: mix.workable.skew}
    until: dict[Side, float] = {}
    for row in world.log:
        if row.at < until.get(row.side, 0.0) - 0.5 and not _was_under_way(history, row):
            early = until[row.side] - row.at
            history.complain("7 budget", f"{row.side} was asked {early:.0f} s before Retry-After")
            until.pop(row.side)
        if row.status in (429, 503) and row.retry_after and not _died_with(history, row):
            made_up = row.fault is FaultKind.THROTTLED
            wish = _wish(row, 0.0 if made_up else skew[row.side])
            until[row.side] = max(until.get(row.side, 0.0), row.at + wish)


def _was_under_way(history: History, row: Logged) -> bool:
    """Whether a request had left before its machine stood still, and arrived when it went on."""
    return any(one.stalled and abs(row.at - one.thawed) < 0.01 for one in history.passes)


def _died_with(history: History, row: Logged) -> bool:
    """Whether the power failed before the program could write down what it had just been told."""
    return any(p.cut is not None and row.at <= p.ended < row.at + _ARRIVAL for p in history.passes)


def _wish(row: Logged, skew: float) -> float:
    text = row.retry_after or "0"
    if text.isdecimal():
        return float(text)
    moment = parsedate_to_datetime(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.timestamp() - skew - row.at - 1.0  # a date has whole seconds


def refused_once(history: History, world: DimWorld) -> None:
    """After a 401 a run asks that side nothing more.

    Where sessions die it logs in anew and asks again; a fourth 401 in a row ends it.
    """
    refusals: Counter[tuple[int, Side]] = Counter()
    for sent in history.sent:
        who = sent.pid, sent.side
        most = _RENEWED if sent.side is Side.ATS and world.account.logins else 1
        if refusals[who] >= most and not sent.login:
            history.complain("7 budget", f"{sent.side} was asked again after a 401")
        if sent.status == 401:
            refusals[who] += 1
            history.reached["credentials refused"] += refusals[who] == most
        elif sent.status is not None and not sent.login and refusals[who] < most:
            refusals[who] = 0


def few_logins(history: History, world: DimWorld) -> None:
    """A process logs in once, and once more for every session that died or never came."""
    most = world.account.logins
    if not most:
        return
    told: Counter[int] = Counter()
    deaths: Counter[int] = Counter()
    for sent in history.sent:
        if sent.side is Side.ATS and sent.login and sent.status == 200:
            told[sent.pid] += 1
        elif sent.side is Side.ATS and sent.status == 401:
            deaths[sent.pid] += 1
    for one in history.passes:
        rows = world.log.rows[one.log_from : one.log_to]
        spoilt = sum(row.fault is not None and world.account.is_login(row) for row in rows)
        if told[one.pid] > most * (1 + deaths[one.pid] + spoilt):
            history.complain("conduct", f"run {one.pid} logged in with {told[one.pid]} requests")


def few_repeats(history: History, world: DimWorld) -> None:
    """Nothing that failed is sent again and again by one run, nor is anything read again and again
    while nothing was written (before every batch it is looked anew who is there)."""
    for one in history.passes:
        failed: dict[_Key, list[float]] = {}
        read: dict[_Key, list[float]] = {}
        for row in world.log.rows[one.log_from : one.log_to] if one.alone else ():
            if row.status == 307:
                continue  # the same is then asked of another host
            key = (row.side, row.method, row.path, row.query)
            if row.fault is not None or row.status is None or row.status >= 400:
                _count(history, failed, key, row.at)
                continue
            failed.pop(key, None)
            if row.method == "GET":
                _count(history, read, key, row.at)
            else:
                read.clear()


def _count(history: History, times: dict[_Key, list[float]], key: _Key, at: float) -> None:
    times[key] = [*(before for before in times.get(key, []) if before > at - _QUICK), at]
    if len(times[key]) > _MOST:
        _, method, path, _ = key
        history.complain("conduct", f"{method} {path} was repeated {len(times[key])} times")
        del times[key]


def resumed(history: History, world: DimWorld) -> None:
    """The first look at applications goes on where the last one ended, not at page 1."""
    for one in history.passes:
        if not one.alone or one.rehearsal:
            continue
        rows = [
            row
            for row in world.log.rows[one.log_from : one.log_to]
            if row.side is Side.WORKABLE
            and row.method == "GET"
            and row.path == workable.FEED
            and workable.ONE_JOB not in dict(row.query)
        ]
        if not rows:
            continue
        query = dict(rows[0].query)
        if one.resume is not None and workable.AFTER not in query:
            history.complain("9 go on", "a reading began at page 1 although it had a resume point")
        if one.resume is None and one.cursor is not None and workable.SINCE not in query:
            history.complain("9 go on", "everybody was read although there was a cursor")
        history.reached["a reading by its cursor"] += workable.SINCE in dict(rows[-1].query)
