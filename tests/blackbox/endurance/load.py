"""What happens on the remote sides meanwhile: people apply, finish, webhooks come, some forged."""

import base64
import hashlib
import hmac
import http.client
import json
import queue
import random
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

from .accounts import PUBLIC, Account

APPLY_EVERY = 15.0  # seconds between two applicants of an account, on average
_STEP = 0.2
_HINTED = 0.5  # share of what happens that a webhook tells

Delivery = tuple[str, bytes, dict[str, str]]


class Load:
    """Two threads until :meth:`stop`: one makes things happen, one delivers webhooks.

    ``applied`` and ``finished`` are when each application came, and when its interview was
    finished, by account.
    """

    def __init__(self, accounts: list[Account], port: int, seed: int = 1) -> None:
        self.applied: dict[str, dict[str, float]] = {one.name: {} for one in accounts}
        self.finished: dict[str, dict[str, float]] = {one.name: {} for one in accounts}
        self.delivered: Counter[int] = Counter()
        self._accounts = accounts
        self._port = port
        self._chance = random.Random(seed)
        self._over = threading.Event()
        self._waiting: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._happen, self._deliver)
        ]

    def start(self) -> None:
        for one in self._threads:
            one.start()

    def stop(self) -> None:
        self._over.set()
        for one in self._threads:
            one.join(15)

    def finish_all(self, account: Account) -> None:
        """Whoever was invited finishes, too."""
        for interview in self._pending(account):
            self._finish(account, interview.metadata["external_id"])

    def _happen(self) -> None:
        while not self._over.wait(_STEP):
            for account in self._accounts:
                if self._chance.random() < _STEP / APPLY_EVERY:
                    self._apply(account)
                if self._chance.random() < _STEP / APPLY_EVERY:
                    pending = self._pending(account)
                    if pending:
                        one = self._chance.choice(pending)
                        self._finish(account, one.metadata["external_id"])
            if self._chance.random() < _STEP:
                name = self._chance.choice(self._accounts).name
                self._waiting.put((f"/webhooks/heymilo/{name}/00002E12/{'0' * 32}", b"{}", {}))
                self._waiting.put((f"/webhooks/ats/{name}", b"{}", {"X-Workable-Signature": "00"}))

    def _pending(self, account: Account) -> list:
        with account.heymilo.lock:
            return [one for one in account.heymilo.interviews.values() if one.status == "pending"]

    def _apply(self, account: Account) -> None:
        code = account.apply(self._chance.choice(account.jobs))
        self.applied[account.name][code] = time.time()
        if self._chance.random() < _HINTED:
            body = json.dumps({"event_type": "candidate_created", "id": code}).encode()
            mac = hmac.new(account.workable.token.encode(), body, hashlib.sha256).digest()
            signed = {"X-Workable-Signature": base64.b64encode(mac).decode()}
            self._waiting.put((f"/webhooks/ats/{account.name}", body, signed))

    def _finish(self, account: Account, mark: str) -> None:
        one = account.heymilo.interview_of(mark)
        self.finished[account.name][mark.removeprefix("workable:")] = time.time()
        account.heymilo.finish(one, round(self._chance.uniform(0, 100), 1))
        if self._chance.random() < _HINTED:
            with account.heymilo.lock:
                hooks = [
                    h for h in account.heymilo.hooks.values() if h["posting_id"] == one.posting_id
                ]
            for hook in hooks:
                self._waiting.put((urlsplit(hook["url"]).path, b"{}", {}))

    def _deliver(self) -> None:
        while not self._over.is_set():
            try:
                path, body, headers = self._waiting.get(timeout=_STEP)
            except queue.Empty:
                continue
            link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
            try:
                link.request("POST", path, body, {"Host": PUBLIC, **headers})
                self.delivered[link.getresponse().status] += 1
            except OSError:
                self.delivered[0] += 1
            finally:
                link.close()
