"""What a phase has at hand: one connection, one pass."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from syncd.ats.port import Ats
from syncd.clock import Clock
from syncd.errors import SyncdError
from syncd.heymilo.client import HeyMilo
from syncd.journal.intent import Writer
from syncd.journal.journal import Journal
from syncd.model.attention import Matter
from syncd.model.keyed import Keyed
from syncd.model.marks import Marker
from syncd.plan import Refusal
from syncd.settings.schema import ConnectionSettings
from syncd.store import Store, Tx
from syncd.store import attention as items
from syncd.store.hold import Hold

DAY = 86_400.0


class Progress(Protocol):
    """Where long work tells how far it is; numbers and job titles only."""

    def __call__(self, phase: str, what: str, done: int, total: int | None = None) -> None: ...


def silent(phase: str, what: str, done: int, total: int | None = None) -> None:
    """Tells nobody."""


@dataclass(slots=True)
class Report:
    """What a pass found and did, for the user and for the exit code.

    ``more``: results are due to be looked for that had to wait for the next pass.
    """

    counts: Counter[str] = field(default_factory=Counter)
    matters: dict[str, Matter] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    errors: list[SyncdError] = field(default_factory=list)
    more: bool = False

    def put_off(self, why: str) -> None:
        """Some work is left for the next pass."""
        if why not in self.unfinished:
            self.unfinished.append(why)


@dataclass(frozen=True, slots=True)
class Looks:
    """How many requests looking for results may take, where not every posting can be looked at in
    every pass.

    ``requests``: in this pass; ``per_second``: in the long run; ``greatest_age``: seconds within
    which everybody in flight is looked at.
    """

    requests: float
    per_second: float
    greatest_age: float


@dataclass(slots=True)
class Context:
    """One connection during one pass.

    ``writer`` is the journal, or a rehearsal of it, in which case ``hold`` is None and ``store``
    a scratch copy. ``links``: where recruiters see a posting, by its id. ``public_url``: where
    webhooks reach us, empty if nowhere. ``began``: when the pass did, on the local clock.
    """

    name: str
    settings: ConnectionSettings
    store: Store
    hold: Hold | None
    clock: Clock
    keyed: Keyed
    marker: Marker
    heymilo: HeyMilo
    ats: Ats
    writer: Writer
    report: Report = field(default_factory=Report)
    approved: frozenset[str] = frozenset()
    public_url: str = ""
    progress: Callable[..., None] = silent
    looks: Looks | None = None
    links: dict[str, str | None] = field(default_factory=dict)
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    @property
    def journal(self) -> Journal | None:
        """The journal when this is no rehearsal; only then is there anything to look up."""
        return self.writer if isinstance(self.writer, Journal) else None

    def commit(self) -> AbstractContextManager[Tx]:
        """A write transaction that fails if the hold was lost."""
        return self.store.write(self.hold)

    def read(self) -> AbstractContextManager[Tx]:
        """A read transaction."""
        return self.store.read()

    def heymilo_at(self, moment: float) -> float:
        """HeyMilo's clock at a moment of the local monotonic clock, epoch seconds.

        To be asked after an answer: what a look that began at ``moment`` proves depends on
        HeyMilo's own clock, which is not known before the first answer of a pass.
        """
        return self.heymilo.remote_now() - (self.clock.monotonic() - moment)

    def tell(
        self,
        kind: str,
        subject: str,
        reason: str,
        todo: str,
        *,
        of: tuple[str, ...] = (),
        job_id: str | None = None,
        posting_id: str | None = None,
        application_id: str | None = None,
    ) -> None:
        """Report a matter that needs a person; ``of`` is what it consists of."""
        matter = Matter(
            kind=kind,
            subject=subject,
            reason=reason,
            todo=todo,
            job_id=job_id,
            posting_id=posting_id,
            application_id=application_id,
            fingerprint_of=of or (reason,),
        )
        self.report.matters[matter.item_id(self.name)] = matter

    def settle_matters(self, kinds: Iterable[str], *, complete: bool = True) -> None:
        """Store what was told of these kinds; with ``complete`` close what was not told again."""
        wanted = set(kinds)
        told = {i: m for i, m in self.report.matters.items() if m.kind in wanted}
        now = self.clock.now()
        with self.commit() as tx:
            items.report(tx, self.name, list(told.values()), now)
            if complete:
                items.settle(tx, self.name, wanted, set(told), now)

    def hash_fields(self, fields: Mapping[str, str | None]) -> str:
        """A keyed hash of what is sent."""
        flat = [part for key in sorted(fields) for part in (key, fields[key])]
        return self.keyed.digest("payload", *flat)
