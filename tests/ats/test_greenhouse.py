"""What is Greenhouse's own: tokens, cursors, two lists, two ids of a stage."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError

from syncd.ats.greenhouse import Greenhouse, GreenhouseSettings
from syncd.ats.greenhouse.login import lifetime
from syncd.ats.port import STALE, ApplicationPage, Ats, Finding
from syncd.errors import (
    CredentialsRefused,
    CursorExpired,
    NotSent,
    Rejected,
    RemoteError,
    Throttled,
    Uncertain,
)
from syncd.http.session import Network
from syncd.http.wallet import Wallet
from syncd.model.ats import Account, Application, JobState, Told
from syncd.sandbox.faults import FaultKind
from syncd.testing import Answer, Person, Purpose, Request, person, say
from tests.ats.fakes.greenhouse import GreenhouseFake
from tests.ats.fakes.greenhouse_rest import LIFETIME, STAGES
from tests.clock import ManualClock


@pytest.fixture
def account(clock: ManualClock) -> GreenhouseFake:
    """An account whose clock is an hour ahead of ours, with three rows on a page."""
    return GreenhouseFake(clock, page_size=3, skew=3600.0)


@pytest.fixture
async def port(account: GreenhouseFake) -> AsyncIterator[Ats]:
    port = account.connect()
    yield port
    await port.aclose()


async def read(pages: AsyncIterator[ApplicationPage]) -> list[ApplicationPage]:
    return [page async for page in pages]


def ids(pages: list[ApplicationPage]) -> list[str]:
    return [row.id for page in pages for row in page.rows]


async def one(port: Ats, application_id: str) -> Application:
    found = await port.application(application_id)
    assert found is not None
    return found


def asked(account: GreenhouseFake, since: int = 0) -> list[str]:
    """The requests as ``METHOD path``, tokens left out."""
    rows = [row for row in account.asked[since:] if row.path != "/token"]
    return [f"{row.method} {row.path.removeprefix('/v3/')}" for row in rows]


class TestTokens:
    async def test_one_token_is_enough_for_as_long_as_it_lives(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock
    ) -> None:
        job = account.add_job("Job")
        account.apply(job, person(1))
        for _ in range(10):
            await read(port.changed_applications(None))
            clock.advance(LIFETIME / 20)
        assert account.rest.forms == [{"grant_type": "client_credentials", "sub": "4242"}]

    async def test_a_daemon_takes_one_from_pass_to_pass(
        self, account: GreenhouseFake, clock: ManualClock
    ) -> None:
        network = Network(clock, transport=account.transport(clock), wallet=Wallet())

        async def make_pass(**other: str) -> None:
            given = {**account.settings(), **other}
            port = account.connector.open(GreenhouseSettings.model_validate(given), network)
            await port.account()
            await port.aclose()

        for _ in range(5):
            await make_pass()
            clock.advance(LIFETIME / 10)
        assert len(account.rest.forms) == 1
        await make_pass(user_id="")  # somebody else's name
        assert len(account.rest.forms) == 2
        clock.advance(LIFETIME)
        await make_pass()
        assert len(account.rest.forms) == 3
        assert all(row.status == 200 for row in account.asked)

    async def test_a_dozen_commands_in_a_row_do_not_wait_for_one(
        self, account: GreenhouseFake, clock: ManualClock
    ) -> None:
        network = Network(clock, transport=account.transport(clock))
        settings = GreenhouseSettings.model_validate(account.settings())
        began = clock.monotonic()
        for _ in range(12):
            port = account.connector.open(settings, network)
            await port.account()
            await port.aclose()
        assert len(account.rest.forms) == 12
        assert clock.monotonic() - began < 5.0

    @pytest.mark.parametrize("told", ["expires_at", "expires_in"])
    async def test_it_is_renewed_before_it_ends(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock, told: Any
    ) -> None:
        account.rest.lifetime_as = told
        await port.account()
        clock.advance(LIFETIME - 29.0)
        await port.account()
        assert len(account.rest.forms) == 2
        assert all(row.status == 200 for row in account.asked)

    async def test_one_that_tells_no_end_is_renewed_when_it_is_refused(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock
    ) -> None:
        account.rest.lifetime_as = "nothing"
        await port.account()
        clock.advance(LIFETIME + 1.0)
        await port.account()
        assert [row.status for row in account.asked] == [200, 200, 401, 200, 200]

    @pytest.mark.parametrize("given", [{"client_secret": "another"}, {"user_id": "7"}])
    async def test_refused_credentials_are_told_once(
        self, account: GreenhouseFake, given: dict[str, str]
    ) -> None:
        port = account.connect(None, **given)
        for _ in range(3):
            with pytest.raises(CredentialsRefused, match="client_id, client_secret and user_id"):
                await port.account()
        assert len(account.asked) == 1
        await port.aclose()

    async def test_without_a_user_the_service_user_acts(self, account: GreenhouseFake) -> None:
        port = account.connect(user_id="")
        assert (await port.account()).actor == ""
        assert account.rest.forms == [{"grant_type": "client_credentials"}]
        await port.aclose()

    async def test_their_limit_is_not_that_of_the_api(
        self, account: GreenhouseFake, clock: ManualClock
    ) -> None:
        """The address for tokens allows little, and says so; the API goes on at its own pace."""
        job = account.add_job("Job")
        account.apply(job, person(1))
        serve = account.rest.answer

        def answer(request: Request) -> Answer:
            told = serve(request)
            if request.path == "/token":
                limits = {"limit": "1", "remaining": "0", "reset": "60"}
                return told.with_headers({f"x-ratelimit-{k}": v for k, v in limits.items()})
            return told

        account.rest.answer = answer  # type: ignore[method-assign]
        port, began = account.connect(), clock.monotonic()
        for _ in range(20):
            await port.account()
        assert clock.monotonic() - began < 5.0
        account.expire()
        await port.account()
        assert clock.monotonic() - began > 55.0
        await port.aclose()

    async def test_an_answer_without_a_token_is_no_refusal(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        serve = account.rest.answer
        account.rest.answer = lambda request: say(200, {})  # type: ignore[method-assign]
        with pytest.raises(NotSent):
            await port.account()
        account.rest.answer = serve  # type: ignore[method-assign]
        assert await port.account() == Account("harvest.example.com", "4242")

    @pytest.mark.parametrize(
        ("told", "left"),
        [
            ({"expires_at": "2026-11-24T01:00:00Z"}, 3600.0),
            ({"expires_at": 1_795_482_001}, 3601.0),
            ({"expires": "2026-11-24T00:00:30+00:00"}, 30.0),
            ({"expires_in": 1800}, 1800.0),
            ({"expires_in": "1800"}, 1800.0),
            ({"expires_in": True}, None),
            ({"expires_in": None, "expires_at": "soon"}, None),
            ({"expires_at": "2026-11-23T00:00:00Z"}, None),
            ({}, None),
            ([], None),
        ],
    )
    def test_how_long_it_lives(self, told: object, left: float | None) -> None:
        assert lifetime(told, 1_795_478_400.0) == left


class TestLists:
    async def test_a_cursor_is_the_only_parameter(self, account: GreenhouseFake, port: Ats) -> None:
        for n in range(7):
            account.add_job(f"Job {n}", state=JobState.CLOSED)
        assert len([row async for page in port.jobs() for row in page.rows]) == 7
        queries = [dict(row.query) for row in account.asked if row.path == "/v3/jobs"]
        assert queries[0] == {"per_page": "500"}
        assert [set(query) for query in queries[1:]] == [{"cursor"}, {"cursor"}]

    @pytest.mark.parametrize(
        ("link", "pages"),
        [
            ('<https://x.example.com/?cursor=END>; rel="prev"', 1),
            (
                '<https://x.example.com/a,b?c=1>; rel="prev", <https://x.example.com/?cursor=N>;rel=next',
                2,
            ),
            ("<https://x.example.com/?cursor=N>; title=\"a\"; rel='next'", 1),
            ("nonsense", 1),
            ("", 1),
        ],
    )
    async def test_links(self, account: GreenhouseFake, port: Ats, link: str, pages: int) -> None:
        self.link(account, link)
        assert len([page async for page in port.jobs()]) == pages

    @pytest.mark.parametrize(
        "link", ['<https://x.example.com/?page=2>; rel="next"', '<http://[>; rel="next"']
    )
    async def test_a_next_page_without_a_cursor_is_no_end(
        self, account: GreenhouseFake, port: Ats, link: str
    ) -> None:
        self.link(account, link)
        with pytest.raises(Uncertain):
            [page async for page in port.jobs()]

    def link(self, account: GreenhouseFake, link: str) -> None:
        """Let the first page of jobs carry this header."""
        serve = account.rest.answer

        def answer(request: Request) -> Answer:
            if request.path != "/v3/jobs":
                return serve(request)
            told = say(200, [])
            return told if "cursor" in request.params else told.with_headers({"link": link})

        account.rest.answer = answer  # type: ignore[method-assign]

    async def test_what_is_no_list_is_no_empty_one(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        account.rest.answer = lambda request: say(  # type: ignore[method-assign]
            200, {"access_token": "t"} if request.path == "/token" else {"jobs": []}
        )
        with pytest.raises(Uncertain):
            [page async for page in port.jobs()]

    async def test_the_limit_is_what_answers_say(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock
    ) -> None:
        account.rest.limit = 20
        for _ in range(60):
            await port.account()
        assert max(account.rest.asked.values()) <= 20
        assert not [row for row in account.asked if row.status == 429]

    @pytest.mark.parametrize(
        "token",
        [
            "",
            "x",
            "[]",
            "[1]",
            "[1, 2, null, 1]",
            "[null, 1, null, 1]",
            "[1, 0, null, true]",
            "[1e300, 0, null, 1]",
        ],
    )
    async def test_a_resume_token_that_is_none(self, port: Ats, token: str) -> None:
        with pytest.raises(CursorExpired):
            await read(port.changed_applications(None, token))

    @pytest.mark.parametrize("cursor", ["", "x", "-1", "nan", "inf"])
    async def test_a_cursor_that_is_none(self, port: Ats, cursor: str) -> None:
        with pytest.raises(CursorExpired):
            await read(port.changed_applications(cursor))


class TestChanges:
    async def test_every_status_comes_and_prospects_do_not(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        job = account.add_job("Job")
        people = [account.apply(job, person(n)) for n in range(6)]
        account.reject(people[0])
        account.hire(people[1])
        account.rest.change("applications", int(people[2]), prospect=True)
        account.rest.change("applications", int(people[3]), job_id=None)
        account.rest.change("applications", int(people[4]), status="on_ice")
        rows = {
            row.id: row for page in await read(port.changed_applications(None)) for row in page.rows
        }
        assert set(rows) == {people[0], people[1], people[4], people[5]}
        assert rows[people[0]].rejected
        assert rows[people[1]].hired
        assert rows[people[4]].withdrawn
        assert not rows[people[5]].out

    async def test_nobody_asks_who_prospects_are(self, account: GreenhouseFake, port: Ats) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        account.rest.change("applications", int(key), prospect=True)
        assert ids(await read(port.changed_applications(None))) == []
        assert asked(account) == ["GET applications"]

    async def test_a_changed_address_is_found_though_the_application_did_not_change(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock
    ) -> None:
        job = account.add_job("Job")
        people = [account.apply(job, person(n)) for n in range(4)]
        clock.advance(1000.0)
        cursor = (await read(port.changed_applications(None)))[-1].cursor
        clock.advance(1000.0)
        cursor = (await read(port.changed_applications(cursor)))[-1].cursor
        account.edit_person(people[1], email="corrected@example.com")
        pages = await read(port.changed_applications(cursor))
        assert [row.email for page in pages for row in page.rows] == ["corrected@example.com"]

    async def test_a_quiet_read_is_two_requests(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock
    ) -> None:
        account.apply(account.add_job("Job"), person(1))
        clock.advance(1000.0)
        cursor = (await read(port.changed_applications(None)))[-1].cursor
        began = len(account.asked)
        assert ids(await read(port.changed_applications(cursor))) == []
        assert asked(account, began) == ["GET candidates", "GET applications"]

    async def test_candidates_are_asked_for_by_fifty(self, clock: ManualClock) -> None:
        account = GreenhouseFake(clock, page_size=500)
        job = account.add_job("Job")
        people = [account.apply(job, person(n)) for n in range(101)]
        port = account.connect()
        assert len(ids(await read(port.changed_applications(None)))) == 101
        assert asked(account) == ["GET applications", *["GET candidates"] * 3]
        began = len(account.asked)
        assert len(ids(await read(port.applications(job, people[:50])))) == 50
        assert asked(account, began) == ["GET applications", "GET candidates"]
        await port.aclose()

    async def test_the_other_form_of_a_filter(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock
    ) -> None:
        account.rest.moments_in = "brackets"
        job = account.add_job("Job")
        cursor = (await read(port.changed_applications(None)))[-1].cursor
        new = account.apply(job, person(1))
        assert ids(await read(port.changed_applications(cursor))) == [new]
        began = len(account.asked)
        assert ids(await read(port.changed_applications(cursor))) == [new]
        assert not [row for row in account.asked[began:] if row.status == 422]

    async def test_a_filter_that_is_refused_means_everything(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock
    ) -> None:
        account.rest.moments_in = "nothing"
        account.apply(account.add_job("Job"), person(1))
        cursor = (await read(port.changed_applications(None)))[-1].cursor
        with pytest.raises(CursorExpired):
            await read(port.changed_applications(cursor))

    async def test_a_dead_cursor_in_the_middle(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock
    ) -> None:
        job = account.add_job("Job")
        for n in range(7):
            account.apply(job, person(n))
        account.fail(FaultKind.DEAD_CURSOR)
        with pytest.raises(CursorExpired):
            await read(port.changed_applications(None))
        assert len(ids(await read(port.changed_applications(None)))) == 7

    async def test_another_process_goes_on_between_the_lists(
        self, account: GreenhouseFake, clock: ManualClock
    ) -> None:
        job = account.add_job("Job")
        cursor = (await read(account.connect().changed_applications(None)))[-1].cursor
        people = {account.apply(job, person(n)) for n in range(7)}
        seen: set[str] = set()
        resume, processes = None, 0
        while resume is not None or not processes:
            page = await anext(account.connect().changed_applications(cursor, resume))
            seen |= {row.id for row in page.rows}
            resume, processes = page.resume, processes + 1
        assert seen == people
        assert page.cursor is not None
        assert processes == 6  # three pages of either list


class TestPeople:
    async def test_whoever_is_not_to_be_contacted(self, account: GreenhouseFake, port: Ats) -> None:
        job = account.add_job("Job")
        barred, private, blank, hidden = (account.apply(job, person(n)) for n in range(4))
        account.bar(barred)
        account.rest.change("candidates", account.person(private), private=True)
        account.anonymise(blank)
        account.rest.remove("candidates", account.person(hidden))
        assert (await one(port, barred)).do_not_contact
        assert (await one(port, private)).do_not_contact
        assert (await one(port, blank)).anonymised
        unseen = await one(port, hidden)
        assert (unseen.name, unseen.email, unseen.tags) == ("", None, None)
        assert not unseen.anonymised
        assert not unseen.do_not_contact
        other = account.connect(private_candidates="invite")
        assert not (await one(other, private)).do_not_contact
        assert (await one(other, barred)).do_not_contact
        await other.aclose()

    async def test_names_and_numbers(self, account: GreenhouseFake, port: Ats) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        numbers = [("skype", "name.in.skype"), ("home", "617 555 0100"), ("mobile", "617 555 0101")]
        told = [{"type": kind, "value": value} for kind, value in numbers]
        candidate = account.person(key)
        account.rest.change(
            "candidates",
            candidate,
            first_name="Given",
            preferred_name="Chosen",
            last_name="Sample",
            phone_numbers=told,
            email_addresses=[
                None,
                {"value": " "},
                {"value": "a@example.com"},
                {"value": "b@example.com"},
            ],
        )
        found = await one(port, key)
        assert (found.name, found.email, found.phone) == (
            "Chosen Sample",
            "a@example.com",
            "617 555 0101",
        )
        account.rest.change("candidates", candidate, phone_numbers=told[:1], preferred_name=None)
        found = await one(port, key)
        assert (found.name, found.phone) == ("Given Sample", None)

    @pytest.mark.parametrize(
        ("told", "used"),
        [
            (["not an address", "a@example.com", "b@example.com"], "a@example.com"),
            (["not an address", "neither is this"], "not an address"),
        ],
    )
    async def test_of_several_addresses_the_first_that_is_one(
        self, account: GreenhouseFake, port: Ats, told: list[str], used: str
    ) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        rows = [{"value": text, "type": "personal"} for text in told]
        account.rest.change("candidates", account.person(key), email_addresses=rows)
        assert (await one(port, key)).email == used

    @pytest.mark.parametrize("key", ["0", "x", "1,2", "٣", "9" * 30])
    async def test_an_id_that_is_none_is_nobody(self, port: Ats, key: str) -> None:
        assert await port.application(key) is None
        assert await port.job(key) is None


class TestJobs:
    async def test_the_public_text(self, account: GreenhouseFake, port: Ats) -> None:
        key = account.add_job("Job", description="<p>First</p>")
        post = {"job_id": int(key), "active": True, "internal": False}
        later = account.rest.add("job_posts", {**post, "live": True, "content": "<p>Later</p>"})
        first = next(r["id"] for r in account.rest.rows("job_posts") if "First" in r["content"])
        for change, text in (
            ({}, "<p>First</p>"),
            ({"live": False}, "<p>Later</p>"),
            ({"live": True, "active": False}, "<p>Later</p>"),
            ({"active": True, "content": None}, "<p>Later</p>"),
        ):
            account.rest.change("job_posts", first, **change)
            told = await port.job(key)
            assert told is not None
            assert told.description == text
        account.rest.remove("job_posts", first)
        account.rest.remove("job_posts", later)
        told = await port.job(key)
        assert told is not None
        assert (told.description, told.complete) == ("<p>For colleagues.</p>", True)

    @pytest.mark.parametrize(
        ("content", "read"),
        [
            ("&lt;p&gt;You &amp;amp; we&lt;/p&gt;", "<p>You &amp; we</p>"),
            ("<p>From 1 &lt; 2</p>", "<p>From 1 &lt; 2</p>"),
        ],
    )
    async def test_a_text_that_is_escaped_as_a_whole(
        self, account: GreenhouseFake, port: Ats, content: str, read: str
    ) -> None:
        key = account.add_job("Job", description=content)
        told = await port.job(key)
        assert told is not None
        assert told.description == read

    async def test_open_jobs_are_listed_whole(self, account: GreenhouseFake, port: Ats) -> None:
        made = [account.add_job(f"Job {n}") for n in range(4)]
        account.set_job_state(made[0], JobState.CLOSED)
        jobs = {job.id: job for page in [p async for p in port.jobs()] for job in page.rows}
        assert not jobs[made[0]].complete
        assert jobs[made[1]].complete
        assert jobs[made[1]] == await port.job(made[1])
        assert (jobs[made[1]].department, jobs[made[1]].location) == ("Engineering", "Boston")
        assert jobs[made[1]].employment_type == "Full-time"

    @pytest.mark.parametrize("field", ["confidential", "is_template"])
    async def test_what_only_some_may_see_is_left_alone(
        self, account: GreenhouseFake, port: Ats, field: str
    ) -> None:
        key = account.add_job("Job")
        account.rest.change("jobs", int(key), **{field: True})
        told = await port.job(key)
        assert told is not None
        assert told.state is JobState.DRAFT

    async def test_custom_fields_by_key_and_name(self, account: GreenhouseFake, port: Ats) -> None:
        key = account.add_job("Job")
        values = {
            "interview": {"name": "Interview template", "value": "ENG-SCREEN"},
            "remote": {"name": "Remote?", "value": True},
            "levels": {"name": "Levels", "value": ["Senior", {"name": "Staff"}]},
            "none": {"name": "None", "value": None},
            "odd": 7,
        }
        account.rest.change("jobs", int(key), custom_fields=values, requisition_id="R-1")
        told = await port.job(key)
        assert told is not None
        assert told.fields == {
            "requisition_id": "R-1",
            "interview": "ENG-SCREEN",
            "Interview template": "ENG-SCREEN",
            "remote": "true",
            "Remote?": "true",
            "levels": "Senior, Staff",
            "Levels": "Senior, Staff",
            "odd": "7",
        }

    async def test_names_may_be_forbidden(self, account: GreenhouseFake, port: Ats) -> None:
        key = account.add_job("Job")
        account.rest.forbidden |= {"departments", "offices"}
        for _ in range(3):
            told = await port.job(key)
            assert told is not None
            assert (told.department, told.location) == (None, None)
        assert asked(account).count("GET departments") == 1

    async def test_posts_may_be_forbidden_and_then_nothing_is_told(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        account.add_job("Job")
        account.rest.forbidden.add("job_posts")
        with pytest.raises(CredentialsRefused):
            [page async for page in port.jobs()]

    async def test_stages_in_use_in_their_order(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock
    ) -> None:
        key = account.add_job("Job")
        assert tuple(stage.name for stage in await port.stages(key)) == STAGES
        await port.stages(key)
        assert asked(account) == ["GET job_interview_stages"] * 2  # two pages, read once
        row = next(r for r in account.rest.rows("job_interview_stages") if r["active"])
        account.rest.change("job_interview_stages", row["id"], name="Renamed")
        clock.advance(61.0)
        assert "Renamed" in [stage.name for stage in await port.stages(key)]


class TestMoves:
    async def move(
        self, account: GreenhouseFake, port: Ats, application: Application, stage: str
    ) -> list[str]:
        """Move, and return what was asked."""
        stages = await port.stages(application.job_id)
        target = next(s for s in stages if s.name == stage)
        slot = await port.reserve()
        began = len(account.asked)
        try:
            await port.move(application, target, slot)
        finally:
            self.asked = asked(account, began)
        return self.asked

    async def test_whichever_id_a_move_takes(self, account: GreenhouseFake, port: Ats) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        post = f"POST applications/{key}/move"
        assert await self.move(account, port, await one(port, key), "Phone Screen") == [post]
        account.rest.moves_take = "entries"
        look = ["GET applications", "GET candidates"]
        assert await self.move(account, port, await one(port, key), "Face to Face") == [
            post,
            *look,
            post,
        ]
        assert await self.move(account, port, await one(port, key), "Offer") == [post]
        assert account.stage_of(key) == "Offer"

    @pytest.mark.parametrize("takes", ["stages", "entries"])
    async def test_a_person_was_faster(
        self, account: GreenhouseFake, port: Ats, takes: Any
    ) -> None:
        account.rest.moves_take = takes
        key = account.apply(account.add_job("Job"), person(1))
        application = await one(port, key)
        for reject in (False, True):
            if reject:
                account.reject(key)
            else:
                account.move(key, "Offer")
            with pytest.raises(Rejected) as refused:
                await self.move(account, port, application, "Phone Screen")
            assert refused.value.code == STALE
            assert [row for row in self.asked if row.startswith("POST")] == [
                f"POST applications/{key}/move"
            ]
        assert account.stage_of(key) == "Offer"

    @pytest.mark.parametrize("takes", ["stages", "entries"])
    async def test_what_was_read_later_does_not_change_what_is_expected(
        self, account: GreenhouseFake, port: Ats, takes: Any
    ) -> None:
        account.rest.moves_take = takes
        key = account.apply(account.add_job("Job"), person(1))
        await self.move(account, port, await one(port, key), "Face to Face")  # which id it takes
        before = await one(port, key)
        account.move(key, "Offer")
        await one(port, key)
        with pytest.raises(Rejected) as refused:
            await self.move(account, port, before, "Phone Screen")
        assert refused.value.code == STALE
        assert account.stage_of(key) == "Offer"

    async def test_a_refusal_for_another_reason_is_no_stale_one(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        application = await one(port, key)
        stages = await port.stages(application.job_id)
        for row in account.rest.rows("job_interview_stages"):
            account.rest.remove("job_interview_stages", row["id"])
        with pytest.raises(Rejected) as refused:
            await port.move(application, stages[1], await port.reserve())
        assert refused.value.code != STALE

    async def test_a_refusal_that_cannot_be_understood_was_not_sent(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        application = await one(port, key)
        (_, target, *_) = await port.stages(application.job_id)
        account.move(key, "Offer")
        slot = await port.reserve()
        account.fail(FaultKind.ERROR_BEFORE, 100, on=Purpose.READ)
        with pytest.raises(NotSent):
            await port.move(application, target, slot)

    async def test_a_lost_answer_is_not_made_up_for(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        application = await one(port, key)
        (_, target, *_) = await port.stages(application.job_id)
        slot = await port.reserve()
        account.fail(FaultKind.RESET_AFTER, on=Purpose.WRITE)
        with pytest.raises(Uncertain):
            await port.move(application, target, slot)
        assert account.stage_of(key) == target.name
        with pytest.raises(Rejected) as refused:  # and sent again it changes nothing
            await port.move(application, target, await port.reserve())
        assert refused.value.code == STALE

    async def test_the_second_try_may_start_no_later_than_the_first(
        self, account: GreenhouseFake, port: Ats, clock: ManualClock
    ) -> None:
        account.rest.moves_take = "entries"
        key = account.apply(account.add_job("Job"), person(1))
        application = await one(port, key)
        (_, target, *_) = await port.stages(application.job_id)
        slot = await port.reserve()
        slot.start_by = clock.monotonic() + 5.0
        slow = account.before_answer
        slow(lambda _: clock.advance(6.0))
        with pytest.raises(NotSent):
            await port.move(application, target, slot)
        slow(None)
        assert account.stage_of(key) == STAGES[0]

    async def test_without_an_id_of_the_stage_nobody_is_moved(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        account.rest.change("applications", int(key), job_interview_stage_id=None, stage_id=None)
        application = await one(port, key)
        assert application.stage == STAGES[0]
        with pytest.raises(Rejected):
            await self.move(account, port, application, "Offer")
        assert self.asked == []


class TestWrites:
    async def test_a_note_says_who_may_see_it(self, account: GreenhouseFake) -> None:
        port = account.connect(note_visibility="private")
        key = account.apply(account.add_job("Job"), person(1))
        note = await port.add_note(await one(port, key), "Text", await port.reserve())
        (row,) = account.rest.rows("notes")
        assert (row["visibility"], str(row["id"])) == ("privately_visible", note)
        assert (row["application_id"], row["candidate_id"]) == (int(key), account.person(key))
        await port.aclose()

    async def test_notes_on_other_applications_are_others(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        application = await one(port, key)
        account.add_note(key, "On the candidate")
        told = {"candidate_id": account.person(key), "body": "On another", "application_id": 7}
        account.rest.add("notes", told)
        await port.add_note(application, "On this one", await port.reserve())
        texts = [note.text for note in await port.notes(application)]
        assert sorted(texts) == ["On the candidate", "On this one"]

    async def test_a_tag_that_is_missing_is_made_once(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        application = await one(port, key)
        wanted = ["New tag", "heymilo:  PASSED", "new TAG"]
        await port.prepare(tags=wanted)
        await port.prepare(tags=wanted)
        assert asked(account).count("POST candidate_tags") == 1
        await port.add_tags(application, wanted, await port.reserve())
        assert account.tags_of(key) == ["New tag", "HeyMilo: passed"]
        began = len(account.asked)
        await port.add_tags(await one(port, key), ["NEW tag"], await port.reserve())
        assert not [row for row in asked(account, began) if row.startswith("POST")]

    async def test_a_tag_that_somebody_else_makes_meanwhile_is_found(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        key = account.apply(account.add_job("Job"), person(1))
        serve = account.rest.answer

        def answer(request: Request) -> Answer:
            if request.method == "POST" and request.path == "/v3/candidate_tags":
                account.rest.named("candidate_tags", "New tag")
            return serve(request)

        account.rest.answer = answer  # type: ignore[method-assign]
        await port.prepare(tags=["New tag"])
        await port.add_tags(await one(port, key), ["New tag"], await port.reserve())
        assert account.tags_of(key) == ["New tag"]

    async def test_a_tag_that_somebody_else_adds_meanwhile_is_there(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        """An application of the same person, say, or a recruiter."""
        application = await one(port, account.apply(account.add_job("Job"), person(1)))
        await port.prepare(tags=["New tag"])
        for _ in range(2):  # the second time with tags that were read before the first
            await port.add_tags(application, ["New tag"], await port.reserve())
        assert account.tags_of(application.id) == ["New tag"]

    async def test_a_tag_that_is_refused_for_another_reason(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        application = await one(port, account.apply(account.add_job("Job"), person(1)))
        other = await one(port, account.apply(account.add_job("Job"), person(2)))
        await port.prepare(tags=["New tag"])
        await port.add_tags(other, ["New tag"], await port.reserve())
        serve = account.rest.answer

        def answer(request: Request) -> Answer:
            if request.method == "POST":
                return say(422, {"message": "Not this one", "errors": []})
            return serve(request)

        account.rest.answer = answer  # type: ignore[method-assign]
        with pytest.raises(Rejected):
            await port.add_tags(application, ["New tag"], await port.reserve())
        assert account.tags_of(application.id) == []

    async def test_tags_that_may_not_be_made(self, account: GreenhouseFake, port: Ats) -> None:
        account.rest.forbidden.add("candidate_tags")
        with pytest.raises((Rejected, CredentialsRefused)):
            await port.prepare(tags=["New tag"])

    async def test_nothing_is_written_that_was_not_prepared(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        application = await one(port, account.apply(account.add_job("Job"), person(1)))
        with pytest.raises(NotSent):
            await port.add_tags(application, ["A tag"], await port.reserve())
        with pytest.raises(NotSent):
            await port.reject(application, "A reason", await port.reserve())
        with pytest.raises(Rejected):
            await port.reject(application, "", await port.reserve())
        assert not [row for row in asked(account) if row.startswith("POST")]

    @pytest.mark.parametrize("named", ["interview_score", "Interview score", "ID"])
    async def test_the_field_of_the_score_by_key_name_or_id(
        self, account: GreenhouseFake, named: str
    ) -> None:
        given = str(account.rest.score_field) if named == "ID" else named
        port = account.connect(score_field=given)
        key = account.apply(account.add_job("Job"), person(1))
        await port.set_score(await one(port, key), 82.0, await port.reserve())
        fields = account.rest.get("applications", int(key))["custom_fields"]
        assert fields["interview_score"]["value"] == 82
        assert isinstance(fields["interview_score"]["value"], int)
        await port.aclose()

    async def test_a_field_of_text_gets_the_digits(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        account.rest.change("custom_fields", account.rest.score_field, value_type="short_text")
        key = account.apply(account.add_job("Job"), person(1))
        await port.set_score(
            await one(port, key), 82.5, await port.reserve(), about=Told("completed", 82.5)
        )
        fields = account.rest.get("applications", int(key))["custom_fields"]
        assert fields["interview_score"]["value"] == "82.5"

    @pytest.mark.parametrize(
        "change", [{"value_type": "date"}, {"active": False}, {"field_type": "candidate"}]
    )
    async def test_a_field_that_can_hold_no_score(
        self, account: GreenhouseFake, port: Ats, change: dict[str, Any]
    ) -> None:
        account.rest.change("custom_fields", account.rest.score_field, **change)
        application = await one(port, account.apply(account.add_job("Job"), person(1)))
        with pytest.raises(Rejected, match="score_field"):
            await port.set_score(application, 1.0, await port.reserve())

    async def test_a_field_whose_definition_is_not_shown_is_written_by_its_key(
        self, account: GreenhouseFake, port: Ats
    ) -> None:
        account.rest.forbidden.add("custom_fields")
        key = account.apply(account.add_job("Job"), person(1))
        await port.set_score(await one(port, key), 33.3, await port.reserve())
        assert account.score_of(key) == 33.3

    async def test_an_unknown_reason_is_named(self, port: Ats) -> None:
        with pytest.raises(Rejected, match='no rejection reason "No such"'):
            await port.prepare(reject_reason="No such")


class TestCheck:
    async def findings(self, port: Ats, *stages: str) -> dict[str, Finding]:
        found = await port.check(stages)
        return {finding.what.removeprefix("Greenhouse: "): finding for finding in found}

    async def test_what_is_right(self, account: GreenhouseFake, port: Ats) -> None:
        account.add_job("Job")
        found = await self.findings(port, "phone screen", "Nowhere", "Old stage")
        assert found["reading applications"].ok
        assert found["acting user"].ok
        assert found['stage "phone screen"'].ok
        assert found['stage "Nowhere"'].ok is False
        assert found['stage "Old stage"'].ok is False
        assert found['score field "interview_score"'].ok
        assert "300 in 30 s" in found["request limit"].detail
        assert not [row for row in asked(account) if not row.startswith("GET")]

    async def test_scopes_one_by_one(self, account: GreenhouseFake, port: Ats) -> None:
        account.add_job("Job")
        account.rest.forbidden |= {"notes", "offices", "users", "custom_fields"}
        found = await self.findings(port)
        assert found["reading notes"].ok is False
        assert "harvest:notes:list" in found["reading notes"].todo
        assert found["reading offices"].ok is None
        assert found["reading candidates"].ok
        assert found["acting user"].ok is None
        assert found["reading custom fields"].ok is False

    async def test_what_is_forbidden_is_told_once(self, account: GreenhouseFake, port: Ats) -> None:
        account.add_job("Job")
        account.rest.forbidden.add("job_interview_stages")
        told = [row for row in await port.check(["Offer"]) if row.ok is False]
        assert [row.what for row in told] == ["Greenhouse: reading job interview stages"]

    @pytest.mark.parametrize("change", [{"site_admin": False}, {"deactivated": True}])
    async def test_a_user_who_cannot_see_everything(
        self, account: GreenhouseFake, port: Ats, change: dict[str, bool]
    ) -> None:
        account.rest.change("users", 4242, **change)
        assert (await self.findings(port))["acting user"].ok is False

    async def test_nothing_shown_is_suspicious(self, account: GreenhouseFake, port: Ats) -> None:
        found = await self.findings(port, "Offer")
        assert found["reading jobs"].ok is None
        assert "Site Admin" in found["reading jobs"].todo
        assert found["stages"].ok is None

    async def test_after_refused_credentials_nothing_more_is_asked(
        self, account: GreenhouseFake
    ) -> None:
        port = account.connect(client_secret="another")
        assert [finding.ok for finding in await port.check(["Offer"])] == [False]
        assert len(account.asked) == 1
        await port.aclose()

    @pytest.mark.parametrize("change", [{"value_type": "date"}, {"name_key": "x", "name": "x"}])
    async def test_a_score_field_that_will_not_do(
        self, account: GreenhouseFake, port: Ats, change: dict[str, str]
    ) -> None:
        account.rest.change("custom_fields", account.rest.score_field, **change)
        assert (await self.findings(port))['score field "interview_score"'].ok is False


@pytest.mark.parametrize(
    "given",
    [
        {"base_url": "https://harvest.example.com/v3"},
        {"auth_url": "https://auth.example.com/token"},
        {"client_id": "a:b"},
        {"client_secret": " "},
        {"user_id": "somebody"},
    ],
)
def test_settings_that_cannot_be_right(given: dict[str, str]) -> None:
    right = {"client_id": "c", "client_secret": "s", "user_id": 7}
    assert GreenhouseSettings.model_validate(right).token_address.endswith(".io/token")
    with pytest.raises(ValidationError):
        GreenhouseSettings.model_validate({**right, **given})


async def test_somebody_without_a_last_name(account: GreenhouseFake, port: Ats) -> None:
    key = account.apply(account.add_job("Job"), Person("Mononym", "m@example.com"))
    assert (await one(port, key)).name == "Mononym"


def test_nothing_is_told_by_repr(account: GreenhouseFake) -> None:
    port = account.connect()
    assert isinstance(port, Greenhouse)
    assert "secret" not in repr(port).lower()


async def test_a_long_pause_is_the_next_passs(account: GreenhouseFake, port: Ats) -> None:
    serve = account.rest.answer

    def answer(request: Request) -> Answer:
        if request.path == "/token":
            return serve(request)
        return say(429, {"message": "Too many"}).with_headers({"retry-after": "600"})

    account.rest.answer = answer  # type: ignore[method-assign]
    with pytest.raises(Throttled):
        await port.account()
    with pytest.raises(RemoteError):
        await port.account()
    assert asked(account) == ["GET jobs"]
