"""`syncd forget`: removing a person from the state, and saying what must be erased elsewhere."""

import sys
from typing import Any

from syncd.ats import registry
from syncd.cli.console import counted, open_console
from syncd.cli.context import load_settings, open_state
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.cli.passes import run_until_terminated
from syncd.clock import SystemClock
from syncd.errors import ExitCode, UsageError
from syncd.model.keepsake import Keepsake, read_lines
from syncd.passes import forgetting
from syncd.passes.forgetting import Farewell
from syncd.passes.identity import open_keyed
from syncd.policy.people import is_address
from syncd.settings.schema import Settings
from syncd.store import Store, migrate
from syncd.store.people import Person


def run(
    options: Options,
    application: str | None,
    candidate: str | None,
    email: str | None,
    restore: str | None,
) -> ExitCode:
    """Forget whoever is named in one of these ways, or put up tombstones from kept lines."""
    given = {
        "--application": application,
        "--candidate": candidate,
        "--email": email,
        "--restore": restore,
    }
    named = {option: text for option, text in given.items() if text is not None}
    if len(named) != 1:
        raise UsageError(f"Give one of {', '.join(given)}.")
    ((option, text),) = named.items()
    text = sys.stdin.read() if text == "-" else text
    if not text.strip():
        raise UsageError(f"{option} was given nothing; name the person.")
    settings = load_settings(options)
    kept = _read_kept(settings, text) if option == "--restore" else []
    if option == "--email" and not is_address(text):
        raise UsageError("What --email was given is no e-mail address.")
    with open_state(settings, SystemClock()) as state:
        migrate.ensure(state, settings.database.migrate)

        async def work() -> list[Farewell]:
            if option == "--restore":
                open_keyed(settings, state)  # the hashes are of use with the same secret only
                return await forgetting.restore(state, kept)
            return await forgetting.forget(settings, state, _person(settings, state, option, text))

        farewells = run_until_terminated(work)
    if options.json:
        print_document({"forgotten": [to_data(f) for f in farewells], "exit_code": 0})
    else:
        show(settings, farewells)
    return ExitCode.DONE


def _person(settings: Settings, state: Store, option: str, text: str) -> Person:
    if option == "--application":
        return forgetting.of_application(text.strip())
    if option == "--candidate":
        return forgetting.of_candidate(text.strip())
    return forgetting.of_email(open_keyed(settings, state), text)


def _read_kept(settings: Settings, text: str) -> list[Keepsake]:
    try:
        kept = read_lines(text.splitlines())
    except ValueError as error:
        raise UsageError(f"--restore was given what it cannot read: {error}.") from None
    for keepsake in kept:
        if keepsake.connection not in settings.connections:
            raise UsageError(
                "--restore was given a line of a connection that the settings do not have; "
                "correct its name."
            )
    return kept


def to_data(farewell: Farewell) -> dict[str, Any]:
    """What became of a person on one connection, as JSON."""
    person = farewell.person
    return {
        "connection": farewell.connection,
        "known": farewell.known,
        "applications": sorted(person.applications),
        "candidates": sorted(person.candidates),
        "erased": farewell.rows,
        "erase_in_heymilo": [
            {"interview": interview, "posting": posting or None}
            for interview, posting in sorted(person.interviews.items())
        ],
        "invitation_under_way": farewell.under_way,
        "line": farewell.line,
    }


def show(settings: Settings, farewells: list[Farewell]) -> None:
    """What was removed, what must be erased by hand, and the lines to keep."""
    console = open_console()
    for farewell in farewells:
        name, person = farewell.connection, farewell.person
        label = registry.connector(settings.connections[name].ats.type).type.capitalize()
        rows = counted(sum(farewell.rows.values()), "row")
        if farewell.known:
            console.print(f"{name}: forgotten; {rows} removed from the state.")
        else:
            console.print(
                f"{name}: the state knew nobody of this kind; a tombstone stands now. Check that "
                "what you gave is right."
            )
        for interview, posting in sorted(person.interviews.items()):
            where = f" of posting {posting}" if posting else ""
            console.print(
                f"{name}: erase interview {interview}{where} in HeyMilo by hand; its API cannot."
            )
        if farewell.under_way:
            console.print(
                f"{name}: an invitation was under way whose outcome is not known; look for the "
                "person in HeyMilo too."
            )
        if not person.interviews and not farewell.under_way:
            console.print(f"{name}: if HeyMilo knows the person, erase them there by hand.")
        ids = ", ".join(sorted(person.candidates | person.applications))
        console.print(
            f"{name}: erase {f'candidate {ids}' if ids else 'the person'} in {label} too: it "
            "goes on showing them."
        )
    console.print("Keep what follows; with the state lost, nothing else knows it:")
    for farewell in farewells:
        console.print(farewell.line)
