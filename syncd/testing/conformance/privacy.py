"""Nothing personal and no secret in errors, logs, ``repr`` and addresses."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr

from syncd.ats.port import Ats
from syncd.errors import SyncdError
from syncd.sandbox.faults import FaultKind
from syncd.testing.conformance.bench import fresh, read_changes, stage_called
from syncd.testing.conformance.writes import WRITES, Writing, make_write
from syncd.testing.fake import ON_THE_WAY, Purpose
from syncd.testing.people import Person, person


class _Kept(logging.Handler):
    """Every line that was logged, as text, with its arguments."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.__dict__}")


@contextmanager
def listening() -> Iterator[list[str]]:
    """Everything that is logged meanwhile."""
    root = logging.getLogger()
    kept, level = _Kept(), root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    try:
        yield kept.lines
    finally:
        root.removeHandler(kept)
        root.setLevel(level)


class KeepsSilent(Writing):
    """Whatever happens, nobody's details and no secret are told."""

    def secrets(self) -> list[str]:
        """The values of the secret settings of this account."""
        settings = self.account.connector.settings.model_validate(self.account.settings())
        values: list[Any] = [getattr(settings, name) for name in type(settings).model_fields]
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    def must_not_hold(self, told: list[str], people: list[Person]) -> None:
        fragments = [text for one in people for text in one.fragments] + self.secrets()
        for line in told:
            for fragment in fragments:
                assert fragment.casefold() not in line.casefold(), (
                    f"it holds {'a secret' if fragment in self.secrets() else 'somebody'}"
                )

    def test_settings_show_no_secret(self) -> None:
        settings = self.account.connector.settings.model_validate(self.account.settings())
        self.must_not_hold([repr(settings), str(settings)], [])

    def test_rows_and_ports_show_nobody(self) -> None:
        job = self.account.add_job("Engineer")
        somebody = person(3)
        applied = self.account.apply(job, somebody)
        told: list[str] = []

        async def work(ats: Ats) -> None:
            await ats.account()
            told.extend((repr(ats), str(ats)))
            async for page in ats.changed_applications(None):
                told.extend((repr(page), str(page.resume), str(page.cursor)))
            one = await fresh(ats, applied)
            told.append(repr(one))

        with listening() as lines:
            self.play(work)
        self.must_not_hold(told + lines, [somebody])

    @pytest.mark.parametrize("kind", [None, *sorted(ON_THE_WAY), FaultKind.EXPIRED])
    def test_faults_tell_of_nobody(self, kind: FaultKind | None) -> None:
        if kind is not None:
            self.need(fault=kind)
        job = self.account.add_job("Engineer")
        people = [person(n) for n in range(3)]
        applied = [self.account.apply(job, one) for one in people]
        self.account.move(applied[2], self.account.stages[-1])
        self.clock.advance(5.0)
        told: list[str] = []

        async def play(ats: Ats, what: str) -> None:
            await (write(ats, what) if what else read(ats))

        async def read(ats: Ats) -> None:
            if kind is not None:
                self.account.fail(kind, 4, on=Purpose.READ)
            await read_changes(ats)
            await ats.application(applied[0])

        async def write(ats: Ats, what: str) -> None:
            one = await fresh(ats, applied[0])
            target = await stage_called(ats, job, self.account.stages[-1])
            if kind is not None:
                self.account.fail(kind, on=Purpose.WRITE)
            await make_write(ats, what, one, target, self.account.reject_reason)

        with listening() as lines:
            for what in ("", *WRITES):
                if what and not self.declares(what):
                    continue
                try:
                    self.play(partial(play, what=what))
                except SyncdError as error:
                    told += [str(error), repr(error), *traceback.format_exception(error)]
                self.clear_faults()
        told += lines
        self.must_not_hold([line for line in told if line], people)

    def clear_faults(self) -> None:
        if self.account.asked:
            self.account.fail_no_more()

    def test_addresses_hold_nobody_and_no_secret(self) -> None:
        job = self.account.add_job("Engineer")
        somebody = person(3)
        applied = self.account.apply(job, somebody)
        self.account.apply(job, person(4))

        async def work(ats: Ats) -> None:
            await read_changes(ats)
            [page async for page in ats.applications(job, [applied])]
            await ats.application(applied)
            await ats.check([self.account.applied_stage])

        self.play(work)
        for row in self.account.asked:
            if self.account.purpose(row) is not Purpose.LOGIN:  # some vendors demand it there
                self.must_not_hold([f"{row.path} {row.query}"], [somebody])
