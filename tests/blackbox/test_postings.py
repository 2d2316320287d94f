"""Jobs and their postings: made once, kept true, ended with care."""

import pytest

from .scene import LONG_AGO, OWNER, Raw, Scene

pytestmark = [pytest.mark.sockets]

STANDARD = [{"template_code": "STANDARD", "title": ["Role*"]}]
MONTH = 30 * 86_400


def marks(job: str, owner: str = OWNER) -> dict[str, str]:
    return {"external_id": f"workable:{job}", "syncd": owner}


def test_every_kind_of_job(stored: Scene) -> None:
    scene = stored
    milo, ats = scene.heymilo, scene.workable
    milo.add_template("NATIVE", native=True)
    scene.templates = [{"template_code": "NATIVE", "title": ["Native*"]}, *STANDARD]
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.set("postings", archive_after_hours=0)
    renamed = ats.add_job("Role renamed later")
    edited = ats.add_job("Role edited in HeyMilo")
    closing = ats.add_job("Role closing")
    draft = ats.add_job("Role in draft", state="draft")
    unmatched = ats.add_job("Something else")
    native = ats.add_job("Native role")
    expiring = ats.add_job("Role expiring")
    foreign = ats.add_job("Role of another installation")
    blocked = ats.add_job("Role with a namesake")
    cloned = ats.add_job("Role cloned")
    hidden = ats.add_job("Role missing from the list")
    later = ats.add_job("Role with a later deadline")
    theirs = milo.add_posting("Role of another installation", metadata=marks(foreign, "other/one"))
    namesake = milo.add_posting("Role with a namesake")
    older = milo.add_posting("Role cloned", metadata={**marks(cloned), "theirs": "kept"})
    newer = milo.add_posting("Role cloned", metadata=marks(cloned))
    older.created_at -= 500
    newer.created_at += 20
    milo.add_posting("Role renamed later", test_posting=True)
    everybody = {job: scene.person(job) for job in ats.jobs}

    scene.reconcile(expect=4)
    ours = (renamed, edited, closing, expiring, hidden, later)
    for job in ours:
        (posting,) = milo.of_job(f"workable:{job}")
        assert milo.status(posting) == "active"
        assert scene.invited().count(everybody[job]) == 1
    for job in (draft, unmatched, blocked):
        assert not milo.of_job(f"workable:{job}")
    assert [one.id for one in milo.of_job(f"workable:{foreign}")] == [theirs.id]
    (fed,) = milo.of_job(f"workable:{native}")
    assert milo.status(fed) == "draft"
    assert len(scene.attention_on(native)) == 1
    (refusal,) = scene.attention_on(foreign)
    assert theirs.id in str(refusal), "the refusal does not name the posting found"
    (block,) = scene.attention_on(blocked)
    assert namesake.id in str(block)
    (clones,) = scene.attention_on(cloned)
    assert newer.id in str(clones)
    assert milo.interview_of(f"workable:{everybody[cloned]}").posting_id == older.id
    assert older.metadata["theirs"] == "kept"
    for job in (draft, unmatched, native, foreign, blocked):
        assert everybody[job] not in scene.invited()
    assert not scene.attention_on(draft)
    assert not scene.attention_on(unmatched)
    scene.check_invitations()

    with milo.watched() as there, ats.watched() as here:
        scene.reconcile(expect=4)
    assert not [row for row in (*there, *here) if row.writes], "the second pass wrote"

    scene.later(60)
    done = len(milo.ledger)
    ats.change_job(renamed, title="Role renamed")
    milo.of_job(f"workable:{edited}")[0].title = "Role as the recruiter wants it"
    ats.change_job(closing, state="closed")
    too_late = scene.person(closing)
    milo.of_job(f"workable:{expiring}")[0].deadline = milo.now() - 3_600
    ats.hidden_jobs.add(hidden)
    milo.of_job(f"workable:{later}")[0].deadline = milo.now() + 90 * 86_400
    scene.reconcile(expect=4)
    assert milo.of_job(f"workable:{renamed}")[0].title == "Role renamed"
    assert milo.of_job(f"workable:{edited}")[0].title == "Role as the recruiter wants it"
    assert len(scene.attention_on(edited)) == 1
    assert milo.status(milo.of_job(f"workable:{closing}")[0]) == "archived"
    assert too_late not in scene.invited()
    revived = milo.of_job(f"workable:{expiring}")[0]
    assert milo.status(revived) == "active"
    assert abs(revived.deadline - milo.now() - MONTH) < 300
    assert milo.status(milo.of_job(f"workable:{hidden}")[0]) == "active"
    assert milo.of_job(f"workable:{later}")[0].deadline > milo.now() + 89 * 86_400
    written = {(one.kind, one.posting_id, one.fields) for one in milo.ledger[done:]}
    assert len(written) == len(milo.ledger) - done == 3, milo.ledger[done:]
    assert ("update", milo.of_job(f"workable:{renamed}")[0].id, ("title",)) in written
    assert ("update", revived.id, ("deadline",)) in written

    with milo.watched() as there:
        scene.reconcile(expect=4)
    assert not [row for row in there if row.writes], "the pass after the changes wrote"
    scene.check_postings_of(*ours)


