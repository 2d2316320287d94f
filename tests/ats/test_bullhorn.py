"""What is Bullhorn's own: pages that shift, people who change, fields that are hidden, writes."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from syncd.ats.bullhorn.rows import application_of, job_of
from syncd.ats.bullhorn.settings import BullhornSettings
from syncd.ats.port import Ats, Finding
from syncd.errors import CursorExpired, NotSent, Rejected, Uncertain
from syncd.model.ats import Account, Application, JobState, Stage, Told
from syncd.sandbox.wire import Answer, Request, say
from syncd.settings.units import Rate
from syncd.testing import Purpose, VirtualClock, person, run
from syncd.testing.conformance.bench import Reading, read_changes
from tests.ats.fakes.bullhorn import BullhornFake
from tests.ats.fakes.bullhorn_rest import PASSWORD
from tests.ats.replay import DATA

T = TypeVar("T")
HOUR = 3600.0
ABOUT = Told("completed", 87.5)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def account(clock: VirtualClock) -> BullhornFake:
    return BullhornFake(clock)


def play(account: BullhornFake, work: Callable[[Ats], Awaitable[T]], **settings: Any) -> T:
    async def whole() -> T:
        ats = account.connect(**settings)
        try:
            return await work(ats)
        finally:
            await ats.aclose()

    assert isinstance(account.clock, VirtualClock)
    return run(account.clock, whole())


def read(account: BullhornFake, cursor: str | None = None, resume: str | None = None) -> Reading:
    return play(account, lambda ats: read_changes(ats, cursor, resume))


def reads(account: BullhornFake) -> list[dict[str, str]]:
    """The queries of every read so far."""
    return [dict(row.query) for row in account.asked if account.purpose(row) is Purpose.READ]


def one_applied(account: BullhornFake) -> str:
    return account.apply(account.add_job("Engineer"), person(1))


async def fresh(ats: Ats, application_id: str) -> Application:
    found = await ats.application(application_id)
    assert found is not None
    return found


# Lists


@pytest.mark.parametrize("tells_total", [True, False])
@pytest.mark.parametrize("page_size", [1, 2, 7, 500])
def test_a_list_is_whole_whatever_a_page_holds(
    clock: VirtualClock, tells_total: bool, page_size: int
) -> None:
    account = BullhornFake(clock, page_size=page_size)
    account.rest.tells_total = tells_total
    job = account.add_job("Engineer")
    people = [account.apply(job, person(n)) for n in range(23)]
    assert sorted(read(account).ids) == people


@pytest.mark.parametrize("gone", [1, 2, 6, 11])
def test_rows_that_leave_in_front_leave_nobody_out(clock: VirtualClock, gone: int) -> None:
    account = BullhornFake(clock, page_size=4)
    job = account.add_job("Engineer")
    people = [account.apply(job, person(n)) for n in range(23)]
    doomed = iter(people[:gone])

    def leave(_: object) -> None:
        if len(reads(account)) == 3:
            for one in doomed:
                account.delete(one)

    account.before_answer(leave)
    assert {*people[gone:]} <= {*read(account).ids}


class Stubborn(BullhornFake):
    """A service that shows its first page whatever is asked for."""

    def answer(self, request: Request) -> Answer:
        query = tuple(("start", "0") if name == "start" else (name, v) for name, v in request.query)
        return super().answer(
            Request(
                request.side,
                request.method,
                request.path,
                query,
                request.headers,
                request.body,
                request.origin,
            )
        )


@pytest.mark.parametrize("page_size", [1, 3])
def test_a_list_that_goes_in_circles_is_no_list(clock: VirtualClock, page_size: int) -> None:
    account = Stubborn(clock, page_size=page_size)
    account.rest.tells_total = False
    job = account.add_job("Engineer")
    for n in range(8):
        account.apply(job, person(n))
    with pytest.raises(Uncertain):
        read(account)
    assert len(reads(account)) < 30


@pytest.mark.parametrize(
    "body", [{}, {"data": None}, {"data": {"id": 1}}, [], {"errorMessage": "x"}]
)
def test_an_answer_without_rows_is_never_an_empty_account(clock: VirtualClock, body: Any) -> None:
    class Hollow(BullhornFake):
        def answer(self, request: Request) -> Answer:
            return say(200, body) if "/query/" in request.path else super().answer(request)

    with pytest.raises(Uncertain):
        read(Hollow(clock))


@pytest.mark.parametrize("shape", [lambda one: one, lambda one: {"data": [one]}])
def test_one_thing_is_read_in_whatever_its_answer_holds_it(
    clock: VirtualClock, shape: Callable[[Any], Any]
) -> None:
    class Shaped(BullhornFake):
        def answer(self, request: Request) -> Answer:
            told = super().answer(request)
            if "/entity/" not in request.path:
                return told
            return say(200, shape(json.loads(told.body)["data"]))

    account = Shaped(clock)
    one = one_applied(account)
    assert play(account, lambda ats: fresh(ats, one)).id == one


def test_a_condition_is_in_milliseconds(account: BullhornFake, clock: VirtualClock) -> None:
    one_applied(account)
    clock.advance(HOUR)
    first = read(account)
    clock.advance(HOUR)
    began = int(clock.now())
    second = read(account, first.cursor)
    assert second.rows == []
    clock.advance(60)
    read(account, second.cursor)
    (changed,) = [q["where"] for q in reads(account)[-1:]]
    assert changed.startswith("dateLastModified>")
    told = int(changed.partition(">")[2])
    assert began * 1000 - 301_000 <= told <= began * 1000 - 299_000


# Changes of candidates


def test_a_corrected_address_comes_within_a_quarter_of_an_hour(
    account: BullhornFake, clock: VirtualClock
) -> None:
    one = one_applied(account)
    clock.advance(HOUR)
    cursor = read(account).cursor
    clock.advance(60)
    account.edit_person(one, email="corrected@example.com")
    seen: list[Application] = []
    for _ in range(9):
        clock.advance(120)
        reading = read(account, cursor)
        seen, cursor = [*seen, *reading.rows], reading.cursor
    assert "corrected@example.com" in {row.email for row in seen}
    asked = [q["where"] for q in reads(account) if "candidate." in q["where"]]
    assert 1 <= len(asked) <= 2, "an account has a number of requests a month"


def test_a_read_goes_on_in_the_list_of_candidates(clock: VirtualClock) -> None:
    account = BullhornFake(clock, page_size=2)
    job = account.add_job("Engineer")
    people = [account.apply(job, person(n)) for n in range(9)]
    clock.advance(HOUR)
    cursor = read(account).cursor
    clock.advance(HOUR)
    for one in people:
        account.edit_person(one, email=f"corrected-{one}@example.com")
    whole = read(account, cursor)
    middle = whole.resumes[len(whole.resumes) // 2]
    rest = read(account, None, middle)
    assert {*rest.ids} < {*people}
    assert people[-1] in rest.ids
    assert rest.cursor is not None


def test_an_account_that_cannot_be_asked_so_is_read_all_the_same(
    account: BullhornFake, clock: VirtualClock
) -> None:
    one = one_applied(account)
    clock.advance(HOUR)
    cursor = read(account).cursor
    clock.advance(HOUR)
    account.move(one, "Phone Screen")
    original = account.tables.find

    def find(entity: str, where: str, lag: float = 0.0) -> Any:
        return original(entity, where.replace("candidate.", "nothing."), lag)

    account.tables.find = find  # type: ignore[method-assign]
    reading = read(account, cursor)
    assert reading.ids == [one]
    assert reading.cursor


@pytest.mark.parametrize(
    "text",
    ['{"since": true, "people": 1}', '{"since": 1e300, "people": 1}', '{"since": "1"}', "[]", "{"],
)
def test_a_cursor_that_is_none(account: BullhornFake, text: str) -> None:
    with pytest.raises(CursorExpired):
        read(account, text)
    with pytest.raises(CursorExpired):
        read(account, None, text)


# Rows


def test_who_was_deleted_is_out_in_the_list_and_gone_alone(
    account: BullhornFake, clock: VirtualClock
) -> None:
    one = one_applied(account)
    cursor = read(account).cursor
    clock.advance(60)
    account.delete(one)
    (row,) = read(account, cursor).rows
    assert row.withdrawn
    assert play(account, lambda ats: ats.application(one)) is None


def test_the_first_of_two_dates_says_when_somebody_applied(account: BullhornFake) -> None:
    one = one_applied(account)
    earlier = int(account.now() * 1000) - 86_400_000
    account.tables.change("JobSubmission", int(one), dateWebResponse=earlier)
    assert play(account, lambda ats: fresh(ats, one)).applied_at == earlier / 1000
    account.tables.change("JobSubmission", int(one), dateWebResponse=0)
    told = play(account, lambda ats: fresh(ats, one)).applied_at
    assert told == account.submission(one)["dateAdded"] / 1000


def test_a_time_may_be_told_as_its_digits(account: BullhornFake) -> None:
    one = one_applied(account)
    added = account.submission(one)["dateAdded"]
    account.tables.change("JobSubmission", int(one), dateAdded=str(added), dateWebResponse=None)
    assert play(account, lambda ats: fresh(ats, one)).applied_at == added / 1000


@pytest.mark.parametrize(
    ("person_is", "settings", "barred"),
    [
        ({"massMailOptOut": True}, {}, True),
        ({"massMailOptOut": True}, {"mass_mail_opt_out": "ignore"}, False),
        ({"status": "DNC - asked us"}, {}, True),
        ({"status": "Do Not Use"}, {}, True),
        ({"status": "Active"}, {}, False),
        ({"status": "Resting"}, {"do_not_contact_statuses": ["rest*"]}, True),
        ({"status": None}, {}, False),
    ],
)
def test_who_must_not_be_contacted(
    account: BullhornFake, person_is: dict[str, Any], settings: dict[str, Any], barred: bool
) -> None:
    one = one_applied(account)
    candidate = int(account.submission(one)["candidate"]["id"])
    account.tables.change("Candidate", candidate, **person_is)
    told = play(account, lambda ats: fresh(ats, one), **settings)
    assert told.do_not_contact is barred


def test_a_deleted_candidate_counts_as_anonymised(account: BullhornFake) -> None:
    one = one_applied(account)
    account.tables.change("Candidate", account.submission(one)["candidate"]["id"], isDeleted=True)
    assert play(account, lambda ats: fresh(ats, one)).anonymised


def test_statuses_of_the_account_say_who_is_out(account: BullhornFake) -> None:
    one = one_applied(account)
    account.move(one, "Kein Interesse")
    assert not play(account, lambda ats: fresh(ats, one)).out
    told = play(account, lambda ats: fresh(ats, one), rejected_statuses=["kein *"])
    assert told.rejected
    assert play(account, lambda ats: fresh(ats, one), hired_statuses=["KEIN*"]).hired


@pytest.mark.parametrize("hidden", [{"isAnonymized"}, {"isAnonymized", "massMailOptOut"}])
def test_fields_that_are_hidden_cost_one_refusal_and_nobody(
    account: BullhornFake, hidden: set[str]
) -> None:
    one = one_applied(account)
    account.tables.fields["Candidate"] -= hidden

    async def work(ats: Ats) -> list[str]:
        for _ in range(4):
            await fresh(ats, one)
        return (await read_changes(ats)).ids

    assert play(account, work) == [one]
    refused = [row for row in account.asked if row.status == 400]
    assert len(refused) == len(hidden)


# Jobs


def test_a_job_with_fields_of_its_own(account: BullhornFake) -> None:
    job_id = account.add_job("Engineer", department="Health")
    account.tables.change("JobOrder", int(job_id), customText7="ENG-SCREEN", isPublic=1)

    async def work(ats: Ats) -> None:
        job = await ats.job(job_id)
        (listed,) = [row async for page in ats.jobs() for row in page.rows]
        assert job is not None
        for one in (job, listed):
            assert one.fields["customText7"] == "ENG-SCREEN"
            assert one.fields["isPublic"] == "1"
            assert one.department == "Health"
            assert one.location == "Boston, MA, United States"
            assert one.employment_type == "Permanent"
        assert "description" not in " ".join(job.fields)
        assert not listed.complete

    play(account, work)


def test_a_job_is_read_where_its_description_is_hidden(account: BullhornFake) -> None:
    job_id = account.add_job("Engineer")
    account.tables.change("JobOrder", int(job_id), customText7="ENG-SCREEN", publicDescription="")
    account.tables.fields["JobOrder"] -= {"publishedCategory"}

    original = account.rest.answer

    def answer(request: Request) -> Answer:
        if request.path.endswith("/meta/JobOrder"):
            return say(403, {"errorMessage": "no"})
        return original(request)

    account.rest.answer = answer  # type: ignore[method-assign]
    job = play(account, lambda ats: ats.job(job_id))
    assert job is not None
    assert job.fields["customText7"] == "ENG-SCREEN"
    assert job.department is None
    assert job.description == "For colleagues only."


def test_jobs_that_were_closed_long_ago_are_found_by_id_alone(
    account: BullhornFake, clock: VirtualClock
) -> None:
    old = account.add_job("Old")
    account.set_job_state(old, JobState.CLOSED)
    clock.advance(100 * 86_400)
    late = account.add_job("Late")
    account.set_job_state(late, JobState.CLOSED)

    async def work(ats: Ats) -> None:
        assert [row.id async for page in ats.jobs() for row in page.rows] == [late]
        found = await ats.job(old)
        assert found is not None
        assert found.state is JobState.CLOSED

    play(account, work)


def test_the_account_is_its_corporation_or_else_its_user(account: BullhornFake) -> None:
    assert play(account, lambda ats: ats.account()) == Account("9990")
    del account.rest.settings["corporationId"]
    assert play(account, lambda ats: ats.account()) == Account("example.api")


@pytest.mark.parametrize("told", [["A", "New Lead"], "A,New Lead", "A\nNew Lead"])
def test_the_stages_are_the_statuses(account: BullhornFake, told: Any) -> None:
    account.rest.settings["jobResponseStatusList"] = told
    stages = play(account, lambda ats: ats.stages("1"))
    assert [stage.name for stage in stages] == ["A", "New Lead"]
    account.rest.settings["jobResponseStatusList"] = ["A"]
    stages = play(account, lambda ats: ats.stages("1"))
    assert [stage.name for stage in stages] == ["New Lead", "A"]
    account.rest.settings["jobResponseStatusList"] = None
    with pytest.raises(Uncertain):
        play(account, lambda ats: ats.stages("1"))


# Writes


def test_a_score_goes_into_the_fields_for_screenings(account: BullhornFake) -> None:
    one = one_applied(account)

    async def work(ats: Ats) -> None:
        await ats.set_score(await fresh(ats, one), 87.5, await ats.reserve(), about=ABOUT)

    play(account, work)
    row = account.submission(one)
    assert row["screeningScore"] == 88
    assert row["screeningStatus"] == "completed"
    assert "87.5" in row["screeningSummary"]
    assert abs(row["screeningCompletedDateTime"] / 1000 - account.now()) < 5


def test_a_screening_was_completed_when_the_interview_was(account: BullhornFake) -> None:
    one = one_applied(account)
    then = account.now() - HOUR

    async def work(ats: Ats) -> None:
        told = Told("completed", 87.5, at=then)
        await ats.set_score(await fresh(ats, one), 87.5, await ats.reserve(), about=told)

    play(account, work)
    assert account.submission(one)["screeningCompletedDateTime"] == int(then * 1000)


@pytest.mark.parametrize(
    ("field", "value"), [("customInt1", 88), ("customFloat1", 87.5), ("customText1", "87.5")]
)
def test_without_them_it_goes_where_the_settings_say(
    account: BullhornFake, field: str, value: Any
) -> None:
    one = one_applied(account)
    known = account.tables.fields["JobSubmission"]
    known -= {name for name in known if name.startswith("screening")}

    async def work(ats: Ats) -> None:
        await ats.set_score(await fresh(ats, one), 87.5, await ats.reserve(), about=ABOUT)

    play(account, work, score_field=field)
    assert account.submission(one)[field] == value
    with pytest.raises(Rejected, match="score_field"):
        play(account, work)


def test_a_note_stands_on_person_and_job_in_the_name_of_the_user(account: BullhornFake) -> None:
    one = one_applied(account)

    async def work(ats: Ats) -> str | None:
        found = await fresh(ats, one)
        return await ats.add_note(found, "R&D <b>\nnext", await ats.reserve(), about=ABOUT)

    key = play(account, work)
    note = account.tables.get("Note", int(key or 0))
    assert note["comments"] == "R&amp;D &lt;b&gt;<br>next"
    assert note["action"] == "Note"
    assert note["commentingPerson"] == {"id": account.rest.user}
    row = account.submission(one)
    assert (note["personReference"], note["jobOrder"]) == (row["candidate"], row["jobOrder"])


def test_what_the_account_does_not_tell_is_found_otherwise_or_left_out(
    account: BullhornFake,
) -> None:
    one = one_applied(account)
    account.rest.settings |= {"userId": None, "commentActionList": ["Call", "Prescreen"]}

    async def work(ats: Ats) -> str | None:
        return await ats.add_note(await fresh(ats, one), "x", await ats.reserve())

    note = account.tables.get("Note", int(play(account, work) or 0))
    assert note["commentingPerson"] == {"id": account.rest.user}
    assert note["action"] == "Call"
    account.rest.settings["commentActionList"] = None
    account.rest.forbidden = {"CorporateUser"}
    note = account.tables.get("Note", int(play(account, work) or 0))
    assert "commentingPerson" not in note
    assert note["action"] == "Note"
    account.rest.forbidden = set()
    account.tables.change("CorporateUser", account.rest.user, username="another")
    note = account.tables.get("Note", int(play(account, work, note_action="HeyMilo") or 0))
    assert "commentingPerson" not in note
    assert note["action"] == "HeyMilo"


def test_what_writes_need_is_looked_up_once(account: BullhornFake) -> None:
    one = one_applied(account)

    async def work(ats: Ats) -> None:
        found = await fresh(ats, one)
        for _ in range(5):
            await ats.add_note(found, "x", await ats.reserve())

    play(account, work)
    looked = [row.path for row in account.asked if "/settings/" in row.path or "/meta/" in row.path]
    assert len(looked) == len(set(looked)) == 3


@pytest.mark.parametrize(
    ("way", "path"),
    [
        ("association", "/association/Candidate/{}/notes"),
        ("query/Note", "/query/Note"),
        ("query/NoteEntity", "/query/NoteEntity"),
        ("search/Note", "/search/Note"),
    ],
)
def test_notes_are_found_where_they_cannot_be_read_from_their_candidate(
    account: BullhornFake, way: str, path: str
) -> None:
    one = one_applied(account)
    account.rest.notes_by = {way}

    async def work(ats: Ats) -> list[str]:
        found = await fresh(ats, one)
        assert await ats.notes(found) == ()
        await ats.add_note(found, "x", await ats.reserve())
        account.asked.clear()
        notes = await ats.notes(found)
        asked = [row.path.removeprefix("/rest-services/e999") for row in account.asked]
        assert asked == [path.format(found.candidate_id)], "what was refused is not asked again"
        return [note.text for note in notes]

    assert play(account, work) == ["x"]


@pytest.mark.parametrize("search", [400, 500])
def test_notes_that_nothing_finds_are_never_taken_for_none(
    clock: VirtualClock, search: int
) -> None:
    class Silent(BullhornFake):
        def answer(self, request: Request) -> Answer:
            if "/search/Note" in request.path:
                return say(search, {"errorMessage": "x"})
            return super().answer(request)

    account = Silent(clock)
    one = one_applied(account)
    account.rest.notes_by = set()

    async def work(ats: Ats) -> None:
        await ats.notes(await fresh(ats, one))

    with pytest.raises(Rejected):
        play(account, work)


@pytest.mark.parametrize(
    ("reason", "status"),
    [("", "Client Rejected"), ("candidate WITHDREW", "Candidate Withdrew")],
)
def test_a_rejection_is_a_status(account: BullhornFake, reason: str, status: str) -> None:
    one = one_applied(account)

    async def work(ats: Ats) -> None:
        await ats.prepare(reject_reason=reason)
        await ats.reject(await fresh(ats, one), reason, await ats.reserve())

    play(account, work)
    assert account.stage_of(one) == status


def test_a_rejection_without_a_status_to_give_is_refused(account: BullhornFake) -> None:
    one = one_applied(account)
    account.rest.settings |= {
        "rejectedJobResponseStatus": None,
        "jobResponseStatusList": ["New Lead", "Submitted"],
    }

    async def work(ats: Ats) -> None:
        with pytest.raises(Rejected):
            await ats.prepare(reject_reason="")
        with pytest.raises(Rejected):
            await ats.prepare(reject_reason="Nonsense")
        with pytest.raises(NotSent):
            await ats.reject(await fresh(ats, one), "Nonsense", await ats.reserve())
        with pytest.raises(Rejected):
            await ats.prepare(tags=["x"])

    play(account, work)
    assert account.stage_of(one) == "New Lead"


def test_a_refused_write_names_fields_and_repeats_nothing(account: BullhornFake) -> None:
    one = one_applied(account)
    account.tables.fields["JobSubmission"] -= {"status"}
    account.tables.fields["JobSubmission"] |= {"status "}

    async def work(ats: Ats) -> None:
        found = Application(one, "1", "2", "New Lead", "Nobody", None)
        await ats.move(found, Stage("Submitted", "Submitted"), await ats.reserve())

    with pytest.raises(Rejected) as caught:
        play(account, work)
    assert caught.value.code == "errors.unknownField"
    assert [fault.path for fault in caught.value.faults] == [("status",)]
    assert "Unknown fields" not in str(caught.value)


# Checks and settings


def about(found: list[Finding], word: str) -> Finding:
    (one,) = [finding for finding in found if word in finding.what]
    return one


def check(account: BullhornFake, **settings: Any) -> list[Finding]:
    async def work(ats: Ats) -> list[Finding]:
        return await ats.check(["new lead", "Apllied"])

    return play(account, work, **settings)


def test_a_check_says_what_is_wrong_one_by_one(account: BullhornFake) -> None:
    found = check(account)
    assert [finding.what for finding in found if finding.ok is False] == [
        'Bullhorn: stage "Apllied"'
    ]
    assert about(found, "score").detail == "goes into screeningScore"
    assert about(found, "reading candidates").ok, "they are searched, not queried"
    one_applied(account)
    assert about(check(account), "reading notes").ok
    account.rest.notes_by = set()
    assert about(check(account), "reading notes").ok is False
    account.rest.forbidden = {"Candidate"}
    account.rest.settings |= {
        "commentActionList": ["Call"],
        "rejectedJobResponseStatus": "Absage",
        "userId": None,
    }
    account.tables.fields["JobSubmission"] -= {"screeningScore"}
    account.tables.fields["Candidate"] -= {"massMailOptOut"}
    account.tables.change("CorporateUser", account.rest.user, username="another")
    found = check(account, note_action="Note", score_field="customInt9")
    assert about(found, "reading candidates").ok is False
    assert about(found, "marks of").ok is False
    assert about(found, "action type").todo.endswith("Call")
    assert "Absage" in about(found, "rejected_statuses").detail
    assert about(found, "hired_statuses").ok
    assert about(found, "acting user").ok is None
    assert "customInt9" in about(found, "score").detail


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"password": " "}, "password"),
        ({"client_secret": ""}, "client_secret"),
        ({"username": ""}, "username"),
        (
            {"base_url": "https://rest9.bullhornstaffing.com/rest-services"},
            "without /rest-services",
        ),
        ({"mass_mail_opt_out": "perhaps"}, "mass_mail_opt_out"),
        ({"passwrd": "x"}, "passwrd"),
    ],
)
def test_wrong_settings_are_named_without_a_secret(
    account: BullhornFake, wrong: dict[str, Any], word: str
) -> None:
    with pytest.raises(ValueError) as caught:
        BullhornSettings.model_validate({**account.settings(), **wrong})
    assert word in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_where_the_login_begins(account: BullhornFake) -> None:
    given = {k: v for k, v in account.settings().items() if k != "login_url"}
    held = BullhornSettings.model_validate(given)
    assert held.login_url == "https://rest.bullhornstaffing.com/rest-services/loginInfo"
    held = BullhornSettings.model_validate({**given, "base_url": "http://127.0.0.1:9000/"})
    assert held.login_url == "http://127.0.0.1:9000/rest-services/loginInfo"
    assert held.rate == Rate(1500, 60.0)
    assert BullhornSettings.model_validate({**given, "requests": "10/s"}).rate == Rate(10, 1.0)


# The vendor's own words


def recorded(name: str) -> Any:
    """The first row of a recorded answer; skips, counted, where there are none."""
    path = DATA / "bullhorn/mocks-rest-client" / f"{name}.mock.json"
    if not path.exists():
        pytest.skip("the recorded answers are not here")
    return json.loads(path.read_text("utf-8"))["data"][0]


def test_the_recorded_job(account: BullhornFake) -> None:
    raw = recorded("fetch-job-orders")
    job = job_of(raw, complete=True, department_field="clientCorporation")
    assert job is not None
    assert (job.id, job.state, job.employment_type) == ("3", JobState.CLOSED, "Travel")
    assert job.description == "<DIV>PUBLIC DESCRIPTION</DIV>"
    assert job.location == "Omaha, NE, United States"
    assert job.department == "Hospital Name"
    assert job.created_at == 1259107562.227
    assert "description" not in job.fields


def test_the_recorded_candidate(account: BullhornFake) -> None:
    candidate = recorded("search-candidates")
    raw = {"id": 7, "status": "New Lead", "candidate": candidate, "jobOrder": {"id": 3}}
    row = application_of(raw, BullhornSettings.model_validate(account.settings()))
    assert row is not None
    assert row.candidate_id == str(candidate["id"])
    assert row.name == f"{candidate['firstName']} {candidate['lastName']}"
    assert row.email == candidate["email"]
    assert not row.anonymised
