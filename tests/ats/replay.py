"""Answers that were recorded of the real services, given again to whoever asks for them.

The recordings are read where they are; where they are not, what needs them is skipped.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from syncd.ats.port import Ats, Connector
from syncd.http.session import Network
from tests.clock import ManualClock

DATA = Path(__file__).resolve().parents[3] / "shared/ats/data"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: list[tuple[str, str]]
    body: Any
    authorization: str


@dataclass
class Replay:
    """Answers by method and path, the first recording of each unless ``turn`` says otherwise.

    Recorded requests asked for less than syncd does (no ``expand``, another ``limit``), so query
    and body are for the tests to look at, in ``asked``.
    """

    vendor: str
    recorded: dict[tuple[str, str], list[Mapping[str, Any]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def load(self, *names: str) -> "Replay":
        folder = DATA / self.vendor / "recordings-nango"
        if not folder.is_dir():
            pytest.skip(f"the recorded answers of {self.vendor} are not here")
        for name in names:
            for one in json.loads((folder / f"{name}.json").read_text())["interactions"]:
                self.recorded.setdefault((one["method"], one["path"]), []).append(one)
        return self

    def add(self, method: str, path: str, *answers: Any, status: int = 200) -> "Replay":
        """Answers that were not recorded, one after the other."""
        rows = [{"response": answer, "status": status} for answer in answers]
        self.recorded.setdefault((method, path), []).extend(rows)
        return self

    def answer(self, request: httpx.Request) -> httpx.Response:
        asked = Asked(
            request.method,
            request.url.path,
            list(request.url.params.multi_items()),
            json.loads(request.content) if request.content else None,
            request.headers.get("authorization", ""),
        )
        self.asked.append(asked)
        left = self.recorded.get((asked.method, asked.path))
        if not left:
            return pytest.fail(f"not recorded: {asked}")
        one = left.pop(0) if len(left) > 1 else left[0]
        told = one["response"]
        content = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        headers = {"date": one["date"]} if "date" in one else {}
        return httpx.Response(one["status"], content=content, headers=headers)

    def open(self, connector: Connector, **settings: Any) -> Ats:
        given = {"type": connector.type, "requests": "1000/s", **settings}
        network = Network(clock=ManualClock(), transport=httpx.MockTransport(self.answer))
        return connector.open(connector.settings.model_validate(given), network)

    def paths(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]
