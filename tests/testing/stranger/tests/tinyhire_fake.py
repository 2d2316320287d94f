"""A Tinyhire account that remembers."""

from datetime import UTC, datetime
from typing import ClassVar

from tinyhire import STAGES, connector

from syncd.model.ats import JobState
from syncd.testing import Deed, HttpFake, Refusal, say

KEY = "tinyhire-key-0123456789"


class TinyhireFake(HttpFake):
    connector = connector
    origins = ("https://api.tinyhire.example",)
    stages = tuple(stage.name for stage in STAGES)
    applied_stage = "New"
    deeds = frozenset({Deed.REJECT, Deed.DELETE, Deed.ODD_JOB, Deed.NOTE})
    costs: ClassVar = {
        "account": 1,
        "jobs": 2,
        "job": 1,
        "stages": 0,
        "changes": 2,
        "application": 1,
    }

    def __init__(self, clock, **options):
        super().__init__(clock, **options)
        self.jobs, self.people, self.notes = {}, {}, {}

    def settings(self):
        return {"type": "tinyhire", "key": KEY}

    # Its API

    def answer(self, request):
        if request.headers.get("authorization") != f"Bearer {KEY}":
            raise Refusal(say(401, {"error": "key"}))
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["jobs"]:
                return self.page(request, self.jobs)
            case "GET", ["jobs", id_] if id_ in self.jobs:
                return say(200, self.jobs[id_])
            case "GET", ["applicants"]:
                since = request.params.get("since", "")
                until = self.stamp(self.now() - self.lag)
                rows = {i: r for i, r in self.people.items() if since <= r["changed"] <= until}
                return self.page(request, rows)
            case "GET", ["applicants", id_] if id_ in self.people:
                return say(200, self.people[id_])
            case "GET", ["applicants", id_, "notes"] if id_ in self.people:
                texts = self.notes.get(id_, [])
                return say(200, {"rows": [{"id": n, "text": t} for n, t in enumerate(texts)]})
            case "POST", ["applicants", id_, "notes"] if id_ in self.people:
                self.add_note(id_, request.json()["text"])
                return say(201, {})
            case "PUT", ["applicants", id_, "stage"] if id_ in self.people:
                named = {stage.id: stage.name for stage in STAGES}
                self.move(id_, named[request.json()["stage"]])
                return say(200, {})
        return say(404, {"error": "none"})

    def page(self, request, rows):
        after = request.params.get("after", "")
        found = [row for id_, row in sorted(rows.items()) if id_ > after]
        return say(200, {"rows": found[: self.page_size]})

    def stamp(self, epoch=None):
        moment = datetime.fromtimestamp(self.now() if epoch is None else epoch, UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def change(self, row, **fields):
        row.update(fields, changed=self.stamp())

    # Its people

    def add_job(self, title, *, state=JobState.OPEN, department="", description="<p>A job.</p>"):
        id_ = f"j{len(self.jobs):04}"
        self.jobs[id_] = {"id": id_, "title": title, "state": str(state), "text": description}
        return id_

    def edit_job(self, job_id, *, title=None, description=None):
        given = {"title": title, "text": description}
        self.jobs[job_id].update({k: v for k, v in given.items() if v is not None})

    def set_job_state(self, job_id, state):
        self.jobs[job_id]["state"] = str(state)

    def make_job_odd(self, job_id):
        self.jobs[job_id]["state"] = "paused"

    def apply(self, job_id, person, *, applied_at=None):
        id_ = f"a{len(self.people):04}"
        row = {"id": id_, "job": job_id, "name": person.name, "email": person.email}
        row |= {"phone": person.phone, "stage": "New", "applied": self.stamp(applied_at)}
        self.people[id_] = row
        self.change(row)
        return id_

    def edit_person(self, application_id, *, name=None, email=None, phone=None):
        given = {"name": name, "email": email, "phone": phone}
        row = self.people[application_id]
        self.change(row, **{k: v for k, v in given.items() if v is not None})

    def move(self, application_id, stage):
        self.change(self.people[application_id], stage=stage)

    def reject(self, application_id):
        self.change(self.people[application_id], rejected=True)

    def delete(self, application_id):
        del self.people[application_id]

    def add_note(self, application_id, text):
        self.notes.setdefault(application_id, []).append(text)

    # What stands there

    def stage_of(self, application_id):
        return self.people[application_id]["stage"]

    def notes_of(self, application_id):
        return self.notes.get(application_id, [])
