"""`syncd adopt`: a posting made by hand becomes a job's own."""

from syncd.cli.console import open_console
from syncd.cli.context import load_settings, open_state
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.cli.passes import run_until_terminated
from syncd.clock import SystemClock
from syncd.errors import ExitCode
from syncd.http.session import Network
from syncd.passes.choosing import connection_of_job, require_mode
from syncd.passes.opening import acting
from syncd.phases.postings.adopt import Adopted, adopt
from syncd.settings.schema import Mode
from syncd.store import migrate

WAIT = 60.0  # seconds to wait for a pass under way


def run(options: Options, job: str, posting: str, connection: str | None) -> ExitCode:
    """Adopt under the connection's hold; the next pass does the rest."""
    settings = load_settings(options)
    job, posting = job.strip(), posting.strip()
    with open_state(settings, SystemClock()) as state:
        migrate.ensure(state, settings.database.migrate)
        name = connection_of_job(settings, state, job, connection)
        require_mode(settings, name, Mode.SYNC, Mode.CREATE_ONLY)

        async def work() -> Adopted:
            network = Network(clock=SystemClock())
            async with acting(settings, name, state, network, WAIT) as ctx:
                return await adopt(ctx, job, posting)

        adopted = run_until_terminated(work)
    if options.json:
        print_document(
            {
                "connection": name,
                "job": adopted.job_id,
                "posting": adopted.posting_id,
                "status": adopted.status,
                "selected": adopted.selected,
                "changed": adopted.written,
                "exit_code": 0,
            }
        )
        return ExitCode.DONE
    console = open_console()
    what = "is now" if adopted.written else "was already"
    console.print(
        f"{name}: posting {adopted.posting_id} {what} that of job “{adopted.title}” "
        f"({adopted.job_id})."
    )
    if adopted.status == "draft":
        console.print("It is a draft; the next pass activates it.")
    if not adopted.selected:
        console.print("No template rule selects the job, so nobody is invited until one does.")
    return ExitCode.DONE
