"""`syncd sandbox`: HeyMilo and an ATS on loopback, for trying things out."""

import asyncio
from typing import Any

from syncd.cli.console import open_console
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.cli.passes import Interrupted, run_until_terminated
from syncd.errors import ExitCode
from syncd.sandbox.demo import demo_world
from syncd.sandbox.serve import Served, serving
from syncd.sandbox.settings import sandbox_settings


def run(options: Options, port: int) -> ExitCode:
    """Serve until interrupted."""

    async def serve() -> None:
        async with serving(demo_world(clock=None), port=port) as served:
            _tell(options, served)
            await asyncio.Event().wait()

    try:
        run_until_terminated(serve)
    except Interrupted:
        return ExitCode.DONE
    return ExitCode.DONE


def _tell(options: Options, served: Served) -> None:
    document: dict[str, Any] = {
        "heymilo": served.heymilo_url,
        "workable": served.workable_url,
        "port": served.port,
    }
    if options.json:
        print_document(document)
        return
    console = open_console()
    console.print(f"HeyMilo is at {served.heymilo_url}, Workable at {served.workable_url}.")
    console.print("Put this into a settings file, then try `syncd plan` and `syncd reconcile`:\n")
    console.print(sandbox_settings(served.heymilo_url, served.workable_url))
    console.print("Ctrl-C stops it; nothing is kept.")
