"""What `syncd check` looks at, as findings."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from syncd.ats.port import Ats, Finding
from syncd.errors import CredentialsRefused, RemoteError, SyncdError
from syncd.heymilo.client import HeyMilo
from syncd.http.session import Network
from syncd.passes.abilities import find_unknown_reasons, find_untold_scores
from syncd.passes.opening import open_clients
from syncd.settings.schema import ConnectionSettings, Mode, Settings
from syncd.store import Store, migrate

MOST_SKEW = 60.0  # seconds by which clocks may differ without a word


def check_state(settings: Settings, state: Store) -> list[Finding]:
    """Settings as a whole, the secret, the database; the database is not created."""
    findings = [Finding("settings", True, _counted(len(settings.connections)))]
    if settings.secret is None:
        findings.append(
            Finding(
                "secret",
                None,
                "none in the settings, so one is kept in the state beside what it protects",
                'Put secret = "…" into the settings before the first pass.',
            )
        )
    else:
        findings.append(Finding("secret", True, "from the settings"))
    try:
        if not state.exists():
            findings.append(
                Finding("database", True, f"{state.place.label} will be made by the first pass")
            )
        else:
            found, newest = migrate.current(state), migrate.head()
            if found in (None, newest):
                findings.append(Finding("database", True, f"{state.place.label} is up to date"))
            else:
                findings.append(
                    Finding(
                        "database",
                        None if settings.database.migrate == "auto" else False,
                        f"{state.place.label} is at {found}, the program wants {newest}",
                        "Run `syncd db upgrade`.",
                    )
                )
    except SyncdError as error:
        findings.append(Finding("database", False, str(error)))
    return findings


async def check_connection(
    settings: Settings, name: str, state: Store, network: Network
) -> tuple[list[Finding], bool]:
    """Both sides of one connection; also tells whether credentials were refused."""
    connection = settings.connections[name]
    findings = [Finding("mode", None if connection.mode is Mode.OFF else True, connection.mode)]
    if connection.mode is Mode.OFF:
        return findings, False
    refused = False
    async with open_clients(connection, network) as (heymilo, ats):
        for look in (
            lambda: _check_heymilo(connection, heymilo, state),
            lambda: _check_ats(connection, ats, state),
        ):
            found, said_no = await _guarded(look)
            findings += found
            refused |= said_no
    return findings, refused


async def _guarded(look: Callable[[], Awaitable[list[Finding]]]) -> tuple[list[Finding], bool]:
    try:
        return await look(), False
    except CredentialsRefused as error:
        return [Finding(f"{error.side} credentials", False, str(error))], True
    except RemoteError as error:
        return [Finding(error.side or "remote side", False, str(error))], False


async def _check_heymilo(
    connection: ConnectionSettings, heymilo: HeyMilo, state: Store
) -> list[Finding]:
    workspaces = await heymilo.workspaces()
    named = workspaces[0].name or workspaces[0].id if workspaces else "a workspace"
    findings = [Finding("HeyMilo credentials", True, f"the key opens {named}")]
    findings.append(_skew("HeyMilo", heymilo.remote_now() - state.clock.now()))
    codes = {t.template_code.strip().casefold() async for page in heymilo.templates() for t in page}
    rules = connection.postings.templates
    for rule in rules:
        ok = rule.template_code.strip().casefold() in codes
        findings.append(
            Finding(
                f"template {rule.template_code}",
                ok,
                "is there" if ok else "HeyMilo has no template with this code",
                "" if ok else "Correct postings.templates, or make the template in HeyMilo.",
            )
        )
    if not rules and not connection.postings.template_field:
        findings.append(
            Finding(
                "templates",
                False,
                "no rule selects any job, so nothing is synced",
                "Add [[connections.….postings.templates]] or postings.template_field.",
            )
        )
    findings += await _check_resources(connection, heymilo)
    try:
        native = [c for c in await heymilo.ats_connections() if c.is_active]
    except RemoteError:
        native = []
    if native:
        findings.append(
            Finding(
                "HeyMilo's own ATS integration",
                None,
                "is active in this workspace; postings it feeds are left to it",
            )
        )
    return findings


async def _check_resources(connection: ConnectionSettings, heymilo: HeyMilo) -> list[Finding]:
    settings = connection.postings
    wanted: Sequence[tuple[str, str, Callable[[], AsyncIterator[Sequence[Any]]], str]] = (
        ("sender_email", settings.sender_email, heymilo.sender_emails, "full_email"),
        ("phone_number", settings.phone_number, heymilo.phone_numbers, "phone_number"),
        (
            "email_template_group",
            settings.email_template_group,
            heymilo.email_template_groups,
            "name",
        ),
        (
            "design_template_group",
            settings.design_template_group,
            heymilo.design_template_groups,
            "name",
        ),
    )
    findings: list[Finding] = []
    for setting, text, listing, shown in wanted:
        if not text:
            continue
        names = [str(getattr(r, shown)) async for page in listing() for r in page]
        ok = text.strip().casefold() in {n.strip().casefold() for n in names}
        findings.append(
            Finding(
                f"postings.{setting}",
                ok,
                "is there" if ok else f"is none of the {len(names)} that HeyMilo has",
                "" if ok else "Choose one of: " + ", ".join(sorted(names)[:20]),
            )
        )
    return findings


async def _check_ats(connection: ConnectionSettings, ats: Ats, state: Store) -> list[Finding]:
    account = await ats.account()
    findings = [Finding(f"{ats.label} credentials", True, f"account {account.id}")]
    findings.append(_skew(ats.label, ats.remote_now() - state.clock.now()))
    named = {
        *connection.applicants.stages,
        connection.applicants.move_to_stage,
        *(rule.move_to_stage for rule in connection.writeback),
    }
    findings += await ats.check(sorted(stage for stage in named if stage))
    able = ats.capabilities
    findings += find_untold_scores(connection, able, ats.label)
    findings += [finding async for finding in find_unknown_reasons(connection, ats)]
    if able.score_needs_setting and not connection.ats.score_field:
        findings.append(
            Finding(
                "ats.score_field",
                None,
                "is empty, so scores stand in notes only",
                f"Name a field of {ats.label} to have them written there too.",
            )
        )
    return findings


def _counted(connections: int) -> str:
    return "1 connection" if connections == 1 else f"{connections} connections"


def _skew(side: str, seconds: float) -> Finding:
    ok = abs(seconds) <= MOST_SKEW
    return Finding(
        f"{side} clock",
        True if ok else None,
        f"differs by {round(seconds):+d} s",
        "" if ok else "Check that this machine's clock is synchronised.",
    )
