"""``syncd run``: the daemon in the foreground, for a service manager or a terminal."""

import asyncio
import gc
import logging
import signal

from syncd.cli.context import load_settings, open_state
from syncd.cli.logging_setup import configure
from syncd.cli.options import Options
from syncd.clock import SystemClock
from syncd.daemon.service import Daemon
from syncd.daemon.systemd import Notifier
from syncd.errors import ExitCode
from syncd.http.session import Network
from syncd.http.wallet import Wallet
from syncd.passes.identity import open_keyed
from syncd.settings.schema import Settings
from syncd.store import Store, migrate


def run(options: Options) -> ExitCode:
    """Work until SIGTERM or Ctrl-C.

    Raises SettingsError and UsageError before anything is tried, StateError without a database.
    """
    configure(options, logging.INFO)
    settings = load_settings(options)
    with open_state(settings) as state:
        migrate.ensure(state, settings.database.migrate)
        open_keyed(settings, state)
        gc.freeze()  # what the imports made stays
        asyncio.run(_serve(options, settings, state))
    return ExitCode.DONE


async def _serve(options: Options, settings: Settings, state: Store) -> None:
    wallet = Wallet()
    network = Network(clock=SystemClock(), wallet=wallet)
    daemon = Daemon(
        settings, lambda: load_settings(options), state, network, Notifier.from_environment()
    )
    loop = asyncio.get_running_loop()
    for number, answer in (
        (signal.SIGTERM, daemon.stop),
        (signal.SIGINT, daemon.stop),
        (signal.SIGHUP, daemon.reload),
    ):
        loop.add_signal_handler(number, answer)
    try:
        await daemon.run()
    finally:
        await wallet.aclose()