@pytest.mark.slow
def test_a_blocked_job_is_adopted(scene: Scene) -> None:
    milo = scene.heymilo
    job = scene.workable.add_job("Role one")
    one = scene.person(job)
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    posting = milo.add_posting("Role one", metadata={"source": "by hand"})
    scene.reconcile(expect=4)
    assert scene.attention_on(job)
    milo.adoption_allowed = True
    adopted = scene.run("adopt", "--job", job, "--posting", posting.id)
    assert adopted.code == 0, adopted
    milo.adoption_allowed = False
    scene.reconcile()
    assert posting.metadata == {"source": "by hand", **marks(job)}
    assert milo.kinds().count("create") == 0
    assert scene.invited() == [one]
    assert scene.attention() == []


def test_an_empty_answer_of_the_ats_ends_nothing(scene: Scene) -> None:
    scene.set("postings", archive_after_hours=0)
    jobs = [scene.workable.add_job(f"Role {number}") for number in range(3)]
    scene.reconcile()
    scene.workable.lists_nothing = True
    held = dict(scene.workable.jobs)
    scene.workable.jobs.clear()
    with scene.heymilo.watched() as seen:
        outcome = scene.run("reconcile")
    assert outcome.code == 5, outcome
    assert not [row for row in seen if row.writes]
    assert len(scene.heymilo.live()) == len(jobs)
    scene.workable.jobs.update(held)
    scene.workable.lists_nothing = False
    scene.reconcile()
    assert len(scene.heymilo.live()) == len(jobs)


@pytest.mark.slow
def test_many_closings_wait_for_approval(scene: Scene) -> None:
    milo, ats = scene.heymilo, scene.workable
    scene.set("postings", archive_after_hours=0)
    jobs = [ats.add_job(f"Role {number}") for number in range(12)]
    scene.reconcile()
    scene.later(60)
    for job in jobs[:6]:
        ats.change_job(job, state="closed")
    scene.reconcile(expect=5)
    assert len(milo.live()) == 12
    plan = scene.run("plan", "--json")
    assert plan.code == 5
    (group,) = plan.document()["refused"]
    scene.reconcile("--approve", "feedfacefeedface", expect=5)
    assert len(milo.live()) == 12
    ats.change_job(jobs[6], state="closed")
    scene.reconcile("--approve", group["hash"], expect=(0, 5))
    archived = {one.metadata["external_id"] for one in milo.postings.values() if one.archived}
    shown = {f"workable:{job}" for job in jobs[:6]}
    assert archived >= shown
    assert archived <= {*shown, f"workable:{jobs[6]}"}


@pytest.mark.slow
def test_an_incomplete_list_archives_nothing(scene: Scene) -> None:
    """A page that fails half way forbids every destructive change of that pass."""
    milo, ats = scene.heymilo, scene.workable
    scene.set("postings", archive_after_hours=0)
    jobs = [ats.add_job(f"Role {number:03d}") for number in range(3)]
    scene.reconcile()
    ats.change_job(jobs[0], state="closed")
    ats.break_("status_before", "GET", r"/spi/v3/jobs$", times=-1)
    scene.reconcile(expect=1)
    assert len(milo.live()) == 3
    ats.faults.clear()
    scene.reconcile()
    assert len(milo.live()) == 2


@pytest.mark.slow
def test_native_postings_are_activated_on_request(scene: Scene) -> None:
    scene.heymilo.add_template("NATIVE", native=True)
    scene.templates = [{"template_code": "NATIVE", "title": ["Role*"]}]
    scene.set("postings", native_mapping="activate")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    job = scene.workable.add_job("Role one")
    scene.person(job)
    scene.reconcile(expect=(0, 4))
    (posting,) = scene.heymilo.live()
    assert posting.ats_metadata is not None
    assert posting.ats_metadata["pending_activation"] is False
    assert scene.heymilo.invitations == []


