"""Which interesting states a run came to, told from its history, logs and ledgers at its end."""

from syncd.sandbox import FaultKind
from tests.simulation.history import History
from tests.simulation.life import DimWorld

_BY_FAULT = {
    FaultKind.TIMEOUT_LATE: "a late write was applied",
    FaultKind.MOVED: "rows moved between pages",
    FaultKind.PARTLY: "a bulk write was answered in part",
    FaultKind.SHRUNK: "a list was shrunk",
}
_BY_CUT = {
    "await": "crash in a wait",
    "before commit": "crash before a commit",
    "after commit": "crash after a commit",
}


def witness(history: History, world: DimWorld) -> None:
    """Count in ``history.reached`` what the run came to."""
    reached = history.reached
    for kind, state in _BY_FAULT.items():
        reached[state] += history.faults[kind]
    for site, times in history.cuts.items():
        reached[_BY_CUT[site.kind]] += times
        if any(":Hold.renew:" in place for place in site.chain):
            reached["crash in a renewal of the hold"] += times
    for row in world.log:
        if row.status == 429:
            hint = row.retry_after
            how = "without a hint" if not hint else "with seconds"
            how = "with a date" if hint and not hint.isdecimal() else how
            reached[f"429 {how}"] += 1
            reached["429 of a real limit"] += row.fault is None
        reached["a batch was too large"] += row.status == 413
    for note in world.account.done("comment"):
        reached["a second note names the old score"] += "earlier score" in str(note.value)
    _black_outs(history, world)
    _dead_cursors(history, world)


def _dead_cursors(history: History, world: DimWorld) -> None:
    cursors = {"since_id", "starting_after"}
    for one in history.passes:
        dead: set[str] = set()
        for row in world.log.rows[one.log_from : one.log_to]:
            if row.fault is FaultKind.DEAD_CURSOR:
                dead.add(row.path)
            elif row.path in dead and not cursors & dict(row.query).keys():
                history.reached["a dead cursor began a list anew"] += 1
                dead.discard(row.path)


def _black_outs(history: History, world: DimWorld) -> None:
    for one in history.passes:
        if any(a <= one.started and one.ended <= b for a, b in history.black_outs):
            history.reached["a black-out"] += any(
                row.path.endswith("/jobs") and row.status == 200
                for row in world.log.rows[one.log_from : one.log_to]
            )
