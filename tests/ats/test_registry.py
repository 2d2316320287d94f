"""Connectors are found by entry points, and syncd's own without any."""

from dataclasses import replace
from importlib.metadata import EntryPoint, EntryPoints, entry_points

import pytest

import syncd.ats.registry as registry
from syncd.ats.port import Connector
from syncd.ats.workable import WorkableSettings
from syncd.ats.workable import connector as workable
from syncd.errors import SettingsError

other = replace(workable, type="other")
nothing = 42
OWN = {"ashby", "bullhorn", "folder", "greenhouse", "lever", "workable"}


def installed(monkeypatch: pytest.MonkeyPatch, **points: str) -> None:
    found = EntryPoints(EntryPoint(name, value, registry.GROUP) for name, value in points.items())
    monkeypatch.setattr(registry, "entry_points", lambda group: found.select(group=group))


def test_the_entry_points_of_the_installed_package_load() -> None:
    points = entry_points(group=registry.GROUP)
    assert "workable" in points.names
    for point in points:
        loaded = point.load()
        assert isinstance(loaded, Connector)
        assert loaded.type == point.name
        assert registry.connector(point.name) is loaded


def test_own_connectors_are_found_in_a_checkout_that_was_never_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(monkeypatch)
    assert registry.connector("workable") is workable
    assert registry.settings_models()["workable"] is WorkableSettings


def test_another_package_can_add_one_but_not_take_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, other=f"{__name__}:other", workable=f"{__name__}:other")
    assert registry.connector("other") is other
    assert registry.connector("workable") is workable
    assert set(registry.known_types()) == {"other", *OWN}


def test_an_unknown_type_is_refused_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, other=f"{__name__}:other")
    with pytest.raises(SettingsError, match=r'"workabel".*other, .*workable'):
        registry.connector("workabel")


@pytest.mark.parametrize(
    "value",
    [f"{__name__}:missing", "no_such_package:x", f"{__name__}:nothing", f"{__name__}:other"],
)
def test_a_broken_one_is_named_and_stops_only_who_uses_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    installed(monkeypatch, broken=value)
    with pytest.raises(SettingsError, match="broken"):
        registry.connector("broken")
    assert set(registry.settings_models()) == OWN
    assert "broken" in caplog.text
