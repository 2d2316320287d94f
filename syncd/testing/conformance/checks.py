"""The connector as a whole: what it declares, and what ``syncd check`` says."""

import pytest
from pydantic import ValidationError

from syncd.ats.port import Ats, Finding
from syncd.errors import RemoteError
from syncd.http.session import Network
from syncd.sandbox.faults import FaultKind
from syncd.settings.schema import AtsSettings
from syncd.testing.conformance.bench import Bench
from syncd.testing.fake import Purpose


class DeclaresItself(Bench):
    """Connector, settings, ``account`` and ``check``."""

    def test_port_and_connector_say_the_same(self) -> None:
        connector = self.account.connector

        async def work(ats: Ats) -> None:
            assert ats.type == connector.type == self.account.settings()["type"]
            assert ats.capabilities == connector.capabilities
            assert ats.label

        self.play(work)

    def test_settings_are_of_their_type_and_know_no_other_key(self) -> None:
        model = self.account.connector.settings
        assert issubclass(model, AtsSettings)
        given = self.account.settings()
        with pytest.raises(ValidationError):
            model.model_validate({**given, "type": "some other ats"})
        with pytest.raises(ValidationError):
            model.model_validate({**given, "no_such_key": 1})
        for name, field in model.model_fields.items():
            assert field.description, f"{name} has no description, which is its documentation"

    def test_settings_of_another_type_are_refused(self) -> None:
        class Other(AtsSettings):
            """Settings of an ATS that is none."""

        with pytest.raises(TypeError):
            self.account.connector.open(Other(type="other"), Network(clock=self.clock))

    def test_the_account_has_an_id_that_stays(self) -> None:
        async def work(ats: Ats) -> str:
            return (await ats.account()).id

        first = self.play(work)
        self.populate(2)
        assert first
        assert self.play(work) == first
        assert not any(c.isspace() for c in first)

    def test_closing_twice_is_harmless(self) -> None:
        async def work(ats: Ats) -> None:
            await ats.account()
            await ats.aclose()

        self.play(work)

    def check(self, *stages: str) -> list[Finding]:
        async def work(ats: Ats) -> list[Finding]:
            return await ats.check(stages)

        began = len(self.account.asked)
        found = self.play(work)
        assert self.count(Purpose.WRITE, began) == 0, "a check writes nothing"
        for finding in found:
            assert finding.what
            assert finding.detail
            assert finding.ok is not False or finding.todo, "what is wrong needs a way out"
        return found

    def test_a_healthy_account_is_found_healthy(self) -> None:
        _job, people = self.populate(len(self.account.stages))
        for one, stage in zip(people, self.account.stages, strict=True):
            if stage != self.account.applied_stage:
                self.account.move(one, stage)
        found = self.check(*self.account.stages)
        assert found
        assert [finding for finding in found if finding.ok is False] == []

    def test_a_stage_that_is_not_there_is_found_missing(self) -> None:
        self.populate(3)
        found = self.check(self.account.applied_stage, "No Such Stage")
        about = [finding for finding in found if "No Such Stage" in finding.what]
        assert about
        assert all(finding.ok is not True for finding in about)

    def test_refused_credentials_are_found(self) -> None:
        self.need(fault=FaultKind.UNAUTHORISED)
        self.account.fail(FaultKind.UNAUTHORISED, 1000)
        try:
            found = self.check(self.account.applied_stage)
        except RemoteError:
            return
        assert any(finding.ok is False for finding in found)
