"""Whether the process works, and whether its passes succeed in time."""

import httpx

from tests.listener.house import House


async def test_health_is_that_the_loop_turns(house: House, ask: httpx.AsyncClient) -> None:
    house.ran("acme", outcome="failed")
    assert (await ask.get("/healthz")).text == "ok\n"
    house.health.change("acme", stuck=True)
    answer = await ask.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "acme: a pass does not end\n")


async def test_readiness_is_that_passes_succeed_in_time(
    house: House, ask: httpx.AsyncClient
) -> None:
    house.ran("acme")
    house.ran("globex")
    answer = await ask.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    house.ran("globex", "results", outcome="failed")
    answer = await ask.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "globex: results failed\n")
    house.clock.advance(86_400)
    answer = await ask.get("/readyz")
    assert "acme: postings has not succeeded in time" in answer.text.splitlines()


async def test_a_state_that_cannot_be_read_is_told_in_a_sentence(house: House) -> None:
    await house.client.get("/healthz")  # built while it could be read
    with house.store.write() as tx:
        tx.exec_driver_sql("DROP TABLE phase_run")
    answer = await house.client.get("/")
    assert (answer.status_code, len(answer.text.splitlines())) == (503, 1)
    metrics = (await house.client.get("/metrics")).text
    assert "syncd_state_readable 0.0" in metrics
    assert "syncd_people{" not in metrics
