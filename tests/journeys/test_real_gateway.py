"""From a real denial to a real end: a team's budget in the real LiteLLM, its people in Slack, and calls that pass or do not.

It is the tutorial of docs/litellm.md. The times that it took are printed: `pytest -s` shows them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import httpx
import pytest

from bot.demo.actor import Message, said
from tests.edges.commands import until
from tests.journeys.behind import Behind, behind
from tests.journeys.policies import POLICY
from tests.journeys.world import World, form, usd, world
from tests.litellm import CENT, Proxy, name
from workflows.overrides import Status

# What is a little more needs no more than the manager.
SMALL = POLICY.replace('platform/search: {limit: "$10,000 a month",', 'platform/search: {limit: "$0.03 a month", hard: 300 %,')


@contextmanager
def log_goes_to(proxy: Proxy, acme: World) -> Iterator[None]:
    """LiteLLM's log of calls, and what it says of each budget that stops one, comes to the app."""
    assert proxy.relay is not None

    def post(body: bytes) -> None:
        httpx.post(
            f"{acme.stage.app.url}/v1/litellm/logs",
            content=body,
            headers={"Authorization": f"Bearer {acme.stage.token}", "Content-Type": "application/json"},
        )

    proxy.relay.to = post
    try:
        yield
    finally:
        proxy.relay.to = lambda _: None


class Watch:
    """What took how long."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}

    @contextmanager
    def times(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.took[what] = time.perf_counter() - began

    def __str__(self) -> str:
        return "\n".join(f"{what:<46}{seconds:7.2f} s" for what, seconds in self.took.items())


def at_last(acme: World, look: Callable[[], list[Message]]) -> Message:
    """What a person sees once everything that is due was done."""

    def seen() -> list[Message]:
        acme.stage.settle()
        return look()

    return until(seen)[-1]


def is_now(acme: World, status: Status) -> bool:
    acme.stage.settle()
    return acme.search.status is status


def test_a_team_that_litellm_stops_asks_and_goes_on_until_the_override_ends(litellm: Proxy) -> None:
    if litellm.relay is None:
        pytest.skip("LITELLM_URL names a LiteLLM whose log of calls does not come here")
    ada = "ada@acme.example"
    team = str(litellm.post("/team/new", team_id=name(), team_alias="search", max_budget=0.03)["team_id"])
    litellm.client.post("/user/new", json={"user_id": ada, "auto_create_key": False})  # who may be there from the last time
    key, _ = litellm.key(team_id=team, user_id=ada)
    watch = Watch()
    with world(behind(litellm, SMALL, "team", team), start=None, kind=Behind) as acme, log_goes_to(litellm, acme):
        acme.stage.settle()
        assert litellm.get("/team/info", team_id=team)["team_info"]["max_budget"] == 0.03

        until(lambda: litellm.call(key).status_code == 429)
        denied = litellm.call(key)
        assert (denied.status_code, denied.json()["error"]["type"]) == (429, "budget_exceeded")

        with watch.times("denied in LiteLLM → told in Slack"):
            told = at_last(acme, lambda: [m for m in acme.ada.messages("leeway") if "LiteLLM stopped" in said(m)])
        assert "the budget of the team “search” is used up" in said(told)
        assert acme.ada.press(told, "ask").error == ""
        assert acme.ada.submit(**{**form(), "amount": "0.05", "duration": "hours:4"}).errors == {}

        with watch.times("approved in Slack → verified enforced"):
            acme.bob.approves()
            until(lambda: is_now(acme, Status.ACTIVE))
        with watch.times("… → the next call passes"):
            passed = litellm.call(key)
        assert passed.status_code == 200, passed.text
        assert acme.search.limit == usd("0.08")
        assert litellm.get("/team/info", team_id=team)["team_info"]["max_budget"] == 0.08

        acme.stage.clock.jump(acme.now + timedelta(hours=4, seconds=1))
        with watch.times("its end → the limit is lowered"):
            until(lambda: is_now(acme, Status.ENDED))
        again = litellm.call(key)
        assert (again.status_code, again.json()["error"]["type"]) == (429, "budget_exceeded")
        assert acme.search.limit == 3 * CENT
    print(f"\n{watch}")


def test_where_litellm_may_end_an_override_as_well_it_is_told_when(litellm: Proxy) -> None:
    _, key = litellm.key(max_budget=0.03)
    with world(behind(litellm, SMALL, "key", key, expiring="yes"), start=None, kind=Behind) as acme:
        acme.ada.asks(usd("0.05"), duration="hours:4")
        acme.bob.approves()
        until(lambda: is_now(acme, Status.ACTIVE))
        info = litellm.get("/key/info", key=key)["info"]
        assert (info["max_budget"], info["metadata"]["temp_budget_increase"]) == (0.03, 0.05)
        told, override = datetime.fromisoformat(info["metadata"]["temp_budget_expiry"]), acme.search.override
        assert override and override.ends
        assert told <= override.ends <= told + timedelta(hours=1)
        acme.stage.clock.jump(acme.now + timedelta(hours=4, seconds=1))
        until(lambda: is_now(acme, Status.ENDED))
        info = litellm.get("/key/info", key=key)["info"]
        assert (info["max_budget"], info["metadata"]["temp_budget_increase"]) == (0.03, 0)