@pytest.mark.slow
def test_a_mapping_that_did_not_attach_is_reported(scene: Scene) -> None:
    scene.heymilo.add_template("NATIVE", native=True)
    scene.heymilo.attaches_mapping = False
    scene.templates = [{"template_code": "NATIVE", "title": ["Role*"]}]
    scene.set("postings", native_mapping="activate")
    job = scene.workable.add_job("Role one")
    scene.converge(expect=4)
    assert scene.attention_on(job)
    assert scene.heymilo.kinds().count("create") == 1


@pytest.mark.slow
def test_a_posting_that_is_live_at_once_is_not_activated(scene: Scene) -> None:
    scene.heymilo.created_as_draft = False
    scene.workable.add_job("Role one")
    scene.reconcile()
    assert scene.heymilo.kinds() == ["create"]


@pytest.mark.slow
def test_what_a_person_ended_is_not_made_again_by_itself(scene: Scene) -> None:
    milo = scene.heymilo
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    first = scene.person(job)
    scene.reconcile()
    (posting,) = milo.live()
    posting.archived = True
    late = scene.person(job)
    scene.reconcile(expect=4)
    scene.reconcile(expect=4)
    assert milo.kinds().count("create") == 1
    items = scene.attention_on(job)
    assert items
    retry = scene.run("attention", "retry", str(items[0]["id"]))
    assert retry.code in (0, 4), retry
    scene.converge(expect=0)
    assert milo.kinds().count("create") == 2
    assert sorted(scene.invited()) == sorted([first, late])


