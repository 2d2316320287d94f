"""`syncd backfill`: people who applied before a job's cut-off, on purpose and by their hash."""

from typing import Any

from syncd.cli.console import counted, open_console, print_table
from syncd.cli.context import load_settings, open_state
from syncd.cli.failures import say
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.cli.passes import run_until_terminated
from syncd.clock import SystemClock
from syncd.errors import ExitCode
from syncd.http.session import Network
from syncd.model.moments import iso
from syncd.passes.choosing import connection_of_job, require_mode
from syncd.passes.opening import acting, rehearsing
from syncd.phases.applicants.backfill import Backfill, Wish, backfill, read_moment
from syncd.phases.context import Report
from syncd.settings.schema import Mode
from syncd.store import migrate

WAIT = 60.0  # seconds to wait for a pass under way
SHOWN = 200  # lines; the JSON form has all


def run(
    options: Options,
    job: str,
    applied_after: str,
    limit: int | None,
    approve: str | None,
    connection: str | None,
) -> ExitCode:
    """Show whom a backfill means; with their hash invite them.

    The code is 3 when there is somebody to invite, 5 when the hash is not that of the group, 0
    when it was done or there is nobody, 1 when some of it is left to later passes.
    """
    settings = load_settings(options)
    wish = Wish(job.strip(), read_moment(applied_after), limit)
    with open_state(settings, SystemClock()) as state:
        if approve is not None:
            migrate.ensure(state, settings.database.migrate)
        name = connection_of_job(settings, state, wish.job_id, connection)
        require_mode(settings, name, Mode.SYNC)

        async def work() -> tuple[Backfill, Report]:
            network = Network(clock=SystemClock())
            if approve is None:
                async with rehearsing(settings, name, state, network) as ctx:
                    return await backfill(ctx, wish, None), ctx.report
            async with acting(settings, name, state, network, WAIT) as ctx:
                return await backfill(ctx, wish, approve.strip()), ctx.report

        found, report = run_until_terminated(work)
    code = exit_code(found, report, approve)
    if options.json:
        print_document(to_data(name, found, report, code))
    else:
        show(name, found, report, approve)
    return code


def exit_code(found: Backfill, report: Report, approve: str | None) -> ExitCode:
    """What the process says."""
    if found.done:
        return ExitCode.UNFINISHED if report.unfinished else ExitCode.DONE
    if not found.group.changes:
        return ExitCode.DONE
    return ExitCode.CHANGES if approve is None else ExitCode.REFUSED_BY_GUARD


def to_data(name: str, found: Backfill, report: Report, code: ExitCode) -> dict[str, Any]:
    """A backfill as JSON; ``hash`` is null when there is nobody to invite."""
    return {
        "connection": name,
        "job": found.job_id,
        "title": found.title,
        "posting": found.posting_id,
        "cutoff": iso(found.cutoff),
        "applications": found.ids,
        "count": len(found.ids),
        "hash": found.group.hash if found.ids else None,
        "without_time": found.without_time,
        "let_in_before": found.admitted,
        "approved": found.done,
        "invited": report.counts["invited"] if found.done else 0,
        "unfinished": list(report.unfinished) if found.done else [],
        "exit_code": int(code),
    }


def show(name: str, found: Backfill, report: Report, approve: str | None) -> None:
    """The plan, or what was done."""
    console = open_console()
    job = f"job “{found.title}” ({found.job_id})"
    if found.done:
        console.print(
            f"{name}: {counted(len(found.ids), 'applicant')} of {job} let in, "
            f"{report.counts['invited']} invited."
        )
        for why in report.unfinished:
            say(f"{name}: not finished: {why}")
        return
    if found.admitted:
        console.print(
            f"{name}: {found.admitted} whom an earlier backfill let in still wait; passes invite "
            "them."
        )
    if found.without_time:
        console.print(
            f"{name}: {found.without_time} more have no time of application and are left out."
        )
    if not found.ids:
        console.print(f"{name}: nobody of {job} is left to invite since then.")
        return
    print_table(console, ("application",), [(one,) for one in found.ids[:SHOWN]])
    if len(found.ids) > SHOWN:
        console.print(f"… and {len(found.ids) - SHOWN} more; --json shows all.")
    people = "person" if len(found.ids) == 1 else "people"
    console.print(
        f"{name}: {len(found.ids)} {people} of {job}, the oldest first, into posting "
        f"{found.posting_id}."
    )
    if approve is None:
        console.print(f"Invite exactly them with --approve {found.group.hash}")
    else:
        say(
            f"{name}: refused: the hash given is not that of this group, so nobody was invited. "
            f"Its hash is {found.group.hash}."
        )