@pytest.mark.slow
def test_a_reopened_job_is_reported(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.set("postings", archive_after_hours=0)
    scene.reconcile()
    scene.workable.change_job(job, state="archived")
    scene.reconcile()
    assert scene.heymilo.live() == []
    scene.later(60)
    scene.workable.change_job(job, state="published")
    scene.reconcile(expect=4)
    assert scene.heymilo.kinds().count("create") == 1
    assert scene.attention_on(job)


@pytest.mark.slow
def test_a_closed_job_waits_for_its_grace_period(scene: Scene) -> None:
    """Closed: no ingestion at once; archived only later, and results still come back."""
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.rules = [{"status": ["completed"], "note": True}]
    one = scene.person(job)
    scene.reconcile()
    scene.later(60)
    scene.workable.change_job(job, state="closed")
    late = scene.person(job)
    scene.reconcile()
    assert len(scene.heymilo.live()) == 1
    assert scene.invited() == [one]
    scene.heymilo.finish(scene.interview(one), 77)
    scene.converge(expect=0)
    assert len(scene.workable.done("note", one)) == 1
    scene.set("postings", archive_after_hours=0)
    scene.write_settings()
    scene.reconcile()
    assert scene.heymilo.live() == []
    scene.heymilo.finish(scene.interview(one), 78)
    scene.later(60)
    scene.converge(expect=0)
    assert len(scene.workable.done("note", one)) == 2
    assert late not in scene.invited()


@pytest.mark.slow
def test_titles_and_texts_at_their_limits(scene: Scene) -> None:
    ats = scene.workable
    short = ats.add_job("AB")
    long = ats.add_job("Role " + "very " * 60 + "long", description="<p>tiny</p>",
                       full_description="<p>tiny</p>")  # fmt: skip
    huge = ats.add_job(
        "Role huge",
        full_description="<p>" + "wordy text &amp; more " * 6_000 + "</p>",
        description="<p>" + "wordy text &amp; more " * 6_000 + "</p>",
    )
    scene.reconcile(expect=4)
    assert not scene.heymilo.of_job(f"workable:{short}")
    assert scene.attention_on(short)
    (cut,) = scene.heymilo.of_job(f"workable:{long}")
    assert 150 < len(cut.title) <= 200
    assert set(cut.title.rstrip("…").split()) <= {"Role", "very"}
    (posting,) = scene.heymilo.of_job(f"workable:{huge}")
    assert 40_000 < len(posting.description) <= 50_000
    assert "wordy text & more" in posting.description
    with scene.heymilo.watched() as seen:
        scene.reconcile(expect=4)
    assert not [row for row in seen if row.writes]
    scene.later(60)
    ats.change_job(long, description="<p>A text that is now long enough.</p>",
                   full_description="<p>A text that is now long enough.</p>")  # fmt: skip
    scene.reconcile(expect=4)
    assert "now long enough" in cut.description


@pytest.mark.slow
def test_the_template_field_wins_over_the_rules(scene: Scene) -> None:
    scene.heymilo.add_template("SPECIAL-1")
    scene.templates = [{"template_code": "STANDARD", "department": ["Eng*"]}]
    scene.set("postings", template_field="code")
    special = scene.workable.add_job("Role special", code="SPECIAL-1")
    plain = scene.workable.add_job("Role plain")
    other = scene.workable.add_job("Role elsewhere", department="Sales")
    scene.reconcile(expect=(0, 4))
    ids = {one["template_code"]: one["id"] for one in scene.heymilo.templates}
    made = {job: scene.heymilo.of_job(f"workable:{job}") for job in (special, plain, other)}
    assert [one.template_id for one in made[special]] == [ids["SPECIAL-1"]]
    assert [one.template_id for one in made[plain]] == [ids["STANDARD"]]
    assert made[other] == []


@pytest.mark.slow
def test_an_unknown_template_concerns_its_jobs_only(scene: Scene) -> None:
    scene.templates = [
        {"template_code": "NO-SUCH-CODE", "title": ["Lost*"]},
        {"template_code": "STANDARD", "title": ["Role*"]},
    ]
    lost = scene.workable.add_job("Lost role")
    fine = scene.workable.add_job("Role one")
    scene.reconcile(expect=4)
    assert scene.heymilo.of_job(f"workable:{fine}")
    assert not scene.heymilo.of_job(f"workable:{lost}")
    (item,) = scene.attention_on(lost)
    assert "NO-SUCH-CODE" in str(item)
    scene.heymilo.add_template("NO-SUCH-CODE")
    scene.reconcile(expect=0)
    assert scene.heymilo.of_job(f"workable:{lost}")
    assert scene.attention() == []


@pytest.mark.slow
def test_an_unknown_stage_does_not_stop_the_rest(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    one = scene.person(job)
    scene.set("applicants", applied_after=Raw(LONG_AGO), stages=["Applied", "Nirvana"])
    scene.rules = [{"status": ["completed"], "note": True, "move_to_stage": "Valhalla"}]
    scene.reconcile(expect=4)
    assert scene.invited() == [one]
    assert "Nirvana" in str(scene.attention())
    scene.heymilo.finish(scene.interview(one), 90)
    scene.converge(expect=4)
    assert len(scene.workable.done("note", one)) == 1
    assert not scene.workable.done("move", one)
    assert "Valhalla" in str(scene.attention())


@pytest.mark.slow
def test_a_dismissed_matter_stays_closed_until_it_changes(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    posting = scene.heymilo.add_posting("Role one")
    scene.reconcile(expect=4)
    (item,) = scene.attention_on(job)
    assert scene.run("attention", "dismiss", str(item["id"])).code == 0
    scene.reconcile(expect=0)
    assert scene.attention() == []
    posting.archived = True
    scene.reconcile(expect=0)
    assert len(scene.heymilo.live()) == 1


@pytest.mark.slow
def test_a_posting_that_is_gone_is_not_made_again_by_itself(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.reconcile()
    (posting,) = scene.heymilo.live()
    del scene.heymilo.postings[posting.id]
    scene.reconcile(expect=4)
    scene.reconcile(expect=4)
    assert scene.heymilo.kinds().count("create") == 1
    assert scene.attention_on(job)


@pytest.mark.slow
def test_many_updates_wait_for_approval(scene: Scene) -> None:
    """A changed title pattern renames every posting: a guard, until it is approved."""
    for number in range(12):
        scene.workable.add_job(f"Role {number}")
    scene.reconcile()
    done = len(scene.heymilo.ledger)
    scene.set("postings", title="{title} (interview)")
    scene.write_settings()
    scene.reconcile(expect=5)
    assert len(scene.heymilo.ledger) == done
    (group,) = scene.run("plan", "--json").document()["refused"]
    scene.reconcile("--approve", group["hash"])
    assert all(one.title.endswith("(interview)") for one in scene.heymilo.live())
    assert scene.heymilo.kinds(done) == ["update"] * 12


@pytest.mark.slow
def test_a_changed_rule_keeps_the_posting_and_is_reported(scene: Scene) -> None:
    scene.heymilo.add_template("OTHER-1")
    job = scene.workable.add_job("Role one")
    gone = scene.workable.add_job("Role two")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.reconcile()
    scene.templates = [{"template_code": "OTHER-1", "title": ["*one"]}]
    scene.write_settings()
    still, no_more = scene.person(job), scene.person(gone)
    with scene.heymilo.watched() as seen:
        scene.reconcile(expect=4)
    assert scene.invited() == [still]
    assert not [row for row in seen if row.writes and "candidates" not in row.path]
    assert scene.attention_on(job)
    assert scene.attention_on(gone)
    assert no_more not in scene.invited()
